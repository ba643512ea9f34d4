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


def feed(team: str, channel: str, state: str, weeks_ago: int = 3, *, masks: bool = False) -> pl.DataFrame:
    """One row of the published table `feeds`."""
    began = WEEK - timedelta(weeks=weeks_ago)
    return pl.DataFrame(
        {
            "source": ["field_signals"],
            "area_team": [team],
            "channel": [channel],
            "last_row_on": [began - timedelta(days=2)],
            "state": [state],
            "from_week": [began],
            "is_masking": [masks],
        }
    )


def silent(*rows: pl.DataFrame) -> list[tuple[str, str]]:
    return silent_channels(pl.concat(rows), WEEK, POLICY).select("area_team", "channel").rows()


def test_a_channel_that_stopped_is_named_with_its_last_day() -> None:
    found = silent_channels(
        pl.concat([feed("Noord", "technician", "died"), feed("Noord", "caretaker", "fresh")]), WEEK, POLICY
    )
    assert found.rows() == [("Noord", "technician", WEEK - timedelta(days=23))]


def test_only_what_died_is_silent() -> None:
    assert silent(*(feed("Noord", state, state) for state in ("fresh", "old", "halved", "doubled", "repeated"))) == []


def test_each_team_is_told_of_its_own_channels_and_what_is_silent_everywhere_once() -> None:
    found = silent(feed("Noord", "police", "died"), feed("all", "police", "died"), feed("Zuid", "contractor", "died"))
    assert found == [("Zuid", "contractor"), ("all", "police")]


def test_a_channel_of_a_source_that_broke_is_not_told_beside_it() -> None:
    assert silent(feed("Noord", "technician", "died"), feed("Noord", "all", "died")) == []
    assert silent(feed("Noord", "technician", "died", masks=True)) == []


def test_what_has_been_silent_for_more_than_a_year_is_known() -> None:
    assert silent(feed("Noord", "technician", "died", 51)) == [("Noord", "technician")]
    assert silent(feed("Noord", "technician", "died", 52)) == []


def test_places_where_nobody_came_for_a_year_are_counted() -> None:
    complexes = pl.DataFrame({"complex_id": ["C0", "C1", "C9"], "area_team": ["Noord"] * 3})
    assert unvisited(complexes, visits("caretaker", 30, WEEK), WEEK, POLICY).rows() == [("Noord", 1, 3)]


def test_without_any_visits_nobody_can_say_where_nobody_came() -> None:
    complexes = pl.DataFrame({"complex_id": ["C0"], "area_team": ["Noord"]})
    assert unvisited(complexes, visits("caretaker", 30, date(2020, 1, 1)), WEEK, POLICY).is_empty()
