"""Who gets a flag: the few that are most probably quiet and declining, and one per team by lot.

The list is short by design: at most k new flags a team and a handful in hand, and at most a tenth of all complexes.

Where do I go to …

- see who is probable enough, and for how long: `episodes.py`
- see what an answer keeps off the list: `rests.py`
- see who is drawn: `lot.py`
- see what the answers teach: `answers.py`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from models.episodes import can_be_judged, episodes
from models.lot import drawn_by_lot
from models.policy import Policy
from models.rests import NO_ANSWERS, READ_AFTER, closings, kept_off
from models.weeks import week_name

# What stood on last week's list goes on; a safety matter has no episode to go on with.
STILL_RUNNING = timedelta(weeks=1)


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
    oldest = scores["week"].min()
    scores = scores.filter(pl.col("week") == week)
    by_scores = earlier.filter(~pl.col("why").is_in(["random_draw", "safety"]))
    before = by_scores.filter(pl.col("week") < week)
    in_spell = before.join(spells.drop("week"), on="complex_id").filter(pl.col("week") >= pl.col("episode_start"))
    was_run = not earlier.filter(pl.col("week") == week).is_empty()
    running = _running(by_scores, in_spell, closings(answers, week), week, was_run=was_run)
    eligible = scores.filter(can_be_judged())
    # Drawn and then kept silent about, a safety matter would show as the team without a lot.
    drawn = drawn_by_lot(eligible.filter(~pl.col("complex_id").is_in(safety.implode())), week, policy, lot_key)
    # An episode that fills the history may be older; the flag that people hold then says since when.
    known = spells.join(running.filter(pl.col("first_week") < week), on="complex_id", how="left").select(
        "complex_id",
        spell_start=pl.when(pl.col("episode_start") > oldest).then("episode_start").otherwise("first_week"),
    )
    off = pl.concat([safety.cast(pl.String), kept_off(known, answers, week, policy)])
    asked = in_spell["complex_id"]
    said = earlier.filter(pl.col("week") == week)["complex_id"]
    if len(said):
        # Run a second time: flags of older weeks that were written since must not change the list that people hold.
        asked = asked.filter(asked.is_in(said.implode()))
    candidates = (
        eligible.filter(~pl.col("is_too_small_to_know"), ~pl.col("complex_id").is_in(off.implode()))
        .join(spells.drop("week"), on="complex_id")
        # Who waited for a place until the probability had gone is not asked about; who had a flag comes back.
        .filter(pl.col("is_in_set") | pl.col("complex_id").is_in(asked.implode()))
        .join(running, on="complex_id", how="left")
        .with_columns(is_new=~((pl.col("first_week") < week) & pl.col("is_held")).fill_null(value=False))
    )
    quiet = _with_a_place(candidates, scores, drawn, policy, capacity or {})
    return Selection(
        flags=_rows(
            scores,
            pl.concat([_safety(scores, safety), quiet]),
            drawn,
            pl.concat([running.select(_RUNNING), _running_safety(earlier, week)]),
            reasons,
        ),
        fell_off=_fell_off(scores, candidates, quiet),
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


def _with_a_place(
    candidates: pl.DataFrame,
    scores: pl.DataFrame,
    drawn: pl.DataFrame,
    policy: Policy,
    capacity: Mapping[str, int],
) -> pl.DataFrame:
    """Those of the candidates that there is room for: what is in hand goes on, then the most probable.

    Three limits, one after the other: new flags of a team, all flags in hand of a team, and the attention of the
    whole organisation. The lots are taken off the last two first.
    """
    lots = dict(drawn.join(scores, on="complex_id").group_by("area_team").agg(pl.len()).rows())
    new = {team: capacity.get(team, policy.flags_per_team) for team in scores["area_team"].unique()}
    # A team that asks for more in one week than it would have in hand has the room for it.
    hand = {team: max(policy.in_hand_per_team - lots.get(team, 0), new[team]) for team in new}
    most = max(1, int(policy.attention_share * scores.height) - drawn.height)
    return (
        candidates.sort("is_new", "p_quiet_decline", "complex_id", descending=[False, True, False])
        .filter(pl.col("is_new").cum_sum().over("area_team") <= _room(new))
        .filter(pl.int_range(1, pl.len() + 1).over("area_team") <= _room(hand))
        .head(most)
        .select(
            "complex_id",
            why=pl.when(pl.col("state") == "went_quiet").then(pl.lit("went_quiet")).otherwise(pl.lit("quiet_decline")),
        )
    )


def _room(places: Mapping[str, int]) -> pl.Expr:
    return pl.col("area_team").replace_strict(places, default=0, return_dtype=pl.Int64)


def _fell_off(scores: pl.DataFrame, candidates: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    left = candidates.join(chosen, on="complex_id", how="anti").group_by("area_team").agg(n_fell_off=pl.len())
    return (
        scores.select(pl.col("area_team").unique().sort())
        .join(left, on="area_team", how="left", maintain_order="left")
        .with_columns(pl.col("n_fell_off").fill_null(0).cast(pl.Int64))
    )


_RUNNING = ("complex_id", "first_week", "is_safety")


def _running(
    by_scores: pl.DataFrame, in_spell: pl.DataFrame, closed: pl.DataFrame, week: date, *, was_run: bool
) -> pl.DataFrame:
    """The flags of the scores that go on: `complex_id`, `first_week`, `is_held` (needs no new place), `is_safety`.

    A flag goes on as long as its episode runs, through weeks of rest or without a judgement, unless an answer closed
    it: then what comes is a new question with a new number. A safety matter has numbers of its own: else the number of
    a flag would say since when there was one.

    Of a week that was run before, what it said then is held, and its numbers stay. Else an older week that is run
    later would change the numbers of flags that people have on paper.
    """
    columns = ("complex_id", "week", "first_week")
    last_week = by_scores.filter(pl.col("week") == week - STILL_RUNNING)
    last = (
        pl.concat([last_week.select(columns), in_spell.select(columns)])
        .sort(columns)
        .unique("complex_id", keep="last", maintain_order=True)
    )
    # An answer on a flag comes after its first list was read; an older one was on an earlier question.
    over = last.join(closed, on="complex_id").filter(pl.col("closed_on") >= pl.col("first_week") + READ_AFTER)
    last = last.join(over, on="complex_id", how="anti")
    said = by_scores.filter(pl.col("week") == week).select(columns).unique("complex_id")
    return pl.concat(
        [
            said.with_columns(is_held=pl.lit(value=True)),
            last.join(said, on="complex_id", how="anti").with_columns(is_held=pl.lit(not was_run)),
        ]
    ).select("complex_id", "first_week", "is_held", is_safety=pl.lit(value=False))


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
