"""Every stream of one complex against what is ordinary there, as sums over a few weeks.

In one week an ordinary complex has no report or one, so a single week says nothing. The sum of thirteen does: a line
that lies below the band is quieter than nine in ten ordinary complexes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from flows.language import Language
from models.figures import ordinary_band
from models.policy import Policy
from models.streams import STREAMS

SUM_WEEKS = 13
"""A quarter of a year: long enough for a few reports, short enough to see a change within the published year."""
SUMS_TO_CHOOSE = (4, 13, 26)
"""Other sums that show something: shorter ones move sooner, longer ones are steadier [weeks]."""


@dataclass(frozen=True)
class StreamBand:
    """One stream of one complex.

    Attributes:
        stream: Its name.
        weeks: One row per week, without gaps: `week`, `is_seen` (whether there was sight), `seen`, `expected` (both
            empty without sight), `sum_seen`, `sum_expected`, `low`, `high` (over the last weeks; empty where fewer
            than half of them had sight, or the table does not reach so far back) [counts].
        seen: Counted in the year, in weeks with sight.
        expected: What like complexes would have had in those weeks.
        low: Low end of what is ordinary in them.
        high: High end of it.
        year_weeks: Weeks of the year with sight [weeks].
    """

    stream: str
    weeks: pl.DataFrame
    seen: int
    expected: float
    low: float
    high: float
    year_weeks: int

    @property
    def compared(self) -> str:
        """`less` or `more` than is ordinary, or `alike`."""
        return "less" if self.seen < self.low else "more" if self.seen > self.high else "alike"


def stream_bands(streams: pl.DataFrame, policy: Policy, n_weeks: int = SUM_WEEKS) -> list[StreamBand]:
    """The streams that could be held against something, in their usual order.

    The band is that of an ordinary complex with the habits that `habit_dispersion` allows: four in five lie in it.

    Args:
        streams: Rows of the published table `streams` of one complex.
        policy: The values in force.
        n_weeks: Over how many weeks is summed [weeks].
    """
    made = []
    for stream in STREAMS:
        rows = streams.filter(pl.col("stream") == stream.name)
        is_seen = ~pl.col("is_masked") & pl.col("expected").is_not_null()
        if not rows.filter(is_seen, (pl.col("exposure") > 0) | (pl.col("seen") > 0)).height:
            continue
        weeks = _summed(_every_week(rows.with_columns(is_seen=is_seen), streams), policy, n_weeks)
        year = weeks.tail(policy.long_window_weeks).filter("is_seen")
        expected = float(year["expected"].sum())
        low, high = ordinary_band(np.array([expected]), policy.habit_dispersion)
        made.append(
            StreamBand(
                stream.name, weeks, int(year["seen"].sum()), expected, float(low[0]), float(high[0]), year.height
            )
        )
    return made


def never_seen(bands: Sequence[StreamBand], language: Language) -> str | None:
    """One sentence on the streams that have no panel, or None."""
    drawn = {each.stream for each in bands}
    names = [language.say(f"stream.{each.name}") for each in STREAMS if each.name not in drawn]
    if not drawn:
        return language.say("one.no_streams")
    return language.say("one.never_seen", streams=names) if names else None


def _every_week(rows: pl.DataFrame, streams: pl.DataFrame) -> pl.DataFrame:
    """One row per week from the complex's first to its last; a week without a row had no sight."""
    weeks = pl.DataFrame(
        {"week": pl.date_range(streams["week"].min(), streams["week"].max(), "1w", eager=True)}  # type: ignore[arg-type]
    )
    known = rows.select(
        "week",
        "is_seen",
        seen=pl.when("is_seen").then("seen"),
        expected=pl.when("is_seen").then("expected"),
    )
    return weeks.join(known, on="week", how="left", maintain_order="left").with_columns(
        pl.col("is_seen").fill_null(value=False)
    )


def _summed(weeks: pl.DataFrame, policy: Policy, n_weeks: int) -> pl.DataFrame:
    def over(name: str) -> pl.Expr:
        return pl.col(name).cast(pl.Float64).fill_null(0).rolling_sum(n_weeks, min_samples=n_weeks)

    # A sum over a few weeks with sight, drawn beside sums over all of them, would look like silence.
    is_told = pl.col("is_seen") & (2 * over("is_seen") >= n_weeks)
    summed = weeks.with_columns(
        sum_seen=pl.when(is_told).then(over("seen")), sum_expected=pl.when(is_told).then(over("expected"))
    )
    low, high = ordinary_band(summed["sum_expected"].fill_null(0).to_numpy(), policy.habit_dispersion)
    return summed.with_columns(
        low=pl.when(pl.col("sum_expected").is_not_null()).then(pl.Series(low)),
        high=pl.when(pl.col("sum_expected").is_not_null()).then(pl.Series(high)),
    )
