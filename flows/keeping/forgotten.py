"""What this installation has forgotten, as the warehouse remembers it: a Monday, and marks that match no key."""

from __future__ import annotations

from datetime import date

import duckdb

from flows.home import Home


def forgotten_before(con: duckdb.DuckDBPyConnection) -> date | None:
    """Monday before which rows are forgotten; None where none are."""
    if not _has(con, "forgotten_weeks"):
        return None
    found = con.execute("select max(before) from checks.forgotten_weeks").fetchone()
    return found[0] if found else None


def forgotten_marks(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The marks of the reporters who are forgotten."""
    if not _has(con, "forgotten_reporters"):
        return []
    return [mark for (mark,) in con.execute("select mark from checks.forgotten_reporters order by mark").fetchall()]


def personal_variables(con: duckdb.DuckDBPyConnection, home: Home) -> dict[str, object]:
    """The session variables of `data_contracts.personal`; unset ones are None."""
    first, *later = home.secrets()
    return {
        "secret": first,
        "later_secrets": later or None,
        "forgotten_before": forgotten_before(con),
        "forgotten_reporters": forgotten_marks(con) or None,
    }


def _has(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether the warehouse has the table; one of an earlier version gets it with its next run."""
    table = "database_name = current_catalog() and schema_name = 'checks' and table_name = ?"
    return con.execute(f"select 1 from duckdb_tables() where {table}", [name]).fetchone() is not None
