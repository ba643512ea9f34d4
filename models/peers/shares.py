"""Two ratios that anybody can compute: urgent repairs per complaint, and concerns per visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.evidence import Evidence, Judged
from models.peers.counts import YEAR, in_sight, recent_counts, recent_sum


@dataclass(frozen=True)
class UrgentPerComplaint:
    """Most urgent repairs per complaint first: what can hardly be left unsaid against what can.

    Half an event is added to both, so that no complaint is no division by zero. Blind to everything that moves both
    alike, and noisy where complaints are rare.

    Attributes:
        weeks: Length of the window [weeks].

    Source:
        Proxy ratios for under-reporting; the half is that of Haldane (1956) and Anscombe (1956).
    """

    name: ClassVar[str] = "urgent per complaint"
    weeks: int = YEAR

    def judge(self, evidence: Evidence) -> Judged:
        """Scores by the log of the ratio, over the weeks in which both could be observed.

        Args:
            evidence: Counts and expectations.
        """
        urgent, complaints = evidence.place("urgent_repairs"), evidence.place("complaints")
        # A stream that nobody delivers would make the ratio of all others mean something else.
        sight = in_sight(evidence, [urgent]) & in_sight(evidence, [complaints])
        above, below = (recent_counts(evidence, [place], self.weeks, sight) for place in (urgent, complaints))
        return Judged(np.log(above + 0.5) - np.log(below + 0.5))


@dataclass(frozen=True)
class ConcernRate:
    """Most concerns per routine visit first.

    One visit's worth of the town's own share is added, so that where nobody went the town's share stands instead of
    0/0. Blind to silence: a complex that declines and says so comes as high; and blind where nobody goes.

    Attributes:
        weeks: Length of the window [weeks].

    Source:
        Shrinkage to the pooled share (Efron & Morris 1975), with the weight of one visit.
    """

    name: ClassVar[str] = "concern rate"
    weeks: int = YEAR

    def judge(self, evidence: Evidence) -> Judged:
        """Scores by the share of visits with a concern.

        Args:
            evidence: Counts and expectations.
        """
        place = evidence.place("concerns")
        concerns = recent_counts(evidence, [place], self.weeks, in_sight(evidence, [place]))
        visits = recent_sum(evidence.series[place].exposure, self.weeks)
        pooled = concerns.sum() / visits.sum() if visits.sum() > 0 else 0.0
        return Judged((concerns + pooled) / (visits + 1))
