"""From raw rows to scores and flags: reads the warehouse, calls the models, writes what they say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from difflib import get_close_matches

import duckdb
import polars as pl

from data_contracts.contract import contract
from data_contracts.problem import Problem
from data_contracts.tables import create_table
from flows.answered_draws import answers_so_far, draws_so_far
from flows.feeds import watch_feeds
from flows.keeping.forgotten import forgotten_before
from flows.run import Run
from flows.warehouse import insert_rows, set_variables, transaction
from models.panel import KEPT_STEPS, STEPS, panel_variables
from models.weeks import week_name, week_of

# Of the weeks before, only what decides who is under discussion: at 80,000 complexes a year has four million rows.
HISTORY = """
    select complex_id, week, area_team, p_quiet_decline, state, is_private_small, is_too_small_to_know,
      if(week = $week, silence_kind, null) as silence_kind, if(week = $week, missing_sources, null) as missing_sources
    from scores.scores where week <= $week
"""


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
        count_steps(con, lambda: watch_feeds(con, run, week))
    found = con.execute("select count(*) from panel.weekly").fetchone()
    return int(found[0]) if found else 0


def count_steps(con: duckdb.DuckDBPyConnection, watch: Callable[[], object] | None = None) -> None:
    """Counts each step of the panel by the session variables; weeks of which the rows are gone keep their counts.

    Args:
        con: The warehouse.
        watch: Says anew which feeds are suspect, once their rows are counted; else what the last run said holds.
    """
    before = forgotten_before(con)
    for step in STEPS:
        if step.name == "weekly" and watch:
            watch()
        con.execute(f"create or replace table panel.{step.name} as {step.select}")
        if before and step.name in KEPT_STEPS:
            # A step may reach back over the edge: in UTC some hours of a Monday are still Sunday.
            con.execute(f"delete from panel.{step.name} where week < ?", [before])
            # A warehouse that was made anew from what was published remembers what to leave out, and kept no counts.
            con.execute(f"create table if not exists panel.kept_{step.name} as from panel.{step.name} limit 0")
            con.execute(
                f"insert into panel.{step.name} by name from panel.kept_{step.name} "
                "where week between getvariable('first_week') and getvariable('last_week')"
            )


def score(con: duckdb.DuckDBPyConnection, run: Run, week: date) -> int:
    """Scores the week, and those before it that are new or changed, and gives the number of complexes scored.

    Raises:
        Problem: `week.no_complexes`.
    """
    from flows.checkpoints import Ground, checkpoint_of, keep_checkpoint, keep_lesson, lesson_in_force
    from models.scores import score_weeks

    policy = run.settings.policy
    weekly = con.execute("from panel.weekly order by complex_id, week").pl()
    if not (weekly["week"] == week).any():
        raise Problem("week.no_complexes", week=week_name(week))
    changes = begun(con, "registration_changes", week)
    ground = Ground.of(run, changes, weekly)
    kept = lesson_in_force(con, run, week, ground)
    before = checkpoint_of(con, kept, week)
    scored = score_weeks(
        weekly,
        current_complexes(con, week),
        policy,
        policy.backfill_weeks + 1,
        changes=changes,
        interventions=begun(con, "interventions", week),
        lesson=kept.lesson if kept else None,
        checkpoint=before,
    )
    with transaction(con):
        if before:
            _add_scores(con, scored.scores, week - timedelta(weeks=policy.backfill_weeks))
        else:
            replace_table(con, "scores.scores", "scores", scored.scores)
        replace_table(con, "scores.streams", "streams", scored.streams)
        replace_table(con, "scores.history", "history", scored.history)
        replace_table(con, "scores.reasons", "reasons", scored.reasons)
        _tell_quarters(con, scored.quarters, week)
        kept = kept or keep_lesson(con, run, week, ground, scored.lesson)
        keep_checkpoint(con, kept, week, scored.checkpoint)
    return scored.scores.filter(pl.col("week") == week).height


def choose_flags(con: duckdb.DuckDBPyConnection, run: Run, week: date) -> int:
    """Chooses the week's flags, replaces those of the same week, and gives their number.

    Raises:
        Problem: `settings.unknown_team`, if the settings name a team that no complex has.
    """
    from models.selection import select_flags

    scores = con.execute(HISTORY, {"week": week}).pl()
    _check_teams(run, scores.filter(pl.col("week") == week)["area_team"].unique().sort().to_list())
    selection = select_flags(
        # Chosen by what the answers have taught a chance to mean; told with the chance as it was published.
        scores=as_taught(con, run, week, scores),
        reasons=con.execute("from scores.reasons where week = ? order by complex_id, stream", [week]).pl(),
        safety=con.execute("select complex_id from panel.safety order by all").pl()["complex_id"],
        earlier=con.execute("from flags.flags where week <= ?", [week]).pl(),
        policy=run.settings.policy,
        capacity=run.settings.capacity,
        answers=answers_so_far(con, week),
        # The seed is in the settings: with it alone anybody could draw the lot again, and see whom it passed over.
        lot_key=run.home.secret(),
    )
    said = scores.filter(pl.col("week") == week).select("complex_id", "p_quiet_decline")
    flags = selection.flags.drop("p_quiet_decline").join(said, on="complex_id", how="left", maintain_order="left")
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
        con.execute("delete from checks.fell_off where week = ?", [week])
        insert_rows(con, "checks.fell_off", selection.fell_off.select(pl.lit(week), "area_team", "n_fell_off"))
    return spoken.height


def as_taught(con: duckdb.DuckDBPyConnection, run: Run, week: date, scores: pl.DataFrame) -> pl.DataFrame:
    """Scores with the chance that the answers so far have taught their own chance to mean."""
    from models.answers import recalibrate

    taught = recalibrate(draws_so_far(con, week), run.settings.policy)
    return scores.with_columns(pl.Series("p_quiet_decline", taught.probability(scores["p_quiet_decline"].to_numpy())))


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


def begun(con: duckdb.DuckDBPyConnection, name: str, week: date) -> pl.DataFrame:
    """The rows of a list that is kept by hand, of what had begun by the end of the week."""
    return con.execute(
        f"from raw.{name} where _withdrawn_at is null and _valid_until is null and starts_on < ? order by all",
        [week + timedelta(weeks=1)],
    ).pl()


def _add_scores(con: duckdb.DuckDBPyConnection, rows: pl.DataFrame, oldest: date) -> None:
    """Puts newly scored weeks in the place of what stood there, and drops the weeks that are too old to tell."""
    con.execute("delete from scores.scores where week >= ? or week < ?", [rows["week"].min(), oldest])
    insert_rows(con, "scores.scores", rows.select(contract("published", "scores").column_names))


def _tell_quarters(con: duckdb.DuckDBPyConnection, told: pl.DataFrame, week: date) -> None:
    """Adds the quarters that were never told; what was told stays, whatever came in since.

    Else the difference between two weeks' pages would be the rows that came in late, to the row.
    """
    con.register("arriving", told.to_arrow())
    con.execute(
        """
        insert into scores.quarters by name
        select arriving.*, ?::date as told_week from arriving
        anti join scores.quarters using (complex_id, quarter_starts_on, stream)
        """,
        [week],
    )
    # An older week that is run later tells what was told after it; it must say the same.
    con.execute(
        """
        update scores.quarters as told set told_week = $week from arriving
        where told.complex_id = arriving.complex_id and told.quarter_starts_on = arriving.quarter_starts_on
          and told.stream = arriving.stream and told.told_week > $week
        """,
        {"week": week},
    )
    con.unregister("arriving")


def replace_table(con: duckdb.DuckDBPyConnection, table: str, name: str, rows: pl.DataFrame) -> None:
    """Replaces a table of a published contract by `rows`, in the contract's own columns and types."""
    promised = contract("published", name)
    con.execute(f"drop table if exists {table}")
    con.execute(create_table(promised, table))
    insert_rows(con, table, rows.select(promised.column_names))


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
