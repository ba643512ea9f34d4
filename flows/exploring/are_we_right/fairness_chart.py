"""What the lot found per group on its interval, and how much of the group was on the list: one dot beside the other."""

from __future__ import annotations

from typing import Any

import altair as alt

from flows.exploring.are_we_right.fairness_groups import By
from flows.exploring.are_we_right.fairness_words import group_name, share_in_words
from flows.exploring.time_axis import BLACK, INK, SOFT, WHITE, dressed, heading, layer, looked_up
from flows.language import Language
from models.fairness import Audit

WIDE, _ROW = 420, 34
TICKS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)


def fairness_chart(by: By, found: Audit, language: Language) -> Any:
    """Per group an open dot for its share on the list, and a black one on its interval for what was found.

    Args:
        by: What the groups are.
        found: The audit; only groups that can be estimated are drawn, in the order of the table.
        language: Of the words.
    """
    rows: list[dict[str, Any]] = [
        {
            "name": group_name(by, each.name, language),
            "on_list": each.on_list,
            "value": each.prevalence.value,
            "low": each.prevalence.low,
            "high": each.prevalence.high,
            "listed": language.chance(each.on_list),
            "found": share_in_words(each.prevalence, language),
        }
        for each in found.groups
        if each.prevalence and each.on_list is not None
    ]
    order = [row["name"] for row in rows]
    names = alt.Axis(title=None, labelLimit=260, labelFontSize=12, ticks=False, domain=False, offset=8)
    y = alt.Y("name:N", sort=order, axis=names)
    most = max([row[key] for row in rows for key in ("high", "on_list")], default=1.0)
    end = next(tick for tick in TICKS if tick >= most)
    ticks = {tick: language.share(tick) for tick in TICKS if tick <= end}
    axis = alt.Axis(values=list(ticks), labelExpr=looked_up(ticks), title=None, gridColor="#ececec", domain=False)
    # Stretched at its low end, as every chart of chances here.
    scale = alt.Scale(type="sqrt", domain=[0, end], nice=False)
    low, value, on_list = (alt.X(f"{name}:Q", scale=scale, axis=axis) for name in ("low", "value", "on_list"))
    layers = [
        layer(rows).mark_rule(strokeWidth=6, color=SOFT).encode(y=y, x=low, x2="high:Q"),
        layer(rows).mark_point(filled=True, size=80, color=BLACK, opacity=1).encode(y=y, x=value),
        layer(rows)
        .mark_point(filled=True, size=90, shape="diamond", color=WHITE, stroke=INK, strokeWidth=1.6, opacity=1)
        .encode(y=y, x=on_list),
    ]
    title = heading(language.say(f"right.fair.chart.{by}"), language.say("right.fair.chart_under"))
    told = [
        language.say("right.fair.chart_told", group=row["name"], listed=row["listed"], found=row["found"])
        for row in rows
    ]
    drawn = alt.layer(*layers).properties(width=WIDE, height=_ROW * max(len(rows), 1), title=title)
    return dressed(drawn, "; ".join(told))
