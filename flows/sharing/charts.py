"""One small chart per new complex: seen per quarter, against the band of what is ordinary.

The title says what is seen. There is no legend: bars and band carry their names. It can be read in black and white: the
band is light grey, a bar is black, and "fewer than five" is an open bar up to four, because nothing finer may be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import vl_convert

from flows.language import Language
from flows.sharing.why_now import Count, expected_in_words, seen_in_words
from models.quarters import SMALL, Quarter

BLACK, INK, GREY, WHITE = "#000000", "#333333", "#d4d4d4", "#ffffff"
FONT = "Helvetica, Arial, sans-serif"
WIDTH, HEIGHT = 330, 96
# Twice the size on the screen, so that it stays sharp on a phone.
PICTURE_SCALE = 2.0


@dataclass(frozen=True)
class Chart:
    """What a chart shows; nothing in it came from a source.

    Attributes:
        title: What is seen.
        alt: The same and the figures, in words, for who does not see it.
        counts: One per quarter, oldest first; None where a quarter may not be told of.
        quarters: The quarters.
        last_label: At the last bar: what was seen.
        few_label: At the first open bar.
        band_label: At the band.
    """

    title: str
    alt: str
    counts: tuple[Count | None, ...]
    quarters: tuple[Quarter, ...]
    last_label: str
    few_label: str
    band_label: str

    @property
    def width(self) -> int:
        """How wide it is drawn [pixels]."""
        return WIDTH + 6

    @property
    def words(self) -> tuple[str, ...]:
        """Every text that is drawn."""
        drawn = [mark["label"] for mark in (*_marks(self), *_ticks(self))]
        return (self.title, *(label for label in drawn if label), self.band_label)


def chart_of(counts: Sequence[Count], settled: Sequence[Quarter], language: Language) -> Chart | None:
    """The chart of one stream of one complex, or None where nothing was told.

    Args:
        counts: What may be told of the stream.
        settled: The quarters that may be told of, oldest first.
        language: Of title and labels.
    """
    told = {each.quarter: each for each in counts}
    quarters = [quarter for quarter in settled if quarter in told]
    if not quarters:
        return None
    shown = tuple(quarter for quarter in settled if quarters[0] <= quarter <= quarters[-1])
    last = told[quarters[-1]]
    return Chart(
        title=language.say(f"team.chart.{last.compared}.{last.stream}"),
        alt=_alt(last, [told.get(quarter) for quarter in shown], language),
        counts=tuple(told.get(quarter) for quarter in shown),
        quarters=shown,
        last_label=_short(last),
        few_label=f"<{SMALL}",
        band_label=language.say("team.chart.band"),
    )


def drawing(chart: Chart) -> str:
    """The chart as SVG, with a white ground and without scripts or links."""
    svg: str = vl_convert.vegalite_to_svg(_specification(chart), vl_version="6.4", show_warnings=False)
    return svg


def picture(svg: str) -> bytes:
    """A drawing as PNG, for mail."""
    png: bytes = vl_convert.svg_to_png(svg, scale=PICTURE_SCALE)
    return png


def _short(count: Count) -> str:
    return f"<{SMALL}" if count.seen is None else str(count.seen)


def _alt(last: Count, counts: Sequence[Count | None], language: Language) -> str:
    """Title, last quarter, what is ordinary, and the quarters before in order."""
    said = [
        language.say(f"team.chart.{last.compared}.{last.stream}") + ".",
        language.say(
            "team.chart.alt",
            period=language.say(f"quarter.{last.quarter.number}", year=str(last.quarter.year)),
            seen=seen_in_words(last, language),
            expected=expected_in_words(last.expected, language),
            low=last.low,
            high=last.high,
        ),
    ]
    before = counts[:-1]
    if before:
        shown = [language.say("team.chart.gap") if each is None else seen_in_words(each, language) for each in before]
        said.append(language.say("team.chart.before", counts=", ".join(shown)))
    return " ".join(said)


def _marks(chart: Chart) -> list[dict[str, Any]]:
    """The bars: where, how high, open or not, and what stands above them."""
    marks: list[dict[str, Any]] = []
    is_few_named = False
    for place, count in enumerate(chart.counts):
        if count is None:
            continue
        is_few, is_last = count.seen is None, place == len(chart.counts) - 1
        label = chart.last_label if is_last else chart.few_label if is_few and not is_few_named else ""
        is_few_named |= is_few
        marks.append({"place": place, "top": SMALL - 1 if is_few else count.seen, "is_few": is_few, "label": label})
    if marks and marks[-1]["is_few"]:
        # Named once is enough, and at the last bar it is read first.
        for mark in marks[:-1]:
            mark["label"] = ""
    return marks


def _band(chart: Chart) -> list[dict[str, Any]]:
    """What is ordinary, one piece for quarters in a row that are alike; with a seam between them it looks torn."""
    pieces: list[dict[str, Any]] = []
    for place, count in enumerate(chart.counts):
        if count is None:
            continue
        begins, ends = place - 0.5, place + 0.5
        if pieces and pieces[-1]["to"] == begins and (pieces[-1]["low"], pieces[-1]["high"]) == (count.low, count.high):
            pieces[-1]["to"] = ends
        else:
            pieces.append({"from": begins, "to": ends, "low": count.low, "high": count.high})
    return pieces


def _ticks(chart: Chart) -> list[dict[str, Any]]:
    """Years under their first quarter; where no year begins, the year of what is shown."""
    years = [{"place": place, "label": str(each.year)} for place, each in enumerate(chart.quarters) if each.number == 1]
    return years or [{"place": 0, "label": str(chart.quarters[0].year)}]


def _specification(chart: Chart) -> dict[str, Any]:
    """The chart in the words of Vega-Lite."""
    n = len(chart.counts)
    band = _band(chart)
    top = max([*(each["high"] for each in band), *(mark["top"] for mark in _marks(chart)), 2 * SMALL])
    # Right of the last quarter is room for the name of the band.
    reach = [-0.6, max(n, 3) + 1.4]
    x = {"field": "place", "type": "quantitative", "scale": {"domain": reach, "nice": False}, "axis": None}
    y = {"type": "quantitative", "scale": {"domain": [0, 1.25 * top], "nice": False}, "axis": None}
    label = {"type": "text", "color": BLACK, "fontSize": 12, "baseline": "bottom", "dy": -3}
    below = {"type": "text", "color": INK, "fontSize": 11, "baseline": "top"}
    last = band[-1]
    return {
        "data": {"values": []},
        "width": WIDTH,
        "height": HEIGHT,
        "padding": {"left": 2, "right": 4, "top": 2, "bottom": 2},
        "background": WHITE,
        "config": {"view": {"stroke": None}, "aria": False, "font": FONT},
        "title": {"text": chart.title, "anchor": "start", "fontSize": 14, "fontWeight": "bold", "color": BLACK},
        "layer": [
            _layer(band, {"type": "rect", "color": GREY}, x | {"field": "from"}, y | {"field": "low"}, "to", "high"),
            _layer(
                [mark for mark in _marks(chart) if not mark["is_few"]],
                {"type": "bar", "size": 14, "color": BLACK},
                x,
                y | {"field": "top"},
            ),
            _layer(
                [mark for mark in _marks(chart) if mark["is_few"]],
                {"type": "bar", "size": 13, "color": WHITE, "stroke": BLACK, "strokeWidth": 1.2, "strokeDash": [3, 2]},
                x,
                y | {"field": "top"},
            ),
            _layer(
                [mark for mark in _marks(chart) if mark["label"]],
                label | {"fontWeight": "bold"},
                x,
                y | {"field": "top"},
                text="label",
            ),
            _layer(
                [{"place": n - 0.45, "at": (last["low"] + last["high"]) / 2, "label": chart.band_label}],
                {"type": "text", "align": "left", "color": INK, "fontSize": 12, "baseline": "middle", "dx": 4},
                x,
                y | {"field": "at"},
                text="label",
            ),
            _layer(
                [{"place": -0.5, "end": n - 0.5, "at": 0}],
                {"type": "rule", "color": BLACK},
                x,
                y | {"field": "at"},
                "end",
            ),
            *(_layer([tick], below | {"dy": 5}, x, y | {"datum": 0}, text="label") for tick in _ticks(chart)),
        ],
    }


def _layer(
    values: list[dict[str, Any]],
    mark: dict[str, Any],
    x: dict[str, Any],
    y: dict[str, Any],
    x2: str | None = None,
    y2: str | None = None,
    text: str | None = None,
) -> dict[str, Any]:
    encoding: dict[str, Any] = {"x": x, "y": y}
    for channel, field in (("x2", x2), ("y2", y2), ("text", text)):
        if field:
            encoding[channel] = {"field": field}
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}
