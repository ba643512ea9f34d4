"""Evening and night: most trouble is then, and somewhere no source may know of it.

Of each area team: is there any report of a known hour between six in the evening and seven in the morning? Said so that
a team knows what the list cannot hold, never as a reproach, and never with an hour of anything.
"""

from __future__ import annotations

import polars as pl

from models.feed_watch.series import ALL
from models.policy import Policy

# The sources that can know an hour; a field signal has a day only.
TIMED = ("complaints", "repairs")


def dark_teams(feeds: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The area teams of which no source knows the evening and the night.

    A team without one such report among many is no chance where more were due than chance leaves out. How many are due
    is what the organisation as a whole has; where that is next to nothing, its own intake keeps office hours.

    Args:
        feeds: The published table `feeds`: `source`, `area_team`, `channel`, `seen_recently`, `rows_timed`,
            `rows_evening`.
        policy: The values in force.

    Returns:
        `area_team`, `reason` (`no_hours`: no source tells the time; `none_seen`: none came in those hours), sorted.
    """
    of_teams = feeds.filter(
        pl.col("source").is_in(TIMED), pl.col("channel") == ALL, pl.col("area_team") != ALL
    ).with_columns(pl.col("rows_timed", "rows_evening").fill_null(0))
    timed, evening = (int(of_teams[name].sum()) for name in ("rows_timed", "rows_evening"))
    share = max(evening / timed if timed else 0.0, policy.least_evening_share)
    return (
        of_teams.group_by("area_team")
        .agg(pl.col("seen_recently", "rows_timed", "rows_evening").sum())
        .filter(pl.col("seen_recently") > 0)
        .with_columns(
            reason=pl.when(pl.col("rows_timed") == 0)
            .then(pl.lit("no_hours"))
            .when((pl.col("rows_evening") == 0) & (pl.col("rows_timed") * share > policy.chance_gap_rows))
            .then(pl.lit("none_seen"))
        )
        .filter(pl.col("reason").is_not_null())
        .select("area_team", "reason")
        .sort("area_team")
    )
