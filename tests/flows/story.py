"""A simulated town to run weeks of, quickly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from unittest.mock import patch

from flows.exploring.connect_your_data.mapping_trial import counted_by_predicate
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


@contextmanager
def quick_checks() -> Iterator[None]:
    """Counts rules by their predicates: the same counts (test_expectations.py), without Great Expectations' seconds.

    The weekly run itself is tried as it is, through the command line and on a real city.
    """
    with (
        patch("flows.ingest.check_table", counted_by_predicate),
        patch("flows.publishing.check_table", lambda *_: ()),
    ):
        yield
