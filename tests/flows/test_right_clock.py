"""A clock that was set back is told, and how to go on."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from small_town import MONDAY, SmallTown

from data_contracts.problem import Problem
from flows.right_clock import check_clock
from flows.warehouse import settle_week

WEEK, HOURS = timedelta(weeks=1), timedelta(hours=3)


def check(town: SmallTown, read_at: datetime, *, is_settled: bool = True) -> None:
    """One run: it begins, its clock is looked at, and it chooses its week or is killed before."""
    with town.warehouse(read_at) as (con, run):
        check_clock(con, run)
        if is_settled:
            settle_week(con, run.run_id, run.last_week)


def test_the_first_run_and_the_next_week_are_right(town: SmallTown) -> None:
    check(town, MONDAY)
    check(town, MONDAY + WEEK)


def test_some_hours_in_the_same_week_do_no_harm(town: SmallTown) -> None:
    check(town, MONDAY)
    check(town, MONDAY - HOURS)


def test_a_week_back_is_told_every_time(town: SmallTown) -> None:
    check(town, MONDAY)
    for _ in range(2):
        with pytest.raises(Problem, match=r"week\.clock_back") as told:
            check(town, MONDAY - WEEK)
    assert told.value.figures == {"now": MONDAY - WEEK, "before": MONDAY}


def test_a_run_that_was_killed_early_tells_nothing(town: SmallTown) -> None:
    check(town, MONDAY + 4 * WEEK, is_settled=False)
    check(town, MONDAY)


def test_after_a_clock_that_was_ahead_one_run_with_a_named_week_puts_it_right(town: SmallTown, tmp_path: Path) -> None:
    check(town, MONDAY + 500 * WEEK)
    with pytest.raises(Problem, match=r"week\.clock_back"):
        check(town, MONDAY)
    with town.warehouse(MONDAY) as (con, run):
        settle_week(con, run.run_id, run.last_week)
    check(town, MONDAY + WEEK)
