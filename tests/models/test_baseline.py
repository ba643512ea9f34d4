"""What a complex like this would have: from its building and the season, and from nothing else."""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from threadpoolctl import threadpool_limits

from models.baseline import (
    PHYSICAL,
    SEASON,
    WEEKS_A_YEAR,
    ExpectedRate,
    RateTable,
    building_classes,
    expected_counts,
    learned_rate,
    season_columns,
)
from models.policy import Policy
from models.scores import score_weeks
from models.streams import STREAMS, Floats, StreamSeries

COMPLAINTS, FOLLOW_UPS = STREAMS[0], STREAMS[2]
FIRST = date(2023, 1, 2)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """These regressions are so small that waiting for a second thread on a busy machine costs ten times the work."""
    with threadpool_limits(1):
        yield


def mondays(n_weeks: int) -> list[date]:
    return [FIRST + timedelta(weeks=number) for number in range(n_weeks)]


def town(n_complexes: int, seed: int = 1) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "complex_id": [f"C{number:03d}" for number in range(n_complexes)],
            "building_type": rng.choice(["flat", "row", "tower"], n_complexes),
            "built_year": rng.integers(1920, 2020, n_complexes),
            "homes": rng.integers(5, 300, n_complexes),
        }
    )


def counted(exposure: Floats, rate: Floats | float, seed: int = 2, stream: int = 0) -> StreamSeries:
    seen = np.random.default_rng(seed).poisson(exposure * rate).astype(np.float64)
    return StreamSeries(STREAMS[stream], seen, exposure, np.zeros_like(exposure, dtype=np.bool_))


def homes_over(complexes: pl.DataFrame, n_weeks: int) -> Floats:
    return np.repeat(complexes["homes"].to_numpy().astype(np.float64)[:, None], n_weeks, axis=1)


def test_summed_cells_give_the_expectations_of_unsummed_rows() -> None:
    complexes, weeks = town(80), mondays(78)
    series = counted(homes_over(complexes, 78), 0.02)
    classes = building_classes(complexes)
    rows = (
        classes.with_row_index("row")
        .join(season_columns(weeks).with_row_index("week_number"), how="cross")
        .sort("row", "week_number")
        .with_columns(seen=pl.Series(series.seen.ravel()), exposure=pl.Series(series.exposure.ravel()))
    )
    unsummed = ExpectedRate().fit(rows).predict(rows).reshape(80, 78) * series.exposure
    assert expected_counts(series, classes, weeks) == pytest.approx(unsummed, rel=1e-6)


def test_as_much_is_expected_as_was_seen() -> None:
    complexes, weeks = town(100), mondays(104)
    for stream in range(len(STREAMS)):
        series = counted(homes_over(complexes, 104), 0.01, stream=stream)
        expected = expected_counts(series, building_classes(complexes), weeks)
        assert expected.sum() == pytest.approx(series.seen.sum(), rel=1e-4)


def test_nothing_is_expected_where_nothing_could_be_seen() -> None:
    complexes, weeks = town(30), mondays(20)
    exposure = homes_over(complexes, 20)
    exposure[3:9, 5:] = 0
    expected = expected_counts(counted(exposure, 0.05), building_classes(complexes), weeks)
    assert (expected[exposure == 0] == 0).all()
    assert (expected[exposure > 0] > 0).all()


def test_masked_weeks_do_not_lower_what_is_expected_elsewhere() -> None:
    complexes, weeks = town(40), mondays(52)
    whole = counted(homes_over(complexes, 52), 0.05)
    mask = np.zeros_like(whole.exposure, dtype=np.bool_)
    mask[::2, 26:] = True
    half = StreamSeries(COMPLAINTS, np.where(mask, 0, whole.seen), np.where(mask, 0, whole.exposure), mask)
    classes = building_classes(complexes)
    ratio = expected_counts(half, classes, weeks)[~mask] / expected_counts(whole, classes, weeks)[~mask]
    assert ratio.mean() == pytest.approx(1, abs=0.02)


def test_a_planted_season_and_building_are_found() -> None:
    complexes, n_weeks = town(200), 156
    angle = 2 * np.pi * np.array([week.toordinal() / 7 for week in mondays(n_weeks)]) / WEEKS_A_YEAR
    season = np.exp(0.5 * np.cos(angle) + 0.2 * np.sin(2 * angle))
    is_tower = complexes["building_type"].to_numpy() == "tower"
    rate = 0.02 * np.where(is_tower, 2.5, 1.0)[:, None] * season
    exposure = homes_over(complexes, n_weeks)
    expected = expected_counts(counted(exposure, rate), building_classes(complexes), mondays(n_weeks))
    assert expected == pytest.approx(exposure * rate, rel=0.15)
    assert np.median(np.abs(expected / (exposure * rate) - 1)) < 0.03


def test_a_stream_without_physics_has_one_rate() -> None:
    complexes, weeks = town(50), mondays(30)
    exposure = np.random.default_rng(5).gamma(1, 3, (50, 30))
    series = counted(exposure, 0.1, stream=2)
    expected = expected_counts(series, building_classes(complexes), weeks)
    assert not FOLLOW_UPS.has_physics
    assert expected == pytest.approx(exposure * series.seen.sum() / exposure.sum(), rel=1e-12)


@pytest.mark.parametrize("stream", [0, 2])
@pytest.mark.parametrize("n_complexes", [1, 20])
def test_no_events_no_expectation(stream: int, n_complexes: int) -> None:
    complexes, weeks = town(n_complexes), mondays(10)
    series = counted(homes_over(complexes, 10), 0.0, stream=stream)
    expected = expected_counts(series, building_classes(complexes), weeks)
    assert (expected == 0).all()


@pytest.mark.parametrize("stream", [0, 2])
def test_no_exposure_no_expectation(stream: int) -> None:
    complexes, weeks = town(5), mondays(10)
    expected = expected_counts(counted(np.zeros((5, 10)), 0.0, stream=stream), building_classes(complexes), weeks)
    assert (expected == 0).all()


def test_one_complex_and_one_week() -> None:
    complexes = town(1)
    for n_weeks in (1, 60):
        series = counted(homes_over(complexes, n_weeks), 0.2)
        expected = expected_counts(series, building_classes(complexes), mondays(n_weeks))
        assert expected.sum() == pytest.approx(series.seen.sum(), rel=1e-4)


def test_what_is_unknown_is_a_class_of_its_own() -> None:
    complexes = pl.DataFrame(
        {
            "complex_id": ["A", "B", "C"],
            "building_type": [None, "flat", None],
            "built_year": [None, 1950, None],
            "homes": [30, 30, None],
        },
        schema_overrides={"built_year": pl.Int64},
    )
    classes = building_classes(complexes)
    assert classes.null_count().sum_horizontal().item() == 0
    assert classes["building_type"].to_list() == ["unknown", "flat", "unknown"]
    assert classes["built_period"][0] == classes["built_period"][2] == "unknown" != classes["built_period"][1]
    # A building type that is known of one complex only, and a rate of its own for the unknown ones.
    exposure = np.full((3, 52), 30.0)
    rate = np.array([[0.5], [0.05], [0.5]])
    expected = expected_counts(counted(exposure, rate), classes, mondays(52)).sum(axis=1)
    assert expected == pytest.approx((exposure * rate).sum(axis=1), rel=0.15)


def test_breaks_belong_to_the_older_and_smaller_class() -> None:
    complexes = pl.DataFrame(
        {"complex_id": list("ABCD"), "building_type": "flat", "built_year": [1900, 1945, 1946, 2030],
         "homes": [20, 21, 160, 161]}
    )  # fmt: skip
    classes = building_classes(complexes)
    old, edge, newer, newest = classes["built_period"]
    assert old == edge
    assert len({edge, newer, newest}) == 3
    assert classes["size_class"].n_unique() == 4


def test_a_class_never_seen_before_gets_the_rate_of_ordinary_ones() -> None:
    cells = pl.DataFrame(
        {name: ["a"] * 4 for name in PHYSICAL}
        | {name: [0.0] * 4 for name in SEASON}
        | {"seen": [2.0, 3.0, 2.0, 3.0], "exposure": [10.0] * 4}
    )
    other = cells.with_columns(pl.lit("z").alias(name) for name in PHYSICAL)
    assert ExpectedRate().fit(cells).predict(other) == pytest.approx(0.25, rel=1e-3)


def test_a_class_with_few_events_leans_on_all_others() -> None:
    # One event where a hundredth was expected is luck, not a rate a hundred times higher.
    cells = pl.DataFrame(
        {name: ["a", "b"] for name in PHYSICAL}
        | {name: [0.0, 0.0] for name in SEASON}
        | {"seen": [1000.0, 1.0], "exposure": [1000.0, 0.01]}
    )
    usual, lucky = ExpectedRate().fit(cells).predict(cells)
    assert usual == pytest.approx(1, rel=0.02)
    assert 1 < lucky < 50
    usual, lucky = ExpectedRate(prior_sd=0.1).fit(cells).predict(cells)
    assert lucky < 1.2


def test_a_kept_rate_says_what_the_regression_says() -> None:
    complexes, weeks = town(60), mondays(60)
    rng = np.random.default_rng(3)
    cells = (
        building_classes(complexes)
        .join(season_columns(weeks), how="cross")
        .with_columns(seen=pl.Series(rng.poisson(2.0, 3600).astype(float)), exposure=pl.lit(30.0))
    )
    rate = ExpectedRate().fit(cells)
    table = RateTable.of(rate)
    found = table.predict(building_classes(complexes), weeks)
    assert found.ravel() == pytest.approx(rate.predict(cells), rel=1e-12)
    # By way of a file it is the same to the last digit.
    kept = RateTable.from_dict(json.loads(json.dumps(asdict(table), allow_nan=False)))
    assert kept == table
    assert np.array_equal(kept.predict(building_classes(complexes), weeks), found)


@pytest.mark.parametrize(("stream", "rate"), [(2, 0.1), (0, 0.0), (2, 0.0)])
def test_a_rate_without_physics_or_events_is_kept_too(stream: int, rate: float) -> None:
    complexes, weeks = town(10), mondays(20)
    series = counted(homes_over(complexes, 20), rate, stream=stream)
    table = learned_rate(series, building_classes(complexes), weeks)
    assert RateTable.from_dict(json.loads(json.dumps(asdict(table)))) == table
    assert (table.predict(building_classes(complexes), weeks) == series.seen.sum() / series.exposure.sum()).all()


def test_a_kept_rate_knows_weeks_and_buildings_that_came_later() -> None:
    complexes, weeks = town(60).with_columns(building_type=pl.lit("row")), mondays(104)
    series = counted(homes_over(complexes, 104), 0.02)
    table = learned_rate(series, building_classes(complexes), weeks)
    later = [week + timedelta(weeks=104) for week in weeks]
    new = complexes.with_columns(building_type=pl.lit("houseboat"))
    found = table.predict(building_classes(new), later)
    assert np.isfinite(found).all()
    assert found.mean() == pytest.approx(0.02, rel=0.15)


# What may not be known: who lives there, and where.
FORBIDDEN = ("audience", "area_team", "neighbourhood_code", "municipality_code", "latitude", "longitude", "name")


def panel(complexes: pl.DataFrame, n_weeks: int) -> pl.DataFrame:
    rng = np.random.default_rng(7)
    rows = complexes.select("complex_id", "area_team", "homes").join(
        pl.DataFrame({"week": mondays(n_weeks)}), how="cross"
    )
    homes = rows["homes"].to_numpy()
    names = ("complaints", "normal_repairs", "urgent_repairs", "vandalism_repairs", "follow_up_reports", "visits",
             "concerns", "homes_inspected", "bad_condition", "threat_signals")  # fmt: skip
    return rows.with_columns(
        pl.col("homes").alias("homes_in_use"),
        *(pl.Series(name, rng.poisson(0.01 * homes).astype(np.int64)) for name in names),
        incident_days_open=pl.Series(rng.gamma(1, 2, len(homes))),
    )


def with_places(complexes: pl.DataFrame) -> pl.DataFrame:
    n = complexes.height
    rng = np.random.default_rng(9)
    return complexes.with_columns(
        audience=pl.Series(rng.choice(["seniors", "care", "general"], n)),
        area_team=pl.Series(rng.choice(["Noord", "Zuid"], n)),
        neighbourhood_code=pl.Series(rng.choice(["BU1", "BU2", "BU3"], n)),
        municipality_code=pl.Series(rng.choice(["GM1", "GM2"], n)),
        latitude=pl.Series(rng.uniform(51, 53, n)),
        longitude=pl.Series(rng.uniform(4, 6, n)),
        name=pl.Series([f"Hof {number}" for number in range(n)]),
    )


def test_people_and_places_are_not_even_read() -> None:
    complexes = with_places(town(25))
    assert building_classes(complexes).equals(building_classes(complexes.drop(FORBIDDEN)))
    assert set(building_classes(complexes).columns) == {"complex_id", *PHYSICAL}
    # Changing what is learned from would need another column than these.
    assert set(PHYSICAL) == {"building_type", "built_period", "size_class"}


def test_expectations_do_not_change_when_people_or_places_do() -> None:
    complexes = with_places(town(25))
    permuted = complexes.with_columns(pl.col(name).shuffle(seed=4) for name in FORBIDDEN)
    assert all(permuted[name].to_list() != complexes[name].to_list() for name in FORBIDDEN)
    one, other = (score_weeks(panel(each, 30), each, Policy(), 4) for each in (complexes, permuted))
    assert one.streams.equals(other.streams)
    assert one.reasons.equals(other.reasons)
    judged = ["p_quiet", "p_decline", "p_quiet_decline", "state"]
    assert one.scores.select(judged).equals(other.scores.select(judged))


def test_a_whole_silent_district_stays_visible() -> None:
    complexes = with_places(town(60)).with_columns(
        area_team=pl.when(pl.int_range(pl.len()) < 20).then(pl.lit("Stil")).otherwise(pl.lit("Rest"))
    )
    weekly = panel(complexes, 60).with_columns(
        pl.when(pl.col("area_team") == "Stil").then(pl.col(name) // 4).otherwise(pl.col(name)).alias(name)
        for name in ("complaints", "normal_repairs", "follow_up_reports")
    )
    scores = score_weeks(weekly, complexes, Policy(), 1).scores
    by_team = dict(scores.group_by("area_team").agg(pl.col("p_quiet").mean()).rows())
    assert by_team["Stil"] > 0.6 > 0.2 > by_team["Rest"]


def test_one_wrong_import_does_not_raise_what_is_expected_of_its_neighbours() -> None:
    complexes, weeks = town(40), mondays(60)
    plain = counted(homes_over(complexes, 60), 0.02)
    wrong = replace(plain, seen=plain.seen.copy())
    wrong.seen[0, 30] = 100_000
    before, after = (expected_counts(each, building_classes(complexes), weeks) for each in (plain, wrong))
    assert (after[1:] / before[1:]).max() < 1.6
    assert (after[1:] / before[1:]).mean() < 1.1
