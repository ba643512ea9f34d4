"""What may leave the analysts' hands of scores and reasons: words in a few steps, never a figure that moves weekly.

A probability with decimals moves with every report, so two weeks' pages would tell which week had one. Steps of
certainty move a few times a year, and are told anew once a month, so that a step tells nothing of one week either. What
is said of a count is read off the counts that were told, so that a sentence tells nothing that the figures beside it do
not.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.policy import Policy
from models.quarters import SMALL, Quarter, least_and_most
from models.weeks import week_number

# A year of told quarters: every season counts once.
COMPARED_QUARTERS = 4
# One broken pane is no damage that anybody would speak of.
LEAST_DAMAGE = 2
UNJUDGED = ("not_enough_evidence", "feed_suspect", "emptied")
"""States in which nobody can say how quiet or how worrying it is."""


def certainty(probability: pl.Expr, policy: Policy) -> pl.Expr:
    """A probability as one of five steps: 1 surely not, 2 probably not, 3 perhaps, 4 probably, 5 almost surely.

    The steps are those at which the rest of the system acts: calm is said below the first, flags end below the second,
    a state is named from the third.

    Args:
        probability: Between 0 and 1.
        policy: The values in force.
    """
    steps = (policy.calm_below, policy.leave_below, policy.clear_from, policy.nearly_sure_from)
    return pl.sum_horizontal(pl.lit(1), *((probability >= step).cast(pl.Int32) for step in steps)).cast(pl.Int32)


def told_week(week: date, policy: Policy) -> date:
    """The week whose steps and states are told in a week: that one or one before it, anew every `told_anew_weeks`.

    Args:
        week: Monday of the week that is shared.
        policy: The values in force.
    """
    return week - timedelta(weeks=week_number(week) % policy.told_anew_weeks)


def as_told(now: pl.DataFrame, then: pl.DataFrame) -> pl.DataFrame:
    """The scores of a week as they may be told: how it stood in the told week, of all that is there now.

    Args:
        now: The scores of the week that is shared.
        then: Those of the told week, as they were published then: what was learned or came in since is not in them.

    Returns:
        One row per complex of this week, sorted. One that was not there in the told week stands as it is now. Its
        homes, its team and the sources that are missing are of now.
    """
    of_now = ("week", "area_team", "homes", "is_private_small", "missing_sources")
    known = now.select("complex_id", *of_now).join(then.drop(*of_now), on="complex_id", maintain_order="left")
    new = now.join(then, on="complex_id", how="anti", maintain_order="left")
    return pl.concat([known.select(now.columns), new]).sort("complex_id")


def shared_scores(scores: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """How quiet and how worrying each complex is, in steps of certainty.

    Args:
        scores: The published scores of one week.
        policy: The values in force.

    Returns:
        `complex_id`, `quiet_level` and `worry_level` (1-5; empty where nobody can say), `state`, `silence_kind`,
        `since_quarter` (first day of the quarter in which it became quiet), `is_too_small_to_know`, `missing_sources`;
        no complex under `smallest_shown_homes`.
    """
    is_judged = ~pl.col("state").is_in(UNJUDGED)
    return scores.filter(~pl.col("is_private_small")).select(
        "complex_id",
        quiet_level=pl.when(is_judged).then(certainty(pl.col("p_quiet"), policy)),
        worry_level=pl.when(is_judged).then(certainty(pl.col("p_decline"), policy)),
        state=pl.col("state"),
        silence_kind=pl.col("silence_kind"),
        since_quarter=pl.col("since_week").dt.truncate("1q"),
        is_too_small_to_know=pl.col("is_too_small_to_know"),
        missing_sources=pl.col("missing_sources"),
    )


def without_threats(scores: pl.DataFrame, reasons: pl.DataFrame) -> pl.DataFrame:
    """The scores, in which a silence that only threats explain has no kind that can be told.

    "Little heard, but damage seen" must be true of the damage; else it would say, by exclusion, that somebody was
    threatened.

    Args:
        scores: The published scores of one week.
        reasons: The published reasons of that week.
    """
    damage = reasons.filter(
        pl.col("stream") == "vandalism_repairs", pl.col("seen") >= LEAST_DAMAGE, pl.col("seen") > pl.col("expected")
    )["complex_id"]
    is_unsaid = (pl.col("silence_kind") == "afraid") & ~pl.col("complex_id").is_in(damage.implode())
    kind = pl.when(is_unsaid).then(pl.lit("unknown")).otherwise("silence_kind")
    return scores.with_columns(silence_kind=kind)


def weighed(reasons: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """How much each stream speaks for quiet and declining, as a word.

    Such a word moves in the week of a report: of a complex that seldom reports, it would tell which week that was. So
    it is kept with a quarter when that is told (`models.quarters.told_counts`), and stays for as long.

    Args:
        reasons: The published reasons of one week.
        policy: The values in force.

    Returns:
        `complex_id`, `stream`, `weight` (`heavy`, `light`, `none`, `against`).
    """
    weight = (
        pl.when(pl.col("log_odds") >= policy.weighs_heavily)
        .then(pl.lit("heavy"))
        .when(pl.col("log_odds") >= policy.worth_saying)
        .then(pl.lit("light"))
        .when(pl.col("log_odds") <= -policy.worth_saying)
        .then(pl.lit("against"))
        .otherwise(pl.lit("none"))
    )
    return reasons.select("complex_id", "stream", weight=weight)


def shared_reasons(told: pl.DataFrame, last: Quarter) -> pl.DataFrame:
    """What each stream says of a complex, in words that change with the quarter only.

    Args:
        told: Told counts (`models.quarters.TOLD`), each with the `weight` that it was told with, or none.
        last: The last settled quarter.

    Returns:
        `complex_id`, `stream`, `weight` (`heavy`, `light`, `none`, `against`: how much it spoke for quiet and
        declining when the last quarter was told) and `compared` (`more`, `less`, `alike` with what would be expected in
        the last year of told quarters; `unknown` where fewer than two of them were told).
    """
    first = last
    for _ in range(COMPARED_QUARTERS - 1):
        first = first.before
    least, most = least_and_most(pl.col("seen"))
    is_last = pl.col("quarter_starts_on") == last.first_day
    year = (
        told.filter(pl.col("quarter_starts_on").is_between(first.first_day, last.first_day))
        .group_by("complex_id", "stream")
        .agg(
            least=least.sum(),
            most=most.sum(),
            # An empty one stands for fewer than five.
            least_due=pl.col("expected").fill_null(0).sum(),
            most_due=pl.col("expected").fill_null(SMALL - 1).sum(),
            told=pl.len(),
            weight=pl.col("weight").filter(is_last).first(),
        )
    )
    compared = (
        pl.when(pl.col("told") < 2)
        .then(pl.lit("unknown"))
        .when(pl.col("least") > pl.col("most_due"))
        .then(pl.lit("more"))
        .when(pl.col("most") < pl.col("least_due"))
        .then(pl.lit("less"))
        .otherwise(pl.lit("alike"))
    )
    return year.select("complex_id", "stream", weight=pl.col("weight").fill_null("none"), compared=compared).sort(
        "complex_id", "stream"
    )
