"""How good the model is, as far as it was measured: read from what the evaluations left behind, never typed over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_contracts.problem import Problem
from flows.benchmark.figures import Figures, Spread
from models.policy import Policy

DOCS = Path(__file__).parents[2] / "docs"
"""Where the project's own evaluations keep their figures."""
BENCHMARK, BACKTEST, NOTE_CLEANING = "benchmark.parquet", "backtest.md", "note-cleaning.md"
# Followed over half a year: the longest in which every seed of the benchmark still has new cases to follow.
FOUND_WEEKS = 26


@dataclass(frozen=True)
class TownFigures:
    """What the benchmark measured in its base town at one level of reporting.

    Attributes:
        rates: `domain` (as Dutch corporations have) or `rich` (more reports and visits).
        n_complexes: In a town, mean over the seeds.
        n_positives: Truly quiet and declining, mean over the seeds.
        precision: Average precision of ours [0-1].
        ceiling: The same of one who knows the true parameters.
        others: The same of the best method that others published.
        plain: The same of the best of all other methods, our own simpler ones included.
        wrong: Share of those named at the policy's rate that is wrong; None where that rate was not measured.
        named: Share of the truly quiet and declining that is named at that rate; None likewise.
        calibration: Expected calibration error [0-1].
        found: Share of new cases that is on the list within `FOUND_WEEKS` weeks.
    """

    rates: str
    n_complexes: float
    n_positives: float
    precision: Spread
    ceiling: Spread
    others: Spread | None
    plain: Spread | None
    wrong: Spread | None
    named: Spread | None
    calibration: Spread
    found: Spread | None


@dataclass(frozen=True)
class Backtest:
    """What the page of the backtest says: its own table, cell by cell.

    Attributes:
        n_comparisons: Visits that were foretold.
        n_complexes: Buildings in them.
        n_bad: Of the visits, those with a bad score.
        rows: Predictor → the chance that a bad one stands above another, overall and at the same previous score.
    """

    n_comparisons: str
    n_complexes: str
    n_bad: str
    rows: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Found:
    """Of so many, so many were found: in made-up notes that nobody looked at for it.

    Attributes:
        hits: Found whole.
        total: Of all.
        low: Low end of the 95 % interval [%].
        high: High end [%].
    """

    hits: int
    total: int
    low: int
    high: int

    @property
    def share(self) -> float:
        """Found of all [0-1]."""
        return self.hits / self.total


@dataclass(frozen=True)
class NoteCleaning:
    """What the page of note cleaning says of notes that were not looked at.

    Attributes:
        personal: Of all that is personal.
        names: Of names only.
    """

    personal: Found
    names: Found


def benchmark_figures(folder: Path, policy: Policy) -> list[TownFigures]:
    """What the last benchmark measured of the base town, at the false discovery rate of the policy.

    Args:
        folder: Where its figures are kept; empty without them.
        policy: The values in force.
    """
    from flows.benchmark.run import BASE_CASE, read_results
    from flows.benchmark.standard import ROLES

    try:
        results, _ = read_results(folder / BENCHMARK)
    except Problem:
        return []
    figures = Figures(results, ROLES)
    return [found for rates in figures.rates if (found := _town(figures, (BASE_CASE, rates), policy))]


def _town(figures: Figures, row: tuple[str, str], policy: Policy) -> TownFigures | None:
    precision, ceiling, calibration = (
        figures.ours(row, "ap"),
        figures.ceiling(row, "ap"),
        figures.ours(row, "calibration"),
    )
    n_complexes, n_positives = (figures.get(row, "the town itself", name) for name in ("n_complexes", "n_positives"))
    if not (precision and ceiling and calibration and n_complexes and n_positives):
        return None
    others, plain = figures.best_other(row, "ap", is_published=True), figures.best_other(row, "ap")
    return TownFigures(
        rates=row[1],
        n_complexes=n_complexes.mean,
        n_positives=n_positives.mean,
        precision=precision,
        ceiling=ceiling,
        others=others[1] if others else None,
        plain=plain[1] if plain else None,
        wrong=figures.ours(row, f"fdr@{policy.false_discovery_rate}"),
        named=figures.ours(row, f"recall@{policy.false_discovery_rate}"),
        calibration=calibration,
        found=figures.ours(row, f"found@{FOUND_WEEKS}"),
    )


def backtest_figures(folder: Path) -> Backtest | None:
    """The first table of the page of the backtest; None without that page.

    Raises:
        ValueError: If the page no longer says what is asked of it.
    """
    file = folder / BACKTEST
    if not file.exists():
        return None
    text = file.read_text(encoding="utf-8")
    said = re.search(r"([\d,]+) comparisons of ([\d,]+) buildings", text)
    bad = re.search(r"is bad \([^;]*; (\d+) of", text)
    table = re.search(r"^\| \| is bad .*\n\| ---.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    if not (said and bad and table):
        raise ValueError(f"{BACKTEST}: the numbers and the first table are no longer where they were")
    rows = {}
    for line in table[1].splitlines():
        name, overall, _, at_same_score = (cell.strip().replace("**", "") for cell in line.strip("|").split("|"))
        rows[name] = (overall, at_same_score)
    return Backtest(said[1].replace(",", ""), said[2].replace(",", ""), bad[1], rows)


def note_cleaning_figures(folder: Path) -> NoteCleaning | None:
    """The first column of the table of figures on the page of note cleaning; None without that page.

    Raises:
        ValueError: If the page no longer says what is asked of it.
    """
    file = folder / NOTE_CLEANING
    if not file.exists():
        return None
    text = file.read_text(encoding="utf-8")
    figures = r" \| \**(\d+) of (\d+): \d+ % \((\d+) %–(\d+) %\)"
    personal, names = (
        re.search(re.escape(row) + figures, text) for row in ("**found, of all that is personal**", "| found: naam")
    )
    if not (personal and names):
        raise ValueError(f"{NOTE_CLEANING}: the table of figures is no longer where it was")
    return NoteCleaning(*(Found(*map(int, found.groups())) for found in (personal, names)))


def answered_draws(manifest: dict[str, Any]) -> dict[str, Any] | None:
    """What the answers on drawn complexes say in a published week; None where that week does not tell."""
    found: dict[str, Any] | None = manifest.get("answered_draws")
    return found or None
