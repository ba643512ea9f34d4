"""Of several answers to one flag the latest word on each question stands, and what became of each adds up."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.answers.standing import Given, Stand, what_stands
from flows.answers.wording import UNCLEAR

ZONE = "Europe/Amsterdam"
MADE = datetime(2026, 11, 9, tzinfo=UTC)
WEDNESDAY = datetime(2026, 11, 18, 10, tzinfo=UTC)


def said(
    *,
    file: int = 0,
    days: float = 0,
    flag: str | None = "F1",
    day: str | None = None,
    made: bool = False,
    **values: str,
) -> Given:
    moment = WEDNESDAY + timedelta(days=days)
    return Given(flag, values, day, moment, (file, 1), MADE if made else None)


def stand(*given: Given, earlier: Any = None, taken: tuple[tuple[str, str], ...] = ()) -> Stand:
    found = what_stands(given, ZONE, earlier or {}, taken)
    # In whatever order they are read.
    again = what_stands(given[::-1], ZONE, earlier or {}, taken)
    assert (again.rows, again.fates) == (found.rows, found.fates)
    return found


def table(found: Stand) -> list[tuple[str | None, str | None, dict[str, str]]]:
    return [(row.flag_id, row.day, dict(row.values)) for row in found.rows]


def test_one_answer_stands_on_its_own_day_by_the_local_clock() -> None:
    late = Given("F1", {"verdict": "worry"}, None, datetime(2026, 11, 18, 23, 30, tzinfo=UTC), (0, 1))
    assert table(stand(late)) == [("F1", "2026-11-19", {"verdict": "worry"})]
    assert table(stand(said(verdict="worry", day="2026-11-16"))) == [("F1", "2026-11-16", {"verdict": "worry"})]


def test_the_later_answer_of_a_day_counts_and_takes_back_only_what_it_says() -> None:
    found = stand(
        said(file=0, verdict="worry", lead="police"),
        said(file=1, days=0.1, verdict="fine"),
        said(file=2, days=1, verdict="other"),
    )
    assert table(found) == [
        ("F1", "2026-11-18", {"verdict": "fine", "lead": "police"}),
        ("F1", "2026-11-19", {"verdict": "other"}),
    ]
    assert found.fates == {(0, 1): "replaced", (1, 1): "stands", (2, 1): "stands"}


def test_the_same_said_twice_is_a_copy() -> None:
    found = stand(said(file=0, verdict="worry"), said(file=1, days=0.1, verdict="worry"))
    assert found.fates == {(0, 1): "copy", (1, 1): "stands"}
    assert [row.copies for row in found.rows] == [((0, 1),)]


def test_an_answer_to_the_second_question_finds_the_first() -> None:
    """Days later, or before it; in a mail or in another file."""
    half = {"do_residents_report": "no"}
    for days in (5, -3):
        found = stand(said(file=0, verdict="worry"), said(file=1, days=days, **half))
        assert table(found) == [("F1", "2026-11-18", {"verdict": "worry", **half})]
        assert found.fates == {(0, 1): "stands", (1, 1): "completes"}
    between = stand(said(file=0, verdict="worry"), said(file=1, days=2, **half), said(file=2, days=4, verdict="fine"))
    assert table(between)[0] == ("F1", "2026-11-18", {"verdict": "worry", **half})
    on_its_day = stand(
        said(file=0, verdict="worry"),
        said(file=1, days=9, day="2026-11-18", **half),
        said(file=2, days=4, verdict="fine"),
    )
    assert table(on_its_day)[0] == ("F1", "2026-11-18", {"verdict": "worry", **half})


def test_alone_it_goes_to_the_contract_which_will_set_it_apart() -> None:
    found = stand(said(do_residents_report="no"))
    assert table(found) == [("F1", "2026-11-18", {"do_residents_report": "no"})]


def test_a_workbook_that_is_only_saved_again_does_not_answer_anew() -> None:
    first, again = said(file=0, verdict="worry", made=True), said(file=1, days=6, verdict="worry", made=True)
    assert table(stand(first, again)) == [("F1", "2026-11-18", {"verdict": "worry"})]
    # A mail says so again on purpose, and so does the sheet of a later week.
    assert len(table(stand(first, said(file=1, days=6, verdict="worry")))) == 2
    newer = Given("F1", {"verdict": "worry"}, None, WEDNESDAY + timedelta(days=6), (1, 1), MADE + timedelta(days=7))
    assert len(table(stand(first, newer))) == 2


def test_nor_when_the_earlier_version_was_overwritten() -> None:
    again = said(days=6, verdict="worry", made=True)
    known = {"F1": {date(2026, 11, 18): {"verdict": "worry", "do_residents_report": "no"}}}
    assert table(stand(again, earlier=known)) == [("F1", "2026-11-18", {"verdict": "worry"})]
    other = {"F1": {date(2026, 11, 18): {"verdict": "worry"}, date(2026, 11, 20): {"verdict": "fine"}}}
    assert table(stand(again, earlier=other)) == [("F1", "2026-11-24", {"verdict": "worry"})]
    before_it_went_out = {"F1": {date(2026, 11, 12): {"verdict": "worry"}}}
    assert table(stand(again, earlier=before_it_went_out)) == [("F1", "2026-11-24", {"verdict": "worry"})]


def test_what_is_not_clear_spoils_nothing() -> None:
    found = stand(
        said(file=0, verdict="worry"), said(file=1, days=0.1, verdict=UNCLEAR), said(file=2, flag=None, verdict="fine")
    )
    assert table(found) == [
        ("F1", "2026-11-18", {"verdict": "worry"}),
        (None, "2026-11-18", {"verdict": "fine"}),
        ("F1", None, {"verdict": UNCLEAR}),
    ]


def test_on_a_day_of_the_organisations_own_source_it_has_the_word() -> None:
    found = stand(said(file=0, verdict="worry"), said(file=1, days=1, verdict="fine"), taken=(("F1", "2026-11-18"),))
    assert table(found) == [("F1", "2026-11-19", {"verdict": "fine"})]
    assert found.fates[0, 1] == "replaced"


GIVEN = st.builds(
    lambda flag, values, day, hours, made: (flag, values, day, hours, made),
    st.sampled_from(["F1", "F2", None]),
    st.dictionaries(
        st.sampled_from(["verdict", "do_residents_report", "lead"]), st.sampled_from(["a", "b", UNCLEAR]), min_size=1
    ),
    st.sampled_from([None, None, "2026-11-18", UNCLEAR]),
    st.integers(0, 60),
    st.booleans(),
)


@settings(deadline=None)
@given(drawn=st.lists(GIVEN, max_size=8), taken=st.booleans())
def test_every_answer_has_one_fate_and_no_day_has_two_answers(drawn: list[Any], taken: bool) -> None:
    given = [
        Given(flag, values, day, WEDNESDAY + timedelta(hours=hours), (number, 1), MADE if made else None)
        for number, (flag, values, day, hours, made) in enumerate(drawn)
    ]
    found = stand(*given, taken=(("F1", "2026-11-18"),) if taken else ())
    assert set(found.fates) == {each.place for each in given}
    fates = Counter(found.fates.values())
    assert len(found.rows) == fates["stands"]
    assert sum(len(row.copies) for row in found.rows) == fates["copy"]
    keys = [(row.flag_id, row.day) for row in found.rows if row.flag_id and row.day]
    assert len(keys) == len(set(keys))
    # Every clear word that stands was said, and no clear one by somebody who was not clear.
    for row in found.rows:
        for column, value in row.values.items():
            assert any(each.flag_id == row.flag_id and each.values.get(column) == value for each in given)
