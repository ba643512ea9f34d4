"""The population's prior against planted mixtures, and what probabilities must obey."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import multivariate_normal

from models.population import CHUNK, GaussianSummary, GridPrior, grid_basis, inverse, times
from models.streams import Floats

patient = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def observed(true: Floats, sd: float, seed: int = 1) -> GaussianSummary:
    """Each true pair (2, n) seen with independent errors of that size."""
    rng = np.random.default_rng(seed)
    covariance = np.repeat(np.array([[sd**2], [0.0], [sd**2]]), true.shape[1], axis=1)
    return GaussianSummary.of_moments(true + rng.normal(0, sd, true.shape), covariance)


def two_points(share: float, n: int = 2000) -> tuple[Floats, NDArray[np.bool_]]:
    """Complexes of which a share lies at (-1.05, 0.9) and the others at (0, 0); both are cells of the grid."""
    is_far = np.arange(n) < share * n
    return np.where(is_far, np.array([[-1.05], [0.9]]), 0.0), is_far


@pytest.mark.parametrize("share", [0.05, 0.3])
def test_a_mixture_of_two_points_is_found(share: float) -> None:
    true, _ = two_points(share)
    prior = GridPrior(smoothing=0.0).fit(observed(true, 0.3))
    r, d = np.meshgrid(prior.centres_, prior.centres_, indexing="ij")
    near = [np.hypot(r - x, d - y) < 0.35 for x, y in ((0, 0), (-1.05, 0.9))]
    assert prior.weights_[near[0]].sum() == pytest.approx(1 - share, abs=0.04)
    assert prior.weights_[near[1]].sum() == pytest.approx(share, abs=0.04)


def test_probabilities_mean_what_they_say() -> None:
    true, is_far = two_points(0.2)
    seen = observed(true, 0.5)
    both = GridPrior().fit(seen).predict(seen, 0.6, 1.4).both
    assert both.mean() == pytest.approx(0.2, abs=0.03)
    bins = np.digitize(both, [0.1, 0.5, 0.9])
    for each in range(4):
        assert is_far[bins == each].mean() == pytest.approx(both[bins == each].mean(), abs=0.1)


def test_the_fit_never_gets_worse() -> None:
    true = np.random.default_rng(2).standard_t(4, (2, 500)) * 0.4
    prior = GridPrior().fit(observed(true, 0.4))
    steps = np.diff(prior.log_likelihood_)
    assert steps.size == prior.n_steps
    assert steps.min() > -1e-12
    assert steps[0] > 1e-3


def test_the_likelihood_is_the_gaussian_density() -> None:
    mean, covariance = np.array([[0.3], [-0.4]]), np.array([[0.2], [0.05], [0.1]])
    prior = GridPrior(n_cells=3, reach=1.0).fit(GaussianSummary.of_moments(mean, covariance))
    found = GaussianSummary.of_moments(mean, covariance).log_likelihood(grid_basis(prior.centres_), slice(None))[0]
    cells = [(r, d) for r in prior.centres_ for d in prior.centres_]
    right = multivariate_normal([0.3, -0.4], [[0.2, 0.05], [0.05, 0.1]]).logpdf(cells)
    np.testing.assert_allclose(found - found[0], right - right[0], atol=1e-10)


def test_who_was_not_seen_is_as_the_population() -> None:
    true, _ = two_points(0.2)
    prior = GridPrior().fit(observed(true, 0.2))
    nobody = GaussianSummary(np.zeros((2, 1)), np.zeros((3, 1)))
    assert prior.predict(nobody, 0.6, 1.4).both[0] == pytest.approx(0.2, abs=0.02)


def test_learned_from_some_it_is_said_of_all() -> None:
    true, _ = two_points(0.3, n=CHUNK + 500)
    shuffled = true[:, np.random.default_rng(5).permutation(true.shape[1])]
    seen = observed(shuffled, 0.3)
    all_of_them = GridPrior(learn_from=10**6).fit(seen).predict(seen, 0.6, 1.4).both
    some = GridPrior(learn_from=800).fit(seen).predict(seen, 0.6, 1.4).both
    assert some.shape == (CHUNK + 500,)
    assert np.abs(some - all_of_them).mean() < 0.02


def test_a_kind_not_met_before_keeps_some_room() -> None:
    prior = GridPrior().fit(observed(np.zeros((2, 300)), 0.2))
    assert prior.weights_.sum() == pytest.approx(1)
    assert prior.weights_.min() > 0.99 * prior.smoothing / prior.n_cells**2
    odd = GaussianSummary.of_moments(np.array([[-1.2], [1.2]]), np.array([[0.02], [0.0], [0.02]]))
    assert prior.predict(odd, 0.6, 1.4).both[0] > 0.9


def test_a_limit_moves_the_probability_without_jumps() -> None:
    seen = observed(np.zeros((2, 300)), 0.4)
    prior = GridPrior().fit(seen)
    limits = np.exp(np.linspace(-1.5, 1.5, 301))
    quiet = np.array([prior.predict(seen, limit, 1.4).quiet.mean() for limit in limits])
    assert np.all(np.diff(quiet) >= 0)
    assert np.diff(quiet).max() < 0.15


def test_no_complexes_is_refused() -> None:
    with pytest.raises(ValueError, match="no complexes"):
        GridPrior().fit(GaussianSummary(np.zeros((2, 0)), np.zeros((3, 0))))


finite = st.floats(-30, 30)


@patient
@given(
    st.lists(st.tuples(finite, finite, st.floats(1e-3, 50), st.floats(1e-3, 50), st.floats(-0.99, 0.99)), min_size=1),
    st.floats(0.1, 1),
    st.floats(1, 5),
)
def test_probabilities_are_probabilities(rows: list[tuple[float, ...]], quiet: float, decline: float) -> None:
    r, d, r_sd, d_sd, correlation = np.array(rows).T
    seen = GaussianSummary.of_moments(np.stack([r, d]), np.stack([r_sd**2, correlation * r_sd * d_sd, d_sd**2]))
    said = GridPrior(n_cells=7, n_steps=5).fit(seen).predict(seen, quiet, decline)
    for each in (said.quiet, said.decline, said.both):
        assert np.all((each >= 0) & (each <= 1))
    assert np.all(said.both <= np.minimum(said.quiet, said.decline))
    # No two events can both hold less often than this (Fréchet).
    assert np.all(said.both >= said.quiet + said.decline - 1 - 1e-9)


def test_small_matrices() -> None:
    rng = np.random.default_rng(1)
    half = rng.normal(size=(10, 2, 2))
    full = half @ half.transpose(0, 2, 1) + np.eye(2)
    entries, vector = full.reshape(10, 4)[:, [0, 1, 3]].T, rng.normal(size=(2, 10))
    np.testing.assert_allclose(inverse(entries), np.linalg.inv(full).reshape(10, 4)[:, [0, 1, 3]].T, atol=1e-12)
    np.testing.assert_allclose(times(entries, vector), np.einsum("nij,jn->in", full, vector), atol=1e-12)
