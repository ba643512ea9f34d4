"""What was answered, counted: on draws, and on complexes that were chosen. Counts only; they estimate nothing."""

from __future__ import annotations

import polars as pl

from flows.exploring.are_we_right.verdict_history import VerdictHistory
from models.places import CHOSEN
from models.rests import LOOKED

FINDINGS = ("worry_unheard", "worry_heard", "worry_unknown", "fine", "known_already", "other", "unanswered")
"""What was found: worries that residents do not, do, or may report; else the verdict itself; or no answer yet."""


def verdict_counts(history: VerdictHistory) -> pl.DataFrame:
    """How often each finding was answered before the open week.

    Args:
        history: All weeks.

    Returns:
        One row per finding, in the order of `FINDINGS`: `finding`, `n_drawn` (draws), `n_chosen` (flags that
        were chosen for their scores, by their last answer; draws among them count in both).
    """
    asked = history.flags.filter(pl.col("why").is_in(CHOSEN), pl.col("first_week") < history.mondays[1])
    last = history.answers.filter(LOOKED).sort("flag_id", "reviewed_on").unique("flag_id", keep="last")
    chosen = asked.select("flag_id").unique().join(last, on="flag_id", how="left")
    counted = pl.DataFrame({"finding": FINDINGS})
    for name, rows in (("n_drawn", history.draws), ("n_chosen", chosen)):
        found = rows.select(finding=_finding()).group_by("finding").agg(pl.len().cast(pl.Int64).alias(name))
        counted = counted.join(found, on="finding", how="left", maintain_order="left")
    return counted.with_columns(pl.col("n_drawn", "n_chosen").fill_null(0))


def _finding() -> pl.Expr:
    heard = pl.col("do_residents_report").replace_strict({"no": "unheard", "yes": "heard"}, default="unknown")
    return (
        pl.when(pl.col("verdict") == "worry")
        .then(pl.format("worry_{}", heard))
        .otherwise(pl.col("verdict").fill_null("unanswered"))
    )
