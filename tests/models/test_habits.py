"""Habits against planted ones, with and without what streams share."""

import numpy as np
import pytest

from models.habits import kept_by_streams
from models.streams import Floats
from models.window import pearson_dispersion

LOADINGS = np.array([[1.0, 0.8], [0.7, 0.6], [1.0, 0.0], [0.1, 0.7], [0.0, 1.0]])
HABITS = np.array([0.0, 0.05, 0.1, 0.2, 0.3])


def totals(sd: tuple[float, float], correlation: float) -> tuple[Floats, Floats, Floats]:
    """Counts, expectations and whole dispersion of streams that share two log ratios and keep `HABITS`."""
    rng = np.random.default_rng(1)
    covariance = np.outer(sd, sd) * np.array([[1, correlation], [correlation, 1]])
    expected = rng.gamma(2, 20, (5, 8000))
    variance = np.einsum("ki,ij,kj->k", LOADINGS, covariance, LOADINGS) + HABITS
    log_ratio = LOADINGS @ rng.multivariate_normal([0, 0], covariance, 8000).T
    log_ratio = log_ratio + np.sqrt(HABITS)[:, None] * rng.normal(size=(5, 8000)) - variance[:, None] / 2
    seen = rng.poisson(expected * np.exp(log_ratio)).astype(np.float64)
    return seen, expected, np.array([pearson_dispersion(y, e) for y, e in zip(seen, expected, strict=True)])


@pytest.mark.parametrize(("sd", "correlation"), [((0.0, 0.0), 0.0), ((0.4, 0.3), 0.0), ((0.4, 0.4), -0.5)])
def test_planted_habits_are_told_from_what_streams_share(sd: tuple[float, float], correlation: float) -> None:
    seen, expected, own = totals(sd, correlation)
    assert np.abs(kept_by_streams(seen, expected, own, LOADINGS) - HABITS).max() < 0.04


def test_what_streams_share_is_no_habit() -> None:
    seen, expected, own = totals((0.4, 0.4), 0.0)
    kept = kept_by_streams(seen, expected, own, LOADINGS)
    assert own[0] > 0.2
    assert kept[0] < 0.05


def test_without_a_second_stream_all_is_its_own() -> None:
    seen, expected, own = totals((0.4, 0.4), 0.0)
    expected[1:] = 0
    np.testing.assert_allclose(kept_by_streams(seen, expected, own, LOADINGS), np.log1p(own))
