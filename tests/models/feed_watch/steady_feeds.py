"""Feeds that run as they always do, and what a fault makes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from models.feed_watch.series import FeedSeries

FIRST = date(2023, 1, 2)
WEEKS = 150
BREAKS = 110
LEFT = {"died": 0.0, "halved": 0.5, "doubled": 2.0}
ROWS_SCHEMA = {
    "area_team": pl.String,
    "source": pl.String,
    "channel": pl.String,
    "week": pl.Date,
    "row_count": pl.Int64,
}
NONE_LEFT_OUT = pl.DataFrame(schema={"source": pl.String, "area_team": pl.String, "week": pl.Date})


def week(place: int) -> date:
    """The Monday at a place."""
    return FIRST + timedelta(weeks=place)


def steady(rates: list[float], n_weeks: int = WEEKS, dispersion: float = 0.03, seed: int = 1) -> FeedSeries:
    """One team each with so many complaints a week, give or take chance."""
    rng = np.random.default_rng(seed)
    shape = (len(rates), n_weeks)
    uneven = rng.gamma(1 / dispersion, dispersion, shape) if dispersion else np.ones(shape)
    seen = rng.poisson(np.array(rates)[:, None] * uneven).astype(np.float64)
    keys = {"source": "complaints", "area_team": [f"T{i:03}" for i in range(len(rates))], "channel": "all"}
    whole = np.ones(shape)
    nowhere = np.zeros(shape, dtype=np.int64)
    return FeedSeries(
        pl.DataFrame(keys),
        [week(place) for place in range(n_weeks)],
        seen,
        whole,
        np.cumsum(seen, axis=1) > 0,
        whole,
        whole,
        {"down": nowhere, "up": nowhere},
        np.zeros(shape, dtype=np.bool_),
    )


def broken(series: FeedSeries, kind: str, first: int = BREAKS, last: int | None = None, seed: int = 2) -> FeedSeries:
    """The same, with so much of it left from one week to another."""
    rng = np.random.default_rng(seed)
    seen, weeks = series.seen.copy(), slice(first, None if last is None else last + 1)
    left = LEFT[kind]
    kept = rng.binomial(seen[:, weeks].astype(np.int64), left) if left < 1 else left * seen[:, weeks]
    seen[:, weeks] = kept
    return replace(series, seen=seen)


def rows(*told: dict[str, Any]) -> pl.DataFrame:
    """Rows of `panel.feed_rows`."""
    usual = {"area_team": "Noord", "source": "complaints", "channel": "TEL", "row_count": 5}
    return pl.DataFrame([usual | each for each in told], schema=ROWS_SCHEMA)


def homes(*teams: str, n_weeks: int = WEEKS, count: int = 100) -> pl.DataFrame:
    """Homes in use, the same in every week."""
    told = [(team, week(place), count) for team in teams for place in range(n_weeks)]
    return pl.DataFrame(told, {"area_team": pl.String, "week": pl.Date, "homes": pl.Int64}, orient="row")
