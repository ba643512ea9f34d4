"""Where every complex in use stands in a week: on the list, drawn, or for which reason on neither.

The table, the quadrant and the map are all made of this one table, so they can never differ.
"""

from __future__ import annotations

import polars as pl

from flows.results import PublishedWeek
from models.disclosure import UNJUDGED
from models.episodes import CANNOT_BE_JUDGED
from models.places import CHOSEN
from models.weeks import parse_week

ON_LIST = ("listed", "safety", "drawn")
STANDINGS = (*ON_LIST, "resting", "small", "unjudged", "unknowable", "other")
"""Each complex has one; their counts add up to the complexes in use."""

_FLAG = (
    "flag_id",
    "rank",
    "why",
    "inclusion_probability",
    "status",
    "first_week",
)


def standings(week: PublishedWeek) -> pl.DataFrame:
    """One row per complex in use.

    Args:
        week: The published week.

    Returns:
        The week's row of `scores`, with `name`, `latitude` and `longitude` of the complex, the columns of its flag
        (`flag_id`, `rank`, `why`, `inclusion_probability`, `status`, `first_week`; empty without one), `rests_until`,
        `standing` (one of `STANDINGS`) and `mark` (how it is drawn: its standing where it is on the list, else
        `unjudged` or `other`). In the order of the list, then by falling chance.
    """
    scores = week.table("scores").filter(pl.col("week") == parse_week(week.week_name))
    named = week.table("complexes").select("complex_id", "name", "latitude", "longitude")
    resting = week.table("lives").filter(pl.col("status") == "snoozed").select("complex_id", "rests_until")
    rows = (
        scores.join(named, on="complex_id", how="left")
        .join(week.table("flags").select("complex_id", *_FLAG), on="complex_id", how="left")
        .join(resting.unique("complex_id"), on="complex_id", how="left")
        .with_columns(name=pl.col("name").fill_null(pl.col("complex_id")), standing=_standing())
    )
    is_unjudged = pl.col("state").is_in(UNJUDGED) | pl.col("is_too_small_to_know")
    mark = pl.when(is_unjudged).then(pl.lit("unjudged")).otherwise(pl.lit("other"))
    drawn_as = pl.when(pl.col("standing").is_in(ON_LIST)).then("standing").otherwise(mark)
    order = ["area_team", "rank", "p_quiet_decline", "complex_id"]
    return rows.with_columns(mark=drawn_as).sort(order, descending=[False, False, True, False], nulls_last=True)


def of_team(rows: pl.DataFrame, team: str | None) -> pl.DataFrame:
    """The rows of one area team; of all of them for None."""
    return rows if team is None else rows.filter(pl.col("area_team") == team)


def counted(rows: pl.DataFrame) -> dict[str, int]:
    """How many complexes have each standing, in the order of `STANDINGS`, without noughts; adds up to all rows."""
    found = dict(rows.group_by("standing").len().iter_rows())
    return {name: found[name] for name in STANDINGS if name in found}


def first_in_line(rows: pl.DataFrame) -> str | None:
    """The complex to open first: the most probable on the list, else the first that was drawn; None without rows."""
    for standing in ("listed", "drawn", "other"):
        fitting = rows.filter(pl.col("standing") == standing)
        if fitting.height:
            return str(fitting.sort("p_quiet_decline", descending=True)["complex_id"][0])
    return str(rows["complex_id"][0]) if rows.height else None


def _standing() -> pl.Expr:
    return (
        pl.when(pl.col("why").is_in(CHOSEN))
        .then(pl.lit("listed"))
        .when(pl.col("why") == "safety")
        .then(pl.lit("safety"))
        .when(pl.col("why") == "random_draw")
        .then(pl.lit("drawn"))
        .when(pl.col("rests_until").is_not_null())
        .then(pl.lit("resting"))
        .when(pl.col("is_private_small"))
        .then(pl.lit("small"))
        .when(pl.col("state").is_in(CANNOT_BE_JUDGED))
        .then(pl.lit("unjudged"))
        .when(pl.col("is_too_small_to_know") | (pl.col("state") == "not_enough_evidence"))
        .then(pl.lit("unknowable"))
        .otherwise(pl.lit("other"))
    )
