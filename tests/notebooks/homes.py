"""Published homes that every notebook must be able to show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from story import LAST_WEEK, MONDAY_MORNING, write_town

from flows.plain_week import plain_week
from flows.results import PublishedWeek
from flows.run import make_run
from models.simulation import RICH_RATES, Shares

WEEK = timedelta(weeks=1)
# As Toronto's open data: nobody registers a repair or a move there.
TORONTO = ("complexes", "complaints", "field_signals")


Published = Callable[[str], Path]


def _publish(place: Path, weeks: tuple[date, ...] = (LAST_WEEK,), **policy: int) -> None:
    home = place / "home"
    home.mkdir()
    values = "".join(f"{name} = {value}\n" for name, value in policy.items())
    (home / "luisterpost.toml").write_text(f"[policy]\n{values}")
    for week in weeks:
        moment = MONDAY_MORNING + (week - LAST_WEEK)
        folder, _ = plain_week(make_run(home, str(place / "sources"), None, week, moment, "nl"))
        _answer(PublishedWeek(folder), place / "sources" / "outcomes.parquet")


def _answer(week: PublishedWeek, file: Path) -> None:
    """Teams answer what they were asked; the next run reads it."""
    asked = week.table("flags").filter(pl.col("status") == "new")["flag_id"]
    verdicts = ("worry", "fine", "known_already", "not_looked")
    if len(asked):
        rows = [
            {"flag_id": flag_id, "reviewed_on": MONDAY_MORNING.date(), "verdict": verdicts[number % len(verdicts)]}
            for number, flag_id in enumerate(asked)
        ]
        pl.DataFrame(rows).write_parquet(file)


def _two_weeks(place: Path) -> None:
    # So much is planted that somebody is on the list for a reason.
    planted = Shares(quiet_decline=0.07, went_quiet=0.07, afraid=0.07)
    write_town(place / "sources", 30, 60, seed=1, rates=RICH_RATES, median_homes=60, shares=planted)
    _publish(place, (LAST_WEEK - WEEK, LAST_WEEK), backfill_weeks=26)


def _toronto(place: Path) -> None:
    sources = write_town(place / "sources", n_complexes=24, n_weeks=60)
    for file in sources.glob("*.parquet"):
        if file.stem not in TORONTO:
            file.unlink()
    _publish(place, backfill_weeks=8)


def _one_week(place: Path) -> None:
    write_town(place / "sources", n_complexes=12, n_weeks=60)
    _publish(place, backfill_weeks=0)


def _one_complex(place: Path) -> None:
    write_town(place / "sources", n_complexes=1, n_weeks=60)
    _publish(place, backfill_weeks=8)


# How each is made, in a folder of its own, with the home in `home`.
HOMES: dict[str, Callable[[Path], None]] = {
    "town": _two_weeks,
    "toronto": _toronto,
    "one_week": _one_week,
    "one_complex": _one_complex,
}
