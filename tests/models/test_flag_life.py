"""A flag lives from its first list to its end; every end has a reason, and safety is never told of."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.flag_life import LIFE_COLUMNS, TOLD_COLUMNS, flag_lives
from models.policy import Policy

MONDAY = date(2026, 1, 5)
WEEK = timedelta(weeks=1)
POLICY = Policy()
LIST = {"area_team": "Noord", "why": "quiet_decline", "complex_id": "A"}
SCORE = {
    "area_team": "Noord",
    "p_quiet_decline": 0.9,
    "state": "always_quiet",
    "is_private_small": False,
    "is_too_small_to_know": False,
}
NO_WEEKS = {"complex_id": "Z", "week": MONDAY}


def day(number: int) -> date:
    """A day counted from the first Monday."""
    return MONDAY + timedelta(days=number)


def scores(n_weeks: int, chances: dict[int, float] | None = None, **weekly: dict[int, Any]) -> pl.DataFrame:
    """Scores of complex A; Z is there all weeks, so that the history goes on where A is not in use.

    `chances` and the other columns say from which week on another value holds; a state of None means not in use.
    """
    rows = []
    for i in range(n_weeks):
        row = dict(SCORE)
        for column, changes in ({"p_quiet_decline": chances or {}} | weekly).items():
            for since, value in sorted(changes.items()):
                row[column] = value if i >= since else row[column]
        rows += [{"complex_id": "Z", "week": MONDAY + i * WEEK} | SCORE | {"p_quiet_decline": 0.0}]
        rows += [{"complex_id": "A", "week": MONDAY + i * WEEK} | row] if row["state"] is not None else []
    return pl.DataFrame(rows)


def lists(*weeks: int, first: int | None = None, **other: Any) -> pl.DataFrame:
    """The rows of one flag on the lists of some weeks, by number."""
    since = weeks[0] if first is None else first
    return pl.DataFrame(
        [
            LIST | {"flag_id": f"F{since}", "first_week": MONDAY + since * WEEK, "week": MONDAY + week * WEEK} | other
            for week in weeks
        ]
    )


def answers(*rows: tuple[Any, ...]) -> pl.DataFrame:
    """Answers as (flag_id, day, verdict) and other columns by name."""
    return pl.DataFrame(
        [
            {"flag_id": flag_id, "complex_id": "A", "reviewed_on": day(number), "verdict": verdict}
            | (other[0] if other else {})
            for flag_id, number, verdict, *other in rows
        ],
        schema=TOLD_COLUMNS,
    )


def lives(flags: pl.DataFrame, said: pl.DataFrame, scored: pl.DataFrame, policy: Policy = POLICY) -> pl.DataFrame:
    found = flag_lives(flags, said, scored, policy)
    assert dict(found.schema) == LIFE_COLUMNS
    assert found["flag_id"].is_unique().all()
    return found


def life(flags: pl.DataFrame, said: pl.DataFrame, scored: pl.DataFrame, policy: Policy = POLICY) -> dict[str, Any]:
    found = lives(flags, said, scored, policy)
    assert found.height == 1
    return found.row(0, named=True)


def ended(found: dict[str, Any]) -> tuple[str, str | None, date | None]:
    return found["status"], found["closed_because"], found["closed_on"]


NOTHING = answers()


def test_new_in_its_first_week_and_open_after_it() -> None:
    new = life(lists(3), NOTHING, scores(4))
    assert (new["status"], new["status_since"], new["weeks_open"]) == ("new", MONDAY + 3 * WEEK, 0)
    later = life(lists(3, 4, 5), NOTHING, scores(6))
    assert (later["status"], later["status_since"], later["weeks_open"]) == ("open", MONDAY + 4 * WEEK, 2)
    assert later["last_listed_week"] == MONDAY + 5 * WEEK
    assert later["verdict"] is None


def test_an_open_flag_stays_open_without_a_place_or_a_judgement() -> None:
    assert life(lists(3, 4), NOTHING, scores(9))["status"] == "open"
    assert life(lists(3, 4), NOTHING, scores(12, state={5: "feed_suspect"}))["status"] == "open"


def test_a_rest_lasts_up_to_and_including_its_last_day() -> None:
    said = answers(("F0", 9, "worry", {"snooze_until": day(27)}))
    resting = life(lists(0, 1), said, scores(3))
    assert (resting["status"], resting["status_since"], resting["rests_until"]) == ("snoozed", day(9), day(27))
    # The list of the fourth week is read on the Monday after the last day.
    assert life(lists(0, 1), said, scores(4))["rests_until"] is None
    awake = life(lists(0, 1, 4), said, scores(5))
    assert (awake["status"], awake["status_since"], awake["rests_until"]) == ("open", day(28), None)


def test_known_already_rests_for_a_quarter() -> None:
    said = answers(("F0", 9, "known_already"))
    assert life(lists(0), said, scores(2))["rests_until"] == day(9) + timedelta(weeks=POLICY.known_rest_weeks)
    assert [life(lists(0), said, scores(n))["status"] for n in (14, 15)] == ["snoozed", "open"]


def test_fine_closes_on_the_day_it_was_said_until_somebody_says_otherwise() -> None:
    said = answers(("F0", 9, "fine"))
    assert ended(life(lists(0), said, scores(2))) == ("closed", "fine", day(9))
    undone = answers(("F0", 9, "fine"), ("F0", 30, "worry"))
    assert ended(life(lists(0), undone, scores(4))) == ("closed", "fine", day(9))
    assert ended(life(lists(0), undone, scores(5))) == ("open", None, None)
    # Who did not look has taken nothing back.
    kept = answers(("F0", 9, "fine"), ("F0", 16, "not_looked"))
    assert ended(life(lists(0), kept, scores(4))) == ("closed", "fine", day(9))


def test_the_professional_overrules_and_that_is_recorded() -> None:
    overruled = {"is_overruled": True}
    assert ended(life(lists(0), answers(("F0", 9, "worry", overruled)), scores(3))) == ("closed", "overruled", day(9))
    assert ended(life(lists(0), answers(("F0", 9, "not_looked", overruled)), scores(3)))[1] == "overruled"
    assert ended(life(lists(0), answers(("F0", 9, "fine", overruled)), scores(3)))[1] == "fine"
    rest = answers(("F0", 9, "worry", overruled | {"snooze_until": day(60)}))
    assert life(lists(0), rest, scores(3))["status"] == "snoozed"
    assert life(lists(0), answers(("F0", 9, "known_already", overruled)), scores(3))["status"] == "snoozed"


def test_the_norm_closes_after_weeks_in_a_row() -> None:
    flags = lists(*range(6))
    low = {6: 0.1}
    assert [life(flags, NOTHING, scores(n, low))["norm_weeks_met"] for n in (6, 7, 8, 9)] == [0, 1, 2, 3]
    assert life(flags, NOTHING, scores(9, low))["status"] == "open"
    closed = life(flags, NOTHING, scores(10, low))
    assert ended(closed) == ("closed", "norm_met", day(9 * 7 + 6))
    assert (closed["norm_weeks_met"], closed["weeks_open"]) == (4, 9)
    # A rest does not keep it from closing; one week above begins the count anew; a suspect feed passes it over.
    rest = answers(("F0", 40, "worry", {"snooze_until": day(400)}))
    assert ended(life(flags, rest, scores(10, low)))[1] == "norm_met"
    assert life(flags, NOTHING, scores(12, {6: 0.1, 9: 0.31, 10: 0.1}))["norm_weeks_met"] == 2
    passed = scores(12, low, state={8: "feed_suspect", 10: "ordinary"})
    assert [life(flags, NOTHING, passed.filter(pl.col("week") < MONDAY + n * WEEK))["status"] for n in (11, 12)] == [
        "open",
        "closed",
    ]


def test_what_closed_is_told_of_for_some_weeks_and_keeps_its_day() -> None:
    said = answers(("F0", 9, "fine"))
    told = [flag_lives(lists(0), said, scores(n), POLICY) for n in range(2, 14)]
    assert [each.height for each in told] == [1] * POLICY.closed_told_weeks + [0] * (12 - POLICY.closed_told_weeks)
    assert {each["closed_on"][0] for each in told if each.height} == {day(9)}
    assert {each["weeks_open"][0] for each in told if each.height} == {1}


@pytest.mark.parametrize(
    "change", [{"state": {5: "emptied"}}, {"state": {5: None}}, {"is_private_small": {5: True}}], ids=str
)
def test_gone_is_an_end_as_long_as_it_lasts(change: dict[str, Any]) -> None:
    flags = lists(3, 4)
    for n_weeks in (6, 8, 12):
        assert ended(life(flags, NOTHING, scores(n_weeks, **change))) == ("closed", "gone", day(5 * 7 + 6))
    ((column, values),) = change.items()
    back = {column: values | {7: SCORE[column]}}
    assert life(flags, NOTHING, scores(9, **back))["status"] == "open"


def test_too_small_to_know_ends_it_as_it_ends_the_episode() -> None:
    small = {"is_too_small_to_know": {5: True}}
    assert life(lists(3, 4), NOTHING, scores(8, **small))["status"] == "open"
    assert ended(life(lists(3, 4), NOTHING, scores(9, **small))) == ("closed", "gone", day(8 * 7 + 6))


@pytest.mark.parametrize("verdict", [None, "fine", "known_already", "not_looked"])
def test_a_drawn_complex_ends_after_its_week_unless_there_was_something(verdict: str | None) -> None:
    drawn = lists(3, why="random_draw")
    assert life(drawn, NOTHING, scores(4))["status"] == "new"
    said = answers(("F3", 30, verdict)) if verdict else NOTHING
    status, because, closed_on = ended(life(drawn, said, scores(5)))
    assert status == "closed"
    assert (because, closed_on) == (("fine", day(30)) if verdict == "fine" else ("drawn_once", day(4 * 7 + 6)))


@pytest.mark.parametrize("verdict", ["worry", "other"])
def test_a_drawn_complex_with_worries_goes_on_until_it_is_well(verdict: str) -> None:
    drawn = lists(3, why="random_draw")
    said = answers(("F3", 30, verdict))
    assert [life(drawn, said, scores(n))["status"] for n in (5, 20)] == ["open", "open"]
    # It was never quiet: the norm counts from the answer on, in the fifth week.
    calm = scores(20, {0: 0.1})
    told = [life(drawn, said, calm.filter(pl.col("week") < MONDAY + n * WEEK)) for n in range(5, 10)]
    assert [each["norm_weeks_met"] for each in told] == [0, 1, 2, 3, 4]
    assert [each["status"] for each in told] == ["open"] * 4 + ["closed"]
    assert ended(told[-1]) == ("closed", "norm_met", day(8 * 7 + 6))
    again = answers(("F3", 30, verdict), ("F3", 50, verdict))
    assert life(drawn, again, scores(9, {0: 0.1}))["status"] == "open"
    assert ended(life(drawn, answers(("F3", 30, verdict), ("F3", 50, "fine")), scores(9)))[1:] == ("fine", day(50))
    # An answer that comes late opens it again.
    assert ended(life(drawn, answers(("F3", 60, verdict)), scores(8)))[1] == "drawn_once"
    assert life(drawn, answers(("F3", 60, verdict)), scores(9))["status"] == "open"


def test_stuck_when_nothing_new_was_agreed_after_a_step() -> None:
    flags = lists(*range(30))
    agreed = {"is_step_agreed": True, "lead": "municipality", "mandate": "police", "phase": 1}
    said = answers(("F0", 9, "worry", agreed), ("F0", 30, "worry", {"phase": 1}), ("F0", 37, "not_looked"))
    assert life(flags, said, scores(9))["status"] == "open"
    stuck = life(flags, said, scores(10))
    assert (stuck["status"], stuck["status_since"], stuck["step_agreed_on"]) == ("impasse", day(9 + 56), day(9))
    assert (stuck["lead"], stuck["mandate"], stuck["phase"], stuck["is_step_agreed"]) == (
        "municipality", "police", 1, True,
    )  # fmt: skip
    # A rest is no impasse; a new step or phase ends one, and begins the count anew.
    rest = pl.concat([said, answers(("F0", 60, "worry", {"snooze_until": day(100)}))])
    assert life(lists(0), rest, scores(10))["status"] == "snoozed"
    for new in ({"is_step_agreed": True}, {"phase": 2}):
        moved = pl.concat([said, answers(("F0", 80, "worry", new))])
        found = life(flags, moved, scores(12))
        assert (found["status"], found["status_since"], found["step_agreed_on"]) == ("open", day(80), day(80))
        assert life(flags, moved, scores(21))["status"] == "impasse"
    # Nobody agreed on anything: then nothing is stuck.
    assert life(flags, answers(("F0", 9, "worry", {"is_step_agreed": False})), scores(20))["status"] == "open"


def test_the_last_that_was_filled_in_counts() -> None:
    said = answers(
        ("F0", 9, "worry", {"lead": "police", "do_residents_report": "no", "is_step_agreed": True}),
        ("F0", 16, "other", {"lead": "welfare"}),
        ("F0", 23, "not_looked", {"mandate": "corporation", "is_step_agreed": False}),
    )
    found = life(lists(0, 1, 2, 3), said, scores(4))
    told = ("lead", "mandate", "do_residents_report", "verdict", "reviewed_on", "is_step_agreed", "step_agreed_on")
    assert tuple(found[name] for name in told) == ("welfare", "corporation", "no", "other", day(16), False, day(9))
    only = life(lists(0, 1), answers(("F0", 9, "not_looked")), scores(2))
    assert (only["verdict"], only["reviewed_on"], only["status"]) == ("not_looked", day(9), "open")


def test_what_was_answered_or_listed_later_is_not_known_yet() -> None:
    said = answers(("F0", 9, "worry"), ("F0", 14, "fine"))
    found = life(lists(0, 1, 2), said, scores(2))
    assert (found["status"], found["verdict"], found["last_listed_week"]) == ("open", "worry", MONDAY + WEEK)


def test_a_flag_lives_as_if_there_were_no_matter_of_safety() -> None:
    """One that vanished, or was marked, would tell that there is one; a matter by itself has no life."""
    flags = pl.concat([lists(0, 1), lists(2, first=2, why="safety"), lists(3, first=0)])
    found = [flag_lives(flags, NOTHING, scores(n), POLICY).select("flag_id", "status").rows() for n in (1, 2, 3, 4)]
    assert found == [[("F0", "new")], [("F0", "open")], [("F0", "open")], [("F0", "open")]]
    unsaid = pl.concat([lists(0, 1), lists(3, first=0)])
    assert flag_lives(flags, NOTHING, scores(2), POLICY).equals(flag_lives(unsaid, NOTHING, scores(2), POLICY))
    said = answers(("F5", 40, "worry", {"lead": "police"}))
    assert flag_lives(lists(5, 6, why="safety"), said, scores(8), POLICY).is_empty()


def test_a_flag_that_is_asked_under_a_newer_number_lives_no_longer() -> None:
    flags = pl.concat([lists(0, 1), lists(3, 4)])
    assert lives(flags, NOTHING, scores(5))["flag_id"].to_list() == ["F3"]
    # One that was closed is told of beside the new one; the answer to the old one closes only that.
    again = scores(12, {2: 0.0, 7: 0.9})
    both = lives(pl.concat([lists(0, 1), lists(9, 10, 11)]), answers(("F0", 30, "fine")), again)
    assert dict(both.select("flag_id", "status").rows()) == {"F0": "closed", "F9": "open"}


def test_a_fine_on_a_draw_closes_the_flag_that_rests() -> None:
    flags = pl.concat([lists(0), lists(4, why="random_draw")])
    said = answers(("F0", 9, "known_already"), ("F4", 37, "fine"))
    found = lives(flags, said, scores(6))
    assert found.select("flag_id", "closed_because", "closed_on").rows() == [
        ("F0", "fine", day(37)),
        ("F4", "fine", day(37)),
    ]


def test_what_is_older_than_the_scores_lives_only_by_its_rest() -> None:
    late = scores(30).filter(pl.col("week") >= MONDAY + 10 * WEEK)
    assert flag_lives(lists(0, 1), NOTHING, late, POLICY).is_empty()
    rest = answers(("F0", 9, "worry", {"snooze_until": day(400)}))
    assert life(lists(0, 1), rest, late)["status"] == "snoozed"


def test_the_team_that_now_looks_after_it_is_told() -> None:
    moved = scores(3).with_columns(area_team=pl.lit("Zuid"))
    assert life(lists(0, 1), NOTHING, moved)["area_team"] == "Zuid"
    assert life(lists(0, 1), NOTHING, scores(4, state={2: None}))["area_team"] == "Noord"


def test_without_a_flag_there_is_nothing() -> None:
    assert flag_lives(lists(0).clear(), NOTHING, scores(2), POLICY).is_empty()


FILLED = st.fixed_dictionaries(
    {},
    optional={
        "is_overruled": st.booleans(),
        "is_step_agreed": st.booleans(),
        "phase": st.integers(1, 3),
        "lead": st.sampled_from(["police", "welfare"]),
        "snooze_until": st.integers(0, 300).map(day),
    },
)
VERDICTS = st.sampled_from(["worry", "fine", "other", "known_already", "not_looked"])


@settings(max_examples=30, deadline=None)
@given(
    said=st.dictionaries(
        st.tuples(st.sampled_from(["F0", "F4", "F6"]), st.integers(0, 120)), st.tuples(VERDICTS, FILLED), max_size=8
    ),
    chances=st.dictionaries(st.integers(0, 15), st.sampled_from([0.05, 0.5, 0.95]), max_size=5),
    states=st.dictionaries(st.integers(1, 15), st.sampled_from(["emptied", "feed_suspect", "ordinary"]), max_size=3),
    n_weeks=st.integers(7, 18),
    order=st.randoms(),
)
def test_any_order_of_rows_gives_one_life_and_an_end_has_a_reason(
    said: dict[tuple[str, int], tuple[str, dict[str, Any]]],
    chances: dict[int, float],
    states: dict[int, str],
    n_weeks: int,
    order: Any,
) -> None:
    flags = pl.concat([lists(0, 1, 2), lists(4, why="random_draw"), lists(6)])
    rows = answers(*((flag, number, verdict, other) for (flag, number), (verdict, other) in said.items()))
    scored = scores(n_weeks, chances, state=states)
    found = lives(flags, rows, scored)
    mixed = []
    for table in (flags, rows, scored):
        shuffled = table.rows()
        order.shuffle(shuffled)
        mixed.append(pl.DataFrame(shuffled, schema=table.schema, orient="row"))
    assert flag_lives(*mixed, POLICY).equals(found)
    is_closed = found["status"] == "closed"
    assert (found["closed_because"].is_not_null() == is_closed).all()
    assert (found["closed_on"].is_not_null() == is_closed).all()
    assert (found["rests_until"].is_not_null() == (found["status"] == "snoozed")).all()
    read_on = MONDAY + n_weeks * WEEK
    assert (found["status_since"] >= found["first_week"]).all()
    assert (found["status_since"] <= read_on).all()
    assert (found["closed_on"].drop_nulls() < read_on).all()
    assert (found["rests_until"].drop_nulls() >= read_on).all()
    assert (found["weeks_open"] >= 0).all()
