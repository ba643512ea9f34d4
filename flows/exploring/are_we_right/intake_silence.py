"""Silence that our own intake rules made: what was registered before and after a rule changed, and what is expected.

Whoever no longer writes something down makes silence. The model takes a change that it was told of into account: from
its first week on less (or more) is expected there, as much as all complexes of that area together show (`breaks.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from flows.exploring.are_we_right.intake_counts import Sides, expected_factor, sides_of
from flows.exploring.are_we_right.verdict_history import VerdictHistory
from flows.results import PublishedWeek
from models.places import CHOSEN
from models.streams import STREAMS, Stream
from models.weeks import WEEK, parse_week, week_of


@dataclass(frozen=True)
class StreamAround:
    """One stream of the complexes under a changed rule, in as many weeks before it as after.

    Attributes:
        stream: Name of the stream.
        seen_before: Counted in the weeks before [reports].
        expected_before: What the model expects in those weeks [reports].
        seen_after: Counted in the weeks after [reports].
        expected_after: What the model expects in those weeks, the rule taken into account [reports].
        factor: By how much the rule changed what the model expects: 1 is not at all; None where it cannot be read off.
    """

    stream: str
    seen_before: int
    expected_before: float
    seen_after: int
    expected_after: float
    factor: float | None

    @property
    def expected_without_rule(self) -> float | None:
        """What would be expected after, had the rule not changed [reports]."""
        return None if not self.factor else self.expected_after / self.factor


@dataclass(frozen=True)
class IntakeChange:
    """One change of a rule, and what happened around it.

    Attributes:
        change_id: Its number in the list that is kept by hand.
        area_team: Where it holds; None for everywhere.
        contract: Which table shows it.
        effect: What was expected of it: fewer, more, other_channel.
        starts_on: Its first day.
        weeks_each_side: Weeks before and after that are compared; 0 where the published weeks do not reach.
        has_blocks: Whether some of them are told in blocks, so that the weeks around the change itself are left out.
        streams: What was counted around it.
        n_complexes: Complexes under the rule that have a score.
        n_fell_quiet: Of those, how many are quiet now and became so within those weeks after it.
        n_elsewhere: Complexes elsewhere.
        n_fell_quiet_elsewhere: Of those, how many became quiet in the same weeks.
        flags: Flags that began there within those weeks: `flag_id`, `complex_id`, `name`, `area_team`, `first_week`,
            `weeks_after`, `silence_kind`.
    """

    change_id: str
    area_team: str | None
    contract: str
    effect: str
    starts_on: date
    weeks_each_side: int
    has_blocks: bool
    streams: tuple[StreamAround, ...]
    n_complexes: int
    n_fell_quiet: int
    n_elsewhere: int
    n_fell_quiet_elsewhere: int
    flags: pl.DataFrame


def intake_changes(history: VerdictHistory, n_weeks: int) -> tuple[IntakeChange, ...]:
    """Every change of intake that had begun by the open week, the newest first.

    Args:
        history: All weeks.
        n_weeks: How many weeks on either side are wanted; fewer are compared where fewer are published.
    """
    events = history.open_week.table("events").filter(pl.col("kind") == "intake_change")
    rows = events.sort("occurred_on", "event_id", descending=[True, False]).to_dicts()
    return tuple(_around(each, history, n_weeks) for each in rows)


def _around(event: dict[str, Any], history: VerdictHistory, n_weeks: int) -> IntakeChange:
    contract, _, effect = event["description"].partition(": ")
    team, begin = event["area_team"], week_of(event["occurred_on"])
    scores = _last_scores(history.open_week)
    is_there = pl.lit(value=True) if team is None else pl.col("area_team") == team
    is_after = pl.col("since_week").is_between(begin, begin + (n_weeks - 1) * WEEK)
    there = scores.filter(is_there)
    hit = pl.col("complex_id").is_in(there["complex_id"].implode())
    sides = sides_of(begin, contract, history, n_weeks)
    return IntakeChange(
        change_id=event["event_id"].partition("|")[2],
        area_team=team,
        contract=contract,
        effect=effect,
        starts_on=event["occurred_on"],
        weeks_each_side=sides.n_weeks,
        has_blocks=sides.has_blocks,
        streams=tuple(
            _stream_around(stream, sides, hit)
            for stream in STREAMS
            if sides.pieces.filter(hit, pl.col("stream") == stream.name).height
        ),
        n_complexes=there.height,
        n_fell_quiet=there.filter(is_after).height,
        n_elsewhere=scores.height - there.height,
        n_fell_quiet_elsewhere=scores.filter(~is_there, is_after).height,
        flags=_flags_after(history, hit, begin, n_weeks),
    )


def _last_scores(week: PublishedWeek) -> pl.DataFrame:
    scores = pl.scan_parquet(week.folder / "scores.parquet", glob=False).filter(
        pl.col("week") == parse_week(week.week_name)
    )
    return scores.select("complex_id", "area_team", "since_week").collect()


def _stream_around(stream: Stream, sides: Sides, hit: pl.Expr) -> StreamAround:
    there = sides.pieces.filter(hit, pl.col("stream") == stream.name)
    (seen_before, due_before), (seen_after, due_after) = (
        there.filter(side).select(pl.col("seen").sum(), pl.col("expected").sum()).row(0)
        for side in (~pl.col("is_after"), pl.col("is_after"))
    )
    factor = expected_factor(sides, stream, hit)
    return StreamAround(stream.name, int(seen_before), float(due_before), int(seen_after), float(due_after), factor)


def _flags_after(history: VerdictHistory, hit: pl.Expr, begin: date, n_weeks: int) -> pl.DataFrame:
    names = history.open_week.table("complexes").select("complex_id", "name")
    weeks_after = (pl.col("first_week") - begin).dt.total_days() // 7
    return (
        history.flags.filter(pl.col("why").is_in(CHOSEN), hit, pl.col("first_week") >= begin)
        .filter(weeks_after < n_weeks)
        .sort("flag_id", "week")
        .unique("flag_id", keep="first", maintain_order=True)
        .join(names, on="complex_id", how="left")
        .select(
            "flag_id",
            "complex_id",
            pl.coalesce("name", "complex_id").alias("name"),
            "area_team",
            "first_week",
            weeks_after=weeks_after,
            silence_kind="silence_kind",
        )
        .sort("first_week", "flag_id")
    )
