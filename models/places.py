"""Who is in question this week, and who of them has a place on the list.

In question is who is under discussion (`episodes.py`), can be judged, and is not kept off by an answer. A place goes to
what is in hand already, then to the most probable, within three limits: new flags of a team, all flags in hand of a
team, and the attention of the whole organisation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import polars as pl

from models.policy import Policy
from models.rests import READ_AFTER, closings, kept_off

CHOSEN = ("quiet_decline", "went_quiet")
"""The reasons to be on the list that come from the scores."""
# What stood on last week's list goes on; a safety matter has no episode to go on with.
STILL_RUNNING = timedelta(weeks=1)


@dataclass(frozen=True)
class InQuestion:
    """Whom a list may name.

    Attributes:
        candidates: The eligible rows that are in question, with `is_new`: whether they need a new place.
        running: The flags of the scores that go on: `complex_id`, `first_week`, `is_held`, `is_safety`.
    """

    candidates: pl.DataFrame
    running: pl.DataFrame


@dataclass(frozen=True)
class Room:
    """How many places there are.

    Attributes:
        new: New flags of each team this week [flags].
        in_hand: Flags of each team, the lots taken off [flags].
        together: Flags of all teams, the lots taken off [flags].
    """

    new: Mapping[str, int]
    in_hand: Mapping[str, int]
    together: int

    @classmethod
    def of(
        cls, teams: Sequence[str], lots: pl.Series, n_complexes: int, policy: Policy, capacity: Mapping[str, int]
    ) -> Self:
        """The room of one week.

        Args:
            teams: All area teams.
            lots: Team of each drawn complex; the lots are taken off first.
            n_complexes: Complexes in use.
            policy: The values in force.
            capacity: New flags a week of the teams that set their own number.
        """
        drawn = Counter(lots)
        new = {team: capacity.get(team, policy.flags_per_team) for team in teams}
        # A team that asks for more in one week than it would have in hand has the room for it.
        in_hand = {team: max(policy.in_hand_per_team - drawn[team], new[team]) for team in teams}
        return cls(new, in_hand, max(1, int(policy.attention_share * n_complexes) - len(lots)))


def in_question(
    eligible: pl.DataFrame,
    spells: pl.DataFrame,
    earlier: pl.DataFrame,
    answers: pl.DataFrame,
    week: date,
    oldest: date,
    policy: Policy,
    off: pl.Series | None = None,
) -> InQuestion:
    """Who may be named this week, and which flags go on.

    Args:
        eligible: This week's rows of `scores` that can be judged; those without a spell may be left out.
        spells: This week's rows of `episodes` with a running episode.
        earlier: `complex_id`, `week`, `first_week`, `why` of the flags of earlier weeks, and of this week where it was
            run before.
        answers: The columns of `rests.ANSWER_COLUMNS`.
        week: Monday of the list.
        oldest: First week of the history; an episode that begins there may be older.
        policy: The values in force.
        off: Complexes that another route takes.
    """
    by_scores = earlier.filter(~pl.col("why").is_in(["random_draw", "safety"]))
    before = by_scores.filter(pl.col("week") < week)
    in_spell = before.join(spells.drop("week"), on="complex_id").filter(pl.col("week") >= pl.col("episode_start"))
    was_run = not earlier.filter(pl.col("week") == week).is_empty()
    running = _running(by_scores, in_spell, closings(answers, week), week, was_run=was_run)
    # An episode that fills the history may be older; the flag that people hold then says since when.
    known = spells.join(running.filter(pl.col("first_week") < week), on="complex_id", how="left").select(
        "complex_id",
        spell_start=pl.when(pl.col("episode_start") > oldest).then("episode_start").otherwise("first_week"),
    )
    kept = pl.concat([*([] if off is None else [off.cast(pl.String)]), kept_off(known, answers, week, policy)])
    asked = in_spell["complex_id"]
    if was_run:
        # Run a second time: flags of older weeks that were written since must not change the list that people hold.
        said = earlier.filter(pl.col("week") == week)["complex_id"]
        asked = asked.filter(asked.is_in(said.implode()))
    candidates = (
        eligible.filter(~pl.col("is_too_small_to_know"), ~pl.col("complex_id").is_in(kept.implode()))
        .join(spells.drop("week"), on="complex_id")
        # Who waited for a place until the probability had gone is not asked about; who had a flag comes back.
        .filter(pl.col("is_in_set") | pl.col("complex_id").is_in(asked.implode()))
        .join(running, on="complex_id", how="left")
        .with_columns(is_new=~((pl.col("first_week") < week) & pl.col("is_held")).fill_null(value=False))
    )
    return InQuestion(candidates, running)


def with_a_place(candidates: pl.DataFrame, room: Room) -> pl.DataFrame:
    """Those of the candidates that there is room for.

    Args:
        candidates: `complex_id`, `area_team`, `p_quiet_decline`, `state`, `is_new`.
        room: How many places there are.

    Returns:
        `complex_id` and `why` (quiet_decline, went_quiet).
    """
    return (
        candidates.sort("is_new", "p_quiet_decline", "complex_id", descending=[False, True, False])
        .filter(pl.col("is_new").cum_sum().over("area_team") <= _places(room.new))
        .filter(pl.int_range(1, pl.len() + 1).over("area_team") <= _places(room.in_hand))
        .head(room.together)
        .select(
            "complex_id",
            why=pl.when(pl.col("state") == "went_quiet").then(pl.lit("went_quiet")).otherwise(pl.lit("quiet_decline")),
        )
    )


def _places(of_team: Mapping[str, int]) -> pl.Expr:
    return pl.col("area_team").replace_strict(of_team, default=0, return_dtype=pl.Int64)


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
