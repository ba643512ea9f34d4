"""Questions that have no answer yet: what is still open, and since when.

No team is measured here: a letter that did not arrive and an answer that went astray look just like this. What a team
did answer is not counted per team.
"""

from __future__ import annotations

import polars as pl

from flows.exploring.are_we_right.verdict_history import VerdictHistory
from models.rests import LOOKED


def open_questions(history: VerdictHistory) -> pl.DataFrame:
    """Every question without an answer from somebody who looked, safety matters apart.

    What was asked in the open week itself is left out: nobody can have answered it.

    Args:
        history: All weeks.

    Returns:
        One row per flag, the longest open first: `flag_id`, `complex_id`, `name`, `area_team`, `why` (as it was last
        asked), `first_week`, `is_running` (whether it may still be asked about), `weeks_open` (since the first week, up
        to its end where it ended; null where that end is not told), `is_not_looked` (the team said that nobody looked).
    """
    asked = (
        history.flags.filter(pl.col("why") != "safety", pl.col("first_week") < history.mondays[1])
        .sort("flag_id", "week")
        .unique("flag_id", keep="last", maintain_order=True)
    )
    looked = history.answers.filter(LOOKED).select("flag_id")
    said = history.answers.filter(~LOOKED).select("flag_id").unique().with_columns(is_not_looked=pl.lit(value=True))
    last = history.lives.sort("week").unique("flag_id", keep="last", maintain_order=True)
    is_now = pl.col("life_week") == history.mondays[1]
    names = history.open_week.table("complexes").select("complex_id", "name")
    return (
        asked.select("flag_id", "complex_id", "area_team", "why", "first_week")
        .join(looked, on="flag_id", how="anti")
        .join(said, on="flag_id", how="left")
        .join(last.rename({"week": "life_week"}), on="flag_id", how="left")
        .join(names, on="complex_id", how="left")
        .select(
            "flag_id",
            "complex_id",
            pl.coalesce("name", "complex_id").alias("name"),
            "area_team",
            "why",
            "first_week",
            is_running=(is_now & (pl.col("status") != "closed")).fill_null(value=False),
            weeks_open=pl.col("weeks_open").cast(pl.Int64),
            is_not_looked=pl.col("is_not_looked").fill_null(value=False),
        )
        .sort(["is_running", "weeks_open", "flag_id"], descending=[True, True, False], nulls_last=True)
    )


def open_per_team(history: VerdictHistory) -> pl.DataFrame:
    """How many questions are without an answer per team, in the order of the alphabet: it is no ranking.

    Args:
        history: All weeks.

    Returns:
        One row per team that was asked something: `area_team`, `n_running` (still open), `n_ended` (their time was over
        before an answer came).
    """
    teams = history.flags.filter(pl.col("why") != "safety").select("area_team").unique()
    counted = (
        open_questions(history)
        .group_by("area_team")
        .agg(n_running=pl.col("is_running").sum(), n_ended=(~pl.col("is_running")).sum())
    )
    return (
        teams.join(counted, on="area_team", how="left")
        .with_columns(pl.col("n_running", "n_ended").fill_null(0).cast(pl.Int64))
        .sort("area_team")
    )


def asked_and_answered(history: VerdictHistory) -> tuple[int, int]:
    """How many questions were asked in all before the open week, and how many have an answer from who looked."""
    asked = history.flags.filter(pl.col("why") != "safety", pl.col("first_week") < history.mondays[1])["flag_id"]
    n_asked = asked.n_unique()
    return n_asked, n_asked - open_questions(history).height
