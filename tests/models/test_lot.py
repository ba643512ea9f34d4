"""The lot is fair, the same when it is drawn again, and its chances are its shares."""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from scipy.stats import chisquare

from models.lot import drawn_by_lot
from models.policy import Policy

MONDAY = date(2026, 11, 9)
SIZES = {"Noord": 12, "Zuid": 8}
TOWN = pl.DataFrame(
    [{"complex_id": f"{team}{i:02d}", "area_team": team} for team, size in SIZES.items() for i in range(size)]
)


def test_every_complex_of_a_team_has_the_same_chance_and_teams_have_nothing_to_do_with_each_other() -> None:
    lots = [drawn_by_lot(TOWN, MONDAY + timedelta(weeks=n), Policy()) for n in range(600)]
    counts = Counter(name for lot in lots for name in lot["complex_id"])
    for team, size in SIZES.items():
        assert chisquare([counts[f"{team}{i:02d}"] for i in range(size)]).pvalue > 1e-3
    together = np.zeros((12, 8))
    for one, other in (lot["complex_id"].sort() for lot in lots):
        together[int(one[-2:]), int(other[-2:])] += 1
    assert chisquare(together.ravel()).pvalue > 1e-3


@pytest.mark.parametrize("n_drawn", [0, 1, 3, 12])
def test_the_chance_is_the_share_that_is_drawn(n_drawn: int) -> None:
    drawn = drawn_by_lot(TOWN, MONDAY, Policy(drawn_per_team=n_drawn)).join(TOWN, on="complex_id")
    for team, size in SIZES.items():
        own = drawn.filter(pl.col("area_team") == team)["inclusion_probability"].to_list()
        assert own == [round(min(n_drawn / size, 1), 6)] * min(n_drawn, size)


def test_weighed_by_their_chance_the_drawn_count_as_all() -> None:
    n_weeks = 50
    lots = [drawn_by_lot(TOWN, MONDAY + timedelta(weeks=n), Policy(drawn_per_team=2)) for n in range(n_weeks)]
    total = sum((1 / lot["inclusion_probability"]).sum() for lot in lots)
    assert total / n_weeks == pytest.approx(TOWN.height, rel=1e-5)


def test_the_same_week_and_seed_draw_alike_whatever_the_order() -> None:
    first = drawn_by_lot(TOWN, MONDAY, Policy())
    for seed in range(5):
        assert drawn_by_lot(TOWN.sample(fraction=1, shuffle=True, seed=seed), MONDAY, Policy()).equals(first)
    others = [drawn_by_lot(TOWN, MONDAY, Policy(seed=seed)) for seed in range(5)]
    assert not all(other.equals(first) for other in others)
