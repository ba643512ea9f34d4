"""What to call it: the state of a complex, and the kind of its silence.

Everything here is decided on the model's figures and a handful of counts; the order of the rules is the order of
caution. Six kinds of silence: good, afraid, cannot, not registered, not looked at, emptied.
"""

from __future__ import annotations

import polars as pl

from models.policy import Policy

# The inputs that a complex can be judged by, and the stream that shows whether each could be observed.
SOURCE_STREAMS = {
    "complaints": "complaints",
    "repairs": "normal_repairs",
    "tenancies": "bad_condition",
    "field_signals": "concerns",
}
CANNOT_REPORT = ("seniors", "care")


def name_states(frame: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The published scores, with state, kind of silence, since when, and what was missing.

    Args:
        frame: One row per complex and week with the columns of `Posterior` and `Figures`, `area_team`, `homes`,
            `homes_in_use`, `audience`, `visits_recent`, `threats_recent`, `is_after_intervention`.
        policy: The values in force.

    Returns:
        The columns of the contract `scores`, in its order, sorted by complex and week.
    """
    named = (
        frame.with_columns(
            is_quiet=pl.col("p_quiet") >= policy.clear_from,
            is_declining=pl.col("p_decline") >= policy.clear_from,
            is_heard=(pl.col("heard") >= policy.enough_information) & pl.col("is_heard_of"),
            is_looked_at=(pl.col("looked") >= policy.enough_information) & (pl.col("visits_recent") > 0),
            is_emptied=pl.col("homes_in_use") < (1 - policy.emptied_share) * pl.col("homes"),
            # Where even silence would prove nothing, a report still does: too small for quiet, not for being heard.
            is_too_small_to_know=pl.col("silence_chance") > policy.silence_by_chance,
        )
        # A flag asks "which silence is this?" also where quiet alone is not yet more likely than not.
        .with_columns(is_asked_about=pl.col("is_quiet") | (pl.col("p_quiet_decline") >= policy.leave_below))
        .with_columns(state=_state(policy))
    )
    return (
        named.sort("complex_id", "week")
        .with_columns(*_since(), silence_kind=_kind())
        .select(
            "complex_id",
            "week",
            "area_team",
            pl.col("homes").cast(pl.Int32),
            pl.col("reports_seen").cast(pl.Int64),
            *_rounded("reports_expected"),
            pl.col("reports_low").cast(pl.Int64),
            pl.col("reports_high").cast(pl.Int64),
            pl.col("r_mean").exp().round(6).alias("reporting_ratio"),
            pl.col("d_mean").exp().round(6).alias("condition_ratio"),
            *_rounded("r_mean", "r_sd", "d_mean", "d_sd", "rd_corr", "p_quiet", "p_decline", "p_quiet_decline"),
            "state",
            "since_week",
            "since_earliest",
            "since_latest",
            "silence_kind",
            is_private_small=pl.col("homes") < policy.smallest_shown_homes,
            is_too_small_to_know=pl.col("is_too_small_to_know"),
            missing_sources=_missing(),
            window_weeks=pl.col("window_weeks").cast(pl.Int32),
        )
    )


def _state(policy: Policy) -> pl.Expr:
    has_recovered = (pl.col("p_recovered") >= policy.clear_from) | (
        # After an intervention rising reports are trust that came back, also where they were never that low.
        pl.col("is_after_intervention") & (pl.col("p_louder") >= policy.clear_from)
    )
    return (
        pl.when("is_emptied")
        .then(pl.lit("emptied"))
        .when("is_feed_suspect")
        .then(pl.lit("feed_suspect"))
        .when(~pl.col("is_heard") | (pl.col("is_quiet") & pl.col("is_too_small_to_know")))
        .then(pl.lit("not_enough_evidence"))
        .when(has_recovered & ~pl.col("is_quiet"))
        .then(pl.lit("recovering"))
        # Few reports, and eyes on the spot that see little to report: the silence of a good place.
        .when(
            (pl.col("is_quiet") | (pl.col("p_few") >= policy.clear_from))
            & pl.col("is_looked_at")
            & (pl.col("p_decline") < policy.calm_below)
        )
        .then(pl.lit("calm_seen"))
        .when(pl.col("is_quiet") & (pl.col("p_became_quiet") >= policy.clear_from * pl.col("p_quiet")))
        .then(pl.lit("went_quiet"))
        .when("is_quiet")
        .then(pl.lit("always_quiet"))
        .when("is_declining")
        .then(pl.lit("loud_declining"))
        .otherwise(pl.lit("ordinary"))
    )


def _kind() -> pl.Expr:
    """The kind that the evidence fits best; empty where nobody would ask which silence this is."""
    return (
        pl.when(pl.col("state") == "emptied")
        .then(pl.lit("emptied"))
        .when(pl.col("state") == "feed_suspect")
        .then(pl.lit("not_registered"))
        .when(pl.col("state") == "calm_seen")
        .then(pl.lit("good"))
        .when(~pl.col("is_asked_about") | (pl.col("state") == "not_enough_evidence"))
        .then(None)
        .when(pl.col("has_damage") | (pl.col("threats_recent") >= 2))
        .then(pl.lit("afraid"))
        .when(pl.col("audience").is_in(CANNOT_REPORT))
        .then(pl.lit("cannot"))
        .when(pl.col("visits_recent") == 0)
        .then(pl.lit("not_looked_at"))
        .otherwise(pl.lit("unknown"))
    )


def _since() -> list[pl.Expr]:
    """The week in which it became quiet, and between which weeks that lies nine times in ten."""

    def _known(length: str) -> pl.Expr:
        # Of the time before anything could be heard of it nobody can say that it was quiet.
        return (pl.min_horizontal(length, "known_weeks") - 1).clip(0)

    can_be_said = pl.col("is_quiet") & pl.col("is_heard") & ~pl.col("is_too_small_to_know")
    weeks = {"since_week": "quiet_weeks", "since_earliest": "quiet_weeks_most", "since_latest": "quiet_weeks_least"}
    return [
        pl.when(can_be_said).then(pl.col("week") - pl.duration(weeks=_known(length).cast(pl.Int64))).alias(name)
        for name, length in weeks.items()
    ]


def _missing() -> pl.Expr:
    parts = [
        pl.when(pl.col(f"observed_{stream}") == 0).then(pl.lit(source)) for source, stream in SOURCE_STREAMS.items()
    ]
    return pl.concat_list(parts).list.drop_nulls()


def _rounded(*names: str) -> list[pl.Expr]:
    # DuckDB's and numpy's sums differ in the last bits from machine to machine; six decimals do not.
    return [pl.col(name).round(6) for name in names]
