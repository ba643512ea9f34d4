"""Channels of people who look: which of them fell silent, and where nobody came.

Silence of a channel must never become silence of people. Said to a team so that it knows what the list could not see,
never as a reproach.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.policy import Policy
from models.weeks import WEEK


def silent_channels(visits: pl.DataFrame, week: date, policy: Policy) -> pl.DataFrame:
    """The channels of an area team from which nothing came lately, where chance does not explain it.

    The last `honest_source_weeks` weeks are held against the pace of the year before them: with more than
    `silent_feed_expected` visits due and none noted, the channel is silent.

    Args:
        visits: `area_team`, `channel`, `occurred_on`.
        week: Monday of the last week that is over.
        policy: The values in force.

    Returns:
        `area_team`, `channel`, `last_on` (day of its last visit), sorted.
    """
    recent_from = week + WEEK - policy.honest_source_weeks * WEEK
    year_from = recent_from - policy.long_window_weeks * WEEK
    seen = visits.filter(pl.col("occurred_on").is_between(year_from, week + timedelta(days=6)))
    is_recent = pl.col("occurred_on") >= recent_from
    paces = seen.group_by("area_team", "channel").agg(
        recent=is_recent.sum(),
        before=(~is_recent).sum(),
        last_on=pl.col("occurred_on").max(),
        # The table of events may not reach a whole year back.
        weeks_before=((recent_from - pl.col("occurred_on").min()).dt.total_days() / 7).clip(
            1, policy.long_window_weeks
        ),
    )
    due = pl.col("before") / pl.col("weeks_before") * policy.honest_source_weeks
    return (
        paces.filter(pl.col("recent") == 0, due > policy.silent_feed_expected)
        .select("area_team", "channel", "last_on")
        .sort("area_team", "channel")
    )


def unvisited(complexes: pl.DataFrame, visits: pl.DataFrame, week: date, policy: Policy) -> pl.DataFrame:
    """How many complexes of each team had no noted visit in a year; nothing where no visits are delivered at all.

    Args:
        complexes: `complex_id`, `area_team` of what is looked at.
        visits: `complex_id`, `occurred_on`.
        week: Monday of the last week that is over.
        policy: The values in force.

    Returns:
        `area_team`, `n_unvisited`, `n_complexes`, sorted.
    """
    since = week + WEEK - policy.long_window_weeks * WEEK
    visited = visits.filter(pl.col("occurred_on") >= since).select("complex_id").unique()
    if visited.is_empty():
        return pl.DataFrame(schema={"area_team": pl.String, "n_unvisited": pl.Int64, "n_complexes": pl.Int64})
    marked = complexes.join(visited.with_columns(is_visited=True), on="complex_id", how="left")
    return (
        marked.group_by("area_team")
        .agg(n_unvisited=pl.col("is_visited").is_null().sum().cast(pl.Int64), n_complexes=pl.len().cast(pl.Int64))
        .sort("area_team")
    )
