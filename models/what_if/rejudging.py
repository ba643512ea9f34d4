"""Judging published weeks again: by other thresholds, or as if a source had not been there.

The paths and what the town taught stay as they were; only the question changes, or the evidence. A town whose policy
really changed is asked anew what is common in it, so a real run may differ a little (docs/model-explained.md).

The weight of every path is made once per complex, week and set of sources, and kept as the chances of all pairs of
thresholds on a grid: after that, moving a threshold is a look-up. A week comes out as it was published where the
sixteen weeks before it are told one by one too (`blocks.py`); whether a report feed is suspect stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.utils.parallel import Parallel, delayed
from threadpoolctl import threadpool_limits

from models.blocks import BlockSums, block_starts
from models.history import Counts, spread
from models.learned import Learned
from models.likelihood import habit_term, week_weights
from models.policy import MAY_BE_LEFT_OUT, Policy
from models.streams import STREAMS
from models.two_latents import TwoLatents
from models.weeks import week_number

# Where thresholds can be set without judging again; the value in force is always added.
QUIET_LEVELS = (0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9, 1.0)
DECLINE_LEVELS = (1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2.0, 2.5, 3.0)

LeftOut = frozenset[str]
NOTHING_LEFT_OUT: LeftOut = frozenset()

# Complexes judged at a time: what fits the cache.
_CHUNK = 200
# Chances are kept in two bytes; a step is a sixth of a ten-thousandth.
_STEPS = np.iinfo(np.uint16).max


@dataclass(frozen=True)
class Grounds:
    """What published weeks say of every complex, as arrays.

    Attributes:
        ids: Complexes, sorted: the row order (n_complexes).
        weeks: Mondays, from the first block of the history on: the column order (n_weeks).
        seen: Counts (n_streams, n_complexes, n_weeks).
        expected: Expected counts; 0 where masked, likewise.
        sight: Share of the week with sight, likewise [0-1].
        learned: What the town taught.
        policy: The values that were in force.
    """

    ids: pl.Series
    weeks: pl.Series
    seen: Counts
    expected: Counts
    sight: Counts
    learned: Learned
    policy: Policy

    @classmethod
    def of(cls, streams: pl.DataFrame, history: pl.DataFrame, learned: Learned, policy: Policy) -> Grounds:
        """The grounds of one published week.

        Args:
            streams: The published table `streams`.
            history: The published table `history`.
            learned: What the town taught the model that made the week.
            policy: The values that were in force.
        """
        ids = pl.concat([streams["complex_id"], history["complex_id"]]).unique().sort()
        told = pl.concat([streams.select("week"), history.select(week="starts_on")])
        weeks = told.select(pl.date_range(pl.col("week").min(), pl.col("week").max(), "1w"))["week"]
        return cls(ids, weeks, *spread(streams, history, ids, weeks), learned, policy)

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources that may be left out and that showed anything at all."""
        there = {each.source for each, sight in zip(STREAMS, self.sight, strict=True) if sight.any()}
        return tuple(each for each in MAY_BE_LEFT_OUT if each in there)


@dataclass(frozen=True)
class Chances:
    """P(quiet and declining) for every pair of thresholds on a grid.

    Attributes:
        ids: Complexes (n_complexes).
        weeks: Mondays (n_weeks).
        quiet_levels: Ratios below which reporting is quiet, rising (n_quiet).
        decline_levels: Ratios above which the condition is declining, rising (n_decline).
        table: Per set of sources that is left out, in 65,535ths (n_weeks, n_complexes, n_quiet, n_decline).
    """

    ids: pl.Series
    weeks: pl.Series
    quiet_levels: tuple[float, ...]
    decline_levels: tuple[float, ...]
    table: dict[LeftOut, NDArray[np.uint16]]

    def at(self, quiet_below: float, decline_above: float, left_out: LeftOut = NOTHING_LEFT_OUT) -> NDArray[np.float64]:
        """The chances at one pair of thresholds (n_weeks, n_complexes) [0-1].

        Raises:
            ValueError: If a threshold is not on the grid.
            KeyError: If the weeks were not judged without these sources.
        """
        for value, levels in ((quiet_below, self.quiet_levels), (decline_above, self.decline_levels)):
            if value not in levels:
                raise ValueError(f"{value} is none of {levels}")
        quiet, decline = self.quiet_levels.index(quiet_below), self.decline_levels.index(decline_above)
        found: NDArray[np.float64] = self.table[left_out][:, :, quiet, decline] / _STEPS
        return found


def every_set(sources: Iterable[str]) -> list[LeftOut]:
    """All sets of sources that may be left out together, nothing first."""
    named = sorted(sources)
    return [frozenset(each) for size in range(len(named) + 1) for each in combinations(named, size)]


def judged_again(
    grounds: Grounds,
    n_weeks: int,
    left_out: Iterable[LeftOut] = (NOTHING_LEFT_OUT,),
    tell: Callable[[int, int], None] | None = None,
) -> Chances:
    """Judges the last weeks of every complex again.

    Args:
        grounds: What the published weeks say.
        n_weeks: Weeks to judge, the last included; fewer where there are fewer [weeks].
        left_out: Sets of sources to leave out; all are judged in one go, which costs little more than one.
        tell: Called after each week with how many are done, and of how many.
    """
    sets = list(left_out)
    bank = _Bank.of(grounds)
    n_weeks = min(n_weeks, len(grounds.weeks))
    ends = range(len(grounds.weeks) - n_weeks + 1, len(grounds.weeks) + 1)
    shape = (n_weeks, len(grounds.ids), len(bank.quiet_levels), len(bank.decline_levels))
    table = {each: np.zeros(shape, dtype=np.uint16) for each in sets}
    for place, end in enumerate(ends):
        lines = bank.lines(end)
        with threadpool_limits(1):
            Parallel(n_jobs=2, prefer="threads")(
                delayed(_judge)(grounds, bank, lines, end, rows, {each: table[each][place] for each in sets})
                for rows in _chunks(len(grounds.ids))
            )
        if tell:
            tell(place + 1, n_weeks)
    return Chances(grounds.ids, grounds.weeks.tail(n_weeks), bank.quiet_levels, bank.decline_levels, table)


def _chunks(n: int) -> list[slice]:
    return [slice(i, min(i + _CHUNK, n)) for i in range(0, n, _CHUNK)]


@dataclass(frozen=True)
class _Lines:
    """The paths as one week sees them: log rate of each stream in blocks (n_paths, n_blocks), and its exponent."""

    edges: NDArray[np.int64]
    log_rate: list[Counts]
    rate: list[Counts]


@dataclass(frozen=True)
class _Bank:
    """The paths in the order of the cells of the grid that they end in."""

    model: TwoLatents
    first_week: int
    order: NDArray[np.int64]
    weight: Counts
    starts: NDArray[np.int64]
    cells: NDArray[np.int64]
    quiet_levels: tuple[float, ...]
    decline_levels: tuple[float, ...]

    @classmethod
    def of(cls, grounds: Grounds) -> _Bank:
        """The bank of the model in force."""
        policy = grounds.policy
        model = TwoLatents(policy).keep(grounds.learned)
        quiet = tuple(sorted({*QUIET_LEVELS, policy.quiet_below}))
        decline = tuple(sorted({*DECLINE_LEVELS, policy.decline_above}))
        r, d = model.bank.r[:, 0], model.bank.d[:, 0]
        # Quiet at every level above its ratio, declining at every level below it.
        across = np.searchsorted(np.log(quiet), r, side="right")
        up = np.searchsorted(np.log(decline), d, side="left")
        cell = across * (len(decline) + 1) + up
        order = np.argsort(cell, kind="stable")
        cells, starts = np.unique(cell[order], return_index=True)
        weight = model.path_weights()[order].astype(np.float32)
        return cls(model, week_number(grounds.weeks[0]), order, weight, starts, cells, quiet, decline)

    def lines(self, end: int) -> _Lines:
        """The paths as the week before `end` sees them, counted from the first week of the grounds."""
        edges = block_starts(self.first_week, self.first_week + end) - self.first_week
        paths = self.model.bank.block_means(edges - edges[0], int(end - edges[0]))
        r, d = (each[self.order].astype(np.float32) for each in paths)
        log_rate = [np.float32(a) * r + np.float32(b) * d for a, b in self.model.learned_.loadings]
        return _Lines(edges, log_rate, [np.exp(each) for each in log_rate])

    def chances(self, weight: Counts) -> NDArray[np.uint16]:
        """Chances of all pairs of levels, from the weights of the paths (n_complexes, n_paths)."""
        n_quiet, n_decline = len(self.quiet_levels), len(self.decline_levels)
        found = np.zeros((len(weight), (n_quiet + 1) * (n_decline + 1)), dtype=np.float32)
        found[:, self.cells] = np.add.reduceat(weight, self.starts, axis=1)
        found /= found.sum(axis=1, keepdims=True)
        grid = found.reshape(len(weight), n_quiet + 1, n_decline + 1)
        # The last row is quiet at no level, the first column declining at none.
        grid = grid[:, :-1].cumsum(axis=1)[:, :, :0:-1].cumsum(axis=2)[:, :, ::-1]
        return np.rint(np.clip(grid, 0, 1) * _STEPS).astype(np.uint16)


def _judge(
    grounds: Grounds, bank: _Bank, lines: _Lines, end: int, rows: slice, into: dict[LeftOut, NDArray[np.uint16]]
) -> None:
    """Judges some complexes in the week before `end`, and writes their chances into the tables."""
    learned = bank.model.learned_
    seen, expected, sight = (
        np.add.reduceat(each[:, rows, :end], lines.edges, axis=2)
        for each in (grounds.seen, grounds.expected, grounds.sight)
    )
    omega = week_weights(BlockSums(lines.edges, end, seen, expected, sight), learned.dispersion)
    told = (np.where(expected > 0, seen, 0) * omega[:, :, None]).astype(np.float32)
    due = (expected * (omega * np.exp(learned.level)[:, None])[:, :, None]).astype(np.float32)
    of_source: dict[str, Counts] = {}
    for k, stream in enumerate(STREAMS):
        if due[k].any():
            found = told[k] @ lines.log_rate[k].T
            found -= habit_term(told[k], due[k], lines.rate[k], float(learned.habit_variance[k]))
            of_source[stream.source] = of_source[stream.source] + found if stream.source in of_source else found
    for left_out, table in into.items():
        likelihood = np.zeros((rows.stop - rows.start, len(bank.weight)), dtype=np.float32)
        for source, each in of_source.items():
            if source not in left_out:
                likelihood += each
        likelihood -= likelihood.max(axis=1, keepdims=True)
        np.exp(likelihood, out=likelihood)
        likelihood *= bank.weight
        table[rows] = bank.chances(likelihood)
