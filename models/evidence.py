"""What every method gets to see of a town: the streams, what was expected of them, and the buildings.

Our own models and the methods held beside them are given exactly this, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.streams import Floats, StreamSeries, places_of


@dataclass(frozen=True)
class Evidence:
    """Counts and expectations of all complexes, masked where a feed failed.

    Attributes:
        series: The streams, in the order of `streams.STREAMS`.
        expected: Expected events of each; 0 where masked, each (n_complexes, n_weeks).
        is_feed_suspect: Weeks in which a complex's report feed failed (n_complexes, n_weeks).
        homes: Homes in use in each week; 0 where not in use [homes] (n_complexes, n_weeks).
        first_week: The first week, as weeks since a fixed Monday (`models.weeks.week_number`).
    """

    series: list[StreamSeries]
    expected: list[Floats]
    is_feed_suspect: NDArray[np.bool_]
    homes: Floats
    first_week: int = 0

    @property
    def n_complexes(self) -> int:
        """How many complexes."""
        return int(self.homes.shape[0])

    @property
    def n_weeks(self) -> int:
        """How many weeks."""
        return int(self.homes.shape[1])

    @property
    def seen(self) -> Floats:
        """Counts, (n_streams, n_complexes, n_weeks)."""
        return np.stack([each.seen for each in self.series])

    def place(self, stream: str) -> int:
        """Place of a stream by name."""
        return [each.stream.name for each in self.series].index(stream)

    def of(self, rows: NDArray[np.int64]) -> Evidence:
        """The same of some complexes only.

        Args:
            rows: Which, by place.
        """
        return Evidence(
            [
                replace(each, seen=each.seen[rows], exposure=each.exposure[rows], is_masked=each.is_masked[rows])
                for each in self.series
            ],
            [each[rows] for each in self.expected],
            self.is_feed_suspect[rows],
            self.homes[rows],
            self.first_week,
        )

    def until(self, n_weeks: int) -> Evidence:
        """The same, as if the first `n_weeks` weeks were all there is."""
        return Evidence(
            [
                replace(
                    each,
                    seen=each.seen[:, :n_weeks],
                    exposure=each.exposure[:, :n_weeks],
                    is_masked=each.is_masked[:, :n_weeks],
                )
                for each in self.series
            ],
            [each[:, :n_weeks] for each in self.expected],
            self.is_feed_suspect[:, :n_weeks],
            self.homes[:, :n_weeks],
            self.first_week,
        )


@dataclass(frozen=True)
class Judged:
    """What a method says.

    Attributes:
        score: Higher is more probably quiet and declining; only the order counts (n_complexes).
        probability: P(quiet and declining), for methods that have one [0-1] (n_complexes).
    """

    score: Floats
    probability: Floats | None = None


def homes_in_use(weekly: pl.DataFrame, complex_ids: pl.Series, weeks: pl.Series) -> Floats:
    """Homes in use as an array (n_complexes, n_weeks) [homes]; 0 where there is no row.

    Args:
        weekly: `panel.weekly`.
        complex_ids: Row order.
        weeks: Column order, Mondays.
    """
    found = np.zeros((len(complex_ids), len(weeks)))
    rows, columns = places_of(weekly["complex_id"], complex_ids), places_of(weekly["week"], weeks)
    found[rows, columns] = weekly["homes_in_use"].cast(pl.Float64).to_numpy()
    return found
