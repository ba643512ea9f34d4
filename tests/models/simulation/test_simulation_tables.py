"""The tables keep their promises: columns, keys, known complexes, moments within the window."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from models.simulation import RICH_RATES, Rates, Shares, Simulation, Town, simulate

# The inputs, written out, so that a change of a column is a change of this test.
COLUMNS = {
    "complexes": "complex_id name area_team homes building_type built_year audience latitude longitude in_use_from "
    "in_use_until homes_out_of_use neighbourhood_code",
    "complaints": "complaint_id complex_id reported_at category channel location reporter_key incident_key resolved_at",
    "repairs": "repair_id complex_id requested_at completed_at urgency location defect cause reporter_key incident_key",
    "tenancies": "tenancy_id complex_id home_key started_on ended_on end_reason found_condition",
    "field_signals": "signal_id complex_id visit_key observed_on source occasion finding kind severity note",
    "interventions": "intervention_id complex_id area_team starts_on ends_on kind",
    "registration_changes": "change_id contract area_team source starts_on expected_effect description",
    "outcomes": "flag_id reviewed_on verdict do_residents_report lead mandate phase is_step_agreed next_step "
    "snooze_until is_overruled note",
}
ALLOWED = {
    ("complaints", "channel"): {"TEL", "EMA", "BAL", "BEZ", "APP", "INT", "INS", "BRI", "SMS"},
    ("complaints", "location"): {"home", "common", "surroundings"},
    ("repairs", "urgency"): {"urgent", "normal"},
    ("repairs", "location"): {"home", "common"},
    ("field_signals", "finding"): {"concern", "nothing_special", "positive"},
    ("field_signals", "occasion"): {"routine", "draw", "flag", "complaint", None},
    ("complexes", "building_type"): {"single_family", "porch", "gallery", "lift_flat", "other"},
    ("complexes", "audience"): {"general", "seniors", "care", "students", "youth"},
    ("registration_changes", "expected_effect"): {"fewer", "more", "other_channel"},
    ("interventions", "kind"): {
        *("letter", "door_round", "residents_evening", "cameras", "lighting", "guards", "app_group", "other")
    },
}


def check_promises(simulation: Simulation) -> None:
    """Everything that holds in any town, however small."""
    tables, town = simulation.tables, simulation.town
    known = set(tables["complexes"]["complex_id"])
    assert {name: " ".join(table.columns) for name, table in tables.items()} == COLUMNS
    for table in tables.values():
        keys = table[table.columns[0]]
        assert keys.null_count() == 0
        assert keys.n_unique() == table.height
        if "complex_id" in table.columns:
            assert set(table["complex_id"].drop_nulls()) <= known
    for (table_name, column), values in ALLOWED.items():
        assert set(tables[table_name][column]) <= values
    monday = town.last_week - timedelta(weeks=town.n_weeks - 1)
    start, end = (_utc(monday), _utc(town.last_week + timedelta(weeks=1)))
    for name, column in (("complaints", "reported_at"), ("repairs", "requested_at")):
        moments = tables[name][column]
        assert moments.dtype == pl.Datetime("us")
        assert moments.is_between(start, end, closed="left").all()
    for name, begin, finish in (
        ("complaints", "reported_at", "resolved_at"),
        ("repairs", "requested_at", "completed_at"),
        ("tenancies", "started_on", "ended_on"),
        ("interventions", "starts_on", "ends_on"),
    ):
        ends = tables[name].filter(pl.col(finish).is_not_null())
        assert (ends[finish] >= ends[begin]).all()
        assert (ends[finish].cast(pl.Date) < town.last_week + timedelta(weeks=1)).all()
    observed = tables["field_signals"]["observed_on"]
    assert observed.is_between(monday, town.last_week + timedelta(days=6)).all()
    condition = tables["tenancies"]["found_condition"].drop_nulls()
    assert condition.is_between(1, 6).all()
    assert simulation.truth["complex_id"].to_list() == tables["complexes"]["complex_id"].to_list()
    assert np.isfinite(simulation.latents.r).all()
    assert np.isfinite(simulation.latents.d).all()


def _utc(day: date) -> datetime:
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Europe/Amsterdam"))
    return local.astimezone(UTC).replace(tzinfo=None)


@pytest.fixture(scope="module")
def demo() -> Simulation:
    return simulate(Town(), seed=3)


def test_the_demo_keeps_its_promises(demo: Simulation) -> None:
    check_promises(demo)


BUSY = Rates(*[value * 20 for value in (0.004, 0.02, 0.006, 0.0015)], 0.5, 1.0, 0.0, 0.5, 0.01, 0.01, 0.005, 0.5)


@settings(max_examples=30, deadline=None)
@given(
    n_complexes=st.integers(1, 6),
    n_area_teams=st.integers(1, 8),
    n_weeks=st.sampled_from([1, 2, 5, 21, 60]),
    rates=st.sampled_from([RICH_RATES, BUSY]),
    seed=st.integers(0, 2**32),
    odd_share=st.floats(0, 1 / 9),
)
def test_small_towns_keep_them_too(
    n_complexes: int, n_area_teams: int, n_weeks: int, rates: Rates, seed: int, odd_share: float
) -> None:
    town = Town(
        n_complexes=n_complexes,
        n_area_teams=n_area_teams,
        n_weeks=n_weeks,
        rates=rates,
        shares=Shares(*[odd_share] * 9),
        draws_per_team=1.0,
        outage_share=0.3,
    )
    simulation = simulate(town, seed)
    check_promises(simulation)
    simulation.delivered(town.last_week, with_duplicates=True)


def test_one_complex_one_week_two_teams() -> None:
    check_promises(simulate(Town(n_complexes=1, n_weeks=1, n_area_teams=2), seed=0))


def test_same_seed_same_town_other_seed_other_town() -> None:
    town = Town(n_complexes=40, n_weeks=60)
    first, again, other = simulate(town, 5), simulate(town, 5), simulate(town, 6)
    for name, table in first.tables.items():
        assert_frame_equal(table, again.tables[name])
    assert_frame_equal(first.truth, again.truth)
    assert not first.tables["complaints"].equals(other.tables["complaints"])


def test_a_room_does_not_change_what_another_draws() -> None:
    plain = simulate(Town(n_complexes=40, n_weeks=60), 5)
    busy = simulate(Town(n_complexes=40, n_weeks=60, hunch_visits=0.5), 5)
    assert busy.tables["field_signals"].height > plain.tables["field_signals"].height
    for name in ("complexes", "complaints", "repairs", "tenancies"):
        assert_frame_equal(plain.tables[name], busy.tables[name])


@pytest.mark.parametrize(
    "wrong",
    [{"n_weeks": 0}, {"last_week": date(2026, 11, 10)}, {"max_homes": 2000}, {"shares": Shares(calm=1.0)}],
)
def test_an_impossible_town_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Town(**wrong)  # type: ignore[arg-type]


def test_a_home_has_one_tenancy_at_a_time(demo: Simulation) -> None:
    by_home = demo.tables["tenancies"].sort("home_key", "started_on")
    next_start = by_home["started_on"].shift(-1)
    follows = by_home["home_key"] == by_home["home_key"].shift(-1)
    assert (by_home["ended_on"] < next_start).filter(follows).fill_null(False).all()


def test_names_and_places_are_made_up_and_dutch(demo: Simulation) -> None:
    complexes = demo.tables["complexes"]
    assert complexes["name"].n_unique() == 300
    assert complexes["area_team"].n_unique() == 12
    assert complexes["latitude"].is_between(52.4, 52.7).all()
    assert complexes["longitude"].is_between(5.0, 5.5).all()
    assert complexes["neighbourhood_code"].str.contains(r"^BU9991\d{4}$").all()


def test_a_reporter_has_one_key_in_every_table(demo: Simulation) -> None:
    pairs = pl.concat(demo.tables[name].select("complex_id", "reporter_key") for name in ("complaints", "repairs"))
    per_key = pairs.drop_nulls().unique().group_by("reporter_key").len()
    assert per_key["len"].max() == 1
    shared = set(demo.tables["complaints"]["reporter_key"]) & set(demo.tables["repairs"]["reporter_key"])
    assert len(shared) > 100


def test_evenings_and_nights_have_reports(demo: Simulation) -> None:
    local = (
        demo.tables["complaints"]["reported_at"].dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Amsterdam")
    )
    evening = local.dt.hour().is_between(17, 22).mean()
    night = ((local.dt.hour() >= 23) | (local.dt.hour() < 6)).mean()
    assert 0.15 < float(str(evening)) < 0.45
    assert 0.04 < float(str(night)) < 0.15
