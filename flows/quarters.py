"""Counts that may leave the analysts' hands: closed calendar quarters, rounded, and small ones only as "fewer than 5".

Nothing finer is ever rendered, so that no count can point at one household, and none can be had by subtracting one
week's page from the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

# Nought to four is one class: a nought that is told would tell of everybody that they said nothing.
SMALL = 5
ROUNDED_TO = 5


@dataclass(frozen=True)
class Quarter:
    """One calendar quarter.

    Args:
        year: Calendar year.
        number: 1 to 4.
    """

    year: int
    number: int

    @property
    def first_day(self) -> date:
        """First day of the quarter."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def after(self) -> date:
        """First day after the quarter."""
        return date(self.year + 1, 1, 1) if self.number == 4 else date(self.year, 3 * self.number + 1, 1)


def last_closed_quarter(week: date) -> Quarter:
    """The last quarter whose weeks had all ended with the week of `week`; a week belongs to its Monday's quarter."""
    next_monday = week + timedelta(weeks=1)
    number = (next_monday.month - 1) // 3 + 1
    return Quarter(next_monday.year - 1, 4) if number == 1 else Quarter(next_monday.year, number - 1)


def quarter_counts(streams: pl.DataFrame, names: list[str], quarter: Quarter) -> pl.DataFrame:
    """Seen and expected of some streams in one quarter.

    Args:
        streams: The published table `streams`.
        names: Streams to add up.
        quarter: A closed quarter.

    Returns:
        `complex_id`, `seen`, `expected`; only complexes that could be observed in every week of the quarter.
    """
    inside = streams.filter(
        pl.col("stream").is_in(names), pl.col("week") >= quarter.first_day, pl.col("week") < quarter.after
    )
    n_weeks = inside["week"].n_unique()
    whole = (
        inside.filter(~pl.col("is_masked"))
        .group_by("complex_id", "stream")
        .agg(pl.col("seen").sum(), pl.col("expected").sum(), observed=pl.len())
        .filter(pl.col("observed") == n_weeks)
    )
    return whole.group_by("complex_id").agg(pl.col("seen").sum(), pl.col("expected").sum()).sort("complex_id")


def coarse(count: int) -> int | None:
    """A count as it may be shown: None for 0 to 4, else rounded to fives [reports]."""
    return None if count < SMALL else ROUNDED_TO * round(count / ROUNDED_TO)
