"""How each feed stands: its last row, what came in lately, what was due, and of how much the hour is known."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.feed_watch.sequential import Watched
from models.feed_watch.series import ALL, KEYS
from models.policy import Policy
from models.streams import Floats


def feeds_standing(watched: Watched, last_days: pl.DataFrame, hours: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One row per series that is watched.

    Args:
        watched: What the watch found, up to the week.
        last_days: `source`, `area_team`, `channel`, `last_row_on`.
        hours: `source`, `area_team`, `rows_timed`, `rows_evening` of the last `honest_source_weeks` weeks.
        policy: The values in force.

    Returns:
        The key, `last_row_on`, `seen_recently` [rows in that quarter], `due_recently` [rows; empty where it is not
        known], `due_since` [rows due since the last row], `rows_timed`, `rows_evening`.
    """
    series, n_weeks = watched.series, len(watched.series.weeks)
    recent = slice(max(0, n_weeks - policy.honest_source_weeks), n_weeks)
    usual = watched.pace.before(np.arange(n_weeks))
    # Of a feed in a fault the usual is what it was before.
    start = np.full(series.n_series, recent.start)
    for change in watched.changes:
        if change.last is None:
            start[change.row] = min(start[change.row], change.first)
    row = np.arange(series.n_series)
    is_known = usual.rows[row, start] > 0
    due = usual.rate[row, start][:, None] * watched.pace.exposure * series.most
    last_seen = n_weeks - 1 - np.argmax(series.seen[:, ::-1] > 0, axis=1)
    after = np.arange(n_weeks)[None, :] > last_seen[:, None]
    told = series.keys.with_columns(
        seen_recently=pl.Series(series.seen[:, recent].sum(axis=1)).cast(pl.Int64),
        due_recently=_where_known(due[:, recent].sum(axis=1), is_known),
        due_since=_where_known((due * after).sum(axis=1), is_known),
    )
    every_channel = pl.concat([last_days, last_days.with_columns(channel=pl.lit(ALL))])
    days = _with_all_teams(every_channel).group_by(KEYS).agg(pl.col("last_row_on").max())
    timed = _with_all_teams(hours.with_columns(channel=pl.lit(ALL))).group_by(KEYS)
    return (
        told.join(days, on=KEYS, how="left")
        .join(timed.agg(pl.col("rows_timed", "rows_evening").sum()), on=KEYS, how="left")
        .sort(KEYS)
    )


def _where_known(values: Floats, is_known: NDArray[np.bool_]) -> pl.Series:
    return pl.Series(np.where(is_known, np.round(values, 6), np.nan)).fill_nan(None)


def _with_all_teams(rows: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([rows, rows.with_columns(area_team=pl.lit(ALL))])
