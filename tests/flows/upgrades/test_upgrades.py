"""A warehouse of an older version goes on as if it had always been of this one; a kill leaves a whole version."""

from __future__ import annotations

import logging
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from kept_town import WEEK, KeptTown, said_of, tables_of
from polars.testing import assert_frame_equal
from story import LAST_WEEK, MONDAY_MORNING, quick_checks

import flows.upgrades.applying
from data_contracts.contract import contracts
from data_contracts.problem import Problem
from data_contracts.row_rules import quoted
from flows.home import SECRET_VARIABLE, Home
from flows.keeping.compacting import rows_by_table
from flows.language import Language
from flows.upgrades.applying import STEPS, upgrade_warehouse
from flows.warehouse import KEPT_TABLES, VERSION, connect_warehouse, open_warehouse, prepare_warehouse
from flows.weekly import prepare

VERSION_1 = (Path(__file__).parent / "version_1.sql").read_text(encoding="utf-8")
FIRST_WEEK = LAST_WEEK - WEEK


def older(newer: Path, file: Path) -> None:
    """Writes a warehouse of version 1 with the rows of one of today, as far as its tables and columns go."""
    with duckdb.connect(":memory:") as con:
        con.execute(f"attach {quoted(newer)} as newer (read_only)")
        con.execute(f"attach {quoted(file)} as warehouse")
        con.execute("use warehouse")
        con.execute(VERSION_1)
        for name in rows_by_table(con):
            if name == "checks.version" or name.startswith("panel."):
                continue
            columns = ", ".join(f'"{column}"' for column, _ in columns_of(con, name))
            con.execute(f"insert into {name} by name select {columns} from newer.{name}")
        con.execute("insert into checks.gaps values ('complaints', date '2026-01-01', date '2026-01-02')")
        con.execute("insert into checks.quarantine values ('repairs', ['x'], '{}', 1, null, null)")


def columns_of(con: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, str]]:
    return con.execute(f"select column_name, column_type from (describe {name})").fetchall()


def version_in(home: Home) -> tuple[int, bool, dict[str, int]]:
    """Its version, whether it has what version 2 brought, and its rows."""
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        [[version]] = con.execute("from checks.version").fetchall()
        has_column = "rows_forgotten" in dict(columns_of(con, "checks.accounts"))
        return version, has_column, rows_by_table(con)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> KeptTown:
    """One week was run; its home called `old` is of version 1."""
    made = KeptTown(Path(tmp_path_factory.mktemp("upgrades")))
    with pytest.MonkeyPatch.context() as patched, quick_checks():
        patched.delenv(SECRET_VARIABLE, raising=False)
        made.begin()
        made.judge(FIRST_WEEK)
    old = made.home_called("old")
    shutil.copytree(made.home.folder, old.folder, symlinks=True)
    old.warehouse.unlink()
    older(made.home.warehouse, old.warehouse)
    return made


@pytest.fixture
def old(town: KeptTown, tmp_path: Path) -> Home:
    copied = Home(tmp_path / "home")
    shutil.copytree(town.home_called("old").folder, copied.folder, symlinks=True)
    return copied


@pytest.fixture
def bare(tmp_path: Path) -> Home:
    """A home of version 1 with an account, and no more."""
    made = Home(tmp_path / "bare")
    made.create()
    with duckdb.connect(str(made.warehouse)) as con:
        con.execute(VERSION_1)
        con.execute("insert into checks.accounts (run_id, source, rows_read) values ('first', 'repairs', 7)")
    return made


def test_a_week_of_an_older_warehouse_is_as_of_a_fresh_one(
    town: KeptTown, old: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = version_in(old)
    assert before[:2] == (1, False)
    assert before[2]["flags.flags"] > 0, "the old one has rows"
    with quick_checks():
        folders = [town.judge(LAST_WEEK, home) for home in (town.home, old)]
    fresh, upgraded = (tables_of(folder) for folder in folders)
    for name, table in fresh.items():
        # What was told before a column was added stays as it was told.
        late = [each.name for each in contracts("published")[name].columns if each.added_in and name in KEPT_TABLES]
        have, want = upgraded[name].drop(late), table.drop(late)
        assert_frame_equal(have, want, check_exact=False, rel_tol=0, abs_tol=1e-9)
    assert said_of(folders[1])["lesson"] == said_of(folders[0])["lesson"], "the lesson was taken over"
    with open_warehouse(town.home) as con:
        shapes = {name: columns_of(con, name) for name in rows_by_table(con)}
    with open_warehouse(old) as con:
        assert {name: columns_of(con, name) for name in rows_by_table(con)} == shapes
        assert con.execute("from checks.version").fetchall() == [(VERSION,)]
        forgotten = con.execute("select distinct rows_forgotten from checks.accounts").fetchall()
    assert forgotten == [(0,)]
    kept = old.folder / "warehouse.before-2.duckdb"
    shutil.copy(kept, old.warehouse)
    assert version_in(old) == before, "as it was, it is set aside"
    assert kept.stat().st_mode & 0o777 == 0o600


def test_it_is_told_in_one_line_and_done_once(
    town: KeptTown, old: Home, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = town.run_of(LAST_WEEK, old)
    # A display that another test showed keeps what is told to itself; where Prefect ran, its handlers hear it twice.
    monkeypatch.setattr(logging.getLogger("luisterpost"), "propagate", True)
    monkeypatch.setattr(logging.getLogger("luisterpost"), "handlers", [])
    with caplog.at_level("WARNING", "luisterpost"):
        prepare(run)
        copy = old.folder / "warehouse.before-2.duckdb"
        told = Language("nl").say("warehouse.upgraded", found=1, made=2, copy=copy)
        assert [each.getMessage() for each in caplog.records] == [told]
        written_at = copy.stat().st_mtime_ns
        with open_warehouse(old) as con:
            assert prepare_warehouse(con, "again", run.read_at) is None
        assert len(caplog.records) == 1
    assert copy.stat().st_mtime_ns == written_at


class Stopping:
    """A connection that is cut off before its nth statement."""

    def __init__(self, con: duckdb.DuckDBPyConnection, nth: int) -> None:
        self.con, self.left = con, nth

    def execute(self, *given: Any) -> duckdb.DuckDBPyConnection:
        if self.left == 0 and given[0] != "rollback":
            raise KeyboardInterrupt
        self.left -= self.left > 0
        return self.con.execute(*given)


def test_an_upgrade_that_is_stopped_anywhere_leaves_a_whole_version(bare: Home) -> None:
    _, _, rows = version_in(bare)
    found = []
    for nth in range(30):
        con = connect_warehouse(bare.warehouse)
        try:
            upgrade_warehouse(Stopping(con, nth))  # type: ignore[arg-type]
        except KeyboardInterrupt:
            pass
        else:
            break
        finally:
            con.close()
        found.append(version_in(bare)[:2])
        assert version_in(bare)[2] == rows
        assert list(bare.folder.glob(".warehouse.making")) == []
    assert set(found) == {(1, False)}
    assert len(found) > 5
    assert version_in(bare) == (2, True, rows)


KILLED = """
import os, sys
from pathlib import Path
import flows.warehouse as room
con = room.connect_warehouse(Path(sys.argv[1]))
from flows.upgrades.applying import upgrade_warehouse
class Killed:
    def execute(self, *given):
        if given[0] == "commit":
            os.kill(os.getpid(), 9)
        return con.execute(*given)
upgrade_warehouse(Killed())
"""


def test_a_killed_upgrade_is_done_by_the_next_run(bare: Home) -> None:
    _, _, rows = version_in(bare)
    assert subprocess.run([sys.executable, "-c", KILLED, bare.warehouse], check=False).returncode == -signal.SIGKILL
    assert version_in(bare) == (1, False, rows)
    with open_warehouse(bare) as con:
        assert upgrade_warehouse(con) is not None
    assert version_in(bare) == (2, True, rows)


def test_a_later_version_is_refused_and_left_alone(bare: Home) -> None:
    with open_warehouse(bare) as con:
        con.execute("update checks.version set version = ?", [VERSION + 1])
    with pytest.raises(Problem, match=r"warehouse\.later_version") as told, open_warehouse(bare) as con:
        upgrade_warehouse(con)
    assert told.value.figures == {"found": VERSION + 1, "wanted": VERSION}
    assert list(bare.folder.glob("warehouse.before-*")) == []


def test_every_version_since_the_first_has_its_step() -> None:
    numbers = sorted(int(each.stem.removeprefix("to_")) for each in STEPS.glob("to_*.sql"))
    assert numbers == list(range(2, VERSION + 1))


def test_steps_are_taken_in_order_and_each_is_whole(
    bare: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = tmp_path / "steps"
    shutil.copytree(STEPS, steps)
    (steps / "to_3.sql").write_text(
        "alter table checks.accounts add column third bigint; create table raw.half (x int);"
    )
    (steps / "to_4.sql").write_text("create table raw.whole (x int); select third, nothing from checks.accounts;")
    monkeypatch.setattr(flows.upgrades.applying, "STEPS", steps)
    monkeypatch.setattr(flows.upgrades.applying, "VERSION", 4)
    with open_warehouse(bare) as con, pytest.raises(duckdb.BinderException):
        upgrade_warehouse(con)
    version, _, rows = version_in(bare)
    assert (version, "raw.half" in rows, "raw.whole" in rows) == (3, True, False)
    (steps / "to_4.sql").write_text("create table raw.whole (x int);")
    with open_warehouse(bare) as con:
        upgrade = upgrade_warehouse(con)
    assert upgrade is not None
    assert (upgrade.found, upgrade.made, upgrade.copy.name) == (3, 4, "warehouse.before-4.duckdb")
    assert {each.name for each in bare.folder.glob("*.before-*")} == {
        "warehouse.before-2.duckdb",
        "warehouse.before-4.duckdb",
    }


def test_a_column_that_a_kept_table_got_later_is_added_empty(old: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    lives = contracts("published")["lives"]
    later = replace(lives.column("verdict"), name="tone", added_in="9.9.0")
    monkeypatch.setitem(contracts("published"), "lives", replace(lives, columns=(*lives.columns, later)))
    with open_warehouse(old) as con:
        before = con.execute("from flags.lives order by flag_id").pl()
        assert before.height > 0
        prepare_warehouse(con, "again", MONDAY_MORNING)
        after = con.execute("from flags.lives order by flag_id").pl()
    assert_frame_equal(after, before.with_columns(tone=pl.lit(None, pl.String)))
