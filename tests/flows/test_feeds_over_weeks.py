"""The watch over feeds in the warehouse: what it counts, what it masks, and that a second run says the same."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from broken_feeds import MOMENT, WEEK, JudgedTown, broken
from small_town import SmallTown

from data_contracts.contract import contract
from data_contracts.problem import Problem
from flows.estimate import count_panel
from flows.feeds import MODELS, find_alarms
from flows.warehouse import insert_rows, set_variables, settle_week
from models.simulation import RICH_RATES, Simulation, Town, simulate

TOWN = Town(
    n_complexes=60,
    n_area_teams=3,
    n_weeks=80,
    rates=RICH_RATES,
    team_outages=0,
    outage_share=0.0,
    rule_changes=0,
    median_homes=60.0,
)
LAST = TOWN.last_week
SINCE = LAST - 2 * WEEK
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@cache
def sound() -> Simulation:
    return simulate(TOWN, 3)


@cache
def judged(source: str = "", fault: str = "", team: str | None = None) -> JudgedTown:
    """The town in its last week, with one feed that broke three weeks ago."""
    tables = broken(sound().tables, source, fault, SINCE, team) if fault else sound().tables
    made = JudgedTown(sound(), tables)
    made.alarms(LAST)
    return made


def team() -> str:
    return str(sound().tables["complexes"]["area_team"].mode().sort()[0])


def alarms_now(town: JudgedTown) -> pl.DataFrame:
    return town.con.execute(
        "from checks.feed_alarms where until_week is null and from_week > ?", [LAST - 9 * WEEK]
    ).pl()


def local(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(AMSTERDAM)


def test_rows_alike_are_counted_as_the_rows_say() -> None:
    town = judged("repairs", "copied", team())
    set_variables(town.con, {"since": LAST - 9 * WEEK, "until": LAST, "timezone": "Europe/Amsterdam"})
    counted = town.con.execute((MODELS / "alike.sql").read_text()).pl()
    teams = dict(sound().tables["complexes"].select("complex_id", "area_team").iter_rows())
    by_week: dict[tuple[str, date], Counter[object]] = {}
    for row in town.tables["repairs"].to_dicts():
        moment = local(row["requested_at"])
        monday = (moment - timedelta(days=moment.weekday())).date()
        what = (moment.weekday(), moment.time(), row["urgency"], row["location"], row["defect"], row["cause"])
        if LAST - 9 * WEEK <= monday <= LAST:
            by_week.setdefault((teams[row["complex_id"]], monday), Counter())[row["complex_id"], *what] += 1
    oracle = {
        key: {
            "row_count": rows.total(),
            "as_last_week": (rows & by_week.get((key[0], key[1] - WEEK), Counter())).total(),
            "copies": rows.total() - len(rows),
        }
        for key, rows in by_week.items()
    }
    names = ("row_count", "as_last_week", "copies")
    found = {
        (row["area_team"], row["week"]): {name: row[name] for name in names}
        for row in counted.filter(pl.col("source") == "repairs").to_dicts()
    }
    assert found == oracle
    assert sum(row["copies"] for row in found.values()) > 20


def test_hours_are_local_ones_and_midnight_is_no_hour() -> None:
    town = JudgedTown(sound(), sound().tables)
    town.con.execute(
        "update raw.complaints set reported_at = timezone('UTC', timezone('Europe/Amsterdam', _week::timestamp))"
    )
    set_variables(town.con, {"since": LAST - 12 * WEEK, "until": LAST, "timezone": "Europe/Amsterdam"})
    counted = town.con.execute((MODELS / "hours.sql").read_text()).pl()
    assert set(counted.filter(pl.col("source") == "complaints")["rows_timed"]) == {0}
    moments = [local(each) for each in sound().tables["repairs"]["requested_at"]]
    recent = [each for each in moments if each.date() >= LAST - 12 * WEEK and each.strftime("%T") != "00:00:00"]
    repairs = counted.filter(pl.col("source") == "repairs")
    assert repairs["rows_timed"].sum() == len(recent)
    assert repairs["rows_evening"].sum() == sum(each.hour >= 18 or each.hour < 7 for each in recent)


def test_how_late_rows_were_read_is_counted_from_the_first_reading_on() -> None:
    town = JudgedTown(sound(), sound().tables)
    # Years at once on a Monday; from then on a day after the week's end, or nine.
    town.con.execute(
        """
        update raw.repairs set _first_seen_at = greatest(
          timestamp '2026-09-07 05:00', (_week + if(month(_week) = 10, 16, 8))::timestamp)
        """
    )
    set_variables(town.con, {"last_week": LAST})
    counted = town.con.execute((MODELS / "arrivals.sql").read_text()).pl().filter(pl.col("source") == "repairs")
    assert counted["week"].min() == date(2026, 9, 7)
    assert {(row["week"].month == 10, row["delay"]) for row in counted.to_dicts()} == {(True, 1), (False, 0)}


@pytest.mark.parametrize(
    ("fault", "kind", "since"), [("died", "died", SINCE), ("copied", "doubled", SINCE), ("repeated", "repeated", SINCE)]
)
def test_a_source_that_breaks_in_one_team_is_found_there(fault: str, kind: str, since: date) -> None:
    found = alarms_now(judged("repairs", fault, team())).filter(pl.col("channel") == "all")
    (row,) = found.filter(pl.col("area_team") == team()).to_dicts()
    assert (row["source"], row["kind"], row["from_week"], row["is_masking"]) == ("repairs", kind, since, True)
    assert set(found["area_team"]) <= {team(), "all"}


def test_a_sound_town_has_no_alarm() -> None:
    assert alarms_now(judged()).is_empty()


def test_the_stream_is_masked_from_the_week_in_which_it_broke_and_only_there() -> None:
    town = judged("repairs", "died", team())
    weekly = town.con.execute("from panel.weekly").pl()
    is_hit = (pl.col("area_team") == team()) & (pl.col("week") >= SINCE)
    before = judged().con.execute("from panel.weekly").pl()
    for column in ("normal_repairs", "urgent_repairs", "vandalism_repairs", "follow_up_reports", "incident_days_open"):
        assert weekly.filter(is_hit)[column].is_null().all()
        assert weekly.filter(~is_hit)[column].null_count() == before.filter(~is_hit)[column].null_count() == 0
    assert weekly.filter(is_hit)["complaints"].null_count() == 0
    assert weekly.filter(is_hit)["is_feed_suspect"].all()
    assert not weekly.filter(~is_hit)["is_feed_suspect"].any()


def test_a_source_that_is_no_voice_leaves_the_team_to_be_judged() -> None:
    town = judged("field_signals", "repeated")
    assert alarms_now(town).filter(pl.col("source") == "field_signals", "is_masking").height
    weekly = town.con.execute("from panel.weekly where week = ?", [LAST]).pl()
    assert weekly["visits"].is_null().all()
    assert not weekly["is_feed_suspect"].any()


def test_a_second_look_says_the_same_and_late_rows_heal_it() -> None:
    town = JudgedTown(sound(), broken(sound().tables, "repairs", "died", SINCE))
    first = town.alarms(LAST)
    assert not first.is_empty()
    assert town.alarms(LAST).equals(first)
    late = sound().tables["repairs"]
    key = contract("inputs", "repairs").key[0]
    missing = late.filter(~pl.col(key).is_in(town.tables["repairs"][key].implode()))
    rows = JudgedTown(sound(), sound().tables | {"repairs": missing}).con.execute("from raw.repairs").pl()
    insert_rows(town.con, "raw.repairs", rows)
    assert town.alarms(LAST).equals(judged().con.execute("from checks.feed_alarms order by all").pl())


def test_a_gap_that_the_mapping_declares_is_no_alarm() -> None:
    town = JudgedTown(sound(), broken(sound().tables, "repairs", "died", SINCE))
    town.con.execute("insert into checks.gaps values ('repairs', ?, ?)", [SINCE, LAST + WEEK])
    assert town.alarms(LAST).filter(pl.col("source") == "repairs", pl.col("until_week").is_null()).is_empty()


def test_one_complex_that_falls_silent_is_no_feed() -> None:
    """Half of a team's repairs are one complex's; its people stop asking."""
    tables = dict(sound().tables)
    complexes = tables["complexes"].filter(pl.col("area_team") == team())
    in_team = tables["repairs"].filter(pl.col("complex_id").is_in(complexes["complex_id"].implode()))
    large = str(in_team["complex_id"].mode()[0])
    moved = pl.int_range(pl.len()) % 2 == 0
    half = in_team.with_columns(complex_id=pl.when(moved).then(pl.lit(large)).otherwise("complex_id"))
    others = tables["repairs"].filter(~pl.col("complex_id").is_in(complexes["complex_id"].implode()))
    silent = (pl.col("complex_id") == large) & (pl.col(MOMENT["repairs"]) >= LAST - 15 * WEEK)
    tables["repairs"] = pl.concat([others, half.filter(~silent)])
    town = JudgedTown(sound(), tables)
    assert town.alarms(LAST).filter(pl.col("source") == "repairs", pl.col("until_week").is_null()).is_empty()


HEADER = "repair_id,complex_id,requested_at,urgency\n"
MONDAY = datetime(2026, 11, 16, 5, tzinfo=UTC)


def repairs(n_weeks: int) -> str:
    """Thirty requests a week of three complexes, up to so many weeks before 9 November 2026."""
    told = []
    for number in range(30 * 40):
        moment = datetime(2026, 11, 9, 9) - timedelta(weeks=number // 30, hours=-(number % 30), minutes=number)
        if number // 30 >= n_weeks:
            told.append(f"R{number},C{1 + number % 3},{moment:%Y-%m-%d %H:%M:%S},normal\n")
    return HEADER + "".join(told)


def judge(town: SmallTown, week: date, read_at: datetime, *taken: str) -> list[tuple[str, str, str]]:
    """Takes sources in, judges a week, and gives the feeds that are not fresh."""
    town.take_in(*taken, read_at=read_at)
    with town.warehouse(read_at) as (con, run):
        settle_week(con, run.run_id, week)
        count_panel(con, run, week)
        return con.execute(
            "select source, area_team, state from checks.feeds where state != 'fresh' and channel = 'all' order by all"
        ).fetchall()


def test_a_file_that_comes_again_is_told_at_once(town: SmallTown) -> None:
    town.write("repairs.csv", repairs(1))
    missing = [("field_signals", "all", "missing"), ("tenancies", "all", "missing")]
    first = judge(town, date(2026, 11, 2), MONDAY - timedelta(weeks=1), "complexes", "complaints", "repairs")
    assert [each for each in first if each[0] != "complaints"] == missing
    again = judge(town, date(2026, 11, 9), MONDAY, "repairs")
    assert ("repairs", "all", "repeated") in again
    told = town.ask(
        "select kind, from_week, seen from checks.feed_alarms where area_team = 'all' and source = 'repairs'"
    )
    assert told == [("repeated", date(2026, 11, 9), 0)]
    town.write("repairs.csv", repairs(0))
    healed = judge(town, date(2026, 11, 9), MONDAY + timedelta(hours=3), "repairs")
    assert [each for each in healed if each[0] == "repairs"] == []


def test_a_feed_that_there_is_not_cannot_be_trusted(town: SmallTown) -> None:
    town.home.mkdir()
    (town.home / "luisterpost.toml").write_text('[policy]\ntrusted_feeds = ["repairs/Nord"]\n')
    town.write("repairs.csv", repairs(0))
    with pytest.raises(Problem) as told:
        judge(town, date(2026, 11, 9), MONDAY, "complexes", "repairs")
    assert told.value.message == "feeds.unknown_trusted"
    assert told.value.figures["nearest"] == "repairs/Noord"


def test_the_watch_reads_a_warehouse_that_is_nearly_empty(tmp_path: Path) -> None:
    small = simulate(Town(n_complexes=1, n_area_teams=1, n_weeks=1), 1)
    town = JudgedTown(
        small, {name: table.head(1 if name == "complexes" else 0) for name, table in small.tables.items()}
    )
    assert town.alarms(small.town.last_week).is_empty()
    found, _ = find_alarms(town.con, small.town.last_week, town.policy, "Europe/Amsterdam", MONDAY.date())
    assert found.series.n_series == 0
