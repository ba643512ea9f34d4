"""How each feed stands: what came, what was due, and since when nothing did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from steady_feeds import WEEKS, broken, steady, week

from models.feed_watch.sequential import watched
from models.feed_watch.standing import feeds_standing
from models.policy import Policy

POLICY = Policy()
LAST_DAYS = pl.DataFrame(
    {
        "source": ["complaints"] * 2,
        "area_team": ["T000", "T001"],
        "channel": ["all"] * 2,
        "last_row_on": [week(WEEKS - 2), week(WEEKS - 1)],
    }
)
HOURS = pl.DataFrame(
    {"source": ["complaints"] * 2, "area_team": ["T000", "T001"], "rows_timed": [7, 5], "rows_evening": [2, 0]}
)


def standing(kind: str = "", first: int = WEEKS - 5) -> list[dict[str, Any]]:
    series = steady([20.0, 30.0])
    found = watched(broken(series, kind, first) if kind else series, 10.0)
    return feeds_standing(found, LAST_DAYS, HOURS, POLICY).to_dicts()


def test_a_sound_feed_brings_what_is_due() -> None:
    for row, rate in zip(standing(), (20, 30), strict=True):
        assert row["due_recently"] == pytest.approx(13 * rate, rel=0.1)
        assert row["seen_recently"] == pytest.approx(13 * rate, rel=0.2)
        assert row["due_since"] == 0


def test_of_a_dead_feed_is_told_what_was_due_since_its_last_row() -> None:
    for row, rate in zip(standing("died"), (20, 30), strict=True):
        assert row["due_since"] == pytest.approx(5 * rate, rel=0.1)
        assert row["due_recently"] == pytest.approx(13 * rate, rel=0.1), "the usual is that of before the fault"


def test_where_there_is_no_usual_yet_nothing_is_due() -> None:
    short = steady([20.0], n_weeks=3)
    (row,) = feeds_standing(watched(short, 10.0), LAST_DAYS, HOURS, POLICY).to_dicts()
    assert row["due_recently"] is None
    assert row["seen_recently"] == short.seen.sum()


def test_days_and_hours_stand_beside_their_feed_and_the_totals() -> None:
    series = steady([20.0, 30.0, 50.0])
    keys = series.keys.with_columns(area_team=pl.Series(["T000", "T001", "all"]))
    told = feeds_standing(watched(replace(series, keys=keys), 10.0), LAST_DAYS, HOURS, POLICY)
    assert told.select("area_team", "last_row_on", "rows_timed", "rows_evening").rows() == [
        ("T000", week(WEEKS - 2), 7, 2),
        ("T001", week(WEEKS - 1), 5, 0),
        ("all", week(WEEKS - 1), 12, 2),
    ]
