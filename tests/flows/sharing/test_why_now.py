"""Why now: one sentence with one figure, true of what is told, in words that fit the stream."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.language import LANGUAGES, Language
from flows.sharing.why_now import Count, why_now
from models.quarters import Quarter
from models.streams import STREAMS

LAST = Quarter(2026, 3)
NL = Language("nl")
REPORTS = [each.name for each in STREAMS if each.tells_of == "report"]
CONDITIONS = [each.name for each in STREAMS if each.tells_of == "condition"]


def count(stream: str, seen: int | None, expected: int, low: int | None = None, high: int | None = None) -> Count:
    return Count(
        stream,
        LAST,
        seen,
        expected,
        max(0, expected - 4) if low is None else low,
        expected + 4 if high is None else high,
    )


@pytest.mark.parametrize(
    ("seen", "expected", "said"),
    [
        (None, 9, "less"),
        (None, 6, "bit_less"),
        (None, 5, "alike"),
        (None, 1, "alike"),
        (10, 20, "less"),
        (10, 13, "bit_less"),
        (10, 12, "alike"),
        (10, 10, "alike"),
        (10, 4, "more"),
        (10, 7, "bit_more"),
        (5, 4, "alike"),
    ],
)
def test_a_word_says_no_more_than_the_figure(seen: int | None, expected: int, said: str) -> None:
    assert count("complaints", seen, expected).compared == said


@given(st.one_of(st.none(), st.integers(1, 40).map(lambda n: 5 * n)), st.integers(0, 200))
def test_less_and_more_hold_for_every_count_that_was_rounded_to_the_figure(seen: int | None, expected: int) -> None:
    told = count("complaints", seen, expected)
    could_be = range(5) if seen is None else range(max(5, seen - 2), seen + 3)
    if "less" in told.compared:
        assert all(n < expected for n in could_be)
    if "more" in told.compared:
        assert all(n > expected for n in could_be)


def test_the_report_that_falls_shortest_is_told() -> None:
    told = why_now(
        [count("complaints", None, 6), count("normal_repairs", 10, 25), count("urgent_repairs", 30, 8)], {}, LAST, NL
    )
    assert told.stream == "normal_repairs"
    assert told.sentence == (
        "In het derde kwartaal van 2026 kwamen er ongeveer 10 gewone reparatieverzoeken; "
        "bij vergelijkbare complexen ongeveer 25."
    )


def test_where_reports_look_normal_the_trouble_is_told() -> None:
    """The case to be able to tell: complaints as elsewhere, urgent repairs three times as many."""
    told = why_now([count("complaints", 10, 10), count("urgent_repairs", 25, 8)], {}, LAST, NL)
    assert told.sentence == (
        "In het derde kwartaal van 2026 waren er ongeveer 25 spoedreparaties, bij vergelijkbare complexen ongeveer 8; "
        "toch hoorden we verder niet meer dan elders."
    )


def test_it_is_not_said_that_no_more_was_heard_where_more_was_heard() -> None:
    told = why_now([count("complaints", 20, 15), count("urgent_repairs", 25, 8)], {}, LAST, NL)
    assert "niet meer dan elders" not in told.sentence
    assert "daar passen meer meldingen bij" in told.sentence


def test_only_the_last_settled_quarter_is_spoken_of() -> None:
    old = Count("complaints", Quarter(2026, 2), None, 20, 10, 30)
    told = why_now([old], {"complaints": {"weight": "heavy", "compared": "less"}}, LAST, NL)
    assert told.sentence == "Over een jaar gerekend horen we hier minder dan bij vergelijkbare complexen."
    assert told.stream == "complaints", "its chart shows the quarters that there are"


def test_without_any_told_quarter_there_is_no_figure() -> None:
    told = why_now([], {}, LAST, NL)
    assert told.stream is None
    assert not re.search(r"\d", told.sentence)


def test_nothing_expected_is_said_as_fewer_than_one() -> None:
    told = why_now([count("vandalism_repairs", 10, 0, 0, 0)], {}, LAST, NL)
    assert "bij vergelijkbare complexen minder dan 1;" in told.sentence


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_stream_can_be_told_in_one_whole_sentence(code: str) -> None:
    language = Language(code)
    for stream in STREAMS:
        counts = [count(stream.name, None, 30)] if stream.tells_of == "report" else [count(stream.name, 30, 8)]
        for others in ([], [count("complaints", 10, 10)], [count("complaints", 20, 15)]):
            told = why_now([*counts, *(each for each in others if each.stream != stream.name)], {}, LAST, language)
            assert told.stream == stream.name
            assert re.fullmatch(r"In [^.]*\d[^.]*\.", told.sentence)
            assert "None" not in told.sentence
