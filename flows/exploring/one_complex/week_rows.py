"""The rows behind a week: what was counted of each stream, against what, and what happened then. Counts, no persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from flows.exploring.one_complex.complex_events import Event
from flows.exploring.plain_text import capital
from flows.language import Language
from models.streams import STREAMS
from models.weeks import WEEK, week_name

PERIODS = (1, 4, 13, 26, 52)
"""How many weeks one may ask for at once [weeks]."""
# What these are held against is the same homes each week, so over a period their number is told, not their sum.
_OF_HOMES = ("complaints", "normal_repairs", "urgent_repairs", "vandalism_repairs")


@dataclass(frozen=True)
class WeekRows:
    """What stands behind a period.

    Attributes:
        first: Its first Monday.
        last: Its last Monday.
        rows: The published rows, by week and stream.
        sums: One row per stream, in their usual order: `stream`, `seen`, `expected`, `exposure` (empty without sight),
            `weeks_seen`, `n_weeks` [weeks].
        events: What happened in it, oldest first.
    """

    first: date
    last: date
    rows: pl.DataFrame
    sums: pl.DataFrame
    events: tuple[Event, ...]


def rows_behind(streams: pl.DataFrame, events: Sequence[Event], last: date, n_weeks: int = 1) -> WeekRows:
    """The rows of the weeks that end with `last`.

    Args:
        streams: Rows of the published table `streams` of one complex.
        events: What happened around it.
        last: Monday of the last week.
        n_weeks: How many weeks; those before the first published one are left out [weeks].
    """
    first = last - (n_weeks - 1) * WEEK
    if streams.height:
        first = max(first, streams["week"].min())  # type: ignore[type-var, assignment]
    order = pl.col("stream").replace_strict({each.name: n for n, each in enumerate(STREAMS)}, return_dtype=pl.Int32)
    rows = streams.filter(pl.col("week").is_between(first, last)).sort("week", order)
    has_sight = ~pl.col("is_masked")
    of_homes = pl.col("stream").is_in(_OF_HOMES).first()
    exposure = pl.col("exposure").filter(has_sight)
    sums = (
        rows.group_by("stream")
        .agg(
            weeks_seen=has_sight.sum().cast(pl.Int64),
            seen=pl.col("seen").filter(has_sight).sum(),
            expected=pl.col("expected").filter(has_sight).sum(),
            exposure=pl.when(of_homes).then(exposure.mean()).otherwise(exposure.sum()),
        )
        .sort(order)
        .with_columns(n_weeks=pl.lit((last - first).days // 7 + 1, pl.Int64))
    )
    known = pl.col("weeks_seen") > 0
    sums = sums.with_columns(pl.when(known).then(pl.col("seen", "expected", "exposure")))
    inside = tuple(each for each in events if first <= each.day < last + WEEK)
    return WeekRows(first, last, rows, sums, inside)


def sum_lines(found: WeekRows, language: Language) -> list[dict[str, str]]:
    """The streams of the period as people read them, a row each under its headings."""
    names = [language.say(f"one.column.{name}") for name in ("stream", "seen", "expected", "exposure", "sight")]
    lines = []
    for row in found.sums.to_dicts():
        cells = _cells(row, language) if row["weeks_seen"] else ["", "", ""]
        sight = language.say(_sight(row), seen=row["weeks_seen"], weeks=row["n_weeks"])
        lines.append(dict(zip(names, [capital(language.say(f"stream.{row['stream']}")), *cells, sight], strict=True)))
    return lines


def row_lines(found: WeekRows, language: Language) -> list[dict[str, str]]:
    """Every published row of the period, newest first."""
    names = [language.say(f"one.column.{name}") for name in ("week", "stream", "seen", "expected", "exposure", "sight")]
    lines = []
    for row in found.rows.reverse().to_dicts():
        cells = ["", "", ""] if row["is_masked"] else _cells(row, language)
        sight = language.say("one.sight.none" if row["is_masked"] else "one.sight.all")
        stream = capital(language.say(f"stream.{row['stream']}"))
        lines.append(dict(zip(names, [week_name(row["week"]), stream, *cells, sight], strict=True)))
    return lines


def event_lines(found: WeekRows, language: Language) -> list[str]:
    """What happened in the period, with its day; or that nothing is known."""
    told = [f"{language.write(each.day)}: {each.sentence}" for each in found.events]
    return told or [language.say("one.no_events")]


def weeks_to_choose(first: date, last: date, language: Language) -> dict[str, date]:
    """The weeks between two Mondays as one reads them, newest first."""
    n_weeks = (last - first).days // 7 + 1
    mondays = [last - n * WEEK for n in range(n_weeks)]
    return {
        language.say(
            "one.week_option", week=week_name(each), first=language.day(each), last=language.day(each + timedelta(6))
        ): each
        for each in mondays
    }


def periods_to_choose(n_published: int, language: Language) -> dict[str, int]:
    """The periods that the published weeks can fill, and the week alone.

    Args:
        n_published: Weeks that were published of the complex [weeks].
        language: Of the names.
    """
    return {language.say("one.period_option", count=each): each for each in PERIODS if each <= max(n_published, 1)}


def _cells(row: dict[str, float | str | None], language: Language) -> list[str]:
    expected, exposure = row["expected"], row["exposure"]
    return [
        language.write(row["seen"]) if row["seen"] is not None else "",
        language.fixed(float(expected), 2) if expected is not None else "",
        _exposure(str(row["stream"]), exposure, language),
    ]


def _exposure(stream: str, exposure: float | str | None, language: Language) -> str:
    if exposure is None:
        return ""
    if stream == "follow_up_reports":
        return language.say("one.exposure.follow_up_reports", amount=language.fixed(float(exposure), 1))
    name = "homes" if stream in _OF_HOMES else stream
    return language.say(f"one.exposure.{name}", count=round(float(exposure)))


def _sight(row: dict[str, int]) -> str:
    if not row["weeks_seen"]:
        return "one.sight.none"
    return "one.sight.all" if row["weeks_seen"] == row["n_weeks"] else "one.sight.some"
