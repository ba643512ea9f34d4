"""The two-latent model: is it quiet because it is fine, or because nobody says it any more, and since when?

Per complex two latents on the log scale, reporting r and condition d, each a path through the weeks. A bank of
candidate paths is held against the whole history of all streams; a complex's own lasting habit in a stream is
integrated out, so only what moves several streams, or moves in time, is news. How common each kind of path is, how
streams load and how much habits differ is learned from the town (`learning.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.parallel import Parallel, delayed
from threadpoolctl import threadpool_limits

from models.blocks import BlockSums, summed
from models.evidence import Evidence, Judged
from models.learned import Learned
from models.learning import learned_town, weekly_dispersion
from models.likelihood import path_likelihood, stream_likelihood, week_weights
from models.paths import PathBank, candidate_paths
from models.policy import Policy
from models.posterior import PathFacts, Posterior, added_log_odds, log_odds, path_facts, read_posterior
from models.streams import STREAMS, Floats

# Cells of reporting and of condition within which paths share a learned weight; the policy's thresholds are edges.
_REPORTING_EDGES, _CONDITION_EDGES = (-0.9, -0.15, 0.2), (-0.4, -0.1, 0.65)
# A complex that reports five times what is expected has a wrong number of homes rather than a loud voice.
_LARGEST_LEARNED_RATIO = 5.0
# Complexes judged at a time: what fits the cache. The same on every machine, so that sums come out alike.
_CHUNK = 200
# Between two lessons while several weeks are judged.
_RELEARN_WEEKS = 13

Paths = tuple[Floats, Floats]
Found = TypeVar("Found")


@dataclass(frozen=True)
class Parts:
    """Why: the log-odds of quiet decline, taken apart.

    Attributes:
        start: Log-odds of any complex of this town, before its own counts are seen.
        streams: What each stream adds (n_streams, n_complexes). With `start` they add up to the log-odds of
            `p_quiet_decline`.
    """

    start: float
    streams: Floats


class TwoLatents(BaseEstimator):  # type: ignore[misc]
    """Reporting and condition of every complex, from a bank of paths.

    Args:
        policy: The values in force; thresholds, `history_weeks`.
        n_paths: Candidate paths.
        n_rounds: Rounds of learning.
        n_learned: Complexes to learn from, drawn by lot where there are more.
        seed: For the paths and the lot.
        n_jobs: Threads; None for one. The outcome does not depend on it.

    Attributes:
        learned_: What the town taught (`Learned`).

    Source:
        Gamma-Poisson likelihood (Clayton & Kaldor 1987); nonparametric prior (Kiefer & Wolfowitz; Koenker & Mizera);
        follow-up reports as the evidence of reporting (Liu, Bhandaram & Garg 2023).
    """

    def __init__(
        self,
        policy: Policy | None = None,
        n_paths: int = 2500,
        n_rounds: int = 5,
        n_learned: int = 2000,
        seed: int = 1,
        n_jobs: int | None = None,
    ) -> None:
        self.policy = policy
        self.n_paths = n_paths
        self.n_rounds = n_rounds
        self.n_learned = n_learned
        self.seed = seed
        self.n_jobs = n_jobs

    name = "Luisterpost"

    # What the town teaches

    def fit(self, evidence: Evidence) -> Self:
        """Learns from the town.

        Args:
            evidence: Counts and expectations of all complexes.
        """
        chosen = self._lot(evidence)
        with threadpool_limits(1):
            dispersion = np.array(
                [
                    weekly_dispersion(each.seen[chosen], due[chosen])
                    for each, due in zip(evidence.series, evidence.expected, strict=True)
                ]
            )
            bank = self.bank
            sums = summed(evidence.of(chosen))
            self.learned_ = learned_town(sums, bank, self._groups(bank), dispersion, self.n_rounds)
        return self

    def keep(self, learned: Learned) -> Self:
        """Takes over what was learned earlier, instead of fitting."""
        self.learned_ = learned
        return self

    def _lot(self, evidence: Evidence) -> NDArray[np.int64]:
        seen = np.sum([each.seen.sum(axis=1) for each in evidence.series], axis=0)
        due = np.sum([each.sum(axis=1) for each in evidence.expected], axis=0)
        usable = np.flatnonzero((due > 0) & (seen <= _LARGEST_LEARNED_RATIO * (due + 1)))
        drawn = np.random.default_rng(self.seed).permutation(usable)[: self.n_learned]
        return np.sort(drawn)

    # What is believed of each complex

    def predict(self, sums: BlockSums) -> Posterior:
        """Judges every complex in the last week of the sums.

        Args:
            sums: Seen and expected in blocks, up to and including that week.
        """
        facts = path_facts(self.bank, sums.n_weeks, self._policy())
        parts = self._chunks(sums, partial(self._judged, facts=facts))
        return Posterior.joined(parts)

    def parts(self, sums: BlockSums) -> Parts:
        """Takes the log-odds of quiet decline apart (`posterior.added_log_odds`).

        Args:
            sums: Seen and expected in blocks.
        """
        is_yes = path_facts(self.bank, sums.n_weeks, self._policy()).is_quiet_decline
        found = self._chunks(sums, partial(self._taken_apart, is_yes=is_yes))
        return Parts(float(log_odds(self.path_weights()[is_yes].sum())), np.concatenate(found, axis=1))

    def judge(self, evidence: Evidence) -> Judged:
        """Learns from the evidence and judges its last week."""
        p = self.fit(evidence).predict(summed(evidence)).p_quiet_decline
        return Judged(p, p)

    def judge_weeks(self, evidence: Evidence, n_weeks: list[int]) -> list[Judged]:
        """Judges several weeks, each with what was known then; learns anew once a quarter."""
        found, fitted_at = [], None
        for n in n_weeks:
            known = evidence.until(n)
            if fitted_at is None or n - fitted_at >= _RELEARN_WEEKS:
                self.fit(known)
                fitted_at = n
            p = self.predict(summed(known)).p_quiet_decline
            found.append(Judged(p, p))
        return found

    def judge_reporting(self, evidence: Evidence) -> Floats:
        """How probable it is that each complex is quiet (n_complexes) [0-1]."""
        return self.fit(evidence).predict(summed(evidence)).p_quiet

    def _chunks(self, sums: BlockSums, work: Callable[[Floats, Floats, Floats, Paths], Found]) -> list[Found]:
        """Does the work for some complexes at a time, given their counts, what was expected, ω and the paths."""
        paths = self.bank.block_means(sums.edges, sums.n_weeks)
        weights = week_weights(sums, self.learned_.dispersion)
        level = np.exp(self.learned_.level)[:, None, None]
        with threadpool_limits(1):
            found: list[Found] = Parallel(n_jobs=self.n_jobs or 1, prefer="threads")(
                delayed(work)(
                    sums.seen[:, i : i + _CHUNK],
                    sums.expected[:, i : i + _CHUNK] * level,
                    weights[:, i : i + _CHUNK],
                    paths,
                )
                for i in range(0, max(weights.shape[1], 1), _CHUNK)
            )
        return found

    def _judged(self, seen: Floats, expected: Floats, weights: Floats, paths: Paths, facts: PathFacts) -> Posterior:
        learned = self.learned_
        posterior = path_likelihood(seen, expected, weights, paths, learned.loadings, learned.habit_variance)
        posterior -= posterior.max(axis=1, keepdims=True)
        np.exp(posterior, out=posterior)
        posterior *= self.path_weights()
        posterior /= posterior.sum(axis=1, keepdims=True)
        heard, looked = self._information(expected, weights)
        return read_posterior(posterior, facts, heard, looked)

    def _information(self, expected: Floats, weights: Floats) -> tuple[Floats, Floats]:
        """What counts like these could tell, by what was expected and not by what came."""
        learned, prior = self.learned_, self.path_weights()
        bank = self.bank
        due = (expected * weights[:, :, None]).sum(axis=2)
        told = due / (1 + learned.habit_variance[:, None] * due)
        found = []
        for place, levels in ((0, bank.r[:, 0]), (1, bank.d[:, 0])):
            kind = "report" if place == 0 else "condition"
            used = np.array([each.tells_of == kind for each in STREAMS])
            precision = (learned.loadings[used, place, None] ** 2 * told[used]).sum(axis=0)
            variance = prior @ levels**2 - (prior @ levels) ** 2
            found.append(precision * variance / (1 + precision * variance))
        return found[0], found[1]

    def _taken_apart(
        self, seen: Floats, expected: Floats, weights: Floats, paths: Paths, is_yes: NDArray[np.bool_]
    ) -> Floats:
        loadings, habit_variance = self.learned_.loadings, self.learned_.habit_variance
        each = [
            stream_likelihood(seen[k], expected[k], weights[k], paths, loadings[k], float(habit_variance[k]))
            for k in range(len(STREAMS))
        ]
        return added_log_odds(each, self.path_weights(), is_yes)

    # The bank

    def _policy(self) -> Policy:
        return self.policy or Policy()

    @property
    def bank(self) -> PathBank:
        """The candidate paths; the same for the same history, number and seed."""
        return candidate_paths(self._policy().history_weeks, self.n_paths, self.seed)

    def _groups(self, bank: PathBank) -> NDArray[np.int64]:
        policy = self._policy()
        return bank.groups(
            tuple(sorted((*_REPORTING_EDGES, float(np.log(policy.quiet_below))))),
            tuple(sorted((*_CONDITION_EDGES, float(np.log(policy.decline_above))))),
        )

    def path_weights(self) -> Floats:
        """How common each path is in this town, as learned; adds up to 1 (n_paths)."""
        bank = self.bank
        groups = self._groups(bank)
        base = np.bincount(groups, bank.weight)
        found: Floats = bank.weight / base[groups] * self.learned_.group_weights[groups]
        return found
