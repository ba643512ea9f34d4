"""What organisations do without a model: look where it is silent, or go where most complaints come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from models.evidence import Evidence, Judged
from models.peers.counts import YEAR, in_sight, recent_counts, report_streams


@dataclass(frozen=True)
class LowCount:
    """Fewest reports first.

    Blind to size and to sight: small complexes come first, and those of which no report could come.

    Attributes:
        weeks: Length of the window [weeks].
    """

    name: ClassVar[str] = "lowest count"
    weeks: int = YEAR

    def judge(self, evidence: Evidence) -> Judged:
        """Scores by the reports, sign turned.

        Args:
            evidence: Counts and expectations.
        """
        places = report_streams(evidence)
        return Judged(0.0 - recent_counts(evidence, places, self.weeks, in_sight(evidence, places)))


@dataclass(frozen=True)
class MostComplaints:
    """Most complaints first: reactive management.

    Blind to silence by design: who stopped complaining comes last.

    Attributes:
        weeks: Length of the window [weeks].
    """

    name: ClassVar[str] = "most complaints"
    weeks: int = YEAR

    def judge(self, evidence: Evidence) -> Judged:
        """Scores by the complaints.

        Args:
            evidence: Counts and expectations.
        """
        places = [evidence.place("complaints")]
        return Judged(recent_counts(evidence, places, self.weeks, in_sight(evidence, places)))
