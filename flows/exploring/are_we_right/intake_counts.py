"""What was counted on both sides of a day: in single weeks where they are published, else in blocks of weeks.

A run publishes about a year in single weeks and, before that, sums per four or eight weeks (`history`). Blocks in which
the day itself falls are on neither side.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from data_contracts.problem import Problem
from flows.exploring.are_we_right.verdict_history import VerdictHistory
from flows.results import PublishedWeek, check_readable
from models.blocks import LONG_BLOCK
from models.streams import STREAMS, Stream
from models.weeks import WEEK, parse_week

_PIECES = ("complex_id", "stream", "starts_on", "n_weeks", "seen", "expected", "exposure")


@dataclass(frozen=True)
class Sides:
    """What was counted of the streams of one contract, in as many weeks before a day as after it.

    Attributes:
        pieces: `complex_id`, `stream`, `starts_on`, `n_weeks`, `seen`, `expected`, `exposure` (empty for blocks),
            `is_after`; only those on one of the sides.
        n_weeks: Weeks on each side; 0 where the published weeks do not reach.
        begin: Monday of the first week after.
    """

    pieces: pl.DataFrame
    n_weeks: int
    begin: date

    @property
    def has_blocks(self) -> bool:
        """Whether some of it is told in blocks, of which the exposure is not published."""
        return bool((self.pieces["n_weeks"] > 1).any())


def sides_of(begin: date, contract: str, history: VerdictHistory, n_weeks: int) -> Sides:
    """The counts around a day, from the run that shows most of it.

    Args:
        begin: Monday of the first week after.
        contract: Input contract whose streams are wanted.
        history: All weeks.
        n_weeks: Weeks on each side that are wanted.
    """
    weekly = _cut(_weeks(_run_that_shows(begin, history, n_weeks), contract), begin, n_weeks)
    if weekly.n_weeks == n_weeks:
        return weekly
    newest = history.open_week
    longer = _cut(pl.concat([_blocks(newest, contract), _weeks(newest, contract)]), begin, n_weeks)
    return longer if longer.n_weeks > weekly.n_weeks else weekly


def expected_factor(sides: Sides, stream: Stream, hit: pl.Expr) -> float | None:
    """By how much what is expected of a stream changed on the day: 1 is not at all; None where it cannot be told.

    What is expected has no noise, so for nearly all complexes its step is what the model learned of the rule. The
    median leaves out those where we did something ourselves; what moved elsewhere as well is the season.

    Args:
        sides: What was counted.
        stream: Which stream.
        hit: Which complexes the rule is about.
    """
    rows = sides.pieces.filter(pl.col("stream") == stream.name)
    if sides.has_blocks:
        # Without exposure only homes, which hardly change, can be held against each other, and only beside others.
        there, elsewhere = (_middle_step(rows.filter(which).with_columns(exposure=1.0)) for which in (hit, ~hit))
        is_known = stream.has_physics and there is not None and elsewhere is not None
        return round(there / elsewhere, 4) if is_known and there and elsewhere else None
    if stream.has_physics:
        # What has a season hardly moves from one week to the next.
        rows = rows.filter(pl.col("starts_on").is_in([sides.begin - WEEK, sides.begin]))
    there, elsewhere = (_middle_step(rows.filter(which)) for which in (hit, ~hit))
    return None if there is None else round(there / (elsewhere or 1.0), 4)


def _run_that_shows(begin: date, history: VerdictHistory, n_weeks: int) -> PublishedWeek:
    """The newest run that shows enough weeks on both sides; else the one that shows most on the poorer side."""

    def poorer(week: PublishedWeek) -> int:
        monday = parse_week(week.week_name)
        oldest = monday - week.policy.backfill_weeks * WEEK
        return min(n_weeks, (begin - oldest).days // 7, (monday - begin).days // 7 + 1)

    return max(history.weeks, key=lambda week: (poorer(week), week.week_name))


def _weeks(week: PublishedWeek, contract: str) -> pl.DataFrame:
    """Single weeks in which something could be seen."""
    return (
        pl.scan_parquet(week.folder / "streams.parquet", glob=False)
        .filter(pl.col("stream").is_in(_names(contract)), ~pl.col("is_masked"), pl.col("expected").is_not_null())
        .with_columns(starts_on="week", n_weeks=pl.lit(1, pl.Int32))
        .select(_PIECES)
        .collect()
    )


def _blocks(week: PublishedWeek, contract: str) -> pl.DataFrame:
    """Blocks of weeks from before the single ones; none where the run did not publish them."""
    file = week.folder / "history.parquet"
    try:
        check_readable(week, ("history",))
    except Problem:
        return pl.DataFrame(schema=_weeks(week, contract).schema)
    told = pl.scan_parquet(file, glob=False).filter(pl.col("stream").is_in(_names(contract)))
    return told.with_columns(exposure=pl.lit(None, pl.Float64)).select(_PIECES).collect()


def _cut(pieces: pl.DataFrame, begin: date, n_weeks: int) -> Sides:
    """As many weeks on one side as on the other, those nearest to the day, and at most so many."""
    ends_on = pl.col("starts_on") + pl.col("n_weeks") * pl.duration(weeks=1)
    told = pieces.select("starts_on", "n_weeks").unique().with_columns(ends_on=ends_on)
    # Further away is another time; a block that the day falls in takes at most so many weeks more.
    reach = (n_weeks + LONG_BLOCK) * WEEK
    before = told.filter(pl.col("ends_on") <= begin, pl.col("starts_on") >= begin - reach)
    after = told.filter(pl.col("starts_on") >= begin, pl.col("ends_on") <= begin + reach)
    before, after = before.sort("starts_on", descending=True), after.sort("starts_on")
    reached = [side.with_columns(reach=pl.col("n_weeks").cum_sum()) for side in (before, after)]
    both = set(reached[0]["reach"]) & set(reached[1]["reach"])
    most = max((each for each in both if each <= n_weeks), default=0)
    kept = pl.concat(
        side.filter(pl.col("reach") <= most).select("starts_on", is_after=pl.lit(is_after))
        for side, is_after in zip(reached, (False, True), strict=True)
    )
    return Sides(pieces.join(kept, on="starts_on"), most, begin)


def _middle_step(rows: pl.DataFrame) -> float | None:
    """The median over complexes of what is expected per exposure after, as a multiple of before."""
    after = pl.col("is_after")
    rates = (
        rows.filter(pl.col("exposure") > 0)
        .group_by("complex_id")
        .agg(
            before=pl.col("expected").filter(~after).sum() / pl.col("exposure").filter(~after).sum(),
            after=pl.col("expected").filter(after).sum() / pl.col("exposure").filter(after).sum(),
        )
        .filter(pl.col("before") > 0, pl.col("after").is_not_nan())
    )
    middle = (rates["after"] / rates["before"]).median()
    return float(middle) if isinstance(middle, float) else None


def _names(contract: str) -> list[str]:
    return [stream.name for stream in STREAMS if stream.source == contract]
