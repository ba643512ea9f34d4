"""The figures summed up over seeds, and who comes out best."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from flows.benchmark.jobs import THINNING_CASES
from flows.benchmark.methods import Roles
from models.benchmark.cases import CASES, RATES

KEY = ("case", "rates", "method", "metric")
Row = tuple[str, str]


@dataclass(frozen=True)
class Spread:
    """One figure over the seeds.

    Attributes:
        mean: Over the seeds that have it.
        low: Smallest.
        high: Largest.
    """

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.mean:.2f}"
        return f"{self.mean:.2f} ({self.low:.2f}–{self.high:.2f})"


class Figures:
    """What was measured, by case, rates, method and metric.

    Args:
        results: Long rows, as `run.SCHEMA`; a NaN counts as not measured.
        roles: Which method is what.
    """

    def __init__(self, results: pl.DataFrame, roles: Roles) -> None:
        self.results, self.roles = results, roles
        measured = results.filter(pl.col("value").is_not_nan())
        value = pl.col("value")
        summed = measured.group_by(KEY).agg(mean=value.mean(), low=value.min(), high=value.max())
        self._spread: dict[tuple[str, ...], Spread] = {row[:4]: Spread(*row[4:]) for row in summed.iter_rows()}

    @property
    def seeds(self) -> list[int]:
        """The seeds of the towns."""
        return self._towns["seed"].unique().sort().to_list()

    @property
    def rates(self) -> list[str]:
        """The rates at which towns were run."""
        found = set(self._towns["rates"])
        return [name for name in RATES if name in found]

    def rows(self, *, is_headline: bool | None = None) -> list[Row]:
        """The towns that were judged, as (case, rates), in the order of `cases.CASES`."""
        found = set(self._towns.select("case", "rates").iter_rows())
        return [
            (case.name, rates)
            for rates in self.rates
            for case in CASES
            if (case.name, rates) in found and is_headline in (None, case.is_headline)
        ]

    def rows_with(self, metric: str) -> list[Row]:
        """Every (case, rates) in which some method has this metric, towns first."""
        found = self.results.filter(pl.col("metric") == metric).select("case", "rates").unique().iter_rows()
        order = [each.name for each in (*CASES, *THINNING_CASES)]
        return sorted(
            found, key=lambda row: (row[0] not in order, row[1], order.index(row[0]) if row[0] in order else 0)
        )

    def get(self, row: Row, method: str, metric: str) -> Spread | None:
        """One figure, or None where it was not measured."""
        return self._spread.get((*row, method, metric))

    def ours(self, row: Row, metric: str) -> Spread | None:
        """The same of our estimator."""
        return self.get(row, self.roles.ours, metric)

    def ceiling(self, row: Row, metric: str) -> Spread | None:
        """The same of one who knows the true parameters."""
        return self.get(row, self.roles.ceiling, metric)

    def methods(self, metric: str, rows: Iterable[Row] | None = None) -> list[str]:
        """Who has a metric: ours, the others from best to worst by mean, those with labels, the ceiling."""
        asked = set(rows) if rows is not None else None
        own: dict[str, list[float]] = {}
        for (case, rates, method, name), spread in self._spread.items():
            if name == metric and (asked is None or (case, rates) in asked):
                own.setdefault(method, []).append(spread.mean)

        def place(method: str) -> tuple[int, float, str]:
            role = 0 if method == self.roles.ours else 3 if method == self.roles.ceiling else 2
            mean = sum(own[method]) / len(own[method])
            return (1 if self.roles.is_other(method) else role, -mean, method)

        return sorted(own, key=place)

    def best_other(self, row: Row, metric: str, *, is_published: bool = False) -> tuple[str, Spread] | None:
        """The best of the others that need no labels: its name and figure; None if there is none.

        Args:
            row: The town.
            metric: By what.
            is_published: Only of what others have published, without our own simpler models.
        """
        others = [
            (method, spread)
            for method in self.methods(metric, [row])
            if self.roles.is_other(method)
            and not (is_published and method in self.roles.own)
            and (spread := self.get(row, method, metric)) is not None
        ]
        return max(others, key=lambda each: each[1].mean) if others else None

    @property
    def _towns(self) -> pl.DataFrame:
        return self.results.filter(pl.col("metric") == "n_positives")
