"""New cases, how long they wait, and how much a list changes."""

from __future__ import annotations

import numpy as np
import pytest

from models.benchmark.delay import changes_a_week, found_within, new_cases, waiting_weeks


def weeks_true(n_weeks: int, *spans: tuple[int, int]) -> np.ndarray:
    found = np.zeros(n_weeks, dtype=np.bool_)
    for first, until in spans:
        found[first:until] = True
    return found


def test_a_case_is_new_after_a_quarter_without_and_lasts_a_quarter() -> None:
    n = 80
    is_positive = np.stack(
        [
            weeks_true(n, (40, 80)),  # new in 40
            weeks_true(n, (0, 80)),  # always was
            weeks_true(n, (40, 52)),  # twelve weeks only
            weeks_true(n, (30, 32), (40, 80)),  # was one eight weeks earlier
            weeks_true(n, (10, 12), (40, 53)),  # thirteen weeks, and long before
            weeks_true(n, (68, 80)),  # too late to be followed for a quarter
            weeks_true(n, (67, 80)),  # just in time
            weeks_true(n, (20, 80)),  # before there were lists
        ]
    )
    rows, begins = new_cases(is_positive, first_week=30)
    assert rows.tolist() == [0, 4, 6]
    assert begins.tolist() == [40, 40, 67]


def test_no_room_for_a_case_gives_none() -> None:
    rows, begins = new_cases(np.ones((3, 20), dtype=np.bool_), first_week=15)
    assert rows.size == begins.size == 0


def test_waiting_counts_the_weeks_that_were_known() -> None:
    known = [40, 42, 44, 46]
    lists = [np.array([1, 2]), np.array([2, 3]), np.array([3, 4]), np.array([4, 5])]
    # Row 3 begins in week 41: with 42 known weeks its first week is seen, and it is listed at once.
    # Row 1 was on a list before its week 43, which does not count; row 4 begins in 40 and is listed with 44 known.
    waited, is_found = waiting_weeks(np.array([3, 1, 4]), np.array([41, 43, 40]), lists, known)
    assert is_found.tolist() == [True, False, True]
    assert waited.tolist() == [1, 3, 4]


def test_share_found_without_censoring_is_a_plain_share() -> None:
    waited, is_found = np.array([5.0, 20.0, 60.0, 60.0]), np.array([True, True, False, False])
    assert found_within(waited, is_found, (4, 13, 26, 52)).tolist() == [0, 0.25, 0.5, 0.5]


def test_cases_that_cannot_be_followed_further_leave_the_count() -> None:
    # Kaplan-Meier: of 4 one is found in week 5, one leaves at 10, one of the last two is found in week 20.
    waited, is_found = np.array([5.0, 10.0, 20.0, 30.0]), np.array([True, False, True, False])
    assert found_within(waited, is_found, (13, 26)) == pytest.approx([1 / 4, 1 - 3 / 4 * 1 / 2])


def test_nobody_found_and_no_cases() -> None:
    assert found_within(np.array([9.0]), np.array([False]), (13,)).tolist() == [0]
    assert np.isnan(found_within(np.zeros(0), np.zeros(0, dtype=np.bool_), (13,))).all()


def test_changes_are_comings_and_goings_a_week() -> None:
    lists = [np.array([1, 2, 3]), np.array([1, 2, 4]), np.array([5, 2, 4])]
    assert changes_a_week(lists, [10, 12, 14]) == 1
    assert np.isnan(changes_a_week(lists[:1], [10]))
