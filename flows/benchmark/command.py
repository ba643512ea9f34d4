"""The command itself: run what is asked, keep the figures, write the page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl

from flows.benchmark.page import write_page
from flows.benchmark.progress import shown_progress
from flows.benchmark.run import BASE_CASE, benchmark_jobs, facts, read_results, run_benchmark, write_results
from flows.benchmark.standard import ROLES, standard_ceiling, standard_methods
from flows.benchmark.toronto import thin_city, toronto_evidence
from flows.language import Language
from models.benchmark.cases import CASES, RATES, SEEDS, TUNING_SEEDS

RESULTS = "benchmark.parquet"
QUICK_CASES = ("noise 0", BASE_CASE)
QUICK_SEED = TUNING_SEEDS[:1]
"""Not one of those that count: who tries whether it works must not see how it comes out."""


def benchmark(
    folder: Path, toronto: Path | None, read_at: datetime, language: Language, is_quick: bool, is_page_only: bool
) -> Path:
    """Runs the benchmark, or takes the figures of an earlier run, and writes the page.

    Args:
        folder: Where page, pictures and figures go.
        toronto: Folder with the city's files, or None.
        read_at: The moment of the run.
        language: Language of what is shown while it runs; the page itself is in English.
        is_quick: Only two towns with one seed, at the rates of a Dutch corporation.
        is_page_only: Only write the page, from kept figures.

    Returns:
        The page.

    Raises:
        Problem: If there are no kept figures, or the city's files cannot be read.
    """
    # Known to be writable before an hour of work.
    folder.mkdir(parents=True, exist_ok=True)
    if not is_page_only:
        methods = standard_methods()
        cases = [case for case in CASES if case.name in QUICK_CASES] if is_quick else CASES
        # The ceiling in every other week alone takes longer than a quick run may.
        jobs = (
            benchmark_jobs(cases, ("domain",), QUICK_SEED, parts=("kinds",))
            if is_quick
            else benchmark_jobs(cases, RATES, SEEDS)
        )
        with shown_progress(language.say("benchmark.start")) as progress:
            city = None
            if toronto is not None:
                # Read before an hour of work, so that a wrong folder is told at once.
                progress(0, len(jobs), language.say("benchmark.city"))
                city = toronto_evidence(toronto, read_at)
            results = run_benchmark(jobs, methods, standard_ceiling(), progress)
            if city is not None:
                results = pl.concat([results, thin_city(city, methods, SEEDS)])
        write_results(results, facts(is_quick=is_quick), folder / RESULTS)
    kept, about = read_results(folder / RESULTS)
    return write_page(kept, about, ROLES, folder)
