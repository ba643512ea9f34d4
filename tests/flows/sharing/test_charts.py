"""The chart beside a new complex: what is seen, in a title; no legend; "fewer than five" as a class."""

from __future__ import annotations

import re
import struct
from html import unescape

import pytest

from flows.language import LANGUAGES, Language
from flows.sharing.charts import BLACK, GREY, WHITE, Chart, chart_of, drawing, picture
from flows.sharing.why_now import Count
from models.quarters import Quarter
from models.streams import STREAMS

NL = Language("nl")
QUARTERS = tuple(Quarter(2024 + (3 + n) // 4, (3 + n) % 4 + 1) for n in range(8))


def counts(seen: dict[int, int | None], stream: str = "complaints", expected: int = 12) -> list[Count]:
    return [Count(stream, QUARTERS[place], n, expected, 8, 17) for place, n in seen.items()]


def chart(seen: dict[int, int | None]) -> Chart:
    made = chart_of(counts(seen), QUARTERS, NL)
    assert made is not None
    return made


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def bars(svg: str, fill: str) -> int:
    """Bars are the only shapes of their height; the ground is a rect and the band has its own grey."""
    return len(re.findall(rf'<path d="[^"]*" fill="{fill}"', svg))


def test_a_chart_is_labelled_directly_and_says_what_is_seen() -> None:
    svg = drawing(chart(dict.fromkeys(range(7), 10) | {7: 5}))
    assert "Minder klachten" in texts(svg)
    assert {"5", "gewoon", "2025", "2026"} <= set(texts(svg))
    assert "legend" not in svg


def test_every_word_that_is_drawn_is_counted() -> None:
    made = chart({0: None, 1: 10, 2: None, 4: 15, 5: 10, 6: 10, 7: 5})
    assert sorted(map(unescape, texts(drawing(made)))) == sorted(made.words)


def test_fewer_than_five_is_an_open_bar_and_named_once() -> None:
    svg = drawing(chart({0: None, 1: 10, 2: None, 3: 10, 7: 10}))
    assert texts(svg).count("&lt;5") == 1
    assert bars(svg, BLACK) == 3
    assert bars(svg, WHITE) == 2
    assert svg.count("stroke-dasharray") == 2


def test_a_bar_is_as_high_as_what_is_told_and_no_higher() -> None:
    """An exact count behind a rounded label would be read off with a ruler."""
    svg = drawing(chart({4: 5, 5: 10, 6: 20, 7: None}))
    heights = [float(each) for each in re.findall(r'h1[34]v([\d.]+)h-1[34]Z" fill="#(?:000000|ffffff)"', svg)]
    assert [each / heights[0] for each in heights] == pytest.approx([1, 2, 4, 0.8])


def test_a_quarter_that_may_not_be_told_is_a_gap() -> None:
    whole = drawing(chart(dict.fromkeys(range(8), 10)))
    torn = drawing(chart({n: 10 for n in range(8) if n != 4}))
    assert bars(whole, BLACK) == bars(torn, BLACK) + 1
    assert bars(whole, GREY) == 1
    assert bars(torn, GREY) == 2, "the band stops there too"
    assert "niet te zien" in chart({0: 10, 2: 10}).alt


@pytest.mark.parametrize("seen", [{7: 10}, {7: None}, {0: 5}])
def test_one_quarter_is_a_chart(seen: dict[int, int | None]) -> None:
    made = chart(seen)
    assert len(made.counts) == 1
    svg = drawing(made)
    assert bars(svg, BLACK) + bars(svg, WHITE) == 1
    assert picture(svg)[:8] == b"\x89PNG\r\n\x1a\n"


def test_no_quarter_is_no_chart() -> None:
    assert chart_of([], QUARTERS, NL) is None


def test_nothing_in_a_chart_is_fetched_or_run_and_grey_is_no_colour() -> None:
    svg = drawing(chart({6: 10, 7: None}))
    assert not re.search(r"href|<script|url\(|@import|<image", svg)
    for colour in re.findall(r"#([0-9a-fA-F]{6})\b", svg):
        assert colour[:2] == colour[2:4] == colour[4:], "read in black and white, and by who sees no colours"


def test_a_picture_is_sharp_and_small() -> None:
    made = chart(dict.fromkeys(range(8), 10))
    png = picture(drawing(made))
    width, height = struct.unpack(">II", png[16:24])
    assert width == pytest.approx(2 * made.width, abs=4)
    assert height < width
    assert len(png) < 60_000


def test_the_same_chart_gives_the_same_bytes() -> None:
    made = chart({5: 10, 6: None, 7: 5})
    assert drawing(made) == drawing(made)
    assert picture(drawing(made)) == picture(drawing(made))


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_stream_has_a_title_and_words_for_who_does_not_see_it(code: str) -> None:
    for stream in STREAMS:
        for seen in (None, 10, 15, 40):
            made = chart_of(counts({6: 10, 7: seen}, stream.name), QUARTERS, Language(code))
            assert made is not None
            assert made.alt.startswith(made.title)
            assert re.search(r"minder dan 5|ongeveer|fewer than 5|about", made.alt)
            assert len(made.title.split()) <= 6
