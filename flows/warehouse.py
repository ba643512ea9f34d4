"""The warehouse: one DuckDB catalog with the schemas raw, panel, scores, flags and checks.

It is attached as `warehouse`, so that the same statements run when the catalog is a DuckLake. One process writes.
Every change is made inside one transaction that replaces whole keys: a second run changes nothing, and a run that is
killed has either done a step or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

import duckdb
import polars as pl

from data_contracts.contract import contracts
from data_contracts.problem import Problem
from data_contracts.row_rules import quoted
from data_contracts.tables import add_new_columns, check_shape, create_table
from flows.home import OWNER_ONLY_FILE, Home

SCHEMAS = ("raw", "staging", "panel", "scores", "flags", "checks", "publish")
VERSION = 1

# What the pipeline keeps about its own work. Grain first, then why it is there.
CHECKS_TABLES = {
    # One row: which version of Luisterpost's tables this is.
    "version": "version INTEGER",
    # One row: tells whether the secret is still the same, and nothing else about it.
    "secret": "secret_check VARCHAR",
    # Per run: so that one can say what was done when.
    "runs": "run_id VARCHAR, week DATE, started_at TIMESTAMP, is_published BOOLEAN",
    # Per run and source: rows read = kept + quarantined + already known.
    "accounts": """run_id VARCHAR, source VARCHAR, state VARCHAR, reason VARCHAR, fingerprint VARCHAR,
        file VARCHAR, ignored VARCHAR[], rows_read BIGINT, rows_kept BIGINT, rows_quarantined BIGINT,
        rows_already_known BIGINT, rows_withdrawn BIGINT""",
    # Per run, source and rule: what Great Expectations counted.
    "rule_outcomes": "run_id VARCHAR, source VARCHAR, rule_id VARCHAR, breaches BIGINT, rows BIGINT, tolerance DOUBLE",
    # Per distinct broken row: which rules it breaks and what it said.
    "quarantine": """source VARCHAR, rules VARCHAR[], original VARCHAR, copies BIGINT, first_seen_at TIMESTAMP,
        last_seen_at TIMESTAMP""",
    # Per run and file of the answers folder: rows = answers + completing + copies + replaced + set apart + empty.
    # Of a file only its kind: its name may say who answered.
    "answer_files": """run_id VARCHAR, file VARCHAR, state VARCHAR, n_rows BIGINT, n_answers BIGINT,
        n_completing BIGINT, n_copies BIGINT, n_replaced BIGINT, n_set_apart BIGINT, n_empty BIGINT, reason VARCHAR""",
    # Per answer that came through the answers folder: a mapping that delivers all it has does not withdraw it.
    "folder_answers": "flag_id VARCHAR, reviewed_on DATE",
    # Per source and period: days that the mapping declares unobserved.
    "gaps": "source VARCHAR, from_on DATE, until_on DATE",
    # Per week and team: how many complexes were probable enough for the list and had no place on it.
    "fell_off": "week DATE, area_team VARCHAR, n_fell_off BIGINT",
}

# What the models leave from one run to the next, beside the scores. Grain first, then why it is there.
MEMORY_TABLES = {
    # Per run that learned: what the town taught it, and on which ground (`checkpoints.py`).
    "lessons": "learned_on DATE, run_id VARCHAR, terms VARCHAR, changes VARCHAR, sight VARCHAR, lesson VARCHAR",
    # One row: which weeks the table of scores rests on, by which lesson.
    "checkpoint": """lesson_run_id VARCHAR, week DATE, complex_ids VARCHAR[], week_numbers BIGINT[],
        digests VARCHAR[]""",
}


@contextmanager
def open_warehouse(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the warehouse attached and in use.

    Raises:
        Problem: `warehouse.busy` if another run holds it, `warehouse.unreadable` if it is no warehouse.
    """
    con = connect_warehouse(home.warehouse)
    try:
        yield con
    except duckdb.Error as error:
        if "Corrupt database" in str(error):
            why = str(error).splitlines()[0]
            raise Problem("warehouse.unreadable", file=home.warehouse, why=why) from error
        raise
    finally:
        con.close()


def connect_warehouse(file: Path) -> duckdb.DuckDBPyConnection:
    """Attaches a warehouse file (made if it is not there) to a new in-memory connection."""
    con = duckdb.connect(":memory:")
    try:
        con.execute("set timezone = 'UTC'")
        con.execute(f"attach {quoted(file)} as warehouse")
        con.execute("use warehouse")
        file.chmod(OWNER_ONLY_FILE)
    except (duckdb.Error, OSError) as error:
        con.close()
        message = "warehouse.busy" if "could not set lock" in str(error).lower() else "warehouse.unreadable"
        raise Problem(message, file=file, why=str(error).splitlines()[0]) from error
    return con


def prepare_warehouse(con: duckdb.DuckDBPyConnection, run_id: str, started_at: datetime) -> None:
    """Makes what is not there yet, holds what is there against the contracts, and notes that a run begins.

    Raises:
        Problem: `warehouse.other_version` or `warehouse.other_shape`.
    """
    with transaction(con):
        for schema in SCHEMAS:
            con.execute(f"create schema if not exists {schema}")
        for name, columns in CHECKS_TABLES.items():
            con.execute(f"create table if not exists checks.{name} ({columns})")
        for name, columns in MEMORY_TABLES.items():
            con.execute(f"create table if not exists scores.{name} ({columns})")
        for name, contract in contracts("inputs").items():
            con.execute(create_table(contract, f"raw.{name}"))
            add_new_columns(con, contract, f"raw.{name}")
        for name in ("flags", "lives"):
            con.execute(create_table(contracts("published")[name], f"flags.{name}"))
        con.execute(create_table(contracts("published")["quarters"], "scores.quarters"))
        con.execute(f"insert into checks.version select {VERSION} where not exists (from checks.version)")
        con.execute("insert into checks.runs values (?, null, ?, false)", [run_id, started_at.replace(tzinfo=None)])
    found = con.execute("select max(version) from checks.version").fetchone()
    if found != (VERSION,):
        raise Problem("warehouse.other_version", found=found and found[0], wanted=VERSION)
    for name, contract in contracts("inputs").items():
        check_shape(con, contract, f"raw.{name}")


def check_secret(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Holds the secret against the one that the rows in this warehouse were hashed with.

    Raises:
        Problem: `home.other_secret`: a lost or changed secret makes every reporter a stranger.
    """
    check = sha256(f"luisterpost|{home.secret()}".encode()).hexdigest()[:16]
    con.execute("insert into checks.secret select ? where not exists (from checks.secret)", [check])
    if con.execute("from checks.secret").fetchone() != (check,):
        raise Problem("home.other_secret", file=home.secret_file)


def settle_week(con: duckdb.DuckDBPyConnection, run_id: str, week: date) -> None:
    """Notes which week a run judges."""
    con.execute("update checks.runs set week = ? where run_id = ?", [week, run_id])


def finish_run(con: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Notes that a run was published, and clears what was only needed on the way."""
    with transaction(con):
        con.execute("update checks.runs set is_published = true where run_id = ?", [run_id])
        for schema in ("staging", "publish"):
            con.execute(f"drop schema {schema} cascade")
            con.execute(f"create schema {schema}")


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing."""
    con.execute("begin transaction")
    try:
        yield
    except BaseException:
        con.execute("rollback")
        raise
    con.execute("commit")


def insert_rows(con: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    """Appends polars rows to a table, by position."""
    con.register("arriving", rows.to_arrow())
    con.execute(f"insert into {table} from arriving")
    con.unregister("arriving")


def set_variables(con: duckdb.DuckDBPyConnection, variables: dict[str, object]) -> None:
    """Sets session variables; values travel as parameters, never as SQL text."""
    for name, value in variables.items():
        con.execute(f"set variable {name} = $value", {"value": value})
