"""What the verdicts teach: whether the list is right, and whether its probabilities are.

Only draws teach it. The complexes of the list were chosen for what they looked like; those of the lot were not, and
each one's chance of being drawn is known. So every drawn complex speaks for 1 / chance others.

Which verdict counts as what: `verdicts.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit, ndtri

from models.policy import Policy
from models.streams import Floats
from models.verdicts import Verdicts, verdicts

# How far verdicts must pull before we leave the identity: odds off by a factor e, slope off by a half, are still
# ordinary; a hundred draws hold about three positives, which alone would say almost anything.
SHIFT_SD = 1.0
SLOPE_SD = 0.5
# The published probabilities have six decimals.
SMALLEST = 1e-6
LEVEL = 0.95


@dataclass(frozen=True)
class NotYet:
    """Too few answered draws to say anything: not yet, `n_answered` of `n_needed`."""

    n_drawn: int
    n_answered: int
    n_needed: int


@dataclass(frozen=True)
class Share:
    """An estimated share with its 95 % interval [0-1], and the answered draws that it rests on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Estimates:
    """How right the list is, over the weeks of the draws; a week's complexes count once for each week.

    Attributes:
        n_drawn: Draws.
        n_answered: Draws with a verdict on the complex.
        n_undecided: Of those, worries of which it is not known whether residents report.
        prevalence: Share of the eligible complexes that is truly quiet and declining.
        precision: Share of the flagged that is; None if no flagged complex was drawn and answered.
        recall: Share of the truly quiet and declining that is flagged; None if none was found.
    """

    n_drawn: int
    n_answered: int
    n_undecided: int
    prevalence: Share
    precision: Share | None
    recall: Share | None

    @property
    def response(self) -> float:
        """Share of the draws that was answered [0-1]."""
        return self.n_answered / self.n_drawn


@dataclass(frozen=True)
class Recalibration:
    """The odds that the verdicts give to a probability: logit P' = `shift` + `slope` · logit P.

    Attributes:
        shift: Log-odds; 0 is the identity.
        slope: At least 0, so that a higher P never becomes a lower one; 1 is the identity.
        n_answered: Answered draws.
        is_used: Whether there were enough of them; if not, this is the identity.
    """

    shift: float
    slope: float
    n_answered: int
    is_used: bool

    def probability(self, probability: Floats) -> Floats:
        """The recalibrated probabilities [0-1], in the shape of `probability`."""
        if not self.is_used:
            return probability
        found: Floats = expit(self.shift + self.slope * _log_odds(probability))
        return found


AS_THEY_ARE = Recalibration(shift=0.0, slope=1.0, n_answered=0, is_used=False)
"""Before enough was answered, a probability means what it says."""


def recalibrate(draws: pl.DataFrame, policy: Policy) -> Recalibration:
    """Two numbers that bring the model's probabilities to what was found, where enough was found.

    Logistic recalibration, each draw weighing 1 / its chance, with normal priors on shift (0) and slope (1) that keep
    it near the identity: the weights add up to the number of draws that they are worth, so few draws move little.

    Args:
        draws: As `draws_with_answers` gives them; `p_quiet_decline` must be the model's own, never one that was
            recalibrated before.
        policy: The values in force.

    Source:
        Platt (1999); penalised recalibration: Steyerberg, Clinical Prediction Models (2009), ch. 20.
    """
    found = verdicts(draws)
    if found.n < policy.least_answered_draws:
        return replace(AS_THEY_ARE, n_answered=found.n)
    log_odds, positive = _log_odds(found.probability), found.is_positive
    weight = found.weight * found.weight.sum() / (found.weight**2).sum()

    def surprise(numbers: Floats) -> tuple[float, Floats]:
        shift, slope = numbers
        eta = shift + slope * log_odds
        miss = weight * (expit(eta) - positive)
        prior = (shift / SHIFT_SD) ** 2 / 2 + ((slope - 1) / SLOPE_SD) ** 2 / 2
        value = float(np.sum(weight * (np.logaddexp(0, eta) - positive * eta)) + prior)
        return value, np.array([miss.sum() + shift / SHIFT_SD**2, miss @ log_odds + (slope - 1) / SLOPE_SD**2])

    best = minimize(surprise, [0.0, 1.0], jac=True, method="L-BFGS-B", bounds=[(None, None), (0, None)])
    return Recalibration(round(float(best.x[0]), 4), round(float(best.x[1]), 4), found.n, is_used=True)


def estimates(draws: pl.DataFrame, policy: Policy) -> Estimates | NotYet:
    """Prevalence, precision and recall with 95 % intervals, or how many answered draws are still missing.

    Hájek estimates (a Horvitz–Thompson total over another), each draw weighing 1 / its chance; for non-response
    see `verdicts`. The variance is the linearised one, draws of different weeks being independent within a team; the
    interval is Wilson's, at the number of plain draws that would have that variance, and never more than were
    answered.

    Args:
        draws: As `draws_with_answers` gives them.
        policy: The values in force.

    Source:
        Horvitz & Thompson (1952); Hájek (1971); interval: Korn & Graubard (1998), Dean & Pagano (2015).
    """
    found = verdicts(draws)
    if found.n < policy.least_answered_draws:
        return NotYet(draws.height, found.n, policy.least_answered_draws)
    everyone = np.ones(found.n, dtype=np.bool_)
    prevalence = share(found, found.is_positive, everyone)
    assert prevalence is not None, "weights of answered draws are positive"
    return Estimates(
        n_drawn=draws.height,
        n_answered=found.n,
        n_undecided=int(found.is_undecided.sum()),
        prevalence=prevalence,
        precision=share(found, found.is_positive, found.is_flagged),
        recall=share(found, found.is_flagged, found.is_positive),
    )


def share(
    found: Verdicts, is_counted: NDArray[np.bool_], among: NDArray[np.bool_], level: float = LEVEL
) -> Share | None:
    """The weighted share of `among` that is counted, with its interval as for `estimates`.

    Args:
        found: The answered draws (n).
        is_counted: Which of them are counted (n).
        among: Which of them are counted on (n).
        level: How often the interval should hold the truth [0-1].

    Returns:
        The share; None if nobody with a weight is among them.
    """
    weight = found.weight * among
    total = weight.sum()
    if total == 0:
        return None
    value = float((weight * is_counted).sum() / total)
    n = int(np.count_nonzero(weight))
    worth = float(total**2 / (weight**2).sum())
    variance = _variance(weight * (is_counted - value) / total, found.team)
    if 0 < value < 1 and variance > 0:
        worth = value * (1 - value) / variance
    return Share(round(value, 6), *_wilson(value, min(worth, n), level), n)


def _variance(residual: Floats, team: NDArray[np.int64]) -> float:
    """Variance of a sum over independent draws within teams; teams with one draw are taken together."""
    stratum = np.where(np.bincount(team)[team] > 1, team, 0)
    count = np.bincount(stratum)
    total, squares = np.bincount(stratum, residual), np.bincount(stratum, residual**2)
    used = count > 1
    spread = squares[used] - total[used] ** 2 / count[used]
    return float(np.sum(spread * count[used] / (count[used] - 1)))


def _wilson(share: float, n: float, level: float) -> tuple[float, float]:
    z = float(ndtri((1 + level) / 2))
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return round(max(0.0, float(middle - half)), 6), round(min(1.0, float(middle + half)), 6)


def _log_odds(probability: Floats) -> Floats:
    found: Floats = logit(np.clip(probability, SMALLEST, 1 - SMALLEST))
    return found
