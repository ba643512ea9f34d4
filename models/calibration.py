"""Whether a probability means what it says: of the complexes with 10 %, is one in ten truly quiet and declining?

Only the answered draws can tell, each speaking for 1 / its chance others, as for precision and recall (`answers.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from models.answers import NotYet, Share, share
from models.policy import Policy
from models.verdicts import Verdicts, verdicts

EDGES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Where one group of probabilities ends and the next begins [0-1]: narrow where most complexes are.

Fixed, so that a group means the same in every week and for every organisation.
"""


@dataclass(frozen=True)
class Group:
    """The complexes whose probability lies between two edges, as far as the answered draws speak for them.

    Attributes:
        low: Lower edge [0-1]; belongs to the group.
        high: Upper edge [0-1]; belongs to the next one, but for 1.
        probability: Their mean probability [0-1].
        share: Share of them that is truly quiet and declining.
    """

    low: float
    high: float
    probability: float
    share: Share

    @property
    def is_off(self) -> bool:
        """Whether the interval of what was found leaves out what was said."""
        return not self.share.low <= self.probability <= self.share.high


@dataclass(frozen=True)
class Calibration:
    """What was said, held against what was found.

    Attributes:
        groups: From low to high probability; those without a decided verdict are left out.
        probability: Mean probability of all eligible complexes [0-1].
        prevalence: Share of them that is truly quiet and declining.
    """

    groups: tuple[Group, ...]
    probability: float
    prevalence: Share


def calibration(draws: pl.DataFrame, policy: Policy) -> Calibration | NotYet:
    """Observed share of truly quiet and declining per group of probabilities, with 95 % intervals.

    An undecided worry is spoken for by the decided ones, a draw without an answer by those with one (`verdicts.py`).

    Args:
        draws: As `verdicts.draws_with_answers` gives them, with the model's own probabilities.
        policy: The values in force.

    Returns:
        The groups, or how many answered draws are still missing.

    Source:
        Reliability diagram: Murphy & Winkler (1977), Applied Statistics 26; intervals as for `answers.estimates`.
    """
    found = verdicts(draws)
    if found.n < policy.least_answered_draws:
        return NotYet(draws.height, found.n, policy.least_answered_draws)
    prevalence = share(found, found.is_positive, np.ones(found.n, dtype=np.bool_))
    assert prevalence is not None, "weights of answered draws are positive"
    groups = (_group(found, low, high) for low, high in pairwise(EDGES))
    mean = float(np.average(found.probability, weights=found.weight))
    return Calibration(tuple(each for each in groups if each), mean, prevalence)


def _group(found: Verdicts, low: float, high: float) -> Group | None:
    is_in = (found.probability >= low) & ((found.probability < high) | (high == EDGES[-1]))
    observed = share(found, found.is_positive, is_in)
    if observed is None:
        return None
    return Group(low, high, float(np.average(found.probability[is_in], weights=found.weight[is_in])), observed)
