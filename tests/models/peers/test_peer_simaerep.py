"""The exact convolution against drawing again and again, and against sums of known distribution."""

import numpy as np
import pytest
from peer_town import of_counts
from scipy.stats import binom, poisson

from models.peers.simaerep import BATCH, Simaerep, convolved_tail, per_home_counts

POOLED = np.array([0.7, 0.2, 0.0, 0.1])


def test_the_limit_of_the_bootstrap() -> None:
    rng = np.random.default_rng(4)
    times = np.array([1, 2, 7, 7, 40, 40, 40, 300])
    counts = np.array([0, 1, 0, 5, 12, 20, 31, 130])
    drawn = [rng.multinomial(each, POOLED, 40_000) @ np.arange(4) for each in times]
    share = [float(np.mean(sums <= count)) for sums, count in zip(drawn, counts, strict=True)]
    np.testing.assert_allclose(convolved_tail(POOLED, counts, times), share, atol=0.012)


def test_home_weeks_drawn_from_the_town() -> None:
    # Two kinds of complex; each complex's home-weeks are drawn from the home-weeks of all, reports dealt to homes.
    rng = np.random.default_rng(5)
    homes = np.repeat([3.0, 8.0], 6)[:, None] * np.ones((1, 10))
    complaints = rng.poisson(0.1 * homes).astype(np.float64)
    found = Simaerep().lower_tail(of_counts({"complaints": complaints}, homes))
    sums = np.zeros((1000, 12))
    for draw in range(len(sums)):
        dealt = [
            np.bincount(rng.integers(0, int(n), int(y)), minlength=int(n))
            for y, n in zip(complaints.ravel(), homes.ravel(), strict=True)
        ]
        pool = np.concatenate(dealt)
        sums[draw] = [pool[rng.integers(0, pool.size, int(n))].sum() for n in homes.sum(axis=1)]
    np.testing.assert_allclose(found, (sums <= complaints.sum(axis=1)).mean(axis=0), atol=0.06)


def test_coins() -> None:
    # More distinct exposures than are transformed at once, in no order, some twice.
    times = np.random.default_rng(6).permutation(np.concatenate([np.arange(1, 3 * BATCH), [5, 5]]))
    counts = times // 3
    found = convolved_tail(np.array([0.6, 0.4]), counts, times)
    np.testing.assert_allclose(found, binom.cdf(counts, times, 0.4), atol=1e-10)


def test_rare_reports_of_many_home_weeks() -> None:
    pooled = np.array([0.999, 0.001])
    times = np.array([0, 52, 2_000, 46_800])
    counts = np.array([0, 0, 3, 20])
    found = convolved_tail(pooled, counts, times)
    np.testing.assert_allclose(found, [1, *poisson.cdf(counts[1:], times[1:] / 1000)], atol=1e-3)


def test_chances_stay_chances() -> None:
    # More than could come, far less than should come, nothing to draw, and a town where nobody ever calls.
    found = convolved_tail(np.array([0.5, 0.5]), np.array([999, 0, 4]), np.array([3, 5000, 0]))
    np.testing.assert_allclose(found, [1, 0, 1], atol=1e-12)
    assert ((found >= 0) & (found <= 1)).all()
    np.testing.assert_allclose(convolved_tail(np.ones(1), np.array([0, 0]), np.array([7, 0])), 1)


@pytest.mark.parametrize(
    ("reports", "homes", "pooled"),
    [
        ([1], [2], [0.5, 0.5]),
        ([2], [2], [0.25, 0.5, 0.25]),
        ([0, 3], [4, 1], [0.8, 0, 0, 0.2]),
        ([0, 0], [3, 9], [1]),
        ([], [], [1]),
    ],
)
def test_which_home_called_is_not_known(reports: list[int], homes: list[int], pooled: list[float]) -> None:
    found = per_home_counts(np.array(reports, dtype=np.float64), np.array(homes, dtype=np.float64))
    np.testing.assert_allclose(found, pooled, atol=1e-12)


def test_the_score_is_one_minus_the_tail() -> None:
    evidence = of_counts({"complaints": np.eye(4)}, np.full((4, 4), 10.0))
    judged = Simaerep().judge(evidence)
    np.testing.assert_array_equal(judged.score, 1 - Simaerep().lower_tail(evidence))
    assert judged.probability is None
