"""A warehouse written anew, so that what was deleted from it is gone from the file as well.

DuckDB marks the place of deleted rows as free and leaves their bytes there. Only a fresh file holds nothing but rows.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from data_contracts.row_rules import quoted
from flows.home import OWNER_ONLY_FILE, OWNER_ONLY_FOLDER, Home
from flows.keeping.durable import put_in_place
from flows.warehouse import open_warehouse

MAKING = ".warehouse.making"
"""Folder in the home in which a warehouse is made; a killed run may leave it, and the next one clears it."""


def compact_warehouse(home: Home) -> None:
    """Puts a fresh copy in the place of the warehouse; what was deleted can't be found in the home's warehouse again.

    The caller holds the home (`Home.alone`) and has no connection open. A kill leaves the old file or the new one.
    Copies that were set aside (`forgetting.set_aside_in`) are left alone.

    Raises:
        Problem: `warehouse.busy` or `warehouse.unreadable`.
    """
    if not home.warehouse.exists():
        return
    with room_to_make(home.folder) as room:
        fresh = room / home.warehouse.name
        copy_warehouse(home, fresh)
        # Its changes are in the file by now; beside the fresh one it would be another's.
        log_of(home.warehouse).unlink(missing_ok=True)
        put_in_place(fresh, home.warehouse)


def copy_warehouse(home: Home, target: Path) -> None:
    """Writes a consistent copy of the warehouse, with its rows and nothing else, to a file that does not exist yet.

    Raises:
        Problem: `warehouse.busy` or `warehouse.unreadable`.
    """
    with open_warehouse(home) as con:
        # What a killed run left in the log goes into the file first.
        con.execute("checkpoint warehouse")
        copy_into(con, target)


def copy_into(con: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Writes the tables of the warehouse in use to a file that does not exist yet."""
    con.execute(f"attach {quoted(target)} as fresh")
    con.execute("copy from database warehouse to fresh")
    con.execute("detach fresh")
    target.chmod(OWNER_ONLY_FILE)


def rows_by_table(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of every table of the warehouse in use, by `schema.table`, in the order of their names."""
    names = con.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = current_catalog() order by all"
    ).fetchall()
    rows = {}
    for schema, table in names:
        found = con.execute(f'select count(*) from "{schema}"."{table}"').fetchone()
        rows[f"{schema}.{table}"] = int(found[0]) if found else 0
    return rows


def log_of(warehouse: Path) -> Path:
    """DuckDB's log beside a warehouse: what was committed and is not in the file yet."""
    return warehouse.with_name(f"{warehouse.name}.wal")


@contextmanager
def room_to_make(folder: Path) -> Iterator[Path]:
    """A folder in the home, for its owner only, that is gone afterwards."""
    room = folder / MAKING
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(mode=OWNER_ONLY_FOLDER)
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)
