"""The time axis that all charts of one complex share, and how they are drawn: in one hand, in the reader's language.

Places on the axis are days since its first Monday, so that no clock or time zone of a browser moves them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import polars as pl
from babel.dates import format_date

from flows.language import Language
from models.weeks import WEEK

BLACK, INK, SOFT, BAND, HAIR, WHITE = "#000000", "#404040", "#8c8c8c", "#dcdcdc", "#c8c8c8", "#ffffff"
# A name in grey must still be read against white: contrast 4.5 at least.
QUIET_INK = "#666666"
FONT = "Helvetica, Arial, sans-serif"
WIDTH = 790
# Below this the months are too few to find one's way by, so the Mondays are named.
_WEEKS_FOR_MONTHS = 12
# A month that begins just before the right end would stand under what is written there.
_LAST_TICK = 0.03
_MONTHS_PER_YEAR_AXIS = 18

Row = Mapping[str, Any]


@dataclass(frozen=True)
class TimeAxis:
    """From the first to the last week, on a line.

    Attributes:
        first: Its first Monday.
        last: Its last Monday; that week is shown whole.
        language: Of the months.
    """

    first: date
    last: date
    language: Language

    @property
    def length(self) -> int:
        """How long it is [days]."""
        return (self.last + WEEK - self.first).days

    def place(self, day: date) -> int:
        """Where a day is [days since the first Monday]."""
        return (day - self.first).days

    def holds(self, day: date) -> bool:
        """Whether a day is on it."""
        return 0 <= self.place(day) < self.length

    def ticks(self) -> dict[int, list[str]]:
        """Where the months begin, and their names; of a short axis its Mondays. The year stands under the first."""
        n_weeks = self.length // 7
        if n_weeks < _WEEKS_FOR_MONTHS:
            mondays = [self.first + place * WEEK for place in range(n_weeks)]
            return {self.place(day): [self._named(day, "d MMM")] for day in mondays}
        starts = [
            date(year, month, 1)
            for year in range(self.first.year, self.last.year + 1)
            for month in range(1, 13)
            if 0 <= self.place(date(year, month, 1)) < self.length * (1 - _LAST_TICK)
        ]
        told: dict[int, list[str]] = {}
        for place, day in enumerate(starts):
            if len(starts) > _MONTHS_PER_YEAR_AXIS and day.month not in (1, 4, 7, 10):
                continue
            has_year = place == 0 or day.month == 1
            told[self.place(day)] = [self._named(day, "MMM"), *([str(day.year)] if has_year else [])]
        return told

    def x(self, field: str = "x", *, is_named: bool) -> alt.X:
        """The channel of a layer that has its place in a field. All layers of a panel name the months, or none does.

        Args:
            field: Where the places stand [days].
            is_named: Whether months stand under it; else only their lines run through.
        """
        ticks = self.ticks()
        axis = alt.Axis(
            values=list(ticks),
            labels=is_named,
            labelExpr=looked_up(ticks),
            labelAlign="left",
            ticks=False,
            domain=False,
            grid=True,
            gridColor="#ececec",
            title=None,
        )
        return alt.X(f"{field}:Q", scale=self.scale, axis=axis)

    @property
    def scale(self) -> alt.Scale:
        """From its first to its last day."""
        # Bars would else push the ends inwards, and the panels apart.
        return alt.Scale(domain=[0, self.length], nice=False, zero=False, padding=0)

    def _named(self, day: date, pattern: str) -> str:
        return format_date(day, pattern, locale=self.language.code)


def looked_up(labels: Mapping[float, str] | Mapping[int, list[str]] | Mapping[int, str]) -> str:
    """The Vega expression that gives each tick its label as we wrote it: no number or month is left to the browser."""
    # 0.0 and 0 are one number in a browser.
    named = {str(int(key)) if key == int(key) else str(key): label for key, label in labels.items()}
    return f"({json.dumps(named)})[datum.value]"


def layer(rows: Sequence[Row]) -> alt.Chart:
    """A layer with rows of its own."""
    # As a table: altair would copy and check plain rows one by one, which takes seconds.
    return alt.Chart(pl.DataFrame([dict(each) for each in rows], infer_schema_length=None))


def told_axis(labels: Mapping[float, str]) -> alt.Axis:
    """An upright axis with these labels and no others, as wide in every panel."""
    return alt.Axis(
        values=list(labels),
        labelExpr=looked_up(labels),
        title=None,
        minExtent=44,
        maxExtent=44,
        domain=False,
        grid=False,
        ticks=False,
    )


def upright(scale: alt.Scale, axis: alt.Axis) -> Callable[[str], alt.Y]:
    """The upright channel of any field: all layers of a panel share one scale and one axis."""
    return lambda field: alt.Y(f"{field}:Q", scale=scale, axis=axis)


def runs_of(rows: Sequence[dict[str, Any]], name: str) -> list[list[dict[str, Any]]]:
    """The stretches in which a figure is there, so that a line never runs over what nobody saw."""
    runs: list[list[dict[str, Any]]] = []
    is_open = False
    for each in rows:
        if each[name] is None:
            is_open = False
            continue
        if not is_open:
            runs.append([])
        runs[-1].append(each)
        is_open = True
    return runs


def end_label(text: str, x: float, y: float, **look: Any) -> alt.Chart:
    """Words at the end of a line, instead of a legend; `x` and `y` in pixels of the panel."""
    words = layer([{"text": text}]).mark_text(align="left", baseline="middle", fontSize=11.5, **look)
    placed: alt.Chart = words.encode(x=alt.value(x), y=alt.value(y), text="text:N")
    return placed


def apart(one: float, other: float, least: float) -> tuple[float, float]:
    """Two heights, moved from each other until they are `least` apart; the first goes up where they are alike."""
    missing = least - abs(one - other)
    if missing <= 0:
        return one, other
    step = missing / 2 if one > other else -missing / 2
    return one + step, other - step


def panel(layers: Sequence[alt.Chart], height: int, title: alt.TitleParams | None = None) -> alt.LayerChart:
    """One panel as wide as the axis, of layers from below to above; `height` in pixels."""
    return alt.LayerChart(layer=list(layers), width=WIDTH, height=height, title=title or alt.Undefined)


def heading(text: str, *subtitle: str, **look: Any) -> alt.TitleParams:
    """What is seen, above a panel, and smaller lines under it."""
    return alt.TitleParams(text, subtitle=list(subtitle) or alt.Undefined, **look)


def dressing(description: str) -> dict[str, Any]:
    """What makes a whole chart of one hand, for its constructor: a later change would copy every layer.

    Args:
        description: What is in it, in words, for who does not see it.
    """
    return {
        "background": WHITE,
        "description": description,
        "padding": 6,
        # The menu would be in English, and what it saves is in the published tables. As drawing, not as picture: sharp
        # on paper, and a screen reader finds the words.
        "usermeta": {"embedOptions": {"actions": False, "renderer": "svg"}},
        "config": alt.Config(
            font=FONT,
            view=alt.ViewConfig(stroke=None),
            axis=alt.AxisConfig(labelColor=INK, labelFontSize=11, tickColor=HAIR, domainColor=HAIR),
            title=alt.TitleConfig(
                anchor="start",
                frame="group",
                fontSize=13,
                fontWeight="bold",
                color=BLACK,
                subtitleColor=INK,
                subtitleFontSize=12,
                offset=6,
            ),
        ),
    }


def dressed(chart: Any, description: str) -> Any:
    """A chart of few layers in the same hand."""
    return chart.properties(**dressing(description))
