"""How early a new case is found, and how much a list changes from week to week.

A list of fixed length is made every few weeks: the highest scores of the town. A method that finds a case late has
left people alone for that long; a list that changes all the time is not worked through.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.stats import CensoredData, ecdf

from models.streams import Floats

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

LASTING_WEEKS = 13
HORIZONS = (13, 26, 52)


def new_cases(is_positive: Bools, first_week: int, lasting: int = LASTING_WEEKS) -> tuple[Ints, Ints]:
    """The complexes that become quiet and declining while lists are being made, and since when.

    A new case begins in week w if the complex is positive in each of the weeks w … w + lasting - 1 and in none of the
    `lasting` weeks before w: who hovers about the threshold is no new case. w is the first such week from
    `first_week` on, so that every case can be followed for `lasting` weeks at least.

    Args:
        is_positive: The truth (n_complexes, n_weeks).
        first_week: First week with a list [0 = first week of the town].
        lasting: Weeks that a case must last, and must not have been one before [weeks].

    Returns:
        Rows, and the week in which each begins (both n_cases).
    """
    n_weeks = is_positive.shape[1]
    total = np.concatenate([np.zeros((len(is_positive), 1)), np.cumsum(is_positive, axis=1)], axis=1)
    begins = np.arange(max(first_week, lasting), n_weeks - lasting + 1)
    if begins.size == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    is_begin = (total[:, begins + lasting] - total[:, begins] == lasting) & (
        total[:, begins] - total[:, begins - lasting] == 0
    )
    rows = np.nonzero(is_begin.any(axis=1))[0].astype(np.int64)
    return rows, begins[is_begin[rows].argmax(axis=1)].astype(np.int64)


def waiting_weeks(rows: Ints, begins: Ints, lists: list[Ints], known_weeks: list[int]) -> tuple[Floats, Bools]:
    """How long each new case waited for the first list that it is on.

    Args:
        rows: The new cases (n_cases).
        begins: Week in which each begins (n_cases).
        lists: Rows on each list, in order of time.
        known_weeks: How many weeks were known when each list was made; a list from weeks 0 … n - 1 has n [weeks].

    Returns:
        Weeks of the case that were known when it was first listed, or, if it never was, on the last list [weeks]
        (n_cases); and whether it was listed (n_cases).
    """
    waited, is_found = np.zeros(len(rows)), np.zeros(len(rows), dtype=np.bool_)
    for place, (row, begin) in enumerate(zip(rows, begins, strict=True)):
        on = [n for n, listed in zip(known_weeks, lists, strict=True) if n > begin and row in listed]
        is_found[place] = bool(on)
        waited[place] = (on[0] if on else known_weeks[-1]) - begin
    return waited, is_found


def found_within(waited: Floats, is_found: Bools, horizons: tuple[int, ...] = HORIZONS) -> Floats:
    """Share of new cases that are on a list within so many weeks [0-1] (n_horizons).

    Cases that begin late can be followed for a few weeks only; they count for as long as they can be followed.

    Args:
        waited: Weeks until found, or followed without being found [weeks] (n_cases).
        is_found: Whether it was found (n_cases).
        horizons: [weeks]

    Returns:
        NaN where there are no cases.

    Source:
        The Kaplan-Meier estimate, 1 - S(h) (Kaplan & Meier 1958); scipy's `ecdf`.
    """
    if len(waited) == 0:
        return np.full(len(horizons), np.nan)
    if not is_found.any():
        return np.zeros(len(horizons))
    followed = CensoredData(uncensored=waited[is_found], right=waited[~is_found])
    found: Floats = np.asarray(ecdf(followed).cdf.evaluate(np.asarray(horizons)), dtype=np.float64)
    return found


def changes_a_week(lists: list[Ints], known_weeks: list[int]) -> float:
    """Complexes that come on or go off the list, per week [complexes a week]; NaN with fewer than two lists.

    Args:
        lists: Rows on each list, in order of time.
        known_weeks: How many weeks were known at each [weeks].
    """
    if len(lists) < 2:
        return float("nan")
    changed = sum(len(np.setxor1d(one, other)) for one, other in pairwise(lists))
    return changed / (known_weeks[-1] - known_weeks[0])
