"""A town with several weeks in a row, made cheaply: what an attacker collects who keeps all that was ever shared."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from story import LAST_WEEK, MONDAY_MORNING, quick_checks, write_town

from flows.home import Home
from flows.plain_week import plain_week
from flows.results import PublishedWeek
from flows.run import make_run
from models.simulation import RICH_RATES, Shares
from models.weeks import week_name

WEEK = timedelta(weeks=1)
WEEKS = tuple(LAST_WEEK - back * WEEK for back in reversed(range(6)))
"""Six weeks, of which the second is the first that may tell of the third quarter."""
QUARTER = date(2026, 7, 1)

Change = Callable[[int, Path], None]
"""What is done to the sources before the run of the week of that number."""


@dataclass(frozen=True)
class World:
    """One town and all that was published and shared of its weeks.

    Attributes:
        home: The installation.
        sources: Its sources, as they are after the last week.
        weeks: The weeks that were run here.
    """

    home: Home
    sources: Path
    weeks: tuple[date, ...] = WEEKS

    def published(self, week: date) -> PublishedWeek:
        return PublishedWeek(sorted(self.home.published.glob(f"weeks/{week_name(week)}.*"))[-1])

    def folder(self, week: date) -> Path:
        return self.home.shared / week_name(week)

    def shared(self, week: date, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.folder(week) / f"{name}.parquet")

    def seen(self, *streams: str) -> pl.DataFrame:
        """The exact weekly counts, which nobody outside may learn: `complex_id`, `week`, `n`."""
        known = self.published(self.weeks[-1]).table("streams").filter(pl.col("stream").is_in(streams))
        return known.group_by("complex_id", "week").agg(n=pl.col("seen").fill_null(0).sum())


def nothing(_number: int, _sources: Path) -> None:
    """The world as it is."""


def world(folder: Path, change: Change = nothing, keep: tuple[int, ...] = ()) -> World:
    """Runs six weeks of a town in which somebody is on the list.

    Args:
        folder: Where to.
        change: What is done to the sources before each week.
        keep: Numbers of weeks before which the world is copied, to `folder/before-NUMBER`.
    """
    planted = Shares(quiet_decline=0.07, went_quiet=0.07, afraid=0.07)
    sources = write_town(folder / "town", 40, 80, seed=1, rates=RICH_RATES, median_homes=60, shares=planted)
    home = Home((folder / "home").resolve())
    home.create()
    home.secret_file.write_text("0" * 64 + "\n", encoding="ascii")
    home.settings.write_text(
        "[policy]\nbackfill_weeks = 19\nattention_share = 0.5\nfalse_discovery_rate = 0.5\n", encoding="utf-8"
    )
    for number, _ in enumerate(WEEKS):
        if number in keep:
            for name in ("town", "home"):
                shutil.copytree(folder / name, folder / f"before-{number}" / name, symlinks=True)
        change(number, sources)
        run_week(home, sources, number)
    return World(home, sources)


def go_on(folder: Path, number: int, until: int, change: Change) -> World:
    """Goes on otherwise from a world that was kept, up to and including another week."""
    home, sources = Home((folder / "home").resolve()), folder / "town"
    for each in range(number, until + 1):
        change(each, sources)
        run_week(home, sources, each)
    return World(home, sources, WEEKS[number : until + 1])


def run_week(home: Home, sources: Path, number: int) -> None:
    """One week; the same in every world, to the microsecond, so that only what was reported can differ."""
    moment = MONDAY_MORNING + timedelta(minutes=number)
    with quick_checks():
        plain_week(make_run(home.folder, str(sources), None, WEEKS[number], moment, "nl"))
