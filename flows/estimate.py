"""From raw rows to scores and flags: reads the warehouse, calls the models, writes what they say."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches

import duckdb
import polars as pl

from data_contracts.contract import contract
from data_contracts.problem import Problem
from data_contracts.tables import create_table
from flows.run import Run
from flows.warehouse import set_variables, transaction
from models.panel import STEPS, panel_variables
from models.weeks import week_name, week_of


def choose_week(con: duckdb.DuckDBPyConnection, run: Run) -> date:
    """The week to judge: the one asked for, else the latest whole week with a complaint.

    Raises:
        Problem: `week.before_data` or `week.no_complaints`.
    """
    found = con.execute(
        "select min(_week), max(_week) filter (_week <= ?) from raw.complaints where _withdrawn_at is null",
        [run.last_week],
    ).fetchone()
    first, latest = found or (None, None)
    if latest is None:
        raise Problem("week.no_complaints", last=week_name(run.last_week))
    if run.asked_week is None:
        return week_of(latest)
    if run.asked_week < first:
        raise Problem("week.before_data", week=week_name(run.asked_week), first=week_name(first))
    return run.asked_week


def count_panel(con: duckdb.DuckDBPyConnection, run: Run, week: date) -> int:
    """Counts the panel up to and including a week, and gives its number of rows [complex-weeks]."""
    set_variables(con, panel_variables(run.settings.policy, week))
    with transaction(con):
        _write_gaps(con, run)
        for step in STEPS:
            con.execute(f"create or replace table panel.{step.name} as {step.select}")
    found = con.execute("select count(*) from panel.weekly").fetchone()
    return int(found[0]) if found else 0


def score(con: duckdb.DuckDBPyConnection, run: Run, week: date) -> int:
    """Scores the week and those before it, and gives the number of complexes scored."""
    from models.scores import score_weeks

    weekly = con.execute("from panel.weekly order by complex_id, week").pl()
    if weekly.is_empty():
        raise Problem("week.no_complexes", week=week_name(week))
    scored = score_weeks(
        weekly, current_complexes(con, week), run.settings.policy, run.settings.policy.backfill_weeks + 1
    )
    with transaction(con):
        for name, rows in (("scores", scored.scores), ("streams", scored.streams), ("reasons", scored.reasons)):
            replace_table(con, f"scores.{name}", name, rows)
    n_complexes = scored.scores.filter(pl.col("week") == week).height
    if n_complexes == 0:
        raise Problem("week.no_complexes", week=week_name(week))
    return n_complexes


def choose_flags(con: duckdb.DuckDBPyConnection, run: Run, week: date) -> int:
    """Chooses the week's flags, replaces those of the same week, and gives their number.

    Raises:
        Problem: `settings.unknown_team`, if the settings name a team that no complex has.
    """
    from models.selection import select_flags

    scores = con.execute("from scores.scores where week = ? order by complex_id", [week]).pl()
    _check_teams(run, scores["area_team"].unique().sort().to_list())
    flags = select_flags(
        scores=scores,
        reasons=con.execute("from scores.reasons where week = ? order by complex_id, stream", [week]).pl(),
        safety=con.execute("select complex_id from panel.safety order by all").pl()["complex_id"],
        earlier=con.execute("from flags.flags where week <= ?", [week]).pl(),
        policy=run.settings.policy,
        capacity=run.settings.capacity,
    )
    spoken = flags.with_columns(
        question=_sentences(run, "question", flags),
        first_step=_sentences(run, "first_step", flags),
        lead=pl.lit(None, pl.String),
        mandate=pl.lit(None, pl.String),
        phase=pl.lit(None, pl.Int32),
    )
    with transaction(con):
        con.execute("delete from flags.flags where week = ?", [week])
        insert_rows(con, "flags.flags", spoken.select(contract("published", "flags").column_names))
    return spoken.height


def _check_teams(run: Run, teams: list[str]) -> None:
    for named in run.settings.capacity:
        if named not in teams:
            nearest = (get_close_matches(named, teams, 1, 0.0) or ["-"])[0]
            raise Problem("settings.unknown_team", file=run.home.settings, team=named, nearest=nearest)


def current_complexes(con: duckdb.DuckDBPyConnection, week: date) -> pl.DataFrame:
    """The complexes as valid in a week."""
    return con.execute(
        """
        select * from raw.complexes
        where _withdrawn_at is null and _valid_from <= $week and (_valid_until is null or _valid_until > $week)
        order by complex_id
        """,
        {"week": week},
    ).pl()


def replace_table(con: duckdb.DuckDBPyConnection, table: str, name: str, rows: pl.DataFrame) -> None:
    """Replaces a table of a published contract by `rows`, in the contract's own columns and types."""
    promised = contract("published", name)
    con.execute(f"drop table if exists {table}")
    con.execute(create_table(promised, table))
    insert_rows(con, table, rows.select(promised.column_names))


def insert_rows(con: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    """Appends polars rows to a table, by position."""
    con.register("arriving", rows.to_arrow())
    con.execute(f"insert into {table} from arriving")
    con.unregister("arriving")


def _write_gaps(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    con.execute("delete from checks.gaps")
    for source, terms in run.mapping.terms.items():
        for first, last in terms.gaps:
            con.execute("insert into checks.gaps values (?, ?, ?)", [source, first, last])


def _sentences(run: Run, part: str, flags: pl.DataFrame) -> pl.Series:
    """The open question or the first step of each flag, for its kind of silence or its cause."""
    said = []
    for why, kind in zip(flags["why"], flags["silence_kind"], strict=True):
        topic = why if why in ("safety", "random_draw") else kind
        said.append(run.language.say(f"flag.{part}.{topic}"))
    return pl.Series(said, dtype=pl.String)
