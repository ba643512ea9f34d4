"""Channels: which of them fell silent, and where nobody came to look.

Silence of a channel must never become silence of people. Said to a team so that it knows what the list could not see,
never as a reproach.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from data_contracts.freshness import ALARMS
from models.feed_watch.alarms import widest
from models.feed_watch.series import ALL
from models.policy import Policy
from models.weeks import WEEK


def silent_channels(feeds: pl.DataFrame, week: date, policy: Policy) -> pl.DataFrame:
    """The channels from which nothing comes any more: of people who look, and of residents who report.

    Which those are, the watch over feeds says (`models.feed_watch`): one rule for all channels, under one budget of
    false alarms. What stopped more than a year ago is known by now, and is not told again.

    Args:
        feeds: The published table `feeds`: `source`, `area_team`, `channel`, `state`, `from_week`, `last_row_on`,
            `is_masking`.
        week: Monday of the last week that is over.
        policy: The values in force.

    Returns:
        `area_team` (`all` where it is silent everywhere), `channel`, `last_on` (day of its last row), sorted. A channel
        is not named where its whole source is suspect.
    """
    return (
        widest(feeds.filter(pl.col("state").is_in(ALARMS)))
        .filter(
            pl.col("channel") != ALL,
            pl.col("state") == "died",
            # One that takes its whole stream along is told as a suspect source.
            ~pl.col("is_masking"),
            pl.col("from_week") > week - policy.long_window_weeks * WEEK,
        )
        .select("area_team", "channel", last_on="last_row_on")
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
