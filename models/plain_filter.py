"""The plain filter: two hidden log ratios per complex that drift, and one small update a week.

A peer to hold the better model against. What it knows of a complex fits in a few numbers, so that a new week is one
step from what was stored. Its weak side is built in: one speed of drift for complexes that stay and for those that
change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from models.evidence import Evidence, Judged
from models.habits import kept_by_streams
from models.population import GaussianSummary, GridPrior, Tails, inverse, times
from models.streams import STREAMS, Floats
from models.window import pearson_dispersion

# How each stream reacts to reporting and to condition: the table of docs/model.md.
LOADINGS = {each.name: each.loads_on for each in STREAMS}

# Complexes at once: what one week of them needs then fits the processor's cache.
CHUNK = 1024

# Of what a complex was due in all; beyond it no habit speaks but an error, such as homes that are no longer counted.
LARGEST_LEARNED_RATIO = 5.0

# A wild count would throw a Newton step out of reach of the next one; ordinary steps are far smaller [log ratio].
LARGEST_STEP = 1.0


@dataclass(frozen=True)
class FilterState:
    """All that is kept of a complex from week to week: a checkpoint.

    Attributes:
        mean: Log ratio of reporting and of condition to peers; 0 is as peers (2, n_complexes).
        covariance: Their rr, rd and dd entries (3, n_complexes).
        expected: Events expected so far, by which busy streams are held back (n_streams, n_complexes).
        n_weeks: Weeks so far.
    """

    mean: Floats
    covariance: Floats
    expected: Floats
    n_weeks: int

    def rows(self, chosen: slice) -> FilterState:
        """The same, of some complexes."""
        return FilterState(self.mean[:, chosen], self.covariance[:, chosen], self.expected[:, chosen], self.n_weeks)


class PlainFilter(BaseEstimator):  # type: ignore[misc]
    """Two drifting log ratios s = (r, d) per complex, followed week by week.

        s_t = φ s_{t-1} + η,   φ = exp(-1/τ);   Y_k ~ NegBin(E_k exp(a_k r + b_k d), dispersion φ_k)

    Each week: predict, then two Newton steps (with the expected curvature) to the top of the posterior. A stream counts
    with weight ω_k = 1 / (1 + h_k Ē_k τ): complexes have lasting habits per stream (h_k) that would otherwise be taken
    for news, week after week. Bad condition at turnover is taken as a count too: it is rare enough.

    Args:
        memory_weeks: τ, after which a deviation has shrunk to 1/e [weeks].
        stationary_sd: How far complexes lie apart [sd of the log ratio].
        least_habit: h_k is never taken smaller: too small makes it rash [variance of the log ratio].
        quiet_below: Reporting below this is quiet [ratio to peers].
        decline_above: Condition above this is declining [ratio to peers].
        learn_from: Most complexes from which the weekly dispersion is learned, evenly over the rows.

    Attributes:
        dispersion_: φ_k, overdispersion of the weekly counts (n_streams).
        habit_: h_k, variance of what each stream keeps to itself (n_streams).
        loadings_: a_k and b_k (n_streams, 2).

    Source:
        Dynamic generalised linear models (West & Harrison 1997); mode and curvature in place of moments (Fahrmeir
        1992); power likelihoods against misfit (Holmes & Walker 2017).
    """

    name: ClassVar[str] = "plain filter"

    def __init__(
        self,
        memory_weeks: float = 104.0,
        stationary_sd: float = 0.55,
        least_habit: float = 0.1,
        quiet_below: float = 0.6,
        decline_above: float = 1.4,
        learn_from: int = 2000,
    ) -> None:
        self.memory_weeks = memory_weeks
        self.stationary_sd = stationary_sd
        self.least_habit = least_habit
        self.quiet_below = quiet_below
        self.decline_above = decline_above
        self.learn_from = learn_from

    def fit(self, evidence: Evidence) -> Self:
        """Learns the dispersion and the habits of each stream.

        Args:
            evidence: Counts and expectations of all complexes.
        """
        self.loadings_ = np.array([LOADINGS[each.stream.name] for each in evidence.series])
        pairs = list(zip(evidence.series, evidence.expected, strict=True))
        seen = np.stack([each.seen.sum(axis=1, where=e > 0) for each, e in pairs])
        expected = np.stack([e.sum(axis=1) for _, e in pairs])
        rows = np.flatnonzero(seen.sum(axis=0) <= LARGEST_LEARNED_RATIO * expected.sum(axis=0))
        seen, expected = seen[:, rows], expected[:, rows]
        own = np.array([pearson_dispersion(y, e) for y, e in zip(seen, expected, strict=True)])
        kept = kept_by_streams(seen, expected, own, self.loadings_)
        self.habit_ = np.maximum(kept, self.least_habit)
        level = (1 + own[:, None] * seen) / (1 + own[:, None] * expected)
        every = -(-max(rows.size, 1) // self.learn_from)
        rows, level = rows[::every], level[:, ::every]
        self.dispersion_ = np.array(
            [
                pearson_dispersion(each.seen[rows].ravel(), (e[rows] * usual[:, None]).ravel())
                for (each, e), usual in zip(pairs, level, strict=True)
            ]
        )
        return self

    def start(self, n_complexes: int) -> FilterState:
        """The state before the first week: as peers, give or take.

        Args:
            n_complexes: How many complexes.
        """
        variance = np.full(n_complexes, self.stationary_sd**2)
        return FilterState(
            np.zeros((2, n_complexes)),
            np.stack([variance, np.zeros(n_complexes), variance]),
            np.zeros((len(self.loadings_), n_complexes)),
            0,
        )

    def step(self, state: FilterState, seen_week: Floats, expected_week: Floats) -> FilterState:
        """One week further.

        Args:
            state: After the week before.
            seen_week: Counts (n_streams, n_complexes).
            expected_week: Expected counts; where they are 0 the counts tell nothing (n_streams, n_complexes).
        """
        decay = np.exp(-1 / self.memory_weeks)
        predicted = decay * state.mean
        spread = decay**2 * state.covariance
        spread[[0, 2]] += (1 - decay**2) * self.stationary_sd**2
        known = inverse(spread)

        n_weeks, so_far = state.n_weeks + 1, state.expected + expected_week
        weight = 1 / (1 + (self.habit_ * self.memory_weeks / n_weeks)[:, None] * so_far)
        weighed_count = weight * seen_week * (expected_week > 0)
        weighed_expected = weight * expected_week
        a, b = self.loadings_.T
        squares = np.stack([a * a, a * b, b * b])
        dispersion = self.dispersion_[:, None]

        mean, covariance = predicted, spread
        for _ in range(2):
            ratio = np.exp(self.loadings_ @ mean)
            scale = 1 / (1 + dispersion * expected_week * ratio)
            information = weighed_expected * ratio * scale
            gradient = self.loadings_.T @ (weighed_count * scale - information) - times(known, mean - predicted)
            covariance = inverse(known + squares @ information)
            mean = mean + np.clip(times(covariance, gradient), -LARGEST_STEP, LARGEST_STEP)
        return FilterState(mean, covariance, so_far, n_weeks)

    def filter(self, evidence: Evidence, state: FilterState | None = None) -> FilterState:
        """Runs all weeks.

        Args:
            evidence: Counts and expectations.
            state: After the week before the first one; without it, `start`.

        Returns:
            The state after the last week.
        """
        before = state or self.start(evidence.n_complexes)
        parts = []
        for first in range(0, evidence.n_complexes, CHUNK):
            chosen = slice(first, first + CHUNK)
            part = before.rows(chosen)
            seen = _by_week([each.seen[chosen] for each in evidence.series])
            expected = _by_week([each[chosen] for each in evidence.expected])
            for seen_week, expected_week in zip(seen, expected, strict=True):
                part = self.step(part, seen_week, expected_week)
            parts.append(part)
        return FilterState(
            np.concatenate([each.mean for each in parts], axis=1),
            np.concatenate([each.covariance for each in parts], axis=1),
            np.concatenate([each.expected for each in parts], axis=1),
            before.n_weeks + evidence.n_weeks,
        )

    def likelihood(self, state: FilterState) -> GaussianSummary:
        """What the counts alone say of each complex now: the posterior without its prior."""
        precision = inverse(state.covariance)
        shift = times(precision, state.mean)
        # The covariance never exceeds the stationary one, so what is left is never negative but for rounding.
        precision[[0, 2]] = np.maximum(precision[[0, 2]] - self.stationary_sd**-2, 0)
        return GaussianSummary(shift, precision)

    def tails(self, state: FilterState) -> Tails:
        """Probabilities of being quiet, of declining and of both; the complexes themselves are the population."""
        likelihood = self.likelihood(state)
        return GridPrior().fit(likelihood).predict(likelihood, self.quiet_below, self.decline_above)

    def judge(self, evidence: Evidence) -> Judged:
        """Says how probably each complex is quiet and declining at the end.

        Args:
            evidence: Counts and expectations.
        """
        both = self.fit(evidence).tails(self.filter(evidence)).both
        return Judged(both, both)

    def judge_reporting(self, evidence: Evidence) -> Judged:
        """Says how probably each complex is quiet at the end.

        Args:
            evidence: Counts and expectations.
        """
        quiet = self.fit(evidence).tails(self.filter(evidence)).quiet
        return Judged(quiet, quiet)


def _by_week(streams: list[NDArray[np.float64]]) -> Floats:
    """From (n_complexes, n_weeks) each to (n_weeks, n_streams, n_complexes), each week side by side in memory."""
    n_complexes, n_weeks = streams[0].shape
    found = np.empty((n_weeks, len(streams), n_complexes))
    for place, each in enumerate(streams):
        found[:, place] = each.T
    return found
