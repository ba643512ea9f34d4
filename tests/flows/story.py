"""A simulated town to run weeks of; as a program, one run of the flow without Prefect, to be killed by tests."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

from flows.plain_week import plain_week
from flows.run import make_run
from models.simulation import Town, simulate

LAST_WEEK = date(2026, 11, 9)
MONDAY_MORNING = datetime(2026, 11, 16, 5, tzinfo=UTC)


def write_town(folder: Path, n_complexes: int = 60, n_weeks: int = 80, seed: int = 3, **settings: object) -> Path:
    """Writes a simulated town as Parquet in the contracts' own columns, and gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    town = Town(
        n_complexes=n_complexes,
        n_area_teams=4,
        n_weeks=n_weeks,
        last_week=LAST_WEEK,
        **settings,  # type: ignore[arg-type]
    )
    for name, table in simulate(town, seed).tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    return folder


if __name__ == "__main__":
    sources, home, moment = sys.argv[1:]
    plain_week(make_run(Path(home), sources, None, None, datetime.fromisoformat(moment), "nl"))
