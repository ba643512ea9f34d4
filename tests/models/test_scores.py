"""From a panel to scores: whatever comes in, the contract's rows come out; and planted quiet decline is found."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from scipy.special import logit
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from data_contracts.contract import contract
from data_contracts.tables import create_table
from models.panel import STEPS, panel_variables
from models.policy import Policy
from models.scores import Scored, score_weeks
from models.selection import select_flags
from models.simulation import RICH_RATES, Town, simulate
from models.streams import STREAMS

FIRST = date(2024, 11, 4)
POLICY = Policy()
REPORTS = ("complaints", "normal_repairs", "follow_up_reports")
# Counts a home and week, rich enough for a hundred weeks of thirty complexes to say something.
RATES = {
    "complaints": 0.004,
    "normal_repairs": 0.02,
    "urgent_repairs": 0.006,
    "vandalism_repairs": 0.0005,
    "follow_up_reports": 0.004,
    "visits": 0.006,
    "concerns": 0.001,
    "homes_inspected": 0.001,
    "bad_condition": 0.0003,
    "threat_signals": 0.0001,
}
SOURCE_COLUMNS = {
    "complaints": ["complaints"],
    "repairs": ["normal_repairs", "urgent_repairs", "vandalism_repairs", "follow_up_reports", "incident_days_open"],
    "tenancies": ["homes_inspected", "bad_condition"],
    "field_signals": ["visits", "concerns", "threat_signals"],
}


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """These regressions are so small that waiting for a second thread on a busy machine costs ten times the work."""
    with threadpool_limits(1):
        yield


def town(n_complexes: int = 20) -> pl.DataFrame:
    rng = np.random.default_rng(1)
    return pl.DataFrame(
        {
            "complex_id": [f"C{number:03d}" for number in range(n_complexes)],
            "homes": rng.integers(8, 150, n_complexes),
            "building_type": rng.choice(["flat", "row"], n_complexes),
            "built_year": rng.integers(1930, 2010, n_complexes),
            "audience": rng.choice(["general", "seniors"], n_complexes),
            "area_team": [("Noord", "Zuid")[number % 2] for number in range(n_complexes)],
        }
    )


def panel(complexes: pl.DataFrame, n_weeks: int = 70, seed: int = 2) -> pl.DataFrame:
    """Counts by chance around each complex's own lasting level of reporting and of condition, sd of the ratio .5."""
    rng = np.random.default_rng(seed)
    level = rng.gamma(4, 1 / 4, (complexes.height, 2)).repeat(n_weeks, axis=0)
    weeks = pl.DataFrame({"week": [FIRST + timedelta(weeks=number) for number in range(n_weeks)]})
    rows = complexes.select("complex_id", "area_team", "homes").join(weeks, how="cross", maintain_order="left")
    homes = rows["homes"].to_numpy()
    return rows.with_columns(
        pl.col("homes").cast(pl.Int32),
        homes_in_use=pl.col("homes").cast(pl.Int32),
        incident_days_open=pl.Series(rng.gamma(0.3, 0.1 * homes)),
        **{
            name: pl.Series(rng.poisson(rate * homes * _level(name, level)).astype(np.int64))
            for name, rate in RATES.items()
        },
    )


def _level(name: str, level: np.ndarray) -> Any:
    if name in ("visits", "homes_inspected"):
        return 1.0
    return level[:, 0] if name in REPORTS else level[:, 1]


def changed(weekly: pl.DataFrame, where: pl.Expr, **to: Any) -> pl.DataFrame:
    return weekly.with_columns(
        pl.when(where).then(value).otherwise(pl.col(name)).cast(weekly.schema[name]).alias(name)
        for name, value in to.items()
    )


def without(weekly: pl.DataFrame, *sources: str, where: pl.Expr | None = None) -> pl.DataFrame:
    columns = [name for source in sources for name in SOURCE_COLUMNS[source]]
    return changed(weekly, pl.lit(True) if where is None else where, **dict.fromkeys(columns))


def scores_of_one(weekly: pl.DataFrame, complexes: pl.DataFrame, policy: Policy = POLICY) -> dict[str, Any]:
    return score_weeks(weekly, complexes, policy, 1).scores.filter(ONE).row(0, named=True)


ONE = pl.col("complex_id") == "C000"
COUNTS = [*RATES, "incident_days_open"]
# A seventh of what eighty homes report, but never silent for so long that it could be a broken feed.
QUIET = {
    "complaints": 0,
    "follow_up_reports": 0,
    "normal_repairs": (pl.col("week").dt.ordinal_day() // 7 % 3 == 0).cast(pl.Int64),
}


def assert_keeps_the_contracts(scored: Scored) -> None:
    """Columns, types, every rule and the key of each published table; and no figure that is none."""
    con = duckdb.connect()
    for name in ("scores", "streams", "reasons"):
        rows, promised = getattr(scored, name), contract("published", name)
        assert rows.columns == list(promised.column_names)
        con.register("found", rows.to_arrow())
        con.execute(create_table(promised, name))
        types = dict(con.execute("select column_name, column_type from (describe found)").fetchall())
        for column in promised.columns:
            # A whole number may stand for a decimal one; nothing else changes on the way into the table.
            allowed = {column.physical_type} | ({"BIGINT"} if column.physical_type == "DOUBLE" else set())
            assert types[column.name] in allowed, column.name
        con.execute(f"insert into {name} from found")
        for rule in promised.rules:
            broken = con.execute(f"from {name} where not coalesce({rule.predicate}, false) limit 3").fetchall()
            assert broken == [], (name, rule.id)
        for column in promised.columns:
            if column.physical_type == "DOUBLE":
                odd = con.execute(f"from {name} where not isfinite({column.name})").fetchall()
                assert odd == [], column.name
        assert not rows.select(promised.key).is_duplicated().any()
        assert rows.equals(rows.sort(promised.sorted_by))
    masked = scored.streams.filter("is_masked")
    assert masked.select("seen", "expected", "exposure").null_count().row(0) == (masked.height,) * 3
    assert scored.streams.filter(~pl.col("is_masked"))["seen"].null_count() == 0
    # All three speak of the same complexes and weeks.
    keys = scored.scores.select("complex_id", "week")
    assert scored.streams.select("complex_id", "week").unique().sort(pl.all()).equals(keys)
    assert scored.streams.height == len(STREAMS) * keys.height
    assert scored.reasons.join(keys, on=["complex_id", "week"], how="anti").is_empty()


def checked(weekly: pl.DataFrame, complexes: pl.DataFrame, n_weeks: int = 3, policy: Policy = POLICY) -> Scored:
    scored = score_weeks(weekly, complexes, policy, n_weeks)
    assert_keeps_the_contracts(scored)
    return scored


def zero(weekly: pl.DataFrame) -> pl.DataFrame:
    return changed(weekly, pl.lit(True), **dict.fromkeys(COUNTS, 0))


def other_homes(weekly: pl.DataFrame) -> pl.DataFrame:
    later = ONE & (pl.col("week") >= FIRST + timedelta(weeks=40))
    return changed(weekly, later, homes=pl.col("homes") * 2, homes_in_use=pl.col("homes_in_use") * 2)


CASES: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "as it is": lambda weekly: weekly,
    "one complex": lambda weekly: weekly.filter(ONE),
    "one week": lambda weekly: weekly.filter(pl.col("week") == FIRST),
    "one complex in one week": lambda weekly: weekly.filter(ONE & (pl.col("week") == FIRST)),
    "everything zero": zero,
    "everything zero but one report": lambda weekly: changed(
        zero(weekly), ONE & (pl.col("week") == FIRST), complaints=1
    ),
    "nothing delivered": lambda weekly: without(weekly, *SOURCE_COLUMNS),
    "only complaints": lambda weekly: without(weekly, "repairs", "tenancies", "field_signals"),
    "no complaints": lambda weekly: without(weekly, "complaints"),
    "one team without any source": lambda weekly: without(weekly, *SOURCE_COLUMNS, where=pl.col("area_team") == "Zuid"),
    "sources that begin late": lambda weekly: without(
        weekly, *SOURCE_COLUMNS, where=pl.col("week") < FIRST + timedelta(weeks=60)
    ),
    "sources that stopped": lambda weekly: without(
        weekly, *SOURCE_COLUMNS, where=pl.col("week") > FIRST + timedelta(weeks=10)
    ),
    "homes that change": other_homes,
    "no home in use": lambda weekly: changed(weekly, ONE, homes_in_use=0),
    "no home in use anywhere": lambda weekly: changed(weekly, pl.lit(True), homes_in_use=0),
    "an outage": lambda weekly: changed(
        weekly, pl.col("week") >= FIRST + timedelta(weeks=50), **dict.fromkeys(REPORTS, 0)
    ),
    "huge counts in one complex": lambda weekly: changed(weekly, ONE, **dict.fromkeys(RATES, 100_000)),
    "huge counts in one week": lambda weekly: changed(
        weekly, ONE & (pl.col("week") == weekly["week"].max()), **dict.fromkeys(RATES, 100_000)
    ),
    "huge counts everywhere": lambda weekly: changed(weekly, pl.lit(True), **dict.fromkeys(RATES, 100_000)),
    "follow-ups of incidents that stood open for no time": lambda weekly: changed(
        weekly, ONE, follow_up_reports=3, incident_days_open=0
    ),
    "a complex that came late": lambda weekly: weekly.filter(~ONE | (pl.col("week") > FIRST + timedelta(weeks=67))),
    "a complex that went": lambda weekly: weekly.filter(~ONE | (pl.col("week") < FIRST + timedelta(weeks=68))),
    "a complex with a gap": lambda weekly: weekly.filter(
        ~ONE | (pl.col("week") < FIRST + timedelta(weeks=30)) | (pl.col("week") > FIRST + timedelta(weeks=67))
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_whatever_comes_in_the_contract_comes_out(case: str) -> None:
    complexes = town()
    weekly = CASES[case](panel(complexes))
    scored = checked(weekly, complexes)
    last = weekly.filter(pl.col("week") > weekly["week"].max() - timedelta(weeks=3))
    assert scored.scores.select("complex_id", "week").equals(last.select("complex_id", "week").sort(pl.all()))


def test_a_complex_of_which_nobody_knows_the_building_is_scored_too() -> None:
    complexes = town()
    unknown = complexes.with_columns(
        pl.when(ONE).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("building_type", "built_year", "audience")
    )
    checked(panel(complexes), unknown)
    # One that has left the register since is still in the panel.
    assert checked(panel(complexes), complexes.filter(~ONE)).scores.filter(ONE).height == 3


@pytest.mark.parametrize("n_weeks", [1, 8, 70, 500])
def test_as_many_weeks_are_scored_as_asked_for(n_weeks: int) -> None:
    complexes = town(6)
    scored = checked(panel(complexes), complexes, n_weeks)
    assert scored.scores["week"].n_unique() == min(n_weeks, 70)
    assert scored.reasons["week"].unique().to_list() == [FIRST + timedelta(weeks=69)]


# Read by the panel's SQL or the flows only.
ELSEWHERE = ("history_weeks", "backfill_weeks", "bad_condition_from", "incident_days", "honest_source_weeks",
             "chance_gap_rows", "safety_weeks")  # fmt: skip
EXTREMES = [
    (entry["name"], type(entry["default"])(entry[end]))
    for entry in ({"name": each.name, "default": each.default, **each.metadata} for each in fields(Policy))
    if entry["least"] is not None and entry["name"] not in ELSEWHERE
    for end in ("least", "most")
]


@pytest.mark.parametrize(("name", "value"), EXTREMES)
def test_every_policy_one_may_set_gives_rows_that_keep_the_contract(name: str, value: float) -> None:
    complexes, policy = town(8), Policy(**{name: value})
    scored = checked(panel(complexes, 60), complexes, 2, policy)
    last = scored.scores.filter(pl.col("week") == pl.col("week").max())
    earlier = pl.DataFrame(schema={"complex_id": pl.String, "week": pl.Date, "first_week": pl.Date, "why": pl.String})
    flags = select_flags(last, scored.reasons, pl.Series([], dtype=pl.String), earlier, policy)
    assert flags["flag_id"].is_unique().all()


def test_the_same_input_gives_the_same_rows_and_so_do_shuffled_ones() -> None:
    complexes = town()
    weekly = CASES["an outage"](panel(complexes))
    first = score_weeks(weekly, complexes, POLICY, 4)
    for again in (
        score_weeks(weekly, complexes, POLICY, 4),
        score_weeks(*(each.sample(fraction=1, shuffle=True, seed=5) for each in (weekly, complexes)), POLICY, 4),
    ):
        for name in ("scores", "streams", "reasons"):
            assert getattr(again, name).equals(getattr(first, name)), name


def test_a_later_week_does_not_change_what_was_counted_before() -> None:
    complexes = town(6)
    weekly = panel(complexes)
    earlier = weekly.filter(pl.col("week") < FIRST + timedelta(weeks=69))
    long, short = (score_weeks(each, complexes, POLICY, 2).streams for each in (weekly, earlier))
    same = ["complex_id", "week", "stream"]
    both = long.join(short, on=same, suffix="_then")
    assert both.height == 6 * len(STREAMS)
    assert (both["seen"] == both["seen_then"]).all()
    assert (both["exposure"] == both["exposure_then"]).all()


def test_streams_carry_what_the_panel_counted() -> None:
    complexes = town(6)
    weekly = panel(complexes)
    found = score_weeks(weekly, complexes, POLICY, 5).streams
    for stream in ("complaints", "concerns"):
        wanted = weekly.filter(pl.col("week") > FIRST + timedelta(weeks=64)).sort("complex_id", "week")[stream]
        assert found.filter(pl.col("stream") == stream)["seen"].to_list() == wanted.to_list()


def test_scores_speak_of_the_homes_of_their_week() -> None:
    complexes = town()
    weekly = other_homes(panel(complexes))
    scored = score_weeks(weekly, complexes, POLICY, 70)
    homes = scored.scores.filter(ONE)["homes"]
    assert homes[69] == 2 * homes[0]
    exposure = scored.streams.filter(ONE, pl.col("stream") == "complaints")["exposure"]
    assert exposure[69] == 2 * exposure[0] == homes[69]


def test_missing_sources_are_named_and_give_no_reasons() -> None:
    complexes = town()
    scored = score_weeks(without(panel(complexes), "repairs", "tenancies", "field_signals"), complexes, POLICY, 1)
    assert scored.scores["missing_sources"].to_list() == [["repairs", "tenancies", "field_signals"]] * 20
    assert scored.reasons["stream"].unique().to_list() == ["complaints"]
    assert "calm_seen" not in scored.scores["state"]


def test_without_any_source_nothing_is_known_and_nothing_is_flagged() -> None:
    complexes = town()
    scored = score_weeks(without(panel(complexes), *SOURCE_COLUMNS), complexes, POLICY, 1)
    scores = scored.scores
    assert scores["state"].unique().to_list() == ["not_enough_evidence"]
    assert scores["window_weeks"].unique().to_list() == [0]
    assert scores["is_too_small_to_know"].all()
    assert (scores["p_quiet_decline"] < POLICY.flag_from).all()
    assert scored.reasons.is_empty()


def test_visits_without_a_concern_are_evidence_of_calm() -> None:
    complexes = town(30).with_columns(homes=pl.lit(80))
    calm = QUIET | {"visits": 1, "urgent_repairs": 0, "concerns": 0, "bad_condition": 0}
    said = scores_of_one(changed(panel(complexes), ONE, **calm), complexes)
    assert (said["state"], said["silence_kind"]) == ("calm_seen", "good")


def weeks_ago(n_weeks: int) -> pl.Expr:
    return pl.col("week") > FIRST + timedelta(weeks=109 - n_weeks)


def test_a_complex_that_went_quiet_while_it_declined_is_told_by_the_short_window() -> None:
    complexes = town(30).with_columns(homes=pl.lit(80))
    worse = QUIET | {"urgent_repairs": pl.col("urgent_repairs") * 3 + 1, "visits": 1, "concerns": 1}
    weekly = panel(complexes, 110)
    just, long = (scores_of_one(changed(weekly, where, **worse), complexes) for where in (ONE & weeks_ago(26), ONE))
    assert just["window_weeks"] == 26
    assert just["state"] == "went_quiet"
    assert long["state"] == "always_quiet"
    for said in (just, long):
        assert said["p_quiet_decline"] > 0.5
        assert said["reporting_ratio"] < 0.6 < 1.4 < said["condition_ratio"]
        assert said["reports_seen"] < said["reports_low"] <= said["reports_expected"] <= said["reports_high"]


def test_the_window_says_how_many_weeks_could_be_seen() -> None:
    complexes = town(30)
    both = Policy(short_window_weeks=26, long_window_weeks=26)
    weekly = panel(complexes, 110)
    gone = without(weekly, "complaints", "repairs", where=weeks_ago(20))
    # Twenty of these twenty-six weeks had no report stream; one that still speaks is enough to see.
    scored = score_weeks(gone, complexes, both, 1)
    assert scored.scores["window_weeks"].unique().to_list() == [6]
    partly = without(weekly, "complaints", where=weeks_ago(20))
    assert score_weeks(partly, complexes, both, 1).scores["window_weeks"].unique().to_list() == [26]
    periods = dict(score_weeks(partly, complexes, both, 1).reasons.select("stream", "period_weeks").unique().rows())
    assert periods["complaints"] == 6
    assert periods["normal_repairs"] == periods["concerns"] == 26


def test_went_quiet_needs_a_year_before_it() -> None:
    complexes = town(30).with_columns(homes=pl.lit(80))
    policy = Policy(short_window_weeks=52)
    fallen_silent = changed(panel(complexes, 110), ONE & weeks_ago(52), **QUIET, visits=0, concerns=0)
    assert scores_of_one(fallen_silent, complexes, policy)["state"] == "went_quiet"
    only_this_year = fallen_silent.filter(weeks_ago(52))
    assert scores_of_one(only_this_year, complexes, policy)["state"] == "always_quiet"


def test_published_reasons_add_up_to_the_published_probabilities() -> None:
    complexes = town(40).with_columns(homes=pl.lit(12))
    weekly = without(panel(complexes, 80), *SOURCE_COLUMNS, where=ONE)
    # One window, and a complex of which nothing is known beside the others: it shows where all begin.
    scored = score_weeks(weekly, complexes, Policy(short_window_weeks=26, long_window_weeks=26), 1)
    said = scored.scores.sort("complex_id")
    sides = {stream.name: stream.tells_of for stream in STREAMS}
    sums = (
        scored.reasons.with_columns(side=pl.col("stream").replace_strict(sides))
        .group_by("complex_id", "side").agg(pl.col("log_odds").sum())
    )  # fmt: skip
    assert sums.filter(ONE).is_empty()
    for side, column in (("report", "p_quiet"), ("condition", "p_decline")):
        prior = said.filter(ONE)[column].item()
        both = sums.filter(pl.col("side") == side).join(said, on="complex_id")
        p = both[column].to_numpy()
        # As exact as six published decimals allow.
        room = 1e-5 + 1e-6 / (p * (1 - p)) + 1e-6 / (prior * (1 - prior))
        gap = np.abs(both["log_odds"].to_numpy() - (logit(p) - logit(prior)))
        known = (p > 1e-4) & (p < 1 - 1e-4)
        assert known.sum() > 20
        assert (gap[known] <= room[known]).all()


def test_an_outage_is_told_apart_and_does_not_make_the_others_look_loud() -> None:
    complexes = town(30).with_columns(homes=pl.lit(120))
    whole = panel(complexes)
    broken = changed(whole, ONE & (pl.col("week") >= FIRST + timedelta(weeks=50)), **dict.fromkeys(REPORTS, 0))
    scored = score_weeks(broken, complexes, POLICY, 1)
    said = scored.scores.filter(ONE).row(0, named=True)
    assert (said["state"], said["silence_kind"]) == ("feed_suspect", "not_registered")
    masked = scored.streams.filter(ONE, "is_masked")["stream"].to_list()
    assert sorted(masked) == sorted(REPORTS)
    ratios = [
        score_weeks(each, complexes, POLICY, 1).scores.filter(~ONE)["reporting_ratio"].to_numpy()
        for each in (broken, whole)
    ]
    assert ratios[0] == pytest.approx(ratios[1], abs=0.08)


def test_the_band_holds_eight_in_ten_ordinary_complexes() -> None:
    complexes = town(300).with_columns(homes=pl.lit(60), building_type=pl.lit("flat"), built_year=pl.lit(1970))
    scores = score_weeks(panel(complexes, 60), complexes, POLICY, 1).scores
    inside = scores["reports_seen"].is_between(scores["reports_low"], scores["reports_high"]).mean()
    assert 0.8 <= inside <= 0.97


EVENT = {
    "complaints": "reported_at",
    "repairs": "requested_at",
    "tenancies": "ended_on",
    "field_signals": "observed_on",
}


@pytest.fixture(scope="module")
def found() -> list[pl.DataFrame]:
    """Scores, truth and last year's complaints of two simulated towns."""
    return [_scored_town(seed) for seed in (1, 2)]


def _scored_town(seed: int) -> pl.DataFrame:
    simulated_town = Town(n_complexes=1500, n_area_teams=60, n_weeks=130, rates=RICH_RATES)
    simulation = simulate(simulated_town, seed)
    con = duckdb.connect()
    con.execute("set timezone = 'UTC'; create schema raw; create schema panel; create schema checks")
    con.execute("create table checks.gaps (source varchar, from_on date, until_on date)")
    for name, rows in simulation.tables.items():
        con.register("simulated", rows.to_arrow())
        week = f"date_trunc('week', {EVENT[name]})::date" if name in EVENT else "null::date"
        con.execute(
            f"""create table raw.{name} as
            select *, null::timestamp as _first_seen_at, {week} as _week, null::timestamp as _withdrawn_at,
              date '0001-01-01' as _valid_from, null::date as _valid_until
            from simulated"""
        )
    for name, value in panel_variables(Policy(history_weeks=130), simulated_town.last_week).items():
        con.execute(f"set variable {name} = $value", {"value": value})
    for step in STEPS:
        con.execute(f"create table panel.{step.name} as {step.select}")
    weekly, complexes = con.execute("from panel.weekly").pl(), con.execute("from raw.complexes").pl()
    scored = checked(weekly, complexes, 1)
    last_year = weekly.filter(pl.col("week") > simulated_town.last_week - timedelta(weeks=52))
    return scored.scores.join(simulation.truth, on="complex_id", suffix="_planted").join(
        last_year.group_by("complex_id").agg(complaints=pl.col("complaints").sum()), on="complex_id"
    )


def auc(towns: list[pl.DataFrame], truth: str, score: str) -> float:
    return float(np.mean([roc_auc_score(each[truth].to_numpy(), each[score].to_numpy()) for each in towns]))


# Measured, mean of seeds 1 and 2, and of 3 and 4: .76 and .78 for both, .81 and .80 for quiet, .77 and .77 for decline;
# most complaints first .37 and .37. The floors leave what seeds differ by.
def test_planted_quiet_decline_is_found_far_better_than_by_chance(found: list[pl.DataFrame]) -> None:
    assert auc(found, "is_quiet_decline", "p_quiet_decline") > 0.72
    assert auc(found, "is_quiet", "p_quiet") > 0.74
    assert auc(found, "is_declining", "p_decline") > 0.72


def test_most_complaints_first_is_no_way_to_find_them(found: list[pl.DataFrame]) -> None:
    model, complaints = (auc(found, "is_quiet_decline", score) for score in ("p_quiet_decline", "complaints"))
    assert complaints < 0.45
    assert model > complaints + 0.3


def test_the_head_of_the_list_is_worth_the_walk(found: list[pl.DataFrame]) -> None:
    # Measured: 5.4 to 8.6 times as many as by chance, over four seeds.
    for each in found:
        top = each.sort("p_quiet_decline", descending=True).head(60)["is_quiet_decline"].mean()
        assert top > 4 * each["is_quiet_decline"].mean()


def test_probabilities_are_of_the_right_size(found: list[pl.DataFrame]) -> None:
    for each in found:
        assert each["p_quiet"].mean() == pytest.approx(each["is_quiet"].mean(), abs=0.1)
        # The product of two is timid, never bold.
        assert each["p_quiet_decline"].sum() < 2 * each["is_quiet_decline"].sum()
