"""The window model against numerical integration, known limits and simulated counts of known dispersion."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.integrate import quad
from scipy.stats import gamma, poisson

from models.streams import Floats
from models.window import (
    LARGEST_DISPERSION,
    LEAST_SHARED_VARIANCE,
    RatioPosterior,
    SharedRatio,
    pearson_dispersion,
    window_sums,
)

# A busy machine is no fault of the code.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def fitted(variance: float, habit: float = 0.1) -> SharedRatio:
    """A model that has learned that ratios vary by `variance`."""
    model = SharedRatio(habit)
    model.shared_variance_ = variance
    return model


def column(*values: float) -> Floats:
    return np.array(values, dtype=np.float64)[:, None]


@pytest.mark.parametrize("habit", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("variance", [0.05, 0.4])
@pytest.mark.parametrize(
    ("seen", "expected"),
    [((0, 0, 0), (1, 2, 3)), ((3, 7, 1), (5, 4, 0.5)), ((40, 2, 9), (12, 3, 8)), ((0, 12, 0), (0, 15, 0))],
)
def test_the_posterior_is_the_integral_of_prior_times_likelihood(
    seen: tuple[float, ...], expected: tuple[float, ...], variance: float, habit: float
) -> None:
    found = fitted(variance, habit).predict(column(*seen), column(*expected))

    def density(ratio: float) -> float:
        # Each stream's Poisson likelihood to the power that lasting habits leave it; 1 without habits.
        likelihood = sum(
            poisson.logpmf(y, e * ratio) / (1 + habit * e) for y, e in zip(seen, expected, strict=True) if e > 0
        )
        return float(np.exp(gamma.logpdf(ratio, 1 / variance, scale=variance) + likelihood))

    def integral(weight: float | None = None, low: float = 0, high: float = np.inf) -> float:
        middle = min(max(found.mean.item(), low + 1e-9), high)
        pieces = sorted({low, middle, high})
        return sum(
            quad(lambda ratio: density(ratio) * ratio ** (weight or 0), a, b, epsabs=0, epsrel=1e-10)[0]
            for a, b in pairwise(pieces)
        )

    whole = integral()
    assert found.mean.item() == pytest.approx(integral(weight=1) / whole, rel=1e-6)
    assert found.below(0.6).item() == pytest.approx(integral(high=0.6) / whole, rel=1e-6)
    assert found.above(1.4).item() == pytest.approx(integral(low=1.4) / whole, rel=1e-6)


@pytest.mark.parametrize(("shape", "rate"), [(0.4, 2.0), (3.0, 1.5), (200.0, 220.0)])
def test_moments_of_the_log_ratio(shape: float, rate: float) -> None:
    drawn = np.log(np.random.default_rng(1).gamma(shape, 1 / rate, 400_000))
    found = RatioPosterior(np.array(shape), np.array(rate), shape)
    assert float(found.log_mean) == pytest.approx(drawn.mean(), abs=0.02)
    assert float(found.log_sd) == pytest.approx(drawn.std(), rel=0.01)


@patient
@given(st.floats(0.02, 5), st.floats(0, 2))
def test_without_exposure_the_posterior_is_the_prior(variance: float, habit: float) -> None:
    found = fitted(variance, habit).predict(column(0, 0), column(0, 0))
    assert found.shape.item() == found.rate.item() == found.prior_shape == 1 / variance
    assert found.mean.item() == 1
    assert found.information.item() == 0
    assert found.below(0.6).item() == pytest.approx(gamma.cdf(0.6, 1 / variance, scale=variance), rel=1e-9)


def test_a_count_without_exposure_tells_nothing() -> None:
    # Homes out of use can still have a leak: that is no reason to call the complex infinitely loud.
    silent, odd = (fitted(0.3).predict(column(4, seen), column(5, 0)) for seen in (0, 3))
    assert odd.shape == silent.shape
    assert odd.rate == silent.rate


@pytest.mark.parametrize("ratio", [0.2, 1.0, 3.0])
def test_huge_counts_outweigh_the_prior(ratio: float) -> None:
    found = fitted(0.3, habit=0.0).predict(column(ratio * 1e6), column(1e6))
    assert found.mean.item() == pytest.approx(ratio, rel=1e-4)
    assert found.log_mean.item() == pytest.approx(np.log(ratio), abs=1e-3)
    assert found.log_sd.item() == pytest.approx(0, abs=0.003)
    assert found.information.item() == pytest.approx(1, abs=1e-4)
    assert found.below(0.6).item() == pytest.approx(float(ratio < 0.6), abs=1e-9)


@patient
@given(st.floats(0, 1e6), st.floats(0.01, 2))
def test_a_busy_stream_never_says_more_than_its_habit_allows(expected: float, habit: float) -> None:
    model = fitted(0.3, habit)
    assert (model.weights(column(expected)) * expected).item() <= 1 / habit
    assert model.predict(column(0), column(expected)).rate.item() <= 1 / 0.3 + 1 / habit


@patient
@given(st.integers(0, 1000), st.integers(1, 1000), st.floats(0.01, 1000), st.floats(0.02, 5))
def test_more_reports_never_make_a_complex_quieter(seen: int, more: int, expected: float, variance: float) -> None:
    found = fitted(variance).predict(np.array([[seen, seen + more]], float), np.full((1, 2), expected))
    assert found.below(0.6)[1] <= found.below(0.6)[0]
    assert found.above(1.4)[1] >= found.above(1.4)[0]
    assert found.mean[1] > found.mean[0]


@patient
@given(st.floats(0.1, 100), st.floats(1.01, 10), st.floats(0.02, 5))
def test_silence_says_more_where_more_was_expected(expected: float, factor: float, variance: float) -> None:
    found = fitted(variance).predict(np.zeros((1, 2)), np.array([[expected, expected * factor]]))
    assert found.below(0.6)[1] >= found.below(0.6)[0]
    assert found.information[1] > found.information[0]


@patient
@given(st.integers(0, 200), st.floats(0.01, 100), st.floats(0.02, 5))
def test_an_estimate_is_shrunk_towards_its_peers(seen: int, expected: float, variance: float) -> None:
    found = fitted(variance).predict(column(seen), column(expected)).mean.item()
    raw = seen / expected
    assert min(raw, 1) - 1e-12 <= found <= max(raw, 1) + 1e-12
    # The same ratio from ten times as much evidence is shrunk less.
    firmer = fitted(variance).predict(column(10 * seen), column(10 * expected)).mean.item()
    assert abs(firmer - raw) <= abs(found - raw) + 1e-12


def test_information_is_the_prior_variance_that_counts_take_away() -> None:
    rng = np.random.default_rng(2)
    variance, expected = 0.4, 6.0
    ratio = rng.gamma(1 / variance, variance, 200_000)
    found = fitted(variance, habit=0.0).predict(rng.poisson(expected * ratio)[None, :], np.full((1, 200_000), expected))
    left = (found.shape / found.rate**2).mean()
    assert found.information[0] == pytest.approx(1 - left / variance, abs=0.005)


def test_of_a_wholly_silent_complex_something_is_known() -> None:
    # Measured on the log scale silence would take nothing off the variance, and never be evidence of silence.
    silent, ordinary = (fitted(0.3).predict(column(seen), column(6)) for seen in (0, 6))
    assert silent.information.item() == ordinary.information.item() > 0.4
    assert silent.below(0.6).item() > 0.7


@pytest.mark.parametrize("planted", [0.05, 0.3, 1.0])
def test_a_planted_dispersion_is_found(planted: float) -> None:
    rng = np.random.default_rng(4)
    expected = rng.lognormal(1.5, 0.8, 6000)
    seen = rng.poisson(expected * rng.gamma(1 / planted, planted, 6000)).astype(np.float64)
    assert pearson_dispersion(seen, expected) == pytest.approx(planted, rel=0.15)


def test_plain_chance_has_no_dispersion() -> None:
    rng = np.random.default_rng(5)
    expected = rng.lognormal(1.5, 0.8, 6000)
    found = [pearson_dispersion(rng.poisson(expected).astype(np.float64), expected) for _ in range(10)]
    assert np.mean(found) < 0.005
    # Counts more even than chance would have them do not make it negative.
    assert pearson_dispersion(expected, expected) == 0


def test_dispersion_has_its_limits() -> None:
    assert pearson_dispersion(np.array([]), np.array([])) == 0
    assert pearson_dispersion(np.array([9.0]), np.array([1.0])) == 0
    assert pearson_dispersion(np.array([5.0, 9.0]), np.array([0.0, 0.0])) == 0
    assert pearson_dispersion(np.array([0.0] * 99 + [1e5]), np.full(100, 1000.0)) == LARGEST_DISPERSION


def test_complexes_without_exposure_do_not_count_for_dispersion() -> None:
    rng = np.random.default_rng(6)
    expected = rng.lognormal(1, 1, 500)
    seen = rng.poisson(expected * rng.gamma(2, 0.5, 500)).astype(np.float64)
    padded = pearson_dispersion(np.r_[seen, np.zeros(900)], np.r_[expected, np.zeros(900)])
    assert padded == pearson_dispersion(seen, expected) > 0.3


def test_the_shared_variance_follows_the_streams_that_tell_most() -> None:
    rng = np.random.default_rng(7)
    ratio = rng.gamma(1 / 0.4, 0.4, 4000)
    expected = np.array([np.full(4000, 20.0), np.full(4000, 0.001), np.zeros(4000)])
    seen = rng.poisson(expected * ratio).astype(np.float64)
    model = SharedRatio().fit(seen, expected)
    assert model.shared_variance_ == pytest.approx(0.4, rel=0.1)
    assert model.dispersion_[2] == 0


def test_the_shared_variance_is_never_nothing() -> None:
    even = np.full((2, 50), 10.0)
    for seen, expected in ((even, even), (np.zeros((2, 50)), np.zeros((2, 50))), (np.zeros((2, 1)), np.ones((2, 1)))):
        assert SharedRatio().fit(seen, expected).shared_variance_ == LEAST_SHARED_VARIANCE


COUNTS = st.one_of(st.just(0), st.integers(0, 20), st.integers(0, 100_000)).map(float)
EXPECTATIONS = st.one_of(st.just(0.0), st.floats(1e-9, 1e5))


@patient
@given(st.integers(1, 6).flatmap(
    lambda n: st.tuples(arrays(np.float64, (3, n), elements=COUNTS), arrays(np.float64, (3, n), elements=EXPECTATIONS))
))  # fmt: skip
def test_nothing_is_ever_infinite(counts: tuple[Floats, Floats]) -> None:
    seen, expected = counts
    found = SharedRatio().fit(seen, expected).predict(seen, expected)
    for values in (found.mean, found.log_mean, found.log_sd, found.information, found.below(0.6), found.above(1.4)):
        assert values.shape == seen.shape[1:]
        assert np.isfinite(values).all()
    for share in (found.information, found.below(0.6), found.above(1.4), found.below(0.6) + found.above(1.4)):
        assert ((share >= 0) & (share <= 1 + 1e-12)).all()
    assert (found.mean > 0).all()


@patient
@given(st.data())
def test_window_sums_are_plain_sums(data: st.DataObject) -> None:
    values = data.draw(
        arrays(np.int64, st.tuples(st.integers(1, 4), st.integers(1, 20)), elements=st.integers(0, 100_000))
    ).astype(np.float64)
    n_all = values.shape[1]
    n_weeks, last = data.draw(st.integers(1, 30)), data.draw(st.integers(1, n_all))
    found = window_sums(values, n_weeks, last)
    wanted = [[row[max(end - n_weeks, 0) : end].sum() for end in range(n_all - last + 1, n_all + 1)] for row in values]
    assert found.tolist() == wanted


def test_a_window_over_masked_weeks_is_exactly_zero() -> None:
    values = np.zeros((1, 60))
    values[0, :20] = np.random.default_rng(8).gamma(1, 0.1, 20)
    assert (window_sums(values, 26, 15) == 0).all()
