"""How every picture of the explanation looks: fixed sizes and fonts, black and grey, names at the marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import altair as alt
import polars as pl

BLACK, INK, GREY, LIGHT, WHITE = "#000000", "#333333", "#767676", "#d9d9d9", "#ffffff"
FONT = "Helvetica, Arial, sans-serif"
TEXT, SMALL = 12, 11

# Streams as the page calls them, in the order in which it tells of them.
STREAM_NAMES = {
    "complaints": "complaints",
    "normal_repairs": "normal repairs",
    "follow_up_reports": "follow-up reports",
    "urgent_repairs": "urgent repairs",
    "vandalism_repairs": "vandalism and fire",
    "concerns": "concerns on visits",
    "bad_condition": "homes left in bad state",
}

Panel = alt.LayerChart | alt.ConcatChart
Align = Literal["left", "center", "right"]
Baseline = Literal["top", "middle", "bottom"]


def layered(layers: Sequence[alt.Chart], width: int, height: int, title: str = "") -> alt.LayerChart:
    """Layers on one pair of axes, with a plain title."""
    shown = alt.TitleParams(
        title, fontSize=TEXT, fontWeight="normal", color=INK, anchor="start", frame="group", offset=6
    )
    return alt.LayerChart(layer=list(layers), width=width, height=height, title=shown)


def finished(chart: Panel, title: str, subtitle: str = "") -> Panel:
    """The picture with its title, which says what is seen."""
    shown = alt.TitleParams(
        title, subtitle=subtitle, anchor="start", fontSize=15, subtitleFontSize=TEXT, subtitleColor=INK, offset=14
    )
    drawn: Panel = (
        chart.properties(title=shown, background=WHITE, padding=12)
        .configure(font=FONT, aria=False)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=BLACK,
            labelFontSize=SMALL,
            titleColor=INK,
            titleFontSize=SMALL,
            titleFontWeight="normal",
            gridColor="#eeeeee",
            domainColor=GREY,
            tickColor=GREY,
        )
        .configure_title(fontWeight="bold", color=BLACK)
    )
    return drawn


def words(
    rows: pl.DataFrame, text: str, align: Align = "left", baseline: Baseline = "middle", dx: int = 0
) -> alt.Chart:
    """Text at `x` and `y` of each row, beside the marks that it names."""
    mark = alt.Chart(rows).mark_text(fontSize=SMALL, color=INK, align=align, baseline=baseline, dx=dx)
    drawn: alt.Chart = mark.encode(x="x:Q", y="y:Q", text=f"{text}:N")
    return drawn
