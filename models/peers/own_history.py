"""A lower bound on a complex's own history: how far has it fallen below what it used to report?

The outbreak detection of public health, upside down: an alarm when too little comes in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.stats import norm

from models.evidence import Evidence, Judged
from models.peers.counts import report_streams
from models.streams import Floats

# Blocks of the past farther than this above their fit were outbreaks, and weigh less [standard errors]. The higher
# bound of later versions needs scores of blocks: of ten, one cannot lie that far from a fit that it is part of.
OUTLIER = 1.0


@dataclass(frozen=True)
class Baseline:
    """What the own past makes one expect of the present.

    Attributes:
        seen: Reports in the present weeks [reports] (n_complexes).
        expected: Reports expected of them from the own past; 0 where unknown [reports] (n_complexes).
        variance: Variance of seen - expected: overdispersed counts and an uncertain past [reports²] (n_complexes).
    """

    seen: Floats
    expected: Floats
    variance: Floats

    @property
    def z(self) -> Floats:
        """Standard errors above what was expected, on the 2/3 power scale; 0 where unknown (n_complexes)."""
        known = self.expected > 0
        expected = np.where(known, self.expected, 1.0)
        error = 2 / 3 * expected ** (-1 / 3) * np.sqrt(np.where(known, self.variance, 1.0))
        found: Floats = np.where(known, (self.seen ** (2 / 3) - expected ** (2 / 3)) / error, 0.0)
        return found

    def lower_bound(self, tail: float) -> Floats:
        """Fewer than this come with a chance of about `tail` [reports] (n_complexes).

        Args:
            tail: Chance of an alarm without cause (0-1).
        """
        known = self.expected > 0
        expected = np.where(known, self.expected, 1.0)
        root = 1 + 2 / 3 * float(norm.ppf(tail)) * np.sqrt(np.where(known, self.variance, 0.0)) / expected
        found: Floats = np.where(known, expected * np.maximum(root, 0) ** 1.5, 0.0)
        return found


@dataclass(frozen=True)
class OwnHistoryBound:
    """Farthest below the own past first, by a reweighted quasi-Poisson regression per complex.

    Season, and homes in use, come in through the expected counts of the whole town, since a few years of one complex
    cannot tell its season. Just before the present some weeks are left out: a silence that has begun there must not
    become what is normal. The level is the complex's own, from blocks of a quarter; past outbreaks weigh less. There
    is no trend: the original fits one only to three years of past or more, and to fewer it mostly explains a slow
    decline away. Without a trend the regression has a closed form.

    Blind to whoever has always been quiet, and to the condition.

    Attributes:
        weeks: The present, held against the weeks before it [weeks].
        gap: Weeks left out between the two [weeks].
        block: Length of a block of the past [weeks].

    Source:
        Farrington, Andrews, Beale & Catchpole (1996), its reweighting too; Noufaily, Enki, Farrington et al. (2013),
        who leave half a year out.
    """

    name: ClassVar[str] = "own history (Farrington)"
    weeks: int = 26
    gap: int = 26
    block: int = 13

    def judge(self, evidence: Evidence) -> Judged:
        """Scores by -z, so that the order is that of the bounds crossed.

        Args:
            evidence: Counts and expectations.
        """
        return Judged(-self.baseline(evidence).z)

    def baseline(self, evidence: Evidence) -> Baseline:
        """What the own past makes one expect of the last weeks.

        Args:
            evidence: Counts and expectations.
        """
        places = report_streams(evidence)
        due: Floats = np.sum([evidence.expected[i] for i in places], axis=0, dtype=np.float64)
        # Where nothing was expected there was no sight, or nobody lives there.
        came: Floats = np.sum(
            [evidence.series[i].seen * (evidence.expected[i] > 0) for i in places], axis=0, dtype=np.float64
        )
        first = max(evidence.n_weeks - self.weeks, 0)
        past = max(first - self.gap, 0)
        seen, expected = (_blocks(each[:, :past], self.block) for each in (came, due))
        ratio, error, dispersion = _own_ratio(seen, expected)
        known = expected.sum(axis=1) > 0
        predicted = np.where(known, due[:, first:].sum(axis=1) * ratio, 0.0)
        return Baseline(came[:, first:].sum(axis=1), predicted, dispersion * predicted + (predicted * error) ** 2)


def _blocks(weekly: Floats, length: int) -> Floats:
    """Sums over blocks; an incomplete one at the beginning is left out (n_complexes, n_blocks)."""
    n_blocks = weekly.shape[1] // length
    cut = weekly[:, weekly.shape[1] - n_blocks * length :]
    found: Floats = cut.reshape(weekly.shape[0], n_blocks, length).sum(axis=2)
    return found


def _own_ratio(seen: Floats, expected: Floats) -> tuple[Floats, Floats, Floats]:
    """Ratio of the own past to the town, its relative error, and the dispersion of the blocks, each (n_complexes).

    Half a report, as expected, is added: without it a wholly silent past would be known without error.
    """
    weight = np.ones_like(seen)
    ratio, dispersion = _weighed(seen, expected, weight)
    fitted = expected * ratio[:, None]
    used = fitted > 0
    safe = np.where(used, fitted, 1.0)
    # Anscombe residuals. Past outbreaks would make ordinary times look like silence.
    residual = 1.5 * (seen ** (2 / 3) - safe ** (2 / 3)) / (safe ** (1 / 6) * np.sqrt(dispersion)[:, None])
    weight = np.where(used & (residual > OUTLIER), np.maximum(residual, OUTLIER) ** -2.0, 1.0)
    ratio, dispersion = _weighed(seen, expected, weight)
    error = np.sqrt(dispersion / ((weight * expected).sum(axis=1) * ratio + 0.5))
    return ratio, error, dispersion


def _weighed(seen: Floats, expected: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Ratio and Pearson dispersion of the blocks, the latter never below that of chance, each (n_complexes)."""
    ratio: Floats = ((weight * seen).sum(axis=1) + 0.5) / ((weight * expected).sum(axis=1) + 0.5)
    fitted = expected * ratio[:, None]
    used = fitted > 0
    residual = np.where(used, weight * (seen - fitted) ** 2 / np.where(used, fitted, 1.0), 0.0).sum(axis=1)
    spare = np.maximum((weight * used).sum(axis=1) - 1, 1)
    return ratio, np.maximum(residual / spare, 1.0)
