"""Why a complex has its chance, as a waterfall and as a sum: what is shown adds up to the last digit.

The figures are those of `flows/explaining.py`, the same as `luisterpost explain` prints.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import altair as alt

from flows.explain_words import COLUMNS, figures, sum_cells
from flows.explaining import DECIMALS, Explanation, Step
from flows.exploring.plain_text import capital
from flows.exploring.time_axis import BLACK, HAIR, INK, QUIET_INK, WHITE, dressing, heading, layer, looked_up
from flows.language import Language

STRONGEST = 3
"""How many pieces of evidence are told in a sentence: as many as one remembers."""
_WIDTH, _ROW_HEIGHT, _BAR = 360, 40, 20
# Chances that a reader knows, as ticks of an axis that is even in log-odds; and some between them where there is room.
_CHANCES = (0.5, 0.25, 0.75, 0.1, 0.9, 0.05, 0.95, 0.02, 0.98, 0.01, 0.99, 0.005, 0.995, 0.002, 0.998, 0.001, 0.999)
_BETWEEN = (0.35, 0.65, 0.15, 0.85, 0.07, 0.93, 0.03, 0.97, 0.007, 0.993, 0.003, 0.997)
# Shortest axis: a weight of a tenth never fills the picture [log-odds].
_LEAST_SPAN = 1.5
_TICK_ROOM = 40.0
# Dark and filled points to quiet and declining; open points away from it. Told apart without colour.
TOWARDS, AWAY = "#1f4e79", WHITE


@dataclass(frozen=True)
class Bar:
    """One row of the waterfall.

    Attributes:
        name: What it is about.
        detail: Its figures, under the name.
        begin: Where it begins [log-odds].
        end: Where it ends [log-odds]; where each complex begins and the total have no length.
        label: What stands at its end: its weight with a sign, or a chance.
    """

    name: str
    detail: str
    begin: float
    end: float
    label: str


def bars(found: Explanation, language: Language) -> list[Bar]:
    """From where every complex begins, over each reason, strongest first, to the total."""
    say, fixed = language.say, language.fixed
    start, last = found.steps[0].total, found.steps[-1].total
    made = [Bar(say("explain.begin"), fixed(start, DECIMALS), start, start, language.chance(found.start_chance))]
    before = start
    for step in found.steps[1:]:
        name = capital(say(f"stream.{step.stream}"))
        made.append(Bar(name, _detail(step, language), before, step.total, signed(step.weight, language)))
        before = step.total
    return [*made, Bar(say("one.total"), fixed(last, DECIMALS), last, last, language.chance(found.chance))]


def strongest(found: Explanation, language: Language, n_told: int = STRONGEST) -> list[str]:
    """The strongest pieces of evidence, for and against, in a sentence each with its figures."""
    return [_evidence(step, found, language) for step in found.steps[1 : n_told + 1]]


def sum_rows(found: Explanation, language: Language) -> list[dict[str, str]]:
    """The sum as `luisterpost explain` prints it: a row per line, under the same headings."""
    headings = [language.say(f"explain.column.{name}") for name in COLUMNS]
    return [dict(zip(headings, sum_cells(step, language), strict=True)) for step in found.steps]


def sum_sentences(found: Explanation, language: Language) -> list[str]:
    """What the sum becomes as a chance, and of which week there are reasons."""
    said = figures(found, language)
    return [language.say("explain.chance", **said), language.say("one.only_last_week", week=said["week"])]


def signed(weight: float, language: Language) -> str:
    """A weight with its sign, so that its direction can be read without colour."""
    return ("+" if weight > 0 else "") + language.fixed(weight, DECIMALS)


def waterfall(found: Explanation, language: Language) -> alt.LayerChart:
    """The reasons as bars that each begin where the one before ended, on an axis of chances."""
    made = bars(found, language)
    low, high = min(each.end for each in made), max(each.end for each in made)
    # Room at both ends for what stands beside the bars; where hardly anything weighs, that is to be seen.
    room = (max(high - low, _LEAST_SPAN) * 1.48 - (high - low)) / 2
    scale = alt.Scale(domain=[low - room, high + room], nice=False, zero=False)
    axis = _chance_axis(low - room, high + room, language)
    begin, end = (alt.X(f"{name}:Q", scale=scale, axis=axis) for name in ("begin", "end"))
    y = alt.Y("y:Q", scale=alt.Scale(domain=[len(made), 0], nice=False), axis=None)
    rows = [_drawn(each, n, is_end=n in (0, len(made) - 1)) for n, each in enumerate(made)]
    title = language.say("one.waterfall", start=language.chance(found.start_chance), end=language.chance(found.chance))
    told = "; ".join(f"{each.name} ({each.detail}): {each.label}" for each in made)
    return alt.LayerChart(
        layer=_marks(rows, begin, end, y),
        width=_WIDTH,
        height=_ROW_HEIGHT * len(made),
        title=heading(title, language.say("one.waterfall_directions"), frame="bounds"),
        **dressing(f"{title}. {told}."),
    )


def _marks(rows: list[dict[str, Any]], begin: alt.X, end: alt.X, y: alt.Y) -> list[alt.Chart]:
    steps, ends = [each for each in rows if not each["is_end"]], [each for each in rows if each["is_end"]]
    links = [{"begin": each["end"], "y": each["y"], "y2": after["y"]} for each, after in pairwise(rows)]
    made = [layer(links).mark_rule(color=HAIR).encode(x=begin, y=y, y2="y2:Q")]
    for look, is_towards in (({"color": TOWARDS}, True), ({"color": AWAY, "stroke": INK, "strokeWidth": 1.3}, False)):
        some = [each for each in steps if each["is_towards"] == is_towards]
        if some:
            made.append(layer(some).mark_bar(height=_BAR, **look).encode(x=begin, x2="end:Q", y=y))
    made.append(
        layer(ends).mark_point(shape="diamond", filled=True, size=150, color=BLACK, opacity=1).encode(x=begin, y=y)
    )
    name: dict[str, Any] = {"align": "right", "baseline": "middle", "fontSize": 12.5, "color": BLACK}
    under: dict[str, Any] = {"align": "right", "baseline": "middle", "fontSize": 11, "color": QUIET_INK}
    made += [
        layer(rows).mark_text(dy=-7, **name).encode(x=alt.value(-12), y=y, text="name:N"),
        layer(rows).mark_text(dy=8, **under).encode(x=alt.value(-12), y=y, text="detail:N"),
    ]
    for align, dx in (("left", 9), ("right", -9)):
        some = [each for each in rows if each["align"] == align]
        if some:
            words: dict[str, Any] = {"align": align, "dx": dx, "baseline": "middle", "fontSize": 12.5, "color": BLACK}
            made.append(layer(some).mark_text(fontWeight="bold", **words).encode(x=end, y=y, text="label:N"))
    return made


def _drawn(bar: Bar, place: int, *, is_end: bool) -> dict[str, Any]:
    is_towards = bar.end >= bar.begin
    return {
        "y": place + 0.5,
        "begin": bar.begin,
        "end": bar.end,
        "name": bar.name,
        "detail": bar.detail,
        "label": bar.label,
        "is_end": is_end,
        "is_towards": is_towards,
        "align": "left" if is_towards else "right",
    }


def _chance_axis(low: float, high: float, language: Language) -> alt.Axis:
    """Known chances at their place in log-odds, as many as have room."""
    ticks: dict[float, str] = {}
    pixels = _WIDTH / (high - low)
    for share in (*_CHANCES, *_BETWEEN):
        at = _log_odds(share)
        if low <= at <= high and all(abs(at - other) * pixels >= _TICK_ROOM for other in ticks):
            is_whole = round(1000 * share) % 10 == 0
            ticks[at] = language.share(share) if is_whole else language.chance(share)
    # Found by whole thousandths: a browser may write the same fraction with other digits.
    labels = looked_up({round(1000 * at): label for at, label in ticks.items()})
    return alt.Axis(
        values=sorted(ticks),
        labelExpr=labels.replace("datum.value", "round(1000 * datum.value)"),
        title=language.say("one.chance_axis"),
        titleFontWeight="normal",
        titleColor=INK,
        grid=True,
        gridColor="#ececec",
        domain=False,
    )


def _log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def _is_earlier(step: Step) -> bool:
    """Whether the period had nothing to count, as where nobody came: then the weight is of what was before it."""
    return not step.period_weeks or not (step.seen or step.expected)


def _detail(step: Step, language: Language) -> str:
    if _is_earlier(step):
        return language.say("one.detail_earlier")
    return language.say(
        "one.detail",
        seen=step.seen,
        expected=language.fixed(step.expected or 0.0, 1),
        period=language.say("explain.weeks", count=step.period_weeks),
    )


def _evidence(step: Step, found: Explanation, language: Language) -> str:
    say, stream = language.say, capital(language.say(f"stream.{step.stream}"))
    weight = signed(step.weight, language)
    if abs(step.weight) < found.policy.worth_saying:
        points = say("one.points.hardly", weight=weight)
    else:
        points = say("one.points.towards" if step.weight > 0 else "one.points.away", weight=weight)
    if _is_earlier(step):
        return say("one.evidence_earlier", stream=stream, points=points)
    return say(
        "one.evidence",
        stream=stream,
        seen=step.seen,
        expected=language.fixed(step.expected or 0.0, 1),
        period=say("explain.weeks", count=step.period_weeks),
        points=points,
    )
