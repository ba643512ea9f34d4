"""What may leave the analysts' hands of scores and reasons: words in a few steps, never a figure that moves weekly.

A probability with decimals moves with every report, so two weeks' pages would tell which week had one. Steps of
certainty move a few times a year. What is said of a count is read off the counts that were told, so that a sentence
tells nothing that the figures beside it do not.
"""

from __future__ import annotations

import polars as pl

from models.policy import Policy
from models.quarters import SMALL, Quarter, least_and_most

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


def shared_reasons(reasons: pl.DataFrame, told: pl.DataFrame, last: Quarter, policy: Policy) -> pl.DataFrame:
    """What each stream says of a complex, in words.

    Args:
        reasons: The published reasons of one week.
        told: Told counts (`models.quarters.TOLD`).
        last: The last settled quarter.
        policy: The values in force.

    Returns:
        `complex_id`, `stream`, `weight` (`heavy`, `light`, `none`, `against`: how much it speaks for quiet and
        declining) and `compared` (`more`, `less`, `alike` with what would be expected in the last year of told
        quarters; `unknown` where fewer than two of them were told).
    """
    first = last
    for _ in range(COMPARED_QUARTERS - 1):
        first = first.before
    least, most = least_and_most(pl.col("seen"))
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
        )
    )
    compared = (
        pl.when(pl.col("told").fill_null(0) < 2)
        .then(pl.lit("unknown"))
        .when(pl.col("least") > pl.col("most_due"))
        .then(pl.lit("more"))
        .when(pl.col("most") < pl.col("least_due"))
        .then(pl.lit("less"))
        .otherwise(pl.lit("alike"))
    )
    weight = (
        pl.when(pl.col("log_odds") >= policy.weighs_heavily)
        .then(pl.lit("heavy"))
        .when(pl.col("log_odds") >= policy.worth_saying)
        .then(pl.lit("light"))
        .when(pl.col("log_odds") <= -policy.worth_saying)
        .then(pl.lit("against"))
        .otherwise(pl.lit("none"))
    )
    return (
        reasons.join(year, on=["complex_id", "stream"], how="left", maintain_order="left")
        .select("complex_id", "stream", weight=weight, compared=compared)
        .sort("complex_id", "stream")
    )
