"""What may leave the analysts' hands: closed quarters, rounded, small counts never told."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.quarters import Quarter, coarse, last_closed_quarter, quarter_counts


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
    assert last_closed_quarter(week) == quarter


@given(st.dates(date(2020, 1, 6), date(2040, 1, 1)))
def test_every_week_of_a_closed_quarter_is_over(day: date) -> None:
    week = day - timedelta(days=day.weekday())
    quarter = last_closed_quarter(week)
    last_monday = max(monday for i in range(7) if (monday := quarter.after - timedelta(days=i + 1)).weekday() == 0)
    assert quarter.first_day <= last_monday <= week


@pytest.mark.parametrize(("count", "shown"), [(0, None), (4, None), (5, 5), (7, 5), (8, 10), (102, 100)])
def test_small_counts_are_one_class_and_others_are_rounded(count: int, shown: int | None) -> None:
    assert coarse(count) == shown


def test_a_quarter_that_was_not_seen_whole_is_not_counted() -> None:
    mondays = [date(2026, 6, 29) + timedelta(weeks=i) for i in range(20)]
    rows = [
        {"complex_id": name, "week": week, "stream": "complaints", "seen": 1, "expected": 2.0, "is_masked": masked}
        for name, masked_at in (("A", None), ("B", 5))
        for i, week in enumerate(mondays)
        for masked in [i == masked_at]
    ]
    counts = quarter_counts(pl.DataFrame(rows), ["complaints"], Quarter(2026, 3))
    # Mondays from 6 July up to 28 September: thirteen.
    assert counts.to_dicts() == [{"complex_id": "A", "seen": 13, "expected": 26.0}]
