"""Rows that came a second time, told from rows that are alike by chance or by habit."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
from steady_feeds import week

from models.feed_watch.alike import weeks_alike

YEARS = 10.0
N = 60
SCHEMA = {"source": pl.String, "area_team": pl.String, "week": pl.Date} | dict.fromkeys(
    ("row_count", "as_last_week", "as_before", "timed", "copies"), pl.Int64
)


def counted(n_rows: int = 5, team: str = "Noord", odd: dict[int, dict[str, int]] | None = None, **usual: int) -> Any:
    rows = []
    for place in range(N):
        told = {"row_count": n_rows, "as_last_week": 0, "as_before": 0, "timed": n_rows, "copies": 0} | usual
        rows.append(
            {"source": "complaints", "area_team": team, "week": week(place)} | told | (odd or {}).get(place, {})
        )
    return pl.DataFrame(rows, SCHEMA)


def told(counts: pl.DataFrame) -> list[tuple[str, str, date]]:
    return weeks_alike(counts, YEARS).select("area_team", "kind", "week").rows()


def test_nothing_alike_is_nothing_to_tell() -> None:
    assert told(counted()) == []
    assert weeks_alike(counted().clear(), YEARS).is_empty()


def test_a_week_that_came_again_is_told_at_once() -> None:
    again = counted(odd={40: {"as_last_week": 5}})
    assert told(pl.concat([again, counted(team="Zuid")])) == [("Noord", "repeated", week(40))]


def test_a_week_that_comes_again_and_again_is_no_habit() -> None:
    odd = {place: {"as_last_week": 5, "as_before": 5 if place == 41 else 10} for place in range(41, N)}
    odd |= {40: {"as_last_week": 5}}
    assert [each[2] for each in told(counted(odd=odd))] == [week(place) for place in range(40, N)]


def test_every_row_twice_is_told_as_doubled_with_its_copies() -> None:
    odd = {place: {"row_count": 10, "timed": 10, "copies": 5} for place in range(40, N)}
    found = weeks_alike(counted(odd=odd), YEARS)
    assert found["week"].to_list() == [week(place) for place in range(40, N)]
    assert set(found["kind"]) == {"doubled"}
    assert set(found["n_alike"]) == {5}
    assert set(found["row_count"]) == {10}


def test_a_round_that_is_walked_every_week_is_a_habit() -> None:
    assert told(counted(n_rows=20, as_last_week=18, as_before=35)) == []


def test_a_few_rows_alike_are_no_week_that_came_again() -> None:
    assert told(counted(n_rows=20, odd={40: {"as_last_week": 8}})) == []
    assert told(counted(n_rows=20, odd={40: {"copies": 3}})) == []


def test_one_row_alike_in_a_small_team_may_be_chance() -> None:
    assert told(counted(n_rows=1, odd={40: {"as_last_week": 1}})) == []


def test_without_the_hour_nothing_is_a_copy() -> None:
    assert told(counted(n_rows=20, timed=0, odd={40: {"copies": 0}})) == []


def test_chance_of_the_source_counts_for_a_team_that_shows_none() -> None:
    by_chance = [counted(n_rows=20, team=f"T{n}", as_before=8) for n in range(5)]
    alike = counted(n_rows=4, odd={40: {"as_last_week": 4}})
    assert told(alike)
    assert told(pl.concat([alike, *by_chance])) == []


def test_false_alarms_stay_within_the_budget() -> None:
    rng = np.random.default_rng(1)
    teams = []
    for number in range(60):
        alike = rng.binomial(8, 0.05, N), rng.binomial(16, 0.05, N), rng.binomial(8, 0.02, N)
        odd = {
            place: {
                "as_last_week": int(alike[0][place]),
                "as_before": int(alike[1][place]),
                "copies": int(alike[2][place]),
            }
            for place in range(N)
        }
        teams.append(counted(n_rows=8, team=f"T{number}", odd=odd))
    assert weeks_alike(pl.concat(teams), YEARS).height == 0
