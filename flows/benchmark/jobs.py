"""One piece of work: a simulated town that all methods judge, or a panel with reports taken away."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from flows.benchmark.methods import (
    CEILING,
    Ceiling,
    Method,
    ceiling_weeks,
    judged_weeks,
    needs_labels,
    reporting_score,
)
from flows.benchmark.town_panel import TownPanel, town_panel
from models.benchmark.cases import TUNING_SEEDS, Case
from models.benchmark.delay import HORIZONS, changes_a_week, found_within, new_cases, waiting_weeks
from models.benchmark.metrics import LIST_PER_TEAM, highest, kinds_table, probability_figures, ranking_figures
from models.benchmark.thinning import TAKEN_SHARES, thin_reports, thinned_complexes, true_positive_rate
from models.evidence import Evidence, Judged
from models.policy import Policy
from models.scores import score_weeks
from models.simulation import Shares, Town

TOWN = "the town itself"
DELIVERED = "as published"
LIST_EVERY_WEEKS = 4
FIRST_LIST_WEEKS = 52
CURVE_WEEKS = tuple(range(1, 53))
THINNED_WEEKS = 52

NOTHING_PLANTED = Shares(**{each.name: 0.0 for each in fields(Shares)})
ALIKE = {
    "reporting_sd": 0.0,
    "condition_sd": 0.0,
    "drift_sd": 0.0,
    "habit_sd": 0.0,
    "habit_drift_sd": 0.0,
    "team_outages": 0,
    "outage_share": 0.0,
    "rule_changes": 0,
}
THINNING_CASES = (
    Case("complexes alike", {"shares": NOTHING_PLANTED, **ALIKE}),
    Case("complexes differ", {"shares": NOTHING_PLANTED}),
)
"""Towns for the thinning test: nothing is planted in them, so that those thinned are the only quiet ones."""

Row = tuple[str, str, int, str, str, float]


@dataclass(frozen=True)
class Job:
    """One town to judge.

    Attributes:
        case: Its settings.
        rates: `domain` or `rich`.
        seed: Seed of the simulation.
        parts: Of `delay` (lists over the weeks), `kinds` (which silence was named) and `thinning` (instead of all
            else), what is asked.
        size: Settings that differ from the case; for tests and quick runs.
    """

    case: Case
    rates: str
    seed: int
    parts: frozenset[str] = frozenset()
    size: tuple[tuple[str, Any], ...] = ()

    @property
    def town(self) -> Town:
        """The settings of the town."""
        return replace(self.case.town(self.rates), **dict(self.size))

    def rows(self, method: str, figures: dict[str, float]) -> list[Row]:
        """Figures of one method as long rows."""
        return [(self.case.name, self.rates, self.seed, method, metric, value) for metric, value in figures.items()]


def judge_job(job: Job, methods: list[Method], ceiling: Ceiling | None) -> list[Row]:
    """All figures of one job.

    Args:
        job: What to do.
        methods: What to judge; they are not changed.
        ceiling: The oracle, if there is one.

    Returns:
        Long rows (case, rates, seed, method, metric, value).
    """
    if "thinning" in job.parts:
        return _thinning(job, methods)
    panel = town_panel(job.town, job.seed, job.case.without)
    rows = job.rows(TOWN, _town_figures(panel))
    for method in _trained(job, methods):
        rows += job.rows(method.name, _judged_figures(method.judge(panel.evidence), panel))
        if "delay" in job.parts:
            rows += job.rows(method.name, _delay_figures(panel, _weekwise(method, panel.evidence)))
    if ceiling is not None:
        rows += job.rows(CEILING, _judged_figures(ceiling.judge(panel.evidence, panel.simulation), panel))
        if "delay" in job.parts:
            rows += job.rows(CEILING, _delay_figures(panel, _ceiling_weekwise(ceiling, panel)))
    if "kinds" in job.parts:
        rows += job.rows(DELIVERED, _kinds_figures(panel))
    return rows


def thinning_figures(
    evidence: Evidence,
    methods: list[Method],
    eligible: NDArray[np.bool_],
    n_weeks: int,
    seed: int,
) -> dict[str, dict[str, float]]:
    """How well each method finds the complexes whose reports were thinned.

    Args:
        evidence: Of a town or a real city.
        methods: What to judge.
        eligible: Complexes that take part (n_complexes).
        n_weeks: Weeks in which reports are taken away [weeks].
        seed: Seed of the lot.

    Returns:
        Per method `tpr@S` for each taken share S: true positive rate at 1 % false positives [0-1].
    """
    rng = np.random.default_rng(seed)
    is_thinned = thinned_complexes(rng, eligible)
    found: dict[str, dict[str, float]] = {method.name: {} for method in methods}
    for taken in TAKEN_SHARES:
        thinned = thin_reports(evidence, is_thinned, taken, n_weeks, rng)
        for method in methods:
            score = reporting_score(method, thinned)
            found[method.name][f"tpr@{taken:g}"] = true_positive_rate(score[eligible], is_thinned[eligible])
    return found


def event_figures(evidence: Evidence) -> dict[str, float]:
    """Mean events per complex over all weeks, as `events|STREAM`; streams that nobody delivers are left out."""
    return {
        f"events|{each.stream.name}": float(each.seen.sum(axis=1).mean())
        for each in evidence.series
        if not each.is_masked.all()
    }


def _thinning(job: Job, methods: list[Method]) -> list[Row]:
    evidence = town_panel(job.town, job.seed).evidence
    rows = job.rows(TOWN, event_figures(evidence))
    # Labels of quiet decline teach nothing about thinned reports, so a method that needs them is left out.
    blind = [deepcopy(method) for method in methods if not needs_labels(method)]
    everyone = np.ones(evidence.n_complexes, dtype=np.bool_)
    for name, figures in thinning_figures(evidence, blind, everyone, THINNED_WEEKS, job.seed).items():
        rows += job.rows(name, figures)
    return rows


def _trained(job: Job, methods: list[Method]) -> list[Method]:
    """Copies of the methods; those that need labels were shown another town of the same kind."""
    ready = []
    for method in deepcopy(methods):
        if needs_labels(method):
            shown = _training_panel(job.town, job.case.without, next(each for each in TUNING_SEEDS if each != job.seed))
            method.fit(shown.evidence, shown.truth.is_quiet_decline[:, -1])  # type: ignore[attr-defined]
        ready.append(method)
    return ready


@lru_cache(maxsize=1)
def _training_panel(town: Town, without: tuple[str, ...], seed: int) -> TownPanel:
    return town_panel(town, seed, without)


def _town_figures(panel: TownPanel) -> dict[str, float]:
    is_positive = panel.truth.is_quiet_decline[:, -1]
    counts = {"n_complexes": float(is_positive.size), "n_positives": float(is_positive.sum())}
    return counts | event_figures(panel.evidence)


def _judged_figures(judged: Judged, panel: TownPanel) -> dict[str, float]:
    is_positive = panel.truth.is_quiet_decline[:, -1]
    found = ranking_figures(judged.score, is_positive, panel.area_team)
    if judged.probability is not None:
        found |= probability_figures(judged.probability, is_positive)
    return found


def _known_weeks(n_weeks: int) -> list[int]:
    """How many weeks are known at each list: every fourth week, up to the last."""
    return list(range(n_weeks, FIRST_LIST_WEEKS - 1, -LIST_EVERY_WEEKS))[::-1]


def _weekwise(method: Method, evidence: Evidence) -> Callable[[list[int]], list[Judged]]:
    return lambda known: judged_weeks(method, evidence, known)


def _ceiling_weekwise(ceiling: Ceiling, panel: TownPanel) -> Callable[[list[int]], list[Judged]]:
    return lambda known: ceiling_weeks(ceiling, panel.evidence, panel.simulation, known)


def _delay_figures(panel: TownPanel, judge: Callable[[list[int]], list[Judged]]) -> dict[str, float]:
    """How soon new cases are listed.

    Returns:
        `found@H` (on a list within H weeks) and `twice@H` (on two lists in a row) [0-1], `found_by_lot` (within 26
        weeks, by lists drawn anew by lot) [0-1], `list_changes` [complexes a week] and `new_cases` [complexes].
    """
    known = _known_weeks(panel.evidence.n_weeks)
    length = LIST_PER_TEAM * len(np.unique(panel.area_team))
    lists = [highest(judged.score, length) for judged in judge(known)]
    rows, begins = new_cases(panel.truth.is_quiet_decline, known[0] - 1)
    waited, is_found = waiting_weeks(rows, begins, lists, known)
    shares = found_within(waited, is_found, CURVE_WEEKS)
    found = {f"found@{weeks}": float(share) for weeks, share in zip(CURVE_WEEKS, shares, strict=True)}
    # A list that is made anew by lot finds a third in half a year; who is on two in a row is there for a reason.
    twice = [np.intersect1d(one, other) for one, other in pairwise(lists)]
    found |= {
        f"twice@{weeks}": float(share)
        for weeks, share in zip(HORIZONS, found_within(*waiting_weeks(rows, begins, twice, known[1:])), strict=True)
    }
    chance = 1 - (1 - length / panel.evidence.n_complexes) ** (HORIZONS[1] // LIST_EVERY_WEEKS)
    return found | {
        "new_cases": float(len(rows)),
        "list_changes": changes_a_week(lists, known),
        "found_by_lot": chance,
    }


def _kinds_figures(panel: TownPanel) -> dict[str, float]:
    """Complexes per planted and named kind of silence, as `kind|PLANTED|NAMED`, from the scores as published."""
    policy = Policy(history_weeks=panel.simulation.town.n_weeks)
    tables = panel.simulation.tables
    scores = score_weeks(
        panel.weekly,
        panel.complexes,
        policy,
        1,
        changes=tables["registration_changes"],
        interventions=tables["interventions"],
    ).scores
    last = pl.DataFrame({"complex_id": panel.complexes["complex_id"]}).join(
        scores.filter(pl.col("week") == panel.simulation.town.last_week),
        on="complex_id",
        how="left",
        maintain_order="left",
    )
    named = last["silence_kind"].fill_null("none")
    table = kinds_table(pl.Series(panel.truth.silence_kind), named)
    return {f"kind|{planted}|{name}": float(count) for planted, name, count in table.iter_rows()}
