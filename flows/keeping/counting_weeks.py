"""The published weeks that count, oldest first: of each week the run that readers see, as far as it can be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import polars as pl

from data_contracts.contract import contract
from data_contracts.problem import Problem
from flows.home import Home
from flows.results import PublishedWeek
from models.weeks import parse_week

WANTED = ("flags", "lives", "quarters", "answers", "complexes")


@dataclass(frozen=True)
class CountingWeek:
    """What one published week knows that the sources do not.

    Attributes:
        week: Its Monday.
        published: The folder.
        tables: The tables in `WANTED`; a column that was added to a contract since is not in them.
    """

    week: date
    published: PublishedWeek
    tables: dict[str, pl.DataFrame]

    @property
    def run_id(self) -> str:
        """The run that published it."""
        return str(self.published.manifest["run_id"])


def counting_weeks(home: Home) -> tuple[list[CountingWeek], list[str]]:
    """The weeks, oldest first, and the names of the folders that can't be read.

    Of a week whose own run can't be read, the run before it stands in.
    """
    linked = home.latest.resolve().name if home.latest.is_symlink() else ""
    found: dict[str, CountingWeek] = {}
    unreadable = []
    # With the clock set back, the run that counts is the one that the link names.
    folders = [each for each in home.published.glob("weeks/*") if not each.name.startswith(".")]
    for folder in sorted(folders, key=lambda each: (each.name == linked, each.name), reverse=True):
        name = folder.name.split(".")[0]
        if name in found:
            continue
        try:
            found[name] = _read(PublishedWeek(folder))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, Problem, pl.exceptions.PolarsError):
            unreadable.append(folder.name)
    return sorted(found.values(), key=lambda each: each.week), sorted(unreadable)


def published_runs(home: Home) -> list[tuple[str, date, datetime]]:
    """Every run of which a folder stands: its id, its week and its moment (UTC, without zone)."""
    runs = []
    for folder in sorted(home.published.glob("weeks/*.*")):
        week, _, run_id = folder.name.partition(".")
        try:
            runs.append((run_id, parse_week(week), moment_of(run_id)))
        except (ValueError, Problem):
            continue
    return runs


def moment_of(run_id: str) -> datetime:
    """When a run began (UTC, without zone), as `flows.run.Run` writes it in its name."""
    return datetime.strptime(run_id, "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC).replace(tzinfo=None)


def _read(published: PublishedWeek) -> CountingWeek:
    made = published.manifest["contracts"]
    moment_of(published.manifest["run_id"])
    tables = {}
    for name in WANTED:
        promised = contract("published", name)
        if str(made[name]).split(".")[0] != promised.version.split(".")[0]:
            raise Problem(
                "results.other_version", week=published.week_name, table=name, made=made[name], ours=promised.version
            )
        table = published.table(name)
        tables[name] = table.select(
            each.name for each in promised.columns if each.name in table.columns or not each.added_in
        )
    return CountingWeek(parse_week(published.week_name), published, tables)
