"""The methods that are held beside each other, and what one has to offer to be judged."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import signature
from typing import Protocol

from models.evidence import Evidence, Judged
from models.simulation import Simulation
from models.streams import Floats

CEILING = "ceiling"


class Method(Protocol):
    """Anything that can say which complexes are quiet and declining.

    It may also have `judge_weeks(evidence, n_weeks_list)`, which says for each number of weeks what it would have said
    then; `judge_reporting(evidence)`, a score (n_complexes) or a `Judged`, for quiet alone; and
    `fit(evidence, is_positive)`, if it has to be shown the truth of another town first.
    """

    @property
    def name(self) -> str:
        """What it is called on the page."""

    def judge(self, evidence: Evidence) -> Judged:
        """Judges every complex in the last week."""


class Ceiling(Protocol):
    """One who knows the true parameters of the town; it may also have `judge_weeks`."""

    def judge(self, evidence: Evidence, simulation: Simulation) -> Judged:
        """Judges every complex in the last week of the evidence."""


@dataclass(frozen=True)
class Roles:
    """Which method is what on the page.

    Attributes:
        ours: Name of our estimator.
        labelled: Methods that learned from labelled towns, which nobody has: shown, never counted as competition.
        own: Simpler models of our own: competition, but not what others have published.
        ceiling: Name under which the ceiling stands in the figures.
    """

    ours: str
    labelled: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    ceiling: str = CEILING

    def is_other(self, method: str) -> bool:
        """Whether a method is competition: neither ours, nor the ceiling, nor taught with labels."""
        return method not in (self.ours, self.ceiling, *self.labelled)


def needs_labels(method: Method) -> bool:
    """Whether a method must be shown the truth of another town first."""
    fit = getattr(method, "fit", None)
    return fit is not None and "is_positive" in signature(fit).parameters


def judged_weeks(method: Method, evidence: Evidence, known_weeks: list[int]) -> list[Judged]:
    """What a method says after each number of weeks; by its own fast way if it has one."""
    fast = getattr(method, "judge_weeks", None)
    if fast is not None:
        return list(fast(evidence, known_weeks))
    return [method.judge(evidence.until(n)) for n in known_weeks]


def ceiling_weeks(ceiling: Ceiling, evidence: Evidence, simulation: Simulation, known_weeks: list[int]) -> list[Judged]:
    """The same of the ceiling."""
    fast = getattr(ceiling, "judge_weeks", None)
    if fast is not None:
        return list(fast(evidence, simulation, known_weeks))
    return [ceiling.judge(evidence.until(n), simulation) for n in known_weeks]


def reporting_score(method: Method, evidence: Evidence) -> Floats:
    """How quiet a method finds each complex, if it can say that; else how quiet and declining (n_complexes)."""
    own = getattr(method, "judge_reporting", None)
    if own is None:
        return method.judge(evidence).score
    found: Floats | Judged = own(evidence)
    return found.score if isinstance(found, Judged) else found
