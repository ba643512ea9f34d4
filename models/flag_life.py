"""The life of a flag: new, open, at rest, stuck or closed, and what was agreed about it.

All of it is read off the lists, the answers and the scores so far, so a week that is run again says the same. A safety
matter has no life here: nothing about one may be told.

Where do I go to …

- see what an answer closes or gives rest to: `rests.py`
- see the norm that closes a flag: `episodes.py`
- see whether residents speak again: `voice.py`
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.episodes import episodes, norm_weeks
from models.policy import Policy
from models.rests import ANSWER_COLUMNS, LOOKED, READ_AFTER, closings, rests
from models.weeks import WEEK

FLAG_COLUMNS = ("flag_id", "week", "first_week", "complex_id", "area_team", "why")
TOLD_COLUMNS = ANSWER_COLUMNS | {
    "do_residents_report": pl.String,
    "lead": pl.String,
    "mandate": pl.String,
    "phase": pl.Int32,
    "is_step_agreed": pl.Boolean,
}
WORRY_GOES_ON = ("worry", "other")
"""Answers after which a complex that was only drawn stays in hand."""

LIFE_COLUMNS = {
    "flag_id": pl.String,
    "week": pl.Date,
    "complex_id": pl.String,
    "area_team": pl.String,
    "why": pl.String,
    "first_week": pl.Date,
    "last_listed_week": pl.Date,
    "weeks_open": pl.Int32,
    "status": pl.String,
    "status_since": pl.Date,
    "closed_on": pl.Date,
    "closed_because": pl.String,
    "rests_until": pl.Date,
    "lead": pl.String,
    "mandate": pl.String,
    "phase": pl.Int32,
    "is_step_agreed": pl.Boolean,
    "step_agreed_on": pl.Date,
    "verdict": pl.String,
    "do_residents_report": pl.String,
    "reviewed_on": pl.Date,
    "norm_weeks_met": pl.Int32,
}

_FOUND = ("verdict", "reviewed_on")
_LAST_DAY = timedelta(days=6)
# Where two ends fall on one day, the one that somebody said is told.
_ENDS = ("fine", "overruled", "gone", "norm_met", "drawn_once")


def flag_lives(flags: pl.DataFrame, answers: pl.DataFrame, scores: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """How every flag stands in the last week of `scores`.

    A flag that was chosen is closed by an answer (`rests.closings`), when the norm is met for `leave_weeks` weeks in a
    row, or when its complex is gone. A complex that was only drawn ends with the week after, unless somebody found
    worries or something else there: then it goes on, and the norm counts from that answer.

    Args:
        flags: The lists of the weeks so far: `FLAG_COLUMNS`.
        answers: What was answered so far: `TOLD_COLUMNS`; what was answered after the week is left out.
        scores: The scores of the weeks so far, with `area_team`; as for `episodes.episodes`.
        policy: The values in force.

    Returns:
        `LIFE_COLUMNS`, one row per flag that lives, and per flag that closed within `closed_told_weeks`. A flag that is
        asked about under a newer number, or has not been listed for longer than the scores go back and has no rest,
        lives no longer and has no row.
    """
    week: date = scores["week"].max()  # type: ignore[assignment]
    asked = _asked(flags, scores, week).join(_told(answers, week), on="flag_id", how="left")
    met = _norm_met(asked, scores, policy)
    ends = _ends(asked.filter(pl.col("last_listed_week") < week), met, answers, scores, policy)
    lives = (
        asked.join(ends, on="flag_id", how="left")
        .join(met.filter(pl.col("week") == week).select("flag_id", "norm_weeks_met"), on="flag_id", how="left")
        .join(_resting(answers, week, policy), on="complex_id", how="left")
    )
    lives = _with_status(lives, week, policy)
    is_closed = pl.col("status") == "closed"
    is_told = pl.col("closed_on") > week + _LAST_DAY - policy.closed_told_weeks * WEEK
    is_remembered = (pl.col("last_listed_week") >= scores["week"].min()) | (pl.col("status") == "snoozed")
    stays = pl.when(is_closed).then(is_told).otherwise(pl.col("is_newest") & is_remembered)
    return lives.filter(stays).select(pl.col(name).cast(kind) for name, kind in LIFE_COLUMNS.items()).sort("flag_id")


def _asked(flags: pl.DataFrame, scores: pl.DataFrame, week: date) -> pl.DataFrame:
    """One row per flag so far, as it stood on its last list; as if there were no safety matters.

    A flag that vanished while there is one would tell of it.
    """
    past = flags.filter(pl.col("week") <= week, pl.col("why") != "safety").select(FLAG_COLUMNS)
    now = scores.filter(pl.col("week") == week).select("complex_id", team_now="area_team")
    is_drawn = pl.col("why") == "random_draw"
    asked = (
        past.sort("flag_id", "week")
        .unique("flag_id", keep="last", maintain_order=True)
        .join(now, on="complex_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("team_now", "area_team").alias("area_team"), is_drawn=is_drawn)
        .rename({"week": "last_listed_week"})
        .drop("team_now")
    )
    newest = asked.filter(~is_drawn).sort("last_listed_week", "first_week").unique("complex_id", keep="last")
    return asked.with_columns(is_newest=is_drawn | pl.col("flag_id").is_in(newest["flag_id"].implode()))


def _told(answers: pl.DataFrame, week: date) -> pl.DataFrame:
    """What was said of each flag: the last of everything that was filled in.

    A step is agreed on where somebody says so, or where a phase is given that was not the phase already.
    """
    said = answers.filter(pl.col("reviewed_on") < week + READ_AFTER).sort("flag_id", "reviewed_on")
    before = pl.col("phase").forward_fill().shift(1).over("flag_id")
    is_new_phase = pl.col("phase").is_not_null() & pl.col("phase").ne_missing(before)
    step = pl.when(is_new_phase).then(statement=True).otherwise("is_step_agreed")
    agreed_on = pl.col("reviewed_on").filter(pl.col("is_step_agreed"))
    filled = ("lead", "mandate", "phase", "do_residents_report", "is_step_agreed")
    # Who did not look this time has not taken back what was found before.
    found = {name: pl.coalesce(pl.col(name).filter(LOOKED).last(), pl.col(name).last()) for name in _FOUND}
    return (
        said.with_columns(is_step_agreed=step)
        .group_by("flag_id", maintain_order=True)
        .agg(
            *(pl.col(name).drop_nulls().last() for name in filled),
            **found,
            step_agreed_on=agreed_on.last(),
            agreed_before=agreed_on.get(-2, null_on_oob=True),
        )
    )


def _norm_met(asked: pl.DataFrame, scores: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Per flag and week since its last list: how many weeks in a row the norm is met, and whether its complex is gone.

    For a complex that was only drawn the weeks after the answer count; without worries there is nothing to count.
    """
    since = pl.when(pl.col("verdict").is_in(WORRY_GOES_ON)).then(pl.col("reviewed_on").dt.truncate("1w"))
    after = ((pl.col("week") - since).dt.total_days() // 7).clip(0).fill_null(0)
    of_flag = pl.when("is_drawn").then(pl.min_horizontal("norm_weeks", after)).otherwise("norm_weeks")
    return (
        asked.join(norm_weeks(scores, asked["complex_id"], policy), on="complex_id")
        .filter(pl.col("week") >= pl.col("last_listed_week"))
        .sort("flag_id", "week")
        .with_columns(norm_weeks_met=of_flag, is_first_gone=pl.col("is_gone") & ~_before("is_gone"))
        .with_columns(gone_since=pl.when("is_first_gone").then("week").forward_fill().over("flag_id"))
    )


def _before(name: str) -> pl.Expr:
    return pl.col(name).shift(1, fill_value=False).over("flag_id")


def _ends(
    asked: pl.DataFrame, met: pl.DataFrame, answers: pl.DataFrame, scores: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """The first end of each flag that has one: `flag_id`, `closed_on`, `closed_because`."""
    week: date = scores["week"].max()  # type: ignore[assignment]
    answered = _ends_by_answer(asked, answers, scores, policy)
    own = answered.filter(pl.col("flag_id") == pl.col("said_of"))
    once = asked.filter("is_drawn", ~pl.col("verdict").is_in(WORRY_GOES_ON).fill_null(value=False)).join(
        own, on="flag_id", how="anti"
    )
    # Gone counts while it lasts: one delivery without the complex is not the end of it.
    has_ended = (pl.col("norm_weeks_met") >= policy.leave_weeks) | (pl.col("is_gone") & (pl.col("week") == week))
    judged = (
        met.join(asked, on="flag_id", how="semi")
        .filter(pl.col("week") > pl.col("last_listed_week"), has_ended)
        .unique("flag_id", keep="first", maintain_order=True)
        .select(
            "flag_id",
            closed_on=pl.when("is_gone").then("gone_since").otherwise("week") + _LAST_DAY,
            closed_because=pl.when(pl.col("is_gone") | ~pl.col("is_judged"))
            .then(pl.lit("gone"))
            .otherwise(pl.lit("norm_met")),
        )
    )
    drawn = once.select(
        "flag_id", closed_on=pl.col("first_week") + WEEK + _LAST_DAY, closed_because=pl.lit("drawn_once")
    )
    return (
        pl.concat([answered.drop("said_of"), judged, drawn])
        .sort("flag_id", "closed_on", pl.col("closed_because").cast(pl.Enum(_ENDS)))
        .unique("flag_id", keep="first", maintain_order=True)
    )


def _ends_by_answer(asked: pl.DataFrame, answers: pl.DataFrame, scores: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The answers that closed the spell of a flag: `flag_id`, `closed_on`, `closed_because`, `said_of` (a flag_id)."""
    week: date = scores["week"].max()  # type: ignore[assignment]
    started = (
        episodes(scores, policy)
        .filter(pl.col("episode_start") > scores["week"].min())
        .select("complex_id", first_week="week", spell_start="episode_start")
    )
    is_chosen = ~pl.col("is_drawn")
    return (
        asked.join(started, on=["complex_id", "first_week"], how="left")
        .with_columns(spell_start=pl.when(is_chosen).then("spell_start").fill_null(pl.col("first_week")))
        .join(closings(answers, week).rename({"flag_id": "said_of"}), on="complex_id")
        .filter(pl.col("spell_start") <= pl.col("closed_on"))
        .select("flag_id", pl.max_horizontal("closed_on", "first_week").alias("closed_on"), "closed_because", "said_of")
    )


def _resting(answers: pl.DataFrame, week: date, policy: Policy) -> pl.DataFrame:
    """Per complex the rest that lasts longest, if it is not over, and the day after the last one that is."""
    is_over = pl.col("rests_until") < week + READ_AFTER
    lasting = pl.col("rests_until").filter(~is_over)
    return (
        rests(answers, week, policy)
        .sort("complex_id", "rests_until", "agreed_on")
        .group_by("complex_id")
        .agg(
            rest_agreed_on=pl.col("agreed_on").filter(~is_over).last(),
            rests_until=lasting.last(),
            woke_on=pl.col("rests_until").filter(is_over).last() + timedelta(days=1),
        )
    )


def _with_status(lives: pl.DataFrame, week: date, policy: Policy) -> pl.DataFrame:
    """With `status`, since when, and what goes with it."""
    patience = policy.impasse_weeks * WEEK
    stuck_on = pl.col("step_agreed_on") + patience
    was_stuck = pl.col("step_agreed_on") - pl.col("agreed_before") >= patience
    since = {
        "closed": pl.col("closed_on"),
        "new": pl.col("first_week"),
        "snoozed": pl.col("rest_agreed_on"),
        "impasse": stuck_on,
        "open": pl.max_horizontal(
            pl.col("first_week") + READ_AFTER, "woke_on", pl.when(was_stuck).then("step_agreed_on")
        ),
    }
    is_listed = (pl.col("last_listed_week") == week) & ~pl.col("is_drawn")
    status = (
        pl.when(pl.col("first_week") == week)
        .then(pl.lit("new"))
        .when(pl.col("closed_on").is_not_null())
        .then(pl.lit("closed"))
        .when(pl.col("rests_until").is_not_null() & ~is_listed)
        .then(pl.lit("snoozed"))
        .when(stuck_on < week + READ_AFTER)
        .then(pl.lit("impasse"))
        .otherwise(pl.lit("open"))
    )
    status_since = pl.coalesce(pl.when(pl.col("status") == name).then(day) for name, day in since.items())
    until = pl.coalesce(pl.col("closed_on").dt.truncate("1w"), pl.lit(week))
    is_gone = (pl.col("closed_because") == "gone").fill_null(value=False)
    return lives.with_columns(status=status).with_columns(
        week=pl.lit(week),
        status_since=pl.max_horizontal(status_since, "first_week"),
        rests_until=pl.when(pl.col("status") == "snoozed").then("rests_until"),
        weeks_open=(until - pl.col("first_week")).dt.total_days() // 7,
        norm_weeks_met=pl.when(~is_gone).then("norm_weeks_met").fill_null(0),
    )
