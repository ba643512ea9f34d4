"""When a complex is under discussion: it enters slowly and leaves slowly, so that the list does not flicker.

Each week the most probable complexes form the largest set of which, on average, at most `false_discovery_rate` is
wrong. A complex that is in that set in 3 of 4 weeks begins an episode; 4 weeks below `leave_below` end it. All of it
is computed from the scores alone, so a week that is run again says the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.policy import Policy
from models.streams import Floats

Flags = NDArray[np.bool_]

CANNOT_BE_JUDGED = ("emptied", "feed_suspect")
"""States in which the probability says nothing about people."""

# Sums of probabilities with six decimals differ in their last bits from machine to machine.
ROUNDING = 1e-9


def can_be_judged() -> pl.Expr:
    """Whether a row of `scores` may lead to a question; safety matters go their own way."""
    return ~pl.col("is_private_small") & ~pl.col("state").is_in(CANNOT_BE_JUDGED)


IS_JUDGED = can_be_judged() & ~pl.col("is_too_small_to_know")
"""Whether the probability of a row of `scores` tells anything."""


def fdr_set(probability: Floats, rate: float) -> Flags:
    """The largest set of the most probable whose mean 1 - P is at most `rate`.

    Args:
        probability: P(quiet and declining) [0-1] (n). Equal ones go by their place: the earlier first.
        rate: Expected share of the set that is wrong [0-1].

    Returns:
        Who is in the set (n).

    Source:
        Bayesian false discovery rate: Newton, Noueiry, Sarkar & Ahlquist (2004), Biostatistics 5.
    """
    order = np.argsort(-probability, kind="stable")
    # The running mean never falls, so what is within the rate is the beginning of the order.
    wrong = np.cumsum(1 - probability[order])
    n_in = np.count_nonzero(wrong <= rate * np.arange(1, len(order) + 1) + ROUNDING)
    found = np.zeros(len(order), dtype=np.bool_)
    found[order[:n_in]] = True
    return found


def episodes(scores: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The weeks in which each complex was under discussion.

    Nobody enters on a probability at which another leaves: below `leave_below` no complex is in the set, however
    certain the others are. A week without a judgement (emptied, too small to know, under 10 homes, not in use) counts
    as a week below; a week in which the report feed was suspect tells nothing and is passed over.

    The first weeks of the history count as what there is: with fewer weeks than `enter_weeks`, a complex enters when
    it was in the set in all of them. An episode that is older than the history begins in its first week.

    Args:
        scores: `complex_id`, `week`, `p_quiet_decline`, `state`, `is_private_small`, `is_too_small_to_know`; one row
            per complex and week so far.
        policy: The values in force.

    Returns:
        One row per row of `scores`, sorted by complex and week: `complex_id`, `week`, `is_in_set`, `is_running`,
        `episode_start` (Monday; empty while none runs).
    """
    grid = _grid(scores)
    is_in_set, starts = spells(grid.standing, policy)
    start = starts[grid.rows, grid.columns]
    weeks = grid.weeks.to_numpy()
    return (
        scores.select("complex_id", "week")
        .with_columns(
            is_in_set=pl.Series(is_in_set[grid.rows, grid.columns]),
            is_running=pl.Series(start >= 0),
            episode_start=pl.Series(weeks[np.maximum(start, 0)]).cast(pl.Date),
        )
        .with_columns(episode_start=pl.when("is_running").then("episode_start"))
        .sort("complex_id", "week")
    )


@dataclass(frozen=True)
class Standing:
    """What decides who is under discussion, week by week; all arrays (n_complexes, n_weeks).

    Attributes:
        probability: P(quiet and declining); 0 where there is no row [0-1]. Complexes are sorted by id.
        is_judged: Whether the probability tells anything.
        is_passed_over: Whether the report feed was suspect.
    """

    probability: Floats
    is_judged: Flags
    is_passed_over: Flags


def spells(standing: Standing, policy: Policy) -> tuple[Flags, NDArray[np.int64]]:
    """Who is in the set of each week, and since when each is under discussion (see `episodes`).

    Args:
        standing: Probabilities of all weeks.
        policy: The values in force.

    Returns:
        Whether it is in the set, and the place of the week in which the running episode began, -1 where none runs; both
        (n_complexes, n_weeks).
    """
    is_in_set = np.zeros(standing.probability.shape, dtype=np.bool_)
    for week in range(standing.probability.shape[1]):
        able = np.flatnonzero(standing.is_judged[:, week] & (standing.probability[:, week] >= policy.leave_below))
        is_in_set[able, week] = fdr_set(standing.probability[able, week], policy.false_discovery_rate)
    return is_in_set, _starts(is_in_set, _low_weeks(standing, policy), policy)


def norm_weeks(scores: pl.DataFrame, complexes: pl.Series, policy: Policy) -> pl.DataFrame:
    """For how many weeks in a row each complex has been below `leave_below`: the count that ends an episode.

    Args:
        scores: As for `episodes`.
        complexes: Ids of the complexes to tell of, whether they have scores or not.
        policy: The values in force.

    Returns:
        One row per complex and week of the history, sorted: `complex_id`, `week`, `norm_weeks` (a week without a
        judgement counts, a week with a suspect report feed is passed over), `is_judged`, `is_gone` (not in use,
        emptied, or with so few homes that nobody is asked about it).
    """
    ids, weeks = complexes.unique().sort(), scores["week"].unique().sort()
    whole = pl.DataFrame({"complex_id": ids}).join(pl.DataFrame({"week": weeks}), how="cross")
    rows = whole.join(scores, on=["complex_id", "week"], how="left", maintain_order="left")
    is_gone = pl.col("state").is_null() | (pl.col("state") == "emptied") | pl.col("is_private_small")
    told = rows.select("complex_id", "week", is_judged=IS_JUDGED.fill_null(value=False), is_gone=is_gone)
    if rows.is_empty():
        return told.with_columns(norm_weeks=pl.lit(0, pl.Int64))
    # Complexes that never had a score would be missing from the grid of scores alone.
    grid = _grid(rows.with_columns(pl.col("p_quiet_decline").fill_null(0.0)))
    low = _low_weeks(grid.standing, policy)
    return told.with_columns(norm_weeks=pl.Series(low.ravel()))


@dataclass(frozen=True)
class _Grid:
    """Scores as arrays, and the place of each row in them; complexes are sorted by id."""

    weeks: pl.Series
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    standing: Standing


def _grid(scores: pl.DataFrame) -> _Grid:
    ids, weeks = scores["complex_id"].unique().sort(), scores["week"].unique().sort()
    rows = scores["complex_id"].replace_strict(ids, pl.arange(len(ids), eager=True), return_dtype=pl.Int64).to_numpy()
    columns = scores["week"].replace_strict(weeks, pl.arange(len(weeks), eager=True), return_dtype=pl.Int64).to_numpy()
    figures = scores.select(
        "p_quiet_decline",
        is_judged=IS_JUDGED.fill_null(value=False),
        is_passed_over=(pl.col("state") == "feed_suspect").fill_null(value=False),
    )
    shape = (len(ids), len(weeks))
    probability, is_judged, is_passed_over = np.zeros(shape), np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    probability[rows, columns] = figures["p_quiet_decline"].to_numpy()
    is_judged[rows, columns] = figures["is_judged"].to_numpy()
    is_passed_over[rows, columns] = figures["is_passed_over"].to_numpy()
    return _Grid(weeks, rows, columns, Standing(probability, is_judged, is_passed_over))


def _low_weeks(standing: Standing, policy: Policy) -> NDArray[np.int64]:
    """Weeks in a row below the level of leaving, up to and including each week (n_complexes, n_weeks)."""
    is_low = ~standing.is_judged | (standing.probability < policy.leave_below)
    found = np.zeros(is_low.shape, dtype=np.int64)
    low_weeks = np.zeros(len(is_low), dtype=np.int64)
    for week in range(is_low.shape[1]):
        counted = np.where(is_low[:, week], low_weeks + 1, 0)
        low_weeks = np.where(standing.is_passed_over[:, week], low_weeks, counted)
        found[:, week] = low_weeks
    return found


def _starts(is_in_set: Flags, low_weeks: NDArray[np.int64], policy: Policy) -> NDArray[np.int64]:
    """Place of the week in which the running episode began, -1 where none runs (n_complexes, n_weeks)."""
    n_complexes, n_weeks = is_in_set.shape
    found = np.full((n_complexes, n_weeks), -1, dtype=np.int64)
    start = np.full(n_complexes, -1, dtype=np.int64)
    for week in range(n_weeks):
        has_left = low_weeks[:, week] >= policy.leave_weeks
        needed = min(policy.enter_weeks, policy.of_weeks, week + 1)
        often = is_in_set[:, max(0, week + 1 - policy.of_weeks) : week + 1].sum(axis=1) >= needed
        start = np.where(has_left, -1, np.where((start < 0) & often, week, start))
        found[:, week] = start
    return found
