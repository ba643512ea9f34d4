"""Who comes on the list, group by group: for whom complexes are meant, and in which district they lie.

A look afterwards, for the analyst. Nothing that judges or chooses reads this file, or a group; `tests/models` holds it.

The list is held against what the lot found, for both are about the same complexes in the same weeks: what is on the
list is known exactly, what is truly quiet and declining is an estimate with an interval. A list may be too short for
every group alike; it is uneven where it falls short of one group by more than of the others. With many groups one will
stand out by chance alone, so each is held to a level that all of them together pass 19 times in 20 (Bonferroni).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import hypot

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.answers import LEVEL, NotYet, Share, share
from models.policy import Policy
from models.verdicts import Verdicts, verdicts

AUDIENCES = ("general", "seniors", "care", "students", "youth")
OTHER, UNKNOWN = "other", "unknown"
"""Groups that are too small to be told alone, and complexes of which nobody said."""
# A CBS neighbourhood is `BU` and eight digits; without its last two they are those of its district, `WK`.
_DISTRICT_DIGITS = 6


@dataclass(frozen=True)
class Gap:
    """How much two shares differ, with its interval [-1 to 1]."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out nought."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Group:
    """What the list and the lot say of one group of complexes.

    Attributes:
        name: The group.
        n_complexes: In use in the week.
        n_homes: In those.
        flagged_in_year: Share of them that the scores put on a list in the last year [0-1].
        listed: Share of them that is on the list of the week for its scores [0-1].
        on_list: Share of its complex-weeks that was on the list, over the weeks of the draws; None without them [0-1].
        n_answered: Draws with a verdict.
        prevalence: Share that is truly quiet and declining, over the same weeks; None with too few answers.
        gap: `on_list` less `prevalence`: below nought, the list is short of what there is.
        apart: `gap` less that of all other groups together, at the level for all groups at once.
        precision: Share of what is on the list that truly is; None with too few answers.
        recall: Share of what truly is that is on the list; None with too few found.
    """

    name: str
    n_complexes: int
    n_homes: int
    flagged_in_year: float
    listed: float
    on_list: float | None
    n_answered: int
    prevalence: Share | None = None
    gap: Gap | None = None
    apart: Gap | None = None
    precision: Share | None = None
    recall: Share | None = None


@dataclass(frozen=True)
class Audit:
    """The groups side by side, in the order of their names: it is no ranking.

    Attributes:
        groups: Every group that has a complex.
        n_compared: How many of them have enough answers to be held against the others.
        not_yet: How many answers are missing before anything can be estimated; None where there are enough.
        n_left_out: Answered draws of complexes that are no longer there, and so in no group.
    """

    groups: tuple[Group, ...]
    n_compared: int
    not_yet: NotYet | None
    n_left_out: int


def audience_groups(complexes: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The complexes by the people they are meant for.

    Args:
        complexes: `complex_id`, `homes`, `audience` (may be empty).
        policy: The values in force.

    Returns:
        `complex_id`, `homes`, `group`.
    """
    return _grouped(complexes, pl.col("audience"), policy)


def district_groups(complexes: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The complexes by the CBS district that they lie in; a neighbourhood alone has too few of them.

    Args:
        complexes: `complex_id`, `homes`, `neighbourhood_code` (BU and eight digits, WK and six, or empty).
        policy: The values in force.

    Returns:
        `complex_id`, `homes`, `group` (WK and six digits).
    """
    return _grouped(complexes, pl.lit("WK") + pl.col("neighbourhood_code").str.slice(2, _DISTRICT_DIGITS), policy)


def _grouped(complexes: pl.DataFrame, group: pl.Expr, policy: Policy) -> pl.DataFrame:
    named = complexes.select("complex_id", "homes", group=group.fill_null(UNKNOWN))
    is_small = (pl.len().over("group") < policy.smallest_audited_group) & (pl.col("group") != UNKNOWN)
    return named.with_columns(group=pl.when(is_small).then(pl.lit(OTHER)).otherwise("group"))


def fairness_audit(
    groups: pl.DataFrame,
    in_question: pl.DataFrame,
    chosen: pl.DataFrame,
    draws: pl.DataFrame,
    week: date,
    policy: Policy,
) -> Audit:
    """Holds, per group, what was on the list against what the lot found.

    Args:
        groups: `complex_id`, `homes`, `group` of the complexes in use (`audience_groups`, `district_groups`).
        in_question: `complex_id`, `week` of all that could be drawn or listed, for every week with a list.
        chosen: `complex_id`, `week` of all that the scores put on a list; lots and safety matters are none.
        draws: As `verdicts.draws_with_answers` gives them.
        week: Monday of the week to look from.
        policy: The values in force; the last year is `long_window_weeks`.

    Source:
        Interval of a difference from two intervals: Newcombe (1998), Statistics in Medicine 17.
    """
    found = verdicts(draws)
    is_answered = pl.col("verdict").is_not_null() & (pl.col("verdict") != "not_looked")
    answered = draws.sort("week", "complex_id").filter(is_answered)
    of_draw = answered.join(groups, on="complex_id", how="left", maintain_order="left")["group"]
    names = sorted(groups["group"].unique(), key=_place)
    rows = {name: of_draw.eq_missing(name).to_numpy() for name in names}
    is_enough = found.n >= policy.least_answered_draws
    told = [name for name in names if is_enough and rows[name].sum() >= policy.least_answered_in_group]
    # Two groups are one comparison, seen from both sides.
    n_comparisons = len(told) if len(told) > 2 else 1
    level = 1 - (1 - LEVEL) / n_comparisons
    on_list = _shares_on_list(groups, in_question, chosen, draws["week"].unique())
    counted = _counted(groups, chosen, week, policy)
    made = []
    for name in names:
        group = Group(name, *counted[name], on_list.get((name, True)), int(rows[name].sum()))
        if name in told:
            others = ~rows[name] & of_draw.is_not_null().to_numpy()
            group = _estimated(group, rows[name], others, on_list.get((name, False)), found, level, policy)
        made.append(group)
    return Audit(
        groups=tuple(made),
        n_compared=sum(each.apart is not None for each in made),
        not_yet=None if is_enough else NotYet(draws.height, found.n, policy.least_answered_draws),
        n_left_out=of_draw.null_count(),
    )


def _place(name: str) -> tuple[int, str]:
    """Audiences in their own order, districts by their code, the rest at the end."""
    ordered = (*AUDIENCES, OTHER, UNKNOWN)
    return (ordered.index(name), "") if name in AUDIENCES else (len(ordered) + (name in (OTHER, UNKNOWN)), name)


def _counted(
    groups: pl.DataFrame, chosen: pl.DataFrame, week: date, policy: Policy
) -> dict[str, tuple[int, int, float, float]]:
    """Complexes, homes, share flagged in the last year, share on the list of the week; all exact."""
    since = week - timedelta(weeks=policy.long_window_weeks)
    in_year = chosen.filter(pl.col("week") > since, pl.col("week") <= week)["complex_id"]
    now = chosen.filter(pl.col("week") == week)["complex_id"]
    counted = groups.group_by("group").agg(
        pl.len(),
        pl.col("homes").sum(),
        year=pl.col("complex_id").is_in(in_year.implode()).mean(),
        now=pl.col("complex_id").is_in(now.implode()).mean(),
    )
    return {name: (n, homes, year, listed) for name, n, homes, year, listed in counted.rows()}


def _shares_on_list(
    groups: pl.DataFrame, in_question: pl.DataFrame, chosen: pl.DataFrame, weeks: pl.Series
) -> dict[tuple[str, bool], float]:
    """Share of the complex-weeks on the list, in the weeks of the draws: of each group, and of all that are not it."""
    listed = chosen.select("complex_id", "week").unique().with_columns(is_listed=pl.lit(value=True))
    known = (
        in_question.filter(pl.col("week").is_in(weeks.implode()))
        .join(groups.select("complex_id", "group"), on="complex_id")
        .join(listed, on=["complex_id", "week"], how="left")
        .group_by("group")
        .agg(n=pl.len(), listed=pl.col("is_listed").fill_null(value=False).sum())
    )
    n, all_listed = known["n"].sum(), known["listed"].sum()
    shares = {}
    for name, of_group, listed_of_group in known.rows():
        shares[name, True] = listed_of_group / of_group
        if n > of_group:
            shares[name, False] = (all_listed - listed_of_group) / (n - of_group)
    return shares


def _estimated(
    group: Group,
    own: NDArray[np.bool_],
    others: NDArray[np.bool_],
    others_on_list: float | None,
    found: Verdicts,
    level: float,
    policy: Policy,
) -> Group:
    """The group with all that its answers can tell."""
    prevalence = share(found, found.is_positive, own)
    gap, apart = None, None
    if prevalence and group.on_list is not None:
        gap = _gap(group.on_list, prevalence)
        strict, rest = (share(found, found.is_positive, rows, level) for rows in (own, others))
        if strict and rest and others_on_list is not None and rest.n >= policy.least_answered_in_group:
            apart = _less(_gap(group.on_list, strict), _gap(others_on_list, rest))
    least = policy.least_cases_in_group
    return replace(
        group,
        prevalence=prevalence,
        gap=gap,
        apart=apart,
        precision=_told(share(found, found.is_positive, own & found.is_flagged), least),
        recall=_told(share(found, found.is_flagged, own & found.is_positive), least),
    )


def _gap(on_list: float, prevalence: Share) -> Gap:
    return Gap(*(round(on_list - each, 6) for each in (prevalence.value, prevalence.high, prevalence.low)))


def _less(one: Gap, other: Gap) -> Gap:
    value = one.value - other.value
    down = hypot(one.value - one.low, other.high - other.value)
    up = hypot(one.high - one.value, other.value - other.low)
    return Gap(*(round(each, 6) for each in (value, value - down, value + up)))


def _told(found: Share | None, least: int) -> Share | None:
    return found if found and found.n >= least else None
