"""Who and what was forgotten goes along from the warehouse that stood there to the one that takes its place.

Else an older backup, or the sources, would bring back what somebody asked to be forgotten. It stands in a file of its
own as well, for a damaged warehouse cannot say it any more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from data_contracts.row_rules import quoted
from flows.home import OWNER_ONLY_FILE, Home
from flows.keeping.durable import put_in_place
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


def forgotten_in(home: Home) -> Forgotten | None:
    """What a home forgot, by its warehouse or else by the file beside it; None where neither can say."""
    try:
        if home.warehouse.exists():
            with looked_into(home.warehouse) as con:
                return Forgotten(forgotten_before(con), frozenset(forgotten_marks(con)))
    except duckdb.Error:
        return _written_down(home)
    # With weeks that were published there was a warehouse, which may have known.
    is_new = not any(home.published.glob("weeks/*"))
    return _written_down(home) or (Forgotten() if is_new else None)


def write_down(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Writes down beside the warehouse what it forgot: a Monday and marks that match no key, for the owner only."""
    before = forgotten_before(con)
    said = {"before": before and before.isoformat(), "marks": forgotten_marks(con)}
    making = home.forgotten_file.with_suffix(".json.next")
    making.unlink(missing_ok=True)
    handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY_FILE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(said, file)
    put_in_place(making, home.forgotten_file)


def _written_down(home: Home) -> Forgotten | None:
    try:
        said = json.loads(home.forgotten_file.read_text(encoding="utf-8"))
        before = said["before"]
        return Forgotten(date.fromisoformat(before) if before else None, frozenset(map(str, said["marks"])))
    except (OSError, ValueError, KeyError, TypeError):
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
