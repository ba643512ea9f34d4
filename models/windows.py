"""Two windows, judged: half a year and a year, and for each complex the one that worries most decides.

A fast change shows in the short window, a slow one in the long. The first version of this software went by it; now it
is a peer (`peers/window_model.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.policy import Policy
from models.streams import Floats, StreamSeries
from models.window import RatioPosterior, SharedRatio, window_sums


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
    """

    n_weeks: int
    reporting: RatioPosterior
    condition: RatioPosterior
    seen: Floats
    expected: Floats

    def quiet_decline(self, policy: Policy) -> Floats:
        """P(quiet) × P(declining): the two are taken as independent."""
        return self.reporting.below(policy.quiet_below) * self.condition.above(policy.decline_above)


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
    reports, others = seen.of("report"), seen.of("condition")
    return JudgedWindow(
        n_weeks=n_weeks,
        reporting=ratios["report"].predict(counted[reports], expected[reports]),
        condition=ratios["condition"].predict(counted[others], expected[others]),
        seen=counted,
        expected=expected,
    )
