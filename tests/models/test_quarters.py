"""What may be told of counts: closed quarters, rounded, small ones never, and never a part of a quarter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evidence import Evidence
from models.policy import Policy
from models.quarters import (
    SMALL,
    TOLD,
    Quarter,
    coarse,
    least_and_most,
    settled_quarters,
    told_counts,
)
from models.streams import STREAMS, StreamSeries

AT_ONCE = Policy(quarter_settles_weeks=0, shown_quarters=1)
# Three complexes that speak for themselves.
AMONG_PEERS = Policy(quarter_settles_weeks=0, shown_quarters=1, smallest_peer_group=1)
MONDAYS = [date(2026, 3, 30) + timedelta(weeks=i) for i in range(32)]
IDS = pl.Series("complex_id", ["A", "B", "C"])
HABITS = np.full(len(STREAMS), 0.1)


def evidence(seen: float = 1.0, expected: float = 2.0) -> Evidence:
    """Three complexes with the same in every week; B could not be observed in one week of the third quarter."""
    shape = (3, len(MONDAYS))
    masked = np.zeros(shape, dtype=np.bool_)
    masked[1, MONDAYS.index(date(2026, 8, 3))] = True
    series = [StreamSeries(each, np.where(masked, 0, seen), np.ones(shape), masked) for each in STREAMS]
    return Evidence(series, [np.where(masked, 0, expected)] * len(STREAMS), np.zeros(shape, np.bool_), np.ones(shape))


def town_of(n: int) -> Callable[..., tuple[Evidence, pl.Series, pl.Series]]:
    """The evidence of a town of `n` complexes that are all alike."""

    def made(expected: float) -> tuple[Evidence, pl.Series, pl.Series]:
        known = evidence(expected=expected).of(np.zeros(n, dtype=np.int64))
        return known, pl.Series("complex_id", [f"C{i}" for i in range(n)]), pl.Series(MONDAYS)

    return made


def told(policy: Policy, known: Evidence | None = None) -> pl.DataFrame:
    return told_counts(known or evidence(), IDS, pl.Series(MONDAYS), HABITS, policy)


def shown(count: int) -> int | None:
    found: int | None = pl.select(coarse(pl.lit(count))).item()
    return found


@pytest.mark.parametrize(
    ("week", "quarter"),
    [
        (date(2026, 11, 9), Quarter(2026, 3)),
        (date(2026, 9, 21), Quarter(2026, 2)),
        # The week of Monday 28 September belongs to the third quarter, which is over when that week is.
        (date(2026, 9, 28), Quarter(2026, 3)),
        (date(2026, 1, 5), Quarter(2025, 4)),
        (date(2025, 12, 29), Quarter(2025, 4)),
    ],
)
def test_the_last_closed_quarter(week: date, quarter: Quarter) -> None:
    assert settled_quarters(week, AT_ONCE) == (quarter,)


@given(st.dates(date(2020, 1, 6), date(2040, 1, 1)), st.integers(0, 13))
def test_a_quarter_has_settled_when_all_its_weeks_and_some_more_are_over(day: date, weeks: int) -> None:
    week = day - timedelta(days=day.weekday())
    (quarter,) = settled_quarters(week, Policy(quarter_settles_weeks=weeks, shown_quarters=1))
    last_monday = max(monday for i in range(7) if (monday := quarter.after - timedelta(days=i + 1)).weekday() == 0)
    assert quarter.first_day <= last_monday <= week - timedelta(weeks=weeks)
    assert quarter.first_monday.weekday() == 0
    assert 0 <= (quarter.first_monday - quarter.first_day).days < 7


def test_quarters_follow_each_other() -> None:
    found = settled_quarters(date(2026, 2, 9), Policy(shown_quarters=6))
    assert found[-1] == Quarter(2025, 4)
    assert [quarter.after for quarter in found[:-1]] == [quarter.first_day for quarter in found[1:]]


@pytest.mark.parametrize(("count", "told"), [(0, None), (4, None), (5, 5), (7, 5), (8, 10), (12, 10), (102, 100)])
def test_small_counts_are_one_class_and_others_are_rounded(count: int, told: int | None) -> None:
    assert shown(count) == told


@given(st.integers(0, 10_000))
def test_a_told_count_stands_for_at_least_three_counts_and_for_five_where_it_is_small(count: int) -> None:
    least, most = pl.select(
        *(end.alias(name) for name, end in zip("ab", least_and_most(pl.lit(shown(count))), strict=True))
    ).row(0)
    assert least <= count <= most
    assert most - least + 1 >= (5 if count < SMALL else 3)
    # Nobody can tell the ends of a class from its middle.
    assert shown(least) == shown(most) == shown(count)


def test_a_quarter_that_was_not_seen_whole_is_not_told() -> None:
    found = told(Policy(shown_quarters=2, smallest_peer_group=1))
    third = found.filter(pl.col("quarter_starts_on") == date(2026, 7, 1), pl.col("stream") == "complaints")
    # Mondays from 6 July up to 28 September: thirteen.
    assert third.select("complex_id", "seen", "expected").rows() == [("A", 15, 26), ("C", 15, 26)]
    second = found.filter(pl.col("quarter_starts_on") == date(2026, 4, 1), pl.col("stream") == "complaints")
    # The first Monday of April is the 6th, so the week of 30 March is not of this quarter.
    assert second["complex_id"].to_list() == ["A", "B", "C"]
    assert found.schema == pl.Schema(TOLD)


def test_a_quarter_that_began_before_the_history_is_not_told() -> None:
    assert told(Policy(shown_quarters=8))["quarter_starts_on"].min() == date(2026, 4, 1)


def test_few_are_told_as_few_and_what_is_ordinary_stands_beside_them() -> None:
    found = told(AMONG_PEERS, evidence(seen=0.2, expected=0.9)).filter(pl.col("stream") == "complaints")
    assert found["seen"].to_list() == [None, None]
    row = found.row(0, named=True)
    assert row["expected"] == 12
    assert 0 < row["low"] < row["expected"] < row["high"]


def test_where_nothing_is_due_the_band_is_empty() -> None:
    row = told(AMONG_PEERS, evidence(seen=0, expected=0)).filter(pl.col("stream") == "complaints").row(0, named=True)
    assert (row["expected"], row["low"], row["high"]) == (0, 0, 0)


@pytest.mark.parametrize("stream", ["follow_up_reports", "concerns", "bad_condition"])
def test_what_rests_on_a_handful_of_events_is_told_as_coarsely_as_the_count(stream: str) -> None:
    """Where only bad homes are inspected, what is expected of the inspections is the count itself."""
    large = town_of(30)
    for each, told_as in ((0.2, None), (0.3, None), (0.5, 5), (0.9, 10)):
        found = told_counts(*large(expected=each), HABITS, AT_ONCE).filter(pl.col("stream") == stream)
        assert found["expected"].unique().to_list() == [told_as]
        assert found.select("low", "high").unique().height == 1
        if told_as is None:
            assert found.select("low", "high").row(0) == (0, SMALL - 1)


def test_in_a_small_town_what_is_expected_would_be_its_own_past() -> None:
    alone = told(AT_ONCE, evidence(seen=0.2, expected=0.2)).filter(pl.col("stream") == "complaints")
    assert alone["expected"].to_list() == [None, None]
    among = told_counts(*town_of(30)(expected=0.2), HABITS, AT_ONCE).filter(pl.col("stream") == "complaints")
    assert among["expected"].unique().to_list() == [3]
