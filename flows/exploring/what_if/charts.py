"""How long the list was, and who stood on it when: by the values that hold, and by those that are tried."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from flows.exploring.time_axis import (
    BLACK,
    INK,
    SOFT,
    TimeAxis,
    apart,
    dressed,
    dressing,
    end_label,
    heading,
    layer,
    looked_up,
    upright,
)
from flows.exploring.what_if.trial import Ground
from flows.language import Language
from models.weeks import week_name
from models.what_if.lists import Lists, compared

# Beside the sliders there is room for this much; words stand right of the lines, and names left of the marks.
LINE_WIDTH, CALENDAR_WIDTH = 500, 460
HEIGHT, ROW = 150, 17
# More rows than this are no picture any more; the rest is counted.
MOST_ROWS = 30
# The middle of a week, in days: where its mark stands.
_MIDDLE = 3.5
_LABEL_HEIGHT = 15.0
# Longest name that has room left of the calendar.
_NAME_LETTERS = 30


def length_chart(in_force: Lists, tried: Lists, language: Language) -> Any:
    """Two lines over the last weeks: how many complexes were on the list."""
    say = language.say
    axis = TimeAxis(tried.weeks["week"][0], tried.weeks["week"][-1], language)
    most = max(int(each.weeks["n_listed"].max() or 0) for each in (in_force, tried)) + 1  # type: ignore[arg-type]
    step = max(1, -(-most // 5))
    ticks = {float(count): language.write(count) for count in range(0, most + 1, step)}
    up = upright(
        alt.Scale(domain=[0, most], nice=False),
        alt.Axis(values=list(ticks), labelExpr=looked_up(ticks), title=None, domain=False, gridColor="#ececec"),
    )
    lines, ends = [], []
    for lists, colour, dash in ((in_force, SOFT, [4, 3]), (tried, BLACK, [1, 0])):
        rows = [{"x": axis.place(week) + _MIDDLE, "n": n} for week, n in lists.weeks.select("week", "n_listed").rows()]
        lines.append(
            layer(rows)
            .mark_line(color=colour, strokeDash=dash, strokeWidth=2, point={"color": colour, "size": 22})
            .encode(x=axis.x(is_named=True), y=up("n"))
        )
        ends.append(HEIGHT * (1 - rows[-1]["n"] / most))
    if in_force.weeks["n_listed"].equals(tried.weeks["n_listed"]):
        labels = [end_label(say("trying.label_both"), LINE_WIDTH + 8, ends[1], color=BLACK)]
    else:
        now, then = apart(ends[0], ends[1], _LABEL_HEIGHT)
        labels = [
            end_label(say("trying.label_now"), LINE_WIDTH + 8, now, color=INK),
            end_label(say("trying.label_then"), LINE_WIDTH + 8, then, color=BLACK),
        ]
    title = heading(say("trying.chart_title"), say("trying.chart_axis"))
    chart = alt.LayerChart(layer=[*lines, *labels], width=LINE_WIDTH, height=HEIGHT, title=title)
    return dressed(chart, say("trying.chart_title"))


def calendar_chart(ground: Ground, in_force: Lists, tried: Lists, language: Language) -> Any:
    """A row per complex, a mark per week in which it was on either list; None where nobody ever was.

    What differs in the last week stands above; below that, who was on a list most often.
    """
    say = language.say
    marks = _marks(in_force, tried)
    if marks.is_empty():
        return None
    axis = TimeAxis(tried.weeks["week"][0], tried.weeks["week"][-1], language)
    shown = _rows(marks, in_force, tried)[:MOST_ROWS]
    place = {complex_id: number + 0.5 for number, complex_id in enumerate(shown)}
    names = {at: _short(ground.names.get(complex_id, ""), complex_id) for complex_id, at in place.items()}
    rows = [
        {
            "x": axis.place(week) + _MIDDLE,
            "y": place[complex_id],
            "on": on,
            "told": f"{names[place[complex_id]]} · {week_name(week)} · {say(f'trying.label_{on}')}",
        }
        for complex_id, week, on in marks.iter_rows()
        if complex_id in place
    ]
    kinds = ["both", "now", "then"]
    points = (
        layer(rows)
        .mark_point(size=80, strokeWidth=1.4, opacity=1)
        .encode(
            x=axis.x(is_named=True),
            y=alt.Y(
                "y:Q",
                scale=alt.Scale(domain=[0, len(shown)], reverse=True, nice=False),
                axis=alt.Axis(
                    values=list(names),
                    labelExpr=looked_up(names),
                    title=None,
                    grid=False,
                    domain=False,
                    ticks=False,
                    labelLimit=260,
                ),
            ),
            shape=alt.Shape("on:N", scale=alt.Scale(domain=kinds, range=["square", "square", "diamond"]), legend=None),
            fill=alt.Fill("on:N", scale=alt.Scale(domain=kinds, range=[SOFT, "#ffffff", "#b3261e"]), legend=None),
            stroke=alt.Stroke("on:N", scale=alt.Scale(domain=kinds, range=[SOFT, INK, BLACK]), legend=None),
            tooltip=alt.Tooltip("told:N", title=""),
        )
    )
    title = heading(say("trying.calendar_title"), say("trying.calendar_key"))
    layers = alt.LayerChart(layer=[points], width=CALENDAR_WIDTH, height=ROW * len(shown), title=title)
    return layers.properties(**dressing(say("trying.calendar_title")))


def not_drawn(in_force: Lists, tried: Lists) -> int:
    """How many complexes were on either list and have no row in the calendar."""
    return max(0, _marks(in_force, tried)["complex_id"].n_unique() - MOST_ROWS)


def _marks(in_force: Lists, tried: Lists) -> pl.DataFrame:
    """One row per complex and week on either list: `complex_id`, `week`, `on` (both, now, then)."""
    key = ["complex_id", "week"]
    sides = [
        each.rows.select(key).with_columns(pl.lit(value=True).alias(side)) for side, each in _sides(in_force, tried)
    ]
    on = pl.when(pl.col("now") & pl.col("then")).then(pl.lit("both")).when("now").then(pl.lit("now"))
    both = (
        sides[0].join(sides[1], on=key, how="full", coalesce=True).with_columns(pl.col("now", "then").fill_null(False))
    )
    return both.select(*key, on=on.otherwise(pl.lit("then"))).sort(key)


def _sides(in_force: Lists, tried: Lists) -> tuple[tuple[str, Lists], tuple[str, Lists]]:
    return ("now", in_force), ("then", tried)


def _rows(marks: pl.DataFrame, in_force: Lists, tried: Lists) -> list[str]:
    last = compared(in_force, tried).select("complex_id")["complex_id"].to_list()
    often = marks.group_by("complex_id").len().sort("len", "complex_id", descending=[True, False])["complex_id"]
    return [*last, *(each for each in often if each not in set(last))]


def _short(name: str, complex_id: str) -> str:
    cut = name if len(name) <= _NAME_LETTERS else name[: _NAME_LETTERS - 1].rstrip() + "…"
    return f"{cut} ({complex_id})"
