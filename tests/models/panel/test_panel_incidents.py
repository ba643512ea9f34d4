"""What is one incident: worked out by hand, held against planted ones, and for chains of any length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime, timedelta
from math import comb

import polars as pl
import pytest
from small_warehouse import Row, SmallWarehouse

from models import panel
from models.policy import Policy
from models.simulation import DOMAIN_RATES, RICH_RATES, Rates, Town, simulate

MONDAY = date(2026, 3, 2)
EIGHT = datetime(2026, 3, 2, 8)
LAST_WEEK = date(2026, 4, 27)
STEPS = ("common_reports", "next_openings", "incidents", "follow_ups", "repairs")


def after(days: float) -> datetime:
    return EIGHT + timedelta(days=days)


def lift(days: float, completed: float | None = None, **said: object) -> Row:
    """A report of the lift so many days after Monday morning, and when that report was dealt with."""
    done = None if completed is None else after(completed)
    return {"requested_at": after(days), "completed_at": done, "location": "common", "defect": "LIF", **said}


def incidents_of(warehouse: SmallWarehouse, *rows: Row, last_week: date = LAST_WEEK) -> list[list[str]]:
    """Numbers of the reports of each incident, in order of opening."""
    warehouse.put("repairs", *({"repair_id": f"R{n}"} | row for n, row in enumerate(rows)))
    warehouse.count(last_week, only=STEPS)
    found: dict[tuple[datetime, str, str], list[str]] = {}
    for row in sorted(warehouse.counted("incidents"), key=lambda row: row["report_number"]):
        incident = row["opened_at"], row["complex_id"], row["incident_id"]
        found.setdefault(incident, []).append(row["repair_id"])
    return [found[key] for key in sorted(found)]


def told(warehouse: SmallWarehouse, name: str) -> float:
    return float(sum(row[name] for row in warehouse.counted("follow_ups")))


# -------------------------------------------------------------------------------------------------- worked by hand


def test_reports_until_the_repair_are_one_incident(warehouse: SmallWarehouse) -> None:
    assert incidents_of(warehouse, lift(0, 3), lift(1), lift(2.9), lift(3)) == [["R0", "R1", "R2"], ["R3"]]


def test_without_a_repair_date_an_incident_lasts_28_days(warehouse: SmallWarehouse) -> None:
    # The second report does not make it last longer.
    assert incidents_of(warehouse, lift(0), lift(20), lift(27.9), lift(28)) == [["R0", "R1", "R2"], ["R3"]]


def test_an_open_incident_without_a_key_brings_no_days_after_the_28(warehouse: SmallWarehouse) -> None:
    # A report after them would be another incident, so they could bring no follow-up report.
    assert incidents_of(warehouse, lift(0, 50), lift(30, 50)) == [["R0"], ["R1"]]
    assert told(warehouse, "incident_days_open") == pytest.approx(28 + 20)


def test_a_key_of_the_source_goes_before_defect_and_time(warehouse: SmallWarehouse) -> None:
    rows = (lift(0, 3, incident_key="A"), lift(1, 3, incident_key="B"), lift(2, 3), lift(40, 41, incident_key="A"))
    assert incidents_of(warehouse, *rows) == [["R0", "R3"], ["R1"], ["R2"]]


def test_another_complex_place_or_defect_is_another_incident(warehouse: SmallWarehouse) -> None:
    others = (lift(1, complex_id="C2"), lift(1, defect="LEK"), lift(1, defect=None))
    assert len(incidents_of(warehouse, lift(0), *others, lift(1, location="home"), lift(1, location=None))) == 4


def test_reports_at_one_instant_are_one_incident_over_at_the_first_repair(warehouse: SmallWarehouse) -> None:
    # Many systems know the day only: all of a day's reports come at midnight.
    assert incidents_of(warehouse, lift(0, 10), lift(0, 1), lift(0.5), lift(2)) == [["R0", "R1", "R2"], ["R3"]]
    assert told(warehouse, "incident_days_open") == pytest.approx(1 + 28)


@pytest.mark.parametrize("key", [None, "A"])
def test_a_report_closed_as_a_duplicate_does_not_end_the_incident(warehouse: SmallWarehouse, key: str | None) -> None:
    """Else the more neighbours call, the sooner nobody could have called: a loud complex would look silent."""
    rows = (lift(0, 6, incident_key=key), lift(1, 1, incident_key=key), lift(2, 2, incident_key=key))
    rows += (lift(3, incident_key=key),)
    assert incidents_of(warehouse, *rows) == [["R0", "R1", "R2", "R3"]]
    assert told(warehouse, "follow_up_reports") == 3
    assert told(warehouse, "incident_days_open") == pytest.approx(6)


def test_a_repair_before_the_report_leaves_nothing_open(warehouse: SmallWarehouse) -> None:
    assert incidents_of(warehouse, lift(0, -1), lift(1)) == [["R0"], ["R1"]]
    assert told(warehouse, "incident_days_open") == pytest.approx(28)


@pytest.mark.parametrize("key", [None, "A"])
def test_a_repair_after_the_last_week_is_not_yet_completed(warehouse: SmallWarehouse, key: str | None) -> None:
    week = MONDAY + timedelta(weeks=6)
    incidents_of(warehouse, lift(0, 60, incident_key=key), last_week=week)
    with_date = warehouse.counted("follow_ups")
    warehouse.clear()
    incidents_of(warehouse, lift(0, None, incident_key=key), last_week=week)
    assert with_date == warehouse.counted("follow_ups")


def test_a_voice_counts_once_and_only_while_the_incident_is_open(warehouse: SmallWarehouse) -> None:
    def lift_of(days: float, reporter: str | None) -> Row:
        return lift(days, 10, incident_key="A", reporter_key=reporter)

    rows = [
        lift_of(0, "anna"),
        lift_of(1, "anna"),  # the first reporter asks again
        lift_of(2, "bert"),
        lift_of(3, "bert"),
        lift_of(4, None),  # somebody
        lift_of(4.2, None),  # the same day: perhaps the same
        lift_of(5, None),
        lift_of(11, "carla"),  # the lift works again
    ]
    incidents_of(warehouse, *rows)
    assert told(warehouse, "follow_up_reports") == 4 - 1  # bert, day 4, day 5
    weeks = {row["week"]: row["follow_up_reports"] for row in warehouse.counted("follow_ups")}
    assert weeks == {MONDAY: 3, MONDAY + timedelta(weeks=1): 0}
    # One matter, so one repair request.
    assert [row["normal_repairs"] for row in warehouse.counted("repairs")] == [1]


def test_a_follow_up_counts_in_its_own_week(warehouse: SmallWarehouse) -> None:
    incidents_of(warehouse, lift(4, 9, reporter_key="a"), lift(8, 9, reporter_key="b"))
    counted = {row["week"]: row for row in warehouse.counted("follow_ups")}
    first, second = counted[MONDAY], counted[MONDAY + timedelta(weeks=1)]
    assert (first["incidents"], first["follow_up_reports"], first["incident_days_open"]) == (1, 0, pytest.approx(8 / 3))
    assert (second["incidents"], second["follow_up_reports"], second["incident_days_open"]) == (
        *(0, 1),
        pytest.approx(7 / 3),
    )


def test_the_last_evening_counts_west_of_greenwich(warehouse: SmallWarehouse) -> None:
    # Sunday 20:30 in Toronto is Monday 01:30 in UTC (winter time until 8 March).
    week = date(2026, 2, 23)
    for minute, reporter in ((0, "a"), (30, "b")):
        at = datetime(2026, 3, 2, 1, minute)
        warehouse.put("repairs", {**lift(0), "requested_at": at, "reporter_key": reporter, "_week": week})
    warehouse.count(week, only=STEPS)
    counted = {row["week"]: (row["incidents"], row["follow_up_reports"]) for row in warehouse.counted("follow_ups")}
    assert counted == {week: (1, 1)}
    assert {row["closed_at"] >= row["opened_at"] for row in warehouse.counted("incidents")} == {True}


# ---------------------------------------------------------------------------------------------- chains of any length

# DuckDB 1.5.5 corrupts its memory on an ASOF JOIN inside a recursive CTE; hence the table `next_openings`.


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_short_chain(warehouse: SmallWarehouse, number: int) -> None:
    found = incidents_of(warehouse, *(lift(n, n + 0.5) for n in range(number)))
    assert found == [[f"R{n}"] for n in range(number)]


def test_a_chain_of_500_incidents_of_one_defect(warehouse: SmallWarehouse) -> None:
    hours = [n / 24 for n in range(500)]
    first_reports = [lift(hour, hour + 0.02) for hour in hours]
    again = [lift(hour + 0.01, hour + 0.02) for hour in hours]
    found = incidents_of(warehouse, *first_reports, *again)
    assert found == [[f"R{n}", f"R{n + 500}"] for n in range(500)]


def test_many_chains_at_once(warehouse: SmallWarehouse) -> None:
    chains = [(f"C{n}", defect) for n in range(40) for defect in ("LIF", "LEK", None)]
    rows = [lift(n, n + 0.5, complex_id=place, defect=defect) for place, defect in chains for n in range(30)]
    assert len(incidents_of(warehouse, *rows)) == len(rows)


def test_no_recursion_holds_an_asof_join() -> None:
    for step in panel.STEPS:
        _before, _, rest = step.select.lower().partition("with recursive")
        recursion = rest.split("\n),\n")[0] if rest else ""
        assert "asof" not in recursion, step.name


# --------------------------------------------------------------------------------------- planted incidents, key hidden


def agreement(planted: Sequence[Hashable], found: Sequence[Hashable]) -> tuple[float, float, float]:
    """Adjusted Rand index; share of pairs put together that belong together; share of those put together."""

    def pairs(labels: Sequence[Hashable]) -> int:
        return sum(comb(size, 2) for size in Counter(labels).values())

    both, of_planted, of_found = pairs(list(zip(planted, found, strict=True))), pairs(planted), pairs(found)
    by_chance = of_planted * of_found / comb(len(planted), 2)
    adjusted = (both - by_chance) / ((of_planted + of_found) / 2 - by_chance)
    return adjusted, both / of_found, both / of_planted


# Measured, three towns pooled: .889, .929 and .852 at domain rates (3,331 reports), .934, .921 and .948 at rich ones
# (11,248). Missed are two incidents of one defect that overlap, and one that stays open for more than 28 days.
@pytest.mark.parametrize(
    ("rates", "median_homes", "least"),
    [(DOMAIN_RATES, 35.0, (0.85, 0.90, 0.82)), (RICH_RATES, 60.0, (0.90, 0.89, 0.92))],
    ids=["domain rates", "rich rates"],
)
def test_the_derived_key_recovers_the_planted_one(
    warehouse: SmallWarehouse,
    record_property: Callable[[str, object], None],
    rates: Rates,
    median_homes: float,
    least: tuple[float, float, float],
) -> None:
    planted: list[Hashable] = []
    found: list[Hashable] = []
    for seed in (1, 2, 3):
        town = Town(n_complexes=150, n_weeks=104, median_homes=median_homes, rates=rates)
        rows = simulate(town, seed).tables["repairs"].filter(pl.col("location") == "common").to_dicts()
        keys = {row["repair_id"]: row["incident_key"] for row in rows}
        warehouse.clear()
        warehouse.put_all("repairs", (row | {"incident_key": None} for row in rows))
        warehouse.count(town.last_week, Policy(history_weeks=104), only=STEPS)
        for row in warehouse.counted("incidents"):
            planted.append((seed, row["complex_id"], keys[row["repair_id"]]))
            found.append((seed, row["complex_id"], row["incident_id"]))
    names = ("adjusted Rand", "pairs rightly together", "planted pairs found")
    measured = dict(zip(names, agreement(planted, found), strict=True))
    for name, value in measured.items():
        record_property(name, round(value, 4))
    print(len(planted), "reports:", measured)
    assert all(measured[name] >= floor for name, floor in zip(names, least, strict=True)), measured
