"""What happened around a complex, in words and as marks on the time axis: visits, actions, changes of intake, flags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import polars as pl

from flows.exploring.time_axis import BLACK, INK, QUIET_INK, SOFT, WIDTH, TimeAxis, layer, panel
from flows.language import Language
from flows.sharing.overview.sentences import event_sentence

KINDS = ("visit", "intervention", "intake_change", "flag")
"""Kinds of the published table `events`, from what happens most to what we did ourselves."""
_ROW_HEIGHT = 16
_LETTER = 6.0
_GAP = 14.0
# Told apart without colour: by dashes and by weight.
_RULES: dict[str, dict[str, Any]] = {
    "visit": {"strokeDash": [1, 4], "color": SOFT, "strokeWidth": 1},
    "intervention": {"color": INK, "strokeWidth": 1},
    "intake_change": {"strokeDash": [6, 3], "color": INK, "strokeWidth": 1.2},
    "flag": {"color": BLACK, "strokeWidth": 1.6},
}


@dataclass(frozen=True)
class Event:
    """Something that happened, or began, on a day.

    Attributes:
        day: The day.
        kind: One of `KINDS`.
        short: A few words for beside its mark; empty for a visit, of which there are many.
        sentence: What it was, and for whom it held.
    """

    day: date
    kind: str
    short: str
    sentence: str


@dataclass(frozen=True)
class StripRow:
    """One line of the strip: events of a kind whose words do not run into each other.

    Attributes:
        kind: One of `KINDS`.
        is_first: Whether the name of the kind stands before it.
        events: In order of day.
    """

    kind: str
    is_first: bool
    events: tuple[Event, ...]


def complex_events(events: pl.DataFrame, complex_id: str, area_team: str, language: Language) -> list[Event]:
    """All that concerns one complex: its own events, those of its whole area, and those of everybody; oldest first.

    Args:
        events: The published table `events`.
        complex_id: The complex.
        area_team: The team of its area.
        language: Of the words.
    """
    everybody = pl.col("complex_id").is_null()
    own = pl.col("complex_id") == complex_id
    of_area = everybody & (pl.col("area_team").is_null() | (pl.col("area_team") == area_team))
    rows = events.filter(own | of_area).sort("occurred_on", "event_id").to_dicts()
    return [Event(row["occurred_on"], row["kind"], _short(row, language), _sentence(row, language)) for row in rows]


def strip_rows(events: Sequence[Event], axis: TimeAxis) -> list[StripRow]:
    """The lines of the strip, by kind; an event whose words would touch those before it goes one line down.

    Args:
        events: Those that are on the axis.
        axis: The time axis.
    """
    made = []
    for kind in KINDS:
        lines: list[list[Event]] = []
        ends: list[float] = []
        for event in sorted((each for each in events if each.kind == kind), key=lambda each: each.day):
            begin, end = _reach(event, axis)
            line = next((n for n, before in enumerate(ends) if before <= begin), len(lines))
            if line == len(lines):
                lines.append([])
                ends.append(0.0)
            lines[line].append(event)
            ends[line] = end
        made += [StripRow(kind, n == 0, tuple(line)) for n, line in enumerate(lines)]
    return made


def event_strip(events: Sequence[Event], axis: TimeAxis, language: Language) -> alt.LayerChart | None:
    """The strip with a mark and a few words per event, or None where nothing happened."""
    rows = strip_rows([each for each in events if axis.holds(each.day)], axis)
    if not rows:
        return None
    y = alt.Y("y:Q", scale=alt.Scale(domain=[len(rows), 0], nice=False), axis=None)
    names = [{"y": n + 0.5, "text": language.say(f"one.lane.{row.kind}")} for n, row in enumerate(rows) if row.is_first]
    marks = [_mark(each, n, axis) for n, row in enumerate(rows) for each in row.events]
    x = axis.x(is_named=False)
    layers = [
        layer(names).mark_text(align="right", color=QUIET_INK, fontSize=11).encode(x=alt.value(-8), y=y, text="text:N"),
        layer(marks)
        .mark_tick(orient="vertical", size=11, thickness=2, color=BLACK, opacity=1)
        .encode(x=x, y=y, tooltip=[alt.Tooltip("told:N", title=" ")]),
    ]
    for side, align in (("after", "left"), ("before", "right")):
        named = [each for each in marks if each["side"] == side and each["text"]]
        if named:
            words: dict[str, Any] = {"align": align, "dx": 5 if side == "after" else -5, "color": BLACK, "fontSize": 11}
            layers.append(layer(named).mark_text(**words).encode(x=x, y=y, text="text:N"))
    return panel(layers, _ROW_HEIGHT * len(rows))


def event_rules(events: Sequence[Event], axis: TimeAxis, x: alt.X) -> list[alt.Chart]:
    """Thin upright lines through a panel, one layer per kind that happened on the axis.

    Args:
        events: What happened.
        axis: The time axis.
        x: The level channel of the panel.
    """
    made = []
    for kind, look in _RULES.items():
        days = sorted({each.day for each in events if each.kind == kind and axis.holds(each.day)})
        if days:
            rows = [{"x": axis.place(day) + 0.5} for day in days]
            made.append(layer(rows).mark_rule(**look).encode(x=x))
    return made


def _mark(event: Event, line: int, axis: TimeAxis) -> dict[str, Any]:
    return {
        "x": axis.place(event.day) + 0.5,
        "y": line + 0.5,
        "text": event.short,
        "side": "before" if _is_late(event, axis) else "after",
        "told": f"{axis.language.write(event.day)}: {event.sentence}",
    }


def _reach(event: Event, axis: TimeAxis) -> tuple[float, float]:
    """From where to where an event and its words stand [pixels]."""
    at, words = _pixels(event, axis), _LETTER * len(event.short)
    if not event.short:
        return at, at
    return (at - words - _GAP, at + _GAP / 2) if _is_late(event, axis) else (at, at + words + _GAP)


def _is_late(event: Event, axis: TimeAxis) -> bool:
    """Whether its words would run over the right end, so that they stand before its mark."""
    return _pixels(event, axis) + _LETTER * len(event.short) > WIDTH


def _pixels(event: Event, axis: TimeAxis) -> float:
    return WIDTH * (axis.place(event.day) + 0.5) / axis.length


def _short(row: dict[str, Any], language: Language) -> str:
    kind, description = row["kind"], row["description"]
    if kind == "intervention":
        return _or_itself(f"overview.action.{description}", description, language)
    if kind == "flag":
        return language.say("one.event.drawn" if description == "random_draw" else "one.event.listed")
    if kind == "intake_change":
        contract, _, effect = description.partition(": ")
        source, name = f"source.{contract}", f"one.event.intake.{effect}"
        if language.has(source) and language.has(name):
            return language.say(name, what=language.say(source))
        return str(description)
    return ""


def _sentence(row: dict[str, Any], language: Language) -> str:
    if row["kind"] != "visit":
        return event_sentence(row, language)
    who = row["description"]
    return language.say("one.event.visit", who=_or_itself(f"team.channel.{who}", who, language))


def _or_itself(name: str, word: str, language: Language) -> str:
    return language.say(name) if language.has(name) else word
