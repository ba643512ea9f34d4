"""Which series are watched, what counts in them, and which weeks say nothing of a feed."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
from steady_feeds import NONE_LEFT_OUT, homes, rows, week

from models.feed_watch.series import feed_series, is_around_new_year

N = 30
WEEKS = [week(place) for place in range(N)]
HOMES = homes("Noord", "Zuid", n_weeks=N)


def every_week(**told: Any) -> list[dict[str, Any]]:
    return [{"week": each, **told} for each in WEEKS]


def change(effect: str, place: int, **told: Any) -> pl.DataFrame:
    row = {"contract": "complaints", "area_team": None, "source": None, "starts_on": week(place)} | told
    schema = {"contract": pl.String, "area_team": pl.String, "source": pl.String, "starts_on": pl.Date}
    return pl.DataFrame([row | {"expected_effect": effect}], schema=schema | {"expected_effect": pl.String})


TWO_TEAMS = rows(
    *every_week(),
    *every_week(channel="APP", row_count=2),
    *every_week(area_team="Zuid", row_count=3),
    *every_week(source="repairs", channel="all", row_count=7),
)


def test_a_source_is_watched_whole_by_team_and_by_channel() -> None:
    found = feed_series(TWO_TEAMS, HOMES, WEEKS, NONE_LEFT_OUT)
    by_key = dict(zip(found.keys.rows(), found.seen[:, 0], strict=True))
    assert by_key == {
        ("complaints", "all", "all"): 10,
        ("complaints", "all", "APP"): 2,
        ("complaints", "all", "TEL"): 8,
        ("complaints", "Noord", "all"): 7,
        ("complaints", "Noord", "APP"): 2,
        ("complaints", "Noord", "TEL"): 5,
        ("complaints", "Zuid", "all"): 3,
        ("complaints", "Zuid", "TEL"): 3,
        ("repairs", "all", "all"): 7,
        ("repairs", "Noord", "all"): 7,
    }
    assert found.homes[:, 0].tolist() == [200 if team == "all" else 100 for team in found.keys["area_team"]]


def test_a_source_with_one_channel_has_none() -> None:
    found = feed_series(rows(*every_week()), HOMES, WEEKS, NONE_LEFT_OUT)
    assert found.keys.rows() == [("complaints", "Noord", "all"), ("complaints", "all", "all")]


def test_a_series_begins_with_its_first_row_and_ends_with_the_team() -> None:
    late = rows(*[row for row in every_week() if row["week"] >= week(5)])
    gone = HOMES.filter((pl.col("area_team") == "Zuid") | (pl.col("week") < week(20)))
    found = feed_series(late, gone, WEEKS, NONE_LEFT_OUT)
    team = found.place("complaints", "Noord", "all")
    assert np.flatnonzero(found.is_open[team]).tolist() == list(range(5, 20))


def test_weeks_that_are_known_to_be_no_evidence_are_left_out() -> None:
    known = pl.DataFrame(
        [("complaints", "Noord", week(3)), ("complaints", "all", week(4)), ("repairs", "all", week(5))],
        NONE_LEFT_OUT.schema,
        orient="row",
    )
    found = feed_series(TWO_TEAMS, HOMES, WEEKS, known)

    def left_out(source: str, team: str) -> list[int]:
        return np.flatnonzero(~found.is_open[found.place(source, team, "all")]).tolist()

    assert left_out("complaints", "Noord") == [3, 4]
    assert left_out("complaints", "Zuid") == left_out("complaints", "all") == [4]
    assert left_out("repairs", "Noord") == [5]


def test_between_christmas_and_new_year_little_can_be_said() -> None:
    assert [
        each for each in range(20, 32) if is_around_new_year(date(2026, 12, 7) + (each - 20) * (week(1) - week(0)))
    ] == [22, 23]
    assert is_around_new_year(date(2026, 12, 21))
    assert is_around_new_year(date(2026, 12, 28))
    assert not is_around_new_year(date(2027, 1, 4))


def test_an_announcement_explains_its_own_direction_around_its_start() -> None:
    found = feed_series(TWO_TEAMS, HOMES, WEEKS, NONE_LEFT_OUT, change("fewer", 20))
    team = found.place("complaints", "Noord", "all")
    assert found.not_before["down"][team, [15, 16, 29]].tolist() == [0, 28, 28]
    assert not found.not_before["up"].any()
    assert np.flatnonzero(found.begins_anew[team]).tolist() == [20]
    assert not found.begins_anew[found.place("repairs", "Noord", "all")].any()


def test_an_announcement_holds_for_its_team_and_channel_and_for_the_totals_they_are_in() -> None:
    found = feed_series(TWO_TEAMS, HOMES, WEEKS, NONE_LEFT_OUT, change("more", 20, area_team="Noord", source="APP"))
    hit = found.keys.filter(pl.Series(found.begins_anew[:, 20])).rows()
    assert hit == [(s, t, c) for s, t, c in found.keys.rows() if s == "complaints" and t != "Zuid" and c != "TEL"]


def test_who_is_sent_another_way_turns_up_there() -> None:
    found = feed_series(TWO_TEAMS, HOMES, WEEKS, NONE_LEFT_OUT, change("other_channel", 20, source="TEL"))
    app = found.place("complaints", "Noord", "APP")
    assert found.not_before["up"][app, 20] == found.not_before["down"][app, 20] == 28
