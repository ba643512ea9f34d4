"""The window model as a peer: what the first version of this software goes by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from models.evidence import Evidence, Judged
from models.policy import Policy
from models.windows import SeenStreams, judged_window, learned_ratios


@dataclass(frozen=True)
class WindowModel:
    """P(quiet) × P(declining) in the window, half a year or a year, that worries most.

    Blind to dependence between the two and to all that happened within the window; see docs/model.md.

    Attributes:
        policy: The values in force: both windows, and what is quiet and what declining.
    """

    name: ClassVar[str] = "window model"
    policy: Policy = field(default_factory=Policy)

    def judge(self, evidence: Evidence) -> Judged:
        """Gives the probability of being quiet and declining, which is the score too.

        Args:
            evidence: Counts and expectations.
        """
        seen = SeenStreams(evidence.series, evidence.expected, evidence.is_feed_suspect)
        ratios = learned_ratios(seen, self.policy)
        both = [
            judged_window(seen, ratios, n_weeks, 1, self.policy).quiet_decline(self.policy)[:, 0]
            for n_weeks in (self.policy.short_window_weeks, self.policy.long_window_weeks)
        ]
        probability = np.maximum(*both)
        return Judged(probability, probability)
