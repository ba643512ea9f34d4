"""What would be usual for a feed: its own trailing year, its season, and how much its weeks differ by themselves.

Week after week is added, and weeks of a fault are taken out again; so what is usual never learns from what is broken.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.feed_watch.series import ALL, FeedSeries
from models.streams import Floats

Ints = NDArray[np.int64]

YEAR = 52
# Weeks that make a year: some are left out, at New Year for one.
WHOLE_YEAR = 46
# With fewer usual weeks than this nothing is said of a series.
LEAST_WEEKS = 8
# Sd of a slow wave that nobody announces and that is no fault: a twentieth up or down for months [log].
WAVE_SD = 0.05
# Sd of what a part of a year leaves unknown of the other seasons [log].
SEASON_SD = 0.25
# How sure a series is of how much its weeks differ before it has shown it: give or take as much again.
LEAST_DISPERSION = 0.02
# A week counts for the usual at most so many times itself, and so many rows more: one wrong import is no new usual.
OUTBURST_TIMES, OUTBURST_ROWS = 2.5, 3.0


class Usual(NamedTuple):
    """What was usual before each of some weeks; arrays of one shape.

    Attributes:
        rate: Rows per unit of exposure.
        rows: Rows that it rests on [rows].
        weeks: Weeks that it rests on [weeks].
        dispersion: Variance of the ratio from week to week.
    """

    rate: Floats
    rows: Floats
    weeks: Floats
    dispersion: Floats

    def variance(self, n_weeks: Floats) -> Floats:
        """Variance of the ratio of a run of so many weeks to what is expected in it, beyond counting."""
        own = 1 / (self.rows + 0.5) + self.dispersion / np.maximum(self.weeks, 1)
        part_of_year = SEASON_SD**2 * np.clip(1 - self.weeks / WHOLE_YEAR, 0, 1)
        return np.asarray(self.dispersion / np.maximum(n_weeks, 1) + own + WAVE_SD**2 + part_of_year)


class Pace:
    """Running sums of all series, from which the usual before any week can be read.

    Args:
        series: What is watched.
    """

    def __init__(self, series: FeedSeries) -> None:
        shape = (series.n_series, len(series.weeks) + 1)
        self.series = series
        self.exposure = np.where(series.is_open, series.homes * seasons(series), 0.0)
        self.seen = np.zeros((series.n_series, len(series.weeks)))
        self.begins = np.zeros(series.n_series, dtype=np.int64)
        self.dispersion = np.zeros((series.n_series, len(series.weeks)))
        # What was usual before each week that was added, kept: every later week asks for it again.
        rate, rows, weeks = (np.zeros_like(self.dispersion) for _ in range(3))
        self._usual = Usual(rate, rows, weeks, self.dispersion)
        # Sums up to each week: rows, exposure, weeks, and the squares that dispersion needs.
        self._sums = {name: np.zeros(shape) for name in ("y", "e", "n", "yy", "ye", "ee")}
        source, team, channel = (series.keys[name].to_numpy() for name in ("source", "area_team", "channel"))
        kind = [f"{s}|{t == ALL}|{c == ALL}" for s, t, c in zip(source, team, channel, strict=True)]
        self._group = np.unique(kind, return_inverse=True)[1]

    def add(self, week: int, is_usual: NDArray[np.bool_]) -> None:
        """Adds a week; of series that are in a fault it counts for nothing.

        Args:
            week: Its place; weeks are added in order.
            is_usual: Which series are not in a fault (n_series).
        """
        self._recall(np.array([week]), slice(None))
        usual = self.before(np.array([week]))
        due = usual.rate[:, 0] * self.exposure[:, week]
        most = np.where(usual.weeks[:, 0] >= LEAST_WEEKS, OUTBURST_ROWS + OUTBURST_TIMES * due, np.inf)
        self.seen[:, week] = np.minimum(self.series.seen[:, week], most)
        self.dispersion[:, week] = self._dispersion(week)
        self._append(week, is_usual & self.series.is_open[:, week], slice(None))

    def begin_anew(self, rows: Ints, week: int, newest: int) -> None:
        """Forgets what was usual before a week, for some series; `newest` is the newest week added."""
        self.begins[rows] = week
        self._recall(np.arange(week, newest + 1), rows)

    def take_out(self, row: int, first: int, last: int) -> None:
        """Takes the weeks of a fault, both inclusive, out of the usual of one series; `last` is the newest week."""
        for sums in self._sums.values():
            sums[row, first + 1 : last + 2] = sums[row, first]
        self._recall(np.arange(first + 1, last + 1), np.array([row]))

    def put_back(self, row: int, first: int, last: int) -> None:
        """Puts weeks after a fault, both inclusive, back in; `last` is the newest week."""
        for week in range(first, last + 1):
            self._append(week, self.series.is_open[row : row + 1, week], slice(row, row + 1))
        self._recall(np.arange(first + 1, last + 1), np.array([row]))

    def since(self, oldest: int, newest: int) -> tuple[Floats, Floats, Floats]:
        """Rows, exposure and weeks of each run up to the newest week.

        Args:
            oldest: Place of the first start.
            newest: Place of the newest week, and the last start.

        Returns:
            Each by start, from the oldest to the newest (n_series, n_starts).
        """
        y, e, n = (
            sums[:, newest + 1 : newest + 2] - sums[:, oldest : newest + 1]
            for sums in (self._sums[name] for name in "yen")
        )
        return y, e, n

    def before(self, starts: Ints | slice, rows: Ints | slice = slice(None)) -> Usual:
        """What was usual before each start, all of weeks that were added (n_rows, n_starts)."""
        return Usual(*(each[rows][:, starts] for each in self._usual))

    def _recall(self, starts: Ints, rows: Ints | slice) -> None:
        """Reads off the sums what was usual before each start."""
        if starts.size == 0:
            return
        begins = self.begins[rows][:, None]
        near, far = np.maximum(begins, starts - YEAR), np.maximum(begins, starts - 2 * YEAR)
        place = np.arange(len(begins))[:, None]

        def over(name: str, low: Ints) -> Floats:
            sums = self._sums[name][rows]
            return np.asarray(np.maximum(sums[:, starts] - sums[place, np.minimum(low, starts)], 0.0))

        # Where a fault took part of the year away, the year before it fills in.
        low = np.where(over("n", near) < WHOLE_YEAR, far, near)
        y, e, n = (over(name, low) for name in "yen")
        rate = np.where(e > 0, (y + 0.5) / np.maximum(e, 1e-12), 0.0)
        where = np.arange(self.series.n_series)[rows][:, None], starts
        for kept, value in zip(self._usual[:3], (rate, y, n), strict=True):
            kept[where] = value

    def _append(self, week: int, counts: NDArray[np.bool_], rows: slice) -> None:
        y, e = self.seen[rows, week] * counts, self.exposure[rows, week] * counts
        added = {"y": y, "e": e, "n": counts.astype(np.float64), "yy": y * y, "ye": y * e, "ee": e * e}
        for name, sums in self._sums.items():
            sums[rows, week + 1] = sums[rows, week] + added[name]

    def _dispersion(self, week: int) -> Floats:
        """Variance of the ratio from week to week, of each series, drawn towards that of its like (n_series)."""
        low = np.maximum(self.begins, week - YEAR)
        row = np.arange(len(low))
        y, e, n, yy, ye, ee = (sums[row, week] - sums[row, np.minimum(low, week)] for sums in self._sums.values())
        rate = y / np.maximum(e, 1e-12)
        beyond = yy - 2 * rate * ye + rate**2 * ee - y * (1 - 1 / np.maximum(n, 2))
        squares = rate**2 * ee
        knows = n >= LEAST_WEEKS
        in_group = [np.bincount(self._group, np.where(knows, each, 0.0)) for each in (beyond, squares)]
        like = np.maximum(in_group[0] / np.maximum(in_group[1], 1e-12), 0.0)[self._group]
        own = beyond / np.maximum(squares, 1e-12)
        # The sampling variance of a dispersion seen over n weeks, against how much feeds of a kind differ.
        sure = np.where(knows, n / 2 / (np.maximum(n, 1) / np.maximum(y, 1e-9) + like) ** 2, 0.0)
        prior = 1 / np.maximum(like, LEAST_DISPERSION) ** 2
        return np.asarray(np.maximum((np.where(knows, own, 0.0) * sure + like * prior) / (sure + prior), 0.0))


def seasons(series: FeedSeries) -> Floats:
    """How busy each week of the year is, as the source's weeks of a year earlier were; 1 where none is known.

    Args:
        series: What is watched; the season of a source is that of all teams and channels together.

    Returns:
        The ratio to a whole year (n_series, n_weeks). What chance may have made of three weeks is drawn towards 1.
    """
    found = np.ones((series.n_series, len(series.weeks)))
    for source in series.keys["source"].unique().to_list():
        place = series.place(source, ALL, ALL)
        if place is not None:
            is_own = (series.keys["source"] == source).to_numpy()
            found[is_own] = _season(series.seen[place], series.homes[place], series.is_open[place])
    return found


def _season(seen: Floats, homes: Floats, is_open: NDArray[np.bool_]) -> Floats:
    y, e = (np.concatenate([[0.0], np.cumsum(np.where(is_open, each, 0.0))]) for each in (seen, homes))
    n = np.concatenate([[0.0], np.cumsum(is_open)])
    # Three weeks around each, as far as they are there.
    first, last = np.maximum(np.arange(len(seen)) - 1, 0), np.minimum(np.arange(len(seen)) + 2, len(seen))
    events, exposures = y[last] - y[first], e[last] - e[first]
    found = np.ones(len(seen))
    half = YEAR // 2
    for week in range(YEAR + half, len(seen)):
        then, begin, end = week - YEAR, week - YEAR - half, week - YEAR + half
        of_year, exposed = y[end] - y[begin], e[end] - e[begin]
        if exposures[then] <= 0 or of_year <= 0 or n[end] - n[begin] < YEAR * 0.75:
            continue
        due = exposures[begin:end] * of_year / exposed
        ratios = events[begin:end][due > 0] / due[due > 0]
        low, middle, high = np.quantile(ratios, (0.25, 0.5, 0.75))
        # By the middle half of the year, so that one storm is no season; inspections may come in campaigns.
        variance = max(((high - low) / 1.349) ** 2 - 1 / due[due > 0].mean(), SEASON_SD**2)
        own = exposures[then] * of_year / exposed
        ratio = (events[then] + 1 / variance) / (own + 1 / variance)
        found[week] = np.clip(ratio, max(middle - 3 * variance**0.5, 0.01), middle + 3 * variance**0.5)
    return found
