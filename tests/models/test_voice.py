"""More reports after somebody came by are good news, and only when chance does not explain them."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from models.flag_life import TOLD_COLUMNS
from models.policy import Policy
from models.voice import CONTACT_KINDS, first_contacts, rise_by_chance, voice_back

MONDAY = date(2026, 1, 5)
POLICY = Policy()
LIVES = pl.DataFrame(
    {"flag_id": ["F"], "complex_id": ["A"], "area_team": ["Noord"], "first_week": [MONDAY + timedelta(weeks=19)]}
)
ACTIONS = {"complex_id": pl.String, "area_team": pl.String, "starts_on": pl.Date, "kind": pl.String}
# The contact is in the 21st week; the weeks before it end there.
CONTACT = 20 * 7 + 2


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def answers(*rows: tuple[str, int, str]) -> pl.DataFrame:
    return pl.DataFrame(
        [{"complex_id": name, "reviewed_on": day(number), "verdict": verdict} for name, number, verdict in rows],
        schema=TOLD_COLUMNS,
    )


def actions(*rows: tuple[str | None, str | None, int, str]) -> pl.DataFrame:
    return pl.DataFrame([(name, team, day(number), kind) for name, team, number, kind in rows], ACTIONS, orient="row")


def streams(
    seen: list[int] | list[int | None], expected: float = 1.0, stream: str = "complaints", **other: Any
) -> pl.DataFrame:
    """One report stream of complex A, a count a week."""
    return pl.DataFrame(
        {
            "complex_id": ["A"] * len(seen),
            "week": [MONDAY + timedelta(weeks=i) for i in range(len(seen))],
            "stream": [stream] * len(seen),
            "seen": seen,
            "expected": [expected] * len(seen),
            "is_masked": [False] * len(seen),
        }
        | other
    )


def back(counts: pl.DataFrame, said: pl.DataFrame | None = None, done: pl.DataFrame | None = None) -> bool:
    week = counts["week"].max()
    assert isinstance(week, date)
    told = answers(("A", CONTACT, "worry")) if said is None else said
    found = voice_back(LIVES, told, actions() if done is None else done, counts, week, POLICY)
    assert found.columns == ["flag_id", "is_voice_back"]
    return bool(found["is_voice_back"].item())


def rising(n_after: int, after: int = 3) -> list[int]:
    """Silence up to and including the week of the contact, then reports."""
    return [0] * 21 + [after] * n_after


def test_reports_that_rise_after_a_visit_are_told() -> None:
    assert back(streams(rising(6)))
    assert not back(streams([1] * 27))
    assert not back(streams([3] * 21 + [0] * 6))


def test_a_month_must_have_passed_and_five_reports_heard() -> None:
    assert [back(streams(rising(n))) for n in (3, 4)] == [False, True]
    four = [0] * 21 + [1, 1, 1, 1, 0, 0, 0, 0]
    assert not back(streams(four))
    assert back(streams([*four, 1]))


def test_a_rise_that_was_to_be_expected_is_none() -> None:
    winter = streams(rising(6, after=2)).with_columns(
        expected=pl.when(pl.col("week") > day(CONTACT)).then(2.0).otherwise(0.01)
    )
    assert not back(winter)


def test_only_the_last_quarter_since_the_contact_speaks_for_now() -> None:
    assert back(streams(rising(13)))
    assert back(streams(rising(30)))
    # It fell silent again.
    assert not back(streams(rising(13) + [0] * 13))
    # As many weeks before as after, and no more: older reports tell nothing of the silence.
    assert back(streams([9] * 8 + [0] * 13 + [3] * 4))


def test_weeks_that_could_not_be_observed_are_left_out() -> None:
    assert not back(streams([None] * 21 + [3] * 6, is_masked=[True] * 21 + [False] * 6))
    assert back(streams([0] * 21 + [9, 9, 3, 3, 3, 3], is_masked=[False] * 21 + [True] * 2 + [False] * 4))
    assert not back(streams([0] * 21 + [9, 9, 0, 0, 0, 0], is_masked=[False] * 21 + [True] * 2 + [False] * 4))


def test_all_report_streams_speak_and_no_other() -> None:
    few = [0] * 21 + [1, 0, 1, 0, 1, 0]
    assert not back(streams(few, 0.3))
    assert back(pl.concat([streams(few, 0.3), streams(few, 0.3, "normal_repairs")]))
    assert not back(pl.concat([streams(few, 0.3), streams(rising(6), 0.3, "urgent_repairs")]))


def test_who_did_not_look_was_no_contact_and_an_earlier_visit_was_another_matter() -> None:
    counts = streams(rising(6))
    assert not back(counts, answers(("A", CONTACT, "not_looked")))
    assert not back(counts, answers(("A", 10, "worry")))
    assert not back(counts, answers(("B", CONTACT, "worry")))
    assert back(counts, answers(("A", CONTACT, "fine"), ("A", CONTACT + 30, "fine")))


@pytest.mark.parametrize("kind", [*CONTACT_KINDS, "cameras", "lighting", "guards", "other"])
def test_speaking_to_residents_is_contact_for_the_complex_or_the_whole_team(kind: str) -> None:
    counts, nobody = streams(rising(6)), answers()
    for place in (("A", None), ("A", "Noord"), (None, "Noord")):
        assert back(counts, nobody, actions((*place, CONTACT, kind))) == (kind in CONTACT_KINDS)
    for place in (("B", None), ("B", "Noord"), (None, "Zuid"), (None, None)):
        assert not back(counts, nobody, actions((*place, CONTACT, kind)))


def test_the_first_contact_counts_and_one_that_is_still_to_come_does_not() -> None:
    week = MONDAY + timedelta(weeks=30)
    said = answers(("A", CONTACT + 14, "worry"))
    done = actions(("A", None, CONTACT, "letter"), (None, "Noord", CONTACT + 7, "letter"))
    assert first_contacts(LIVES, said, done, week)["contact_on"].to_list() == [day(CONTACT)]
    assert first_contacts(LIVES, answers(), actions(("A", None, 31 * 7, "letter")), week).is_empty()


def test_without_counts_or_flags_nothing_is_said() -> None:
    nothing = streams(rising(6)).clear()
    said = answers(("A", CONTACT, "worry"))
    assert voice_back(LIVES, said, actions(), nothing, day(30 * 7), POLICY)["is_voice_back"].to_list() == [False]
    assert voice_back(LIVES.clear(), said, actions(), nothing, day(30 * 7), POLICY).is_empty()


COUNTS = st.integers(0, 200).map(float)


@given(seen=COUNTS, before=COUNTS, due=st.floats(0.01, 100), due_before=st.floats(0.01, 100))
def test_the_chance_is_that_of_a_binomial_test(seen: float, before: float, due: float, due_before: float) -> None:
    found = rise_by_chance(*(np.array([x]) for x in (seen, due, before, due_before)))
    if seen + before == 0:
        assert found[0] == 1
    else:
        oracle = binomtest(int(seen), int(seen + before), due / (due + due_before), "greater")
        assert found[0] == pytest.approx(oracle.pvalue, abs=1e-9)
    # Of two places, the one where more was reported since is the less likely one to be chance.
    more = rise_by_chance(*(np.array([x]) for x in (seen + 1, due, before, due_before)))
    assert more[0] <= found[0] + 1e-9


def test_what_was_never_due_on_one_side_proves_nothing() -> None:
    nine, none, due = np.array([9.0, 9.0]), np.zeros(2), np.array([0.0, 3.0])
    assert rise_by_chance(nine, due, none, none).tolist() == [1, 1]
    assert rise_by_chance(nine, none, none, due).tolist() == [1, 1]
