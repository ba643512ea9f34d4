"""How quiet and how worrying complexes are as a population, without assuming a shape, and what that says of each one.

Most complexes are ordinary and a few are far away, so one Gaussian pulls those few in too much. Here the population is
any set of weights on a grid of both log ratios, learned from what the counts of each complex say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from models.streams import Floats

# Complexes at once: 2,048 rows of 625 cells are 10 MB.
CHUNK = 2048


@dataclass(frozen=True)
class GaussianSummary:
    """What the counts of each complex say of its two log ratios: exp(h'x - x'Λx / 2), x = (reporting, condition).

    Kept as natural parameters, because a complex that nobody saw says nothing (zeros), which has no covariance.

    Attributes:
        shift: h (2, n_complexes).
        precision: Λ as its rr, rd and dd entries (3, n_complexes).
    """

    shift: Floats
    precision: Floats

    @classmethod
    def of_moments(cls, mean: Floats, covariance: Floats) -> GaussianSummary:
        """The same, from mean and covariance.

        Args:
            mean: Log ratios (2, n_complexes).
            covariance: Its rr, rd and dd entries; positive definite (3, n_complexes).
        """
        precision = inverse(covariance)
        return cls(times(precision, mean), precision)

    def log_likelihood(self, basis: Floats, rows: slice | NDArray[np.int64]) -> Floats:
        """Log-likelihood of the chosen complexes at each cell (`grid_basis`), up to a constant (n_chosen, n_cells²)."""
        found: Floats = np.concatenate([self.shift[:, rows], self.precision[:, rows]]).T @ basis
        return found


@dataclass(frozen=True)
class Tails:
    """Posterior probabilities of each complex [0-1], each (n_complexes).

    Attributes:
        quiet: That its reporting is below the limit.
        decline: That its condition is above the limit.
        both: That both hold.
    """

    quiet: Floats
    decline: Floats
    both: Floats


class GridPrior(BaseEstimator):  # type: ignore[misc]
    """Nonparametric maximum-likelihood prior of two log ratios on a square grid.

    The weights w of the cells maximise Σ_i log Σ_j w_j L_i(x_j), L_i the likelihood of complex i; each EM step gives
    every cell the mean of its responsibilities. A little uniform mass is mixed in afterwards: at the maximum most cells
    are empty, and a complex of a kind not met before would be squeezed into the nearest kind that was.

    Args:
        n_cells: Cells along each side.
        reach: The grid goes from -reach to +reach [log ratio]; what lies beyond counts at its edge.
        n_steps: EM steps, from uniform weights; few enough to stay smooth.
        smoothing: Share of the mass that is spread evenly [0-1].
        learn_from: Most complexes that are learned from, evenly over the rows.

    Attributes:
        centres_: Log ratios along a side (n_cells).
        weights_: Mass of each cell, reporting down and condition across (n_cells, n_cells).
        log_likelihood_: Mean log-likelihood of a complex before each step and after the last, up to a constant and
            before smoothing (n_steps + 1).

    Source:
        Kiefer & Wolfowitz 1956; Laird 1978 (EM); Koenker & Mizera 2014 (on a grid).
    """

    def __init__(
        self,
        n_cells: int = 25,
        reach: float = 1.8,
        n_steps: int = 80,
        smoothing: float = 0.02,
        learn_from: int = 4000,
    ) -> None:
        self.n_cells = n_cells
        self.reach = reach
        self.n_steps = n_steps
        self.smoothing = smoothing
        self.learn_from = learn_from

    def fit(self, likelihood: GaussianSummary) -> Self:
        """Learns the weights.

        Args:
            likelihood: What the counts of each complex say.

        Raises:
            ValueError: There are no complexes.
        """
        n_complexes = likelihood.shift.shape[1]
        if n_complexes == 0:
            raise ValueError("A population cannot be learned from no complexes.")
        self.centres_ = np.linspace(-self.reach, self.reach, self.n_cells)
        rows = np.unique(np.linspace(0, n_complexes - 1, min(n_complexes, self.learn_from)).astype(np.int64))
        relative = likelihood.log_likelihood(grid_basis(self.centres_), rows)
        highest = relative.max(axis=1)
        relative = np.exp(relative - highest[:, None])
        weights = np.full(self.n_cells**2, self.n_cells**-2.0)
        said = []
        for _ in range(self.n_steps):
            marginal = relative @ weights
            said.append(float(np.mean(np.log(marginal) + highest)))
            weights = weights * ((1 / marginal) @ relative) / rows.size
        said.append(float(np.mean(np.log(relative @ weights) + highest)))
        weights = (1 - self.smoothing) * weights + self.smoothing / weights.size
        self.weights_ = (weights / weights.sum()).reshape(self.n_cells, self.n_cells)
        self.log_likelihood_ = np.array(said)
        return self

    def predict(self, likelihood: GaussianSummary, quiet_below: float, decline_above: float) -> Tails:
        """Posterior probabilities of being quiet, of declining, and of both.

        Args:
            likelihood: What the counts of each complex say.
            quiet_below: Reporting below this is quiet [ratio to peers].
            decline_above: Condition above this is declining [ratio to peers].
        """
        width = self.centres_[1] - self.centres_[0]
        # A cell through which a limit runs counts for the part on the right side: else the limit would jump by a cell.
        quiet = np.clip((np.log(quiet_below) - self.centres_) / width + 0.5, 0, 1)
        decline = np.clip((self.centres_ - np.log(decline_above)) / width + 0.5, 0, 1)
        wanted = np.stack(
            [
                np.repeat(quiet, self.n_cells),
                np.tile(decline, self.n_cells),
                np.outer(quiet, decline).ravel(),
            ],
            axis=1,
        )
        basis, log_weights = grid_basis(self.centres_), np.log(self.weights_.ravel())
        n_complexes = likelihood.shift.shape[1]
        found = np.empty((n_complexes, 3))
        for first in range(0, n_complexes, CHUNK):
            rows = slice(first, min(first + CHUNK, n_complexes))
            posterior = likelihood.log_likelihood(basis, rows) + log_weights
            posterior = np.exp(posterior - posterior.max(axis=1, keepdims=True))
            found[rows] = posterior @ wanted / posterior.sum(axis=1, keepdims=True)
        # Rounding may leave a certain complex a hair above one.
        found = np.clip(found, 0, 1)
        return Tails(found[:, 0], found[:, 1], np.minimum(found[:, 2], found[:, :2].min(axis=1)))


def grid_basis(centres: Floats) -> Floats:
    """By which h and Λ are multiplied to give the log-likelihood at each cell of the square grid (5, n_cells²)."""
    r, d = np.repeat(centres, centres.size), np.tile(centres, centres.size)
    return np.stack([r, d, -(r**2) / 2, -r * d, -(d**2) / 2])


def inverse(matrix: Floats) -> Floats:
    """Inverses of symmetric 2 x 2 matrices, given and returned as rr, rd and dd entries (3, n)."""
    rr, rd, dd = matrix
    found: Floats = np.stack([dd, -rd, rr]) / (rr * dd - rd * rd)
    return found


def times(matrix: Floats, vector: Floats) -> Floats:
    """Products of symmetric 2 x 2 matrices (3, n) and vectors (2, n)."""
    rr, rd, dd = matrix
    return np.stack([rr * vector[0] + rd * vector[1], rd * vector[0] + dd * vector[1]])
