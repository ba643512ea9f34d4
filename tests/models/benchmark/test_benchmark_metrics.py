"""The figures of the benchmark, against cases worked out by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from models.benchmark.metrics import (
    calibration_error,
    discovery_figures,
    discovery_set,
    highest,
    kinds_table,
    precision_per_team,
    probability_figures,
    ranking_figures,
)


def truth(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.bool_)


def test_auc_and_ap_of_a_known_order() -> None:
    # Order: yes, no, yes, no. Of four pairs three are right; precision at the two hits is 1 and 2/3.
    found = ranking_figures(np.array([0.9, 0.8, 0.7, 0.1]), truth(1, 0, 1, 0), np.array(["a"] * 4))
    assert found["auc"] == pytest.approx(3 / 4)
    assert found["ap"] == pytest.approx((1 + 2 / 3) / 2)


def test_equal_scores_earn_no_more_than_chance() -> None:
    found = ranking_figures(np.zeros(4), truth(1, 0, 0, 0), np.array(["a"] * 4))
    assert found["auc"] == 0.5
    assert found["ap"] == 0.25


def test_a_town_without_positives_has_no_ranking() -> None:
    found = ranking_figures(np.array([0.3, 0.2]), truth(0, 0), np.array(["a", "b"]))
    assert np.isnan([found["auc"], found["ap"]]).all()
    assert found["precision_at_3"] == 0


def test_precision_is_of_each_teams_own_highest() -> None:
    team = np.array(["a", "b", "a", "a", "b", "a"])
    score = np.array([9.0, 1.0, 8.0, 7.0, 0.5, 6.0])
    # Of team a the first two by score are rows 0 and 2, of team b both rows: 1, 0, 1, 1 of four.
    assert precision_per_team(score, truth(1, 1, 0, 1, 1, 1), team, per_team=2) == pytest.approx(3 / 4)
    # A team with fewer complexes gives what it has: rows 0, 2, 3 and 1, 4.
    assert precision_per_team(score, truth(1, 1, 0, 1, 1, 1), team, per_team=3) == pytest.approx(4 / 5)


def test_highest_takes_the_first_rows_of_equals() -> None:
    assert highest(np.array([1.0, 2.0, 2.0, 0.0, 1.0]), 3).tolist() == [1, 2, 0]


def test_the_discovery_set_is_the_largest_that_keeps_its_promise() -> None:
    # Means of 1 - P as it grows: .1, .15, .2, .3, .42.
    probability = np.array([0.1, 0.9, 0.7, 0.8, 0.4])
    assert discovery_set(probability, 0.2).tolist() == [1, 3, 2]
    assert discovery_set(probability, 0.19).tolist() == [1, 3]
    assert discovery_set(probability, 0.05).tolist() == []


def test_realised_rate_and_recall_of_the_set() -> None:
    found = discovery_figures(np.array([0.1, 0.9, 0.7, 0.8, 0.4]), truth(1, 1, 0, 1, 0), 0.2)
    assert found["members@0.2"] == 3
    assert found["fdr@0.2"] == pytest.approx(1 / 3)
    assert found["recall@0.2"] == pytest.approx(2 / 3)


def test_an_empty_set_finds_nothing_and_has_no_rate() -> None:
    found = discovery_figures(np.full(3, 0.1), truth(1, 0, 0), 0.2)
    assert np.isnan(found["fdr@0.2"])
    assert found["recall@0.2"] == 0


def test_calibration_error_over_bins_of_equal_count() -> None:
    # Two bins: {.1, .2} without positives is .15 off, {.6, .9} with one of two is .25 off.
    assert calibration_error(np.array([0.6, 0.1, 0.9, 0.2]), truth(0, 0, 1, 0), n_bins=2) == pytest.approx(0.2)


def test_bins_weigh_by_their_number() -> None:
    # Three complexes in two bins: {.1, .2} is .15 off and counts twice, {.7} is .3 off.
    assert calibration_error(np.array([0.1, 0.2, 0.7]), truth(0, 0, 1), n_bins=2) == pytest.approx((0.3 + 0.3) / 3)


def test_probabilities_that_are_right_are_found_to_be_right() -> None:
    rng = np.random.default_rng(5)
    probability = rng.beta(0.3, 2, size=40_000)
    found = probability_figures(probability, rng.random(40_000) < probability)
    assert found["calibration"] < 0.006
    for nominal in (0.2, 0.3, 0.4, 0.5):
        assert found[f"fdr@{nominal}"] == pytest.approx(nominal, abs=0.03)


def test_kinds_are_counted_by_pair() -> None:
    table = kinds_table(pl.Series(["good", "none", "good", "good"]), pl.Series(["good", "none", "none", "good"]))
    assert table.rows() == [("good", "good", 2), ("good", "none", 1), ("none", "none", 1)]
