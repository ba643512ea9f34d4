"""The weeks between a flag and loud trouble: against a published example, a known truth, and every way it ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.lead_time import followed_flags, kaplan_meier, lead_time
from models.policy import Policy
from models.weeks import WEEK

POLICY = Policy()
FIRST = date(2026, 1, 5)
LAST = FIRST + 30 * WEEK


def followed_from(weeks: list[int], loud: list[bool]) -> pl.DataFrame:
    return pl.DataFrame({"weeks": weeks, "end": ["loud" if each else "running" for each in loud]})


def test_the_curve_of_a_published_example() -> None:
    """Remission under 6-MP (Freireich 1963), as every textbook has it; a middle of 23 weeks, from 13 on."""
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    loud = (
        [True, True, True, False, True, False, True, False, False, True, True] + [False] * 3 + [True] * 2 + [False] * 5
    )
    found = lead_time(followed_from(weeks, loud))
    assert found.curve["weeks"].to_list() == [6, 7, 10, 13, 16, 22, 23]
    assert found.curve["n_at_risk"].to_list() == [21, 17, 15, 12, 11, 7, 6]
    assert found.curve["still"].to_list() == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)
    # R: survfit(conf.type = "log-log").
    assert found.curve.row(0, named=True)["low"] == pytest.approx(0.620, abs=1e-3)
    assert found.curve.row(0, named=True)["high"] == pytest.approx(0.952, abs=1e-3)
    assert (found.median, found.median_low, found.median_high) == (23, 13, None)
    assert (found.n_flags, found.n_escalated) == (21, 9)


def test_the_interval_holds_the_truth_although_half_is_taken_up_first() -> None:
    """Trouble becomes loud after 20 weeks on average; independently of it, we go there after 20."""
    rng = np.random.default_rng(8)
    truth = np.exp(-13 / 20)
    holds, still = [], []
    for _ in range(300):
        loud, taken = np.ceil(rng.exponential(20, (2, 80))).astype(np.int64)
        curve = kaplan_meier(np.minimum(loud, taken), loud <= taken)
        at = curve.filter(pl.col("weeks") <= 13).row(-1, named=True)
        holds.append(at["low"] <= truth <= at["high"])
        still.append(at["still"])
    assert 0.92 < np.mean(holds) < 0.98
    assert np.mean(still) == pytest.approx(truth, abs=0.01)


def test_when_all_are_loud_the_curve_ends_at_nothing_without_a_warning() -> None:
    curve = kaplan_meier(np.array([1, 2, 2]), np.array([True, True, True]))
    assert curve["still"].to_list() == pytest.approx([2 / 3, 0])
    assert curve.row(-1, named=True)["low"] == 0
    assert curve.row(-1, named=True)["high"] == curve.row(0, named=True)["high"]
    assert kaplan_meier(np.array([4]), np.array([True])).row(0) == (4, 1, 1, 0.0, 0.0, 1.0)


def test_without_flags_or_escalations_there_is_no_curve() -> None:
    assert lead_time(followed_from([], []).cast({"weeks": pl.Int64, "end": pl.String})).n_flags == 0
    found = lead_time(followed_from([3, 5], [False, False]))
    assert (found.n_flags, found.n_escalated, found.median, found.curve.height) == (2, 0, None, 0)


# How following a flag ends.

FLAG = {
    "flag_id": "2026-W03-C1",
    "week": FIRST + 2 * WEEK,
    "first_week": FIRST + 2 * WEEK,
    "complex_id": "C1",
    "area_team": "A",
    "why": "went_quiet",
}
STATES = pl.DataFrame(schema={"complex_id": pl.String, "week": pl.Date, "state": pl.String})
LIVES = pl.DataFrame(schema={"flag_id": pl.String, "closed_on": pl.Date, "closed_because": pl.String})
ANSWERS = pl.DataFrame(schema={"complex_id": pl.String, "reviewed_on": pl.Date, "verdict": pl.String})
EVENTS = pl.DataFrame(
    schema={"complex_id": pl.String, "occurred_on": pl.Date, "kind": pl.String, "description": pl.String}
)


def rows_of(like: pl.DataFrame, *rows: tuple[Any, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=like.schema, orient="row")


def ended(flags: list[dict[str, Any]] | None = None, **tables: pl.DataFrame) -> list[tuple[str, int, str]]:
    given = {"states": STATES, "lives": LIVES, "answers": ANSWERS, "events": EVENTS} | tables
    found = followed_flags(
        pl.DataFrame([FLAG] if flags is None else flags), **given, weeks=(FIRST, LAST), policy=POLICY
    )
    return found.select("complex_id", "weeks", "end").rows()


def week(number: int) -> date:
    return FIRST + number * WEEK


def test_a_flag_without_any_end_runs_to_the_last_week() -> None:
    assert ended() == [("C1", 28, "running")]


def test_loud_is_what_residents_say_themselves() -> None:
    states = rows_of(
        STATES, ("C1", week(1), "loud_declining"), ("C1", week(9), "loud_declining"), ("C1", week(5), "ordinary")
    )
    assert ended(states=states) == [("C1", 7, "loud")]


@pytest.mark.parametrize("who", POLICY.professional_sources)
def test_a_visit_of_police_or_municipality_is_loud_and_one_of_our_own_people_is_not(who: str) -> None:
    there = rows_of(EVENTS, ("C1", week(6) + timedelta(days=3), "visit", who))
    assert ended(events=there) == [("C1", 4, "known_elsewhere")]
    ours = rows_of(EVENTS, ("C1", week(6), "visit", "caretaker"))
    assert ended(events=ours) == [("C1", 28, "running")]


def test_a_safety_matter_is_loud_and_in_the_week_of_the_flag_there_was_no_lead() -> None:
    safety = FLAG | {"flag_id": "2026-W06-C1-S", "why": "safety", "week": week(5), "first_week": week(5)}
    assert ended([FLAG, safety]) == [("C1", 3, "known_elsewhere")]
    same = safety | {"week": week(2), "first_week": week(2)}
    assert ended([FLAG, same]) == [("C1", 0, "known_elsewhere")]
    before = safety | {"week": week(1), "first_week": week(1)}
    assert ended([FLAG, before]) == [("C1", 28, "running")]


def test_what_we_do_ourselves_ends_it_without_being_loud() -> None:
    looked = rows_of(ANSWERS, ("C1", week(4) + timedelta(days=1), "fine"))
    assert ended(answers=looked) == [("C1", 2, "taken_up")]
    not_looked = rows_of(ANSWERS, ("C1", week(4), "not_looked"))
    assert ended(answers=not_looked) == [("C1", 28, "running")]
    guards = rows_of(EVENTS, ("C1", week(8), "intervention", "guards"))
    assert ended(events=guards) == [("C1", 6, "taken_up")]
    whole_area = rows_of(EVENTS, (None, week(8), "intervention", "letter"))
    assert ended(events=whole_area) == [("C1", 28, "running")]


def test_loud_after_we_went_there_is_no_escalation_and_in_the_same_week_it_is() -> None:
    looked = rows_of(ANSWERS, ("C1", week(6), "worry"))
    assert ended(answers=looked, states=rows_of(STATES, ("C1", week(7), "loud_declining"))) == [("C1", 4, "taken_up")]
    assert ended(answers=looked, states=rows_of(STATES, ("C1", week(6), "loud_declining"))) == [("C1", 4, "loud")]


@pytest.mark.parametrize("because", ["norm_met", "gone", "overruled"])
def test_a_closed_flag_is_followed_no_further(because: str) -> None:
    closed = rows_of(LIVES, ("2026-W03-C1", week(10) + timedelta(days=6), because))
    later = rows_of(STATES, ("C1", week(20), "loud_declining"))
    assert ended(lives=closed, states=later) == [("C1", 8, "closed")]


def test_only_the_first_flag_of_a_complex_counts_and_never_one_from_before() -> None:
    again = FLAG | {"flag_id": "2026-W10-C1", "week": week(9), "first_week": week(9)}
    assert ended([again, FLAG]) == [("C1", 28, "running")]
    older = FLAG | {"flag_id": "2025-W50-C1", "first_week": FIRST - 4 * WEEK}
    assert ended([older, again]) == []


def test_draws_are_not_followed_and_an_empty_list_is_no_mistake() -> None:
    assert ended([FLAG | {"why": "random_draw"}]) == []
    assert followed_flags(
        pl.DataFrame([FLAG]).clear(), STATES, LIVES, ANSWERS, EVENTS, (FIRST, LAST), POLICY
    ).is_empty()


def test_a_flag_of_the_last_week_has_not_been_followed_yet() -> None:
    new = FLAG | {"week": LAST, "first_week": LAST}
    assert ended([new]) == [("C1", 0, "running")]
    assert lead_time(pl.DataFrame({"weeks": [0], "end": ["running"]})).n_flags == 0
