"""Choosing flags in the warehouse: from the weeks so far and the answers so far, and twice the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from data_contracts.contract import contract
from data_contracts.problem import Problem
from data_contracts.tables import create_table
from flows.answered_draws import what_answers_say
from flows.estimate import choose_flags, replace_table
from flows.run import Run, make_run
from flows.warehouse import open_warehouse, prepare_warehouse

MONDAY = date(2026, 11, 9)
READ_AT = datetime(2026, 11, 16, 5, tzinfo=UTC)
SCORE: dict[str, Any] = {
    "area_team": "Noord",
    "homes": 60,
    "reports_seen": 1,
    "reports_expected": 9.0,
    "reports_low": 4,
    "reports_high": 15,
    "reporting_ratio": 0.4,
    "condition_ratio": 1.6,
    "r_mean": -1.0,
    "r_sd": 0.3,
    "d_mean": 0.5,
    "d_sd": 0.3,
    "rd_corr": 0.0,
    "p_quiet": 0.9,
    "p_decline": 0.9,
    "state": "always_quiet",
    "since_week": None,
    "since_earliest": None,
    "since_latest": None,
    "silence_kind": "unknown",
    "is_private_small": False,
    "is_too_small_to_know": False,
    "missing_sources": ["tenancies"],
    "window_weeks": 26,
}


@dataclass(frozen=True)
class Judged:
    """A warehouse with eight weeks of scores; C0 to C9 are quiet and declining, C0 the most probably so."""

    con: duckdb.DuckDBPyConnection
    run: Run

    def choose(self, week: date = MONDAY) -> pl.DataFrame:
        choose_flags(self.con, self.run, week)
        return self.con.execute("from flags.flags where week = ? order by rank", [week]).pl()

    def answer(self, flag_id: str, reviewed_on: date, verdict: str) -> None:
        self.con.execute(
            "insert into raw.outcomes by name select ? as flag_id, ? as reviewed_on, ? as verdict",
            [flag_id, reviewed_on, verdict],
        )


def by_scores(flags: pl.DataFrame) -> list[str]:
    return flags.filter(pl.col("why") != "random_draw")["complex_id"].sort().to_list()


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[Judged]:
    home, sources = tmp_path / "home", tmp_path / "sources"
    for folder in (home, sources):
        folder.mkdir()
    (sources / "complexes.csv").write_text("complex_id,name,area_team,homes\n", encoding="utf-8")
    (home / "luisterpost.toml").write_text("[policy]\nattention_share = 1\n", encoding="utf-8")
    run = make_run(home, str(sources), None, None, READ_AT, "nl")
    rows = [
        SCORE | {"complex_id": f"C{i}", "week": MONDAY - timedelta(weeks=back), "p_quiet_decline": 0.95 - i / 100}
        for i in range(10)
        for back in range(8)
    ]
    scores = pl.DataFrame(
        rows, schema_overrides=dict.fromkeys(("since_week", "since_earliest", "since_latest"), pl.Date)
    ).select(contract("published", "scores").column_names)
    with open_warehouse(run.home) as con:
        prepare_warehouse(con, run.run_id, run.read_at)
        replace_table(con, "scores.scores", "scores", scores)
        con.execute(create_table(contract("published", "reasons"), "scores.reasons"))
        con.execute("create table panel.safety (complex_id varchar)")
        yield Judged(con, run)


def test_two_new_ones_a_week_and_what_fell_off_is_written_down(judged: Judged) -> None:
    lists = [by_scores(judged.choose(MONDAY - timedelta(weeks=back))) for back in (2, 1, 0)]
    # Five in hand, one of them by lot.
    assert lists == [["C0", "C1"], ["C0", "C1", "C2", "C3"], ["C0", "C1", "C2", "C3"]]
    written = judged.con.execute("from checks.fell_off order by week").fetchall()
    assert [(team, n) for _, team, n in written] == [("Noord", 8), ("Noord", 6), ("Noord", 6)]


def test_a_week_chosen_twice_is_the_same_and_written_once(judged: Judged) -> None:
    first = judged.choose()
    assert judged.choose().equals(first)
    assert judged.con.execute("select count(*) from checks.fell_off").fetchone() == (1,)


def test_an_answer_frees_the_place_for_the_next(judged: Judged) -> None:
    before = judged.choose(MONDAY - timedelta(weeks=1))
    ids = dict(before.select("complex_id", "flag_id").rows())
    judged.answer(ids["C0"], MONDAY + timedelta(days=1), "known_already")
    judged.answer(ids["C1"], MONDAY + timedelta(days=2), "fine")
    # Told after the week was over: it is for the next list.
    judged.answer("2026-W40-C2", MONDAY + timedelta(days=7), "fine")
    assert by_scores(judged.choose()) == ["C2", "C3"]


def test_a_flag_comes_back_from_its_rest_under_its_own_number(judged: Judged) -> None:
    before = judged.choose(MONDAY - timedelta(weeks=3))
    (flag_id,) = before.filter(pl.col("complex_id") == "C0")["flag_id"]
    judged.con.execute(
        "insert into raw.outcomes by name select ? as flag_id, ? as reviewed_on, 'worry' as verdict, ? as snooze_until",
        [flag_id, MONDAY - timedelta(weeks=2), MONDAY + timedelta(days=3)],
    )
    assert "C0" not in by_scores(judged.choose(MONDAY - timedelta(weeks=2)))
    assert "C0" not in by_scores(judged.choose(MONDAY - timedelta(weeks=1)))
    back = judged.choose().filter(pl.col("complex_id") == "C0")
    assert back.select("flag_id", "status").rows() == [(flag_id, "open")]


def test_what_the_team_overrules_leaves_the_list(judged: Judged) -> None:
    before = judged.choose(MONDAY - timedelta(weeks=1))
    (flag_id,) = before.filter(pl.col("complex_id") == "C0")["flag_id"]
    judged.answer(flag_id, MONDAY, "other")
    assert "C0" in by_scores(judged.choose())
    judged.con.execute("update raw.outcomes set is_overruled = true")
    assert "C0" not in by_scores(judged.choose())


def test_a_team_that_no_complex_has_is_told(judged: Judged) -> None:
    judged.run.home.settings.write_text("[teams.Nord]\nflags_per_team = 3\n", encoding="utf-8")
    other = make_run(judged.run.home.folder, str(judged.run.home.folder.parent / "sources"), None, None, READ_AT, "nl")
    with pytest.raises(Problem, match=r"settings\.unknown_team"):
        choose_flags(judged.con, other, MONDAY)


def test_answers_on_draws_teach_what_a_chance_means(judged: Judged) -> None:
    settings = "[policy]\nattention_share = 1\nleast_answered_draws = 30\n"
    judged.run.home.settings.write_text(settings, encoding="utf-8")
    taught = Judged(judged.con, make_run(judged.run.home.folder, str(judged.run.home.folder.parent / "sources"),
                                         None, None, READ_AT, "nl"))  # fmt: skip
    before = what_answers_say(judged.con, MONDAY, taught.run.settings.policy)
    assert (before["n_drawn"], before["n_answered"], before["n_needed"]) == (0, 0, 30)
    assert len(by_scores(taught.choose(MONDAY))) == 2
    for back in range(1, 41):
        week = MONDAY - timedelta(weeks=back)
        judged.con.execute(
            """insert into flags.flags by name select ? as flag_id, ?::date as week, ?::date as first_week,
            'C9' as complex_id, 'Noord' as area_team, 'random_draw' as why, 0.1 as inclusion_probability,
            0.86 as p_quiet_decline""",
            [f"draw-{back}", week, week],
        )
        taught.answer(f"draw-{back}", week + timedelta(days=2), "fine")
    # Forty times a chance of .86, and forty times all was well: nobody is asked, and the chance is told as it was.
    chosen = taught.choose(MONDAY)
    assert by_scores(chosen) == []
    assert chosen["p_quiet_decline"].min() > 0.8
    said = what_answers_say(judged.con, MONDAY, taught.run.settings.policy)
    assert said["n_answered"] == 40
    assert said["prevalence"]["value"] < 0.1
    assert said["recalibration"]["is_used"]
