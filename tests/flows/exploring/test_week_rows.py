"""The rows behind a week are the published rows, and a week without sight has no count."""

from __future__ import annotations

import polars as pl
import pytest
from quiet_street import FEED_BROKE, FLAGGED, MONDAY, MONDAYS, NEVER, SUSPECT, write_street

from flows.exploring.one_complex.complex_page import one_complex
from flows.exploring.one_complex.week_rows import (
    event_lines,
    periods_to_choose,
    row_lines,
    rows_behind,
    sum_lines,
    weeks_to_choose,
)
from flows.language import LANGUAGES, Language
from flows.results import PublishedWeek
from models.weeks import WEEK

NL, EN = Language("nl"), Language("en")


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> PublishedWeek:
    return write_street(tmp_path_factory.mktemp("street"))


@pytest.mark.parametrize("n_weeks", [1, 13, 52])
def test_sums_are_those_of_the_published_rows(street: PublishedWeek, n_weeks: int) -> None:
    page = one_complex(street, SUSPECT, NL)
    found = rows_behind(page.streams, page.events, MONDAY, n_weeks)
    for row in found.sums.to_dicts():
        own = page.streams.filter(pl.col("stream") == row["stream"], pl.col("week") > MONDAY - n_weeks * WEEK)
        seen = own.filter(~pl.col("is_masked"))
        assert (row["weeks_seen"], row["n_weeks"]) == (seen.height, n_weeks)
        if not seen.height:
            assert row["seen"] is row["expected"] is row["exposure"] is None
            continue
        assert row["seen"] == seen["seen"].sum()
        assert row["expected"] == pytest.approx(seen["expected"].sum())
        of_homes = row["stream"] in ("complaints", "normal_repairs", "urgent_repairs", "vandalism_repairs")
        assert row["exposure"] == pytest.approx(40.0 if of_homes else seen["exposure"].sum())
    assert found.rows.height == n_weeks * 7


def test_a_week_without_sight_has_no_count_in_any_line(street: PublishedWeek) -> None:
    page = one_complex(street, SUSPECT, NL)
    one = rows_behind(page.streams, page.events, FEED_BROKE)
    (line,) = [each for each in sum_lines(one, NL) if each["wat we telden"] == "Klachten"]
    assert line == {
        "wat we telden": "Klachten",
        "gezien": "",
        "verwacht": "",
        "gehouden tegen": "",
        "zicht": "geen zicht",
    }
    two = rows_behind(page.streams, page.events, FEED_BROKE, 4)
    (line,) = [each for each in sum_lines(two, NL) if each["wat we telden"] == "Klachten"]
    assert (line["verwacht"], line["zicht"], line["gehouden tegen"]) == (
        "0,30",
        "3 van 4 weken",
        "40 woningen in gebruik",
    )
    assert [each["zicht"] for each in row_lines(two, NL) if each["wat we telden"] == "Klachten"] == [
        "geen zicht",
        "ja",
        "ja",
        "ja",
    ]


def test_one_visit_is_one(street: PublishedWeek) -> None:
    page = one_complex(street, FLAGGED, EN)
    found = rows_behind(page.streams, page.events, MONDAYS[13])
    assert "1 visit" in [each["held against"] for each in sum_lines(found, EN)]


def test_only_what_happened_in_the_period_is_told(street: PublishedWeek) -> None:
    page = one_complex(street, FLAGGED, NL)
    assert event_lines(rows_behind(page.streams, page.events, MONDAY), NL) == [
        "11 november 2026: bezoek (de wijkbeheerder)"
    ]
    assert len(event_lines(rows_behind(page.streams, page.events, MONDAY, 4), NL)) == 2
    assert event_lines(rows_behind(page.streams, page.events, MONDAYS[1]), NL) == [NL.say("one.no_events")]


def test_a_period_begins_with_the_first_published_week(street: PublishedWeek) -> None:
    page = one_complex(street, FLAGGED, NL)
    found = rows_behind(page.streams, page.events, MONDAYS[2], 52)
    assert (found.first, found.sums["n_weeks"][0], found.rows.height) == (MONDAYS[0], 3, 21)


def test_a_complex_without_rows_says_so(street: PublishedWeek) -> None:
    page = one_complex(street, NEVER, NL)
    found = rows_behind(page.streams, page.events, MONDAY)
    assert sum_lines(found, NL) == row_lines(found, NL) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_weeks_and_periods_are_chosen_by_words(code: str) -> None:
    language = Language(code)
    weeks = weeks_to_choose(MONDAY - 2 * WEEK, MONDAY, language)
    assert list(weeks.values()) == [MONDAY, MONDAY - WEEK, MONDAY - 2 * WEEK]
    assert next(iter(weeks)).startswith("2026-W46 (")
    assert list(periods_to_choose(30, language).values()) == [1, 4, 13, 26]
    assert list(periods_to_choose(0, language).values()) == [1]
