"""What is read off the weights of the paths: a tiny bank by hand, and what holds of any weights."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from latent_town import assert_alike, assert_sound

from models.paths import PathBank, candidate_paths
from models.policy import Policy
from models.posterior import Posterior, added_log_odds, log_odds, path_facts, read_posterior
from models.streams import Floats

POLICY = Policy(history_weeks=26, memory_weeks=26)
# By lag, this week first: quiet for two weeks and worse; never quiet; quiet all along; quiet until three weeks ago.
TINY = PathBank(
    r=np.array([[-1.0, -0.8, 0.0, 0.0], [0.1, 0.1, 0.1, 0.1], [-0.6, -0.6, -0.6, -0.6], [0.0, -0.2, -0.4, -1.0]]),
    d=np.array([[0.5, 0.5, 0.0, 0.0], [0.6, 0.6, 0.6, 0.6], [-0.4, -0.4, -0.4, -0.4], [0.0, 0.0, 0.0, 0.0]]),
    kind=np.array([3, 0, 0, 1]),
    onset=np.array([2.0, 4.0, 4.0, 4.0]),
    weight=np.full(4, 0.25),
)
SHARES = np.array([[0.1, 0.2, 0.3, 0.4], [1.0, 0.0, 0.0, 0.0], [0.0, 0.5, 0.0, 0.5]])


def read(bank: PathBank, weights: Floats, n_weeks: int, policy: Policy = POLICY) -> Posterior:
    half = np.full(len(weights), 0.5)
    return read_posterior(weights, path_facts(bank, n_weeks, policy), half, half)


def test_a_tiny_bank_by_hand() -> None:
    found = read(TINY, SHARES, 4)
    np.testing.assert_allclose(found.r_mean, [-0.1 + 0.02 - 0.18, -1.0, 0.05])
    np.testing.assert_allclose(found.d_mean, [0.05 + 0.12 - 0.12, 0.5, 0.3])
    np.testing.assert_allclose(found.r_sd, [np.sqrt(0.1 + 0.002 + 0.108 - 0.26**2), 0, 0.05], atol=1e-7)
    np.testing.assert_allclose(found.d_sd, [np.sqrt(0.025 + 0.072 + 0.048 - 0.05**2), 0, 0.3], atol=1e-7)
    np.testing.assert_allclose(
        found.rd_corr[[0, 2]], [(-0.05 + 0.012 + 0.072 + 0.26 * 0.05) / 0.377359 / 0.377492, 1], atol=1e-5
    )
    np.testing.assert_allclose(found.p_quiet, [0.4, 1, 0])
    np.testing.assert_allclose(found.p_decline, [0.3, 1, 0.5])
    np.testing.assert_allclose(found.p_quiet_decline, [0.1, 1, 0])
    np.testing.assert_allclose(found.p_became_quiet, [0.1, 1, 0])
    np.testing.assert_allclose(found.p_recovered, [0.4, 0, 0.5])
    np.testing.assert_allclose(found.p_louder, [0.4, 0, 0.5])
    # Complaints: -1 + .4, .1 + .48, -.6 - .32 and 0, against log .6.
    np.testing.assert_allclose(found.p_few, [0.4, 1, 0])


def test_lengths_of_quiet_by_hand() -> None:
    found = read(TINY, np.array([[0.1, 0.2, 0.3, 0.4], [0.3, 0.6, 0.1, 0.0], [0.02, 0.0, 0.98, 0.0]]), 4)
    # Two weeks on the first path, four on the third: the others are not quiet and do not count.
    assert found.quiet_weeks_least.tolist() == [2, 2, 4]
    assert found.quiet_weeks.tolist() == [4, 2, 4]
    assert found.quiet_weeks_most.tolist() == [4, 4, 4]


def test_of_a_short_history_only_what_lies_in_it_is_told() -> None:
    found = read(TINY, np.eye(4), 2)
    # In two weeks nobody can have become quiet who was so in both, nor come back who was not quiet in them.
    assert found.p_quiet.tolist() == [1, 0, 1, 0]
    assert not found.p_became_quiet.any()
    assert not found.p_recovered.any()
    assert found.quiet_weeks[[0, 2]].tolist() == [2, 2]
    assert_sound(read(TINY, np.eye(4), 1), 4)


def test_who_was_quiet_for_as_long_as_anyone_remembers_did_not_become_so() -> None:
    bank = candidate_paths(60, 400, 0)
    weights = np.eye(bank.n_paths)
    found = read(bank, weights, 60, Policy(history_weeks=60, memory_weeks=26))
    is_quiet = found.p_quiet == 1
    assert np.array_equal(found.p_became_quiet[is_quiet] == 1, found.quiet_weeks[is_quiet] < 26)
    assert {True, False} == set(found.quiet_weeks[is_quiet] < 26)


def test_every_length_is_the_run_of_quiet_weeks() -> None:
    bank = candidate_paths(60, 400, 0)
    found = read(bank, np.eye(bank.n_paths), 60)
    for i in np.flatnonzero(found.p_quiet == 1):
        loud = np.flatnonzero(bank.r[i] >= np.log(POLICY.quiet_below))
        assert found.quiet_weeks[i] == (loud[0] if loud.size else 60)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000), n_weeks=st.integers(1, 80), peak=st.sampled_from([0.003, 0.1, 1.0]))
def test_whatever_the_weights_the_figures_fit_each_other(seed: int, n_weeks: int, peak: float) -> None:
    bank = candidate_paths(60, 400, 0)
    weights = np.random.default_rng(seed).dirichlet(np.full(bank.n_paths, peak), 5)
    assert_sound(read(bank, weights, n_weeks), 5)


def test_where_no_path_is_quiet_there_is_no_length_and_no_error() -> None:
    loud = PathBank(np.zeros((2, 3)), np.zeros((2, 3)), np.zeros(2, np.int64), np.full(2, 3.0), np.full(2, 0.5))
    found = read(loud, np.full((4, 2), 0.5), 3)
    assert_sound(found, 4)
    assert not found.p_quiet.any()
    assert not found.quiet_weeks_most.any()


def test_posteriors_are_joined_in_order() -> None:
    whole = read(TINY, SHARES, 4)
    assert_alike(Posterior.joined([read(TINY, SHARES[:1], 4), read(TINY, SHARES[1:], 4)]), whole, atol=1e-15)


# ------------------------------------------------------------------------------------------------------- taken apart


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), n_streams=st.integers(1, 7), size=st.sampled_from([0.1, 1.0, 3.0]))
def test_parts_add_up_and_do_not_depend_on_where_a_stream_stands(seed: int, n_streams: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    each = [rng.normal(0, size, (3, 30)) for _ in range(n_streams)]
    prior, is_yes = rng.dirichlet(np.ones(30)), rng.random(30) < 0.3
    is_yes[:2] = True, False
    found = added_log_odds(each, prior, is_yes)
    posterior = np.exp(np.sum(each, axis=0)) * prior
    wanted = log_odds(posterior[:, is_yes].sum(axis=1) / posterior.sum(axis=1))
    np.testing.assert_allclose(log_odds(prior[is_yes].sum()) + found.sum(axis=0), wanted, atol=1e-9)
    np.testing.assert_allclose(added_log_odds(each[::-1], prior, is_yes)[::-1], found, atol=1e-9)


def test_streams_that_tell_the_same_add_the_same_and_a_silent_one_nothing() -> None:
    one = np.random.default_rng(0).normal(0, 1, (2, 20))
    found = added_log_odds([one, np.zeros((2, 20)), one], np.full(20, 0.05), np.arange(20) < 4)
    np.testing.assert_allclose(found[0], found[2], atol=1e-12)
    np.testing.assert_allclose(found[1], 0, atol=1e-12)
    assert np.all(np.abs(found[0]) > 0.01)


@pytest.mark.parametrize(("chance", "wanted"), [(0.5, 0.0), (0.0, -13.8155), (1.0, 13.8155), (0.9, np.log(9))])
def test_log_odds_are_finite(chance: float, wanted: float) -> None:
    assert log_odds(chance) == pytest.approx(wanted, abs=1e-4)
