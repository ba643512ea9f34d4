"""A flag followed from its first list to its end, week by week in the warehouse; twice the same, and nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from test_estimate import SCORE

from data_contracts.contract import contract
from data_contracts.tables import create_table
from flows.estimate import choose_flags, replace_table
from flows.following import follow_flags
from flows.run import Run, make_run
from flows.warehouse import open_warehouse, prepare_warehouse, set_variables

FIRST = date(2026, 1, 5)
N_WEEKS = 40
# Quiet and declining for half a year, and then no more.
BETTER_FROM = 26
LIVES_SQL = Path(__file__).parents[2] / "flows" / "published" / "lives.sql"


def monday(number: int) -> date:
    return FIRST + timedelta(weeks=number)


@dataclass(frozen=True)
class Followed:
    """A warehouse in which complex A is quiet and declining, among nine that are not."""

    con: duckdb.DuckDBPyConnection
    run: Run

    def follow(self, *numbers: int) -> None:
        """Makes the lists of some weeks, and follows the flags."""
        for number in numbers:
            choose_flags(self.con, self.run, monday(number))
            follow_flags(self.con, self.run, monday(number))

    def answer(self, number: int, verdict: str, **other: Any) -> None:
        """An answer on the flag of complex A, on the Wednesday of a week."""
        row = {"flag_id": "2026-W02-A", "reviewed_on": monday(number) + timedelta(days=2), "verdict": verdict} | other
        columns = ", ".join(f"? as {name}" for name in row)
        self.con.execute(f"insert into raw.outcomes by name select {columns}", list(row.values()))

    def lives(self, complex_id: str = "A") -> pl.DataFrame:
        query = "from flags.lives where complex_id = ? and why != 'random_draw' order by week, flag_id"
        return self.con.execute(query, [complex_id]).pl()

    def statuses(self, complex_id: str = "A") -> dict[int, str]:
        return {(week - FIRST).days // 7: status for week, status in self.lives(complex_id)["week", "status"].rows()}


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Followed]:
    home, sources = tmp_path / "home", tmp_path / "sources"
    for folder in (home, sources):
        folder.mkdir()
    (sources / "complexes.csv").write_text("complex_id,name,area_team,homes\n", encoding="utf-8")
    (home / "luisterpost.toml").write_text("[policy]\nattention_share = 1\n", encoding="utf-8")
    run = make_run(home, str(sources), None, None, datetime(2026, 12, 1, tzinfo=UTC), "nl")
    rows = [
        SCORE | {"complex_id": name, "week": monday(i), "p_quiet_decline": 0.9 if is_quiet else 0.02}
        for name in "ABCDEFGHIJ"
        for i in range(N_WEEKS)
        for is_quiet in (name == "A" and i < BETTER_FROM,)
    ]
    promised = contract("published", "scores").column_names
    days = dict.fromkeys(("since_week", "since_earliest", "since_latest"), pl.Date)
    with open_warehouse(run.home) as con:
        prepare_warehouse(con, run.run_id, run.read_at)
        replace_table(con, "scores.scores", "scores", pl.DataFrame(rows, schema_overrides=days).select(promised))
        for name in ("reasons", "streams"):
            con.execute(create_table(contract("published", name), f"scores.{name}"))
        con.execute("create table panel.safety (complex_id varchar)")
        yield Followed(con, run)


def test_the_life_of_a_flag_from_its_first_list_to_its_end(followed: Followed) -> None:
    followed.answer(1, "known_already")
    followed.answer(16, "worry", is_step_agreed=True, lead="municipality", mandate="police", phase=1)
    # Nobody was heard before the first contact, nor long after it; since the letters they speak.
    followed.con.execute(
        "insert into raw.interventions by name select 'L1' as intervention_id, 'A' as complex_id, ? as starts_on, "
        "'letter' as kind",
        [monday(16)],
    )
    followed.con.execute(
        "insert into scores.streams by name select 'A' as complex_id, unnest(range(?::date, ?::date, interval 7 day)) "
        "as week, 'complaints' as stream, if(week > ?, 2, 0) as seen, 1.0 as expected, false as is_masked",
        [monday(-20), monday(N_WEEKS), monday(16)],
    )
    followed.follow(*range(3), *range(13, 38))
    lives = followed.lives()
    assert lives["flag_id"].unique().to_list() == ["2026-W02-A"]
    assert followed.statuses() == (
        {0: "new"}
        | dict.fromkeys((1, 2, 13), "snoozed")
        | dict.fromkeys(range(14, 24), "open")
        | dict.fromkeys(range(24, 29), "impasse")
        | dict.fromkeys(range(29, 37), "closed")
    )
    by_week = {(row["week"] - FIRST).days // 7: row for row in lives.to_dicts()}
    assert by_week[2]["rests_until"] == monday(1) + timedelta(days=2 + 91)
    assert by_week[16]["lead"] == "municipality"
    assert by_week[24]["status_since"] == by_week[24]["step_agreed_on"] + timedelta(weeks=8)
    assert [by_week[number]["norm_weeks_met"] for number in (25, 26, 27, 28, 29)] == [0, 1, 2, 3, 4]
    end = by_week[29]
    assert (end["closed_because"], end["closed_on"], end["weeks_open"]) == ("norm_met", monday(30) - timedelta(1), 29)
    assert [by_week[number]["is_voice_back"] for number in (16, 18, 19, 28)] == [False, False, True, True]
    # The list of a week says what its life says.
    listed = followed.con.execute(
        "select week, status, lead, mandate, phase from flags.flags where flag_id = '2026-W02-A' order by week"
    ).fetchall()
    assert {(week - FIRST).days // 7: status for week, status, *_ in listed} == (
        {0: "new"} | dict.fromkeys(range(14, 24), "open") | dict.fromkeys(range(24, 29), "impasse")
    )
    assert listed[-1][2:] == ("municipality", "police", 1)
    promised = contract("published", "lives")
    for rule in promised.rules:
        assert followed.con.execute(f"from flags.lives where not ({rule.predicate})").fetchall() == [], rule.id


def test_a_week_that_is_run_again_is_the_same_and_no_other_week_changes(followed: Followed) -> None:
    followed.answer(1, "worry", is_step_agreed=True)
    followed.follow(0, 1, 2)
    before = {
        table: followed.con.execute(f"from flags.{table} order by all").fetchall() for table in ("lives", "flags")
    }
    followed.follow(1)
    followed.follow(2)
    for table, rows in before.items():
        assert followed.con.execute(f"from flags.{table} order by all").fetchall() == rows
    set_variables(followed.con, {"week": monday(1)})
    published = followed.con.execute(LIVES_SQL.read_text(encoding="utf-8")).pl()
    assert published["week"].unique().to_list() == [monday(1)]
    assert published["flag_id"].is_unique().all()


def test_nothing_is_written_of_a_matter_of_safety(followed: Followed) -> None:
    followed.follow(0, 1)
    followed.con.execute("insert into panel.safety values ('A'), ('B')")
    followed.follow(2)
    followed.con.execute("delete from panel.safety")
    followed.follow(3)
    assert followed.statuses() == {0: "new", 1: "open", 2: "open", 3: "open"}
    assert followed.statuses("B") == {}
    rows = followed.con.execute(
        "select week, why, status, lead from flags.flags where complex_id = 'A' order by week"
    ).fetchall()
    assert [row[1:] for row in rows] == [
        ("quiet_decline", "new", None),
        ("quiet_decline", "open", None),
        ("safety", "new", None),
        ("quiet_decline", "open", None),
    ]
