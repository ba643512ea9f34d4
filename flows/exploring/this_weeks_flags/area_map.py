"""Where the complexes lie: dots by their coordinates, without tiles, so nothing is asked of anybody.

Kilometres east and north of the middle, one scale for both: a degree east is shortened by the latitude. Without streets
the names of the teams tell where one is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, log10, radians
from typing import Any

import altair as alt
import polars as pl

from flows.exploring.this_weeks_flags.dots import (
    SOFT,
    dot_layer,
    drawn_dots,
    finished,
    key_line,
    label_layers,
    ring_layer,
)
from flows.exploring.this_weeks_flags.label_places import Axis, labels_that_fit
from flows.language import Language

WIDTH, HEIGHT = 470, 440
KM_PER_DEGREE = 111.2
# A hamlet is not blown up to the size of a town [kilometres].
LEAST_KM = 0.8
# Share of the picture that the dots fill.
FILLED = 0.88
# What lies so many times the width of the middle eight in ten outside it is taken for a wrong coordinate.
REACH = 2.0
LEAST_REACH_KM = 10.0
MOST_TEAM_NAMES = 30


@dataclass(frozen=True)
class AreaMap:
    """The map and what it leaves out.

    Attributes:
        chart: An altair chart; a click on a dot selects its `complex_id`. None where nothing has a place.
        n_placeless: Complexes of which nobody knows where they lie.
        n_far: Complexes far outside the picture.
    """

    chart: Any
    n_placeless: int
    n_far: int

    def outside(self, language: Language) -> str:
        """What the map leaves out, in a sentence or two; empty where it leaves out nothing."""
        said = []
        if self.chart is None:
            said.append(language.say("overview.map_none_chosen"))
        elif self.n_placeless:
            said.append(language.say("this_week.map.placeless", count=self.n_placeless))
        if self.n_far:
            said.append(language.say("overview.map_far", count=self.n_far))
        return " ".join(said)


def area_map(rows: pl.DataFrame, every: pl.DataFrame, language: Language, chosen: str | None = None) -> AreaMap:
    """The map of the shown complexes.

    Args:
        rows: Rows of `standings` that are shown.
        every: Rows of all teams: what lies far outside is decided on these.
        language: Of the words.
        chosen: Number of the complex with a ring around it.
    """
    known = pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null()
    placed = rows.filter(known)
    near = placed.filter(*_fences(every.filter(known)))
    n_placeless, n_far = rows.height - placed.height, placed.height - near.height
    if near.is_empty():
        return AreaMap(None, n_placeless, n_far)
    shown = in_kilometres(near)
    across, up = axes_of(shown)
    dots = drawn_dots(shown, language)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[across.low, across.high], nice=False, zero=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[up.low, up.high], nice=False, zero=False))
    named = shown.filter(pl.col("standing").is_in(["listed", "safety"]) | (pl.col("complex_id") == (chosen or "")))
    named = named.sort(pl.col("complex_id") != (chosen or ""), -pl.col("p_quiet_decline"))
    layers = [
        *label_layers(_team_names(shown, across, up), x, y, SOFT, "normal"),
        dot_layer(dots, x, y, language),
        *_scale_bar(across, up, x, y, language),
        ring_layer(dots, chosen, x, y),
        *label_layers(labels_that_fit(named.select("x", "y", "name").rows(), across, up), x, y),
    ]
    title = [language.say("this_week.map.title", count=near.height), key_line(dots, language)]
    about = language.say("this_week.map.about", count=near.height)
    chart = finished(layers, dots, title, about, (WIDTH, HEIGHT)).configure_view(stroke="#c6ccd2")
    return AreaMap(chart, n_placeless, n_far)


def in_kilometres(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `x` kilometres east and `y` kilometres north of the middle of them all."""
    north, east = (_middle(rows[name]) for name in ("latitude", "longitude"))
    shortening = max(0.01, cos(radians(north)))
    return rows.with_columns(
        x=(pl.col("longitude") - east) * KM_PER_DEGREE * shortening,
        y=(pl.col("latitude") - north) * KM_PER_DEGREE,
    )


def axes_of(shown: pl.DataFrame) -> tuple[Axis, Axis]:
    """Axes on which a kilometre east is as long as a kilometre north, and all dots have a place.

    Args:
        shown: Rows with `x` and `y` in kilometres from the middle.
    """
    wide, high = (max(2 * max(map(abs, shown[name])), LEAST_KM) for name in ("x", "y"))
    km_per_pixel = max(wide / (WIDTH * FILLED), high / (HEIGHT * FILLED))
    half_wide, half_high = km_per_pixel * WIDTH / 2, km_per_pixel * HEIGHT / 2
    return Axis(-half_wide, half_wide, WIDTH), Axis(-half_high, half_high, HEIGHT)


def _middle(values: pl.Series) -> float:
    return float((min(values) + max(values)) / 2)


def _fences(every: pl.DataFrame) -> list[pl.Expr]:
    """One wrong coordinate must not shrink a town to a point."""
    fences = []
    for name in ("latitude", "longitude"):
        low, high = (every[name].quantile(share, "nearest") for share in (0.1, 0.9))
        if low is not None and high is not None:
            reach = REACH * max(high - low, LEAST_REACH_KM / KM_PER_DEGREE)
            fences.append(pl.col(name).is_between(low - reach, high + reach))
    return fences


def _team_names(shown: pl.DataFrame, across: Axis, up: Axis) -> pl.DataFrame:
    """Names of the teams above their complexes, the largest teams first; one team alone needs no name."""
    teams = shown.group_by("area_team").agg(pl.len(), pl.col("x").median(), pl.col("y").max())
    if teams.height == 1:
        teams = teams.clear()
    named = teams.sort("len", "area_team", descending=[True, False]).select("x", "y", "area_team")
    return labels_that_fit(named.rows(), across, up, most=MOST_TEAM_NAMES, is_above=True)


def _scale_bar(across: Axis, up: Axis, x: alt.X, y: alt.Y, language: Language) -> list[alt.Chart]:
    """A round distance of about a fifth of the picture, in the corner."""
    wanted = (across.high - across.low) / 5
    power = 10 ** int(log10(wanted) // 1)
    length = power * next(times for times in (5, 2, 1) if times * power <= wanted)
    left, low = across.value(14), up.value(14)
    far = language.say("overview.kilometres", distance=length)
    if length < 1:
        far = language.say("overview.metres", distance=round(1000 * length))
    bar = pl.DataFrame({"x": [left], "x2": [left + length], "y": [low], "text": [far]})
    return [
        alt.Chart(bar).mark_rule(color=SOFT, strokeWidth=2, tooltip=None).encode(x=x, x2="x2:Q", y=y),
        alt.Chart(bar)
        .mark_text(align="left", dx=2, dy=-8, fontSize=11, color=SOFT, tooltip=None)
        .encode(x=x, y=y, text="text:N"),
    ]
