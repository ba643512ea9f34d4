"""Silence of a feed must never become silence of people.

Where every report stream of a complex stays at zero for so long that more reports were due than chance can explain,
the feed is suspect: those weeks are masked, and the complex is told apart instead of being called quiet. Due is what
the complex itself would have had in its other weeks: held against its peers' pace, half of all quiet complexes would
sooner or later be taken for a broken feed, and lose the very weeks that show their silence.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.streams import Floats, StreamSeries


def mask_silent_feeds(
    series: list[StreamSeries], expected: list[Floats], due: float, teams: NDArray[np.int64] | None = None
) -> tuple[list[StreamSeries], NDArray[np.bool_]]:
    """Masks the report streams over runs of zeros in which more than `due` reports of its own were due.

    Args:
        series: All streams of all complexes.
        expected: Expected events of each stream; 0 where masked, each (n_complexes, n_weeks).
        due: Reports at the complex's own pace (never above its peers') above which a run is a fault [reports].
        teams: Area team of each complex, numbered from 0: a whole team without a single report is a fault much sooner
            than one complex is (n_complexes).

    Returns:
        The streams, report streams masked where suspect; and the mask (n_complexes, n_weeks).
    """
    reports = [i for i, each in enumerate(series) if each.stream.tells_of == "report"]
    seen = np.sum([series[i].seen for i in reports], axis=0)
    due_in_week = np.sum([expected[i] for i in reports], axis=0)
    is_suspect = _silent_runs(seen, due_in_week, due)
    if teams is not None and teams.size:
        n_teams = int(teams.max()) + 1
        by_team = [np.zeros((n_teams, seen.shape[1])) for _ in range(2)]
        for total, each in zip(by_team, (seen, due_in_week), strict=True):
            np.add.at(total, teams, each)
        is_suspect |= _silent_runs(by_team[0], by_team[1], due)[teams] & (due_in_week > 0)
    masked = [
        replace(
            each,
            seen=np.where(is_suspect, 0.0, each.seen),
            exposure=np.where(is_suspect, 0.0, each.exposure),
            is_masked=each.is_masked | is_suspect,
        )
        if i in reports
        else each
        for i, each in enumerate(series)
    ]
    return masked, is_suspect


def _silent_runs(seen: Floats, due_in_week: Floats, due: float) -> NDArray[np.bool_]:
    """Weeks in runs of zeros with more than `due` reports due at its own pace, per row."""
    run = np.cumsum(seen > 0, axis=1)
    rows = np.broadcast_to(np.arange(run.shape[0])[:, None], run.shape)
    peers_in_run = np.zeros((run.shape[0], run.shape[1] + 1))
    is_zero = seen == 0
    np.add.at(peers_in_run, (rows[is_zero], run[is_zero]), due_in_week[is_zero])
    in_run = peers_in_run[rows, run]
    # Its own pace in all other weeks, as a ratio to its peers; one report's worth of theirs where it has few.
    elsewhere = due_in_week.sum(axis=1, keepdims=True) - in_run
    own_pace = (1 + seen.sum(axis=1, keepdims=True)) / (1 + elsewhere)
    found: NDArray[np.bool_] = is_zero & (in_run * np.minimum(own_pace, 1) > due)
    return found
