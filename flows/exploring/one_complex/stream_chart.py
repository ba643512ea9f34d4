"""The streams of one complex as panels on one time axis: sums, band, single weeks, and what could not be seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import altair as alt

from flows.exploring.one_complex.complex_events import Event, event_rules, event_strip
from flows.exploring.one_complex.stream_bands import SUM_WEEKS, StreamBand
from flows.exploring.plain_text import capital
from flows.exploring.time_axis import (
    BAND,
    BLACK,
    HAIR,
    INK,
    QUIET_INK,
    SOFT,
    WHITE,
    WIDTH,
    TimeAxis,
    apart,
    dressing,
    end_label,
    heading,
    layer,
    panel,
    runs_of,
    told_axis,
    upright,
)
from flows.language import Language
from models.policy import Policy
from models.weeks import week_name

PANEL_HEIGHT, LOW_PANEL_HEIGHT = 92, 46
"""Of a panel, and of one in which there are two at most [pixels]."""
# Highest count that a panel reaches at least, and up to which it is a low one [counts].
LEAST_TOP, LOW_TOP = 2.0, 3.0
# Two labels at the right end stay readable from this distance [pixels].
_LABEL_HEIGHT = 14


def stream_chart(
    bands: Sequence[StreamBand], events: Sequence[Event], axis: TimeAxis, n_weeks: int = SUM_WEEKS
) -> alt.VConcatChart:
    """One panel per stream under a strip with what happened; all on one time axis.

    Args:
        bands: At least one.
        events: What happened.
        axis: The time axis.
        n_weeks: Over how many weeks is summed [weeks].
    """
    language = axis.language
    strip = event_strip(events, axis, language)
    panels = [_panel(each, events, axis, is_last=each is bands[-1]) for each in bands]
    told = " ".join(panel_title(each, language) for each in bands)
    description = f"{language.say('one.streams_title', count=n_weeks)}. {told}"
    return alt.VConcatChart(vconcat=[*([strip] if strip else []), *panels], spacing=16, **dressing(description))


def panel_title(band: StreamBand, language: Language) -> str:
    """What is seen in the panel: less, more or as much as is ordinary, with the figures of the year."""
    return language.say(
        f"one.panel.{band.compared}",
        stream=capital(language.say(f"stream.{band.stream}")),
        seen=band.seen,
        expected=language.fixed(band.expected, 1),
        low=round(band.low),
        high=round(band.high),
        period=language.say("explain.weeks", count=band.year_weeks),
    )


def band_key(policy: Policy, n_weeks: int, language: Language) -> str:
    """How the panels are read."""
    return language.say("one.streams_key", weeks=n_weeks, dispersion=policy.habit_dispersion)


def _panel(band: StreamBand, events: Sequence[Event], axis: TimeAxis, *, is_last: bool) -> alt.LayerChart:
    language = axis.language
    rows = [_row(each, axis) for each in band.weeks.to_dicts()]
    top = (
        max(LEAST_TOP, *(each[name] or 0 for each in rows for name in ("seen", "sum_seen", "high", "sum_expected")))
        * 1.08
    )
    height = PANEL_HEIGHT if top > LOW_TOP else LOW_PANEL_HEIGHT
    ticks = {float(each): language.write(each) for each in count_ticks(top)}
    up = upright(alt.Scale(domain=[0, top], nice=False), told_axis(ticks))
    x, begins = axis.x(is_named=is_last), axis.x("from", is_named=is_last)
    told = [alt.Tooltip("told:N", title=" ")]
    line = [each for each in rows if each["sum_seen"] is not None]
    runs = runs_of(rows, "sum_seen")
    layers = _unseen(rows, top, x, begins, up, language)
    layers += [
        layer(run).mark_area(color=BAND, interpolate="step").encode(x=x, y=up("low"), y2="high:Q") for run in runs
    ]
    layers.append(layer([{"x": 0, "to": axis.length, "y": 0}]).mark_rule(color=HAIR).encode(x=x, x2="to:Q", y=up("y")))
    layers += event_rules(events, axis, x)
    counted = [each for each in rows if each["seen"]]
    if counted:
        layers.append(layer(counted).mark_bar(color=SOFT, size=5).encode(x=x, y=up("seen"), tooltip=told))
    for run in runs:
        layers += [
            layer(run)
            .mark_line(color=INK, strokeDash=[4, 3], strokeWidth=1, interpolate="step")
            .encode(x=x, y=up("sum_expected")),
            layer(run).mark_line(color=BLACK, strokeWidth=2.2, interpolate="step").encode(x=x, y=up("sum_seen")),
        ]
    # An open field over each week tells its figures wherever the pointer is.
    layers.append(
        layer(rows).mark_rect(opacity=0).encode(x=begins, x2="to:Q", y=alt.value(0), y2=alt.value(height), tooltip=told)
    )
    if line:
        layers += _end_labels(line[-1], top, height, axis)
    return panel(layers, height, heading(panel_title(band, language)))


def _row(week: dict[str, Any], axis: TimeAxis) -> dict[str, Any]:
    """A week as it is drawn: its place, its figures, and what is told where the pointer is."""
    say, fixed = axis.language.say, axis.language.fixed
    begin = axis.place(week["week"])
    name = week_name(week["week"])
    if not week["is_seen"]:
        told = say("one.hover.unseen", week=name)
    elif week["sum_seen"] is None:
        told = say("one.hover.week", week=name, seen=week["seen"], expected=fixed(week["expected"], 2))
    else:
        told = say(
            "one.hover.sum",
            week=name,
            seen=week["seen"],
            expected=fixed(week["expected"], 2),
            sum_seen=round(week["sum_seen"]),
            sum_expected=fixed(week["sum_expected"], 1),
            low=round(week["low"]),
            high=round(week["high"]),
        )
    figures = {name: week[name] for name in ("is_seen", "seen", "sum_seen", "sum_expected", "low", "high")}
    return figures | {"x": begin + 3.5, "from": begin, "to": begin + 7, "name": name, "told": told}


def _unseen(
    rows: Sequence[dict[str, Any]],
    top: float,
    x: alt.X,
    begins: alt.X,
    up: Callable[[str], alt.Y],
    language: Language,
) -> list[alt.Chart]:
    """Weeks without sight: hatched, and named where there is room; they are no noughts."""
    runs = runs_of([each | {"none": None if each["is_seen"] else 1} for each in rows], "none")
    if not runs:
        return []
    lines = [
        {"x": each["from"] + 3.5 * half, "to": each["from"] + 3.5 * (half + 1), "y": 0, "y2": top}
        for run in runs
        for each in run
        for half in (0, 1)
    ]
    grounds = [{"x": run[0]["from"], "to": run[-1]["to"], "y": 0, "y2": top} for run in runs]
    made = [
        layer(grounds).mark_rect(color="#f4f4f4").encode(x=x, x2="to:Q", y=up("y"), y2="y2:Q"),
        layer(lines).mark_rule(color=HAIR, strokeWidth=0.8).encode(x=x, x2="to:Q", y=up("y"), y2="y2:Q"),
    ]
    named = [
        {"x": (run[0]["from"] + run[-1]["to"]) / 2, "y": top / 2, "text": language.say("one.no_sight")}
        for run in runs
        if len(run) >= 5
    ]
    if named:
        # A white edge keeps the words readable over the hatching.
        made += [
            layer(named).mark_text(fontSize=11, **look).encode(x=x, y=up("y"), text="text:N")
            for look in ({"stroke": WHITE, "strokeWidth": 5}, {"color": INK})
        ]
    return made


def _end_labels(last: dict[str, Any], top: float, height: int, axis: TimeAxis) -> list[alt.Chart]:
    """At the end of the lines what they are, and their figures; pushed apart where they would lie on each other."""
    say, fixed = axis.language.say, axis.language.fixed
    seen_at, band_at = apart(
        height * (1 - last["sum_seen"] / top), height * (1 - last["sum_expected"] / top), _LABEL_HEIGHT
    )
    is_now = last["to"] == axis.length
    seen = say("one.label.seen" if is_now else "one.label.seen_until", seen=round(last["sum_seen"]), week=last["name"])
    ordinary = say(
        "one.label.ordinary",
        low=round(last["low"]),
        high=round(last["high"]),
        expected=fixed(last["sum_expected"], 1),
    )
    return [
        end_label(seen, WIDTH + 6, seen_at, color=BLACK, fontWeight="bold"),
        end_label(ordinary, WIDTH + 6, band_at, color=QUIET_INK),
    ]


def count_ticks(top: float) -> list[int]:
    """Nought and one or two round counts below `top`."""
    steps = [base * 10**power for power in range(7) for base in (1, 2, 5)]
    step = next(each for each in steps if 2 * each >= 0.6 * top)
    return [each for each in (0, step, 2 * step) if each <= top]
