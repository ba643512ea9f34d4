"""How the town teaches: expectation-maximisation over paths, one stream at a time.

Each complex is given a few paths drawn from its posterior; along those, a stream's loadings, level and habits are an
ordinary penalised regression. Priors are strong where the data cannot tell: loadings stay near docs/model.md's table,
and the anchors (follow-up reports for reporting, concerns on visits for condition) are never learned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

from models.blocks import BlockSums
from models.learned import ORDINARY_HABIT, Learned
from models.likelihood import path_likelihood, week_weights
from models.paths import PathBank
from models.streams import STREAMS, Floats

# What the first guess of the population counts for, against the complexes of the town.
PSEUDO_COMPLEXES = 150.0
LOADING_SD = 0.12
LEVEL_SD = 0.3
# Prior on the log of the habit variance: an ordinary town's, give or take a factor of e^.5.
HABIT_LOG_SD = 0.5
LEAST_HABIT, MOST_HABIT = 1e-3, 4.0
MOST_DISPERSION = 3.0
_EM_STEPS, _DRAWS, _DESCENT_STEPS = 100, 8, 12


def learned_town(
    sums: BlockSums, bank: PathBank, groups: NDArray[np.int64], dispersion: Floats, n_rounds: int
) -> Learned:
    """What a town teaches.

    Args:
        sums: Seen and expected in blocks, of the complexes to learn from.
        bank: The paths.
        groups: Group of each path, from 0 without gaps (n_paths).
        dispersion: Variance of a good or bad week (n_streams).
        n_rounds: Rounds; each learns how common the groups are, and all but the last the streams.

    Returns:
        Without complexes, what is believed before anything is learned.
    """
    base = np.bincount(groups, bank.weight).astype(np.float64)
    learned = replace(Learned.nothing(base), dispersion=dispersion)
    if sums.seen.shape[1] == 0:
        return learned
    paths = bank.block_means(sums.edges, sums.n_weeks)
    weights = week_weights(sums, dispersion)
    within = bank.weight / base[groups]
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(len(base)))
    for number in range(n_rounds):
        expected = sums.expected * np.exp(learned.level)[:, None, None]
        likelihood = path_likelihood(sums.seen, expected, weights, paths, learned.loadings, learned.habit_variance)
        likelihood -= likelihood.max(axis=1, keepdims=True)
        np.exp(likelihood, out=likelihood)
        likelihood *= within
        of_groups = np.add.reduceat(likelihood[:, order], starts, axis=1)
        shares = group_weights(of_groups, base, PSEUDO_COMPLEXES, _EM_STEPS)
        learned = replace(learned, group_weights=shares)
        if number == n_rounds - 1:
            break
        drawn = drawn_paths(likelihood * shares[groups], _DRAWS)
        lines = (paths[0][drawn], paths[1][drawn])
        loadings, level, habit_variance = zip(
            *(
                learned_stream(
                    k,
                    sums.seen[k],
                    sums.expected[k],
                    weights[k],
                    lines,
                    (learned.loadings[k], float(learned.level[k]), float(learned.habit_variance[k])),
                )
                for k in range(len(STREAMS))
            ),
            strict=True,
        )
        learned = replace(
            learned, loadings=np.stack(loadings), level=np.array(level), habit_variance=np.array(habit_variance)
        )
    return learned


def weekly_dispersion(seen: Floats, expected: Floats) -> float:
    """How much weeks of one complex vary beyond Poisson [variance of the ratio].

    Args:
        seen: Weekly counts (n_complexes, n_weeks).
        expected: Expected counts, 0 where masked (n_complexes, n_weeks).

    Returns:
        Between 0 and `MOST_DISPERSION`, by moments around each complex's own level.
    """
    has_sight = expected > 0
    own = (np.where(has_sight, seen, 0).sum(axis=1) + 0.5) / (expected.sum(axis=1) + 0.5)
    mean = expected * own[:, None]
    surplus = float((np.where(has_sight, (seen - mean) ** 2 - mean, 0.0)).sum())
    squares = float((mean**2).sum())
    return float(np.clip(surplus / squares, 0, MOST_DISPERSION)) if squares > 0 else 0.0


def group_weights(likelihood: Floats, base: Floats, pseudo: float, steps: int) -> Floats:
    """How common each group of paths is, by EM with a Dirichlet prior.

    Args:
        likelihood: Of each group for each complex, up to a factor per complex (n_complexes, n_groups).
        base: Weights before anything is learned; add up to 1 (n_groups).
        pseudo: What the base counts for [complexes].
        steps: EM steps.

    Source:
        Nonparametric maximum likelihood (Kiefer & Wolfowitz; Koenker & Mizera), smoothed by the prior.
    """
    weights, n = base.copy(), len(likelihood)
    for _ in range(steps):
        shares = likelihood * weights
        shares /= shares.sum(axis=1, keepdims=True)
        weights = (shares.sum(axis=0) + pseudo * base) / (n + pseudo)
    return weights


def drawn_paths(posterior: Floats, n_draws: int) -> NDArray[np.int64]:
    """A few paths per complex, at even steps through its posterior (n_complexes, n_draws)."""
    steps = (np.arange(n_draws) + 0.5) / n_draws
    running = np.cumsum(posterior, axis=1)
    found = np.stack([np.searchsorted(row, steps * row[-1]) for row in running])
    capped: NDArray[np.int64] = np.minimum(found, posterior.shape[1] - 1)
    return capped


@dataclass(frozen=True)
class StreamRegression:
    """One stream along drawn paths: a penalised negative multinomial regression.

    Attributes:
        table: Loadings before anything is learned, to which they are drawn (2).
        is_free: Which of them are learned (2).
        due: Expected counts, weighed by ω (n_complexes, n_blocks).
        lines: r and d by block along the drawn paths (2, n_complexes, n_draws, n_blocks).
        total: Counts in all, weighed by ω (n_complexes).
        moved: Counts times r and times d, weighed by ω (2, n_complexes, n_draws).
    """

    table: Floats
    is_free: NDArray[np.bool_]
    due: Floats
    lines: Floats
    total: Floats
    moved: Floats

    @classmethod
    def along(
        cls, place: int, seen: Floats, expected: Floats, weights: Floats, drawn: tuple[Floats, Floats]
    ) -> StreamRegression:
        """From the arguments of `learned_stream`; complexes of which nothing was expected are left out."""
        used = expected.sum(axis=1) > 0
        told = np.where(expected > 0, seen, 0.0)[used] * weights[used, None]
        lines = np.stack([each[used] for each in drawn])
        table = np.array(STREAMS[place].loads_on)
        return cls(
            table,
            (table != 0) & (not STREAMS[place].is_anchor),
            expected[used] * weights[used, None],
            lines,
            told.sum(axis=1),
            np.einsum("nt,xnmt->xnm", told, lines),
        )

    def loss(self, x: Floats) -> tuple[float, Floats]:
        """Minus the log posterior, up to a constant, and its slope.

        Args:
            x: Level, log of the habit variance, and how far the loadings are from the table (4).
        """
        level, log_habit, shift = x[0], x[1], np.where(self.is_free, x[2:], 0.0)
        loads, size = self.table + shift, np.exp(-log_habit)
        ratios = np.exp(level + loads[0] * self.lines[0] + loads[1] * self.lines[1]) * self.due[:, None, :]
        sums, y, total = ratios.sum(axis=2), self.total[:, None], self.total
        fit = y * level + loads[0] * self.moved[0] + loads[1] * self.moved[1] - (y + size) * np.log(size + sums)
        gamma_part = gammaln(total + size) - gammaln(size) + size * np.log(size)
        pull = (y + size) / (size + sums)
        to_level = (y - pull * sums).mean(axis=1).sum()
        to_size = (digamma(total + size) - digamma(size) + np.log(size) + 1).sum()
        to_size -= (np.log(size + sums) + pull).mean(axis=1).sum()
        to_loads = (self.moved - pull * np.einsum("nmt,xnmt->xnm", ratios, self.lines)).mean(axis=2).sum(axis=1)
        habit_gap = (log_habit - np.log(ORDINARY_HABIT)) / HABIT_LOG_SD
        penalty = 0.5 * ((level / LEVEL_SD) ** 2 + habit_gap**2 + ((shift / LOADING_SD) ** 2).sum())
        slope = np.array(
            [
                to_level - level / LEVEL_SD**2,
                -size * to_size - habit_gap / HABIT_LOG_SD,
                *np.where(self.is_free, to_loads - shift / LOADING_SD**2, 0.0),
            ]
        )
        return float(penalty - fit.mean(axis=1).sum() - gamma_part.sum()), -slope


def learned_stream(
    place: int,
    seen: Floats,
    expected: Floats,
    weights: Floats,
    drawn: tuple[Floats, Floats],
    before: tuple[Floats, float, float],
) -> tuple[Floats, float, float]:
    """One maximisation step for one stream.

    Args:
        place: Which of `STREAMS`.
        seen: Counts in blocks (n_complexes, n_blocks).
        expected: Expected counts in blocks (n_complexes, n_blocks).
        weights: ω (n_complexes).
        drawn: r and d by block along the drawn paths, each (n_complexes, n_draws, n_blocks).
        before: Loadings, level and habit variance to start from.

    Returns:
        Loadings (2), level and habit variance.
    """
    if not (expected > 0).any():
        return before
    stream = StreamRegression.along(place, seen, expected, weights, drawn)
    table, is_free = stream.table, stream.is_free
    bounds = [(-1, 1), (np.log(LEAST_HABIT), np.log(MOST_HABIT))] + [
        (-0.7, 1.0) if free else (0, 0) for free in is_free
    ]
    start = np.array([before[1], np.log(before[2]), *np.where(is_free, before[0] - table, 0.0)])
    options = {"maxiter": _DESCENT_STEPS}
    x = minimize(stream.loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    return table + np.where(is_free, x[2:], 0.0), float(x[0]), float(np.exp(x[1]))
