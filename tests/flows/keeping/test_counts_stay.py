"""The rows go, their counts stay: every week before the cut as it was, and later ones but for what straddles it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from story import LAST_WEEK

from data_contracts.contract import contracts
from data_contracts.personal import SOMEBODYS
from flows.estimate import count_steps
from flows.home import Home
from flows.keeping.forgotten import forgotten_before
from flows.keeping.removing import remove_before
from flows.warehouse import open_warehouse, prepare_warehouse, set_variables
from models.panel import KEPT_STEPS, panel_variables
from models.policy import Policy
from models.simulation import Town, simulate

AMSTERDAM = "Europe/Amsterdam"
WEEK = timedelta(weeks=1)
POLICY = Policy(history_weeks=60)
CUT = LAST_WEEK - 20 * WEEK
# What a later report of something of before the cut is counted as, once nobody knows what came before it.
STRADDLING = ("complaints", "normal_repairs", "urgent_repairs", "incidents", "follow_up_reports", "incident_days_open")


@dataclass(frozen=True)
class Counted:
    """A warehouse with the rows of a simulated town, and its panel."""

    con: duckdb.DuckDBPyConnection

    def count(self, last_week: date = LAST_WEEK) -> pl.DataFrame:
        set_variables(self.con, panel_variables(POLICY, last_week))
        count_steps(self.con)
        return self.con.execute("from panel.weekly order by complex_id, week").pl()

    def forget(self, before: date, *, is_counted: bool = False) -> None:
        remove_before(self.con, POLICY, LAST_WEEK, before, AMSTERDAM, is_counted=is_counted)

    def table(self, name: str) -> pl.DataFrame:
        return self.con.execute(f"from panel.{name} order by all").pl()


@pytest.fixture
def counted(tmp_path: Path) -> Iterator[Counted]:
    home = Home(tmp_path / "home")
    home.create()
    town = Town(n_complexes=40, n_area_teams=4, n_weeks=56, last_week=LAST_WEEK)
    with open_warehouse(home) as con:
        prepare_warehouse(con, "first", datetime(2026, 11, 16, 5, tzinfo=UTC))
        for name, rows in simulate(town, 5).tables.items():
            event = contracts("inputs")[name].event_column
            local = f"timezone('{AMSTERDAM}', timezone('UTC', {event}))" if event else ""
            con.register("simulated", rows.to_arrow())
            con.execute(
                f"""insert into raw.{name} by name select *, timestamp '2026-11-16 05:00' as _first_seen_at,
                {f"date_trunc('week', {local})::date" if event else "null"} as _week,
                date '0001-01-01' as _valid_from from simulated"""
            )
        yield Counted(con)


def rows_left(counted: Counted) -> int:
    found = [
        counted.con.execute(f"select count(*) from raw.{name} where _week < ?", [CUT]).fetchone() for name in SOMEBODYS
    ]
    return sum(each[0] for each in found if each)


def test_weeks_before_the_cut_stay_as_they_were_and_later_ones_nearly(counted: Counted) -> None:
    before = counted.count()
    assert rows_left(counted) > 500
    counted.forget(CUT)
    assert rows_left(counted) == 0
    after = counted.table("weekly").sort("complex_id", "week")
    assert after.filter(pl.col("week") < CUT).equals(before.filter(pl.col("week") < CUT))
    assert after.select("complex_id", "week").equals(before.select("complex_id", "week"))
    untouched = [name for name in before.columns if name not in STRADDLING]
    assert after.select(untouched).equals(before.select(untouched))
    differs = pl.any_horizontal(*(after[name].ne_missing(before[name]) for name in STRADDLING))
    touched = before.filter(differs)
    # An incident holds for four weeks at most; only complaints about one matter can be further apart.
    assert touched["week"].max() <= CUT + 4 * WEEK
    # Measured on this town: 2 of 840 complex-weeks.
    assert 0 < touched.height <= 4
    assert before.filter(pl.col("week") >= CUT).height == 840


def test_forgetting_again_later_keeps_what_was_kept(counted: Counted) -> None:
    counted.count()
    counted.forget(CUT - 10 * WEEK)
    between = counted.table("weekly").sort("complex_id", "week")
    counted.forget(CUT)
    counted.forget(CUT)
    after = counted.table("weekly").sort("complex_id", "week")
    assert after.filter(pl.col("week") < CUT).equals(between.filter(pl.col("week") < CUT))
    assert forgotten_before(counted.con) == CUT


def test_no_week_is_lost_when_an_older_one_was_counted_last(counted: Counted) -> None:
    before = counted.count()
    counted.count(CUT - 5 * WEEK)
    counted.forget(CUT)
    after = counted.count()
    assert after.filter(pl.col("week") < CUT).equals(before.filter(pl.col("week") < CUT))


def test_a_later_week_counts_on_and_the_history_slides_over_what_was_kept(counted: Counted) -> None:
    expected = counted.count(LAST_WEEK + WEEK)
    counted.count()
    counted.forget(CUT)
    found = counted.count(LAST_WEEK + WEEK)
    first = LAST_WEEK - 58 * WEEK
    assert found["week"].min() == expected["week"].min() >= first
    # Whether a source was seen at all is judged anew each week, also of weeks that are gone.
    assert found.filter(pl.col("week") < CUT).equals(expected.filter(pl.col("week") < CUT))


def test_what_is_kept_names_nobody_and_no_row_of_a_source(counted: Counted) -> None:
    counted.count()
    counted.forget(CUT)
    kept = {name for step in KEPT_STEPS for name in counted.table(f"kept_{step}").columns}
    keys = {key for name in SOMEBODYS for key in contracts("inputs")[name].key}
    assert not kept & (keys | {"reporter_key", "home_key", "visit_key", "incident_key", "note"})
    moments = [dtype for step in KEPT_STEPS for dtype in counted.table(f"kept_{step}").dtypes if dtype == pl.Datetime]
    assert moments == []


def test_rows_that_nothing_counts_any_more_leave_no_counts(counted: Counted) -> None:
    counted.count()
    before = LAST_WEEK - 59 * WEEK
    counted.forget(before, is_counted=True)
    assert all(counted.table(f"kept_{step}").is_empty() for step in KEPT_STEPS)
