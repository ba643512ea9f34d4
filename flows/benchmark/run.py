"""Runs all towns, two at a time, and keeps the figures so that the page can be made again without running."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polars as pl
from threadpoolctl import threadpool_limits

from data_contracts.problem import Problem
from flows.benchmark.jobs import THINNING_CASES, Job, Row, judge_job
from flows.benchmark.methods import Ceiling, Method
from models.benchmark.cases import Case

BASE_CASE = "base (noise .3)"
"""The case that is followed through time, and in which kinds of silence are named."""

N_WORKERS = 2
SCHEMA = pl.Schema(
    {
        "case": pl.String,
        "rates": pl.String,
        "seed": pl.Int64,
        "method": pl.String,
        "metric": pl.String,
        "value": pl.Float64,
    }
)
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")

Progress = Callable[[int, int, str], None]
"""Called with jobs done, jobs in all, and the name of the one that was finished last."""


@dataclass(frozen=True)
class Facts:
    """What the page says of the run itself.

    Attributes:
        cores: Of the machine.
        python: Version.
        is_quick: Whether only a part was run, to see it work.
    """

    cores: int
    python: str
    is_quick: bool


def facts(*, is_quick: bool) -> Facts:
    """The facts of a run on this machine; no names of hosts or folders."""
    return Facts(os.cpu_count() or 1, platform.python_version(), is_quick)


def benchmark_jobs(
    cases: Iterable[Case],
    rates: Iterable[str],
    seeds: Iterable[int],
    parts: Iterable[str] = ("delay", "kinds", "thinning"),
    size: dict[str, Any] | None = None,
) -> list[Job]:
    """All that is to be run; what takes longest comes first.

    Args:
        cases: Towns.
        rates: Of `domain` and `rich`.
        seeds: Seeds of the simulation.
        parts: What is asked beside the figures of the last week; see `Job.parts`.
        size: Settings that differ from those of the cases.
    """
    asked, changes = frozenset(parts), tuple((size or {}).items())
    grid = [(kind, seed) for kind in rates for seed in seeds]
    in_time = asked - {"thinning"}
    jobs = [
        Job(case, kind, seed, in_time if case.name == BASE_CASE else frozenset(), changes)
        for case in cases
        for kind, seed in grid
    ]
    if "thinning" in asked:
        jobs += [
            Job(case, kind, seed, frozenset({"thinning"}), changes) for case in THINNING_CASES for kind, seed in grid
        ]
    return sorted(jobs, key=lambda job: "delay" not in job.parts)


def run_benchmark(
    jobs: list[Job],
    methods: list[Method],
    ceiling: Ceiling | None,
    progress: Progress,
    n_workers: int = N_WORKERS,
) -> pl.DataFrame:
    """Runs all jobs.

    Args:
        jobs: From `benchmark_jobs`.
        methods: What is judged; each must survive pickling.
        ceiling: The oracle, if there is one.
        progress: Told of every finished job.
        n_workers: Processes; with one all is done in this process.

    Returns:
        Long rows (`SCHEMA`), sorted, the same whatever the number of workers.
    """
    found: list[Row] = []
    if n_workers == 1:
        for done, job in enumerate(jobs):
            with threadpool_limits(1):
                found += judge_job(job, methods, ceiling)
            progress(done + 1, len(jobs), _label(job))
        return long_rows(found)
    # A process of its own that starts clean: a fork would inherit the threads of polars and DuckDB, and hang.
    with _one_thread_each(), ProcessPoolExecutor(min(n_workers, len(jobs)), get_context("spawn")) as pool:
        running: dict[Future[list[Row]], Job] = {pool.submit(judge_job, job, methods, ceiling): job for job in jobs}
        try:
            for done, finished in enumerate(as_completed(running)):
                found += finished.result()
                progress(done + 1, len(jobs), _label(running[finished]))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return long_rows(found)


def long_rows(rows: list[Row]) -> pl.DataFrame:
    """Rows as a table, sorted."""
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(*SCHEMA.names()[:-1])


def write_results(results: pl.DataFrame, about: Facts, file: Path) -> None:
    """Keeps the figures, with the facts of the run in the file's own metadata."""
    file.parent.mkdir(parents=True, exist_ok=True)
    results.write_parquet(file, metadata={"facts": json.dumps(about.__dict__)})


def read_results(file: Path) -> tuple[pl.DataFrame, Facts]:
    """The figures of an earlier run.

    Raises:
        Problem: `benchmark.no_results` if there are none.
    """
    try:
        return pl.read_parquet(file, glob=False), Facts(**json.loads(pl.read_parquet_metadata(file)["facts"]))
    except (OSError, KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise Problem("benchmark.no_results", file=file) from error


def _label(job: Job) -> str:
    return f"{job.case.name}, {job.rates}, {job.seed}"


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Two workers on two cores: more threads only wait for each other. Read by libraries as they are imported."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ |= dict.fromkeys(ONE_THREAD, "1")
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
