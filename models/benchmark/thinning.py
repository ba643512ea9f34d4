"""The peers' own test: take some complexes' reports away, and see whether a method finds which.

It needs no planted truth, so it works on real counts as well. It asks for quiet alone, not for decline: a method that
has a reporting score of its own (`judge_reporting`) is judged on that.

Source: the simulation test of under-reporting methods for clinical trial sites (Koneswarakantha et al., simaerep).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

from models.evidence import Evidence
from models.streams import Floats

Bools = NDArray[np.bool_]

THINNED_SHARE = 0.1
TAKEN_SHARES = (0.25, 0.5, 0.75)
FALSE_POSITIVES = 0.01


def thinned_complexes(rng: np.random.Generator, eligible: Bools, share: float = THINNED_SHARE) -> Bools:
    """Which complexes lose reports: round(share × eligible) of them, by lot (n_complexes).

    Args:
        rng: Source of chance.
        eligible: Complexes that may be drawn (n_complexes).
        share: Part to draw [0-1].
    """
    rows = np.nonzero(eligible)[0]
    found = np.zeros(len(eligible), dtype=np.bool_)
    found[rng.choice(rows, size=round(share * len(rows)), replace=False)] = True
    return found


def thin_reports(
    evidence: Evidence, is_thinned: Bools, taken: float, n_weeks: int, rng: np.random.Generator
) -> Evidence:
    """The evidence as if each report of these complexes had been made with chance 1 - `taken` only.

    Exposure and expectation stay as they were: what was open stays open, and one in ten thinned complexes hardly
    moves what is expected of the others.

    Args:
        evidence: Counts of whole events.
        is_thinned: Complexes that lose reports (n_complexes).
        taken: Chance that a report is taken away [0-1].
        n_weeks: Only in the last so many weeks [weeks].
        rng: Source of chance.

    Returns:
        New evidence; the streams that tell of the condition are untouched.
    """
    series = []
    for each in evidence.series:
        if each.stream.tells_of == "report":
            seen = each.seen.copy()
            last = seen[is_thinned, -n_weeks:]
            seen[is_thinned, -n_weeks:] = rng.binomial(last.astype(np.int64), 1 - taken)
            each = replace(each, seen=seen)
        series.append(each)
    return replace(evidence, series=series)


def true_positive_rate(score: Floats, is_thinned: Bools, at: float = FALSE_POSITIVES) -> float:
    """Share of the thinned complexes above the lowest threshold that at most `at` of the others reach [0-1].

    Complexes of one score are over or under the threshold together, so a method that gives many the same score
    cannot gain by the order in which they happen to stand.

    Args:
        score: Higher is more probably thinned (n_complexes).
        is_thinned: (n_complexes).
        at: False positive rate that is allowed [0-1].

    Returns:
        NaN without thinned complexes or without others.
    """
    if is_thinned.all() or not is_thinned.any():
        return float("nan")
    false_rate, true_rate, _ = roc_curve(is_thinned, score, drop_intermediate=False)
    return float(true_rate[false_rate <= at].max())
