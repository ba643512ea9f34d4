"""Whether residents speak again after somebody came by ("stem terug"): more reports are then good news.

Once trust is won, people dare to say what is wrong. Of what was reported in a place, the weeks after the contact should
hold their share of what is expected; if they hold more than chance explains, the voice is back.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from scipy.stats import binom

from models.policy import Policy
from models.quarters import SMALL
from models.rests import LOOKED, READ_AFTER
from models.streams import STREAMS, Floats
from models.weeks import WEEK

CONTACT_KINDS = ("letter", "door_round", "residents_evening", "app_group")
"""Interventions in which residents are spoken to; cameras and lights only let more be seen."""

REPORT_STREAMS = tuple(stream.name for stream in STREAMS if stream.tells_of == "report")


def voice_back(
    lives: pl.DataFrame,
    answers: pl.DataFrame,
    interventions: pl.DataFrame,
    streams: pl.DataFrame,
    week: date,
    policy: Policy,
) -> pl.DataFrame:
    """Of each flag whether reports rose after the first contact since it began.

    The whole weeks since the contact, at most the last `voice_most_weeks` of them, are held against as many weeks
    before it. With fewer than `voice_least_weeks`, or fewer than five reports since, nothing is said. Every week is a
    look of its own, so over a quarter chance brings good news somewhat more often than `voice_by_chance`.

    Args:
        lives: `flag_id`, `complex_id`, `area_team`, `first_week`.
        answers: `complex_id`, `reviewed_on`, `verdict`.
        interventions: `complex_id`, `area_team`, `starts_on`, `kind`.
        streams: The published table `streams` of these complexes, up to the week.
        week: Monday of the list.
        policy: The values in force.

    Returns:
        `flag_id` and `is_voice_back`, one row per row of `lives`.
    """
    sides = _sides(first_contacts(lives, answers, interventions, week), week, policy)
    counted = (
        streams.filter(pl.col("stream").is_in(REPORT_STREAMS), ~pl.col("is_masked"), pl.col("expected").is_not_null())
        .group_by("complex_id", "week")
        .agg(pl.col("seen", "expected").sum())
    )
    is_after = pl.col("week").is_between("after_from", week)
    is_before = pl.col("week").is_between("before_from", "before_until")
    sums = (
        sides.join(counted, on="complex_id")
        .group_by("flag_id")
        .agg(
            seen=pl.col("seen").filter(is_after).sum(),
            due=pl.col("expected").filter(is_after).sum(),
            seen_before=pl.col("seen").filter(is_before).sum(),
            due_before=pl.col("expected").filter(is_before).sum(),
        )
    )
    chance = rise_by_chance(*(sums[name].to_numpy().astype(np.float64) for name in sums.columns[1:]))
    is_back = pl.Series("is_voice_back", chance <= policy.voice_by_chance) & (sums["seen"] >= SMALL)
    told = sums.select("flag_id", is_back)
    return (
        lives.select("flag_id")
        .join(told, on="flag_id", how="left", maintain_order="left")
        .with_columns(pl.col("is_voice_back").fill_null(value=False))
    )


def first_contacts(lives: pl.DataFrame, answers: pl.DataFrame, interventions: pl.DataFrame, week: date) -> pl.DataFrame:
    """The day on which somebody was there, or spoke to residents, for the first time since each flag began.

    Args:
        lives: `flag_id`, `complex_id`, `area_team`, `first_week`.
        answers: `complex_id`, `reviewed_on`, `verdict`; "not looked" is no contact.
        interventions: `complex_id`, `area_team`, `starts_on`, `kind`; one without a complex is for the whole team.
        week: Monday of the list; what is later has not been.

    Returns:
        `flag_id`, `complex_id`, `contact_on`, of flags with a contact.
    """
    visits = answers.filter(LOOKED).select("complex_id", contact_on="reviewed_on")
    talks = interventions.filter(pl.col("kind").is_in(CONTACT_KINDS)).select(
        "complex_id", "area_team", contact_on="starts_on"
    )
    of_team = talks.filter(pl.col("complex_id").is_null()).drop("complex_id")
    found = pl.concat(
        [
            lives.join(pl.concat([visits, talks.select("complex_id", "contact_on")]), on="complex_id"),
            lives.join(of_team, on="area_team"),
        ],
        how="diagonal",
    )
    return (
        found.filter(pl.col("contact_on") >= pl.col("first_week"), pl.col("contact_on") < week + READ_AFTER)
        .group_by("flag_id", "complex_id")
        .agg(pl.col("contact_on").min())
    )


def rise_by_chance(seen: Floats, due: Floats, seen_before: Floats, due_before: Floats) -> Floats:
    """The chance that as large a part of all reports, or a larger one, falls after as did, if nothing changed.

    Given their sum, two Poisson counts that deviate from what is due by the same factor fall apart as a binomial, in
    the proportion of what is due. That factor, the habit of the place, need not be known. Reports that come in clusters
    make the chance too small.

    Args:
        seen: Reports since the contact [reports] (n).
        due: Reports expected in those weeks [reports] (n).
        seen_before: Reports before it [reports] (n).
        due_before: Reports expected in those weeks [reports] (n).

    Returns:
        Chance [0-1] (n); 1 where either side could not be observed.

    Source:
        Przyborowski & Wilenski (1940), Biometrika 31: homogeneity of results in testing samples from Poisson series.
    """
    is_known = (due > 0) & (due_before > 0)
    share = np.divide(due, due + due_before, out=np.ones_like(due), where=is_known)
    chance: Floats = np.where(is_known, binom.sf(seen - 1, seen + seen_before, share), 1.0)
    return chance


def _sides(contacts: pl.DataFrame, week: date, policy: Policy) -> pl.DataFrame:
    """The weeks after and before each contact that are held against each other, of those with enough weeks since."""
    contact_week = pl.col("contact_on").dt.truncate("1w")
    n_weeks = (week - contact_week).dt.total_days() // 7
    n_compared = pl.min_horizontal("n_weeks", policy.voice_most_weeks)
    return (
        contacts.with_columns(n_weeks=n_weeks, contact_week=contact_week)
        .filter(pl.col("n_weeks") >= policy.voice_least_weeks)
        .select(
            "flag_id",
            "complex_id",
            # The week of the contact itself is on neither side.
            after_from=pl.lit(week) - (n_compared - 1) * WEEK,
            before_from=pl.col("contact_week") - n_compared * WEEK,
            before_until=pl.col("contact_week") - WEEK,
        )
    )
