"""The level of entering is where being in the set begins."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.answers import Recalibration
from models.entry_level import entry_level, entry_levels
from models.episodes import episodes, fdr_set
from models.policy import Policy
from models.weeks import WEEK

MONDAY = date(2026, 11, 9)
EPSILON = 1e-6
chances = st.integers(0, 1000).map(lambda each: each / 1000)


def is_in(others: list[float], own: float, rate: float) -> bool:
    """The set itself, as the list is made."""
    return bool(fdr_set(np.array([*others, own]), rate)[-1])


@settings(max_examples=300, deadline=None)
@given(others=st.lists(chances, max_size=12), own=chances, rate=st.sampled_from([0.05, 0.2, 0.5, 0.9]))
def test_who_is_above_the_level_is_in_the_set_and_who_is_below_is_not(
    others: list[float], own: float, rate: float
) -> None:
    level = entry_level(np.array(others), rate)
    if own > level + EPSILON:
        assert is_in(others, own, rate)
    if own < level - EPSILON:
        assert not is_in(others, own, rate)


def test_alone_one_must_be_as_sure_as_the_list_as_a_whole() -> None:
    assert entry_level(np.zeros(0), 0.2) == pytest.approx(0.8)
    assert entry_level(np.array([1.0, 1.0]), 0.2) == pytest.approx(0.4)


def test_each_week_has_the_level_of_its_own_others_and_never_below_that_of_leaving() -> None:
    scores = pl.DataFrame(
        {
            "complex_id": ["A", "B", "C", "A", "B"],
            "week": [MONDAY, MONDAY, MONDAY, MONDAY + WEEK, MONDAY + WEEK],
            "p_quiet_decline": [0.5, 1.0, 0.99, 0.9, 0.2],
            "state": ["ordinary", "ordinary", "emptied", "ordinary", "ordinary"],
            "is_private_small": False,
            "is_too_small_to_know": False,
        }
    )
    told = entry_levels(scores, "A", Policy())
    # In the first week B is certain, C cannot be judged; in the second B is below the level of leaving.
    assert told["week"].to_list() == [MONDAY, MONDAY + WEEK]
    assert told["level"].to_list() == pytest.approx([0.6, 0.8])
    many = pl.concat([scores.head(1), *(scores[1:2].with_columns(complex_id=pl.lit(f"D{i}")) for i in range(9))])
    assert entry_levels(many, "A", Policy())["level"].to_list() == [Policy().leave_below]


@settings(max_examples=100, deadline=None)
@given(
    others=st.lists(st.floats(0.01, 0.99), max_size=8),
    own=st.floats(0.01, 0.99),
    shift=st.floats(-2, 2),
    slope=st.sampled_from([0.0, 0.5, 1.0, 1.5]),
)
def test_levels_are_told_in_published_chances_where_the_answers_taught_another_meaning(
    others: list[float], own: float, shift: float, slope: float
) -> None:
    taught = Recalibration(shift, slope, 120, is_used=True)
    scores = pl.DataFrame(
        {
            "complex_id": ["own", *(f"C{n}" for n in range(len(others)))],
            "week": MONDAY,
            "p_quiet_decline": [own, *others],
            "state": "ordinary",
            "is_private_small": False,
            "is_too_small_to_know": False,
        }
    )
    level = entry_levels(scores, "own", Policy(), taught)["level"][0]
    meant = scores.with_columns(pl.Series("p_quiet_decline", taught.probability(scores["p_quiet_decline"].to_numpy())))
    is_in_set = episodes(meant, Policy()).filter(pl.col("complex_id") == "own")["is_in_set"][0]
    if abs(own - level) > EPSILON and slope > 0:
        assert is_in_set == (own > level)
    if slope == 0:
        assert level in (0.0, 1.0)
