"""What the town teaches: slopes against finite differences, planted values found again, weights that get likelier."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from latent_town import N_STREAMS, NAMES, TABLE, counts, due, evidence, flat
from scipy.optimize import approx_fprime
from scipy.stats import gamma, poisson

from models.blocks import summed
from models.learned import ORDINARY_HABIT, Learned
from models.learning import (
    LEAST_HABIT,
    MOST_DISPERSION,
    MOST_HABIT,
    PSEUDO_COMPLEXES,
    StreamRegression,
    drawn_paths,
    group_weights,
    learned_stream,
    learned_town,
    weekly_dispersion,
)
from models.likelihood import path_likelihood, week_weights
from models.paths import candidate_paths
from models.streams import STREAMS, Floats

COMPLAINTS, FOLLOW_UPS = NAMES.index("complaints"), NAMES.index("follow_up_reports")
URGENT, CONCERNS = NAMES.index("urgent_repairs"), NAMES.index("concerns")
FREE = [k for k, each in enumerate(STREAMS) if not each.is_anchor]


def stream(
    loadings: tuple[float, float], level: float = 0.0, habit: float = 0.1, n: int = 2000, rate: float = 10.0
) -> tuple[Floats, Floats, Floats, tuple[Floats, Floats]]:
    """Counts of one stream at planted values, its expectations, ω and the true paths as the only draw."""
    rng = np.random.default_rng(5)
    # Some differ all along, and half of them change halfway: habits are told from levels by those.
    change = np.repeat([0.0, 1.0], 4)
    r, d = (rng.normal(0, 0.5, (n, 1)) + rng.normal(0, 0.5, (n, 1)) * change for _ in range(2))
    expected = np.full((n, 8), rate)
    ratio = rng.gamma(1 / habit, habit, (n, 1)) * np.exp(level + loadings[0] * r + loadings[1] * d)
    return rng.poisson(expected * ratio).astype(np.float64), expected, np.ones(n), (r[:, None], d[:, None])


def learned_from(k: int, *planted: float, **settings: float) -> tuple[Floats, float, float]:
    """What a stream teaches, from the table and an ordinary habit."""
    given_stream = stream((planted[0], planted[1]), *planted[2:], **settings)  # type: ignore[arg-type]
    return learned_stream(k, *given_stream, (TABLE[k], 0.0, ORDINARY_HABIT))


# ------------------------------------------------------------------------------------------------------ one stream


@pytest.mark.parametrize("k", range(N_STREAMS))
@pytest.mark.parametrize("x", [(0.0, -2.5, 0.0, 0.0), (0.4, 0.3, 0.2, -0.1), (-0.5, -5.0, -0.3, 0.25)])
def test_the_slope_is_that_of_the_loss(k: int, x: tuple[float, ...]) -> None:
    rng = np.random.default_rng(k)
    n, n_draws, n_blocks = 5, 3, 4
    expected = rng.gamma(2, 2, (n, n_blocks))
    expected[0], expected[1, 2] = 0, 0
    lines = (rng.normal(0, 0.5, (n, n_draws, n_blocks)), rng.normal(0, 0.5, (n, n_draws, n_blocks)))
    seen = rng.poisson(4.0, (n, n_blocks)).astype(np.float64)
    loss = StreamRegression.along(k, seen, expected, rng.uniform(0.3, 1, n), lines).loss
    at = np.array(x)
    np.testing.assert_allclose(loss(at)[1], approx_fprime(at, lambda y: loss(y)[0], 1e-6), rtol=1e-4, atol=1e-4)


def test_the_loss_is_minus_the_log_posterior() -> None:
    seen, expected, weights, paths = stream((1.0, 0.8), n=2)
    lost = StreamRegression.along(COMPLAINTS, seen, expected, weights, paths).loss
    u = np.linspace(1e-4, 12, 20_001)

    def wanted(level: float, variance: float) -> float:
        total = 0.0
        for i in range(2):
            mean = expected[i] * np.exp(level + paths[0][i, 0] + 0.8 * paths[1][i, 0])
            told = poisson.logpmf(seen[i][:, None], mean[:, None] * u).sum(axis=0)
            told += gamma.logpdf(u, 1 / variance, scale=variance)
            total += told.max() + np.log(np.trapezoid(np.exp(told - told.max()), u))
        return total - (level / 0.3) ** 2 / 2 - (np.log(variance / ORDINARY_HABIT) / 0.5) ** 2 / 2

    one, other = (0.0, 0.08), (0.3, 0.4)
    found = [lost(np.array([level, np.log(variance), 0.0, 0.0]))[0] for level, variance in (one, other)]
    assert found[1] - found[0] == pytest.approx(wanted(*one) - wanted(*other), abs=1e-5)


@pytest.mark.parametrize("habit", [0.03, 0.1, 0.5])
def test_a_planted_habit_variance_is_found(habit: float) -> None:
    loadings, level, variance = learned_from(COMPLAINTS, 1.0, 0.8, 0.0, habit)
    assert variance == pytest.approx(habit, rel=0.1)
    assert level == pytest.approx(0, abs=0.04)
    np.testing.assert_allclose(loadings, [1.0, 0.8], atol=0.04)


@pytest.mark.parametrize("planted", [(0.7, 0.8), (1.25, 0.8), (1.0, 0.5), (0.8, 1.0)])
def test_planted_loadings_are_found(planted: tuple[float, float]) -> None:
    loadings, _, variance = learned_from(COMPLAINTS, *planted)
    np.testing.assert_allclose(loadings, planted, atol=0.06)
    assert variance == pytest.approx(0.1, rel=0.15)


@pytest.mark.parametrize("planted", [-0.3, 0.25])
def test_a_planted_level_is_found(planted: float) -> None:
    assert learned_from(COMPLAINTS, 1.0, 0.8, planted)[1] == pytest.approx(planted, abs=0.04)


@pytest.mark.parametrize("k", [FOLLOW_UPS, CONCERNS])
def test_anchors_are_never_learned(k: int) -> None:
    loadings, level, _ = learned_from(k, 0.5, 0.5, 0.2)
    assert loadings.tolist() == TABLE[k].tolist()
    # Their level and habits are, like those of any stream.
    assert level != 0
    planted = learned_from(k, *TABLE[k], 0.2, 0.3)
    assert planted[1] == pytest.approx(0.2, abs=0.04)
    assert planted[2] == pytest.approx(0.3, rel=0.1)


def test_a_loading_of_none_stays_none() -> None:
    k = NAMES.index("bad_condition")
    assert TABLE[k, 0] == 0
    loadings, *_ = learned_from(k, 0.6, 0.6)
    assert loadings[0] == 0
    assert loadings[1] < 0.75


def test_a_few_complexes_hardly_move_what_is_believed() -> None:
    few, many = (learned_from(COMPLAINTS, 0.5, 0.8, n=n, rate=1.0)[0] for n in (5, 2000))
    assert abs(few[0] - 1) < 0.2 < abs(many[0] - 1)


def test_complexes_of_which_nothing_was_expected_teach_nothing() -> None:
    seen, expected, weights, (r, d) = stream((0.7, 0.8), n=200)
    before = (TABLE[COMPLAINTS], 0.0, ORDINARY_HABIT)
    half = slice(0, 100)
    expected[100:] = 0
    all_of_them = learned_stream(COMPLAINTS, seen, expected, weights, (r, d), before)
    first = learned_stream(COMPLAINTS, seen[half], expected[half], weights[half], (r[half], d[half]), before)
    np.testing.assert_array_equal(all_of_them[0], first[0])
    assert all_of_them[1:] == first[1:]
    assert learned_stream(COMPLAINTS, seen, np.zeros_like(seen), weights, (r, d), before) == before


@pytest.mark.parametrize("count", [0.0, 1e5])
def test_wild_counts_stay_within_bounds(count: float) -> None:
    _, expected, weights, paths = stream((1.0, 0.8), n=20)
    before = (TABLE[URGENT], 0.0, ORDINARY_HABIT)
    loadings, level, variance = learned_stream(URGENT, np.full_like(expected, count), expected, weights, paths, before)
    assert np.isfinite(loadings).all()
    assert -1 <= level <= 1
    assert LEAST_HABIT * 0.999 <= variance <= MOST_HABIT * 1.001


# -------------------------------------------------------------------------------------------------- weeks that vary


@pytest.mark.parametrize("planted", [0.0, 0.3, 1.0])
def test_the_dispersion_of_weeks_is_found_beside_the_level(planted: float) -> None:
    rng = np.random.default_rng(2)
    expected = np.full((400, 100), 3.0)
    level = rng.gamma(5, 0.2, (400, 1))
    week = rng.gamma(1 / planted, planted, expected.shape) if planted else 1.0
    assert weekly_dispersion(rng.poisson(expected * level * week).astype(np.float64), expected) == pytest.approx(
        planted, abs=0.06
    )


def test_weeks_without_sight_do_not_vary() -> None:
    rng = np.random.default_rng(2)
    seen, expected = rng.poisson(3.0, (200, 80)).astype(np.float64), np.full((200, 80), 3.0)
    expected[:, :20] = 0
    wild = seen.copy()
    wild[:, :20] = 1e4
    assert weekly_dispersion(seen, expected) == weekly_dispersion(wild, expected)
    assert weekly_dispersion(seen, np.zeros_like(seen)) == 0
    assert weekly_dispersion(np.zeros_like(seen), expected) == 0
    assert weekly_dispersion(1e5 * (rng.random(seen.shape) < 0.01), expected) == MOST_DISPERSION


# ------------------------------------------------------------------------------------------- how common groups are


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), pseudo=st.sampled_from([0.5, 10.0, 150.0]), n=st.integers(1, 60))
def test_weights_get_likelier_with_every_step(seed: int, pseudo: float, n: int) -> None:
    rng = np.random.default_rng(seed)
    likelihood, base = rng.gamma(0.3, 1, (n, 6)) + 1e-12, rng.dirichlet(np.ones(6))

    def gain(weights: Floats) -> float:
        return float(np.log(likelihood @ weights).sum() + pseudo * (base * np.log(weights)).sum())

    steps = [group_weights(likelihood, base, pseudo, n_steps) for n_steps in range(12)]
    assert np.array_equal(steps[0], base)
    for weights in steps:
        assert weights.sum() == pytest.approx(1, abs=1e-12)
        assert weights.min() > 0
    assert np.all(np.diff([gain(each) for each in steps]) >= -1e-9)


def test_planted_shares_are_found_and_few_complexes_stay_near_the_base() -> None:
    rng = np.random.default_rng(0)
    planted, base = np.array([0.6, 0.1, 0.3]), np.full(3, 1 / 3)
    # Told apart well, but not surely: one in eleven looks like one of the two others.
    truth = rng.choice(3, 3000, p=planted)
    looks = (truth + rng.choice(3, 3000, p=np.array([1, 0.05, 0.05]) / 1.1)) % 3
    likelihood = np.where(looks[:, None] == np.arange(3), 1.0, 0.05)
    np.testing.assert_allclose(group_weights(likelihood, base, 1.0, 100), planted, atol=0.03)
    np.testing.assert_allclose(group_weights(likelihood[:5], base, 150.0, 100), base, atol=0.03)


def test_the_size_of_a_complexs_likelihood_does_not_count() -> None:
    rng = np.random.default_rng(1)
    likelihood, base = rng.random((20, 4)), np.full(4, 0.25)
    scaled = likelihood * 10.0 ** rng.integers(-200, 200, (20, 1))
    np.testing.assert_allclose(group_weights(likelihood, base, 5.0, 50), group_weights(scaled, base, 5.0, 50))


def test_drawn_paths_are_as_common_as_the_posterior_says() -> None:
    posterior = np.array([[0.25, 0.0, 0.5, 0.25], [0.0, 0.0, 0.0, 2.0], [0.0, 1e-9, 0.0, 1.0]])
    drawn = drawn_paths(posterior, 8)
    assert drawn.tolist() == [[0, 0, 2, 2, 2, 2, 3, 3], [3] * 8, [3] * 8]


# ---------------------------------------------------------------------------------------------------- a whole town


def test_a_town_teaches_its_habits_and_that_quiet_decline_is_common() -> None:
    n, n_quiet, n_weeks = 200, 60, 36
    is_quiet = (np.arange(n) < n_quiet)[:, None] * np.ones(n_weeks)
    bank = candidate_paths(n_weeks, 400, 0)
    groups = bank.groups((-0.5,), (0.35,))
    expected = due(n, n_weeks, times=4.0)
    found = {}
    for habit in (0.02, 0.4):
        seen = counts(-1.2 * is_quiet, 0.9 * is_quiet, expected, habit=habit)
        found[habit] = learned_town(summed(evidence(seen, expected)), bank, groups, np.zeros(N_STREAMS), 3)
    assert np.all(found[0.02].habit_variance < 0.1)
    assert np.all(found[0.4].habit_variance > 0.2)
    is_yes = np.array(
        [np.all((bank.r[groups == g, 0] < -0.5) & (bank.d[groups == g, 0] > 0.35)) for g in range(groups.max() + 1)]
    )
    before = np.bincount(groups, bank.weight)
    assert before[is_yes].sum() < 0.06
    assert found[0.02].group_weights[is_yes].sum() > 0.15


@pytest.mark.parametrize("n_rounds", [0, 1])
def test_without_complexes_or_rounds_the_table_holds(n_rounds: int) -> None:
    bank = candidate_paths(30, 100, 0)
    groups = bank.groups((-0.5,), (0.35,))
    expected = due(6 if n_rounds == 0 else 0, 30)
    found = learned_town(summed(evidence(expected, expected)), bank, groups, np.full(N_STREAMS, 0.2), n_rounds)
    assert np.array_equal(found.loadings, TABLE)
    assert not found.level.any()
    assert np.all(found.habit_variance == ORDINARY_HABIT)
    assert np.all(found.dispersion == 0.2)
    np.testing.assert_allclose(found.group_weights, np.bincount(groups, bank.weight))


def test_one_round_learns_how_common_groups_are_from_the_mean_likelihood_of_their_paths() -> None:
    bank = candidate_paths(30, 100, 0)
    groups = bank.groups((-0.5,), (0.35,))
    expected = due(12, 30)
    sums = summed(evidence(counts(flat(*np.linspace(-1, 0.3, 12), n_weeks=30), np.zeros((12, 30)), expected), expected))
    found = learned_town(sums, bank, groups, np.full(N_STREAMS, 0.2), 1)
    told = path_likelihood(
        sums.seen,
        sums.expected,
        week_weights(sums, np.full(N_STREAMS, 0.2)),
        bank.block_means(sums.edges, sums.n_weeks),
        TABLE,
        np.full(N_STREAMS, ORDINARY_HABIT),
    )
    likelihood = np.exp(told - told.max(axis=1, keepdims=True))
    of_groups = np.stack(
        [np.average(likelihood[:, groups == g], axis=1, weights=bank.weight[groups == g]) for g in np.unique(groups)],
        axis=1,
    )
    base = np.bincount(groups, bank.weight)
    np.testing.assert_allclose(found.group_weights, group_weights(of_groups, base, PSEUDO_COMPLEXES, 100), rtol=1e-10)
    assert np.abs(found.group_weights - base).max() > 1e-3


def test_what_was_learned_can_be_kept_as_json_to_the_last_bit() -> None:
    bank = candidate_paths(30, 100, 0)
    groups = bank.groups((-0.5,), (0.35,))
    expected = due(30, 30)
    seen = counts(flat(*np.linspace(-1, 0.3, 30), n_weeks=30), flat(*np.zeros(30), n_weeks=30), expected)
    learned = learned_town(summed(evidence(seen, expected)), bank, groups, np.full(N_STREAMS, 0.1), 2)
    again = Learned.from_dict(json.loads(json.dumps(learned.as_dict())))
    for name in ("loadings", "level", "habit_variance", "dispersion", "group_weights"):
        one, other = getattr(learned, name), getattr(again, name)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other), name
    assert learned.loadings.shape == (N_STREAMS, 2)
    assert np.any(learned.loadings[FREE] != TABLE[FREE])
