"""What missing answers may hide, and how long until there are enough."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from test_answers import POLICY, drawn, population

from models.answers import NotYet, estimates
from models.response import Unanswered, pace, unanswered
from models.weeks import WEEK

MONDAY = date(2026, 1, 5)


def draw(week: int, **but: Any) -> dict[str, Any]:
    return {
        "week": MONDAY + week * WEEK,
        "complex_id": "C1",
        "area_team": "A",
        "inclusion_probability": 0.1,
        "p_quiet_decline": 0.2,
        "is_flagged": False,
        "verdict": "fine",
        "do_residents_report": "yes",
    } | but


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, infer_schema_length=None, schema_overrides={"verdict": pl.String})


def hidden(draws: pl.DataFrame) -> Unanswered:
    found = unanswered(draws, POLICY)
    assert isinstance(found, Unanswered)
    return found


@pytest.mark.parametrize("answering", [1.0, 0.6])
def test_the_truth_lies_within_the_bounds_and_they_close_when_all_answer(answering: float) -> None:
    rng = np.random.default_rng(9)
    town = population(rng)
    for _ in range(20):
        found = hidden(drawn(town, rng, 52, answering))
        assert found.lowest <= found.as_answered <= found.highest
        assert found.lowest <= found.corrected <= found.highest
        if answering == 1:
            assert found.lowest == pytest.approx(found.highest)
            assert found.response == 1


def test_what_is_corrected_is_what_the_list_is_judged_by() -> None:
    draws = drawn(population(np.random.default_rng(9)), np.random.default_rng(3), 52, 0.6, undecided=0.2)
    found, judged = hidden(draws), estimates(draws, POLICY)
    assert not isinstance(judged, NotYet)
    assert found.corrected == pytest.approx(judged.prevalence.value, abs=1e-6)
    assert (found.n_answered, found.n_undecided) == (judged.n_answered, judged.n_undecided)


def test_the_bounds_are_counted_by_hand() -> None:
    rows = [draw(n, verdict="worry" if n < 10 else "fine", do_residents_report="no") for n in range(110)]
    rows += [draw(n, verdict=None) for n in range(110, 190)]
    rows += [draw(n, verdict="worry", do_residents_report="unknown") for n in range(190, 200)]
    found = hidden(frame(rows))
    assert found.lowest == pytest.approx(10 / 200)
    assert found.highest == pytest.approx(100 / 200)
    assert found.as_answered == pytest.approx(10 / 110)


def test_one_answer_that_speaks_for_a_whole_team_is_seen() -> None:
    rows = [draw(n) for n in range(120)]
    rows += [draw(n, area_team="B", verdict="fine" if n == 60 else None) for n in range(120)]
    rows += [draw(n, area_team="C", verdict=None) for n in range(5)]
    found = hidden(frame(rows))
    assert found.heaviest == pytest.approx(0.5)
    assert found.n_worth < 5
    assert found.n_silent_teams == 1


def test_nothing_is_said_below_the_least_number_nor_divided_by_nothing() -> None:
    assert unanswered(frame([draw(n) for n in range(99)]), POLICY) == NotYet(99, 99, 100)
    undecided = frame([draw(n, verdict="worry", do_residents_report=None) for n in range(100)])
    assert hidden(undecided).as_answered == 0


def test_the_pace_is_that_of_the_last_half_year() -> None:
    # Nobody answered in the first year; of late every second draw.
    rows = [draw(n, verdict=None) for n in range(52)] + [
        draw(n, verdict="fine" if n % 2 else None) for n in range(52, 78)
    ]
    found = pace(frame(rows), POLICY)
    assert (found.n_missing, found.drawn_per_week, found.answered_per_week) == (87, 1.0, 0.5)
    assert (found.weeks, found.weeks_if_all) == (174, 87)


def test_weeks_without_a_run_slow_the_pace() -> None:
    found = pace(frame([draw(0), draw(3)]), POLICY)
    assert found.drawn_per_week == 0.5
    assert found.weeks == 196


def test_a_pace_of_nothing_is_none() -> None:
    empty = frame([draw(0)]).clear()
    assert (pace(empty, POLICY).weeks, pace(empty, POLICY).weeks_if_all) == (None, None)
    silent = pace(frame([draw(n, verdict="not_looked") for n in range(4)]), POLICY)
    assert (silent.weeks, silent.weeks_if_all) == (None, 100)


def test_once_there_are_enough_none_is_missing() -> None:
    assert pace(frame([draw(n) for n in range(150)]), POLICY).n_missing == 0
