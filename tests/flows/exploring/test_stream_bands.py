"""A sum over weeks tells what a week cannot; a week without sight is no nought."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
import vl_convert
from quiet_street import FEED_BROKE, FLAGGED, GONE, MONDAY, MONDAYS, N_WEEKS, SMALL, SUSPECT, seen, write_street

from flows.exploring.one_complex.complex_page import one_complex
from flows.exploring.one_complex.stream_bands import StreamBand, never_seen, stream_bands
from flows.exploring.one_complex.stream_chart import band_key, count_ticks, panel_title, stream_chart
from flows.exploring.time_axis import apart, runs_of
from flows.language import Language
from flows.results import PublishedWeek
from models.figures import ordinary_band
from models.policy import Policy
from models.weeks import WEEK

POLICY = Policy()


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> PublishedWeek:
    return write_street(tmp_path_factory.mktemp("street"))


def of(street: PublishedWeek, complex_id: str) -> pl.DataFrame:
    return street.table("streams").filter(pl.col("complex_id") == complex_id)


def plainly_summed(rows: list[tuple[date, bool, int | None, float | None]], n_weeks: int) -> list[dict[str, Any]]:
    """The same in plain Python."""
    by_week = {week: (is_masked, count, due) for week, is_masked, count, due in rows}
    first, last = min(by_week), max(by_week)
    told = []
    for place in range((last - first).days // 7 + 1):
        week = first + place * WEEK
        window = [by_week.get(week - back * WEEK, (True, None, None)) for back in range(n_weeks)]
        known = [(count, due) for is_masked, count, due in window if not is_masked and due is not None]
        is_seen = not by_week.get(week, (True,))[0] and by_week[week][2] is not None
        if place < n_weeks - 1 or not is_seen or 2 * len(known) < n_weeks:
            told.append({"week": week, "sum_seen": None, "sum_expected": None})
        else:
            told.append(
                {
                    "week": week,
                    "sum_seen": sum(count or 0 for count, _ in known),
                    "sum_expected": sum(due for _, due in known),
                }
            )
    return told


@pytest.mark.parametrize("n_weeks", [4, 13, 26])
def test_sums_are_those_of_a_plain_count(n_weeks: int) -> None:
    random_ = random.Random(n_weeks)
    rows = []
    for place in range(70):
        if random_.random() < 0.1:
            continue
        is_masked = random_.random() < 0.3
        due = None if is_masked or random_.random() < 0.05 else random_.random()
        rows.append((MONDAY - (69 - place) * WEEK, is_masked, None if is_masked else random_.randint(0, 3), due))
    table = pl.DataFrame(rows, schema=["week", "is_masked", "seen", "expected"], orient="row").with_columns(
        stream=pl.lit("complaints"), exposure=pl.lit(40.0)
    )
    (band,) = stream_bands(table, POLICY, n_weeks)
    for told, plain in zip(band.weeks.to_dicts(), plainly_summed(rows, n_weeks), strict=True):
        assert told["week"] == plain["week"]
        for name in ("sum_seen", "sum_expected"):
            assert told[name] == (plain[name] if plain[name] is None else pytest.approx(plain[name]))
        low, high = ordinary_band(np.array([plain["sum_expected"] or 0.0]), POLICY.habit_dispersion)
        is_told = plain["sum_expected"] is not None
        assert (told["low"], told["high"]) == ((low[0], high[0]) if is_told else (None, None))


def test_a_stream_that_was_never_seen_is_a_sentence_and_no_panel(street: PublishedWeek) -> None:
    bands = stream_bands(of(street, FLAGGED), POLICY)
    drawn = ["complaints", "normal_repairs", "urgent_repairs", "concerns", "vandalism_repairs"]
    assert [each.stream for each in bands] == drawn
    told = never_seen(bands, Language("nl"))
    assert told is not None
    assert "herhaalde meldingen" in told
    assert "slechte staat bij vertrek" in told
    assert "klachten" not in told
    assert never_seen([], Language("nl")) == Language("nl").say("one.no_streams")
    everything = [StreamBand(each, pl.DataFrame(), 0, 0, 0, 0, 0) for each in (*drawn, "follow_up_reports")]
    assert never_seen([*everything, StreamBand("bad_condition", pl.DataFrame(), 0, 0, 0, 0, 0)], Language("nl")) is None


def test_the_title_says_what_is_seen_of_the_year(street: PublishedWeek) -> None:
    by_stream = {each.stream: each for each in stream_bands(of(street, FLAGGED), POLICY)}
    repairs = by_stream["normal_repairs"]
    # Of 52 weeks the first half but one week had one each.
    assert (repairs.seen, repairs.year_weeks) == (25, 52)
    assert repairs.expected == pytest.approx(52)
    assert repairs.compared == "less"
    title = panel_title(repairs, Language("nl"))
    assert title.startswith("Gewone reparaties: minder dan gewoon. 25 gezien in 52 weken, verwacht 52,0")
    alike = by_stream["urgent_repairs"]
    assert (alike.seen, alike.compared) == (sum(seen(FLAGGED, "urgent_repairs", n) for n in range(1, N_WEEKS)), "alike")
    assert "as ordinary" in panel_title(alike, Language("en"))


def test_a_broken_feed_is_hatched_and_breaks_the_line(street: PublishedWeek) -> None:
    band = stream_bands(of(street, SUSPECT), POLICY)[0]
    assert band.stream == "complaints"
    broken = band.weeks.filter(pl.col("week") >= FEED_BROKE)
    assert broken.height == 8
    assert broken["seen"].null_count() == broken["sum_seen"].null_count() == 8
    page = one_complex(street, SUSPECT, Language("nl"))
    drawn = stream_chart([band], page.events, page.axis).to_json()
    assert "geen zicht" in drawn
    assert "Week 2026-W46: geen zicht" in drawn
    assert "(tot en met week 2026-W38)" in drawn, "the label says where the line ended"


def test_weeks_out_of_use_are_no_noughts(street: PublishedWeek) -> None:
    page = one_complex(street, GONE, Language("nl"))
    assert (page.axis.first, page.axis.last) == (MONDAYS[0], MONDAY)
    assert stream_bands(page.streams, POLICY)[0].weeks.height == 26


def test_the_whole_is_drawn_with_its_words(street: PublishedWeek) -> None:
    page = one_complex(street, FLAGGED, Language("nl"))
    bands = stream_bands(page.streams, POLICY)
    drawn = stream_chart(bands, page.events, page.axis).to_json()
    svg = vl_convert.vegalite_to_svg(drawn, vl_version="6.4", show_warnings=False)
    for words in ("mrt", "gezien 0", "bezoek", "op de lijst", *(panel_title(band, Language("nl")) for band in bands)):
        assert f">{words}<" in svg


def test_everything_is_said_in_english_on_request(street: PublishedWeek) -> None:
    page = one_complex(street, FLAGGED, Language("en"))
    drawn = stream_chart(stream_bands(page.streams, POLICY), page.events, page.axis).to_json()
    for words in ("Mar", "seen 0", "visit", "on the list"):
        assert f'"{words}"' in drawn or f'\\"{words}\\"' in drawn
    for words in ("mrt", "gezien", "bezoek", "gewoon", "verwacht"):
        assert words not in drawn
    assert "0.1" in band_key(POLICY, 13, Language("en"))


def test_a_table_of_a_few_weeks_has_bars_and_no_line(street: PublishedWeek) -> None:
    page = one_complex(street, SMALL, Language("nl"))
    few = page.streams.filter(pl.col("week") > MONDAY - 4 * WEEK)
    bands = stream_bands(few, POLICY)
    assert all(each.weeks["sum_seen"].null_count() == 4 for each in bands)
    stream_chart(bands, (), page.axis).to_dict()


def test_a_line_never_runs_over_what_nobody_saw() -> None:
    rows = [{"n": each} for each in (None, 1, 2, None, None, 3)]
    assert [[each["n"] for each in run] for run in runs_of(rows, "n")] == [[1, 2], [3]]


def test_labels_are_pushed_apart_by_as_much_as_is_missing() -> None:
    assert apart(10, 40, 14) == (10, 40)
    assert apart(20, 20, 14) == (13, 27)
    assert apart(24, 20, 14) == (29, 15)


@pytest.mark.parametrize(
    ("top", "ticks"), [(2.16, [0, 1, 2]), (5.4, [0, 2, 4]), (26, [0, 10, 20]), (1300, [0, 500, 1000])]
)
def test_ticks_are_round_counts(top: float, ticks: list[int]) -> None:
    assert count_ticks(top) == ticks
