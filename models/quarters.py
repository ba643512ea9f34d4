"""Closed calendar quarters, and the counts that may be told of them.

Outside the analysts' room a count is told per complex, stream and closed quarter, and nothing finer: nought to four as
one class, larger ones rounded to fives, and never a total beside its parts. A quarter is told once it has settled, and
what was told of it never changes, so that no count can be had by subtracting one week's page from the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import nbinom

from models.evidence import Evidence
from models.figures import BAND
from models.policy import Policy
from models.streams import STREAMS, Floats
from models.weeks import WEEK, week_of

# Nought to four is one class: a nought that is told would tell of everybody that they said nothing.
SMALL = 5
ROUNDED_TO = 5

TOLD = {
    "complex_id": pl.String,
    "quarter_starts_on": pl.Date,
    "stream": pl.String,
    "seen": pl.Int32,
    "expected": pl.Int32,
    "low": pl.Int32,
    "high": pl.Int32,
}


@dataclass(frozen=True, order=True)
class Quarter:
    """One calendar quarter.

    Args:
        year: Calendar year.
        number: 1 to 4.
    """

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter that a day falls in."""
        return cls(day.year, (day.month - 1) // 3 + 1)

    @property
    def first_day(self) -> date:
        """First day of the quarter."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def after(self) -> date:
        """First day after the quarter."""
        return date(self.year + 1, 1, 1) if self.number == 4 else date(self.year, 3 * self.number + 1, 1)

    @property
    def first_monday(self) -> date:
        """Monday of its first week."""
        return week_of(self.first_day + timedelta(days=6))

    @property
    def before(self) -> Quarter:
        """The quarter before this one."""
        return Quarter.of(self.first_day - timedelta(days=1))


def settled_quarters(week: date, policy: Policy) -> tuple[Quarter, ...]:
    """The quarters that may be told in a week, oldest first.

    A week belongs to the quarter of its Monday. A quarter has settled when all its weeks, and `quarter_settles_weeks`
    weeks more for what comes in late, were over at the end of the week.

    Args:
        week: Monday of the last week that is over.
        policy: The values in force.

    Returns:
        `shown_quarters` of them, the last one settled included.
    """
    quarter = Quarter.of(week + WEEK - policy.quarter_settles_weeks * WEEK).before
    found = [quarter]
    while len(found) < policy.shown_quarters:
        found.append(found[-1].before)
    return tuple(reversed(found))


def told_counts(evidence: Evidence, ids: pl.Series, weeks: pl.Series, habits: Floats, policy: Policy) -> pl.DataFrame:
    """What may be told of the settled quarters: never an exact count.

    Only a stream that could be observed in every week of a quarter is told of; a part of a quarter would look like
    silence. What is expected, and the band of what is ordinary, are figures of the model. Where they rest on homes and
    peers they are whole numbers. Where they rest on a handful of events of the place itself (visits, inspections, open
    incidents), or in a town with fewer than `smallest_peer_group` complexes, they could be the count itself, so they
    are told as coarsely as the count.

    Args:
        evidence: Up to and including the last week.
        ids: Complexes, in the order of the evidence (n_complexes).
        weeks: Mondays, in the order of the evidence (n_weeks).
        habits: Variance of the lasting habit per stream (n_streams).
        policy: The values in force.

    Returns:
        One row per complex, quarter and stream: `complex_id`, `quarter_starts_on`, `stream`, `seen` (rounded to fives;
        empty for fewer than five), `expected` (whole; or rounded to fives, and empty for fewer than five), `low`,
        `high` (of the expected count as it is told) [counts].
    """
    mondays = weeks.to_numpy()
    frames = []
    for quarter in settled_quarters(weeks[-1], policy):
        inside = (mondays >= np.datetime64(quarter.first_day)) & (mondays < np.datetime64(quarter.after))
        if weeks[0] > quarter.first_monday:
            # It began before the history, so it is only half known.
            continue
        for place, (series, expected) in enumerate(zip(evidence.series, evidence.expected, strict=True)):
            is_whole = ~series.is_masked[:, inside].any(axis=1)
            due = np.rint(expected[is_whole][:, inside].sum(axis=1)).astype(np.int64)
            is_own = not series.stream.has_physics or len(ids) < policy.smallest_peer_group
            if is_own:
                due = np.where(due < SMALL, 0, ROUNDED_TO * ((due + ROUNDED_TO // 2) // ROUNDED_TO))
            low, high = _ordinary(due, float(habits[place]))
            if is_own:
                high = np.where(due == 0, SMALL - 1, high)
            frames.append(
                pl.DataFrame(
                    {
                        "complex_id": ids.filter(pl.Series(is_whole)),
                        "stream": pl.repeat(STREAMS[place].name, int(is_whole.sum()), eager=True),
                        "seen": series.seen[is_whole][:, inside].sum(axis=1).astype(np.int64),
                        "expected": pl.Series(due).replace(0, None) if is_own else pl.Series(due),
                        "low": low,
                        "high": high,
                    }
                ).with_columns(quarter_starts_on=pl.lit(quarter.first_day))
            )
    if not frames:
        return pl.DataFrame(schema=TOLD)
    told = pl.concat(frames).with_columns(coarse(pl.col("seen")).alias("seen"))
    return told.select(pl.col(name).cast(kind) for name, kind in TOLD.items()).sort(
        "complex_id", "quarter_starts_on", "stream"
    )


def coarse(count: pl.Expr) -> pl.Expr:
    """A count as it may be told: empty for 0 to 4, else rounded to fives [counts]."""
    rounded = ROUNDED_TO * ((count + ROUNDED_TO // 2) // ROUNDED_TO)
    return pl.when(count >= SMALL).then(rounded)


def least_and_most(seen: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The smallest and the largest count that a told one may stand for [counts]."""
    reach = ROUNDED_TO // 2
    return (
        pl.when(seen.is_null()).then(0).otherwise(pl.max_horizontal(pl.lit(SMALL), seen - reach)),
        pl.when(seen.is_null()).then(SMALL - 1).otherwise(seen + reach),
    )


def _ordinary(due: NDArray[np.int64], variance: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The band in which four in five ordinary complexes lie, for whole expected counts."""
    values, places = np.unique(due, return_inverse=True)
    size = 1 / variance
    ends = [np.where(values > 0, nbinom.ppf(share, size, size / (size + np.maximum(values, 1))), 0) for share in BAND]
    return ends[0][places].astype(np.int64), ends[1][places].astype(np.int64)
