"""The bound on the own past: who fell below it, how often by chance, and whom it cannot see."""

import numpy as np
import pytest
from peer_town import ALWAYS_QUIET, CALM, N_ORDINARY, QUIET_DECLINE, drawn, of_counts, place_of, story
from scipy.stats import norm

from models.peers import OwnHistoryBound

ONES = np.ones((400, 156))


@pytest.mark.parametrize("weeks", [13, 26, 52])
def test_who_fell_silent_comes_first(weeks: int) -> None:
    score = OwnHistoryBound(weeks).judge(story()).score
    # Blind to the condition: who fell silent because all is well stands beside it.
    assert {place_of(score, QUIET_DECLINE), place_of(score, CALM)} == {0, 1}


def test_blind_to_whoever_has_always_been_quiet() -> None:
    score = OwnHistoryBound().judge(story()).score
    assert score[ALWAYS_QUIET] < np.quantile(score[:N_ORDINARY], 0.95)


def test_a_bound_is_crossed_as_often_as_it_says() -> None:
    found = OwnHistoryBound().baseline(drawn(ONES, ONES))
    for tail in (0.05, 0.2):
        # Dispersion is never below that of chance and high blocks weigh less, so alarms are rather too few.
        assert 0.2 * tail < np.mean(found.seen < found.lower_bound(tail)) < 1.3 * tail


def test_the_score_crosses_where_the_bound_does() -> None:
    found = OwnHistoryBound().baseline(drawn(ONES, ONES))
    for tail in (0.01, 0.05, 0.3):
        np.testing.assert_array_equal(found.seen < found.lower_bound(tail), found.z < norm.ppf(tail))


def test_the_variance_by_hand() -> None:
    # One report a week, always: 26 are due, with the variance of chance and of a level known from 104 (and a half).
    weekly = np.ones((3, 156))
    found = OwnHistoryBound().baseline(of_counts({"complaints": weekly}, weekly * 40))
    np.testing.assert_allclose(found.expected, 26)
    np.testing.assert_allclose(found.variance, 26 + 26**2 / 104.5)
    np.testing.assert_allclose(found.z, 0, atol=1e-12)


def test_the_own_level_counts_and_not_the_towns() -> None:
    reporting = np.where(np.arange(400) < 200, 1.0, 0.3)[:, None] * ONES
    found = OwnHistoryBound().baseline(drawn(reporting, ONES))
    for half in (slice(0, 200), slice(200, None)):
        assert found.expected[half].mean() == pytest.approx(found.seen[half].mean(), rel=0.03)


def test_a_past_outbreak_weighs_less() -> None:
    counts = np.ones((40, 156))
    counts[0, 26:39] = 12
    found = OwnHistoryBound().baseline(of_counts({"complaints": counts}, np.full((40, 156), 40.0)))
    # Unweighed it would expect 26 × (7 + 12) / 8 = 62 where 26 came, as they always do.
    assert found.expected[0] < 45
    assert found.z[0] > -1


def test_a_silent_past_expects_nothing() -> None:
    counts = np.ones((10, 156))
    counts[0] = 0
    found = OwnHistoryBound().baseline(of_counts({"complaints": counts}, np.full((10, 156), 40.0)))
    assert found.expected[0] < 0.5
    assert abs(found.z[0]) < 1
    assert found.lower_bound(0.05)[0] == 0


def test_silence_that_has_begun_is_left_out_of_what_is_normal() -> None:
    kept, all_past = (OwnHistoryBound(gap=gap).judge(story()).score for gap in (26, 0))
    assert kept[QUIET_DECLINE] > 1.2 * all_past[QUIET_DECLINE]


def test_without_a_past_it_knows_nothing() -> None:
    found = OwnHistoryBound().baseline(story().until(60))
    assert (found.z == 0).all()
    assert (found.expected == 0).all()
