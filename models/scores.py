"""From the panel to one row per complex and week: how quiet, how worrying, how sure.

The steps, each in a room of its own: counts and exposure (`streams`), what a like complex would have (`baseline`),
feeds that fell silent are masked (`feeds`), two ratios with their uncertainty (`window`) in two windows (`windows`),
what to call it (`silence`). This file only puts them together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.baseline import building_classes
from models.policy import Policy
from models.reasons import stream_reasons
from models.silence import Windowed, name_states
from models.streams import Floats, stream_series
from models.window import SharedRatio
from models.windows import JudgedWindow, SeenStreams, deciding_figures, judged_window, learned_ratios, seen_streams


@dataclass(frozen=True)
class Scored:
    """What one run knows about its weeks.

    Attributes:
        scores: One row per complex and week in use, as the contract `scores`.
        streams: One row per complex, week and stream, as the contract `streams`.
        reasons: One row per complex and stream with sight in the last week, as the contract `reasons`.
    """

    scores: pl.DataFrame
    streams: pl.DataFrame
    reasons: pl.DataFrame


def score_weeks(weekly: pl.DataFrame, complexes: pl.DataFrame, policy: Policy, n_weeks: int) -> Scored:
    """Scores the last `n_weeks` weeks of a panel.

    Args:
        weekly: `panel.weekly`: one row per complex and week in use.
        complexes: `complex_id`, `homes`, `building_type`, `built_year`, `audience`, as now valid.
        policy: The values in force.
        n_weeks: Weeks to score, the last of the panel included [weeks].

    Returns:
        Scores, streams and reasons. Nothing in them is NaN or infinite.
    """
    ids = weekly["complex_id"].unique().sort()
    weeks = weekly["week"].unique().sort()
    n_scored = min(n_weeks, len(weeks))
    in_order = pl.DataFrame({"complex_id": ids}).join(complexes, on="complex_id", how="left", maintain_order="left")
    classes = building_classes(in_order)
    seen = seen_streams(stream_series(weekly, ids, weeks), classes, weeks.to_list(), policy)
    ratios = learned_ratios(seen, policy)
    windows = [
        judged_window(seen, ratios, n, n_scored, policy) for n in (policy.short_window_weeks, policy.long_window_weeks)
    ]
    # A fast change shows in the short window, a slow one in the long: the one that worries most decides.
    short, long = (window.quiet_decline(policy) for window in windows)
    is_short = short > long
    windowed = deciding_figures(windows, is_short, seen, policy)
    frame = _frame(ids, weeks, n_scored, weekly, complexes, windowed, policy)
    scores = name_states(frame, policy)
    last = _last_week_reasons(windows, ratios, is_short, seen, policy)
    reasons = last.with_columns(complex_id=pl.Series(np.repeat(ids.to_numpy(), len(seen.series))), week=weeks[-1])
    in_use = scores.select("complex_id", "week")
    return Scored(
        scores=scores,
        streams=_streams_frame(seen, ids, weeks, n_scored).join(in_use, on=["complex_id", "week"], how="semi"),
        reasons=_finish_reasons(reasons).join(in_use, on=["complex_id", "week"], how="semi"),
    )


def _frame(
    ids: pl.Series,
    weeks: pl.Series,
    n_scored: int,
    weekly: pl.DataFrame,
    complexes: pl.DataFrame,
    windowed: Windowed,
    policy: Policy,
) -> pl.DataFrame:
    """One row per complex and scored week in use, with all that naming needs."""
    grid = pl.DataFrame(
        {
            "complex_id": pl.Series(np.repeat(ids.to_numpy(), n_scored), dtype=pl.String),
            "week": pl.concat([weeks.tail(n_scored)] * len(ids)),
            **{name: pl.Series(values.ravel()) for name, values in windowed.columns().items()},
        }
    )
    recent = (
        weekly.sort("complex_id", "week")
        .rolling("week", period=f"{policy.long_window_weeks}w", group_by="complex_id")
        .agg(
            visits_recent=pl.col("visits").sum(),
            vandalism_recent=pl.col("vandalism_repairs").sum(),
            threats_recent=pl.col("threat_signals").sum(),
        )
    )
    in_use = weekly.select("complex_id", "week", "area_team", "homes", "homes_in_use")
    return (
        grid.join(in_use, on=["complex_id", "week"], how="inner", maintain_order="left")
        .join(recent, on=["complex_id", "week"], how="left", maintain_order="left")
        .join(complexes.select("complex_id", "audience"), on="complex_id", how="left", maintain_order="left")
    )


def _streams_frame(seen: SeenStreams, ids: pl.Series, weeks: pl.Series, n_scored: int) -> pl.DataFrame:
    parts = []
    for series, expected in zip(seen.series, seen.expected, strict=True):
        masked = series.is_masked[:, -n_scored:].ravel()
        values = {
            "seen": series.seen[:, -n_scored:].ravel(),
            "expected": expected[:, -n_scored:].ravel(),
            "exposure": series.exposure[:, -n_scored:].ravel(),
        }
        parts.append(
            pl.DataFrame(
                {
                    "complex_id": pl.Series(np.repeat(ids.to_numpy(), n_scored), dtype=pl.String),
                    "week": pl.concat([weeks.tail(n_scored)] * len(ids)),
                    "stream": pl.repeat(series.stream.name, len(masked), eager=True),
                    "is_masked": masked,
                    **values,
                }
            ).with_columns(
                # What could not be observed has no count, and nothing was expected of it.
                pl.when(~pl.col("is_masked")).then(pl.col("seen")).cast(pl.Int64),
                pl.when(~pl.col("is_masked")).then(pl.col("expected").round(6)),
                pl.when(~pl.col("is_masked")).then(pl.col("exposure").round(6)),
            )
        )
    return (
        pl.concat(parts)
        .select("complex_id", "week", "stream", "seen", "expected", "exposure", "is_masked")
        .sort("complex_id", "week", "stream")
    )


def _last_week_reasons(
    windows: list[JudgedWindow],
    ratios: dict[str, SharedRatio],
    is_short: NDArray[np.bool_],
    seen: SeenStreams,
    policy: Policy,
) -> pl.DataFrame:
    pair = [
        stream_reasons(
            seen=window.seen[:, :, -1],
            expected=window.expected[:, :, -1],
            kinds=[each.stream.tells_of for each in seen.series],
            ratios=ratios,
            policy=policy,
        )
        for window in windows
    ]
    short_decides = is_short[:, -1]
    streams = [each.stream.name for each in seen.series]
    n_complexes = len(short_decides)

    def chosen(short: Floats, long: Floats) -> Floats:
        found: Floats = np.where(short_decides[None, :], short, long).T.ravel()
        return found

    return pl.DataFrame(
        {
            "stream": np.tile(streams, n_complexes),
            "seen": chosen(windows[0].seen[:, :, -1], windows[1].seen[:, :, -1]),
            "expected": chosen(windows[0].expected[:, :, -1], windows[1].expected[:, :, -1]),
            "log_odds": chosen(pair[0], pair[1]),
            "period_weeks": chosen(windows[0].observed_weeks[:, :, -1], windows[1].observed_weeks[:, :, -1]),
        }
    )


def _finish_reasons(reasons: pl.DataFrame) -> pl.DataFrame:
    # A stream of which nothing was expected had no sight: it says nothing, and is not shown as a reason.
    return (
        reasons.filter(pl.col("expected") > 0)
        .select(
            "complex_id",
            "week",
            "stream",
            pl.col("seen").cast(pl.Int64),
            pl.col("expected").round(6),
            pl.col("log_odds").round(6),
            pl.col("period_weeks").cast(pl.Int32),
        )
        .sort("complex_id", "week", "stream")
    )
