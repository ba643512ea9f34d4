"""Entering takes three of four weeks, leaving four weeks below: the list does not flicker."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.episodes import episodes, fdr_set, norm_weeks
from models.policy import Policy

MONDAY = date(2026, 1, 5)
POLICY = Policy()
Chances = dict[str, list[float | None]]
PROBABILITIES = st.lists(st.integers(0, 1000).map(lambda p: p / 1000), min_size=1, max_size=40)


def history(chances: Chances, **columns: list[Any]) -> pl.DataFrame:
    """Scores by complex and week; None where the complex was not in use. Other columns are given per week."""
    ordinary = {"state": "ordinary", "is_private_small": False, "is_too_small_to_know": False}
    return pl.DataFrame(
        [
            {"complex_id": name, "week": MONDAY + timedelta(weeks=i), "p_quiet_decline": p}
            | ordinary
            | {column: values[i] for column, values in columns.items()}
            for name, each in chances.items()
            for i, p in enumerate(each)
            if p is not None
        ]
    )


def running(scores: pl.DataFrame, name: str = "A", policy: Policy = POLICY) -> str:
    """One character a week: # while an episode runs."""
    found = episodes(scores, policy).filter(pl.col("complex_id") == name).sort("week")
    return "".join("#" if each else "." for each in found["is_running"])


def test_the_set_is_the_largest_that_keeps_the_rate() -> None:
    p = np.array([0.5, 0.95, 0.9, 0.6, 0.1])
    # In falling order the mean of 1 - P is .05, .075, .183, .2625, .39.
    assert fdr_set(p, 0.2).tolist() == [False, True, True, True, False]
    assert fdr_set(p, 0.3).tolist() == [True, True, True, True, False]
    assert fdr_set(p, 0.04).tolist() == [False] * 5
    assert fdr_set(np.array([]), 0.2).tolist() == []


def test_a_set_exactly_at_the_rate_is_kept_and_equals_go_by_their_place() -> None:
    assert fdr_set(np.array([0.7, 0.9]), 0.2).all()
    # In floating point this sum is a last bit too large.
    assert fdr_set(np.array([0.95, 0.85, 0.7, 0.7]), 0.2).all()
    assert fdr_set(np.array([0.7, 0.7, 0.9]), 0.2).tolist() == [True, False, True]


@given(p=PROBABILITIES, rate=st.floats(0.01, 0.9))
def test_no_larger_set_keeps_the_rate(p: list[float], rate: float) -> None:
    found = fdr_set(np.array(p), rate)
    ordered = sorted(p, reverse=True)
    n_in = int(found.sum())
    assert sorted(np.array(p)[found], reverse=True) == ordered[:n_in]
    if n_in:
        assert np.mean(1 - np.array(ordered[:n_in])) <= rate + 1e-6
    if n_in < len(p):
        assert np.mean(1 - np.array(ordered[: n_in + 1])) > rate - 1e-6


@given(p=PROBABILITIES, which=st.integers(0, 39), more=st.floats(0, 1))
def test_who_becomes_more_probable_never_leaves_the_set(p: list[float], which: int, more: float) -> None:
    which %= len(p)
    raised = np.array(p)
    raised[which] += more * (1 - raised[which])
    assert fdr_set(raised, 0.2)[which] >= fdr_set(np.array(p), 0.2)[which]


@given(p=PROBABILITIES, order=st.randoms())
def test_the_order_does_not_change_which_probabilities_are_in(p: list[float], order: Any) -> None:
    places = list(range(len(p)))
    order.shuffle(places)
    one, other = np.array(p), np.array(p)[places]
    assert sorted(one[fdr_set(one, 0.2)]) == sorted(other[fdr_set(other, 0.2)])


def test_three_of_four_weeks_begin_and_four_weeks_below_end() -> None:
    assert running(history({"A": [0.0, 0.0, 0.9, 0.0, 0.9, 0.9, 0.5, 0.5]})) == ".....###"
    assert running(history({"A": [0.0, 0.0, 0.9, 0.9, 0.0, 0.0, 0.9, 0.9, 0.0]})) == "........."
    assert running(history({"A": [0.9] * 3 + [0.2] * 3 + [0.31] + [0.2] * 5})) == "##########.."


def test_the_start_is_the_week_of_entering_and_stays() -> None:
    found = episodes(history({"A": [0.0] * 3 + [0.9] * 5 + [0.0] * 5 + [0.9] * 4}), POLICY)
    starts = [None if each is None else (each - MONDAY).days // 7 for each in found["episode_start"]]
    assert starts == [None] * 5 + [5] * 6 + [None] * 4 + [15, 15]


def test_the_first_weeks_count_as_what_there_is() -> None:
    for n_weeks in (1, 2, 3):
        assert running(history({"A": [0.9] * n_weeks})) == "#" * n_weeks
    assert running(history({"A": [0.0, 0.9]})) == ".."
    assert running(history({"A": [0.0, 0.9, 0.9]})) == "..."
    assert running(history({"A": [0.0, 0.9, 0.9, 0.9]})) == "...#"


def test_nobody_enters_on_a_probability_at_which_another_leaves() -> None:
    sure: Chances = {f"S{i:02d}": [0.99] * 6 for i in range(30)}
    assert running(history(sure | {"A": [0.29] * 6})) == "......"
    assert running(history(sure | {"A": [0.31] * 6})) == "######"


@pytest.mark.parametrize(
    "columns",
    [{"state": ["ordinary"] * 3 + ["emptied"] * 7}, {"is_too_small_to_know": [False] * 3 + [True] * 7}],
)
def test_without_a_judgement_an_episode_ends(columns: dict[str, list[Any]]) -> None:
    assert running(history({"A": [0.9] * 10}, **columns)) == "######...."


def test_out_of_use_an_episode_ends_too() -> None:
    scores = history({"A": [0.9] * 4 + [None] * 4 + [0.5] * 2, "B": [0.0] * 10})
    assert running(scores) == "####.."
    assert episodes(scores, POLICY).height == scores.height


def test_a_broken_feed_neither_begins_nor_ends_an_episode() -> None:
    states = ["ordinary"] * 3 + ["feed_suspect"] * 6 + ["ordinary"] * 5
    assert running(history({"A": [0.9] * 9 + [0.1] * 5}, state=states)) == "############.."
    assert running(history({"A": [0.9] * 6}, state=["feed_suspect"] * 6)) == "......"
    assert running(history({"A": [0.9] * 6}, is_private_small=[True] * 6)) == "......"


HISTORIES = st.integers(2, 12).flatmap(
    lambda n: st.lists(
        st.lists(st.integers(0, 10).map(lambda p: p / 10), min_size=n, max_size=n), min_size=1, max_size=8
    )
)


@settings(max_examples=50, deadline=None)
@given(chances=HISTORIES, seed=st.integers(0, 5))
def test_the_order_of_rows_and_what_comes_later_change_nothing(chances: list[list[float]], seed: int) -> None:
    scores = history({f"C{i}": list(each) for i, each in enumerate(chances)})
    found = episodes(scores, POLICY)
    assert episodes(scores.sample(fraction=1, shuffle=True, seed=seed), POLICY).equals(found)
    until = pl.col("week") < pl.col("week").max()
    assert episodes(scores.filter(until), POLICY).equals(found.filter(until))
    assert (found["episode_start"].is_not_null() == found["is_running"]).all()
    assert found.filter(pl.col("episode_start") > pl.col("week")).is_empty()


def oracle(in_set: list[bool], p: list[float], policy: Policy) -> list[bool]:
    """The same rules, one complex and one week at a time."""
    is_on, found = False, []
    for t in range(len(p)):
        recent = in_set[max(0, t + 1 - policy.of_weeks) : t + 1]
        last = p[max(0, t + 1 - policy.leave_weeks) : t + 1]
        if is_on:
            is_on = len(last) < policy.leave_weeks or max(last) >= policy.leave_below
        else:
            is_on = sum(recent) >= min(policy.enter_weeks, t + 1)
        found.append(is_on)
    return found


@settings(max_examples=50, deadline=None)
@given(chances=HISTORIES)
def test_it_agrees_with_the_rules_told_slowly(chances: list[list[float]]) -> None:
    found = episodes(history({f"C{i}": list(each) for i, each in enumerate(chances)}), POLICY)
    for i, each in enumerate(chances):
        own = found.filter(pl.col("complex_id") == f"C{i}")
        assert own["is_running"].to_list() == oracle(own["is_in_set"].to_list(), each, POLICY)


def norm_of(scores: pl.DataFrame, name: str = "A") -> list[int]:
    return norm_weeks(scores, pl.Series([name]), POLICY)["norm_weeks"].to_list()


def test_weeks_below_are_counted_in_a_row() -> None:
    assert norm_of(history({"A": [0.9, 0.2, 0.2, 0.3, 0.2, 0.0]})) == [0, 1, 2, 0, 1, 2]
    states = ["ordinary", "ordinary", "feed_suspect", "ordinary", "emptied"]
    assert norm_of(history({"A": [0.9, 0.1, 0.1, 0.1, 0.9]}, state=states)) == [0, 1, 1, 2, 3]


def test_a_complex_without_scores_is_gone_and_counts_as_below() -> None:
    scores = history({"A": [0.9, None, None], "B": [0.0] * 3})
    for name, gone in (("A", [False, True, True]), ("X", [True] * 3)):
        found = norm_weeks(scores, pl.Series([name, name]), POLICY)
        assert found["is_gone"].to_list() == gone
        assert found["norm_weeks"].to_list() == np.cumsum(gone).tolist()
        assert found["is_judged"].to_list() == [not each for each in gone]
    assert norm_weeks(scores, pl.Series([], dtype=pl.String), POLICY).is_empty()


@settings(max_examples=30, deadline=None)
@given(chances=HISTORIES, masked=st.sets(st.integers(0, 11)))
def test_the_norm_that_is_counted_is_the_one_that_ends_an_episode(chances: list[list[float]], masked: set[int]) -> None:
    states = ["feed_suspect" if week in masked else "ordinary" for week in range(len(chances[0]))]
    scores = history({f"C{i}": list(each) for i, each in enumerate(chances)}, state=states)
    both = episodes(scores, POLICY).join(
        norm_weeks(scores, scores["complex_id"], POLICY), on=["complex_id", "week"], validate="1:1"
    )
    is_met = both["norm_weeks"] >= POLICY.leave_weeks
    assert not (is_met & both["is_running"]).any()
    was_running = both["is_running"].shift(1, fill_value=False) & (both["week"] > MONDAY)
    assert (was_running & ~both["is_running"]).equals(was_running & is_met)


def test_the_list_changes_less_than_the_set() -> None:
    rng = np.random.default_rng(4)
    level = rng.normal(-2, 2, (300, 1)) + np.cumsum(rng.normal(0, 0.1, (300, 40)), axis=1)
    p = 1 / (1 + np.exp(-level - rng.normal(0, 0.4, (300, 40))))
    found = episodes(history({f"C{i:03d}": p[i].round(6).tolist() for i in range(300)}), POLICY)
    changes = {
        column: found.select(pl.col(column).cast(pl.Int8).diff().over("complex_id").abs().sum()).item()
        for column in ("is_in_set", "is_running")
    }
    assert changes["is_running"] < changes["is_in_set"] / 2
