"""Published homes that every notebook must be able to show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from story import LAST_WEEK, MONDAY_MORNING, quick_checks, write_town

from flows.plain_week import plain_week
from flows.results import PublishedWeek
from flows.run import make_run
from models.simulation import RICH_RATES, Shares

WEEK = timedelta(weeks=1)
# As Toronto's open data: nobody registers a repair or a move there.
TORONTO = ("complexes", "complaints", "field_signals")


Published = Callable[[str], Path]


def _publish(place: Path, week: date = LAST_WEEK, backfill_weeks: int = 8) -> PublishedWeek:
    home = place / "home"
    home.mkdir(exist_ok=True)
    (home / "luisterpost.toml").write_text(f"[policy]\nbackfill_weeks = {backfill_weeks}\n")
    moment = MONDAY_MORNING + (week - LAST_WEEK)
    with quick_checks():
        folder, _ = plain_week(make_run(home, str(place / "sources"), None, week, moment, "nl"))
    return PublishedWeek(folder)


def _town(place: Path) -> None:
    """First a week with no scores but its own; then, with answers of teams, a week with half a year of them."""
    # So much is planted that somebody is on the list for a reason.
    planted = Shares(quiet_decline=0.07, went_quiet=0.07, afraid=0.07)
    write_town(place / "sources", 30, 60, seed=1, rates=RICH_RATES, median_homes=60, shares=planted)
    first = _publish(place, LAST_WEEK - WEEK, backfill_weeks=0)
    # The others stay on the list.
    drawn = first.table("flags").filter(pl.col("why") == "random_draw")
    verdicts = ("worry", "fine", "known_already", "not_looked")
    answers = [
        {"flag_id": flag_id, "reviewed_on": LAST_WEEK, "verdict": verdicts[number % len(verdicts)]}
        for number, flag_id in enumerate(drawn["flag_id"])
    ]
    pl.DataFrame(answers).write_parquet(place / "sources" / "outcomes.parquet")
    second = _publish(place, backfill_weeks=26)
    assert second.table("answers").height == len(answers)


def _one_week(place: Path) -> None:
    """The town as it was after its first run."""
    town = place.parent / "town" / "home" / "published" / "weeks"
    first = min(town.iterdir())
    weeks = place / "home" / "published" / "weeks"
    weeks.mkdir(parents=True)
    (weeks / first.name).symlink_to(first)
    (weeks.parent / "latest").symlink_to(weeks / first.name)


def _toronto(place: Path) -> None:
    sources = write_town(place / "sources", n_complexes=24, n_weeks=60)
    for file in sources.glob("*.parquet"):
        if file.stem not in TORONTO:
            file.unlink()
    _publish(place)


def _one_complex(place: Path) -> None:
    write_town(place / "sources", n_complexes=1, n_weeks=60)
    _publish(place)


# How each is made, in a folder of its own, with the home in `home`.
HOMES: dict[str, Callable[[Path], None]] = {
    "town": _town,
    "toronto": _toronto,
    "one_week": _one_week,
    "one_complex": _one_complex,
}
# What must have been made before it.
AFTER = {"one_week": "town"}
