"""From the panel to one row per complex and week: how quiet, how worrying, how sure.

The steps, each in a room of its own: counts and exposure (`streams`), what a like complex would have (`baseline`),
feeds that fell silent are masked (`feeds`), two ratios with their uncertainty (`window`), what to call it
(`silence`). This file only puts them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import nbinom

from models.baseline import building_classes, expected_counts
from models.feeds import mask_silent_feeds
from models.policy import Policy
from models.reasons import stream_reasons
from models.silence import Windowed, name_states
from models.streams import Floats, StreamSeries, stream_series
from models.window import RatioPosterior, SharedRatio, window_sums

# Of an ordinary complex, nine in ten counts lie above the low end and nine in ten below the high end.
BAND = (0.1, 0.9)


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


@dataclass(frozen=True)
class _Seen:
    """Counts and expectations of all streams, masked where a feed failed."""

    series: list[StreamSeries]
    expected: list[Floats]
    is_feed_suspect: NDArray[np.bool_]

    def of(self, kind: str) -> list[int]:
        return [i for i, each in enumerate(self.series) if each.stream.tells_of == kind]


@dataclass(frozen=True)
class _Window:
    """Both ratios in one window, per complex and scored week (n_complexes, n_scored)."""

    n_weeks: int
    reporting: RatioPosterior
    condition: RatioPosterior
    seen: Floats  # (n_streams, n_complexes, n_scored)
    expected: Floats
    observed_weeks: Floats  # [weeks] (n_streams, n_complexes, n_scored)
    reported_weeks: Floats  # any report stream observed [weeks]
    earlier_quiet: Floats
    earlier_information: Floats
    reporting_habit: float

    def quiet_decline(self, policy: Policy) -> Floats:
        """Until the joint model comes the two are taken as independent."""
        return self.reporting.below(policy.quiet_below) * self.condition.above(policy.decline_above)


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
    seen = _expect(stream_series(weekly, ids, weeks), classes, weeks.to_list(), policy)
    ratios = _learn_ratios(seen, policy)
    windows = [
        _score_window(seen, ratios, n, n_scored, policy) for n in (policy.short_window_weeks, policy.long_window_weeks)
    ]
    # A fast change shows in the short window, a slow one in the long: the one that worries most decides.
    short, long = (window.quiet_decline(policy) for window in windows)
    is_short = short > long
    windowed = _decide(windows, is_short, seen, policy)
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


def _expect(series: list[StreamSeries], classes: pl.DataFrame, weeks: list[date], policy: Policy) -> _Seen:
    first = [expected_counts(each, classes, weeks) for each in series]
    masked, is_suspect = mask_silent_feeds(series, first, policy.silent_feed_expected)
    # Weeks without a feed must not lower what is expected of the others, so the rates are learned once more.
    expected = [expected_counts(each, classes, weeks) for each in masked] if is_suspect.any() else first
    return _Seen(masked, expected, is_suspect)


def _learn_ratios(seen: _Seen, policy: Policy) -> dict[str, SharedRatio]:
    """How much complexes differ, from all weeks: one window holds too little to tell, two visits a year nothing."""
    learned = {}
    for kind in ("report", "condition"):
        used = seen.of(kind)
        counted = np.stack([seen.series[i].seen.sum(axis=1) for i in used])
        expected = np.stack([seen.expected[i].sum(axis=1) for i in used])
        learned[kind] = SharedRatio(policy.habit_dispersion).fit(counted, expected)
    return learned


def _score_window(seen: _Seen, ratios: dict[str, SharedRatio], n_weeks: int, n_scored: int, policy: Policy) -> _Window:
    counted = np.stack([window_sums(each.seen, n_weeks, n_scored) for each in seen.series])
    expected = np.stack([window_sums(each, n_weeks, n_scored) for each in seen.expected])
    sight: Floats = (~np.stack([each.is_masked for each in seen.series])).astype(np.float64)
    reports, others = seen.of("report"), seen.of("condition")
    # The year before this window: was it quiet then already?
    before = [
        np.stack(
            [
                window_sums(each, n_weeks + policy.long_window_weeks, n_scored) - inside
                for each, inside in zip(values, totals, strict=True)
            ]
        )
        for values, totals in (
            ([seen.series[i].seen for i in reports], counted[reports]),
            ([seen.expected[i] for i in reports], expected[reports]),
        )
    ]
    # Differences of running sums may be a hair below zero.
    earlier = ratios["report"].predict(np.maximum(before[0], 0), np.maximum(before[1], 0))
    return _Window(
        n_weeks=n_weeks,
        reporting=ratios["report"].predict(counted[reports], expected[reports]),
        condition=ratios["condition"].predict(counted[others], expected[others]),
        seen=counted,
        expected=expected,
        observed_weeks=np.stack([window_sums(each, n_weeks, n_scored) for each in sight]),
        reported_weeks=window_sums(sight[reports].max(axis=0), n_weeks, n_scored),
        earlier_quiet=earlier.below(policy.quiet_below),
        earlier_information=earlier.information,
        reporting_habit=float(ratios["report"].shared_variance_),
    )


def _decide(windows: list[_Window], is_short: NDArray[np.bool_], seen: _Seen, policy: Policy) -> Windowed:
    short, long = windows

    def chosen(one: Floats, other: Floats) -> Floats:
        return np.where(is_short, one, other)

    def of(attribute: str, kind: str) -> Floats:
        pair = [getattr(getattr(window, kind), attribute) for window in windows]
        return chosen(pair[0], pair[1])

    reports = seen.of("report")
    reports_seen = chosen(short.seen[reports].sum(axis=0), long.seen[reports].sum(axis=0))
    reports_expected = chosen(short.expected[reports].sum(axis=0), long.expected[reports].sum(axis=0))
    habit = np.where(is_short, short.reporting_habit, long.reporting_habit)
    low, high = _band(reports_expected, habit)
    return Windowed(
        reports_seen=reports_seen,
        reports_expected=reports_expected,
        reports_low=low,
        reports_high=high,
        reporting_ratio=of("mean", "reporting"),
        condition_ratio=of("mean", "condition"),
        r_mean=of("log_mean", "reporting"),
        r_sd=of("log_sd", "reporting"),
        d_mean=of("log_mean", "condition"),
        d_sd=of("log_sd", "condition"),
        p_quiet=chosen(short.reporting.below(policy.quiet_below), long.reporting.below(policy.quiet_below)),
        p_decline=chosen(short.condition.above(policy.decline_above), long.condition.above(policy.decline_above)),
        p_quiet_decline=chosen(short.quiet_decline(policy), long.quiet_decline(policy)),
        earlier_quiet=chosen(short.earlier_quiet, long.earlier_quiet),
        earlier_information=chosen(short.earlier_information, long.earlier_information),
        reporting_information=of("information", "reporting"),
        condition_information=of("information", "condition"),
        silence_chance=chosen(_silence_chance(short, reports, policy), _silence_chance(long, reports, policy)),
        # As many weeks as are observed, where that is fewer than the window has.
        window_weeks=chosen(short.reported_weeks, long.reported_weeks),
        is_feed_suspect=seen.is_feed_suspect[:, -is_short.shape[1] :],
        observed_weeks={each.stream.name: long.observed_weeks[i] for i, each in enumerate(seen.series)},
    )


def _silence_chance(window: _Window, reports: list[int], policy: Policy) -> Floats:
    """Chance that an ordinary complex, with the habits that complexes have, is not heard of at all."""
    habit = policy.habit_dispersion
    found: Floats = np.prod((1 + habit * window.expected[reports]) ** (-1 / habit), axis=0)
    return found


def _band(expected: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Where the count of an ordinary complex lies, nine times in ten on either side [reports]."""
    size = 1 / variance
    probability = size / (size + expected)
    low, high = (np.nan_to_num(nbinom.ppf(share, size, probability)) for share in BAND)
    return np.where(expected > 0, low, 0.0), np.where(expected > 0, high, 0.0)


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


def _streams_frame(seen: _Seen, ids: pl.Series, weeks: pl.Series, n_scored: int) -> pl.DataFrame:
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
    windows: list[_Window],
    ratios: dict[str, SharedRatio],
    is_short: NDArray[np.bool_],
    seen: _Seen,
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
