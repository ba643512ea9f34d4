"""When a feed's change can be told from chance, and since when it was there.

For every week in which a change may have begun, the rows since then are weighed: are they likelier where the feed died,
halved or doubled than where nothing happened? The first week in which that is more certain than the budget of false
alarms asks, it is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.feed_watch.pace import LEAST_WEEKS, YEAR, Pace, Usual
from models.feed_watch.series import DOWN, UP, FeedSeries
from models.streams import Floats

# What is left of the rows. A dead feed may still deliver a straggler.
KINDS = {"died": 0.05, "halved": 0.5, "doubled": 2.0}
_DIRECTION = {"died": DOWN, "halved": DOWN, "doubled": UP}
# Beside these three there are two tests for rows that came a second time; all five share the budget.
N_TESTS = 5
# A start is told as the earliest that is at most so much less likely than the likeliest: seven times [log].
NEARLY_AS_LIKELY = 2.0
# What it takes to believe that a fault is over [log]: once in three thousand by chance.
OVER = 8.0
# What must be left of the certainty without the one complex that stands out most: a feed breaks for all of them.
LEFT_WITHOUT_ONE = 0.5
# The bound below is wide: a ratio seldom comes just to the edge, and the starts of one series stand for each other. In
# simulated towns without a fault it is some eight times too wide; half of that is given back (docs/model.md).
WIDTH = 4.0
# Twice as much for so long is the new usual; and so is any level of what is held against visits. Less is never usual by
# itself: somebody has to say so.
SETTLES_AFTER = YEAR
# With fewer rows due in a year no test can ever tell anything, and none of the budget is spent on it.
LEAST_DUE = 3.0

ByComplex = Callable[[int], pl.DataFrame]
"""Rows of a series by complex and week, given its place: `complex_id`, `week` (place), `row_count`."""


@dataclass
class Change:
    """One change of a series.

    Attributes:
        row: Place of the series.
        kind: `died`, `halved` or `doubled`.
        first: Place of the earliest week in which it may have begun.
        found: Place of the week in which it could be told.
        last: Place of the last week that it lasted, or None while it goes on.
        rate: Rows per unit of exposure that were usual before it.
    """

    row: int
    kind: str
    first: int
    found: int
    last: int | None
    rate: float


@dataclass(frozen=True)
class Watched:
    """What the watch found.

    Attributes:
        series: What was watched.
        pace: What is usual, up to the last week.
        changes: All changes, in the order in which they were found.
        thresholds: What had to be reached in each week; infinite where nothing could be tested (n_weeks) [log].
    """

    series: FeedSeries
    pace: Pace
    changes: list[Change]
    thresholds: Floats


def threshold(n_series: int, years: float) -> float:
    """How certain a change must be before it is told, so that the budget holds over all series together [log].

    Under no change the likelihood ratio since a given week ever exceeds e^h with a chance of at most e^-h. A false
    alarm may begin in any week of any series, in any of the tests.

    Args:
        n_series: Series that are tested.
        years: Years in which one false alarm is borne [years].

    Source:
        Ville's inequality, as used by Lorden (1971) for the sequential detection of a change.
    """
    return float(np.log(max(n_series, 1) * N_TESTS * YEAR * years / WIDTH))


def watched(series: FeedSeries, years: float, by_complex: ByComplex | None = None) -> Watched:
    """Watches all series, week by week, and tells of each change in the first week in which it can be told.

    Args:
        series: What is watched.
        years: Years in which one false alarm is borne, over all series together [years].
        by_complex: What shows whether a change is that of one complex, and so of its people; not asked where None.
    """
    pace = Pace(series)
    running: dict[int, Change] = {}
    changes: list[Change] = []
    thresholds = np.full(len(series.weeks), np.inf)
    # A change never reaches back over an earlier one.
    begins_from = np.zeros(series.n_series, dtype=np.int64)
    for week in range(len(series.weeks)):
        _begin_anew(pace, week, running)
        is_usual = np.ones(series.n_series, dtype=np.bool_)
        is_usual[list(running)] = False
        pace.add(week, is_usual)
        for row, change in list(running.items()):
            start = _works_since(pace, change, week)
            if start is not None:
                running.pop(row).last = start - 1
                pace.put_back(row, start, week)
                begins_from[row] = start
            elif week - change.first >= SETTLES_AFTER and (change.kind == "doubled" or series.is_rate[row]):
                running.pop(row).last = week - 1
                pace.put_back(row, change.first, week)
                pace.begin_anew(np.array([row]), change.first, week)
                begins_from[row] = week
        found, thresholds[week] = _found(pace, week, is_usual, begins_from, years, by_complex)
        for change in found:
            changes.append(change)
            running[change.row] = change
            pace.take_out(change.row, change.first, week)
    return Watched(series, pace, changes, thresholds)


def _begin_anew(pace: Pace, week: int, running: dict[int, Change]) -> None:
    """Forgets the usual of before an announced change, once there are enough weeks after it; faults end there too."""
    if week < LEAST_WEEKS:
        return
    begin = week - LEAST_WEEKS
    rows = np.flatnonzero(pace.series.begins_anew[:, begin])
    for row in set(rows.tolist()) & set(running):
        if running[row].first < begin:
            running.pop(row).last = begin - 1
            pace.put_back(row, begin, week - 1)
    pace.begin_anew(rows, begin, week - 1)


def _found(
    pace: Pace,
    week: int,
    is_usual: NDArray[np.bool_],
    begins_from: NDArray[np.int64],
    years: float,
    by_complex: ByComplex | None,
) -> tuple[list[Change], float]:
    """The changes that can be told in a week for the first time, and what they had to reach."""
    series = pace.series
    runs = slice(max(0, week + 1 - YEAR), week + 1)
    starts = np.arange(runs.start, week + 1)
    usual = pace.before(runs)
    rows, exposure, n_weeks = pace.since(runs.start, week)
    can_begin = series.is_open[:, runs] & (usual.weeks >= LEAST_WEEKS) & (n_weeks > 0)
    can_begin &= starts >= begins_from[:, None]
    in_a_year = usual.rate[:, -1] * YEAR * exposure[:, -1]
    is_tested = is_usual & can_begin.any(axis=1) & (in_a_year >= LEAST_DUE)
    if not is_tested.any():
        return [], float("inf")
    needed = threshold(int(is_tested.sum()), years)
    can_begin &= is_tested[:, None]
    late = {DOWN: _late(pace, series.fewest, runs), UP: _late(pace, series.most, runs)}
    ratios = {}
    for kind, left in KINDS.items():
        due = usual.rate * np.maximum(exposure - late[_DIRECTION[kind]], 1e-3 * exposure)
        # Counting alone bounds what a run can tell; hardly any run has to be weighed.
        is_worth = rows * np.log(left) - due * (left - 1) >= needed
        is_worth &= can_begin & (starts >= series.not_before[_DIRECTION[kind]][:, week : week + 1])
        ratios[kind] = np.full(rows.shape, -np.inf)
        variance = Usual(*(each[is_worth] for each in usual)).variance(n_weeks[is_worth])
        ratios[kind][is_worth] = log_ratio(rows[is_worth], due[is_worth], variance, left)
    best = np.stack([each.max(axis=1) for each in ratios.values()])
    found = []
    for row in np.flatnonzero(best.max(axis=0) >= needed):
        kind = list(KINDS)[int(best[:, row].argmax())]
        of_kind = ratios[kind][row]
        earliest = int(np.flatnonzero(of_kind >= of_kind.max() - NEARLY_AS_LIKELY)[0])
        change = Change(int(row), kind, runs.start + earliest, week, None, float(usual.rate[row, earliest]))
        if by_complex is None or _without_one(pace, change, by_complex(change.row)) >= LEFT_WITHOUT_ONE * needed:
            found.append(change)
    return found, needed


def _without_one(pace: Pace, change: Change, rows: pl.DataFrame) -> float:
    """How certain a change is without the complex that changed most [log]; people of one place are no feed."""
    since = max(int(pace.begins[change.row]), change.first - YEAR)
    places = np.flatnonzero(pace.series.is_open[change.row, since : change.found + 1]) + since
    counted = rows.filter(pl.col("week").is_in(places.tolist()))
    is_after = pl.col("week") >= change.first
    each = counted.group_by("complex_id").agg(
        after=pl.col("row_count").filter(is_after).sum(), before=pl.col("row_count").filter(~is_after).sum()
    )
    exposure = pace.exposure[change.row]
    weeks = slice(change.first, change.found + 1)
    due = change.rate * exposure[weeks].sum()
    before, after = each["before"].to_numpy().astype(np.float64), each["after"].to_numpy().astype(np.float64)
    if before.sum() == 0:
        return 0.0
    own = due * before / before.sum()
    most = int(np.argmax((after - own) if KINDS[change.kind] > 1 else (own - after)))
    usual = pace.before(np.array([change.first]), np.array([change.row]))
    n_weeks = np.array(float(np.count_nonzero(exposure[weeks])))
    variance = Usual(*(each[0, 0] for each in usual)).variance(n_weeks)
    left = KINDS[change.kind]
    return float(log_ratio(np.array(after.sum() - after[most]), np.array(due - own[most]), variance, left))


def _late(pace: Pace, share: Floats, runs: slice) -> Floats:
    """What of the exposure of each run cannot have come in yet (n_series, n_starts)."""
    missing = pace.exposure[:, runs] * (1 - share[:, runs])
    return np.asarray(np.cumsum(missing[:, ::-1], axis=1)[:, ::-1])


def _works_since(pace: Pace, change: Change, week: int) -> int | None:
    """Since when a feed works again; None while the fault may go on."""
    series, row = pace.series, change.row
    starts = np.arange(week, max(change.first, week - YEAR), -1)
    starts = starts[series.is_open[row, starts]]
    if starts.size == 0:
        return None
    is_open = series.is_open[row, : week + 1]
    rows, due, n_weeks = (
        np.cumsum(np.where(is_open, each, 0.0)[::-1])[week - starts]
        for each in (series.seen[row, : week + 1], change.rate * pace.exposure[row, : week + 1], is_open.astype(float))
    )
    usual = pace.before(np.array([change.first]), np.array([row]))
    variance = Usual(*(each[0, 0] for each in usual)).variance(n_weeks)
    works = -log_ratio(rows, due, variance, KINDS[change.kind])
    if works.max() < OVER:
        return None
    # The latest start that is nearly as likely: rather a good week masked than a bad one believed.
    return int(starts[np.flatnonzero(works >= works.max() - NEARLY_AS_LIKELY)[0]])


def log_ratio(rows: Floats, due: Floats, variance: Floats, left: float) -> Floats:
    """How much likelier the rows are where only `left` of them comes in than where all do [log].

    Args:
        rows: Rows that came [rows].
        due: Rows that would be usual [rows].
        variance: Variance of the ratio of the two beyond counting.
        left: What a fault leaves: 0.05 of a dead feed, 2 of one that doubled.

    Source:
        Negative binomial counts with size 1 / variance.
    """
    size = 1 / variance
    fewer = np.log(left * (size + due) / (size + left * due))
    return np.asarray(rows * fewer - size * np.log((size + left * due) / (size + due)))
