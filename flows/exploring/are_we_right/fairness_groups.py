"""Who comes on the list, per audience and per district: the published weeks as the audit asks for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import polars as pl

from flows.exploring.are_we_right.verdict_history import VerdictHistory
from flows.results import PublishedWeek
from models.episodes import can_be_judged
from models.fairness import UNKNOWN, Audit, audience_groups, district_groups, fairness_audit
from models.places import CHOSEN
from models.weeks import parse_week

By = Literal["audience", "district"]
BY: tuple[By, ...] = ("audience", "district")
_GROUPED = {"audience": audience_groups, "district": district_groups}


def fairness_of(history: VerdictHistory) -> dict[By, Audit]:
    """The audit by audience and by district; one that nobody delivered is left out.

    Args:
        history: All weeks; the complexes are those that are in use in the open one and can be on a list.
    """
    week = history.open_week
    known = week.table("complexes").filter("is_in_use", pl.col("homes") >= week.policy.smallest_shown_homes)
    in_question = pl.concat([_in_question(each) for each in history.weeks])
    chosen = history.flags.filter(pl.col("why").is_in(CHOSEN)).select("complex_id", "week")
    found = {}
    for by in BY:
        groups = _GROUPED[by](known, week.policy)
        if (groups["group"] != UNKNOWN).any():
            found[by] = fairness_audit(groups, in_question, chosen, history.draws, history.mondays[1], week.policy)
    return found


def missing_groups(found: Iterable[By]) -> tuple[By, ...]:
    """What nobody delivered, so that nothing can be said of it."""
    return tuple(each for each in BY if each not in found)


def _in_question(week: PublishedWeek) -> pl.DataFrame:
    """All that could be drawn or listed in that week, as told then."""
    return (
        pl.scan_parquet(week.folder / "scores.parquet", glob=False)
        .filter(pl.col("week") == parse_week(week.week_name), can_be_judged())
        .select("complex_id", "week")
        .collect()
    )
