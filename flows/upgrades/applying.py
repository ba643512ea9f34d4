"""Takes the steps from the version that a warehouse has to the one that this program works with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from data_contracts.problem import Problem
from flows.keeping.compacting import copy_into, room_to_make
from flows.keeping.durable import put_in_place
from flows.warehouse import VERSION, transaction

STEPS = Path(__file__).parent


@dataclass(frozen=True)
class Upgrade:
    """What was done to a warehouse before a run.

    Attributes:
        found: Version that it had.
        made: Version that it has now.
        copy: The warehouse as it was, set aside.
    """

    found: int
    made: int
    copy: Path


def upgrade_warehouse(con: duckdb.DuckDBPyConnection) -> Upgrade | None:
    """Brings the warehouse in use to `VERSION`; None where there was nothing to do. A kill leaves a whole version.

    Raises:
        Problem: `warehouse.later_version`.
    """
    found = version_of(con)
    if found is None or found == VERSION:
        return None
    if found > VERSION:
        raise Problem("warehouse.later_version", found=found, wanted=VERSION)
    copy = _set_copy_aside(con, found + 1)
    for number in range(found + 1, VERSION + 1):
        with transaction(con):
            con.execute((STEPS / f"to_{number}.sql").read_text(encoding="utf-8"))
            con.execute("update checks.version set version = ?", [number])
    return Upgrade(found, VERSION, copy)


def version_of(con: duckdb.DuckDBPyConnection) -> int | None:
    """The version of the warehouse in use; None where nothing was made yet."""
    table = "database_name = current_catalog() and schema_name = 'checks' and table_name = 'version'"
    if not con.execute(f"select 1 from duckdb_tables() where {table}").fetchone():
        return None
    found = con.execute("select max(version) from checks.version").fetchone()
    return found[0] if found else None


def _set_copy_aside(con: duckdb.DuckDBPyConnection, number: int) -> Path:
    query = "select path from duckdb_databases() where database_name = current_catalog()"
    [path] = con.execute(query).fetchone() or [""]
    file = Path(path)
    copy = file.with_name(f"{file.stem}.before-{number}{file.suffix}")
    with room_to_make(file.parent) as room:
        copy_into(con, room / copy.name)
        put_in_place(room / copy.name, copy)
    return copy
