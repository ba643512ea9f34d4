"""Takes rows out of the warehouse's tables: those of weeks that are over, or of one reporter. Counts stay.

A row leaves with all that was made of it alone: its place in the quarantine, the steps of the panel that hold single
reports, what a broken-off run left behind. What holds counts and no person stays. The caller then writes the file anew
(`compacting.py`): until that is done, `checks.to_compact` says that it is due.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import duckdb

from data_contracts.contract import Contract, contract, contracts
from data_contracts.personal import SOMEBODYS, reporter_of
from data_contracts.row_rules import quoted
from data_contracts.staging import treated_value_select, week_of_original
from flows.estimate import count_steps
from flows.home import Home
from flows.keeping.forgotten import forgotten_marks, personal_variables
from flows.warehouse import set_variables, transaction
from models.panel import KEPT_STEPS, panel_variables
from models.policy import Policy

ANSWERS = "outcomes"
# A row without a day (a lease that goes on) belongs to no week: it goes by when we first saw it.
OLD_ROWS = "coalesce(_week < $before, _first_seen_at < $before::timestamp)"
OLD_RUNS = "run_id in (select run_id from checks.runs where started_at < $before::timestamp)"


@dataclass(frozen=True)
class Rows:
    """What goes, or went, out of the tables.

    Attributes:
        by_source: Rows by source [rows].
        quarantined: Of them and of other sources in quarantine [rows].
    """

    by_source: dict[str, int] = field(default_factory=dict)
    quarantined: int = 0

    @property
    def total(self) -> int:
        """All of them [rows]."""
        return sum(self.by_source.values()) + self.quarantined


def rows_before(con: duckdb.DuckDBPyConnection, before: date, zone: str) -> Rows:
    """What would leave.

    Args:
        con: The warehouse.
        before: A Monday.
        zone: Of days that carry none, in quarantine.
    """
    found = {name: _count(con, f"raw.{name} where {OLD_ROWS}", before) for name in SOMEBODYS}
    return Rows(found, _count(con, f"({_old_quarantine(zone)})", before))


def remove_before(
    con: duckdb.DuckDBPyConnection, policy: Policy, week: date, before: date, zone: str, *, is_counted: bool
) -> Rows:
    """Removes the rows of all weeks before a Monday, keeps what they counted to, and remembers that they are gone.

    Args:
        con: The warehouse.
        policy: The values in force.
        week: The last week that was published.
        before: A Monday, at most that of the week.
        zone: As in `rows_before`.
        is_counted: Whether the panel stands at that week.
    """
    first = panel_variables(policy, week)
    set_variables(con, first)
    with transaction(con):
        if not is_counted:
            count_steps(con)
        for step in KEPT_STEPS:
            con.execute(
                f"create or replace table panel.kept_{step} as from panel.{step} where week < ?::date", [before]
            )
        con.execute("delete from checks.forgotten_weeks")
        con.execute("insert into checks.forgotten_weeks values (?)", [before])
        gone = {name: _changed(con, f"delete from raw.{name} where {OLD_ROWS}", before) for name in SOMEBODYS}
        old = f"rowid in (select rowid from ({_old_quarantine(zone)}))"
        rows = Rows(gone, _changed(con, f"delete from checks.quarantine where {old}", before))
        _empty_notes(con, before)
        for table in ("accounts", "answer_files"):
            # A reason quotes what was wrong with a file.
            _changed(con, f"update checks.{table} set reason = null where {OLD_RUNS}", before)
        if not is_counted or before > first["first_week"]:  # type: ignore[operator]
            # Some steps hold single reports of all counted weeks.
            count_steps(con)
        if rows.total or not is_counted:
            _note_to_compact(con)
        _clear_work(con)
    return rows


@dataclass(frozen=True)
class Reporter:
    """One reporter, as the warehouse knows them. Never shown: who reads a key may know whose it is.

    Attributes:
        hashes: As which their key stands in the tables.
        marks: By which they are known once they are forgotten.
    """

    hashes: tuple[str, ...] = field(repr=False)
    marks: tuple[str, ...] = field(repr=False)


def reporter_with(con: duckdb.DuckDBPyConnection, home: Home, key: str) -> Reporter:
    """The reporter with a key, as any source would be read.

    Args:
        con: The warehouse.
        home: The installation, for its secret.
        key: As a source writes it.
    """
    set_variables(con, personal_variables(con, home))
    pairs = {
        con.execute(treated_value_select(column), {"value": key}).fetchone()
        for each in contracts("inputs").values()
        if (column := reporter_of(each))
    }
    known = [pair for pair in pairs if pair and pair[0] is not None]
    return Reporter(tuple(sorted(each[0] for each in known)), tuple(sorted(each[1] for each in known)))


def rows_of(con: duckdb.DuckDBPyConnection, reporter: Reporter) -> Rows:
    """What would leave."""
    theirs = {"hashes": list(reporter.hashes)}
    rows = {
        name: int(con.execute(f"select count(*) from raw.{name} where {_THEIRS}", theirs).fetchone()[0])  # type: ignore[index]
        for name in reporting_sources()
    }
    found = con.execute(f"select count(*) from checks.quarantine where {_NAMES_THEM}", theirs).fetchone()
    return Rows(rows, int(found[0]) if found else 0)


def remove_reporter(con: duckdb.DuckDBPyConnection, policy: Policy, week: date | None, reporter: Reporter) -> Rows:
    """Removes all rows of a reporter, and remembers by a mark to leave out what comes of them again.

    Args:
        con: The warehouse.
        policy: The values in force.
        week: The last week that was published; None where none was.
        reporter: Who.
    """
    theirs = {"hashes": list(reporter.hashes)}
    with transaction(con):
        rows = rows_of(con, reporter)
        for name in rows.by_source:
            con.execute(f"delete from raw.{name} where {_THEIRS}", theirs)
        con.execute(f"delete from checks.quarantine where {_NAMES_THEM}", theirs)
        for mark in set(reporter.marks) - set(forgotten_marks(con)):
            con.execute("insert into checks.forgotten_reporters values (?)", [mark])
        con.execute(
            "update checks.accounts set reason = null where list_bool_or("
            "list_transform($hashes::varchar[], lambda each: contains(reason, each)))",
            theirs,
        )
        if week is not None:
            set_variables(con, panel_variables(policy, week))
            count_steps(con)
        _note_to_compact(con)
        _clear_work(con)
    return rows


def reporting_sources() -> tuple[str, ...]:
    """Sources that say whose report it is."""
    return tuple(name for name, each in contracts("inputs").items() if reporter_of(each))


def is_to_compact(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the file may still hold bytes of what was removed."""
    found = con.execute("select count(*) from checks.to_compact").fetchone()
    return bool(found and found[0])


_THEIRS = "list_contains($hashes::varchar[], reporter_key)"
_NAMES_THEM = "list_bool_or(list_transform($hashes::varchar[], lambda each: contains(original, each)))"


def _old_quarantine(zone: str) -> str:
    """Broken rows of before: by their own day where it can be read, else by when they last came."""
    weeks = " ".join(f"when {quoted(name)} then {week_of_original(_input(name), zone)}" for name in SOMEBODYS)
    return (
        f"select rowid from (select rowid, last_seen_at, case source {weeks} end as week from checks.quarantine) "
        "where coalesce(week < $before, last_seen_at < $before::timestamp)"
    )


def _empty_notes(con: duckdb.DuckDBPyConnection, before: date) -> None:
    """An answer is about a complex and stays; what was typed beside it may be about somebody."""
    for column in _input(ANSWERS).columns:
        if column.treatment not in (None, "hash"):
            is_old = f"reviewed_on < $before and {column.name} is not null"
            _changed(con, f"update raw.{ANSWERS} set {column.name} = null where {is_old}", before)


def _clear_work(con: duckdb.DuckDBPyConnection) -> None:
    """A run that broke off left its rows here."""
    for schema in ("staging", "publish"):
        con.execute(f"drop schema if exists {schema} cascade")
        con.execute(f"create schema {schema}")


def _note_to_compact(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into checks.to_compact select true where not exists (from checks.to_compact)")


def _input(name: str) -> Contract:
    return contract("inputs", name)


def _count(con: duckdb.DuckDBPyConnection, rows: str, before: date) -> int:
    found = con.execute(f"select count(*) from {rows}", {"before": before}).fetchone()
    return int(found[0]) if found else 0


def _changed(con: duckdb.DuckDBPyConnection, statement: str, before: date) -> int:
    found = con.execute(statement, {"before": before}).fetchone()
    return int(found[0]) if found else 0
