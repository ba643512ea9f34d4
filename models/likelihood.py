"""How well each candidate path explains what was seen of each complex.

Stream k of a complex counts Y_t in week t, Poisson with mean u E_t exp(a r_t + b d_t). The lasting habit u of this
complex in this stream is Gamma with mean 1 and variance h, and is integrated out:

    log p(Y | path) = ω Σ Y_t (a r_t + b d_t) - (ω ΣY + 1/h) log(1/h + ω ΣE_t exp(a r_t + b d_t)) + constant,

so a complex that always reports a little less is no news, and one that reports less than it did is. Weeks vary more
than Poisson counts do: ω = 1 / (1 + dispersion × mean weekly count) weighs them down.

Source: the negative multinomial (Gamma-Poisson) likelihood, as in Clayton & Kaldor (1987).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.blocks import BlockSums
from models.streams import Floats

# Of whichever precision.
Numbers = NDArray[np.floating[Any]]


def week_weights(sums: BlockSums, dispersion: Floats) -> Floats:
    """ω: what a report weighs (n_streams, n_complexes) [0-1].

    Args:
        sums: Seen and expected in blocks.
        dispersion: Variance of a good or bad week [variance of the log ratio] (n_streams).
    """
    weeks = np.maximum(sums.weeks_seen.sum(axis=2), 1)
    found: Floats = 1 / (1 + dispersion[:, None] * sums.seen.sum(axis=2) / weeks)
    return found


def path_likelihood(
    seen: Floats,
    expected: Floats,
    weights: Floats,
    paths: tuple[Floats, Floats],
    loadings: Floats,
    habit_variance: Floats,
) -> Floats:
    """Log-likelihood of every path for every complex, up to a constant per complex.

    Args:
        seen: Counts in blocks (n_streams, n_complexes, n_blocks).
        expected: Expected counts in blocks, 0 where masked; levels learned by stream included, likewise.
        weights: ω (n_streams, n_complexes).
        paths: r and d by block, each (n_paths, n_blocks).
        loadings: a and b of each stream (n_streams, 2).
        habit_variance: h of each stream (> 0) (n_streams).

    Returns:
        (n_complexes, n_paths).
    """
    found: Floats = np.zeros((seen.shape[1], paths[0].shape[0]))
    # A count from a week in which nothing was expected says nothing of any path.
    told = np.where(expected > 0, seen, 0.0) * weights[:, :, None]
    found += np.tensordot(loadings[:, 0], told, axes=1) @ paths[0].T
    found += np.tensordot(loadings[:, 1], told, axes=1) @ paths[1].T
    for k, (a, b) in enumerate(loadings):
        if expected[k].any():
            due = expected[k] * weights[k][:, None]
            found -= habit_term(told[k], due, np.exp(a * paths[0] + b * paths[1]), habit_variance[k])
    return found


def stream_likelihood(
    seen: Floats,
    expected: Floats,
    weights: Floats,
    paths: tuple[Floats, Floats],
    loadings: Floats,
    habit_variance: float,
) -> Floats:
    """One stream's part of `path_likelihood`, from its own arrays: (n_complexes, n_paths)."""
    told = np.where(expected > 0, seen, 0.0) * weights[:, None]
    line = loadings[0] * paths[0] + loadings[1] * paths[1]
    found: Floats = told @ line.T
    found -= habit_term(told, expected * weights[:, None], np.exp(line), habit_variance)
    return found


def habit_term(told: Numbers, due: Numbers, ratios: Numbers, habit_variance: float) -> Numbers:
    """(ωΣY + 1/h) log(1 + h ωΣE ratio), which is what is left once the habit is integrated out.

    Args:
        told: ωY in blocks (n_complexes, n_blocks).
        due: ωE in blocks, likewise.
        ratios: exp(a r + b d) of every path (n_paths, n_blocks).
        habit_variance: h (> 0).

    Returns:
        (n_complexes, n_paths), in the precision of what is given.
    """
    found: Numbers = due @ ratios.T
    found *= habit_variance
    np.log1p(found, out=found)
    found *= (told.sum(axis=1) + 1 / habit_variance)[:, None]
    return found
