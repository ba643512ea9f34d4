"""What must differ between a run and the same run done later; nothing else is set aside when homes are compared."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import polars as pl

# Names of runs, and moments at which something was read or written.
SET_ASIDE = {
    "run_id": "name of the run",
    "lesson_run_id": "name of the run that learned",
    "_first_seen_at": "moment of reading",
    "first_seen_at": "moment of reading",
    "last_seen_at": "moment of reading",
}
# Of a withdrawn row it matters that it is one.
MOMENTS_OR_NONE = ("_withdrawn_at",)
# A killed run leaves its own accounts; what counts is the last run, held against the last run.
PER_RUN = ("accounts", "rule_outcomes", "answer_files")
# Of the list of runs: which weeks were published.
RUNS = "select distinct week, is_published from checks.runs where is_published"
# A row that a killed run took in is known to the next one, and one that it removed as too old is left out by the next:
# together they are as many.
TAKEN_IN = ("rows_kept", "rows_already_known", "rows_forgotten")
ANSWERS_TAKEN_IN = ("n_answers", "n_copies")
# A row that a killed run withdrew is gone before the next one; which rows are withdrawn, `raw` says.
COUNTED_ONCE = ("rows_withdrawn",)
REBUILT, UPGRADED = "rebuilt", "upgraded"
ALLOWED = {
    REBUILT: "made again from published weeks: what no source delivers any more is gone (rows withdrawn, or set apart "
    "in earlier weeks), and every row is news, so that kept and known already are asked for together",
    UPGRADED: "an upgrade from version 1 clears what was set apart, for it was not cleaned of names",
}
JSON_TEXTS = ("lesson",)


def as_asked(tables: dict[str, pl.DataFrame], allowed: Collection[str]) -> dict[str, pl.DataFrame]:
    """The tables without what is allowed to differ."""
    asked = dict(tables)
    for name, table in tables.items():
        if REBUILT in allowed and name.startswith("raw."):
            asked[name] = table.filter(pl.col("_withdrawn_at").is_null())
        elif REBUILT in allowed and name.startswith("published ") and name.endswith(" sources"):
            asked[name] = _taken_together(table)
        elif {REBUILT, UPGRADED} & set(allowed) and name == "checks.quarantine":
            asked[name] = table.filter(pl.col("last_seen_at") == pl.col("last_seen_at").max())
    return asked


def comparable(where: str, table: pl.DataFrame) -> pl.DataFrame:
    """A table without names of runs and moments of reading; of accounts, rows kept and known already together."""
    kept = table.drop(*SET_ASIDE, strict=False)
    kept = kept.with_columns(pl.col(name).is_null() for name in MOMENTS_OR_NONE if name in kept.columns)
    if where == "checks.accounts":
        kept = _taken_together(kept)
    if where == "checks.answer_files":
        kept = kept.with_columns(pl.sum_horizontal(ANSWERS_TAKEN_IN).alias("n_answers")).drop(*ANSWERS_TAKEN_IN[1:])
    return kept


def without_runs(said: Any) -> Any:
    """What was written down, without names of runs, of accounts what is asked for; texts that are JSON are opened."""
    if isinstance(said, list):
        return [without_runs(each) for each in said]
    if isinstance(said, dict) and said.keys() >= set(TAKEN_IN):
        together = {TAKEN_IN[0]: sum(said[name] for name in TAKEN_IN)}
        return {name: each for name, each in said.items() if name not in (*TAKEN_IN, *COUNTED_ONCE)} | together
    if isinstance(said, dict):
        return {name: without_runs(each) for name, each in said.items() if name not in SET_ASIDE}
    if isinstance(said, str) and said.startswith("{"):
        return json.loads(said)
    return said


def _taken_together(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(pl.sum_horizontal(TAKEN_IN).alias(TAKEN_IN[0])).drop(*TAKEN_IN[1:], *COUNTED_ONCE)
