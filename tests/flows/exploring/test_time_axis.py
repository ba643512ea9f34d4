"""One axis for all charts of a complex: days from its first Monday, months in the reader's language."""

from __future__ import annotations

from datetime import date

import pytest
from quiet_street import MONDAY, MONDAYS

from flows.exploring.time_axis import TimeAxis, looked_up
from flows.language import Language
from models.weeks import WEEK


@pytest.mark.parametrize(("code", "march"), [("nl", "mrt"), ("en", "Mar")])
def test_a_year_is_told_by_its_months(code: str, march: str) -> None:
    axis = TimeAxis(MONDAYS[0], MONDAY, Language(code))
    ticks = axis.ticks()
    assert axis.length == 53 * 7
    assert ticks[axis.place(date(2026, 3, 1))] == [march]
    assert ticks[axis.place(date(2026, 1, 1))] == ["jan" if code == "nl" else "Jan", "2026"]
    assert next(iter(ticks.values()))[1] == "2025", "the year stands under the first"


def test_a_month_is_not_named_under_what_stands_beside_the_right_end() -> None:
    axis = TimeAxis(date(2025, 4, 28), date(2026, 4, 27), Language("en"))
    assert axis.place(date(2026, 5, 1)) not in axis.ticks()
    assert axis.place(date(2026, 4, 1)) in axis.ticks()


def test_a_few_weeks_are_told_by_their_mondays() -> None:
    axis = TimeAxis(MONDAY - 2 * WEEK, MONDAY, Language("nl"))
    assert axis.ticks() == {0: ["26 okt"], 7: ["2 nov"], 14: ["9 nov"]}
    one = TimeAxis(MONDAY, MONDAY, Language("nl"))
    assert (one.length, one.holds(MONDAY), one.holds(MONDAY + WEEK), one.holds(MONDAY - WEEK)) == (
        7,
        True,
        False,
        False,
    )


def test_many_years_are_told_by_quarters() -> None:
    ticks = TimeAxis(date(2023, 1, 2), MONDAY, Language("nl")).ticks()
    assert {each[0] for each in ticks.values()} == {"jan", "apr", "jul", "okt"}


def test_a_browser_finds_a_whole_number_as_it_writes_it() -> None:
    assert looked_up({0.0: "0 %", 0.25: "25 %"}) == '({"0": "0 %", "0.25": "25 %"})[datum.value]'
