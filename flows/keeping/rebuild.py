"""A new warehouse from the published weeks: what was said of a week stays said, and the sources tell the rest again.

What the next run goes by and no source delivers stands in the published folders: flags and their lives, quarters that
were told and may not change, answers, earlier versions of complexes, and the lesson by which the scores were made.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from data_contracts.contract import contract
from data_contracts.problem import Problem
from data_contracts.tables import table_shape
from flows.checkpoints import LESSON_COLUMNS
from flows.home import Home
from flows.keeping.carried import carry_forgotten, forgotten_in, looked_into
from flows.keeping.compacting import copy_into, log_of, room_to_make
from flows.keeping.complex_versions import ALWAYS, complex_versions
from flows.keeping.counting_weeks import CountingWeek, counting_weeks, moment_of, published_runs
from flows.keeping.kept_rows import put_rows_back
from flows.keeping.swapping import room_for_new, swap_in
from flows.language import Language
from flows.warehouse import connect_warehouse, insert_rows, make_tables, transaction
from models.weeks import WEEK

log = logging.getLogger("luisterpost")


@dataclass(frozen=True)
class Rebuilt:
    """What came back.

    Attributes:
        first: Monday of the oldest week that was read.
        last: Monday of the newest.
        n_weeks: How many were read.
        rows: Rows by what they are: `flags`, `lives`, `quarters`, `answers`, `versions`, `lessons`.
        unreadable: Names of published folders that could not be read.
        is_forgotten_known: Whether the warehouse that stood there could still say who was forgotten.
        aside: Folder with the warehouse that stood there, or None where there was none.
    """

    first: date
    last: date
    n_weeks: int
    rows: dict[str, int]
    unreadable: tuple[str, ...]
    is_forgotten_known: bool
    aside: Path | None


def rebuild(home: Home, moment: datetime, language: Language, *, sets_aside: bool) -> Rebuilt:
    """Sets the warehouse aside and puts one in its place that is made from the published weeks.

    Args:
        home: The home.
        moment: Now; names the folder with the warehouse that stood there.
        language: Of what is said on the way.
        sets_aside: Whether a warehouse that can be read may be set aside as well.

    Raises:
        Problem: `restore.nothing_published`, `restore.is_whole`, `restore.may_not_read`, `home.busy`.
    """
    if not home.published.is_dir():
        raise Problem("restore.nothing_published", home=home.folder)
    with home.alone():
        log.info(language.say("restore.step.weeks"))
        weeks, unreadable = counting_weeks(home)
        if not weeks:
            raise Problem("restore.nothing_published", home=home.folder)
        if home.warehouse.exists() and not os.access(home.warehouse, os.R_OK | os.W_OK):
            # It may be whole: who may read it knows.
            raise Problem("restore.may_not_read", file=home.warehouse)
        if home.warehouse.exists() and not sets_aside:
            log.info(language.say("restore.step.look"))
            if _is_whole(home):
                raise Problem("restore.is_whole", file=home.warehouse)
        forgotten = forgotten_in(home)
        with room_for_new(home) as new:
            log.info(language.say("restore.step.fill"))
            with closing(connect_warehouse(new / home.warehouse.name)) as con, transaction(con):
                make_tables(con)
                rows = fill(con, weeks)
                con.executemany("insert into checks.runs values (?, ?, ?, true)", published_runs(home))
                if forgotten:
                    carry_forgotten(con, forgotten)
            aside = swap_in(home, new, (home.warehouse.name, log_of(home.warehouse).name), moment)
    return Rebuilt(weeks[0].week, weeks[-1].week, len(weeks), rows, tuple(unreadable), forgotten is not None, aside)


def fill(con: duckdb.DuckDBPyConnection, weeks: Sequence[CountingWeek]) -> dict[str, int]:
    """Fills an empty warehouse with what published weeks know, and gives the rows by what they are."""
    for name in ("flags", "lives"):
        for each in weeks:
            _insert(con, f"flags.{name}", contract("published", name).column_names, each.tables[name])
    quarters = pl.concat([each.tables["quarters"] for each in weeks], how="diagonal")
    told = quarters.sort("told_week").unique(contract("published", "quarters").key, keep="first", maintain_order=True)
    _insert(con, "scores.quarters", contract("published", "quarters").column_names, told)
    answers = _answers(weeks)
    _insert(con, "raw.outcomes", _columns("outcomes"), answers)
    # Whether a source delivers them or their files were put away, nobody can say: none of them may seem withdrawn.
    insert_rows(con, "checks.folder_answers", answers.select("flag_id", "reviewed_on"))
    versions = complex_versions([(each.week, each.tables["complexes"]) for each in weeks])
    last_read_at = pl.lit(moment_of(weeks[-1].run_id))
    withdrawn_at = pl.when("is_gone").then(last_read_at)
    versions = versions.with_columns(_first_seen_at=last_read_at, _withdrawn_at=withdrawn_at)
    _insert(con, "raw.complexes", _columns("complexes"), versions)
    for each in weeks:
        fell_off = [(each.week, team, n) for team, n in each.published.manifest.get("fell_off", {}).items()]
        if fell_off:
            con.executemany("insert into checks.fell_off values (?, ?, ?)", fell_off)
        accounts = each.published.manifest.get("accounts", ())
        put_rows_back(con, "checks.accounts", [{**account, "run_id": each.run_id} for account in accounts])
    put_rows_back(con, "checks.feed_alarms", weeks[-1].published.manifest.get("alike", ()))
    return {
        "flags": sum(each.tables["flags"].height for each in weeks),
        "lives": sum(each.tables["lives"].height for each in weeks),
        "quarters": told.height,
        "answers": answers.height,
        "versions": versions.height,
        "lessons": _insert_lessons(con, weeks),
    }


def _answers(weeks: Sequence[CountingWeek]) -> pl.DataFrame:
    """Each answer as the run that last could know it published it; what that run had no more was withdrawn."""
    until = ALWAYS
    parts = []
    for each in sorted(weeks, key=lambda each: each.run_id, reverse=True):
        # A week's table has the answers of up to its Sunday.
        parts.append(
            each.tables["answers"]
            .filter(pl.col("reviewed_on") >= until)
            .with_columns(
                _first_seen_at=pl.lit(moment_of(each.run_id)),
                _week=pl.col("reviewed_on").dt.truncate("1w"),
                _valid_from=pl.lit(ALWAYS),
            )
        )
        until = max(until, each.week + WEEK)
    return pl.concat(parts, how="diagonal")


def _columns(name: str) -> list[str]:
    """The columns of the raw table of an input contract, in order."""
    return [each.name for each in table_shape(contract("inputs", name))]


def _insert(con: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], rows: pl.DataFrame) -> None:
    """Appends rows to a table; columns that they do not tell are empty."""
    told = [pl.col(name) if name in rows.columns else pl.lit(None).alias(name) for name in columns]
    insert_rows(con, table, rows.select(told))


def _insert_lessons(con: duckdb.DuckDBPyConnection, weeks: Sequence[CountingWeek]) -> int:
    """The lessons that the weeks were scored by, each once; older weeks of Luisterpost did not keep theirs."""
    kept = {}
    for each in weeks:
        lesson = each.published.manifest.get("lesson")
        if lesson:
            kept[lesson["run_id"]] = [lesson[name] for name in LESSON_COLUMNS]
    if kept:
        con.executemany("insert into scores.lessons values (?, ?, ?, ?, ?, ?)", list(kept.values()))
    return len(kept)


def _is_whole(home: Home) -> bool:
    """Whether every row of the warehouse can be read."""
    try:
        with room_to_make(home.folder) as room, looked_into(home.warehouse) as con:
            copy_into(con, room / home.warehouse.name)
    except duckdb.Error as error:
        if "No space left" in str(error):
            raise
        return False
    return True
