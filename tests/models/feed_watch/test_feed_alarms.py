"""What an alarm masks, what it only tells, and which of several alarms are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from steady_feeds import BREAKS, NONE_LEFT_OUT, WEEKS, homes, rows, week

from models.feed_watch.alarms import SCHEMA, feed_alarms, going_on, widest
from models.feed_watch.alike import SCHEMA as ALIKE
from models.feed_watch.sequential import Watched, watched
from models.feed_watch.series import feed_series
from models.policy import Policy

POLICY = Policy()
NO_ALIKE = pl.DataFrame(schema=ALIKE)
NO_UNCHANGED = pl.DataFrame(schema={"source": pl.String, "week": pl.Date})
MONDAYS = [week(place) for place in range(WEEKS)]


def town(per_channel: dict[str, float], left: dict[str, float], source: str = "complaints") -> Watched:
    """Two teams with the same channels; in Noord so much of each is left from a week on."""
    rng = np.random.default_rng(7)
    told = []
    for team in ("Noord", "Zuid"):
        for channel, rate in per_channel.items():
            for place in range(WEEKS):
                share = left.get(channel, 1.0) if team == "Noord" and place >= BREAKS else 1.0
                count = int(rng.poisson(rate * share))
                if count:
                    told.append(
                        {
                            "area_team": team,
                            "channel": channel,
                            "source": source,
                            "week": week(place),
                            "row_count": count,
                        }
                    )
    return watched(feed_series(rows(*told), homes("Noord", "Zuid"), MONDAYS, NONE_LEFT_OUT), 10.0)


def alarms(found: Watched, policy: Policy = POLICY, **more: pl.DataFrame) -> pl.DataFrame:
    told = feed_alarms(found, more.get("alike", NO_ALIKE), more.get("unchanged", NO_UNCHANGED), policy)
    assert dict(told.schema) == SCHEMA
    return told


def of(found: pl.DataFrame, team: str = "Noord", channel: str = "all") -> dict[str, Any]:
    (row,) = found.filter(pl.col("area_team") == team, pl.col("channel") == channel).to_dicts()
    return row


def test_a_dead_source_is_masked_in_its_team_and_tells_what_is_missing() -> None:
    found = alarms(town({"TEL": 12, "APP": 8}, {"TEL": 0, "APP": 0}))
    row = of(found)
    assert (row["kind"], row["is_masking"], row["until_week"]) == ("died", True, None)
    assert row["from_week"] == row["found_week"] == week(BREAKS)
    assert row["seen"] == 0
    assert row["expected"] == pytest.approx(20 * (WEEKS - BREAKS), rel=0.15)
    assert not found["area_team"].is_in(["Zuid"]).any()


def test_reports_that_were_lost_with_their_channel_take_the_stream_along() -> None:
    found = alarms(town({"TEL": 14, "APP": 8}, {"APP": 0}))
    assert of(found, channel="APP")["is_masking"]


def test_reports_that_came_another_way_are_told_and_not_masked() -> None:
    found = alarms(town({"TEL": 14, "APP": 8}, {"APP": 0, "TEL": 22 / 14}))
    assert not of(found, channel="APP")["is_masking"]
    assert found.filter("is_masking").is_empty()


def test_a_channel_that_carried_little_is_told_and_not_masked() -> None:
    found = alarms(town({"TEL": 60, "BRI": 3}, {"BRI": 0}))
    assert not of(found, channel="BRI")["is_masking"]


def test_fewer_eyes_make_nobody_look_quieter() -> None:
    found = alarms(town({"caretaker": 9, "technician": 9}, {"technician": 0}, source="field_signals"))
    assert not of(found, channel="technician")["is_masking"]


def test_visits_are_told_and_never_masked_because_there_are_fewer() -> None:
    row = of(alarms(town({"caretaker": 20}, {"caretaker": 0}, source="field_signals")))
    assert (row["kind"], row["is_masking"]) == ("died", False)


def test_a_feed_that_somebody_vouched_for_is_told_and_not_masked() -> None:
    found = town({"TEL": 20}, {"TEL": 0})
    assert of(alarms(found))["is_masking"]
    for trusted in ("complaints/Noord", "complaints/all"):
        assert not of(alarms(found, replace(POLICY, trusted_feeds=(trusted,))))["is_masking"]
    assert of(alarms(found, replace(POLICY, trusted_feeds=("complaints/Zuid",))))["is_masking"]


def test_weeks_that_came_again_are_one_alarm_while_they_follow_each_other() -> None:
    def alike(kind: str, *places: int) -> list[tuple[Any, ...]]:
        return [("complaints", "Noord", kind, week(place), 5, 10) for place in places]

    told = pl.DataFrame([*alike("doubled", 50, 51), *alike("repeated", 60, 62, WEEKS - 1)], ALIKE, orient="row")
    found = alarms(town({"TEL": 10}, {}), alike=told)
    assert found.select("kind", "from_week", "until_week", "seen", "expected", "n_alike").rows() == [
        ("doubled", week(50), week(51), 20, 10.0, 10),
        ("repeated", week(60), week(60), 10, None, 5),
        ("repeated", week(62), week(62), 10, None, 5),
        ("repeated", week(WEEKS - 1), None, 10, None, 5),
    ]
    assert found["is_masking"].all()
    assert (found["found_week"] == found["from_week"]).all()


def test_a_file_that_came_again_is_told_where_rows_were_due() -> None:
    def last_week_is_empty(rate: float) -> Watched:
        found = town({"TEL": rate}, {})
        found.series.seen[:, -1] = 0
        return found

    unchanged = pl.DataFrame({"source": ["complaints"], "week": [week(WEEKS - 1)]})
    row = of(alarms(last_week_is_empty(4.0), unchanged=unchanged), team="all")
    assert (row["kind"], row["seen"], row["until_week"], row["is_masking"]) == ("repeated", 0, None, True)
    assert row["expected"] == pytest.approx(8, rel=0.2)
    assert alarms(last_week_is_empty(1.0), unchanged=unchanged).is_empty(), "two rows were due: chance"
    assert alarms(town({"TEL": 4.0}, {}), unchanged=unchanged).is_empty(), "there were rows"


def alarm(team: str, channel: str, place: int, until: int | None = None, kind: str = "died", mask: bool = True) -> Any:
    told = dict.fromkeys(SCHEMA) | {"source": "complaints", "area_team": team, "channel": channel, "kind": kind}
    return told | {"from_week": week(place), "until_week": until and week(until), "is_masking": mask}


def test_what_goes_on_is_told_once_for_each_feed() -> None:
    told = [
        alarm("Noord", "all", 10, 12),
        alarm("Noord", "all", 20, kind="halved", mask=False),
        alarm("Noord", "all", 15),
        alarm("Zuid", "all", 30),
    ]
    found = going_on(pl.DataFrame(told, SCHEMA))
    assert found.select("area_team", "kind", "from_week").rows() == [
        ("Noord", "died", week(15)),
        ("Zuid", "died", week(30)),
    ]


def test_a_wider_alarm_tells_the_narrower_ones() -> None:
    told = [alarm("Noord", "all", 10), alarm("Noord", "TEL", 10), alarm("Zuid", "APP", 10), alarm("all", "APP", 10)]
    assert widest(pl.DataFrame(told, SCHEMA)).select("area_team", "channel").rows() == [
        ("Noord", "all"),
        ("all", "APP"),
    ]
    everywhere = pl.DataFrame([*told, alarm("all", "all", 10)], SCHEMA)
    assert widest(everywhere).select("area_team", "channel").rows() == [("all", "all")]
