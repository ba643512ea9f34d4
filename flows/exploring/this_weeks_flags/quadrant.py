"""How quiet against how worrying: every complex a dot, those on the list named beside it.

To the right is quieter, above is worse, as in the overview. Both axes are ratios to like complexes, so equal steps are
equal ratios and 1 is "as elsewhere".
"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from flows.exploring.this_weeks_flags.dots import (
    INK,
    SOFT,
    dot_layer,
    drawn_dots,
    finished,
    key_line,
    label_layers,
    number_locale,
    ring_layer,
)
from flows.exploring.this_weeks_flags.label_places import LABELS, Axis, Box, labels_that_fit
from flows.language import Language
from models.policy import Policy

WIDTH, HEIGHT = 455, 400
# Room around the outermost dots and the thresholds [ratio].
ROOM = 1.15
# How far the picture goes on beyond a threshold, whether or not there is anything [ratio].
BEYOND = 2.0
TICKS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20, 50)
_CORNER_LETTER, _CORNER_HIGH = 6.6, 22.0


def quadrant(
    rows: pl.DataFrame, every: pl.DataFrame, policy: Policy, language: Language, chosen: str | None = None
) -> Any:
    """The quadrant as an altair chart; a click on a dot selects its `complex_id`.

    Args:
        rows: Rows of `standings` that are shown.
        every: Rows of all teams: they set the axes, so that two teams can be compared.
        policy: The values in force, for the two thresholds.
        language: Of the words and figures.
        chosen: Number of the complex with a ring around it.
    """
    say = language.say
    quiet, worse = policy.quiet_below, policy.decline_above
    across = _axis(every["reporting_ratio"], (quiet / BEYOND, 1 / quiet), WIDTH, is_reversed=True)
    up = _axis(every["condition_ratio"], (1 / worse, worse * BEYOND), HEIGHT)
    shown = rows.with_columns(x=pl.col("reporting_ratio"), y=pl.col("condition_ratio"))
    dots = drawn_dots(shown, language)
    x = alt.X("x:Q", title=say("this_week.quadrant.x"), scale=_scale(across), axis=_axis_words(across))
    y = alt.Y("y:Q", title=say("this_week.quadrant.y"), scale=_scale(up), axis=_axis_words(up))
    words = _words(across, up, policy, language)
    named = shown.filter(pl.col("standing").is_in(["listed", "safety"]) | (pl.col("complex_id") == (chosen or "")))
    named = named.sort(pl.col("complex_id") != (chosen or ""), -pl.col("p_quiet_decline"))
    labels = labels_that_fit(named.select("x", "y", "name").rows(), across, up, _boxes(words, across, up))
    layers = [
        _both_corner(across, up, policy, x, y),
        _threshold("x", policy.quiet_below).encode(x=x),
        _threshold("y", policy.decline_above).encode(y=y),
        dot_layer(dots, x, y, language),
        *label_layers(words, x, y, SOFT, "normal"),
        ring_layer(dots, chosen, x, y),
        *label_layers(labels, x, y),
    ]
    both = shown.filter(pl.col("x") < policy.quiet_below, pl.col("y") > policy.decline_above).height
    title = [say("this_week.quadrant.title", count=both, all=rows.height), key_line(dots, language)]
    chart = finished(layers, dots, title, say("this_week.quadrant.about", count=rows.height), (WIDTH, HEIGHT))
    return (
        chart.configure(locale=number_locale(language))
        .configure_view(stroke="#c6ccd2")
        .configure_axis(labelColor=INK, titleColor=INK, titleFontWeight="normal", titleFontSize=12, gridColor="#eef0f2")
    )


def _axis(ratios: pl.Series, held: tuple[float, float], pixels: int, *, is_reversed: bool = False) -> Axis:
    """An axis that holds all ratios, and at least two more."""
    low, high = min([*ratios, *held]), max([*ratios, *held])
    return Axis(low / ROOM, high * ROOM, pixels, is_log=True, is_reversed=is_reversed)


def _scale(axis: Axis) -> alt.Scale:
    return alt.Scale(type="log", domain=[axis.low, axis.high], reverse=axis.is_reversed, nice=False)


def _axis_words(axis: Axis) -> alt.Axis:
    return alt.Axis(values=[tick for tick in TICKS if axis.low <= tick <= axis.high], format="~g", tickSize=4)


def _both_corner(across: Axis, up: Axis, policy: Policy, x: alt.X, y: alt.Y) -> Any:
    """A grey ground under the corner that the list looks in."""
    corner = pl.DataFrame({"x": [across.low], "x2": [policy.quiet_below], "y": [policy.decline_above], "y2": [up.high]})
    return alt.Chart(corner).mark_rect(color="#f0f1f3", tooltip=None).encode(x=x, x2="x2:Q", y=y, y2="y2:Q")


def _threshold(axis: str, value: float) -> Any:
    return alt.Chart(pl.DataFrame({axis: [value]})).mark_rule(strokeDash=[4, 3], color=SOFT, tooltip=None)


def _words(across: Axis, up: Axis, policy: Policy, language: Language) -> pl.DataFrame:
    """What each corner means, and which side of a threshold is which."""
    say, edge = language.say, 12.0
    left, right = across.value(edge), across.value(across.pixels - edge)
    top, bottom = up.value(up.pixels - edge), up.value(edge)
    beside = across.value(across.pixel(policy.quiet_below) + edge / 2)
    above = up.value(up.pixel(policy.decline_above) + edge)
    said = [
        (left, top, say("this_week.corner.heard"), "left"),
        (right, top, say("this_week.corner.both"), "right"),
        (left, bottom, say("this_week.corner.neither"), "left"),
        (right, bottom, say("this_week.corner.quiet"), "right"),
        (beside, up.value(3 * edge), say("this_week.quiet_below", value=policy.quiet_below), "left"),
        (left, above, say("this_week.decline_above", value=policy.decline_above), "left"),
    ]
    return pl.DataFrame(said, schema=LABELS, orient="row")


def _boxes(labels: pl.DataFrame, across: Axis, up: Axis) -> list[Box]:
    """What the words in the corners take."""
    boxes = []
    for x, y, text, align in labels.rows():
        at, height, wide = across.pixel(x), up.pixel(y), len(text) * _CORNER_LETTER
        left = at if align == "left" else at - wide
        boxes.append(Box(left, left + wide, height - _CORNER_HIGH / 2, height + _CORNER_HIGH / 2))
    return boxes
