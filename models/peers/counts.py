"""Counts of the last weeks, over the weeks that could be observed.

A method that divides by homes must not divide by weeks in which nobody could be heard: a broken feed would look like
silence.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.evidence import Evidence
from models.streams import Floats

YEAR = 52
"""The window of most peers: every season counts once [weeks]."""


def report_streams(evidence: Evidence) -> list[int]:
    """Places of the streams that need somebody who speaks."""
    return [i for i, each in enumerate(evidence.series) if each.stream.tells_of == "report"]


def in_sight(evidence: Evidence, places: list[int]) -> NDArray[np.bool_]:
    """Weeks of a complex in which all of these streams could be observed (n_complexes, n_weeks).

    A stream that nobody in the town delivers is left out; if that holds for all of them nothing is in sight.

    Args:
        evidence: Counts and expectations.
        places: Places of the streams.
    """
    masks = [evidence.series[i].is_masked for i in places]
    delivered = [each for each in masks if not each.all()]
    if not delivered:
        return np.zeros(evidence.homes.shape, dtype=np.bool_)
    found: NDArray[np.bool_] = ~np.any(delivered, axis=0)
    return found


def weekly_counts(evidence: Evidence, places: list[int]) -> Floats:
    """Events of these streams together [events] (n_complexes, n_weeks).

    Args:
        evidence: Counts and expectations.
        places: Places of the streams.
    """
    return sum((evidence.series[i].seen for i in places), np.zeros_like(evidence.homes))


def recent_counts(evidence: Evidence, places: list[int], n_weeks: int, sight: NDArray[np.bool_]) -> Floats:
    """Events of these streams together in the last weeks, where in sight [events] (n_complexes).

    Args:
        evidence: Counts and expectations.
        places: Places of the streams.
        n_weeks: Length of the window; cut off at the first week there is [weeks].
        sight: Weeks that count (n_complexes, n_weeks of the evidence).
    """
    return recent_sum(weekly_counts(evidence, places) * sight, n_weeks)


def recent_sum(weekly: Floats, n_weeks: int) -> Floats:
    """Sum of the last `n_weeks` columns (n_complexes)."""
    found: Floats = weekly[:, -n_weeks:].sum(axis=1)
    return found
