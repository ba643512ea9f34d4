"""Week by week, or all at once: the same rows."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from counted_town import (
    ONE,
    POLICY,
    QUIET,
    REPORTS,
    SOURCE_COLUMNS,
    WORSE,
    changed,
    intake_changes,
    interventions,
    panel,
    since,
    thinned,
    town,
    week,
    without,
)
from threadpoolctl import threadpool_limits

from models.blocks import BlockSums, summed
from models.checkpoint import Checkpoint, first_counted_week, first_new_week, next_sums, sums_before, week_digests
from models.lesson import Lesson, counted, gathered
from models.policy import Policy
from models.scores import Scored, score_weeks
from models.weeks import week_number

N_WEEKS = 100
REGISTER = town(12, homes=80)
# One complex that goes quiet while it declines, and one team in which half the complaints are no longer registered.
PANEL = thinned(
    changed(panel(REGISTER, N_WEEKS), ONE & since(80), **(QUIET | WORSE)),
    (pl.col("area_team") == "Zuid") & since(60),
    0.5,
    "complaints",
)
CHANGES = intake_changes(("V1", "complaints", "Zuid", week(60), "fewer"))
DONE = interventions(("C003", None, week(70)), (None, "Noord", week(90)))


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return score_weeks(until(91), REGISTER, POLICY, 1, changes=CHANGES, interventions=DONE).lesson


def until(n_weeks: int, weekly: pl.DataFrame = PANEL) -> pl.DataFrame:
    return weekly.filter(~since(n_weeks))


def scored(weekly: pl.DataFrame, lesson: Lesson, n_weeks: int = 4, **known: Any) -> Scored:
    given = {"complexes": REGISTER, "policy": POLICY, "interventions": DONE} | known
    return score_weeks(weekly, n_weeks=n_weeks, changes=CHANGES, lesson=lesson, **given)


def added(kept: pl.DataFrame, new: pl.DataFrame, n_weeks: int) -> pl.DataFrame:
    """What a warehouse does with new rows: they take the place of their weeks and later ones, the oldest go."""
    both = pl.concat([kept.filter(pl.col("week") < new["week"].min()), new])
    oldest = both["week"].max() - timedelta(weeks=n_weeks - 1)
    return both.filter(pl.col("week") >= oldest).sort("complex_id", "week")


def assert_as_from_scratch(found: Scored, scratch: Scored) -> None:
    weeks = found.scores["week"].unique().implode()
    assert found.scores.equals(scratch.scores.filter(pl.col("week").is_in(weeks)))
    assert found.streams.equals(scratch.streams)
    assert found.reasons.equals(scratch.reasons)


def test_week_by_week_gives_the_rows_of_one_run_over_all(lesson: Lesson) -> None:
    run = scored(until(91), lesson, 1)
    kept = run.scores
    n_scored = []
    for n in range(92, N_WEEKS + 1):
        run = scored(until(n), lesson, 10, checkpoint=run.checkpoint)
        n_scored.append(run.scores["week"].n_unique())
        kept = added(kept, run.scores, 10)
    # Only what is new, or this test would show nothing; now and then a new week makes a feed of before suspect.
    assert n_scored.count(1) >= 7
    scratch = scored(PANEL, lesson, 10)
    assert kept["week"].n_unique() == 10
    assert kept.equals(scratch.scores)
    assert_as_from_scratch(run, scratch)
    assert run.checkpoint.digests == scratch.checkpoint.digests


def late(number: int, **to: Any) -> pl.DataFrame:
    return changed(PANEL, (pl.col("complex_id") == "C005") & (pl.col("week") == week(number)), **to)


# What may come late or be corrected, and the earliest week of which something is said anew.
LATE: dict[str, tuple[pl.DataFrame, dict[str, Any], int]] = {
    "a complaint": (late(97, complaints=9), {}, 97),
    "a visit": (late(97, visits=pl.col("visits") + 1), {}, 97),
    "a threat, which no stream counts": (late(97, threat_signals=5), {}, 97),
    "homes in use": (late(97, homes_in_use=10), {}, 97),
    "the number of homes": (late(97, homes=8), {}, 97),
    "another team": (late(97, area_team=pl.lit("Noord")), {}, 97),
    "a source that was not to be seen": (without(PANEL, "tenancies", where=pl.col("week") == week(97)), {}, 97),
    "a count before all weeks that are asked for": (late(80, complaints=9), {}, 96),
    # Masked is the whole run of zeros: also what was scored before it was long enough.
    "a feed that turns out to have failed": (
        changed(PANEL, (pl.col("complex_id") == "C005") & since(93), **dict.fromkeys(REPORTS, 0)), {}, 96,
    ),
    "an intervention": (PANEL, {"interventions": pl.concat([DONE, interventions(("C000", None, week(97)))])}, 97),
    "who lives there": (PANEL, {"complexes": REGISTER.with_columns(audience=pl.lit("care"))}, 96),
    "what building it is": (PANEL, {"complexes": REGISTER.with_columns(built_year=pl.lit(1900))}, 96),
    "a complex that came": (
        pl.concat([PANEL, changed(PANEL.filter(ONE), ONE, complex_id=pl.lit("C0001"))]), {}, 96,
    ),
    "a complex that went": (PANEL.filter(~ONE), {}, 96),
    "a complex in the place of another": (changed(PANEL, ONE, complex_id=pl.lit("C900")), {}, 96),
    "nothing": (PANEL, {}, 99),
}  # fmt: skip


@pytest.fixture(scope="module")
def before(lesson: Lesson) -> Scored:
    return scored(until(99), lesson)


@pytest.mark.parametrize("what", LATE)
def test_what_comes_late_changes_what_it_must_and_nothing_else(what: str, lesson: Lesson, before: Scored) -> None:
    weekly, known, first = LATE[what]
    found = scored(weekly, lesson, checkpoint=before.checkpoint, **known)
    scratch = scored(weekly, lesson, **known)
    assert found.scores["week"].min() == week(first)
    assert_as_from_scratch(found, scratch)
    # What was not scored again was right.
    if weekly["complex_id"].unique().sort().equals(REGISTER["complex_id"]):
        assert added(before.scores, found.scores, 10).filter(since(96)).equals(scratch.scores)


@pytest.mark.parametrize("what", ["a count before all weeks that are asked for", "a complex in the place of another"])
def test_sums_of_another_past_are_never_gone_on_from(what: str, lesson: Lesson) -> None:
    """One week is asked for, just where the last run stood; but what lies before it is not what it was."""
    weekly, known, _ = LATE[what]
    before = scored(until(99), lesson, 1)
    found = scored(weekly, lesson, 1, checkpoint=before.checkpoint, **known)
    assert_as_from_scratch(found, scored(weekly, lesson, 1, **known))
    assert not found.scores.equals(scored(PANEL, lesson, 1).scores)


@pytest.mark.parametrize("history_weeks", [90, 60, 26])
def test_a_history_that_slides_gives_what_it_gives_from_scratch(history_weeks: int) -> None:
    policy = Policy(history_weeks=history_weeks)

    def window(n: int) -> pl.DataFrame:
        return PANEL.filter(since(n - history_weeks), ~since(n))

    lesson = score_weeks(window(94), REGISTER, policy, 1, changes=CHANGES, interventions=DONE).lesson
    before = None
    for n in range(94, N_WEEKS + 1):
        found = scored(window(n), lesson, 2, checkpoint=before, policy=policy)
        assert_as_from_scratch(found, scored(window(n), lesson, 2, policy=policy))
        before = found.checkpoint
        assert before.sums.end - before.sums.starts[0] <= history_weeks


def test_a_history_that_slides_past_a_change_of_intake_goes_on_expecting_it(lesson: Lesson) -> None:
    """A lesson knows the change; that it began before the first week does not make it undone."""
    zuid = pl.col("area_team") == "Zuid"
    expected = [
        scored(PANEL.filter(since(first)), lesson, 1).streams.filter(pl.col("stream") == "complaints")
        for first in (55, 65)
    ]
    teams = REGISTER.select("complex_id", "area_team")
    one, other = (each.join(teams, on="complex_id").filter(zuid)["expected"] for each in expected)
    assert lesson.breaks.factors["V1|complaints"] < 0.98
    assert one.equals(other)


def test_a_checkpoint_without_sums_will_do_and_one_without_a_lesson_will_not(lesson: Lesson, before: Scored) -> None:
    scratch = scored(PANEL, lesson)
    empty = BlockSums(np.zeros(0, dtype=np.int64), 0, *(np.zeros((7, 0, 0)) for _ in range(3)))
    found = scored(PANEL, lesson, checkpoint=replace(before.checkpoint, sums=empty))
    assert found.scores["week"].unique().to_list() == [week(99)]
    assert_as_from_scratch(found, scratch)
    # Where nothing was learned before there is nothing to go on from.
    learned = score_weeks(PANEL, REGISTER, POLICY, 4, checkpoint=before.checkpoint)
    assert learned.scores["week"].n_unique() == 4


def evidence_of(weekly: pl.DataFrame, lesson: Lesson) -> Any:
    return gathered(counted(weekly, REGISTER, CHANGES, DONE), lesson, POLICY)


@pytest.mark.parametrize(
    "column", [name for names in SOURCE_COLUMNS.values() for name in names if name != "threat_signals"]
)
def test_every_count_is_in_the_digest_of_its_week_and_of_no_other(column: str, lesson: Lesson) -> None:
    before = week_digests(evidence_of(PANEL, lesson))
    after = week_digests(evidence_of(late(90, **{column: pl.col(column) + 1}), lesson))
    assert [number - week_number(week(0)) for number in before if before[number] != after[number]] == [90]


def beside(*rows: tuple[date, str, int | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, {"week": pl.Date, "complex_id": pl.String, "homes": pl.Int32}, orient="row")


def test_digests_know_what_is_told_beside_the_counts_in_any_order(lesson: Lesson) -> None:
    evidence = evidence_of(PANEL, lesson)
    rows = [(week(number), name, number) for number in (3, 4) for name in ("A", "B")]
    plain, one, mixed = (week_digests(evidence, each) for each in ([], [beside(*rows)], [beside(*rows[::-1])]))
    assert one == mixed
    first = week_number(week(0))
    assert {number - first for number in one if one[number] != plain[number]} >= {3, 4}
    other = week_digests(evidence, [beside(*rows[:3], (week(4), "B", None))])
    assert [number - first for number in one if one[number] != other[number]] == [4]
    # Two houses that change places are not the same town.
    swapped = week_digests(evidence, [], pl.DataFrame({"complex_id": ["A", "B"], "audience": ["care", "general"]}))
    as_was = week_digests(evidence, [], pl.DataFrame({"complex_id": ["A", "B"], "audience": ["general", "care"]}))
    assert all(swapped[number] != as_was[number] for number in swapped)


def test_a_digest_is_the_same_in_another_run() -> None:
    """Kept from one week to the next, so it may not rest on what a process draws for itself."""
    told = (
        "import numpy as np, polars as pl; from datetime import date; from models.checkpoint import week_digests;"
        "from models.evidence import Evidence; from models.streams import STREAMS, StreamSeries;"
        "z = np.zeros((2, 1)); none = np.zeros((2, 1), dtype=bool);"
        "e = Evidence([StreamSeries(s, z, z, none) for s in STREAMS], [z] * len(STREAMS), none, z, 105_000);"
        "f = pl.DataFrame({'week': [date(2012, 6, 18)] * 2, 'complex_id': ['A', 'B'], 'homes': [3, None]});"
        "print(week_digests(e, [f], f.drop('week')))"
    )
    told_elsewhere = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout
    said: list[Any] = []
    exec(told.replace("print(", "said.append("), {"said": said})
    assert told_elsewhere.strip() == str(said[0])
    assert "105000" in told_elsewhere


def test_the_first_new_week(lesson: Lesson) -> None:
    evidence = evidence_of(PANEL, lesson)
    first, digests, ids = evidence.first_week, week_digests(evidence), REGISTER["complex_id"]
    before = Checkpoint(ids, digests, summed(evidence))
    assert first_new_week(None, ids, evidence, digests) == first
    assert first_new_week(before, ids, evidence, digests) == first + N_WEEKS
    assert first_new_week(before, ids[::-1], evidence, digests) == first
    assert first_new_week(before, ids, evidence, digests | {first + 40: "?", first + 90: "?"}) == first + 40
    fewer = Checkpoint(ids, {number: each for number, each in digests.items() if number < first + 98}, before.sums)
    assert first_new_week(fewer, ids, evidence, digests) == first + 98
    # A week that has left the history is no change.
    slid = {number: each for number, each in digests.items() if number >= first + 5}
    assert first_new_week(before, ids, evidence, slid) == first + N_WEEKS


def test_sums_that_begin_at_another_week_change_every_digest(lesson: Lesson) -> None:
    evidence = evidence_of(PANEL, lesson)
    slid = replace(evidence.of(np.arange(12)), first_week=evidence.first_week + 8)
    assert int(summed(slid).starts[0]) != int(summed(evidence).starts[0])
    whole, later = week_digests(evidence), week_digests(slid)
    assert not set(whole.values()) & set(later.values())


def test_weeks_at_the_edge_that_no_figure_rests_on_need_no_digest(lesson: Lesson) -> None:
    evidence = evidence_of(PANEL, lesson)
    begin, last = int(summed(evidence).starts[0]), evidence.first_week + N_WEEKS - 1
    assert first_counted_week(evidence, last, 52) == begin
    # A year back from the first week that is asked for lies before the sums begin: then all of it counts.
    assert first_counted_week(evidence, begin + 51, 52) == evidence.first_week
    assert min(week_digests(evidence, since=begin)) == begin
    assert week_digests(evidence, since=begin).items() <= week_digests(evidence).items()


def test_sums_are_taken_over_only_where_they_stand_just_there_and_nothing_changed(lesson: Lesson) -> None:
    evidence = evidence_of(PANEL, lesson)
    first = evidence.first_week
    before = Checkpoint(REGISTER["complex_id"], {}, summed(evidence.until(99)))
    assert sums_before(before, evidence, first + 99, first + 99) is before.sums
    assert sums_before(before, evidence, first + 99, first + 50) is not before.sums
    assert sums_before(before, evidence, first + 98, first + 99) is not before.sums
    assert sums_before(before, evidence, first, first) is None
    made = sums_before(None, evidence, first + 99, first)
    assert made is not None
    assert np.array_equal(made.seen, before.sums.seen)


@pytest.mark.parametrize("n_before", [0, 1, 3, 40])
def test_one_week_more_is_as_all_made_anew(n_before: int, lesson: Lesson) -> None:
    """Also where the first week has moved on since."""
    whole = evidence_of(PANEL, lesson)
    for n in (30, 60, 99):
        sums = summed(whole.until(n))
        shorter = evidence_of(PANEL.filter(since(n_before)), lesson)
        found = next_sums(sums if n_before < n else None, shorter, whole.first_week + n)
        wanted = summed(shorter.until(n + 1 - n_before)) if n_before <= n else found
        assert np.array_equal(found.starts, wanted.starts)
        assert found.end == wanted.end
        for name in ("seen", "expected", "weeks_seen"):
            assert getattr(found, name) == pytest.approx(getattr(wanted, name), rel=1e-12, abs=1e-12)
