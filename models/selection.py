"""Who gets a flag: the few that are most probably quiet and declining, and one per team by lot.

The list is short by design: at most k a team and at most a tenth of all complexes. The lot honours visits without
cause, and is the only way to learn whether the list is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import blake2b

import polars as pl

from models.policy import Policy
from models.weeks import week_name

# A flag that was on last week's list goes on; a week's absence ends it.
STILL_RUNNING = timedelta(weeks=1)


def select_flags(
    scores: pl.DataFrame,
    reasons: pl.DataFrame,
    safety: pl.Series,
    earlier: pl.DataFrame,
    policy: Policy,
    capacity: Mapping[str, int] | None = None,
) -> pl.DataFrame:
    """The flags of one week.

    Args:
        scores: The scores of that week, one row per complex.
        reasons: The reasons of that week.
        safety: Ids of complexes with a safety matter.
        earlier: `flag_id`, `complex_id`, `week`, `first_week`, `why` of the flags of earlier weeks, and of
            this week where it was run before.
        policy: The values in force.
        capacity: Flags a week per area team, where a team set its own [flags].

    Returns:
        One row per flag: `flag_id`, `week`, `first_week`, `complex_id`, `area_team`, `rank`, `why`,
        `inclusion_probability`, `silence_kind`, `p_quiet_decline`, `evidence`, `status`, `missing_sources`.
        A complex that was chosen and drawn has one row, with its inclusion probability.
    """
    week: date = scores["week"].max()  # type: ignore[assignment]
    eligible = scores.filter(~pl.col("is_private_small"), ~pl.col("state").is_in(["emptied", "feed_suspect"]))
    others = eligible.filter(~pl.col("complex_id").is_in(safety.implode()))
    drawn = _lot(eligible, week, policy)
    room = max(1, int(policy.attention_share * scores.height) - drawn.height)
    chosen = pl.concat([_safety(scores, safety), _quiet(others, policy, capacity or {}, room)])
    merged = (
        chosen.join(drawn, on="complex_id", how="full", coalesce=True)
        .with_columns(why=pl.col("why").fill_null("random_draw"))
        .join(scores.drop("week"), on="complex_id", how="left")
    )
    order = pl.col("why").replace_strict({"safety": 0, "quiet_decline": 1, "went_quiet": 1, "random_draw": 2})
    ranked = merged.sort(
        "area_team", order, pl.col("p_quiet_decline"), "complex_id", descending=[False, False, True, False]
    ).with_columns(rank=pl.int_range(1, pl.len() + 1).over("area_team").cast(pl.Int32))
    return (
        ranked.join(_running(earlier, week), on="complex_id", how="left", maintain_order="left")
        .with_columns(
            week=pl.lit(week),
            # A drawn complex is drawn anew each week; only what the scores chose goes on.
            first_week=pl.when(pl.col("why") != "random_draw").then(pl.col("first_week")).fill_null(pl.lit(week)),
        )
        .with_columns(
            flag_id=pl.format("{}-{}", pl.col("first_week").map_elements(week_name, pl.String), "complex_id"),
            status=pl.when(pl.col("first_week") < week).then(pl.lit("open")).otherwise(pl.lit("new")),
            silence_kind=pl.col("silence_kind").fill_null("unknown"),
        )
        .join(_evidence(reasons), on="complex_id", how="left", maintain_order="left")
        .with_columns(pl.col("evidence").fill_null([]))
        .select(
            "flag_id",
            "week",
            "first_week",
            "complex_id",
            "area_team",
            "rank",
            "why",
            "inclusion_probability",
            "silence_kind",
            "p_quiet_decline",
            "evidence",
            "status",
            "missing_sources",
        )
    )


def _safety(scores: pl.DataFrame, safety: pl.Series) -> pl.DataFrame:
    return scores.filter(pl.col("complex_id").is_in(safety.implode())).select("complex_id", why=pl.lit("safety"))


def _quiet(eligible: pl.DataFrame, policy: Policy, capacity: Mapping[str, int], most: int) -> pl.DataFrame:
    """The most probable of each team, up to its capacity, and `most` of all; never one that is too small to know."""
    teams = {team: capacity.get(team, policy.flags_per_team) for team in eligible["area_team"].unique()}
    return (
        eligible.filter(pl.col("p_quiet_decline") >= policy.flag_from, ~pl.col("is_too_small_to_know"))
        .sort("p_quiet_decline", "complex_id", descending=[True, False])
        .with_columns(
            place=pl.int_range(1, pl.len() + 1).over("area_team"),
            room=pl.col("area_team").replace_strict(teams, default=0, return_dtype=pl.Int64),
        )
        .filter(pl.col("place") <= pl.col("room"))
        .head(most)
        .select(
            "complex_id",
            why=pl.when(pl.col("state") == "went_quiet").then(pl.lit("went_quiet")).otherwise(pl.lit("quiet_decline")),
        )
    )


def _lot(eligible: pl.DataFrame, week: date, policy: Policy) -> pl.DataFrame:
    """Draws from all eligible complexes of a team, the flagged ones included, each with the same chance."""
    ticket = pl.Series(
        [
            blake2b(f"{policy.seed}|{week}|{complex_id}".encode(), digest_size=8).hexdigest()
            for complex_id in eligible["complex_id"]
        ],
        dtype=pl.String,
    )
    return (
        eligible.select("complex_id", "area_team")
        .with_columns(ticket=ticket)
        .sort("ticket")
        .with_columns(place=pl.int_range(1, pl.len() + 1).over("area_team"), of=pl.len().over("area_team"))
        .filter(pl.col("place") <= policy.drawn_per_team)
        .select(
            "complex_id",
            inclusion_probability=(pl.lit(policy.drawn_per_team) / pl.col("of")).clip(0, 1).round(6),
        )
    )


def _running(earlier: pl.DataFrame, week: date) -> pl.DataFrame:
    """When the flags that stood on last week's list began; of a week that was run before, what it said then.

    Else an older week that is run later would change the numbers of flags that people have on paper.
    """
    said = earlier.filter(pl.col("week") == week)
    before = said if said.height else earlier.filter(pl.col("week") == week - STILL_RUNNING)
    return before.filter(pl.col("why") != "random_draw").select("complex_id", "first_week").unique("complex_id")


def _evidence(reasons: pl.DataFrame) -> pl.DataFrame:
    """Per complex a list of stream, seen, expected and period, for the streams that could be observed."""
    return (
        reasons.filter((pl.col("expected") > 0) | (pl.col("seen") > 0))
        .group_by("complex_id", maintain_order=True)
        .agg(evidence=pl.struct("stream", "seen", pl.col("expected").round(6), pl.col("period_weeks").cast(pl.Int32)))
    )
