"""What the answers on drawn complexes say of the list: read from the warehouse, told beside the published week."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows.warehouse import set_variables
from models.policy import Policy

ANSWERS = Path(__file__).parent / "published" / "answers.sql"


def answers_so_far(con: duckdb.DuckDBPyConnection, week: date) -> pl.DataFrame:
    """The table `answers`, up to and including a week."""
    set_variables(con, {"week": week})
    return con.execute(ANSWERS.read_text(encoding="utf-8")).pl()


def draws_so_far(con: duckdb.DuckDBPyConnection, week: date) -> pl.DataFrame:
    """Every draw before a week, with the verdict on it (`models.verdicts`)."""
    from models.verdicts import draws_with_answers

    flags = con.execute("from flags.flags where week < ?", [week]).pl()
    return draws_with_answers(flags, answers_so_far(con, week))


def what_answers_say(con: duckdb.DuckDBPyConnection, week: date, policy: Policy) -> dict[str, Any]:
    """How right the list is, as far as the answers on drawn complexes can say.

    Returns:
        `n_drawn`, `n_answered`, and `n_needed` while there are too few answers; else the estimated shares with their
        intervals, and the `recalibration` that the choice of the week was made with.
    """
    from models.answers import estimates, recalibrate

    draws = draws_so_far(con, week)
    return asdict(estimates(draws, policy)) | {"recalibration": asdict(recalibrate(draws, policy))}
