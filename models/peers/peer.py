"""What a peer has to be: something with a name that judges evidence."""

from __future__ import annotations

from typing import ClassVar, Protocol

from models.evidence import Evidence, Judged


class Peer(Protocol):
    """A method that says of every complex how probably it is quiet and declining.

    Attributes:
        name: What it is called on the page.
    """

    name: ClassVar[str]

    def judge(self, evidence: Evidence) -> Judged:
        """Judges every complex at the last week of the evidence.

        Args:
            evidence: Counts and expectations; `Evidence.until` gives an earlier moment.
        """
        ...
