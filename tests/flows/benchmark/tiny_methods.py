"""Methods of a few lines, to hold the frame of the benchmark against."""

from __future__ import annotations

import numpy as np

from models.evidence import Evidence, Judged
from models.simulation import Simulation

TINY = {"n_complexes": 90, "n_area_teams": 3, "n_weeks": 78}


class FewReports:
    """Fewest reports against what is expected, first."""

    name = "few reports"

    def judge(self, evidence: Evidence) -> Judged:
        seen = sum(each.seen.sum(axis=1) for each in evidence.series if each.stream.tells_of == "report")
        expected = sum(
            expected.sum(axis=1)
            for each, expected in zip(evidence.series, evidence.expected, strict=True)
            if each.stream.tells_of == "report"
        )
        return Judged(-(seen + 1) / (expected + 1), np.full(evidence.n_complexes, 0.05))


class Told:
    """Says of each complex what share of the town it was shown is positive, and counts how it was asked."""

    name = "told"

    def fit(self, evidence: Evidence, is_positive: np.ndarray) -> Told:
        assert is_positive.shape == (evidence.n_complexes,)
        self.share_ = float(is_positive.mean())
        return self

    def judge(self, evidence: Evidence) -> Judged:
        return Judged(np.arange(evidence.n_complexes, dtype=float), np.full(evidence.n_complexes, self.share_))


class Knows:
    """A ceiling that reads the truth."""

    def judge(self, evidence: Evidence, simulation: Simulation) -> Judged:
        is_positive = simulation.latents.is_quiet_decline[:, evidence.n_weeks - 1].astype(float)
        return Judged(is_positive, is_positive)


class Wide:
    """Has its own fast way through the weeks and its own score for reporting."""

    name = "wide"

    def judge(self, evidence: Evidence) -> Judged:
        raise AssertionError("has faster ways")

    def judge_weeks(self, evidence: Evidence, n_weeks_list: list[int]) -> list[Judged]:
        return [Judged(np.full(evidence.n_complexes, float(n))) for n in n_weeks_list]

    def judge_reporting(self, evidence: Evidence) -> np.ndarray:
        return np.arange(evidence.n_complexes, dtype=float)
