"""What one would expect of a complex like this, in a week like this, from its building alone.

Physical attributes only: building type, age and size. Never who lives there (it would declare the silence of seniors
normal), nor where (a whole silent district must stay visible). Hence these three columns and no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

import numpy as np
import polars as pl
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import PoissonRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder
from threadpoolctl import threadpool_limits

from models.streams import Floats, StreamSeries

PHYSICAL = ("building_type", "built_period", "size_class")
SEASON = ("season_sin_1", "season_cos_1", "season_sin_2", "season_cos_2")
BUILT_BREAKS = [1945, 1960, 1975, 1990, 2005]
SIZE_BREAKS = [20, 40, 80, 160]
WEEKS_A_YEAR = 365.25 / 7
# A week counts for at most so many events more, and so many times more, than a like complex has.
OUTBURST_EVENTS, OUTBURST_TIMES = 50.0, 10.0


def building_classes(complexes: pl.DataFrame) -> pl.DataFrame:
    """The physical class of each complex: all that the expectation may know of it.

    Args:
        complexes: `complex_id`, `building_type`, `built_year`, `homes`; all but the first may be empty.

    Returns:
        `complex_id` and the columns of `PHYSICAL`, as text; what is unknown is a class of its own.
    """
    return complexes.select(
        "complex_id",
        building_type=pl.col("building_type").fill_null("unknown"),
        built_period=_interval("built_year", BUILT_BREAKS),
        size_class=_interval("homes", SIZE_BREAKS),
    )


def _interval(column: str, breaks: list[int]) -> pl.Expr:
    """How many breaks lie below the value, as text."""
    n_below = pl.sum_horizontal([pl.col(column) > each for each in breaks])
    return pl.when(pl.col(column).is_not_null()).then(n_below.cast(pl.String)).otherwise(pl.lit("unknown"))


class ExpectedRate(BaseEstimator):  # type: ignore[misc]
    """Rate per unit of exposure, given building and season; a Poisson regression with exposure as weight.

    All that it knows is categorical or of the season, so complexes of one class are summed first: the fit is the same
    to the last digit and does not grow with the number of complexes.

    Args:
        has_physics: Whether building and season matter; else one rate for all.
        prior_sd: Standard deviation of the normal prior on the log of every factor [log rate].

    Attributes:
        overall_: Pooled rate [events per unit of exposure].
        model_: The fitted pipeline, or None with no events or no physics.

    Source:
        Poisson generalised linear model with offset; scikit-learn's `PoissonRegressor`.
    """

    def __init__(self, has_physics: bool = True, prior_sd: float = 1.0) -> None:
        self.has_physics = has_physics
        self.prior_sd = prior_sd

    def fit(self, cells: pl.DataFrame) -> Self:
        """Learns the rate.

        Args:
            cells: `PHYSICAL`, `SEASON`, `seen` [events], `exposure` (> 0).
        """
        events, exposure = float(cells["seen"].sum()), float(cells["exposure"].sum())
        self.overall_ = events / exposure if exposure > 0 else 0.0
        self.model_: Pipeline | None = None
        if not self.has_physics or events == 0:
            return self
        # Relative rates, weighted by the events that the pooled rate expects: then the penalty is a prior on factors.
        expected = cells["exposure"].to_numpy() * self.overall_
        ratio = cells["seen"].to_numpy() / expected
        self.model_ = make_pipeline(
            ColumnTransformer(
                [("building", OneHotEncoder(handle_unknown="ignore"), list(PHYSICAL))],
                remainder="passthrough",
            ),
            # Few columns and many rows: a handful of Newton steps, exact, where lbfgs takes a hundred.
            PoissonRegressor(
                alpha=1 / (self.prior_sd**2 * expected.sum()), solver="newton-cholesky", max_iter=1000, tol=1e-6
            ),
        )
        features = cells.select(*PHYSICAL, *SEASON)
        # These systems are tiny: threads that wait for each other cost ten times the work, and change the last digits.
        with threadpool_limits(1):
            self.model_.fit(features, ratio, poissonregressor__sample_weight=expected)
        return self

    def predict(self, cells: pl.DataFrame) -> Floats:
        """Expected events per unit of exposure (n_cells)."""
        if self.model_ is None:
            return np.full(cells.height, self.overall_)
        found: Floats = self.overall_ * self.model_.predict(cells.select(*PHYSICAL, *SEASON))
        return found


@dataclass(frozen=True)
class RateTable:
    """A learned rate, as plain figures that can be kept and read.

    Attributes:
        overall: Pooled rate [events per unit of exposure].
        intercept: Log of the factor on it that all share.
        factors: Log of the factor of each class, by column of `PHYSICAL`.
        season: Of each of `SEASON`.
    """

    overall: float
    intercept: float
    factors: Mapping[str, Mapping[str, float]]
    season: tuple[float, ...]

    @classmethod
    def of(cls, rate: ExpectedRate) -> Self:
        """The figures of a fitted rate."""
        if rate.model_ is None:
            return cls(rate.overall_, 0.0, {}, (0.0,) * len(SEASON))
        columns, regressor = rate.model_[0], rate.model_[-1]
        names = columns.named_transformers_["building"].categories_
        found = iter(regressor.coef_.tolist())
        factors = {
            column: {str(each): next(found) for each in values} for column, values in zip(PHYSICAL, names, strict=True)
        }
        return cls(rate.overall_, float(regressor.intercept_), factors, tuple(found))

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """What `dataclasses.asdict` gave."""
        return cls(kept["overall"], kept["intercept"], kept["factors"], tuple(kept["season"]))

    def predict(self, classes: pl.DataFrame, weeks: list[date]) -> Floats:
        """Events expected per unit of exposure (n_complexes, n_weeks)."""
        building = np.full(classes.height, self.intercept)
        for column, of_value in self.factors.items():
            # A class that was not there when the rate was learned is as the average one.
            building += classes[column].replace_strict(of_value, default=0.0, return_dtype=pl.Float64).to_numpy()
        season = season_columns(weeks).to_numpy() @ np.array(self.season)
        found: Floats = self.overall * np.exp(building)[:, None] * np.exp(season)[None, :]
        return found


def learned_rate(series: StreamSeries, classes: pl.DataFrame, weeks: list[date]) -> RateTable:
    """What like complexes have, learned from one stream of all complexes.

    Args:
        series: Counts and exposure.
        classes: `building_classes` in the row order of the arrays.
        weeks: Mondays, in the column order of the arrays.
    """
    filled = _cells(_without_outbursts(series), classes, weeks).filter(pl.col("exposure") > 0)
    return RateTable.of(ExpectedRate(has_physics=series.stream.has_physics).fit(filled))


def _without_outbursts(series: StreamSeries) -> StreamSeries:
    """The same with impossible weeks cut off: one wrong import must not raise what is expected of its neighbours."""
    exposure = series.exposure.sum()
    if exposure == 0:
        return series
    rate = np.minimum(series.seen, OUTBURST_EVENTS).sum() / exposure
    most = OUTBURST_EVENTS + OUTBURST_TIMES * rate * series.exposure
    return replace(series, seen=np.minimum(series.seen, most))


def expected_counts(series: StreamSeries, classes: pl.DataFrame, weeks: list[date]) -> Floats:
    """Events expected of each complex in each week, as like complexes have them; 0 where masked.

    Args:
        series: Counts and exposure of one stream.
        classes: `building_classes` in the row order of the arrays.
        weeks: Mondays, in the column order of the arrays.
    """
    return series.exposure * learned_rate(series, classes, weeks).predict(classes, weeks)


def season_columns(weeks: list[date]) -> pl.DataFrame:
    """Two harmonics of the year for each week (n_weeks × `SEASON`)."""
    angle = np.array([2 * np.pi * ((week.toordinal() / 7) % WEEKS_A_YEAR) / WEEKS_A_YEAR for week in weeks])
    return pl.DataFrame(
        {
            "season_sin_1": np.sin(angle),
            "season_cos_1": np.cos(angle),
            "season_sin_2": np.sin(2 * angle),
            "season_cos_2": np.cos(2 * angle),
        }
    )


def _cells(series: StreamSeries, classes: pl.DataFrame, weeks: list[date]) -> pl.DataFrame:
    """Counts summed per building class and week."""
    kinds = classes.select(PHYSICAL).unique(maintain_order=True).with_row_index("kind")
    kind = classes.join(kinds, on=PHYSICAL, how="left", maintain_order="left")["kind"].to_numpy().astype(np.int64)
    seen = np.zeros((kinds.height, len(weeks)))
    exposure = np.zeros((kinds.height, len(weeks)))
    np.add.at(seen, kind, series.seen)
    np.add.at(exposure, kind, series.exposure)
    return (
        kinds.join(season_columns(weeks).with_row_index("week_number"), how="cross")
        .sort("kind", "week_number")
        .with_columns(seen=pl.Series(seen.ravel()), exposure=pl.Series(exposure.ravel()))
    )
