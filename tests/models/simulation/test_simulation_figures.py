"""The default town looks like docs/domain.md's figures, and what is planted can be found again."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from models.simulation import (
    CLASSES,
    DECLINE_ABOVE,
    QUIET_BELOW,
    RICH_RATES,
    STREAMS,
    Shares,
    Simulation,
    Town,
    simulate,
)

NO_OUTAGES = {"team_outages": 0, "outage_share": 0.0, "rule_changes": 0}


@pytest.fixture(scope="module")
def demo() -> Simulation:
    return simulate(Town(), seed=1)


@pytest.fixture(scope="module")
def large() -> Simulation:
    """Ten times the demo: figures that need many complexes."""
    return simulate(Town(n_complexes=3000, n_area_teams=60), seed=1)


def per_home_year(simulation: Simulation, rows: int) -> float:
    homes = simulation.tables["complexes"]["homes"].sum()
    return float(rows / homes / (simulation.town.n_weeks * 7 / 365.25))


def by_class(simulation: Simulation, name: str, column: str = "complex_id") -> pl.DataFrame:
    """Rows of a table with the planted class of their complex."""
    truth = simulation.truth.select("complex_id", "planted_class", "since_week")
    return simulation.tables[name].join(truth, on="complex_id", how="left").filter(pl.col(column).is_not_null())


@pytest.mark.parametrize("seed", range(5))
def test_rates_of_the_demo_are_those_of_the_domain(seed: int) -> None:
    demo = simulate(Town(), seed)
    tables = demo.tables
    left = tables["tenancies"].filter(
        pl.col("ended_on").is_not_null() & ~pl.col("end_reason").is_in(["WIJ", "WON", "HER"])
    )
    assert 17_000 < tables["complexes"]["homes"].sum() < 19_500
    assert 0.055 * 0.9 < per_home_year(demo, left.height) < 0.058 * 1.1
    assert 1.3 < per_home_year(demo, tables["repairs"].height) < 1.8
    assert 0.02 < per_home_year(demo, tables["complaints"].height) < 0.06
    assert 0.03 < per_home_year(demo, tables["field_signals"].height) < 0.10


def test_sizes_have_the_planted_median_and_tail(large: Simulation) -> None:
    homes = large.tables["complexes"]["homes"]
    assert abs(float(homes.median() or 0) - 35) < 2  # type: ignore[arg-type]
    assert 0.04 < (homes > 200).mean() < 0.06
    assert 58 < homes.mean() < 64


def test_rich_rates_are_those_of_issue_3() -> None:
    rich = simulate(Town(n_complexes=1000, rates=RICH_RATES, **NO_OUTAGES), seed=1)  # type: ignore[arg-type]
    home_weeks = rich.latents.occupied.sum()
    at_home = rich.tables["repairs"].filter(pl.col("location") == "home")
    urgent = at_home.filter(pl.col("urgency") == "urgent").height
    assert rich.tables["complaints"].height / home_weeks == pytest.approx(0.004, rel=0.15)
    assert urgent / home_weeks == pytest.approx(0.006, rel=0.15)
    assert (at_home.height - urgent) / home_weeks == pytest.approx(0.02, rel=0.15)
    assert rich.latents.visits.height / (1000 * 156) == pytest.approx(0.4, rel=0.1)


def test_every_class_gets_its_share(large: Simulation) -> None:
    counts = dict(large.truth["planted_class"].value_counts().iter_rows())
    for name in CLASSES[1:]:
        assert counts[name] == round(getattr(Shares(), name) * 3000)
    assert 0.02 < large.truth["is_quiet_decline"].mean() < 0.04


def test_truth_follows_from_the_latents(demo: Simulation) -> None:
    last = (demo.latents.r[:, -1] < QUIET_BELOW) & (demo.latents.d[:, -1] > DECLINE_ABOVE)
    assert demo.truth["is_quiet_decline"].to_list() == last.tolist()
    assert (demo.truth["quiet_decline_since"].is_not_null() == demo.truth["is_quiet_decline"]).all()
    monday = demo.town.last_week - timedelta(weeks=demo.town.n_weeks - 1)
    for row in demo.truth.filter(pl.col("quiet_decline_since").is_not_null()).iter_rows(named=True):
        number = int(row["complex_id"][1:]) - 1
        week = (row["quiet_decline_since"] - monday).days // 7
        assert demo.latents.is_quiet_decline[number, week:].all()
        assert week == 0 or not demo.latents.is_quiet_decline[number, week - 1]


def test_went_quiet_was_not_quiet_before(large: Simulation) -> None:
    went = large.truth["planted_class"].to_numpy() == "went_quiet"
    assert (large.latents.r[went, 0] > QUIET_BELOW).all()
    assert (large.latents.r[went, -1] < QUIET_BELOW).mean() > 0.8
    assert large.truth.filter(pl.Series(went))["since_week"].null_count() == 0


def test_follow_ups_have_the_planted_rate() -> None:
    town = Town(n_complexes=400, rates=RICH_RATES, habit_sd=0.0, visit_echo=0.0, intervention_echo=0.0, **NO_OUTAGES)  # type: ignore[arg-type]
    simulation = simulate(town, seed=2)
    incidents, latents = simulation.latents.incidents, simulation.latents
    where = (incidents["complex_index"].to_numpy(), incidents["week"].to_numpy())
    mean = 0.12 * np.sqrt(latents.occupied[where] / 60) * np.exp(latents.r[where]) * incidents["days_open"].to_numpy()
    assert incidents["expected_follow_ups"].to_numpy() == pytest.approx(mean)
    assert incidents["follow_ups"].sum() == pytest.approx(mean.sum(), rel=0.05)
    # What a reader of the records counts: distinct reporters per incident. 4 % of them are not known.
    known = simulation.tables["repairs"].drop_nulls(["incident_key", "reporter_key"])
    seen = known.group_by("incident_key").agg(pl.col("reporter_key").n_unique())["reporter_key"].sum()
    by_residents = (~incidents["is_found_by_staff"]).sum()
    assert seen / 0.96 == pytest.approx(incidents["follow_ups"].sum() + by_residents, rel=0.03)


def test_the_afraid_have_damage_and_threats_but_no_complaints() -> None:
    simulation = simulate(Town(n_complexes=400, shares=Shares(afraid=0.1)), seed=4)
    afraid = simulation.truth.filter((pl.col("planted_class") == "afraid") & pl.col("since_week").is_null())
    ordinary = simulation.truth.filter(pl.col("planted_class") == "ordinary")
    homes = dict(simulation.tables["complexes"].select("complex_id", "homes").iter_rows())

    def per_home(rows: pl.DataFrame, group: pl.DataFrame) -> float:
        here = rows.filter(pl.col("complex_id").is_in(group["complex_id"].to_list()))
        return here.height / sum(homes[each] for each in group["complex_id"])

    damage = simulation.tables["repairs"].filter(pl.col("cause").is_in(["vandalism", "fire"]))
    threats = simulation.tables["field_signals"].filter(
        pl.col("kind").is_in(["AGR", "AGR.BRA", "AGR.AGS", "AGR.VEB", "ONE.DRU"])
    )
    complaints = simulation.tables["complaints"]
    assert per_home(damage, afraid) > 2 * per_home(damage, ordinary)
    assert per_home(threats, afraid) > 2 * per_home(threats, ordinary)
    assert per_home(complaints, afraid) < 0.35 * per_home(complaints, ordinary)


def test_concerns_and_conditions_follow_the_decline(large: Simulation) -> None:
    signals = by_class(large, "field_signals").filter(pl.col("occasion") == "routine")
    share = dict(signals.group_by("planted_class").agg((pl.col("finding") == "concern").mean()).iter_rows())
    assert share["quiet_decline"] > 1.4 * share["ordinary"] > 2 * share["calm"]
    found = by_class(large, "tenancies", "found_condition")
    bad = dict(found.group_by("planted_class").agg((pl.col("found_condition") >= 4).mean()).iter_rows())
    assert bad["loud_declining"] > 1.2 * bad["ordinary"] > 1.2 * bad["calm"]


def test_nobody_visits_what_is_not_looked_at(large: Simulation) -> None:
    signals = by_class(large, "field_signals").filter(pl.col("planted_class") == "not_looked_at")
    assert "routine" not in set(signals["occasion"])
    assert signals.height > 0


def test_an_outage_takes_reports_and_nothing_else() -> None:
    simulation = simulate(Town(n_complexes=200, n_area_teams=2), seed=3)
    lost = simulation.latents.is_unregistered
    monday = simulation.town.last_week - timedelta(weeks=simulation.town.n_weeks - 1)

    def counts(name: str, column: str) -> np.ndarray:
        local = pl.col(column).dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Amsterdam").dt.date()
        day = pl.col(column) if simulation.tables[name][column].dtype == pl.Date else local
        rows = simulation.tables[name].select(
            number=pl.col("complex_id").str.slice(1).cast(pl.Int64) - 1,
            week=(day - monday).dt.total_days() // 7,
        )
        result = np.zeros(lost.shape, dtype=np.int64)
        np.add.at(result, (rows["number"].to_numpy(), rows["week"].to_numpy()), 1)
        return result

    assert lost.sum() > 300
    assert counts("complaints", "reported_at")[lost].sum() == 0
    assert counts("repairs", "requested_at")[lost].sum() == 0
    assert counts("field_signals", "observed_on")[lost].sum() > 0
    broken = simulation.truth.filter(pl.col("outage_from").is_not_null())
    assert broken.height == lost.any(axis=1).sum()


def test_a_changed_intake_rule_is_announced_and_loses_complaints(large: Simulation) -> None:
    changes = large.tables["registration_changes"]
    rule = changes.filter(pl.col("expected_effect") == "fewer").row(0, named=True)
    assert rule["contract"] == "complaints"
    kept = large.latents.kept_complaints
    ruled = large.tables["complexes"]["area_team"] == rule["area_team"]
    assert (kept[ruled.to_numpy(), -1] == large.town.rule_kept_share).all()
    assert (kept[~ruled.to_numpy()] == 1).all()


def test_emptied_complexes_lose_their_homes(large: Simulation) -> None:
    emptied = (large.truth["planted_class"] == "emptied").to_numpy()
    occupied = large.latents.occupied[emptied]
    assert occupied[:, -1].sum() < 0.6 * occupied[:, 0].sum()
    gone = by_class(large, "tenancies").filter(pl.col("end_reason") == "HER")
    assert set(gone["planted_class"]) == {"emptied"}
    # Nobody moves in where homes are being emptied for good.
    stock = large.tables["complexes"].filter(pl.Series(emptied))
    running = by_class(large, "tenancies").filter((pl.col("planted_class") == "emptied") & pl.col("ended_on").is_null())
    assert running.height <= occupied[:, -1].sum() + 1
    assert (stock["homes_out_of_use"] <= stock["homes"]).all()


def test_nuisance_peaks_in_summer_and_heating_fails_in_winter(large: Simulation) -> None:
    expected = {name: values.sum(axis=0) for name, values in large.latents.expected.items()}
    months = [(large.town.last_week - timedelta(weeks=155 - week)).month for week in range(156)]
    summer, winter = np.isin(months, [6, 7, 8]), np.isin(months, [12, 1, 2])
    assert expected["complaints"][summer].mean() > 1.2 * expected["complaints"][winter].mean()
    assert expected["urgent_repairs"][winter].mean() > 1.3 * expected["urgent_repairs"][summer].mean()
    repairs = large.tables["repairs"].filter(pl.col("location") == "home")
    heating = repairs.group_by(pl.col("requested_at").dt.month()).agg((pl.col("defect") == "STO.TRI").mean())
    share = dict(heating.iter_rows())
    assert share[1] > 1.5 * share[7]


def test_voices_come_back_after_an_intervention(large: Simulation) -> None:
    recovering = large.truth.filter(pl.col("planted_class") == "recovering")
    helped = set(large.tables["interventions"]["complex_id"])
    assert set(recovering["complex_id"]) <= helped
    numbers = recovering["complex_id"].str.slice(1).cast(pl.Int64).to_numpy() - 1
    assert large.latents.r[numbers, 0].mean() < QUIET_BELOW
    assert np.median(large.latents.r[numbers, -1]) > -0.2


def test_unit_noise_has_the_planted_sd(large: Simulation) -> None:
    assert large.latents.offsets.shape == (3000, len(STREAMS))
    assert large.latents.offsets.std(axis=0) == pytest.approx(0.25, rel=0.1)
    none = simulate(Town(n_complexes=30, n_weeks=30, habit_sd=0.0), 1)
    assert np.ptp(none.latents.offsets) == 0


def test_visits_and_interventions_make_people_speak() -> None:
    quiet = simulate(Town(n_complexes=300, rates=RICH_RATES, visit_echo=0.0, intervention_echo=0.0), 7)
    assert np.ptp(quiet.latents.echo) == 0
    loud = simulate(Town(n_complexes=300, rates=RICH_RATES), 7)
    assert abs(loud.latents.echo.mean()) < 0.05
    assert loud.latents.echo.max() > 0.2


def test_a_delivery_lacks_what_has_not_arrived(demo: Simulation) -> None:
    friday = demo.town.last_week - timedelta(days=3)
    early = demo.delivered(friday)
    late = demo.delivered(demo.town.last_week + timedelta(days=600))
    assert late["repairs"].equals(demo.tables["repairs"])
    for name in ("complaints", "repairs", "field_signals"):
        assert 0 < early[name].height < demo.tables[name].height
    assert (early["complaints"]["reported_at"].dt.date() <= friday).all()
    assert (early["repairs"]["completed_at"].dt.date() <= friday).all()
    assert (early["tenancies"]["ended_on"] <= friday).all()
    open_ones = early["tenancies"].filter(pl.col("ended_on").is_null())
    assert open_ones["end_reason"].null_count() == open_ones.height
    assert open_ones["found_condition"].null_count() == open_ones.height


def test_a_raw_delivery_holds_identical_duplicates(demo: Simulation) -> None:
    day = demo.town.last_week + timedelta(days=6)
    clean, raw = demo.delivered(day), demo.delivered(day, with_duplicates=True)
    extra = raw["repairs"].height - clean["repairs"].height
    assert extra == pytest.approx(clean["repairs"].height * demo.town.duplicate_share, rel=0.3)
    assert raw["repairs"].unique().height == clean["repairs"].height


def test_stress_cases_lower_reporting() -> None:
    plain = simulate(Town(n_complexes=200, n_weeks=30), 1).latents.r.mean()
    assert simulate(Town(n_complexes=200, n_weeks=30, quiet_share=0.35), 1).latents.r.mean() < plain - 0.15
    assert simulate(Town(n_complexes=200, n_weeks=30, quiet_team_share=0.3), 1).latents.r.mean() < plain - 0.1


def test_a_matter_reported_again_keeps_its_key_and_place() -> None:
    complaints = simulate(Town(rates=RICH_RATES), 2).tables["complaints"]
    again = complaints.drop_nulls("incident_key")
    assert again.height > 500
    matters = again.group_by("incident_key").agg(
        pl.len().alias("rows"),
        *[pl.col(name).n_unique() for name in ("complex_id", "category", "location")],
        # Rows without a reporter belong to a matter too: the corporation knows, the extract does not say.
        pl.col("reporter_key").drop_nulls().n_unique(),
        (pl.col("reported_at").sort().diff().max() <= timedelta(days=28)).alias("is_close"),
    )
    assert (matters["rows"] >= 2).all()
    assert (matters.select("complex_id", "category", "location") == 1).to_numpy().all()
    assert (matters["reporter_key"] <= 1).all()
    assert matters["is_close"].all()


def test_names_stay_different_when_the_words_run_out(large: Simulation) -> None:
    assert large.tables["complexes"]["name"].n_unique() == 3000


def test_loose_signals_come_where_things_are_bad(large: Simulation) -> None:
    loose = by_class(large, "field_signals").filter(pl.col("visit_key").is_null())
    assert set(loose["finding"]) == {"concern"}
    assert loose["occasion"].null_count() == loose.height
    rows = dict(loose["planted_class"].value_counts().iter_rows())
    classes = by_class(large, "complexes")
    homes = dict(classes.group_by("planted_class").agg(pl.col("homes").sum()).iter_rows())
    rate = {name: rows[name] / homes[name] for name in ("loud_declining", "ordinary", "calm")}
    assert rate["loud_declining"] > 1.4 * rate["ordinary"] > 1.4 * rate["calm"]


def test_a_registration_change_halves_what_arrives() -> None:
    simulation = simulate(Town(n_complexes=400, n_area_teams=2, rates=RICH_RATES, team_outages=0), 1)
    rule = simulation.tables["registration_changes"].filter(pl.col("expected_effect") == "fewer").row(0, named=True)
    teams = simulation.tables["complexes"].select("complex_id", "area_team")
    rows = simulation.tables["complaints"].join(teams, on="complex_id")
    is_after = pl.col("reported_at").dt.date() >= rule["starts_on"]
    counts = rows.group_by(is_after.alias("after"), (pl.col("area_team") == rule["area_team"]).alias("ruled")).len()
    number = {(after, ruled): many for after, ruled, many in counts.iter_rows()}
    change = (number[True, True] / number[False, True]) / (number[True, False] / number[False, False])
    assert change == pytest.approx(0.45, rel=0.2)
