"""The window model: fewer reports than expected, and more trouble than expected, in the last half year or year.

Closed form and honest: the baseline that later models have to beat. Per complex two ratios to its peers, `reporting`
and `condition`, each with a gamma posterior. It sees no change within the window and no dependence between the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.optimize import brentq
from scipy.special import digamma, polygamma
from scipy.stats import gamma
from sklearn.base import BaseEstimator

from models.streams import Floats

LARGEST_DISPERSION = 5.0
LEAST_SHARED_VARIANCE = 0.02


@dataclass(frozen=True)
class RatioPosterior:
    """Gamma posterior of a ratio to peers; all arrays have the same shape.

    Attributes:
        shape: Gamma shape (> 0).
        rate: Gamma rate (> 0).
        prior_shape: Shape (and rate) of the prior, whose mean is 1.
    """

    shape: Floats
    rate: Floats
    prior_shape: float

    @property
    def mean(self) -> Floats:
        """Posterior mean of the ratio (1 = as peers)."""
        return self.shape / self.rate

    @property
    def log_mean(self) -> Floats:
        """Posterior mean of the log ratio."""
        found: Floats = digamma(self.shape) - np.log(self.rate)
        return found

    @property
    def log_sd(self) -> Floats:
        """Posterior standard deviation of the log ratio."""
        found: Floats = np.sqrt(polygamma(1, self.shape))
        return found

    @property
    def information(self) -> Floats:
        """Share of the prior variance of the ratio that counts like these take away on average [0-1].

        It goes by what was expected, not by what came: of the log ratio's own variance zero counts take nothing away,
        and a wholly silent complex would be the very one of which we say that we know nothing.
        """
        found: Floats = 1 - self.prior_shape / self.rate
        return found

    def below(self, ratio: float) -> Floats:
        """Probability that the ratio is below `ratio`."""
        found: Floats = gamma.cdf(ratio * self.rate, self.shape)
        return found

    def above(self, ratio: float) -> Floats:
        """Probability that the ratio is above `ratio`."""
        found: Floats = gamma.sf(ratio * self.rate, self.shape)
        return found


class SharedRatio(BaseEstimator):  # type: ignore[misc]
    """One ratio to peers that several streams share, from their counts and expectations in a window.

    Given the ratio λ of a complex, stream k counts Y_k with mean E_k λ and variance E_k (1 + h E_k): every complex has
    lasting habits per stream (h) that are no news. Weights ω_k = 1 / (1 + h E_k) keep a busy stream from drowning the
    others, and with a gamma prior of mean 1 and variance v on λ the posterior is

        λ | Y ~ Gamma(1/v + Σ ω_k Y_k, 1/v + Σ ω_k E_k).

    Args:
        habit_dispersion: Variance h of a stream's lasting habit in one complex [variance of the log ratio].

    Attributes:
        dispersion_: Overdispersion of each stream against its expectation (n_streams).
        shared_variance_: Variance v of the ratio over complexes: the streams' dispersion, each weighing as much as it
            tells. Splitting it into what streams share and what each keeps was tried (their covariance) and ranked no
            better, but made the posterior too timid to flag anything.

    Source:
        Gamma-Poisson shrinkage (Clayton & Kaldor 1987); dispersion by the Pearson moment equation (Breslow 1984).
    """

    def __init__(self, habit_dispersion: float = 0.1) -> None:
        self.habit_dispersion = habit_dispersion

    def fit(self, seen: Floats, expected: Floats) -> Self:
        """Learns the variances from one window.

        Args:
            seen: Counts (n_streams, n_complexes).
            expected: Expected counts; 0 where nothing could be observed (n_streams, n_complexes).
        """
        self.dispersion_ = np.array([pearson_dispersion(y, e) for y, e in zip(seen, expected, strict=True)])
        told = (expected / (1 + self.dispersion_[:, None] * expected)).sum(axis=1)
        pooled = float(np.dot(told, self.dispersion_) / told.sum()) if told.sum() > 0 else 0.0
        self.shared_variance_ = max(pooled, LEAST_SHARED_VARIANCE)
        return self

    def weights(self, expected: Floats) -> Floats:
        """What a count of each stream weighs, 1 / (1 + h E_k), in the shape of `expected`."""
        found: Floats = 1 / (1 + self.habit_dispersion * expected)
        return found

    def predict(self, seen: Floats, expected: Floats) -> RatioPosterior:
        """The posterior per complex (and week).

        Args:
            seen: Counts (n_streams, …).
            expected: Expected counts; where they are 0 the counts tell nothing (n_streams, …).
        """
        # A report from a complex without homes in use would otherwise be infinitely more than expected.
        weight = np.where(expected > 0, self.weights(expected), 0.0)
        prior = 1 / self.shared_variance_
        return RatioPosterior(prior + (weight * seen).sum(axis=0), prior + (weight * expected).sum(axis=0), prior)


def pearson_dispersion(seen: Floats, expected: Floats) -> float:
    """The φ for which Σ (Y - E)² / (E + φE²) is what chance would give [variance of the log ratio].

    Args:
        seen: Counts (n).
        expected: Expected counts; entries of 0 are left out (n).

    Returns:
        Between 0 and `LARGEST_DISPERSION`; 0 if the counts vary no more than Poisson counts do.
    """
    used = expected > 0
    y, e = seen[used], expected[used]
    if y.size < 2:
        return 0.0

    def surplus(dispersion: float) -> float:
        return float(np.sum((y - e) ** 2 / (e + dispersion * e**2)) - (y.size - 1))

    if surplus(0.0) <= 0:
        return 0.0
    if surplus(LARGEST_DISPERSION) >= 0:
        return LARGEST_DISPERSION
    return float(brentq(surplus, 0.0, LARGEST_DISPERSION, xtol=1e-9))


def window_sums(values: Floats, n_weeks: int, last: int) -> Floats:
    """Sums over the last `n_weeks` weeks up to and including each week, for the last `last` weeks.

    Args:
        values: Weekly values (n_complexes, n_all_weeks).
        n_weeks: Length of the window [weeks]; cut off at the first week there is.
        last: How many weeks to give [weeks].

    Returns:
        Sums (n_complexes, last).
    """
    total = np.concatenate([np.zeros((values.shape[0], 1)), np.cumsum(values, axis=1)], axis=1)
    ends = np.arange(values.shape[1] - last + 1, values.shape[1] + 1)
    found: Floats = total[:, ends] - total[:, np.maximum(ends - n_weeks, 0)]
    return found
