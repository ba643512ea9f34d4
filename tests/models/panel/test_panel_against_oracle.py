"""Every step of the panel, row for row, against the plain-Python oracle: on a simulated town and on tiny worlds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain
from random import Random
from typing import Any

import panel_oracle as oracle
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from panel_oracle import Place, Row, World
from small_warehouse import SmallWarehouse

from models.panel import STEPS
from models.policy import Policy
from models.simulation import RICH_RATES, Town, simulate

PER_WEEK: dict[str, Callable[[World], dict[Place, Row]]] = {
    "homes": oracle.homes,
    "follow_ups": oracle.follow_ups,
    "reports": oracle.reports,
    "repairs": oracle.repairs,
    "tenancies": oracle.tenancies,
    "visits": oracle.visits,
    "weekly": oracle.weekly,
}


def world_of(warehouse: SmallWarehouse, policy: Policy, last_week: date) -> World:
    return World(warehouse.rows, warehouse.gaps, policy, last_week)


def by_place(rows: Iterable[Row], weeks: Iterable[date]) -> dict[Place, Row]:
    """Rows by complex and week; none outside the counted weeks, and none that only says nought."""
    counted = set(weeks)
    found: dict[Place, Row] = {}
    for row in rows:
        place = row.pop("complex_id"), row.pop("week")
        assert place not in found, f"twice: {place}"
        if place[1] in counted:
            found[place] = row
    return without_noughts(found)


def without_noughts(rows: Mapping[Place, Row]) -> dict[Place, Row]:
    return {place: row for place, row in rows.items() if any(value != 0 for value in row.values())}


def check_per_week(warehouse: SmallWarehouse, world: World, *steps: str) -> None:
    for step in steps:
        counted = by_place(warehouse.counted(step), world.weeks)
        expected = without_noughts(PER_WEEK[step](world))
        assert counted.keys() == expected.keys(), step
        for place, row in counted.items():
            assert row == pytest.approx(expected[place], abs=1e-9), (step, place)


def check_incidents(warehouse: SmallWarehouse, world: World) -> None:
    """The same reports in the same incidents, in the same order, opened and closed at the same moment."""
    placed: dict[tuple[str, str], list[Row]] = {}
    for row in sorted(warehouse.counted("incidents"), key=lambda row: row["report_number"]):
        placed.setdefault((row["complex_id"], row["incident_id"]), []).append(row)
    counted = sorted(
        (place, rows[0]["opened_at"], rows[0]["closed_at"], [row["repair_id"] for row in rows])
        for (place, _), rows in placed.items()
    )
    expected = sorted(
        (each.complex_id, each.opened_at, oracle.closed_at(world, each), [row["repair_id"] for row in each.reports])
        for each in oracle.incidents(world)
    )
    assert counted == expected


def check_observed(warehouse: SmallWarehouse, world: World) -> None:
    counted = {
        (row["area_team"], row["source"]): (row["first_week"], row["last_week"])
        for row in warehouse.counted("observed")
    }
    assert counted == oracle.observed(world)


def check_safety(warehouse: SmallWarehouse, world: World) -> None:
    assert {row["complex_id"] for row in warehouse.counted("safety")} == oracle.safety(world)


# ------------------------------------------------------------------------------------------------ a simulated town

RATES = replace(RICH_RATES, incidents=0.012, incident_reports=0.3, routine_visits=0.6, concern_share=0.2)
TOWN = Town(n_complexes=12, n_area_teams=3, n_weeks=40, median_homes=60, rates=RATES)


@pytest.fixture(scope="module")
def town(only_warehouse: SmallWarehouse) -> World:
    """A town as it comes in after some years of use: keys lost, rows withdrawn, undated or there twice, teams renamed.

    The panel is judged three weeks before the end, so that later rows and completions are there as well.
    """
    warehouse, lot = only_warehouse, Random(7)
    warehouse.clear()
    tables = {name: table.to_dicts() for name, table in simulate(TOWN, seed=11).tables.items()}
    for name in ("complaints", "repairs", "tenancies", "field_signals"):
        key = next(iter(tables[name][0]))
        again = [dict(row) | {key: f"{row[key]} again"} for row in tables[name] if lot.random() < 0.05]
        for row in again:
            if row.get("completed_at") and lot.random() < 0.5:
                row["completed_at"] += timedelta(days=lot.choice((-20, 1, 40)))
        tables[name] += again
        for row in tables[name]:
            if lot.random() < 0.03:
                row["_withdrawn_at"] = datetime(2026, 10, 1)
            if lot.random() < 0.02:
                row["_valid_until"] = date(2026, 6, 1)
            if "reporter_key" in row and lot.random() < 0.3:
                row["reporter_key"] = None
            if row["complex_id"] in ("C0002", "C0004", "C0006", "C0008", "C0010", "C0012"):
                row["incident_key"] = None
    for row in tables["repairs"]:
        # Some sources know only the day, so that many reports come at one instant.
        if row["complex_id"] in ("C0003", "C0004"):
            row["requested_at"] = datetime.combine(row["requested_at"].date(), datetime.min.time())
        if row["complex_id"] == "C0006" and lot.random() < 0.5:
            row["completed_at"] = None
    for row in tables["complaints"]:
        if lot.random() < 0.05:
            row |= {"reported_at": None, "_week": None}
        if lot.random() < 0.05:
            row["category"] = "SOC.AGR"
    for row in tables["field_signals"]:
        if lot.random() < 0.1:
            row["kind"] = "AGR.VEB"
        if lot.random() < 0.05:
            row |= {"visit_key": None, "occasion": None}
    tables["complexes"][1]["in_use_from"] = date(2026, 5, 6)
    tables["complexes"][2] |= {"in_use_until": date(2026, 8, 5), "homes_out_of_use": 5}
    tables["complexes"][3]["_withdrawn_at"] = datetime(2026, 10, 1)
    renamed_on = date(2026, 7, 6)
    for row in list(tables["complexes"]):
        if row["area_team"] == tables["complexes"][0]["area_team"]:
            tables["complexes"].append(dict(row) | {"area_team": "Renamed", "_valid_from": renamed_on})
            row["_valid_until"] = renamed_on
    for name in warehouse.rows:
        known = {column for column in tables[name][0] if not column.startswith("_")}
        known |= {"_week", "_withdrawn_at", "_valid_from", "_valid_until"}
        warehouse.put_all(name, ({column: row[column] for column in row if column in known} for row in tables[name]))
    warehouse.put_gap("field_signals", date(2026, 7, 22), date(2026, 8, 2))
    warehouse.put_gap("complaints", date.min, date(2026, 5, 3))
    policy = Policy(history_weeks=30)
    world = world_of(warehouse, policy, TOWN.last_week - timedelta(weeks=3))
    warehouse.count(world.last_week, policy)
    return world


@pytest.mark.parametrize("step", PER_WEEK)
def test_a_simulated_town_per_complex_and_week(town: World, only_warehouse: SmallWarehouse, step: str) -> None:
    assert only_warehouse.counted(step)
    check_per_week(only_warehouse, town, step)


def test_incidents_of_a_simulated_town(town: World, only_warehouse: SmallWarehouse) -> None:
    found = oracle.incidents(town)
    assert {each.is_derived for each in found} == {True, False}
    assert sum(len(each.reports) > 1 for each in found) > 50
    check_incidents(only_warehouse, town)


def test_masks_and_safety_of_a_simulated_town(town: World, only_warehouse: SmallWarehouse) -> None:
    check_observed(only_warehouse, town)
    assert oracle.safety(town)
    check_safety(only_warehouse, town)


def test_rows_of_feeds_of_a_simulated_town(town: World, only_warehouse: SmallWarehouse) -> None:
    counted = only_warehouse.counted("feed_rows")
    found = {(row["area_team"], row["source"], row["channel"], row["week"]): row["row_count"] for row in counted}
    assert found == oracle.feed_rows(town)
    assert all(row["week"] <= row["last_row_on"] <= row["week"] + timedelta(days=6) for row in counted)


def test_every_step_is_held_against_the_oracle() -> None:
    inside_incidents = {"common_reports", "next_openings", "incidents"}
    inside = inside_incidents | {"honest_weeks"}
    assert {step.name for step in STEPS} == {*PER_WEEK, *inside, "feed_rows", "observed", "safety", "visit_days"}


# ------------------------------------------------------------------------------------------------------ tiny worlds

# The clocks go forward in the night before Monday 2026-03-30: the local week before it lasts until 22:00 UTC.
LAST_WEEK = date(2026, 3, 30)
FEW_WEEKS = Policy(history_weeks=6, safety_weeks=2, honest_source_weeks=3)
WEEKS = [LAST_WEEK - timedelta(weeks=n) for n in range(-1, 7)]
NEAR = [timedelta(hours=n) for n in (-2, -1.5, -1, -0.5, 0, 0.5, 11, 60)]
NEAR += [timedelta(microseconds=n) for n in (-1, 1)]
MOMENTS = st.builds(
    lambda week, near: datetime.combine(week, datetime.min.time()) + near, st.sampled_from(WEEKS), st.sampled_from(NEAR)
)
DAYS = st.builds(lambda week, n: week + timedelta(days=n), st.sampled_from(WEEKS), st.integers(-1, 6))
STANDING = {
    "_withdrawn_at": st.sampled_from([None] * 9 + [datetime(2026, 4, 1)]),
    "_valid_until": st.sampled_from([None] * 9 + [date(2026, 4, 1)]),
}
COMPLEXES = st.sampled_from(["C1", "C2", "C3"])
tiny = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _completed(row: Row) -> Row:
    lasts = row.pop("lasts")
    return row | {"completed_at": None if lasts is None else row["requested_at"] + lasts}


LASTS = [timedelta(hours=n) for n in (-1, 0, 1, 24, 60, 24 * 28, 24 * 40)] + [
    timedelta(microseconds=1),
    timedelta(days=28, microseconds=1),
    timedelta(days=28, microseconds=-1),
]
REPAIRS = st.fixed_dictionaries(
    {
        "complex_id": COMPLEXES,
        "requested_at": MOMENTS,
        "lasts": st.none() | st.sampled_from(LASTS),
        "urgency": st.sampled_from(["urgent", "normal"]),
        "location": st.sampled_from(["common"] * 6 + ["home", None]),
        "defect": st.sampled_from(["LIF", "LIF", "LEK", None]),
        "cause": st.sampled_from([None, "wear", "vandalism", "fire"]),
        "reporter_key": st.sampled_from([None, None, "a", "b", "c"]),
        "incident_key": st.sampled_from([None, None, None, "K1", "K2"]),
        **STANDING,
    }
).map(_completed)
COMPLAINTS = st.fixed_dictionaries(
    {
        "complex_id": COMPLEXES,
        "reported_at": st.none() | MOMENTS,
        "category": st.sampled_from(["SOC.GEL", "SOC.AGR"]),
        "reporter_key": st.sampled_from([None, "a", "b"]),
        "incident_key": st.sampled_from([None, "K1", "K2"]),
        **STANDING,
    }
)
TENANCIES = st.fixed_dictionaries(
    {
        "complex_id": COMPLEXES,
        "ended_on": st.none() | DAYS,
        "end_reason": st.sampled_from([None, "REG", "WIJ", "WON"]),
        "found_condition": st.sampled_from([None, 1, 3, 4, 6]),
        **STANDING,
    }
)
SIGNALS = st.fixed_dictionaries(
    {
        "complex_id": COMPLEXES,
        "observed_on": DAYS,
        "visit_key": st.sampled_from([None, "V1", "V2"]),
        "source": st.sampled_from(["caretaker", "police", "residents", "technician"]),
        "occasion": st.sampled_from([None, "routine", "routine", "draw", "flag", "complaint"]),
        "finding": st.sampled_from(["concern", "nothing_special", "positive"]),
        "kind": st.sampled_from([None, "ONE.VER", "AGR", "AGR.BRA"]),
        **STANDING,
    }
)


@st.composite
def versions(draw: st.DrawFn, complex_id: str) -> list[Row]:
    """A complex as delivered once or twice; the second version may be of another team."""
    borders = sorted(draw(st.sets(st.sampled_from(WEEKS), max_size=1)))
    found = []
    for begin, end in zip([date.min, *borders], [*borders, None], strict=True):
        first, last = draw(st.none() | DAYS), draw(st.none() | DAYS)
        row = {
            "complex_id": complex_id,
            "area_team": draw(st.sampled_from(["North", "North", "South"])),
            "homes": draw(st.integers(1, 5)),
            "homes_out_of_use": draw(st.sampled_from([None, 0, 2, 5])),
            "in_use_from": first,
            "in_use_until": last,
            "_valid_from": begin,
            "_valid_until": end,
        }
        found.append(row)
    found[-1]["_withdrawn_at"] = draw(STANDING["_withdrawn_at"])
    return found


def a_few(rows: st.SearchStrategy[Row], most: int = 12) -> st.SearchStrategy[list[Row]]:
    return st.lists(rows, max_size=most)


COMPLEX_ROWS = st.tuples(versions("C1"), versions("C2"), versions("C3")).map(lambda each: [*chain(*each)])
INCIDENT_STEPS = ("common_reports", "next_openings", "incidents", "follow_ups", "repairs")


@tiny
@given(rows=st.lists(REPAIRS, max_size=14), incident_days=st.sampled_from([3, 28]))
@example(rows=[], incident_days=28)
def test_repairs_and_incidents_of_tiny_worlds(warehouse: SmallWarehouse, rows: list[Row], incident_days: int) -> None:
    warehouse.clear()
    warehouse.put_all("repairs", rows)
    policy = replace(FEW_WEEKS, incident_days=incident_days)
    world = world_of(warehouse, policy, LAST_WEEK)
    warehouse.count(LAST_WEEK, policy, only=INCIDENT_STEPS)
    check_incidents(warehouse, world)
    check_per_week(warehouse, world, "follow_ups", "repairs")


@tiny
@given(complaints=a_few(COMPLAINTS), tenancies=a_few(TENANCIES), signals=st.lists(SIGNALS, max_size=18))
def test_complaints_tenancies_visits_and_safety_of_tiny_worlds(
    warehouse: SmallWarehouse, complaints: list[Row], tenancies: list[Row], signals: list[Row]
) -> None:
    warehouse.clear()
    warehouse.put_all("complaints", complaints)
    warehouse.put_all("tenancies", tenancies)
    warehouse.put_all("field_signals", signals)
    world = world_of(warehouse, FEW_WEEKS, LAST_WEEK)
    warehouse.count(LAST_WEEK, FEW_WEEKS, only=("reports", "tenancies", "honest_weeks", "visits", "safety"))
    check_per_week(warehouse, world, "reports", "tenancies", "visits")
    check_safety(warehouse, world)


@tiny
@given(
    complexes=COMPLEX_ROWS,
    complaints=st.lists(COMPLAINTS, max_size=30),
    repairs=a_few(REPAIRS),
    signals=a_few(SIGNALS, 6),
    gaps=st.lists(st.tuples(st.sampled_from(["complaints", "repairs"]), DAYS, st.integers(0, 10)), max_size=2),
    begins=st.none() | DAYS,
    chance_gap_rows=st.sampled_from([0.0, 1.0, 5.0]),
)
def test_homes_masks_and_weeks_of_tiny_worlds(
    warehouse: SmallWarehouse,
    complexes: list[Row],
    complaints: list[Row],
    repairs: list[Row],
    signals: list[Row],
    gaps: list[tuple[str, date, int]],
    begins: date | None,
    chance_gap_rows: float,
) -> None:
    warehouse.clear()
    rows: dict[str, Any] = {
        "complexes": complexes,
        "complaints": complaints,
        "repairs": repairs,
        "field_signals": signals,
    }
    for name, some in rows.items():
        warehouse.put_all(name, some)
    for source, first, days in gaps:
        warehouse.put_gap(source, first, first + timedelta(days=days))
    if begins is not None:
        warehouse.put_gap("complaints", date.min, begins)
    policy = replace(FEW_WEEKS, chance_gap_rows=chance_gap_rows)
    world = world_of(warehouse, policy, LAST_WEEK)
    warehouse.count(LAST_WEEK, policy)
    check_observed(warehouse, world)
    check_per_week(warehouse, world, "homes", "weekly")
