"""The two traps of docs/model.md: the first report must not count, and the incident's own open time is the exposure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from small_warehouse import SmallWarehouse

from models.policy import Policy
from models.simulation import RICH_RATES, Town, simulate

OPENED = datetime(2026, 3, 2, 8)
LAST_WEEK = date(2026, 4, 27)
STEPS = ("common_reports", "next_openings", "incidents", "follow_ups")


def break_ten_lifts(warehouse: SmallWarehouse, days_open: float, neighbours: int) -> tuple[int, int, float]:
    """Ten lifts break, in ten complexes; the first `neighbours` of them are reported once more on the way.

    Returns:
        Incidents, follow-up reports and incident days open as counted.
    """
    completed = OPENED + timedelta(days=days_open)
    for n in range(10):
        lift = {"complex_id": f"C{n}", "location": "common", "defect": "LIF", "completed_at": completed}
        warehouse.put("repairs", {**lift, "requested_at": OPENED, "reporter_key": "first"})
        if n < neighbours:
            warehouse.put("repairs", {**lift, "requested_at": OPENED + timedelta(days=2), "reporter_key": "neighbour"})
    return counted(warehouse, LAST_WEEK, Policy())


def counted(warehouse: SmallWarehouse, last_week: date, policy: Policy) -> tuple[int, int, float]:
    warehouse.count(last_week, policy, only=STEPS)
    rows = warehouse.counted("follow_ups")
    names = ("incidents", "follow_up_reports", "incident_days_open")
    incidents, reports, days = (sum(row[name] for row in rows) for name in names)
    return incidents, reports, days


def test_counting_the_first_report_is_three_times_too_high(warehouse: SmallWarehouse) -> None:
    # Ten lifts, each four days broken: forty days. Neighbours report one in eight days: five reports.
    incidents, reports, days = break_ten_lifts(warehouse, days_open=4, neighbours=5)
    assert (incidents, reports, days) == (10, 5, pytest.approx(40))
    a_day = 1 / 8
    assert reports / days == pytest.approx(a_day)
    assert (incidents + reports) / days == pytest.approx(3 * a_day)


def test_a_complex_where_nobody_follows_up_says_nought_and_not_one(warehouse: SmallWarehouse) -> None:
    # With the first report it would say one in four days, twice what its talkative neighbours really do.
    incidents, reports, days = break_ten_lifts(warehouse, days_open=4, neighbours=0)
    assert (incidents, reports, days) == (10, 0, pytest.approx(40))


def test_a_fixed_window_is_five_times_too_low(warehouse: SmallWarehouse) -> None:
    # Ten lifts, each 5.6 days broken: 56 days. Neighbours report one in eight days: seven reports.
    incidents, reports, days = break_ten_lifts(warehouse, days_open=5.6, neighbours=7)
    assert (incidents, reports, days) == (10, 7, pytest.approx(56))
    a_day = 1 / 8
    assert reports / days == pytest.approx(a_day)
    fixed_window = 28 * incidents
    assert reports / fixed_window == pytest.approx(a_day / 5)


def test_a_slow_repair_is_no_louder_complex(warehouse: SmallWarehouse) -> None:
    # The same rate for three and for 24 days: eight times the reports in eight times the days.
    _, quick, quick_days = break_ten_lifts(warehouse, days_open=3, neighbours=3)
    warehouse.clear()
    for n in range(10):
        lift = {"complex_id": f"C{n}", "location": "common", "defect": "LIF"}
        lift["completed_at"] = OPENED + timedelta(days=24)
        warehouse.put("repairs", {**lift, "requested_at": OPENED, "reporter_key": "first"})
    for n in range(24):
        at = OPENED + timedelta(days=1 + n % 20)
        voice = {"requested_at": at, "reporter_key": f"voice {n}", "complex_id": f"C{n % 10}"}
        warehouse.put("repairs", {"location": "common", "defect": "LIF", "completed_at": None, **voice})
    _, slow, slow_days = counted(warehouse, LAST_WEEK, Policy())
    assert slow / slow_days == pytest.approx(quick / quick_days)


def test_the_planted_rate_comes_back_from_a_simulated_town(warehouse: SmallWarehouse) -> None:
    rates = replace(RICH_RATES, incidents=0.003)
    town = Town(
        n_complexes=120, n_weeks=104, median_homes=60, rates=rates, team_outages=0, outage_share=0, late_share=0
    )
    simulation = simulate(town, seed=5)
    warehouse.put_all("repairs", simulation.tables["repairs"].filter(pl.col("location") == "common").to_dicts())
    incidents, reports, days = counted(warehouse, town.last_week, Policy(history_weeks=town.n_weeks))
    planted = simulation.latents.incidents
    assert incidents == planted.height
    # What is not repaired by the end of the last week is taken as closed after 28 days: a little is lost.
    assert days == pytest.approx(planted["days_open"].sum(), rel=0.02)
    a_day = planted["expected_follow_ups"].sum() / planted["days_open"].sum()
    assert reports / days == pytest.approx(a_day, rel=0.06)
    assert (incidents + reports) / days > 1.7 * a_day
    assert reports / (28 * incidents) < a_day / 4
