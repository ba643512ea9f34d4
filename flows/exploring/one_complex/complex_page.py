"""All that a published week holds of one complex, gathered once for a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from data_contracts.problem import Problem
from flows.explaining import Explanation, explain
from flows.exploring.one_complex.complex_answer import Levels
from flows.exploring.one_complex.complex_events import Event, complex_events
from flows.exploring.one_complex.latent_paths import latent_paths
from flows.exploring.time_axis import TimeAxis
from flows.language import Language
from flows.results import PublishedWeek
from models.answers import AS_THEY_ARE, Recalibration
from models.policy import Policy
from models.weeks import parse_week

NEEDS = ("complexes", "scores", "reasons", "streams", "flags", "lives", "answers", "events", "sources")
"""Published tables that are read."""


@dataclass(frozen=True)
class OneComplex:
    """What is known of one complex.

    Attributes:
        complex: Its row of the published table `complexes`.
        found: Why it has its chance; None where it was not judged this week.
        trouble: Why it was not judged, or None.
        streams: Its rows of the published table `streams`; none where nothing was published of it.
        paths: What `latent_paths` gives; no rows where it was never judged.
        taught: What the answers made of the published chances when the list was chosen.
        events: What happened around it, oldest first.
        axis: From the first published week of anything of it to the week itself.
        policy: The values in force.
    """

    complex: dict[str, Any]
    found: Explanation | None
    trouble: Problem | None
    streams: pl.DataFrame
    paths: pl.DataFrame
    taught: Recalibration
    events: tuple[Event, ...]
    axis: TimeAxis
    policy: Policy

    @property
    def levels(self) -> Levels | None:
        """From which chance on the last week counted for the list, and below which a flag ends; None if not judged."""
        return Levels(*self.paths.select("entry_level", "leave_level").row(-1)) if self.found else None

    @property
    def n_weeks(self) -> int:
        """How many weeks are published of it [weeks]."""
        return self.streams["week"].n_unique()


def one_complex(week: PublishedWeek, complex_id: str, language: Language) -> OneComplex:
    """Gathers what a week holds of a complex that is in it.

    Args:
        week: The published week.
        complex_id: A number of its table `complexes`.
        language: Of the words.
    """
    row = week.table("complexes").row(by_predicate=pl.col("complex_id") == complex_id, named=True)
    found, trouble = None, None
    try:
        found = explain(week, complex_id)
    except Problem as problem:
        trouble = problem
    # Lazily: of the millions of rows of a large town only these are read.
    streams = (
        pl.scan_parquet(week.folder / "streams.parquet", glob=False)
        .filter(pl.col("complex_id") == complex_id)
        .collect()
    )
    taught = week.recalibration or AS_THEY_ARE
    paths = latent_paths(week.table("scores"), complex_id, week.policy, taught)
    monday = parse_week(week.week_name)
    first: date = pl.concat([streams["week"], paths["week"], pl.Series([monday])]).min()  # type: ignore[assignment]
    axis = TimeAxis(first, monday, language)
    events = tuple(complex_events(week.table("events"), complex_id, row["area_team"], language))
    return OneComplex(row, found, trouble, streams, paths, taught, events, axis, week.policy)
