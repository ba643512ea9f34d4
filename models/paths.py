"""The stories that a complex may have lived: candidate paths of reporting and condition, this week back to the first.

Most complexes stay as they are; a few change once, in reporting, in condition or in both, or recover. One process
noise would serve neither, so the population is a mixture of such stories, and how common each is gets learned. Paths
are drawn with Sobol points, so that a few thousand cover their levels, moments and speeds evenly; a coarse grid of
stable levels reaches the corners where hardly any point falls, and where a wholly silent complex would find no story.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, qmc, t

from models.streams import Floats

KINDS = ("stable", "reporting", "condition", "both", "recovery")
"""What changes on a path."""

# Before anything is learned: five in six stay as they are, one in a hundred recovers.
_KIND_PRIOR = (0.83, 0.05, 0.05, 0.06, 0.01)
# More points where there is more to tell apart: a change has a moment and a speed besides its levels.
_KIND_POINTS = (0.28, 0.19, 0.15, 0.33, 0.05)
# Levels before any change: most complexes are near their peers, with the tails of a t with five degrees of freedom.
_START_SD = (0.28, 0.24)
_START_FREEDOM = 5
# Stable paths are drawn wider than they are common, so that the learned weights find points where they need them.
_STABLE_WIDER = 1.6
# The coarse grid takes this part of what is stable: too little to shape the middle, enough to hold the corners.
_GRID_SHARE, _GRID_STEPS = 0.05, (11, 9)
_GRID_REPORTING, _GRID_CONDITION = (-2.4, 1.1), (-1.4, 1.8)
# Beyond this, a factor of twelve, lies no complex but an error in its homes.
_FARTHEST = 2.5
# Levels after a change, mean and sd: what changes, changes for the worse rather than the better.
_END_REPORTING, _END_CONDITION = (-0.45, 0.6), (0.3, 0.5)
_REPORTING_RANGE, _CONDITION_RANGE = (-2.2, 1.0), (-1.2, 1.6)
_SUDDEN_SHARE, _SLOWEST_WEEKS = 0.2, 53
# Silence follows decline as often as it comes with it, by up to half a year.
_LEAD_WEEKS = 26
_LATEST, _EARLIEST_BEFORE_END = 2, 4


@dataclass(frozen=True)
class PathBank:
    """Candidate paths; the last axis of `r` and `d` is the lag: column 0 is this week, column L is L weeks ago.

    Attributes:
        r: Reporting on the log scale, 0 = as peers (n_paths, n_lags).
        d: Condition on the log scale, 0 = as peers, up is worse (n_paths, n_lags).
        kind: Place in `KINDS` (n_paths).
        onset: Weeks ago that the first change began; n_lags where nothing changes (n_paths) [weeks].
        weight: How common a path is before anything is learned; adds up to 1 (n_paths).
    """

    r: Floats
    d: Floats
    kind: NDArray[np.int64]
    onset: Floats
    weight: Floats

    @property
    def n_paths(self) -> int:
        """How many paths."""
        return int(self.r.shape[0])

    @property
    def n_lags(self) -> int:
        """How far back they reach [weeks]."""
        return int(self.r.shape[1])

    def groups(self, reporting_edges: tuple[float, ...], condition_edges: tuple[float, ...]) -> NDArray[np.int64]:
        """Paths of one kind that end in the same cell share one learned weight.

        Args:
            reporting_edges: Where cells of reporting meet, this week [log].
            condition_edges: Where cells of condition meet, this week [log].

        Returns:
            Number of the group of each path, from 0 without gaps (n_paths).
        """
        across = np.searchsorted(reporting_edges, self.r[:, 0])
        up = np.searchsorted(condition_edges, self.d[:, 0])
        cell = (self.kind * (len(reporting_edges) + 1) + across) * (len(condition_edges) + 1) + up
        found: NDArray[np.int64] = np.unique(cell, return_inverse=True)[1]
        return found

    def block_means(self, edges: NDArray[np.int64], n_weeks: int) -> tuple[Floats, Floats]:
        """Mean reporting and condition of every path in blocks of weeks.

        Args:
            edges: First week of each block, counted from the first of `n_weeks` (n_blocks).
            n_weeks: Weeks that the blocks cover, this week included.

        Returns:
            r and d, each (n_paths, n_blocks), oldest block first.
        """
        lengths = np.diff(np.append(edges, n_weeks))
        # What lies before the first week that the bank knows is as its first week.
        lags = np.minimum(np.arange(n_weeks)[::-1], self.n_lags - 1)
        r, d = (np.add.reduceat(each[:, lags], edges, axis=1) / lengths for each in (self.r, self.d))
        return r, d


@lru_cache(maxsize=4)
def candidate_paths(n_lags: int, n_paths: int, seed: int) -> PathBank:
    """Draws the bank.

    Args:
        n_lags: How far back the paths reach [weeks, at least 1].
        n_paths: How many to draw, about; the grid comes on top.
        seed: For the Sobol points.

    Source:
        Sobol points with Owen's scrambling (scipy.stats.qmc).
    """
    counts = [max(1, int(share * n_paths)) for share in _KIND_POINTS]
    parts = [_paths_of(kind, count, n_lags, seed + kind) for kind, count in enumerate(counts)]
    parts.append(_grid(n_lags))
    r, d, onset, weight = (np.concatenate([part[i] for part in parts]) for i in range(4))
    kinds = np.repeat([*range(len(KINDS)), 0], [len(part[0]) for part in parts])
    bank = PathBank(r, d, kinds, onset, weight / weight.sum())
    # The bank is shared by all who ask for it.
    for each in (bank.r, bank.d, bank.kind, bank.onset, bank.weight):
        each.setflags(write=False)
    return bank


def _paths_of(kind: int, count: int, n_lags: int, seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Paths of one kind, their onset and their weight."""
    points = qmc.Sobol(7, rng=seed).random_base2(int(np.ceil(np.log2(max(count, 2)))))[:count]
    u = np.clip(points, 1e-6, 1 - 1e-6)
    heavy = t(_START_FREEDOM)
    start = [sd * heavy.ppf(u[:, i]) for i, sd in enumerate(_START_SD)]
    name = KINDS[kind]
    if name == "stable":
        wide = [_STABLE_WIDER * each for each in start]
        log_weight = sum(
            heavy.logpdf(far / sd) - heavy.logpdf(near / sd)
            for far, near, sd in zip(wide, start, _START_SD, strict=True)
        )
        flat = [np.repeat(np.clip(each, -_FARTHEST, _FARTHEST)[:, None], n_lags, axis=1) for each in wide]
        return flat[0], flat[1], np.full(count, float(n_lags)), (1 - _GRID_SHARE) * _shared(log_weight, kind)
    start = [np.clip(each, -_FARTHEST, _FARTHEST) for each in start]
    # A change of last month must be seen in time: moments are drawn denser near now, and weighed back to even.
    oldest = max(n_lags - _EARLIEST_BEFORE_END, _LATEST + 1)
    onset = np.exp(np.log(_LATEST) + u[:, 4] * (np.log(oldest) - np.log(_LATEST)))
    slow = (u[:, 5] - _SUDDEN_SHARE) / (1 - _SUDDEN_SHARE)
    length = np.where(slow < 0, 1.0, 4 + (_SLOWEST_WEEKS - 4) * slow)
    ends = [
        np.clip(norm.ppf(u[:, 2], *_END_REPORTING), *_REPORTING_RANGE) if name != "condition" else start[0],
        np.clip(norm.ppf(u[:, 3], *_END_CONDITION), *_CONDITION_RANGE) if name != "reporting" else start[1],
    ]
    if name == "recovery":
        # The same story told backwards: from low and bad to near its peers.
        start, ends = ends, start
    lead = np.where(u[:, 6] < 0.5, 0.0, (u[:, 6] - 0.5) * 2 * _LEAD_WEEKS) if name == "both" else 0.0
    lag = np.arange(n_lags)
    paths = [
        begin[:, None] + (end - begin)[:, None] * np.clip((since[:, None] - lag) / length[:, None], 0, 1)
        for begin, end, since in zip(start, ends, (onset, onset + lead), strict=True)
    ]
    return paths[0], paths[1], onset + lead, _shared(np.log(onset), kind)


def _grid(n_lags: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Stable paths on a regular grid of levels."""
    axes = [
        np.linspace(*ends, steps) for ends, steps in zip((_GRID_REPORTING, _GRID_CONDITION), _GRID_STEPS, strict=True)
    ]
    levels = [each.ravel() for each in np.meshgrid(*axes, indexing="ij")]
    heavy = t(_START_FREEDOM)
    log_weight = sum(heavy.logpdf(level / sd) for level, sd in zip(levels, _START_SD, strict=True))
    flat = [np.repeat(each[:, None], n_lags, axis=1) for each in levels]
    n = len(levels[0])
    return flat[0], flat[1], np.full(n, float(n_lags)), _GRID_SHARE * _shared(log_weight, KINDS.index("stable"))


def _shared(log_weight: Floats, kind: int) -> Floats:
    """Weights of the paths of one kind, which together are as common as the kind."""
    weight = np.exp(log_weight - log_weight.max())
    found: Floats = weight * (_KIND_PRIOR[kind] / weight.sum())
    return found
