"""Forgets: all weeks before a day, or one reporter. Dry unless it is said to be for real; a kill leaves nothing half.

First the tables, in one transaction; then files; then the warehouse is written anew. Whatever a kill leaves undone is
done by running it again, or by the next weekly run (`retention.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from data_contracts.problem import Problem
from flows.home import Home
from flows.keeping.carried import write_down
from flows.keeping.compacting import compact_warehouse
from flows.keeping.forgotten import forgotten_before, forgotten_marks
from flows.keeping.old_files import OldFiles, files_before, remove_files
from flows.keeping.removing import (
    Rows,
    remove_before,
    remove_reporter,
    reporter_with,
    rows_before,
    rows_of,
)
from flows.keeping.swapping import SET_ASIDE
from flows.results import latest_week
from flows.run import DEFAULT_TIMEZONE
from flows.settings import read_settings
from flows.warehouse import check_secret, open_warehouse, prepare_warehouse
from models.weeks import parse_week, week_of


@dataclass(frozen=True)
class Forgetting:
    """What goes, or went.

    Attributes:
        before: Monday before which everything goes; None where it is about a reporter.
        rows: Out of the tables.
        files: Out of the home.
        is_for_real: Whether it went.
        set_aside: Copies in the home that were set aside; they still hold it.
        was_forgotten: Whether the reporter was forgotten before.
    """

    rows: Rows
    before: date | None = None
    files: OldFiles = field(default_factory=OldFiles)
    is_for_real: bool = False
    set_aside: tuple[Path, ...] = ()
    was_forgotten: bool = False


def forget_before(home: Home, day: date, moment: datetime, *, is_for_real: bool) -> Forgetting:
    """Forgets all weeks before the one that a day lies in.

    Args:
        home: The installation.
        day: Whole weeks go: those that were over on the Monday of this day's week.
        moment: Now, in UTC.
        is_for_real: Whether anything goes at all.

    Raises:
        Problem: `results.none_yet`; `forget.too_recent`: safety matters rest on the last weeks, and they cannot be
            forgotten; `forget.cannot_remove`, `home.busy`.
    """
    week = parse_week(latest_week(home).week_name)
    settings = read_settings(home.settings)
    latest = week - timedelta(weeks=settings.policy.safety_weeks - 1)
    before = week_of(day)
    if before > latest:
        raise Problem("forget.too_recent", latest=latest)
    zone = settings.timezone or DEFAULT_TIMEZONE
    with home.alone():
        with _prepared(home, moment, is_for_real=is_for_real) as con:
            before = max(before, forgotten_before(con) or before)
            if is_for_real:
                rows = remove_before(con, settings.policy, week, before, zone, is_counted=False)
            else:
                rows = rows_before(con, before, zone)
        files = files_before(home, before, settings.delivery.answers_folder)
        if is_for_real:
            remove_files(files)
            write_anew(home)
    return Forgetting(rows, before, files, is_for_real, set_aside_in(home))


def forget_reporter(home: Home, key: str, moment: datetime, *, is_for_real: bool) -> Forgetting:
    """Forgets all that one reporter reported.

    Args:
        home: The installation.
        key: As a source writes it. It is hashed at once and stands in no message.
        moment: Now, in UTC.
        is_for_real: Whether anything goes at all.

    Raises:
        Problem: `forget.no_key`, `forget.unknown_reporter`, `forget.nothing_yet`, `home.other_secret`, `home.busy`.
    """
    # Bytes that are no text arrive as halves of a sign, which nothing can be hashed of.
    if not key.strip() or any("\ud800" <= sign <= "\udfff" for sign in key):
        raise Problem("forget.no_key")
    if not home.warehouse.exists():
        raise Problem("forget.nothing_yet", home=home.folder)
    settings = read_settings(home.settings)
    with home.alone():
        with _prepared(home, moment, is_for_real=is_for_real) as con:
            # With another secret nobody would be found, and that would be told.
            check_secret(con, home)
            reporter = reporter_with(con, home, key)
            rows = rows_of(con, reporter)
            was_forgotten = bool(set(reporter.marks) & set(forgotten_marks(con)))
            if not rows.total and not was_forgotten:
                raise Problem("forget.unknown_reporter")
            if is_for_real:
                week = parse_week(latest_week(home).week_name) if home.latest.exists() else None
                remove_reporter(con, settings.policy, week, reporter)
        if is_for_real:
            write_anew(home)
    return Forgetting(rows, is_for_real=is_for_real, set_aside=set_aside_in(home), was_forgotten=was_forgotten)


def write_anew(home: Home) -> None:
    """Writes the warehouse anew, and notes that nothing of what was removed is in it any more.

    The caller holds the home and has no connection open.
    """
    compact_warehouse(home)
    with open_warehouse(home) as con:
        con.execute("delete from checks.to_compact")
        write_down(con, home)


def set_aside_in(home: Home) -> tuple[Path, ...]:
    """Copies in the home that were set aside, by a restore or before an upgrade."""
    return tuple(sorted([*home.folder.glob(f"{SET_ASIDE}*"), *home.folder.glob("warehouse.before-*.duckdb")]))


@contextmanager
def _prepared(home: Home, moment: datetime, *, is_for_real: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse, brought in order if anything is to be written."""
    with open_warehouse(home) as con:
        if is_for_real:
            prepare_warehouse(con, f"forget-{moment:%Y%m%dT%H%M%S%fZ}", moment)
        yield con
