"""Two windows, judged: half a year and a year, and for each complex the one that worries most decides.

A fast change shows in the short window, a slow one in the long. What decides becomes one set of figures
(`silence.Windowed`), from which states are named.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import nbinom

from models.baseline import expected_counts
from models.feeds import mask_silent_feeds
from models.policy import Policy
from models.silence import Windowed
from models.streams import Floats, StreamSeries
from models.window import RatioPosterior, SharedRatio, window_sums

# Of an ordinary complex, nine in ten counts lie above the low end and nine in ten below the high end.
BAND = (0.1, 0.9)


@dataclass(frozen=True)
class SeenStreams:
    """Counts and expectations of all streams, masked where a feed failed.

    Attributes:
        series: The streams, in the order of `streams.STREAMS`.
        expected: Expected events of each; 0 where masked, each (n_complexes, n_weeks).
        is_feed_suspect: Weeks in which a complex's report feed failed (n_complexes, n_weeks).
    """

    series: list[StreamSeries]
    expected: list[Floats]
    is_feed_suspect: NDArray[np.bool_]

    def of(self, kind: str) -> list[int]:
        """Places of the streams that tell of `report` or of `condition`."""
        return [i for i, each in enumerate(self.series) if each.stream.tells_of == kind]


@dataclass(frozen=True)
class JudgedWindow:
    """Both ratios in one window, per complex and scored week.

    Attributes:
        n_weeks: Length of the window [weeks].
        reporting: Ratio of reports to peers (n_complexes, n_scored).
        condition: Ratio of trouble to peers (n_complexes, n_scored).
        seen: Counts in the window (n_streams, n_complexes, n_scored).
        expected: Expected counts in the window (n_streams, n_complexes, n_scored).
        observed_weeks: Weeks with sight per stream [weeks] (n_streams, n_complexes, n_scored).
        reported_weeks: Weeks with sight of any report stream [weeks] (n_complexes, n_scored).
        earlier_quiet: Probability of having been quiet in the year before the window (n_complexes, n_scored).
        earlier_information: How much that year tells [0-1] (n_complexes, n_scored).
        reporting_habit: Variance of the reporting ratio over complexes.
    """

    n_weeks: int
    reporting: RatioPosterior
    condition: RatioPosterior
    seen: Floats
    expected: Floats
    observed_weeks: Floats
    reported_weeks: Floats
    earlier_quiet: Floats
    earlier_information: Floats
    reporting_habit: float

    def quiet_decline(self, policy: Policy) -> Floats:
        """Until the joint model comes the two are taken as independent."""
        return self.reporting.below(policy.quiet_below) * self.condition.above(policy.decline_above)


def seen_streams(series: list[StreamSeries], classes: pl.DataFrame, weeks: list[date], policy: Policy) -> SeenStreams:
    """Masks the feeds that failed, and gives what a like complex would have.

    Args:
        series: All streams of all complexes.
        classes: `building_classes` in the row order of the arrays.
        weeks: Mondays, in the column order of the arrays.
        policy: The values in force.
    """
    first = [expected_counts(each, classes, weeks) for each in series]
    masked, is_suspect = mask_silent_feeds(series, first, policy.silent_feed_expected)
    # Weeks without a feed must not lower what is expected of the others, so the rates are learned once more.
    expected = [expected_counts(each, classes, weeks) for each in masked] if is_suspect.any() else first
    return SeenStreams(masked, expected, is_suspect)


def learned_ratios(seen: SeenStreams, policy: Policy) -> dict[str, SharedRatio]:
    """How much complexes differ, learned from all weeks.

    One window holds too little to tell, and two visits a year nothing at all.

    Returns:
        The fitted ratio of `report` and of `condition`.
    """
    learned = {}
    for kind in ("report", "condition"):
        used = seen.of(kind)
        counted = np.stack([seen.series[i].seen.sum(axis=1) for i in used])
        expected = np.stack([seen.expected[i].sum(axis=1) for i in used])
        learned[kind] = SharedRatio(policy.habit_dispersion).fit(counted, expected)
    return learned


def judged_window(
    seen: SeenStreams, ratios: dict[str, SharedRatio], n_weeks: int, n_scored: int, policy: Policy
) -> JudgedWindow:
    """Judges every complex in the windows that end in each of the last weeks.

    Args:
        seen: Counts and expectations.
        ratios: The fitted ratios.
        n_weeks: Length of the window [weeks].
        n_scored: How many last weeks to judge [weeks].
        policy: The values in force.
    """
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
    return JudgedWindow(
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


def deciding_figures(
    windows: list[JudgedWindow], is_short: NDArray[np.bool_], seen: SeenStreams, policy: Policy
) -> Windowed:
    """The figures of the window that decides, per complex and week.

    Args:
        windows: The short window and the long one.
        is_short: Where the short one decides (n_complexes, n_scored).
        seen: Counts and expectations.
        policy: The values in force.
    """
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


def _silence_chance(window: JudgedWindow, reports: list[int], policy: Policy) -> Floats:
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
