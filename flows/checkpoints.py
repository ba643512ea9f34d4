"""What one run leaves to the next: the lesson that the town taught, with its date, and which weeks were scored by it.

A lesson is used for some weeks and then learned anew; the scores in the warehouse and the checkpoint beside them always
rest on one lesson. A run of an older week takes neither from its future.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from importlib.metadata import version
from typing import Self

import duckdb
import numpy as np
import polars as pl

from data_contracts.contract import contracts
from flows.run import Run
from flows.warehouse import insert_rows
from models.blocks import BlockSums
from models.checkpoint import Checkpoint
from models.lesson import LESSON_VERSION, Lesson
from models.streams import STREAMS

# A stream of which a quarter more is known now (a first delivery, a longer past) was not yet learned from.
MOST_GROWTH = 1.25
LESSON_COLUMNS = ("learned_on", "run_id", "terms", "changes", "sight", "lesson")
"""Columns of `scores.lessons`, in order."""
# At 80,000 complexes the sums take longer to be written and read (300 MB) than to be made anew from the panel; the
# digests are what spares the work.
_NO_SUMS = BlockSums(np.zeros(0, dtype=np.int64), 0, *(np.zeros((len(STREAMS), 0, 0)) for _ in range(3)))


@dataclass(frozen=True)
class Ground:
    """What a lesson stands on. On other ground it is learned anew.

    Attributes:
        terms: Policy, our version and that of the published tables, as JSON.
        changes: The announced changes of intake so far, as JSON; what a later one does is unknown to a lesson.
        sight: Complex-weeks observed, by stream.
    """

    terms: str
    changes: str
    sight: Mapping[str, int]

    @classmethod
    def of(cls, run: Run, changes: pl.DataFrame, weekly: pl.DataFrame) -> Self:
        """The ground of one run.

        Args:
            run: The run.
            changes: Announced changes of intake, up to the week.
            weekly: `panel.weekly`.
        """
        terms = {
            "policy": asdict(run.settings.policy),
            "luisterpost": version("luisterpost"),
            "lesson": LESSON_VERSION,
            "contracts": {name: each.version for name, each in contracts("published").items()},
        }
        known = changes.select("change_id", "contract", "area_team", "starts_on", "expected_effect").sort("change_id")
        return cls(
            json.dumps(terms),
            known.cast(pl.String).write_json(),
            {each.name: weekly[each.name].count() for each in STREAMS},
        )

    def bears(self, lesson_ground: Self) -> bool:
        """Whether a lesson that was learned on that ground still holds on this one."""
        if (self.terms, self.changes) != (lesson_ground.terms, lesson_ground.changes):
            return False
        pairs = [(n, lesson_ground.sight.get(name, 0)) for name, n in self.sight.items()]
        return all(max(pair) <= MOST_GROWTH * min(pair) for pair in pairs)


@dataclass(frozen=True)
class KeptLesson:
    """A lesson, and the run that learned it."""

    run_id: str
    lesson: Lesson


def lesson_in_force(con: duckdb.DuckDBPyConnection, run: Run, week: date, ground: Ground) -> KeptLesson | None:
    """The latest lesson that is not from the future, not too old, and holds on this ground; None: learn.

    Args:
        con: The warehouse.
        run: The run; its policy says how long a lesson is used.
        week: The week to judge.
        ground: What there is to learn from now.
    """
    found = con.execute(
        """
        select run_id, terms, changes, sight, lesson from scores.lessons
        where learned_on <= $week and learned_on > $oldest order by learned_on desc, run_id desc
        """,
        {"week": week, "oldest": week - timedelta(weeks=run.settings.policy.relearn_weeks)},
    ).fetchall()
    for run_id, terms, changes, sight, lesson in found:
        try:
            if ground.bears(Ground(terms, changes, json.loads(sight))):
                return KeptLesson(run_id, Lesson.from_dict(json.loads(lesson)))
        except (AttributeError, KeyError, TypeError, ValueError):
            # What cannot be read teaches nothing: the town is asked again.
            continue
    return None


def keep_lesson(con: duckdb.DuckDBPyConnection, run: Run, week: date, ground: Ground, lesson: Lesson) -> KeptLesson:
    """Writes down what a run learned, with its date and its ground."""
    con.execute("delete from scores.lessons where run_id = ?", [run.run_id])
    con.execute(
        "insert into scores.lessons values (?, ?, ?, ?, ?, ?)",
        [week, run.run_id, ground.terms, ground.changes, json.dumps(ground.sight), json.dumps(lesson.as_dict())],
    )
    return KeptLesson(run.run_id, lesson)


def lesson_to_keep(con: duckdb.DuckDBPyConnection) -> dict[str, str] | None:
    """The lesson that the scores rest on, as its row: kept with the week, a warehouse made anew judges by it again.

    It holds figures of the town, its teams and kinds of buildings, and of no complex.
    """
    columns = ", ".join(f"{name}::varchar" for name in LESSON_COLUMNS)
    found = con.execute(
        f"select {columns} from scores.lessons where run_id = (select lesson_run_id from scores.checkpoint)"
    ).fetchone()
    return dict(zip(LESSON_COLUMNS, found, strict=True)) if found else None


def checkpoint_of(con: duckdb.DuckDBPyConnection, kept: KeptLesson | None, week: date) -> Checkpoint | None:
    """Where the scores in the warehouse stand, if they rest on this lesson and are not from the future."""
    if kept is None:
        return None
    found = con.execute(
        "select complex_ids, week_numbers, digests from scores.checkpoint where lesson_run_id = ? and week <= ?",
        [kept.run_id, week],
    ).pl()
    if found.is_empty():
        return None
    row = found.row(0)
    digests = dict(zip(row[1], row[2], strict=True))
    return Checkpoint(pl.Series("complex_id", row[0], dtype=pl.String), digests, _NO_SUMS)


def keep_checkpoint(con: duckdb.DuckDBPyConnection, kept: KeptLesson, week: date, checkpoint: Checkpoint) -> None:
    """Replaces the checkpoint: there is one, as there is one table of scores."""
    row = pl.DataFrame(
        {
            "lesson_run_id": [kept.run_id],
            "week": [week],
            "complex_ids": [checkpoint.ids.to_list()],
            "week_numbers": [list(checkpoint.digests)],
            "digests": [list(checkpoint.digests.values())],
        },
        schema_overrides={"complex_ids": pl.List(pl.String)},
    )
    con.execute("delete from scores.checkpoint")
    insert_rows(con, "scores.checkpoint", row)
