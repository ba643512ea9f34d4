"""How complete the newest weeks are: a row takes days to arrive, and the last week always looks thin.

Learned per source from when rows were first read. Before enough weeks were read live nobody can know; then the newest
weeks may be as thin as half without anything being wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from models.streams import Floats

# After so many weeks a week is taken for complete.
SETTLED_WEEKS = 8
# Fewer weeks or rows than this say little of how rows arrive.
LEAST_WEEKS, LEAST_ROWS = 8, 100
# Least share that may have come in, by age of the week, where nothing is known.
_UNKNOWN = (0.5, 0.8, 0.9, 0.95)
ARRIVALS_SQL = Path(__file__).with_name("arrivals.sql")


@dataclass(frozen=True)
class Completeness:
    """Share of a week's rows that has come in, by source and age of the week.

    Attributes:
        read_on: The day on which the rows were read.
        shares: Learned shares by age in weeks, from 0; sources that are not in it are unknown [0-1].
    """

    read_on: date
    shares: Mapping[str, tuple[float, ...]]

    def of(self, source: str, weeks: list[date]) -> tuple[Floats, Floats]:
        """Least and largest share of each week's rows that can have come in (n_weeks)."""
        ages = [(self.read_on - week - timedelta(weeks=1)).days // 7 for week in weeks]
        known = self.shares.get(source)
        least = known or _UNKNOWN
        fewest = [least[max(age, 0)] if age < len(least) else 1.0 for age in ages]
        most = fewest if known else [1.0] * len(weeks)
        return np.array(fewest), np.array(most)


def learned_completeness(delays: pl.DataFrame, read_on: date) -> Completeness:
    """What the reading so far says of how rows arrive.

    Args:
        delays: `source`, `week`, `delay` [weeks], `row_count`: of weeks that ended after the source was first read,
            how many rows were first read so many weeks after the week had ended.
        read_on: Day of this reading.
    """
    settled = delays.filter(pl.col("week") <= read_on - timedelta(weeks=SETTLED_WEEKS + 1))
    shares = {}
    for (source,), rows in settled.group_by("source"):
        if rows["week"].n_unique() >= LEAST_WEEKS and rows["row_count"].sum() >= LEAST_ROWS:
            by_delay = np.bincount(
                rows["delay"].clip(0, SETTLED_WEEKS).to_numpy(), rows["row_count"].to_numpy(), SETTLED_WEEKS + 1
            )
            share = np.cumsum(by_delay) / by_delay.sum()
            shares[str(source)] = tuple(float(each) for each in share[:SETTLED_WEEKS])
    return Completeness(read_on, shares)
