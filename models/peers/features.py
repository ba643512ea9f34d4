"""What the learning peers look at: how far each stream is from what was expected, over several windows."""

from __future__ import annotations

import numpy as np

from models.evidence import Evidence
from models.streams import Floats
from models.window import window_sums

WINDOWS = (26, 52, 156)
"""Half a year, a year and three [weeks]: on the towns for tuning better than with a quarter or without the longest."""


def log_ratios(evidence: Evidence, windows: tuple[int, ...] = WINDOWS) -> Floats:
    """Log of seen to expected per stream and window.

    Half an event is added to both, so that little evidence gives a ratio near one, and none gives exactly one.

    Args:
        evidence: Counts and expectations.
        windows: Lengths of the windows; cut off at the first week there is [weeks].

    Returns:
        Log ratios, the windows of one stream side by side (n_complexes, n_streams × n_windows).
    """
    columns = []
    for series, expected in zip(evidence.series, evidence.expected, strict=True):
        # A report from homes that nobody lives in is held against nothing, so it tells nothing.
        seen = np.where(expected > 0, series.seen, 0.0)
        for n_weeks in windows:
            came, due = (window_sums(each, n_weeks, 1)[:, 0] for each in (seen, expected))
            columns.append(np.log(came + 0.5) - np.log(np.maximum(due, 0.0) + 0.5))
    return np.stack(columns, axis=1)
