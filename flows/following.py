"""Follows every flag after its list: how it stands this week, what was agreed, and whether residents speak again."""

from __future__ import annotations

from datetime import date

import duckdb
import polars as pl

from data_contracts.contract import contract
from flows.answered_draws import answers_so_far
from flows.estimate import HISTORY, as_taught, begun
from flows.run import Run
from flows.warehouse import insert_rows, transaction

# Exact counts, of complexes with a flag only.
COUNTS = """
    select complex_id, week, stream, seen, expected, is_masked from scores.streams
    where week <= $week and list_contains($streams, stream) and list_contains($complexes, complex_id)
"""


def follow_flags(con: duckdb.DuckDBPyConnection, run: Run, week: date) -> int:
    """Writes how every flag stands in a week, tells it to the week's list, and gives the number of flags.

    What was written for other weeks stays as it was said then.
    """
    from models.flag_life import FLAG_COLUMNS, flag_lives
    from models.voice import voice_back

    policy = run.settings.policy
    flags = con.execute(f"select {', '.join(FLAG_COLUMNS)} from flags.flags where week <= ?", [week]).pl()
    answers = answers_so_far(con, week)
    scores = as_taught(con, run, week, con.execute(HISTORY, {"week": week}).pl())
    lives = flag_lives(flags, answers, scores, policy)
    voices = voice_back(lives, answers, begun(con, "interventions", week), _counts(con, lives, week), week, policy)
    with transaction(con):
        con.execute("delete from flags.lives where week = ?", [week])
        told = lives.join(voices, on="flag_id").select(contract("published", "lives").column_names)
        insert_rows(con, "flags.lives", told)
        con.execute(
            """
            update flags.flags as listed
            set status = life.status, lead = life.lead, mandate = life.mandate, phase = life.phase
            from flags.lives as life
            where listed.week = $week and life.week = $week and listed.flag_id = life.flag_id
            """,
            {"week": week},
        )
    return lives.height


def _counts(con: duckdb.DuckDBPyConnection, lives: pl.DataFrame, week: date) -> pl.DataFrame:
    from models.voice import REPORT_STREAMS

    wanted = {"week": week, "streams": list(REPORT_STREAMS), "complexes": lives["complex_id"].unique().to_list()}
    return con.execute(COUNTS, wanted).pl()
