"""The warehouse: one DuckDB catalog with the schemas raw, panel, scores, flags and checks.

It is attached as `warehouse`, so that the same statements run when the catalog is a DuckLake. One process writes.
Every change is made inside one transaction that replaces whole keys: a second run changes nothing, and a run that is
killed has either done a step or not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from data_contracts.contract import contracts
from data_contracts.problem import Problem
from data_contracts.row_rules import quoted
from data_contracts.tables import add_new_columns, check_shape, create_table
from flows.home import OWNER_ONLY_FILE, RENEWED, SECRET_VARIABLE, Home
from flows.sandbox import lock

if TYPE_CHECKING:
    from flows.upgrades.applying import Upgrade

SPILL = ".spill"
"""Folder beside the warehouse for what does not fit into memory; DuckDB clears it."""
SCHEMAS = ("raw", "staging", "panel", "scores", "flags", "checks", "publish")
VERSION = 2

# What the pipeline keeps about its own work. Grain first, then why it is there.
CHECKS_TABLES = {
    # One row: which version of Luisterpost's tables this is.
    "version": "version INTEGER",
    # One row: tells whether the secret is still the same, and nothing else about it.
    "secret": "secret_check VARCHAR",
    # Per run: so that one can say what was done when.
    "runs": "run_id VARCHAR, week DATE, started_at TIMESTAMP, is_published BOOLEAN",
    # Per run and source: rows read = kept + quarantined + already known + forgotten.
    "accounts": """run_id VARCHAR, source VARCHAR, state VARCHAR, reason VARCHAR, fingerprint VARCHAR,
        file VARCHAR, ignored VARCHAR[], rows_read BIGINT, rows_kept BIGINT, rows_quarantined BIGINT,
        rows_already_known BIGINT, rows_withdrawn BIGINT, rows_forgotten BIGINT""",
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
    # One row, once anything was: rows of weeks before this Monday are forgotten, and do not come back.
    "forgotten_weeks": "before DATE",
    # Per reporter who is forgotten: by what their rows are known if they come again (`data_contracts.personal`).
    "forgotten_reporters": "mark VARCHAR",
    # One row while the file may still hold bytes of what was removed from its tables.
    "to_compact": "is_due BOOLEAN",
    # Per feed and change: what the watch over feeds found, made anew each run; masks its stream where it says so.
    "feed_alarms": """source VARCHAR, area_team VARCHAR, channel VARCHAR, kind VARCHAR, from_week DATE,
        until_week DATE, found_week DATE, seen BIGINT, expected DOUBLE, n_alike BIGINT, is_masking BOOLEAN""",
    # Per feed: how it stands in the week that was judged last, in the columns of the published contract.
    "feeds": """source VARCHAR, area_team VARCHAR, channel VARCHAR, last_row_on DATE, state VARCHAR,
        seen_recently BIGINT, due_recently DOUBLE, from_week DATE, found_week DATE, seen BIGINT, expected DOUBLE,
        n_alike BIGINT, is_masking BOOLEAN, rows_timed BIGINT, rows_evening BIGINT""",
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

# Tables of published contracts that stay from run to run, with their schema: what was said in a week stays said.
KEPT_TABLES = {"flags": "flags", "lives": "flags", "quarters": "scores", "scores": "scores"}


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
        # Another file that is too short is a source's.
        is_cut_off = "Could not read enough bytes" in str(error) and str(home.warehouse) in str(error)
        if is_cut_off or "Corrupt database" in str(error):
            why = str(error).splitlines()[0]
            raise Problem("warehouse.unreadable", file=home.warehouse, why=why) from error
        raise
    finally:
        con.close()


def connect_warehouse(file: Path) -> duckdb.DuckDBPyConnection:
    """Attaches a warehouse file (made if it is not there) to a new in-memory connection.

    It reaches the folder of that file and nothing else.
    """
    con = duckdb.connect(":memory:")
    try:
        con.execute("set timezone = 'UTC'")
        # What does not fit into memory goes to the home, not to wherever the command was typed.
        con.execute(f"set temp_directory = {quoted(file.with_name(SPILL))}")
        con.execute(f"attach {quoted(file)} as warehouse")
        con.execute("use warehouse")
        file.chmod(OWNER_ONLY_FILE)
        lock(con, [file.parent])
    except (duckdb.Error, OSError) as error:
        con.close()
        message = "warehouse.busy" if "could not set lock" in str(error).lower() else "warehouse.unreadable"
        raise Problem(message, file=file, why=str(error).splitlines()[0]) from error
    return con


def prepare_warehouse(con: duckdb.DuckDBPyConnection, run_id: str, started_at: datetime) -> Upgrade | None:
    """Makes what is not there yet, holds what is there against the contracts, and notes that a run begins.

    Returns:
        What was done first, where the warehouse was of an older version.

    Raises:
        Problem: `warehouse.later_version` or `warehouse.other_shape`.
    """
    # The steps are taken with what stands in this file.
    from flows.upgrades.applying import upgrade_warehouse

    upgrade = upgrade_warehouse(con)
    with transaction(con):
        make_tables(con)
        con.execute("insert into checks.runs values (?, null, ?, false)", [run_id, started_at.replace(tzinfo=None)])
    for name, contract in contracts("inputs").items():
        check_shape(con, contract, f"raw.{name}")
    return upgrade


def make_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the tables that are not there yet, empty, and gives those that are there the columns that were added."""
    for schema in SCHEMAS:
        con.execute(f"create schema if not exists {schema}")
    for name, columns in CHECKS_TABLES.items():
        con.execute(f"create table if not exists checks.{name} ({columns})")
    for name, columns in MEMORY_TABLES.items():
        con.execute(f"create table if not exists scores.{name} ({columns})")
    for name, contract in contracts("inputs").items():
        con.execute(create_table(contract, f"raw.{name}"))
        add_new_columns(con, contract, f"raw.{name}")
    for name, schema in KEPT_TABLES.items():
        con.execute(create_table(contracts("published")[name], f"{schema}.{name}"))
        add_new_columns(con, contracts("published")[name], f"{schema}.{name}")
    con.execute(f"insert into checks.version select {VERSION} where not exists (from checks.version)")


def check_not_gone(home: Home) -> None:
    """Refuses to begin anew where weeks were published: their flags, answers and told quarters would be lost.

    Raises:
        Problem: `warehouse.gone`.
    """
    if not home.warehouse.exists() and any(home.published.glob("weeks/*")):
        raise Problem("warehouse.gone", file=home.warehouse)


def check_secret(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Holds the secret against the one that the rows in this warehouse were hashed with.

    Raises:
        Problem: `home.other_secret`: a changed secret makes every reporter a stranger; `home.no_secret`: so does a lost
            one, and none is made in its place; `home.half_renewed`.
    """
    used = con.execute("from checks.secret").fetchone()
    is_lost = used is not None and not os.environ.get(SECRET_VARIABLE) and not home.secret_file.exists()
    check = None if is_lost else secret_check(home)
    if used is None:
        con.execute("insert into checks.secret values (?)", [check])
    elif used != (check,):
        is_half_way = used == (check_of(home.next_secrets()),)
        otherwise = "home.no_secret" if is_lost else "home.other_secret"
        place = SECRET_VARIABLE if os.environ.get(SECRET_VARIABLE) else home.secret_file
        raise Problem("home.half_renewed" if is_half_way else otherwise, file=place)


def secret_check(home: Home) -> str:
    """Tells one secret from another, and nothing else about it."""
    return check_of(home.secrets())


def check_of(secrets: tuple[str, ...]) -> str:
    """Tells whether secrets are the same, the ones with which they were renewed included."""
    return sha256(f"luisterpost|{RENEWED.join(secrets)}".encode()).hexdigest()[:16]


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
