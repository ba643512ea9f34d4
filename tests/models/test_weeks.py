"""Weeks are Mondays, written as ISO weeks."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.problem import Problem
from models.weeks import last_whole_week, parse_week, week_name, week_of

# A busy machine is no fault of the code.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

DAY = timedelta(days=1)
ANY_DAY = st.dates(date(1, 1, 8), date(9999, 12, 20))


@patient
@given(ANY_DAY)
def test_a_day_falls_in_the_week_of_the_monday_before_it(day: date) -> None:
    monday = week_of(day)
    assert monday.weekday() == 0
    assert monday <= day < monday + 7 * DAY


@patient
@given(ANY_DAY)
def test_a_name_reads_back_as_its_week(day: date) -> None:
    assert parse_week(week_name(week_of(day))) == week_of(day)


@patient
@given(ANY_DAY)
def test_names_sort_as_the_weeks_do(day: date) -> None:
    week = week_of(day)
    assert week_name(week) < week_name(week + 7 * DAY)


@pytest.mark.parametrize("text", ["2026-W46", "2026-w46", "2026W46", " 2026-W46\n"])
def test_common_ways_to_write_a_week(text: str) -> None:
    assert parse_week(text) == date(2026, 11, 9)


def test_iso_years_are_not_calendar_years() -> None:
    assert parse_week("2026-W01") == date(2025, 12, 29)
    assert week_name(date(2025, 12, 29)) == "2026-W01"
    assert parse_week("2026-W1") == parse_week("2026-W01")


def test_week_53_exists_only_in_long_years() -> None:
    assert parse_week("2026-W53") == date(2026, 12, 28)
    with pytest.raises(Problem):
        parse_week("2025-W53")


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-46", "2026-W", "2026-W0", "2026-W54", "2025-W53", "0000-W01", "2026-W46-1", "26-W46",
     "02026-W46", "2026-11-09", "week 46", "2026-W4x", "-2026-W46", "2026-W46; drop table raw.complaints"],
)  # fmt: skip
def test_what_is_no_week_is_a_problem_that_quotes_it(text: str) -> None:
    with pytest.raises(Problem) as told:
        parse_week(text)
    assert told.value.message == "week.unreadable"
    assert told.value.figures == {"text": text}


@patient
@given(st.text(max_size=12))
def test_any_text_is_a_monday_or_a_problem(text: str) -> None:
    try:
        found = parse_week(text)
    except Problem:
        return
    assert found.weekday() == 0


@patient
@given(ANY_DAY.filter(lambda day: day > date(1, 2, 1)))
def test_the_last_whole_week_is_over_and_the_next_is_not(today: date) -> None:
    last = last_whole_week(today)
    assert last + 7 * DAY <= today < last + 14 * DAY


def test_a_sunday_is_still_part_of_its_week() -> None:
    assert last_whole_week(date(2026, 11, 15)) == date(2026, 11, 2)
    assert last_whole_week(date(2026, 11, 16)) == date(2026, 11, 9)
