"""What `run.json` keeps of the pipeline's own work, so that a warehouse that is made again goes on as this one would.

Nothing of a complex or a person: by the fingerprint of a source a later run knows that the very same rows came again,
and a week in which a feed brought rows alike stays found when it lies too far back to be looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import duckdb

# A reason quotes what was wrong with a file; its name, and those of columns, are the source's own words.
ACCOUNTS = """
    select * exclude (run_id, reason, file, ignored) from checks.accounts where run_id = ? order by source
"""
ALIKE = "from checks.feed_alarms where n_alike is not null order by all"


def accounts_to_keep(con: duckdb.DuckDBPyConnection, run_id: str) -> list[dict[str, Any]]:
    """The account of each source in a run."""
    return _rows(con.execute(ACCOUNTS, [run_id]))


def alike_to_keep(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The weeks in which a feed was found to bring rows alike."""
    return _rows(con.execute(ALIKE))


def put_rows_back(con: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Appends kept rows to a table; a column that it has no more is left, one that they do not tell stays empty."""
    known = {name for name, *_ in con.execute(f"describe {table}").fetchall()}
    for row in rows:
        columns = [name for name in row if name in known]
        marks = ", ".join("?" for _ in columns)
        con.execute(f"insert into {table} ({', '.join(columns)}) values ({marks})", [row[name] for name in columns])


def _rows(found: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    columns = [each[0] for each in found.description]
    return [dict(zip(columns, map(_plain, row), strict=True)) for row in found.fetchall()]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
