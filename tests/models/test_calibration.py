"""What was found per group of probabilities, held against towns of which the truth is known."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from scipy.special import expit, logit
from test_answers import POLICY, Population, drawn, population

from models.answers import NotYet
from models.calibration import EDGES, Calibration, calibration


def found_in(draws: pl.DataFrame) -> Calibration:
    found = calibration(draws, POLICY)
    assert isinstance(found, Calibration)
    return found


@pytest.mark.parametrize("setting", [{}, {"answering": 0.5, "flagged_answering": 0.8, "undecided": 0.1}])
def test_the_intervals_hold_the_truth_of_each_group(setting: dict[str, float]) -> None:
    rng = np.random.default_rng(11)
    holds: dict[float, list[bool]] = defaultdict(list)
    for _ in range(5):
        town = population(rng)
        truth = {
            low: town.is_positive[(town.probability >= low) & (town.probability < high)].mean()
            for low, high in pairwise(EDGES)
        }
        for _ in range(24):
            for group in found_in(drawn(town, rng, **setting)).groups:
                holds[group.low].append(group.share.low <= truth[group.low] <= group.share.high)
    assert set(holds) == set(EDGES[:-1])
    assert 0.92 < np.mean([each for group in holds.values() for each in group]) < 0.995
    assert all(np.mean(group) > 0.85 for group in holds.values())


def test_probabilities_that_are_too_high_are_found_out_and_right_ones_are_not() -> None:
    rng = np.random.default_rng(2)
    size = np.full(12, 60)
    team = np.repeat(np.arange(12), size)
    said = rng.uniform(0.2, 0.8, len(team))
    for shift, is_wrong in ((0.0, False), (-1.5, True)):
        town = Population(team, size, said, rng.random(len(team)) < expit(logit(said) + shift), said > 0.7)
        found = found_in(drawn(town, rng, 60))
        assert all(group.is_off for group in found.groups) is is_wrong
        if is_wrong:
            assert found.probability > found.prevalence.high


def test_a_draw_speaks_for_as_many_as_its_chance_says() -> None:
    rows = [
        {"complex_id": f"C{n}", "area_team": "A" if n % 2 else "B", "inclusion_probability": 0.1 if n % 2 else 0.5}
        | {"p_quiet_decline": 0.3, "verdict": "worry" if n % 2 else "fine", "do_residents_report": "no"}
        | {"week": n, "is_flagged": False}
        for n in range(200)
    ]
    (group,) = found_in(pl.DataFrame(rows)).groups
    assert group.share.value == pytest.approx(10 / 12, abs=1e-6)
    assert (group.low, group.high, group.share.n) == (0.2, 0.5, 200)


def test_every_decided_draw_is_in_one_group_and_edges_belong_to_the_upper_one() -> None:
    town = population(np.random.default_rng(4))
    draws = drawn(town, np.random.default_rng(5), undecided=0.3).with_columns(
        p_quiet_decline=pl.Series([0.02, 0.5, 1.0, 0.0] * 156)
    )
    found = found_in(draws)
    assert [group.low for group in found.groups] == [0.0, 0.02, 0.5]
    undecided = draws.filter(pl.col("verdict") == "worry", pl.col("do_residents_report") == "unknown").height
    assert undecided > 0
    assert sum(group.share.n for group in found.groups) == draws.height - undecided


def test_with_one_answer_too_few_nothing_is_said() -> None:
    draws = drawn(population(np.random.default_rng(1)), np.random.default_rng(1))
    few = draws.with_row_index().with_columns(verdict=pl.when(pl.col("index") < 99).then("verdict")).drop("index")
    assert calibration(few, POLICY) == NotYet(draws.height, 99, 100)
    enough = draws.with_row_index().with_columns(verdict=pl.when(pl.col("index") < 100).then("verdict")).drop("index")
    assert isinstance(calibration(enough, POLICY), Calibration)
