"""A short form of `make faults`: several faults in one home, one after the other; after all of them nothing is lost.

In the long form (`run.py`) every fault has a home of its own.
"""

from __future__ import annotations

import random
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest
from attempts import Attempt, judged, survived, wrong_now
from comparing_homes import differences, same, wrong_accounts
from disk_faults import nearly_full, refused, small_disk, unwritable, why_no_disk
from fault_towns import MINUTE, copy_home
from kills import KILLED, killed_after
from may_differ import REBUILT, UPGRADED
from moment_faults import begun_twice
from nursery import begin, end
from source_faults import BAD, copied_sources, make_pipe
from stage import Stage, ran
from striking import strike_at
from warehouse_faults import made_again, make_older

SEED = 5
UPGRADING = 3
LINKED = "after point_latest_at"
LITTLE_ROOM = 64
"""Room on a disk that is nearly full [KiB]."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("faults"))


@pytest.fixture
def calm(stage: Stage, tmp_path: Path) -> Path:
    """A copy of the undisturbed home, to take something away from."""
    return copy_home(stage.next_week.undisturbed, tmp_path / "home")


def assert_survived(attempt: Attempt) -> None:
    assert attempt.wrong == (), "\n".join(attempt.wrong)[:6000]
    assert attempt.rows_lost == 0


def test_killed_time_and_again_without_room_without_rights_with_a_source_that_hangs(stage: Stage) -> None:
    """kill -9 in an upgrade, inside a transaction, at a task's end, beside the link to the week and at an instant."""
    week = replace(stage.next_week, allowed=(UPGRADED,))
    points, chance = stage.points, random.Random(SEED)
    inside = chance.choice(points.in_transactions(chance))
    struck = [UPGRADING, inside, chance.choice(points.boundaries), points.names.index(LINKED)]
    with ExitStack() as stack:
        place, why_not = stage.folder / "homes", why_no_disk(stage)
        if why_not is None:
            place = stack.enter_context(small_disk(stage.folder / "disk"))
        home = copy_home(week.before, place / "killed")
        make_older(home)
        for number, point in enumerate(sorted(struck)):
            moment = week.moment - (len(struck) - number) * MINUTE
            assert end(begin(strike_at, home, week.sources, moment, point)) == KILLED, points.names[point]
            assert wrong_now(home, week) == [], points.names[point]
        assert list(home.glob("warehouse.before-*")), "the older one is kept"
        assert killed_after(points.seconds * chance.uniform(0.2, 0.5), home, week, week.moment)
        assert wrong_now(home, week) == []
        # Where no disk can be mounted these two are left to `make faults` on a machine that can.
        for hindered in (unwritable(place), nearly_full(place, LITTLE_ROOM)) if why_not is None else ():
            with hindered:
                wrong, said = refused(stage, home, week)
            assert (wrong, said[:11]) == ([], "exit code 1"), said
        sources = copied_sources(stage, week, "hanging")
        make_pipe(sources / f"{BAD}.parquet")
        assert [source for source, problem in ran(home, sources, week.moment + MINUTE).items() if problem] == [BAD]
        assert_survived(survived("all of these", str(struck), home, week, is_as_it_was=False))


def test_a_damaged_warehouse_is_made_again_and_then_run_twice_at_once(stage: Stage) -> None:
    week = replace(stage.next_week, allowed=(REBUILT,))
    home = stage.home(week, "damaged")
    wrong, said = made_again(stage, home, week, "cut in half")
    assert wrong == [], said
    wrong, said = begun_twice(stage, home, week.sources, week.moment)
    assert wrong == [], said
    assert_survived(judged("both", "", home, week))


def test_the_comparison_sees_a_row_a_count_and_a_text(calm: Path, stage: Stage) -> None:
    """What holds the rest: whatever is taken away or changed is found, and lost rows are counted."""
    undisturbed = stage.next_week.undisturbed
    assert differences(calm, undisturbed) == []
    with duckdb.connect(":memory:") as con:
        con.execute(f"attach '{calm / 'warehouse.duckdb'}' as warehouse")
        con.execute("use warehouse")
        con.execute("delete from raw.repairs where repair_id in (select min(repair_id) from raw.repairs)")
        con.execute("update panel.weekly set visits = visits + 1 where week = (select max(week) from panel.weekly)")
        con.execute("update flags.flags set question = 'Something else?'")
        con.execute("update checks.accounts set rows_read = rows_read + 1 where source = 'complaints'")
    file = calm / "published" / "latest" / "scores.parquet"
    scores = pl.read_parquet(file)
    scores.with_columns(pl.col("p_quiet") + 1e-6).write_parquet(file)
    next(calm.glob("shared/*/*/digest.html")).write_text("half a p", encoding="utf-8")
    found = {each.where: each for each in differences(calm, undisturbed)}
    assert found["raw.repairs"].rows_lost == 1
    assert {"panel.weekly", "flags.flags"} <= found.keys()
    assert any(where.startswith("published") and where.endswith("scores") for where in found)
    assert any(where.startswith("shared") and where.endswith("digest.html") for where in found)
    assert len(wrong_accounts(calm)) == 2, "one of each run"


def test_floats_are_the_same_within_a_billionth_and_nothing_else_is() -> None:
    assert same(0.1 + 0.2, 0.3)
    assert same({"a": [0.3, "x", None]}, {"a": [0.1 + 0.2, "x", None]})
    assert same(float("nan"), float("nan"))
    assert not same(1.0, 1.0 + 1e-8)
    assert not same(1, 1.0)
    assert not same("1", 1)
    assert not same([1], [1, 2])
