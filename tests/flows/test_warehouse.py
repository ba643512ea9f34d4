"""One process writes; what is begun is done whole or not at all; what is no warehouse is said to be none."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from data_contracts.problem import Problem
from flows.home import Home
from flows.warehouse import (
    CHECKS_TABLES,
    finish_run,
    open_warehouse,
    prepare_warehouse,
    set_variables,
    settle_week,
    transaction,
)

AT = datetime(2026, 11, 16, 5, 0, tzinfo=UTC)
HOLDER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


def test_a_warehouse_is_made_for_its_owner_and_made_once(home: Home) -> None:
    for run_id in ("first", "second"):
        with open_warehouse(home) as con:
            prepare_warehouse(con, run_id, AT)
            made = con.execute("select table_name from duckdb_tables() where schema_name = 'checks'").fetchall()
            assert {name for (name,) in made} == set(CHECKS_TABLES)
            assert con.execute("select count(*) from checks.version").fetchone() == (1,)
    assert home.warehouse.stat().st_mode & 0o777 == 0o600


def test_a_warehouse_in_use_elsewhere_is_one_problem_and_free_again_afterwards(home: Home) -> None:
    with open_warehouse(home) as con:
        prepare_warehouse(con, "first", AT)
    command = [sys.executable, "-c", HOLDER, str(home.warehouse)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Problem) as told, open_warehouse(home):
            pass
        holder.communicate("")
    assert told.value.message == "warehouse.busy"
    with open_warehouse(home) as con:
        assert con.execute("select run_id from checks.runs").fetchall() == [("first",)]


@pytest.mark.parametrize("content", [b"this is text, not a database" * 500, b"\x00" * 20_000])
def test_what_is_no_warehouse_is_said_to_be_none_and_left_alone(home: Home, content: bytes) -> None:
    home.warehouse.write_bytes(content)
    with pytest.raises(Problem) as told, open_warehouse(home):
        pass
    assert told.value.message == "warehouse.unreadable"
    assert home.warehouse.read_bytes() == content


def test_a_damaged_block_is_not_taken_for_a_lock(home: Home) -> None:
    with open_warehouse(home) as con:
        prepare_warehouse(con, "first", AT)
    whole = bytearray(home.warehouse.read_bytes())
    whole[12_288:] = bytes(byte ^ 0x55 for byte in whole[12_288:])
    home.warehouse.write_bytes(whole)
    with pytest.raises(Problem) as told, open_warehouse(home) as con:
        prepare_warehouse(con, "second", AT)
    assert told.value.message == "warehouse.unreadable"


def test_a_folder_where_the_warehouse_should_be_is_told(home: Home) -> None:
    home.warehouse.mkdir()
    with pytest.raises(Problem, match=r"warehouse\.unreadable"), open_warehouse(home):
        pass


@pytest.mark.parametrize("name", ["it's", 'dq"', "; drop", "é☂", "a b"])
def test_a_home_may_have_any_name(tmp_path: Path, name: str) -> None:
    home = Home(tmp_path / name)
    home.create()
    with open_warehouse(home) as con:
        prepare_warehouse(con, "first", AT)
    assert home.warehouse.exists()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("update checks.version set version = 99", "warehouse.later_version"),
        ("alter table raw.complexes alter homes type bigint", "warehouse.other_shape"),
        ("alter table raw.complaints add column extra varchar", "warehouse.other_shape"),
        ("alter table raw.repairs drop column cause", "warehouse.other_shape"),
    ],
)
def test_a_warehouse_of_a_later_version_or_another_shape_is_refused(home: Home, change: str, problem: str) -> None:
    with open_warehouse(home) as con:
        prepare_warehouse(con, "first", AT)
        con.execute(change)
    with pytest.raises(Problem) as told, open_warehouse(home) as con:
        prepare_warehouse(con, "second", AT)
    assert told.value.message == problem


def test_a_warehouse_from_before_a_column_was_added_gets_it(home: Home) -> None:
    with open_warehouse(home) as con:
        prepare_warehouse(con, "first", AT)
        con.execute("insert into raw.outcomes by name select 'F1' as flag_id, date '2026-11-09' as reviewed_on")
        con.execute("alter table raw.outcomes drop column is_step_agreed")
        con.execute("drop table flags.lives")
    for run_id in ("second", "third"):
        with open_warehouse(home) as con:
            prepare_warehouse(con, run_id, AT)
            assert con.execute("select flag_id, is_step_agreed from raw.outcomes").fetchall() == [("F1", None)]
            assert con.execute("select count(*) from flags.lives").fetchone() == (0,)


def change_and_raise(con: duckdb.DuckDBPyConnection, trouble: type[BaseException]) -> None:
    with transaction(con):
        con.execute("delete from checks.runs")
        con.execute("create table raw.half (x integer)")
        raise trouble("stop")


@pytest.mark.parametrize("trouble", [RuntimeError, KeyboardInterrupt, Problem])
def test_a_transaction_that_fails_leaves_nothing(home: Home, trouble: type[BaseException]) -> None:
    with open_warehouse(home) as con:
        prepare_warehouse(con, "first", AT)
        with pytest.raises(trouble):
            change_and_raise(con, trouble)
        with pytest.raises(duckdb.CatalogException), transaction(con):
            con.execute("delete from checks.runs; select * from nowhere")
        assert con.execute("select run_id from checks.runs").fetchall() == [("first",)]
        assert con.execute("select count(*) from duckdb_tables() where table_name = 'half'").fetchone() == (0,)
        with transaction(con):
            con.execute("create table raw.whole (x integer)")
    with open_warehouse(home) as con:
        assert con.execute("select count(*) from raw.whole").fetchone() == (0,)


def test_a_run_is_noted_from_its_beginning_to_its_end(home: Home) -> None:
    with open_warehouse(home) as con:
        prepare_warehouse(con, "first", AT)
        assert con.execute("from checks.runs").fetchall() == [("first", None, AT.replace(tzinfo=None), False)]
        con.execute("create table staging.half (x integer)")
        settle_week(con, "first", date(2026, 11, 9))
        finish_run(con, "first")
        week = date(2026, 11, 9)
        assert con.execute("from checks.runs").fetchall() == [("first", week, AT.replace(tzinfo=None), True)]
        assert con.execute("select count(*) from duckdb_tables() where schema_name = 'staging'").fetchone() == (0,)


def test_a_variable_is_a_value_and_never_sql(home: Home) -> None:
    with open_warehouse(home) as con:
        for text in ("'; drop schema raw; --", "it's", "", "☂"):
            set_variables(con, {"given": text})
            assert con.execute("select getvariable('given')").fetchone() == (text,)
