"""The plain filter against planted log ratios, a posterior by brute force, and what a checkpoint must be able to do."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import nbinom, norm

from models.evidence import Evidence
from models.plain_filter import LARGEST_LEARNED_RATIO, LOADINGS, FilterState, PlainFilter
from models.streams import STREAMS, Floats, StreamSeries

TABLE = np.array([LOADINGS[each.name] for each in STREAMS])
N_STREAMS = len(STREAMS)
RATES = np.array([0.6, 1.0, 0.4, 0.8, 0.3, 0.1, 0.1])


def evidence(seen: Floats, expected: Floats) -> Evidence:
    """As every method gets it, from (n_streams, n_complexes, n_weeks)."""
    is_masked = expected == 0
    return Evidence(
        [StreamSeries(*each) for each in zip(STREAMS, seen, expected, is_masked, strict=True)],
        list(expected),
        np.zeros(seen.shape[1:], dtype=np.bool_),
        np.full(seen.shape[1:], 50.0),
    )


def counted(latent: Floats, n_weeks: int, seed: int = 1, habit_sd: float = 0.0, rate: float = 1.0) -> Evidence:
    """Poisson counts of complexes with constant log ratios (2, n_complexes) and lasting habits per stream."""
    rng = np.random.default_rng(seed)
    expected = np.broadcast_to((rate * RATES)[:, None, None], (N_STREAMS, latent.shape[1], n_weeks)).copy()
    habits = rng.normal(0, habit_sd, (N_STREAMS, latent.shape[1])) - habit_sd**2 / 2
    seen = rng.poisson(expected * np.exp(TABLE @ latent + habits)[:, :, None])
    return evidence(seen.astype(np.float64), expected)


def learned(habit: float = 0.1, dispersion: float = 0.0, **settings: float) -> PlainFilter:
    """A filter that has learned the same of every stream."""
    model = PlainFilter(**settings)  # type: ignore[arg-type]
    model.loadings_ = TABLE
    model.habit_, model.dispersion_ = np.full(N_STREAMS, habit), np.full(N_STREAMS, dispersion)
    return model


def assert_alike(one: FilterState, other: FilterState, atol: float = 1e-12) -> None:
    for name in ("mean", "covariance", "expected"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=0, atol=atol)
    assert one.n_weeks == other.n_weeks


@pytest.mark.parametrize("planted", [(-0.9, 0.7), (0.6, -0.5), (-0.9, 0.0), (0.0, 0.7)])
def test_planted_ratios_are_recovered(planted: tuple[float, float]) -> None:
    latent = np.repeat(np.array(planted)[:, None], 200, axis=1)
    found = learned(habit=0.0).filter(counted(latent, 150, rate=30.0))
    # What is left is the pull towards peers, a quarter of the posterior's own spread.
    assert np.abs(found.mean.mean(axis=1) - planted).max() < 0.045
    inside = np.abs(found.mean - latent) < 2 * np.sqrt(found.covariance[[0, 2]])
    assert inside.mean() > 0.93


def test_one_complex_as_a_grid_of_all_paths_has_it() -> None:
    model = learned(habit=0.1, dispersion=0.3, memory_weeks=20.0)
    rng = np.random.default_rng(4)
    n_weeks = 12
    expected = rng.gamma(2, 1, (N_STREAMS, 1, n_weeks))
    seen = rng.poisson(expected * np.exp(TABLE @ np.array([-0.7, 0.5]))[:, None, None]).astype(np.float64)
    found = model.filter(evidence(seen, expected))

    axis = np.linspace(-2.6, 2.6, 161)
    r, d = np.meshgrid(axis, axis, indexing="ij")
    decay = np.exp(-1 / model.memory_weeks)
    move = norm.pdf(axis[None, :], decay * axis[:, None], model.stationary_sd * np.sqrt(1 - decay**2))
    move /= move.sum(axis=1, keepdims=True)
    mass = np.outer(norm.pdf(axis, 0, model.stationary_sd), norm.pdf(axis, 0, model.stationary_sd))
    for week in range(n_weeks):
        mass = move.T @ mass @ move
        pace = expected[:, 0, : week + 1].mean(axis=1)
        weight = 1 / (1 + model.habit_ * pace * model.memory_weeks)
        for k in range(N_STREAMS):
            mean = expected[k, 0, week] * np.exp(TABLE[k, 0] * r + TABLE[k, 1] * d)
            mass = mass * np.exp(weight[k] * nbinom.logpmf(seen[k, 0, week], 1 / 0.3, 1 / (1 + 0.3 * mean)))
        mass /= mass.sum()
    mean = np.array([(mass * r).sum(), (mass * d).sum()])
    spread = np.array([(mass * (x - m) * (y - n)).sum() for x, m, y, n in _pairs(r, d, mean)])
    sd = np.sqrt(spread[[0, 2]])
    assert np.all(np.abs(found.mean[:, 0] - mean) < 0.12 * sd)
    np.testing.assert_allclose(np.sqrt(found.covariance[[0, 2], 0]), sd, rtol=0.08)
    assert found.covariance[1, 0] == pytest.approx(spread[1], abs=0.08 * sd.prod())


def _pairs(r: Floats, d: Floats, mean: Floats) -> list[tuple[Floats, float, Floats, float]]:
    return [(r, mean[0], r, mean[0]), (r, mean[0], d, mean[1]), (d, mean[1], d, mean[1])]


def test_two_steps_reach_the_top_of_a_telling_week() -> None:
    model = learned(habit=0.0)
    due = np.full(N_STREAMS, 4.0)
    seen = np.array([1.0, 2.0, 0.0, 7.0, 9.0, 6.0, 7.0])

    def lost(x: Floats) -> float:
        mean = due * np.exp(TABLE @ x)
        return float((mean - seen * np.log(mean)).sum() + x @ x / model.stationary_sd**2 / 2)

    found = model.step(model.start(1), seen[:, None], due[:, None])
    np.testing.assert_allclose(found.mean[:, 0], minimize(lost, np.zeros(2)).x, atol=0.04)


@pytest.mark.parametrize("cut", [1, 7, 29])
def test_a_checkpoint_and_the_weeks_since_are_the_whole_run(cut: int) -> None:
    given = counted(np.random.default_rng(2).normal(0, 0.5, (2, 1500)), 30, habit_sd=0.3)
    model = PlainFilter().fit(given)
    whole = model.filter(given)
    stored = state = model.filter(given.until(cut))
    for week in range(cut, 30):
        state = model.step(state, given.seen[:, :, week], np.stack(given.expected)[:, :, week])
    assert_alike(state, whole)
    later = evidence(given.seen[:, :, cut:], np.stack(given.expected)[:, :, cut:])
    assert_alike(model.filter(later, stored), whole)


def test_a_step_leaves_the_checkpoint_as_it_was() -> None:
    given = counted(np.zeros((2, 5)), 3)
    model = learned()
    state = model.filter(given)
    before = FilterState(state.mean.copy(), state.covariance.copy(), state.expected.copy(), state.n_weeks)
    model.step(state, given.seen[:, :, 0], np.stack(given.expected)[:, :, 0])
    assert_alike(state, before, atol=0)


def test_weeks_without_sight_only_widen() -> None:
    model = learned()
    state = model.filter(counted(np.array([[-0.8, 0.4, 0.0], [0.6, -0.3, 0.0]]), 60))
    for _ in range(200):
        # Counts in weeks that could not be seen are no counts.
        later = model.step(state, np.full((N_STREAMS, 3), 9.0), np.zeros((N_STREAMS, 3)))
        widened = later.covariance - state.covariance
        assert np.all(widened[[0, 2]] > 0)
        assert np.all(np.abs(later.mean) <= np.abs(state.mean))
        state = later
    assert np.all(state.covariance[[0, 2]] < model.stationary_sd**2)


def test_a_complex_that_nobody_saw_says_nothing() -> None:
    model = learned()
    unseen = model.likelihood(model.filter(evidence(np.zeros((N_STREAMS, 2, 40)), np.zeros((N_STREAMS, 2, 40)))))
    np.testing.assert_allclose(unseen.precision, 0, atol=1e-9)
    np.testing.assert_allclose(unseen.shift, 0, atol=1e-9)


def test_the_likelihood_and_the_prior_make_the_posterior() -> None:
    model = learned()
    state = model.filter(counted(np.array([[-0.8, 0.4], [0.6, -0.3]]), 60))
    found = model.likelihood(state)
    for i in range(2):
        told = np.array(
            [[found.precision[0, i], found.precision[1, i]], [found.precision[1, i], found.precision[2, i]]]
        )
        covariance = np.linalg.inv(told + np.eye(2) / model.stationary_sd**2)
        np.testing.assert_allclose(covariance @ found.shift[:, i], state.mean[:, i], atol=1e-10)
        np.testing.assert_allclose(covariance.ravel()[[0, 1, 3]], state.covariance[:, i], atol=1e-10)


@pytest.mark.parametrize("count", [0.0, 1.0, 1e5])
@pytest.mark.parametrize("due", [1e-6, 1.0, 1e5])
@pytest.mark.parametrize("n_weeks", [1, 30])
def test_wild_counts_stay_finite(count: float, due: float, n_weeks: int) -> None:
    given = evidence(np.full((N_STREAMS, 3, n_weeks), count), np.full((N_STREAMS, 3, n_weeks), due))
    model = PlainFilter().fit(given)
    state = model.filter(given)
    assert np.isfinite(state.mean).all()
    assert np.all(state.covariance[[0, 2]] > 0)
    assert np.all(state.covariance[0] * state.covariance[2] > state.covariance[1] ** 2)
    judged = model.judge(given)
    assert judged.probability is not None
    assert np.all((judged.probability >= 0) & (judged.probability <= 1))


def test_nothing_seen_of_anything_is_judged_all_the_same() -> None:
    judged = PlainFilter().judge(evidence(np.zeros((N_STREAMS, 4, 20)), np.zeros((N_STREAMS, 4, 20))))
    assert judged.probability is not None
    assert np.ptp(judged.probability) == 0


def test_lasting_habits_hold_a_stream_back() -> None:
    given = counted(np.array([[-0.8], [0.6]]), 60)
    calm, rash = learned(habit=0.5).filter(given), learned(habit=0.0).filter(given)
    assert np.all(calm.covariance[[0, 2]] > 1.5 * rash.covariance[[0, 2]])
    assert np.all(np.abs(calm.mean) < np.abs(rash.mean))


@pytest.mark.parametrize("habit_sd", [0.0, 0.3, 0.6])
def test_the_habits_are_told_from_what_streams_share(habit_sd: float) -> None:
    latent = np.random.default_rng(3).normal(0, 0.4, (2, 4000)) - 0.05
    given = counted(latent, 40, habit_sd=habit_sd)
    assert np.abs(PlainFilter(least_habit=0.0).fit(given).habit_ - habit_sd**2).max() < 0.05 + 0.15 * habit_sd**2
    assert PlainFilter().fit(given).habit_.min() >= 0.1


def test_a_complex_whose_homes_are_gone_teaches_no_habit() -> None:
    given = counted(np.random.default_rng(3).normal(0, 0.3, (2, 500)), 30)
    seen, expected = given.seen, np.stack(given.expected)
    gone = PlainFilter().fit(evidence(seen[:, 1:], expected[:, 1:]))
    expected[:, 0] = seen[:, 0].sum() / (N_STREAMS * 30) / (2 * LARGEST_LEARNED_RATIO)
    kept = PlainFilter().fit(evidence(seen, expected))
    np.testing.assert_allclose(kept.habit_, gone.habit_)


def test_counts_of_weeks_that_could_not_be_seen_teach_nothing() -> None:
    given = counted(np.random.default_rng(3).normal(0, 0.3, (2, 500)), 40)
    seen, expected = given.seen, np.stack(given.expected)
    expected[:, :100, :20] = 0
    with_counts = PlainFilter(least_habit=0.0).fit(evidence(seen, expected))
    without = PlainFilter(least_habit=0.0).fit(evidence(seen * (expected > 0), expected))
    np.testing.assert_allclose(with_counts.habit_, without.habit_)
    np.testing.assert_allclose(with_counts.dispersion_, without.dispersion_)


def test_the_weekly_dispersion_is_learned_beside_the_level() -> None:
    rng = np.random.default_rng(6)
    expected = np.full((N_STREAMS, 300, 100), 3.0)
    level = np.exp(rng.normal(0, 0.4, (1, 300, 1)))
    seen = rng.poisson(expected * level * rng.gamma(2, 0.5, expected.shape)).astype(np.float64)
    assert np.abs(PlainFilter().fit(evidence(seen, expected)).dispersion_ - 0.5).max() < 0.05


def test_the_quiet_and_declining_come_first() -> None:
    rng = np.random.default_rng(8)
    latent = rng.normal(0, 0.15, (2, 600))
    latent[:, :40] += np.array([[-1.0], [0.8]])
    given = counted(latent, 104, habit_sd=0.15, rate=0.5)
    judged = PlainFilter().judge(given)
    assert judged.probability is not None
    assert set(np.argsort(-judged.score)[:20]) <= set(range(40))
    assert judged.probability[:40].mean() > 0.3
    assert judged.probability[40:].mean() < 0.02
