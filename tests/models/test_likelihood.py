"""The likelihood of paths, against the integral over the habit that it stands for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from latent_town import N_STREAMS, TABLE, evidence
from scipy.stats import gamma, poisson

from models.blocks import summed
from models.likelihood import path_likelihood, stream_likelihood, week_weights
from models.streams import Floats

N_PATHS, N_BLOCKS, N_COMPLEXES = 6, 5, 4
HABITS = np.linspace(0.02, 0.8, N_STREAMS)


def case(seed: int) -> tuple[Floats, Floats, Floats, tuple[Floats, Floats]]:
    """Counts, expectations, ω and paths."""
    rng = np.random.default_rng(seed)
    shape = (N_STREAMS, N_COMPLEXES, N_BLOCKS)
    expected = rng.gamma(2, 1, shape)
    paths = (rng.normal(-0.3, 0.6, (N_PATHS, N_BLOCKS)), rng.normal(0.2, 0.5, (N_PATHS, N_BLOCKS)))
    return rng.poisson(expected).astype(np.float64), expected, rng.uniform(0.3, 1, shape[:2]), paths


def integrated(seen: Floats, expected: Floats, weight: float, ratios: Floats, variance: float) -> float:
    """Log of ∫ Gamma(u; mean 1, variance) Π Poisson(seen; u expected ratio)^ω du, summed over a fine grid of log u."""
    log_u = np.linspace(-25, 5, 6001)
    u = np.exp(log_u)
    told = weight * poisson.logpmf(seen[:, None], u * (expected * ratios)[:, None]).sum(axis=0)
    parts = told + gamma.logpdf(u, 1 / variance, scale=variance) + log_u
    return float(parts.max() + np.log(np.trapezoid(np.exp(parts - parts.max()), log_u)))


@pytest.mark.parametrize("k", range(N_STREAMS))
@pytest.mark.parametrize("weight", [1.0, 0.4])
def test_a_stream_is_the_integral_over_its_habit(k: int, weight: float) -> None:
    seen, expected, _, paths = case(k)
    found = stream_likelihood(seen[k, :1], expected[k, :1], np.array([weight]), paths, TABLE[k], HABITS[k])[0]
    line = TABLE[k, 0] * paths[0] + TABLE[k, 1] * paths[1]
    wanted = np.array([integrated(seen[k, 0], expected[k, 0], weight, np.exp(each), HABITS[k]) for each in line])
    # Both are known up to a constant of the complex.
    np.testing.assert_allclose(found - found[0], wanted - wanted[0], atol=1e-8)


def test_all_streams_of_one_complex_are_the_product_of_their_integrals() -> None:
    seen, expected, weights, paths = case(20)
    found = path_likelihood(seen, expected, weights, paths, TABLE, HABITS)[2]
    wanted = np.zeros(N_PATHS)
    for k, (a, b) in enumerate(TABLE):
        ratios = np.exp(a * paths[0] + b * paths[1])
        wanted += [integrated(seen[k, 2], expected[k, 2], weights[k, 2], each, HABITS[k]) for each in ratios]
    np.testing.assert_allclose(found - found[0], wanted - wanted[0], atol=1e-8)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 1000), masked=st.floats(0, 1))
def test_all_streams_are_the_sum_of_each(seed: int, masked: float) -> None:
    seen, expected, weights, paths = case(seed)
    expected[np.random.default_rng(seed).random(expected.shape) < masked] = 0
    whole = path_likelihood(seen, expected, weights, paths, TABLE, HABITS)
    parts = [stream_likelihood(seen[k], expected[k], weights[k], paths, TABLE[k], HABITS[k]) for k in range(N_STREAMS)]
    np.testing.assert_allclose(whole, np.sum(parts, axis=0), atol=1e-9)


def test_what_was_counted_in_a_masked_block_changes_nothing() -> None:
    seen, expected, weights, paths = case(3)
    expected[:, :, 1] = 0
    wild = seen.copy()
    wild[:, :, 1] = 1e6
    args = (weights, paths, TABLE, HABITS)
    np.testing.assert_array_equal(path_likelihood(seen, expected, *args), path_likelihood(wild, expected, *args))
    # As if there were no such block at all.
    left = [0, 2, 3, 4]
    without = path_likelihood(
        seen[:, :, left], expected[:, :, left], weights, (paths[0][:, left], paths[1][:, left]), TABLE, HABITS
    )
    np.testing.assert_allclose(path_likelihood(seen, expected, *args), without, atol=1e-10)
    np.testing.assert_array_equal(
        stream_likelihood(seen[0], expected[0], weights[0], paths, TABLE[0], HABITS[0]),
        stream_likelihood(wild[0], expected[0], weights[0], paths, TABLE[0], HABITS[0]),
    )


@pytest.mark.parametrize("k", range(N_STREAMS))
def test_a_stream_that_nobody_delivers_changes_nothing(k: int) -> None:
    seen, expected, weights, paths = case(4)
    seen[k], expected[k] = 0, 0
    others = [i for i in range(N_STREAMS) if i != k]
    np.testing.assert_allclose(
        path_likelihood(seen, expected, weights, paths, TABLE, HABITS),
        path_likelihood(seen[others], expected[others], weights[others], paths, TABLE[others], HABITS[others]),
        atol=1e-10,
    )


def test_a_habit_that_always_was_is_no_news() -> None:
    # Half as many reports as expected, all the time: much less telling than half as many since a while.
    expected = np.full((1, 2, 20), 10.0)
    seen = np.full((1, 2, 20), 5.0)
    seen[0, 1, :10] = 10
    flat, fell = np.full(20, -0.7), np.repeat([0.0, -0.7], 10)
    paths = (np.stack([np.zeros(20), flat, fell]), np.zeros((3, 20)))
    found = path_likelihood(seen, expected, np.ones((1, 2)), paths, np.array([[1.0, 0.0]]), np.array([0.3]))
    as_peers, quiet, went_quiet = found.T
    assert 0 < quiet[0] - as_peers[0] < 2
    assert went_quiet[1] - as_peers[1] > 8
    assert went_quiet[1] - quiet[1] > 8


def test_a_lively_week_weighs_less_where_weeks_vary() -> None:
    seen, expected = np.full((N_STREAMS, 2, 10), 4.0), np.full((N_STREAMS, 2, 10), 4.0)
    seen[:, 1] = 0
    hidden = np.zeros(seen.shape, dtype=np.bool_)
    hidden[:, :, :5] = True
    sums = summed(evidence(seen, expected, hidden))
    weights = week_weights(sums, np.full(N_STREAMS, 0.5))
    # The mean is over weeks with sight only; who says nothing is weighed as Poisson.
    np.testing.assert_allclose(weights[:, 0], 1 / 3)
    np.testing.assert_allclose(weights[:, 1], 1)
    np.testing.assert_allclose(week_weights(sums, np.zeros(N_STREAMS)), 1)
    blind = summed(evidence(seen, expected, np.ones(seen.shape, dtype=np.bool_)))
    np.testing.assert_allclose(week_weights(blind, np.full(N_STREAMS, 0.5)), 1)


@pytest.mark.parametrize("count", [0.0, 1e5])
@pytest.mark.parametrize("due", [1e-9, 1e5])
@pytest.mark.parametrize("variance", [1e-6, 1e-3, 4.0])
def test_wild_counts_stay_finite(count: float, due: float, variance: float) -> None:
    shape = (N_STREAMS, 2, N_BLOCKS)
    paths = (np.full((3, N_BLOCKS), -2.5), np.full((3, N_BLOCKS), 2.5))
    found = path_likelihood(
        np.full(shape, count), np.full(shape, due), np.ones(shape[:2]), paths, TABLE, np.full(N_STREAMS, variance)
    )
    assert found.shape == (2, 3)
    assert np.isfinite(found).all()
