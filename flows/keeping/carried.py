"""Who and what was forgotten goes along from the warehouse that stood there to the one that takes its place.

Else an older backup, or the sources, would bring back what somebody asked to be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from data_contracts.row_rules import quoted
from flows.keeping.forgotten import forgotten_before, forgotten_marks
from flows.sandbox import lock
from flows.warehouse import CHECKS_TABLES, SPILL


@dataclass(frozen=True)
class Forgotten:
    """What a warehouse remembers of what it forgot.

    Attributes:
        before: Monday before which rows are forgotten, or None.
        marks: Of reporters who are forgotten.
    """

    before: date | None = None
    marks: frozenset[str] = frozenset()


@contextmanager
def looked_into(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads a warehouse and changes nothing in it, not even what a killed run left in its log.

    Raises:
        duckdb.Error: If it can't be read.
    """
    con = duckdb.connect(":memory:")
    try:
        con.execute(f"attach {quoted(file)} as warehouse (read_only)")
        con.execute("use warehouse")
        con.execute(f"set temp_directory = {quoted(file.with_name(SPILL))}")
        lock(con, [file.parent])
        yield con
    finally:
        con.close()


def forgotten_in(file: Path) -> Forgotten | None:
    """What a warehouse forgot; None where it can't be read, and nothing where there is no such file."""
    if not file.exists():
        return Forgotten()
    try:
        with looked_into(file) as con:
            return Forgotten(forgotten_before(con), frozenset(forgotten_marks(con)))
    except duckdb.Error:
        return None


def carry_forgotten(con: duckdb.DuckDBPyConnection, forgotten: Forgotten) -> int:
    """Adds to the warehouse in use what another one forgot, and gives how many reporters it did not know of."""
    for name in ("forgotten_weeks", "forgotten_reporters"):
        con.execute(f"create table if not exists checks.{name} ({CHECKS_TABLES[name]})")
    before = max(filter(None, [forgotten_before(con), forgotten.before]), default=None)
    new = sorted(forgotten.marks - set(forgotten_marks(con)))
    if before:
        con.execute("delete from checks.forgotten_weeks")
        con.execute("insert into checks.forgotten_weeks values (?)", [before])
    for mark in new:
        con.execute("insert into checks.forgotten_reporters values (?)", [mark])
    return len(new)
