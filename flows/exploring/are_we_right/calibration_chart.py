"""What was said against what was found: the estimates with their intervals, the calibration, and single verdicts.

Chances are drawn on axes that are stretched at their low end, for nearly all complexes are there; both alike, so that
the line on which they are equal stays straight.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import polars as pl

from flows.exploring.time_axis import BLACK, INK, SOFT, dressed, heading, layer, looked_up
from flows.language import Language
from models.answers import Estimates, Recalibration, Share
from models.calibration import Calibration
from models.verdicts import verdicts

SIDE, WIDE = 400, 420
TICKS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
_ROW = 46
# Where the names of the lines stand: nobody has so middling a chance for long, so few intervals are there.
_MIDDLE = {"p": 0.3, "value": 0.3}
# Dots of equal chance are spread a little in height, by their place among them, so that each can be counted.
_SPREAD = 5


def estimates_chart(found: Estimates, language: Language) -> Any:
    """Prevalence, precision and recall as dots on their intervals, each with its figures beside it."""
    say = language.say
    named = (
        ("prevalence", say("right.chart.prevalence"), found.prevalence),
        ("precision", say("right.chart.precision"), found.precision),
        ("recall", say("right.chart.recall"), found.recall),
    )
    rows = [{"name": name, **_interval(share, language)} for _, name, share in named if share]
    order = [row["name"] for row in rows]
    names = alt.Axis(title=None, labelLimit=260, labelFontSize=12, ticks=False, domain=False, offset=8)
    y = alt.Y("name:N", sort=order, axis=names)
    x = alt.X("value:Q", scale=alt.Scale(domain=[0, 1]), axis=_percent_axis((0, 0.25, 0.5, 0.75, 1), language))
    label = alt.X("high:Q", scale=alt.Scale(domain=[0, 1]))
    drawn = alt.layer(
        layer(rows).mark_rule(strokeWidth=6, color=SOFT).encode(y=y, x=alt.X("low:Q", title=None), x2="high:Q"),
        layer(rows).mark_point(filled=True, size=90, color=BLACK, opacity=1).encode(y=y, x=x),
        layer(rows).mark_text(align="left", dx=8, fontSize=12, color=BLACK).encode(y=y, x=label, text="told:N"),
    ).properties(width=WIDE, height=_ROW * len(rows), title=heading(say("right.chart.estimates")))
    told = [f"{row['name']}: {row['told']}" for row in rows]
    return dressed(drawn, "; ".join(told))


def calibration_chart(found: Calibration, used: Recalibration | None, language: Language) -> Any:
    """What was found per group of chances, with the line on which it would equal what was said.

    Args:
        found: The groups.
        used: What the list made of the model's chances; drawn where it is used.
        language: Of the words.
    """
    say = language.say
    rows = [
        {"p": group.probability, **_interval(group.share, language), "n": language.write(group.share.n)}
        for group in found.groups
    ]
    ends = [{"p": 0.0, "value": 0.0}, {"p": 1.0, "value": 1.0}]
    x, y = _chance_x("p", say("right.chart.said"), language), _chance_y("value", say("right.chart.found"), language)
    # The names of the two lines stand on their outer sides.
    now = used.probability(np.array([_MIDDLE["p"]]))[0] if used and used.is_used else 1.0
    is_raised, middle = now >= _MIDDLE["p"], {**_MIDDLE, "value": float(now)}
    layers = [
        layer(ends).mark_line(color=SOFT, strokeDash=[5, 4]).encode(x=x, y=y),
        _words([{**_MIDDLE, "text": say("right.chart.diagonal")}], x, y, *_away(is_above=is_raised)),
    ]
    if used and used.is_used:
        chances = np.linspace(0, 1, 101) ** 2
        curve = [{"p": p, "value": now} for p, now in zip(chances, used.probability(chances), strict=True)]
        layers += [
            layer(curve).mark_line(color=INK, strokeWidth=1.5).encode(x=x, y=y),
            _words([{**middle, "text": say("right.chart.recalibrated")}], x, y, *_away(is_above=not is_raised)),
        ]
    low = alt.Y("low:Q", scale=_stretched(), title=None)
    layers += [
        layer(rows).mark_rule(strokeWidth=2, color=BLACK).encode(x=x, y=low, y2="high:Q"),
        layer(rows).mark_point(filled=True, size=80, color=BLACK, opacity=1).encode(x=x, y=y),
        layer(rows)
        .mark_text(baseline="bottom", dy=-4, fontSize=11, color=INK)
        .encode(x=x, y=alt.Y("high:Q", scale=_stretched()), text="n:N"),
    ]
    told = [f"{language.chance(row['p'])}: {row['told']} ({row['n']})" for row in rows]
    title = heading(say("right.chart.calibration"), say("right.chart.calibration_under"))
    return dressed(alt.layer(*layers).properties(width=SIDE, height=SIDE, title=title), "; ".join(told))


def raw_verdicts_chart(draws: pl.DataFrame, language: Language) -> Any:
    """Every answered draw as a dot on its chance, by what was found; no curve, no percentage."""
    say, found = language.say, verdicts(draws)
    rows: list[dict[str, Any]] = []
    names = {
        "yes": say("right.chart.raw_yes"),
        "undecided": say("right.chart.raw_undecided"),
        "no": say("right.chart.raw_no"),
    }
    for chance, is_positive, is_undecided in zip(found.probability, found.is_positive, found.is_undecided, strict=True):
        kind = "yes" if is_positive else "undecided" if is_undecided else "no"
        at = sum(row["kind"] == kind and abs(row["p"] - chance) < 0.01 for row in rows)
        rows.append({"p": float(chance), "kind": kind, "name": names[kind], "shift": (at % _SPREAD) - _SPREAD // 2})
    counted = [
        {"name": name, "told": language.write(sum(row["kind"] == kind for row in rows))} for kind, name in names.items()
    ]
    labels = {tick: language.write(tick) for tick in TICKS}
    x = alt.X("p:Q", scale=_stretched(), axis=_axis(labels, say("right.chart.raw_said")))
    y = alt.Y("name:N", sort=list(names.values()), axis=alt.Axis(title=None, labelLimit=260, labelFontSize=12))
    offset = alt.YOffset("shift:Q", scale=alt.Scale(domain=[-4, 4]))
    right = alt.value(WIDE + 10)
    drawn = alt.layer(
        layer(rows).mark_point(filled=False, size=45, color=BLACK, opacity=0.8).encode(x=x, y=y, yOffset=offset),
        layer(counted).mark_text(align="left", fontSize=12, color=BLACK).encode(x=right, y=y, text="told:N"),
    ).properties(width=WIDE, height=_ROW * 3, title=heading(say("right.chart.raw")))
    return dressed(drawn, "; ".join(f"{row['name']}: {row['told']}" for row in counted))


def _interval(share: Share, language: Language) -> dict[str, Any]:
    chance = language.chance
    told = language.say(
        "right.chart.interval", share=chance(share.value), low=chance(share.low), high=chance(share.high)
    )
    return {"value": share.value, "low": share.low, "high": share.high, "told": told}


def _stretched() -> alt.Scale:
    return alt.Scale(type="sqrt", domain=[0, 1], nice=False)


def _percent_axis(ticks: tuple[float, ...], language: Language, title: str | None = None) -> alt.Axis:
    return _axis({tick: language.share(tick) for tick in ticks}, title)


def _axis(labels: dict[float, str], title: str | None) -> alt.Axis:
    return alt.Axis(
        values=list(labels),
        labelExpr=looked_up(labels),
        title=title,
        titleFontWeight="normal",
        titleFontSize=12,
        gridColor="#ececec",
        domain=False,
    )


def _chance_x(name: str, title: str, language: Language) -> alt.X:
    return alt.X(f"{name}:Q", scale=_stretched(), axis=_percent_axis(TICKS, language, title))


def _chance_y(name: str, title: str, language: Language) -> alt.Y:
    return alt.Y(f"{name}:Q", scale=_stretched(), axis=_percent_axis(TICKS, language, title))


def _words(rows: list[dict[str, Any]], x: alt.X, y: alt.Y, align: Any, dx: int, dy: int) -> Any:
    words = layer(rows).mark_text(align=align, dx=dx, dy=dy, fontSize=11.5, color=INK, lineBreak="\n")
    return words.encode(x=x, y=y, text="text:N")


def _away(*, is_above: bool) -> tuple[str, int, int]:
    """Where words stand beside a rising line: right under it, or left above it."""
    return ("left", 10, 10) if is_above else ("right", -10, -6)
