"""A lesson is used for some weeks, then learned anew; with the same lesson only what is new or changed is scored."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from story import LAST_WEEK, MONDAY_MORNING, quick_checks, write_town

import models.scores
from data_contracts.contract import contracts
from data_contracts.problem import Problem
from flows.checkpoints import MOST_GROWTH, Ground
from flows.estimate import count_panel, score
from flows.ingest import take_in
from flows.run import Run, make_run
from flows.warehouse import open_warehouse, prepare_warehouse
from models.streams import STREAMS

BACKFILL = 3
# More history than the town has: else its first weeks fall out of sight one by one, and all is scored anew. And one
# whose sums begin at the same week in all weeks tried here: every eighth week they begin later, and all is anew too.
POLICY = f"[policy]\nbackfill_weeks = {BACKFILL}\nhistory_weeks = 84\n"
WEEK = timedelta(weeks=1)
# A Wednesday of the last week.
LATELY = LAST_WEEK + timedelta(days=2)


@dataclass
class Spy:
    """What `score_weeks` was given and gave, run by run."""

    given: list[dict[str, Any]] = field(default_factory=list)
    gave: list[models.scores.Scored] = field(default_factory=list)

    @property
    def was_learned(self) -> bool:
        return self.given[-1]["lesson"] is None

    @property
    def weeks(self) -> list[date]:
        """The weeks that the last run scored."""
        return self.gave[-1].scores["week"].unique().sort().to_list()


@dataclass(frozen=True)
class Warehouse:
    """A home in which everything is taken in, and judged at will."""

    home: Path
    sources: Path
    spy: Spy

    def judge(self, week: date = LAST_WEEK, settings: str = POLICY) -> pl.DataFrame:
        """One run's counting and scoring, an hour after the one before; gives the table of scores."""
        (self.home / "luisterpost.toml").write_text(settings)
        run = self.run(MONDAY_MORNING + timedelta(hours=len(self.spy.given))).for_week(week)
        with open_warehouse(run.home) as con:
            prepare_warehouse(con, run.run_id, run.read_at)
            count_panel(con, run, week)
            score(con, run, week)
            return con.execute("from scores.scores order by complex_id, week").pl()

    def run(self, read_at: datetime = MONDAY_MORNING) -> Run:
        return make_run(self.home, str(self.sources), None, None, read_at, "nl")

    def tell(self, statement: str, *values: object) -> list[Any]:
        with open_warehouse(self.run().home) as con:
            return con.execute(statement, list(values)).fetchall()

    def announce(self, starts_on: date, team: str | None = None) -> None:
        """Writes a change of the intake of complaints into the warehouse."""
        self.tell(
            "insert into raw.registration_changes by name select ? as change_id, 'complaints' as contract, "
            "? as area_team, ?::date as starts_on, 'fewer' as expected_effect, 'Nieuwe regel' as description, "
            "date '0001-01-01' as _valid_from",
            f"NEW-{starts_on}",
            team,
            starts_on,
        )


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints")
    run = make_run(folder / "home", str(write_town(folder / "town", 40, 64)), None, None, MONDAY_MORNING, "nl")
    with open_warehouse(run.home) as con:
        prepare_warehouse(con, run.run_id, run.read_at)
        with quick_checks():
            assert [problem for name in contracts("inputs") if (problem := take_in(con, run, name).problem)] == []
    return folder


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Spy:
    made, real = Spy(), models.scores.score_weeks

    def watched(*arguments: Any, **given: Any) -> models.scores.Scored:
        made.given.append(given)
        made.gave.append(real(*arguments, **given))
        return made.gave[-1]

    monkeypatch.setattr(models.scores, "score_weeks", watched)
    return made


@pytest.fixture
def warehouse(taken_in: Path, tmp_path: Path, spy: Spy) -> Warehouse:
    shutil.copytree(taken_in / "home", tmp_path / "home")
    return Warehouse(tmp_path / "home", taken_in / "town", spy)


def of_week(scores: pl.DataFrame, week: date) -> pl.DataFrame:
    return scores.filter(pl.col("week") == week)


def test_next_week_takes_the_lesson_over_and_scores_one_week(warehouse: Warehouse) -> None:
    before = warehouse.judge(LAST_WEEK - WEEK)
    assert warehouse.spy.was_learned
    assert len(warehouse.spy.weeks) == BACKFILL + 1
    after = warehouse.judge()
    assert not warehouse.spy.was_learned
    assert warehouse.spy.weeks == [LAST_WEEK]
    weeks = after["week"].unique().sort().to_list()
    assert weeks == [LAST_WEEK - i * WEEK for i in range(BACKFILL, -1, -1)], "one is added, the oldest dropped"
    for week in weeks[:-1]:
        assert of_week(after, week).equals(of_week(before, week))
    assert warehouse.tell("select learned_on from scores.lessons") == [(LAST_WEEK - WEEK,)]


def test_a_lesson_from_the_warehouse_says_the_same_as_a_fresh_one(warehouse: Warehouse) -> None:
    first = warehouse.judge()
    warehouse.tell("delete from scores.checkpoint")
    again = warehouse.judge()
    assert not warehouse.spy.was_learned
    assert len(warehouse.spy.weeks) == BACKFILL + 1, "without a checkpoint every week is scored"
    assert again.equals(first)


def test_a_lesson_is_used_for_four_weeks_and_then_learned_anew(warehouse: Warehouse) -> None:
    warehouse.judge(LAST_WEEK - 4 * WEEK)
    warehouse.judge(LAST_WEEK - WEEK)
    assert not warehouse.spy.was_learned
    warehouse.judge()
    assert warehouse.spy.was_learned
    assert len(warehouse.spy.weeks) == BACKFILL + 1, "a new lesson speaks of every week anew"
    assert warehouse.tell("select learned_on from scores.lessons order by all") == [
        (LAST_WEEK - 4 * WEEK,),
        (LAST_WEEK,),
    ]


def test_how_long_is_a_policy_value_and_another_policy_learns_anew(warehouse: Warehouse) -> None:
    warehouse.judge(LAST_WEEK - WEEK)
    warehouse.judge(settings=POLICY + "relearn_weeks = 1\n")
    assert warehouse.spy.was_learned, "another policy"
    warehouse.judge(settings=POLICY + "relearn_weeks = 1\n")
    assert not warehouse.spy.was_learned, "in its own week a lesson is never old"
    warehouse.judge()
    assert not warehouse.spy.was_learned, "back to the policy of last week, back to its lesson"
    assert len(warehouse.spy.weeks) == BACKFILL + 1, "but the scores rest on another lesson"


def test_a_change_of_intake_that_began_since_is_learned_from(warehouse: Warehouse) -> None:
    warehouse.judge(LAST_WEEK - WEEK)
    warehouse.announce(LAST_WEEK + WEEK)
    warehouse.judge()
    assert not warehouse.spy.was_learned, "it begins next week"
    warehouse.announce(LATELY)
    warehouse.judge()
    assert warehouse.spy.was_learned
    assert any(name.startswith(f"NEW-{LATELY}|") for name in warehouse.spy.gave[-1].lesson.breaks.factors)
    warehouse.judge()
    assert not warehouse.spy.was_learned
    warehouse.tell("update raw.registration_changes set _withdrawn_at = now()::timestamp where change_id like 'NEW-%'")
    warehouse.judge()
    assert warehouse.spy.given[-1]["changes"].filter(pl.col("change_id").str.starts_with("NEW")).is_empty()
    used, first = (warehouse.spy.gave[i].lesson.as_dict() for i in (-1, 0))
    assert used == first, "the lesson that knew of none"


def test_interventions_are_told_once_they_began(warehouse: Warehouse) -> None:
    begun = warehouse.tell("select count(*) from raw.interventions where starts_on <= ?", LAST_WEEK - timedelta(days=1))
    assert begun[0][0] > 0, "the town has interventions"
    warehouse.judge(LAST_WEEK - WEEK)
    given = warehouse.spy.given[-1]["interventions"]
    assert (given.height, given["starts_on"].max() < LAST_WEEK) == (begun[0][0], True)
    warehouse.tell("update raw.interventions set _withdrawn_at = now()::timestamp")
    warehouse.judge()
    assert warehouse.spy.given[-1]["interventions"].is_empty()


def test_a_late_report_scores_its_week_and_those_after_it(warehouse: Warehouse) -> None:
    before = warehouse.judge()
    late = LAST_WEEK - 2 * WEEK
    warehouse.tell(
        "insert into raw.complaints by name select 'LATE' as complaint_id, * exclude (complaint_id, _week), "
        "?::date as _week from (from raw.complaints where _withdrawn_at is null order by complaint_id limit 1)",
        late,
    )
    after = warehouse.judge()
    assert not warehouse.spy.was_learned
    assert warehouse.spy.weeks == [late, late + WEEK, LAST_WEEK]
    assert of_week(after, late - WEEK).equals(of_week(before, late - WEEK))
    assert not of_week(after, late).equals(of_week(before, late))
    assert after.select("complex_id", "week").equals(before.select("complex_id", "week"))


def test_an_older_week_takes_nothing_from_its_future(warehouse: Warehouse) -> None:
    newest = warehouse.judge()
    older = warehouse.judge(LAST_WEEK - 2 * WEEK)
    assert warehouse.spy.given[-1]["checkpoint"] is None
    assert warehouse.spy.was_learned
    assert older["week"].max() == LAST_WEEK - 2 * WEEK
    again = warehouse.judge()
    assert warehouse.spy.given[-1]["checkpoint"] is None, "the scores rest on the older week's lesson"
    assert warehouse.spy.given[-1]["lesson"] is not None
    assert again.equals(newest)


def test_an_older_week_by_the_same_lesson_takes_no_later_checkpoint(warehouse: Warehouse) -> None:
    first = warehouse.judge(LAST_WEEK - WEEK)
    warehouse.judge()
    again = warehouse.judge(LAST_WEEK - WEEK)
    assert not warehouse.spy.was_learned
    assert warehouse.spy.given[-1]["checkpoint"] is None
    assert again.equals(first)


def test_a_week_without_a_complex_leaves_everything_as_it_was(warehouse: Warehouse) -> None:
    before = warehouse.judge(LAST_WEEK - WEEK)
    warehouse.tell("update raw.complexes set in_use_until = ?::date", LAST_WEEK - timedelta(days=1))
    with pytest.raises(Problem, match=r"week\.no_complexes"):
        warehouse.judge()
    assert warehouse.tell("select count(*) from scores.scores") == [(before.height,)]


def ground(**sight: int) -> Ground:
    return Ground("{}", "[]", {each.name: 1000 for each in STREAMS} | sight)


def test_a_lesson_holds_where_as_much_can_be_seen(warehouse: Warehouse) -> None:
    assert ground().bears(ground())
    assert ground(concerns=int(1000 * MOST_GROWTH)).bears(ground())
    assert not ground(concerns=int(1000 * MOST_GROWTH) + 1).bears(ground()), "a longer past came in"
    assert not ground().bears(ground(concerns=0)), "a stream came that nobody delivered before"
    assert ground(concerns=0).bears(ground(concerns=0))
    assert not ground().bears(replace(ground(), terms="other"))
    assert not ground().bears(replace(ground(), changes="other"))
    # A lesson of a version that knew a stream less.
    assert not ground().bears(Ground("{}", "[]", {}))


@pytest.mark.parametrize("damage", ["{", "{}", "null", '{"rates": 1}'])
def test_a_lesson_that_cannot_be_read_is_learned_anew(warehouse: Warehouse, damage: str) -> None:
    warehouse.judge()
    warehouse.tell("update scores.lessons set lesson = ? returning 1", damage)
    warehouse.judge()
    assert warehouse.spy.was_learned
