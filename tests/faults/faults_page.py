"""The page with what was tried: one row per fault, written by the harness."""

from __future__ import annotations

import os
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from attempts import Attempt
from fault_towns import N_COMPLEXES, N_WEEKS
from fault_towns import SEED as TOWN_SEED
from kills import SEED

LONGEST_CELL = 600
HEAD = """# Faults that a weekly run was put through

Written by `make faults`; `tests/faults/test_faults.py` is a short form of it that runs with every test.

A home with one published week gets the next week's delivery: new rows, known ones, double, broken, changed and
withdrawn ones, and answers on flags. The run is disturbed. Then the published results are read (`luisterpost status`),
every account is added up, the week is run again, and all is held against a home in which nothing happened: every table
of the warehouse, every published table, every shared file. The rows must be the same by their key, whole numbers and
texts exactly, other numbers within 0.000000001. Only names of runs and moments of reading may differ. A row that a
killed run took in is known already to the next one; the published table of sources counts it as kept all the same.
"""


def table(attempts: Iterable[Attempt]) -> list[list[str]]:
    """One row per fault, in the order in which they were tried, with a last one for all."""
    by_fault: dict[str, list[Attempt]] = {}
    for each in attempts:
        by_fault.setdefault(each.fault, []).append(each)
    rows = [[fault, *_counted(tried), _seen(tried)] for fault, tried in by_fault.items()]
    every = [each for tried in by_fault.values() for each in tried]
    return [*rows, ["all", *_counted(every), ""]]


def page(attempts: Sequence[Attempt], skipped: dict[str, str], tried_on: date, minutes: float) -> str:
    """The page in Markdown.

    Args:
        attempts: What was tried.
        skipped: Faults that could not be tried here, with why.
        tried_on: Day of the trial.
        minutes: How long it took [min].
    """
    rows = [["fault", "tried", "survived", "rows lost", "what was seen"], ["---", "---:", "---:", "---:", "---"]]
    lines = [f"| {' | '.join(cells)} |" for cells in [*rows, *table(attempts)]]
    machine = f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    wrong = [f"- {each.fault}, {each.at}: {_in_a_cell('; '.join(each.wrong))}" for each in attempts if each.wrong]
    return "\n".join(
        [
            HEAD,
            *lines,
            "",
            *(f"Not tried here: {fault} ({why})." for fault, why in skipped.items()),
            *(["## What went wrong", "", *wrong, ""] if wrong else []),
            f"Tried on {tried_on.isoformat()} in {minutes:.0f} minutes: {machine}. A made-up town of {N_COMPLEXES}",
            f"complexes and {N_WEEKS} weeks; seed of the town {TOWN_SEED}, of the instants {SEED}.",
            "",
        ]
    )


def write_page(file: Path, text: str) -> None:
    """Writes the page."""
    file.write_text(text, encoding="utf-8")


def _counted(tried: list[Attempt]) -> list[str]:
    return [f"{len(tried)}", f"{sum(not each.wrong for each in tried)}", f"{sum(each.rows_lost for each in tried)}"]


def _seen(tried: list[Attempt]) -> str:
    counted = Counter(said for each in tried for said in each.seen)
    told = [f"{said} ({n}×)" if n > 1 else said for said, n in counted.items()]
    return _in_a_cell("; ".join(told))


def _in_a_cell(text: str) -> str:
    told = " ".join(text.replace("|", "/").split())
    return told if len(told) <= LONGEST_CELL else f"{told[:LONGEST_CELL]} …"
