"""Who gets a flag: the few that are most probably quiet and declining, and one per team by lot.

The list is short by design: at most k new flags a team and a handful in hand, and at most a tenth of all complexes.

Where do I go to …

- see who is probable enough, and for how long: `episodes.py`
- see who is in question, and who of them has a place: `places.py`
- see what an answer keeps off the list: `rests.py`
- see who is drawn: `lot.py`
- see what the answers teach: `answers.py`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from models.episodes import can_be_judged, episodes
from models.lot import drawn_by_lot
from models.places import STILL_RUNNING, Room, in_question, with_a_place
from models.policy import Policy
from models.rests import NO_ANSWERS
from models.weeks import week_name


@dataclass(frozen=True)
class Selection:
    """The list of one week, and what was left off for want of room.

    Attributes:
        flags: One row per flag: `flag_id`, `week`, `first_week`, `complex_id`, `area_team`, `rank`, `why`,
            `inclusion_probability`, `silence_kind`, `p_quiet_decline`, `evidence`, `status`, `missing_sources`.
            A complex that was chosen and drawn has one row, with its inclusion probability.
        fell_off: Per `area_team` with complexes this week `n_fell_off`, how many were probable enough and had no place.
    """

    flags: pl.DataFrame
    fell_off: pl.DataFrame


def select_flags(
    scores: pl.DataFrame,
    reasons: pl.DataFrame,
    safety: pl.Series,
    earlier: pl.DataFrame,
    policy: Policy,
    capacity: Mapping[str, int] | None = None,
    answers: pl.DataFrame = NO_ANSWERS,
    lot_key: str = "",
) -> Selection:
    """The flags of the last week of `scores`.

    Args:
        scores: The scores of the weeks so far, one row per complex and week; the last week is the one to choose for.
        reasons: The reasons of that week.
        safety: Ids of complexes with a safety matter.
        earlier: `flag_id`, `complex_id`, `week`, `first_week`, `why` of the flags of earlier weeks, and of
            this week where it was run before.
        policy: The values in force.
        capacity: New flags a week per area team, where a team set its own [flags].
        answers: What area teams answered so far: the columns of `rests.ANSWER_COLUMNS`.
        lot_key: Secret of the installation: who does not know it cannot draw the lot again.
    """
    week: date = scores["week"].max()  # type: ignore[assignment]
    spells = episodes(scores, policy).filter(pl.col("week") == week, pl.col("is_running"))
    oldest: date = scores["week"].min()  # type: ignore[assignment]
    scores = scores.filter(pl.col("week") == week)
    eligible = scores.filter(can_be_judged())
    # Drawn and then kept silent about, a safety matter would show as the team without a lot.
    drawn = drawn_by_lot(eligible.filter(~pl.col("complex_id").is_in(safety.implode())), week, policy, lot_key)
    asked = in_question(eligible, spells, earlier, answers, week, oldest, policy, off=safety)
    teams = scores["area_team"].unique().sort().to_list()
    room = Room.of(teams, drawn.join(scores, on="complex_id")["area_team"], scores.height, policy, capacity or {})
    quiet = with_a_place(asked.candidates, room)
    return Selection(
        flags=_rows(
            scores,
            pl.concat([_safety(scores, safety), quiet]),
            drawn,
            pl.concat([asked.running.select(_RUNNING), _running_safety(earlier, week)]),
            reasons,
        ),
        fell_off=_fell_off(scores, asked.candidates, quiet),
    )


def _rows(
    scores: pl.DataFrame, chosen: pl.DataFrame, drawn: pl.DataFrame, running: pl.DataFrame, reasons: pl.DataFrame
) -> pl.DataFrame:
    """The rows of the list, ranked and numbered."""
    week = scores["week"].max()
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
        ranked.with_columns(is_safety=pl.col("why") == "safety")
        .join(running, on=["complex_id", "is_safety"], how="left", maintain_order="left")
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


def _fell_off(scores: pl.DataFrame, candidates: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    left = candidates.join(chosen, on="complex_id", how="anti").group_by("area_team").agg(n_fell_off=pl.len())
    return (
        scores.select(pl.col("area_team").unique().sort())
        .join(left, on="area_team", how="left", maintain_order="left")
        .with_columns(pl.col("n_fell_off").fill_null(0).cast(pl.Int64))
    )


_RUNNING = ("complex_id", "first_week", "is_safety")


def _running_safety(earlier: pl.DataFrame, week: date) -> pl.DataFrame:
    """The safety matters that go on from last week's list, or as this week said before: `_RUNNING`."""
    matters = earlier.filter(pl.col("why") == "safety")
    said = matters.filter(pl.col("week") == week)
    before = said if said.height else matters.filter(pl.col("week") == week - STILL_RUNNING)
    return before.select("complex_id", "first_week", is_safety=pl.lit(value=True)).unique("complex_id")


def _evidence(reasons: pl.DataFrame) -> pl.DataFrame:
    """Per complex a list of stream, seen, expected and period, for the streams that could be observed."""
    return (
        reasons.filter((pl.col("expected") > 0) | (pl.col("seen") > 0))
        .group_by("complex_id", maintain_order=True)
        .agg(evidence=pl.struct("stream", "seen", pl.col("expected").round(6), pl.col("period_weeks").cast(pl.Int32)))
    )
