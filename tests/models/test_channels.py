"""Who looks, and who stopped looking: told where chance does not explain it."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.channels import silent_channels, unvisited
from models.policy import Policy

POLICY = Policy()
WEEK = date(2026, 11, 9)


def visits(channel: str, every_days: int, until: date, team: str = "Noord") -> pl.DataFrame:
    """Regular visits of one channel in the year up to a day."""
    days = [until - timedelta(days=every_days * i) for i in range(365 // every_days)]
    return pl.DataFrame(
        {
            "area_team": [team] * len(days),
            "channel": [channel] * len(days),
            "complex_id": [f"C{i % 5}" for i in range(len(days))],
            "occurred_on": days,
        }
    )


def test_a_channel_that_stopped_is_named_with_its_last_day() -> None:
    last = date(2026, 7, 1)
    found = silent_channels(pl.concat([visits("technician", 7, last), visits("caretaker", 7, WEEK)]), WEEK, POLICY)
    assert found.rows() == [("Noord", "technician", last)]


def test_a_rare_channel_may_be_silent_by_chance() -> None:
    assert silent_channels(visits("inspection", 60, date(2026, 7, 1)), WEEK, POLICY).is_empty()


def test_each_team_is_told_of_its_own_channels() -> None:
    both = pl.concat([visits("caretaker", 7, WEEK, "Zuid"), visits("caretaker", 7, date(2026, 6, 1))])
    assert silent_channels(both, WEEK, POLICY)["area_team"].to_list() == ["Noord"]


def test_what_comes_after_the_week_is_not_known_yet() -> None:
    later = visits("technician", 7, WEEK + timedelta(weeks=30))
    gone = visits("technician", 7, date(2026, 7, 1))
    tomorrow = later.filter(pl.col("occurred_on") > WEEK + timedelta(days=6))
    assert silent_channels(pl.concat([gone, tomorrow]), WEEK, POLICY).height == 1


def test_places_where_nobody_came_for_a_year_are_counted() -> None:
    complexes = pl.DataFrame({"complex_id": ["C0", "C1", "C9"], "area_team": ["Noord"] * 3})
    assert unvisited(complexes, visits("caretaker", 30, WEEK), WEEK, POLICY).rows() == [("Noord", 1, 3)]


def test_without_any_visits_nobody_can_say_where_nobody_came() -> None:
    complexes = pl.DataFrame({"complex_id": ["C0"], "area_team": ["Noord"]})
    assert unvisited(complexes, visits("caretaker", 30, date(2020, 1, 1)), WEEK, POLICY).is_empty()
