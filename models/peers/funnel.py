"""The funnel of site monitoring: how far is a rate from the town's, given its exposure?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.evidence import Evidence, Judged
from models.peers.counts import YEAR, in_sight, recent_counts, recent_sum, report_streams
from models.streams import Floats


@dataclass(frozen=True)
class Funnel:
    """Lowest z first, z = (rate - μ) / √(φ μ / n), of reports per home-week.

    Blind to the condition, as every method that goes by reports alone.

    Attributes:
        weeks: Length of the window [weeks].

    Source:
        Normal approximation in gsm (Gilead; OpenRBQM), after Zink, Marchenko, Sanchez-Kam et al. (2018); the
        multiplicative overdispersion φ is that of Spiegelhalter (2005).
    """

    name: ClassVar[str] = "funnel (gsm)"
    weeks: int = YEAR

    def judge(self, evidence: Evidence) -> Judged:
        """Scores by -z.

        Args:
            evidence: Counts and expectations.
        """
        places = report_streams(evidence)
        sight = in_sight(evidence, places)
        counts = recent_counts(evidence, places, self.weeks, sight)
        return Judged(-funnel_z(counts, recent_sum(evidence.homes * sight, self.weeks)))


def funnel_z(counts: Floats, exposure: Floats) -> Floats:
    """Distance from the pooled rate in standard errors.

    Args:
        counts: Reports (n_complexes).
        exposure: What they are held against; without it z is 0 (n_complexes).

    Returns:
        z (n_complexes); all 0 if all rates are alike.
    """
    used = exposure > 0
    found = np.zeros(counts.shape)
    pooled = counts[used].sum() / exposure[used].sum() if used.any() else 0.0
    if pooled == 0:
        return found
    plain = (counts[used] / exposure[used] - pooled) / np.sqrt(pooled / exposure[used])
    overdispersion = float(np.mean(plain**2))
    # One complex, or all alike: what is left is rounding, not distance.
    if overdispersion > 1e-12:
        found[used] = plain / np.sqrt(overdispersion)
    return found
