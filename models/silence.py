"""What to call it: the state of a complex, and the kind of its silence.

Everything here is decided on the window model's figures and a handful of counts; the order of the rules is the order
of caution. Six kinds of silence: good, afraid, cannot, not registered, not looked at, emptied.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.policy import Policy
from models.streams import Floats

# The inputs that a complex can be judged by, and the stream that shows whether each could be observed.
SOURCE_STREAMS = {
    "complaints": "complaints",
    "repairs": "normal_repairs",
    "tenancies": "bad_condition",
    "field_signals": "concerns",
}
CANNOT_REPORT = ("seniors", "care")


@dataclass(frozen=True)
class Windowed:
    """Figures of the window that decides, per complex and scored week; all arrays (n_complexes, n_scored).

    Attributes:
        earlier_quiet: Probability that the complex was quiet in the year before this window.
        earlier_information: Share of the prior variance that the report streams of that year take away [0-1].
        reporting_information: The same for this window [0-1].
        condition_information: The same for the condition streams [0-1].
        silence_chance: Chance that an ordinary complex of this size is not heard of at all in the window.
        window_weeks: Weeks of the deciding window in which any report stream was observed [weeks].
        observed_weeks: Weeks observed within the long window, by stream [weeks].
    """

    reports_seen: Floats
    reports_expected: Floats
    reports_low: Floats
    reports_high: Floats
    reporting_ratio: Floats
    condition_ratio: Floats
    r_mean: Floats
    r_sd: Floats
    d_mean: Floats
    d_sd: Floats
    p_quiet: Floats
    p_decline: Floats
    p_quiet_decline: Floats
    earlier_quiet: Floats
    earlier_information: Floats
    reporting_information: Floats
    condition_information: Floats
    silence_chance: Floats
    window_weeks: Floats
    is_feed_suspect: NDArray[np.bool_]
    observed_weeks: dict[str, Floats]

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """All figures by name; the observed weeks as `observed_STREAM`."""
        own = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "observed_weeks"}
        return own | {f"observed_{name}": weeks for name, weeks in self.observed_weeks.items()}


def name_states(frame: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The published scores, with state, kind of silence, since when, and what was missing.

    Args:
        frame: One row per complex and week with the columns of `Windowed`, `area_team`, `homes`, `homes_in_use`,
            `audience`, `visits_recent`, `vandalism_recent`, `threats_recent`.
        policy: The values in force.

    Returns:
        The columns of the contract `scores`, in its order, sorted by complex and week.
    """
    named = frame.with_columns(
        is_quiet=pl.col("p_quiet") >= policy.clear_from,
        is_declining=pl.col("p_decline") >= policy.clear_from,
        is_heard=pl.col("reporting_information") >= policy.enough_information,
        is_looked_at=pl.col("condition_information") >= policy.enough_information,
        is_emptied=pl.col("homes_in_use") < (1 - policy.emptied_share) * pl.col("homes"),
        # Where even silence would prove nothing, a report still does: too small to be called quiet, not to be heard.
        is_too_small_to_know=pl.col("silence_chance") > policy.silence_by_chance,
        # A flag asks "which silence is this?" also where quiet alone is not yet more likely than not.
        is_asked_about=(pl.col("p_quiet") >= policy.clear_from) | (pl.col("p_quiet_decline") >= policy.flag_from),
    ).with_columns(state=_state(policy))
    return (
        named.sort("complex_id", "week")
        .with_columns(since_week=_since("complex_id"), silence_kind=_kind())
        .select(
            "complex_id",
            "week",
            "area_team",
            pl.col("homes").cast(pl.Int32),
            pl.col("reports_seen").cast(pl.Int64),
            *_rounded("reports_expected"),
            pl.col("reports_low").cast(pl.Int64),
            pl.col("reports_high").cast(pl.Int64),
            *_rounded("reporting_ratio", "condition_ratio", "r_mean", "r_sd", "d_mean", "d_sd"),
            pl.lit(0.0).alias("rd_corr"),  # the window model takes the two as independent
            *_rounded("p_quiet", "p_decline", "p_quiet_decline"),
            "state",
            "since_week",
            "silence_kind",
            is_private_small=pl.col("homes") < policy.smallest_shown_homes,
            is_too_small_to_know=pl.col("is_too_small_to_know"),
            missing_sources=_missing(),
            window_weeks=pl.col("window_weeks").cast(pl.Int32),
        )
    )


def _state(policy: Policy) -> pl.Expr:
    # Where nothing is known of the year before, the estimate is the prior's, and silence may be as old as the complex.
    was_heard = pl.col("earlier_information") >= policy.enough_information
    was_loud = was_heard & (pl.col("earlier_quiet") < policy.earlier_quiet_below)
    return (
        pl.when("is_emptied")
        .then(pl.lit("emptied"))
        .when("is_feed_suspect")
        .then(pl.lit("feed_suspect"))
        .when(~pl.col("is_heard") | (pl.col("is_quiet") & pl.col("is_too_small_to_know")))
        .then(pl.lit("not_enough_evidence"))
        .when(
            pl.col("is_quiet")
            & pl.col("is_looked_at")
            & (pl.col("visits_recent") > 0)
            & (pl.col("p_quiet_decline") < policy.flag_from)
        )
        .then(pl.lit("calm_seen"))
        .when(pl.col("is_quiet") & was_loud)
        .then(pl.lit("went_quiet"))
        .when("is_quiet")
        .then(pl.lit("always_quiet"))
        .when("is_declining")
        .then(pl.lit("loud_declining"))
        .otherwise(pl.lit("ordinary"))
    )


def _kind() -> pl.Expr:
    """The kind that the evidence fits best; empty for a complex that is not silent."""
    damage = pl.col("vandalism_recent") + pl.col("threats_recent") >= 2
    return (
        pl.when(pl.col("state") == "emptied")
        .then(pl.lit("emptied"))
        .when(pl.col("state") == "feed_suspect")
        .then(pl.lit("not_registered"))
        .when(pl.col("state") == "calm_seen")
        .then(pl.lit("good"))
        .when(~pl.col("is_asked_about") | (pl.col("state") == "not_enough_evidence"))
        .then(None)
        .when(damage)
        .then(pl.lit("afraid"))
        .when(pl.col("audience").is_in(CANNOT_REPORT))
        .then(pl.lit("cannot"))
        .when((pl.col("visits_recent") == 0) & ~pl.col("is_looked_at"))
        .then(pl.lit("not_looked_at"))
        .otherwise(pl.lit("unknown"))
    )


def _since(group: str) -> pl.Expr:
    """First week of the unbroken spell of being quiet that lasts until this week; empty where not quiet."""
    spell = (~pl.col("is_quiet")).cast(pl.Int32).cum_sum().over(group)
    first = pl.col("week").filter(pl.col("is_quiet")).min().over(group, spell)
    can_be_said = pl.col("is_quiet") & pl.col("is_heard") & ~pl.col("is_too_small_to_know")
    return pl.when(can_be_said).then(first)


def _missing() -> pl.Expr:
    parts = [
        pl.when(pl.col(f"observed_{stream}") == 0).then(pl.lit(source)) for source, stream in SOURCE_STREAMS.items()
    ]
    return pl.concat_list(parts).list.drop_nulls()


def _rounded(*names: str) -> list[pl.Expr]:
    # DuckDB's and numpy's sums differ in the last bits from machine to machine; six decimals do not.
    return [pl.col(name).round(6) for name in names]
