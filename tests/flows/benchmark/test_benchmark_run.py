"""Tiny towns through the whole frame: jobs, workers, kept figures."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tiny_methods import TINY, FewReports, Knows, Told, Wide

from data_contracts.problem import Problem
from flows.benchmark.jobs import DELIVERED, TOWN, Job
from flows.benchmark.methods import CEILING, judged_weeks, needs_labels, reporting_score
from flows.benchmark.run import (
    BASE_CASE,
    SCHEMA,
    benchmark_jobs,
    facts,
    long_rows,
    read_results,
    run_benchmark,
    write_results,
)
from flows.benchmark.toronto import thin_city
from flows.benchmark.town_panel import town_panel
from models.benchmark.cases import CASES, TUNING_SEEDS
from models.evidence import Evidence

METHODS = [FewReports(), Told()]
SEED = TUNING_SEEDS[0]
BASE = next(case for case in CASES if case.name == BASE_CASE)


def said_nothing(done: int, total: int, what: str) -> None:
    assert 0 < done <= total
    assert what


@pytest.fixture(scope="module")
def results() -> pl.DataFrame:
    jobs = benchmark_jobs([BASE], ("rich",), (SEED,), size=TINY)
    return run_benchmark(jobs, METHODS, Knows(), said_nothing, n_workers=1)


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return town_panel(Job(CASES[0], "rich", SEED, size=tuple(TINY.items())).town, SEED).evidence


def value(results: pl.DataFrame, case: str, method: str, metric: str) -> float:
    found = results.filter(pl.col("case") == case, pl.col("method") == method, pl.col("metric") == metric)
    return float(found["value"].item())


def test_what_takes_longest_is_run_first() -> None:
    jobs = benchmark_jobs(CASES, ("domain", "rich"), (1, 2, 3))
    assert len(jobs) == (len(CASES) + 2) * 2 * 3
    assert all(job.case.name == BASE_CASE and "delay" in job.parts for job in jobs[:6])
    assert not any("delay" in job.parts for job in jobs[6:])


def test_the_ceiling_of_one_who_knows_is_perfect(results: pl.DataFrame) -> None:
    assert value(results, BASE_CASE, CEILING, "ap") == 1
    assert value(results, BASE_CASE, CEILING, "calibration") == 0
    assert value(results, BASE_CASE, CEILING, "recall@0.2") == 1


def test_every_method_has_the_figures_of_its_kind(results: pl.DataFrame) -> None:
    for name in ("few reports", "told", CEILING):
        assert 0 <= value(results, BASE_CASE, name, "auc") <= 1
        assert value(results, BASE_CASE, name, "list_changes") >= 0
        curve = [value(results, BASE_CASE, name, f"found@{weeks}") for weeks in range(1, 53)]
        assert curve == sorted(curve) or np.isnan(curve).all()
    assert 0 < value(results, BASE_CASE, CEILING, "found_by_lot") < 1


def test_the_town_is_described(results: pl.DataFrame) -> None:
    assert value(results, BASE_CASE, TOWN, "n_complexes") == 90
    assert value(results, BASE_CASE, TOWN, "n_positives") >= 1
    assert value(results, BASE_CASE, TOWN, "events|complaints") > 1


def test_every_complex_has_one_kind_of_silence(results: pl.DataFrame) -> None:
    named = results.filter(pl.col("method") == DELIVERED)
    assert named["case"].unique().to_list() == [BASE_CASE]
    assert named["value"].sum() == 90


def test_labels_come_from_another_town_and_never_teach_about_thinning(results: pl.DataFrame) -> None:
    assert needs_labels(Told())
    assert not needs_labels(FewReports())
    assert not hasattr(METHODS[1], "share_"), "the method that was given is left as it was"
    thinned = results.filter(pl.col("case") == "complexes alike")
    assert set(thinned["method"]) == {TOWN, "few reports"}


def test_more_thinning_is_found_more_often(results: pl.DataFrame) -> None:
    found = [value(results, "complexes alike", "few reports", f"tpr@{taken}") for taken in (0.25, 0.5, 0.75)]
    assert found[0] <= found[2]
    assert found[2] > 0.3


def test_a_method_is_asked_in_its_own_way(evidence: Evidence) -> None:
    assert [judged.score[0] for judged in judged_weeks(Wide(), evidence, [60, 70])] == [60, 70]
    assert reporting_score(Wide(), evidence)[5] == 5
    early = judged_weeks(FewReports(), evidence, [60])[0]
    assert np.array_equal(early.score, FewReports().judge(evidence.until(60)).score)


def test_a_city_is_thinned_where_complaints_are_seen(evidence: Evidence) -> None:
    found = thin_city(evidence, [FewReports(), Told()], (1, 2))
    assert set(found["method"]) == {TOWN, "few reports"}
    assert found.filter(pl.col("metric") == "tpr@0.5").height == 2
    assert found.filter(pl.col("metric") == "n_complexes")["value"].unique().item() == 90


def test_a_worker_finds_the_same_as_this_process() -> None:
    size = TINY | {"n_complexes": 40, "n_weeks": 30}
    jobs = benchmark_jobs(CASES[:1], ("rich",), (SEED,), parts=(), size=size)
    before = os.environ.get("OMP_NUM_THREADS")
    alone = run_benchmark(jobs, [FewReports()], None, said_nothing, n_workers=1)
    assert_frame_equal(run_benchmark(jobs, [FewReports()], None, said_nothing, n_workers=2), alone)
    assert os.environ.get("OMP_NUM_THREADS") == before


def test_kept_figures_come_back_with_the_facts(tmp_path: Path) -> None:
    rows = long_rows([("b", "rich", 1, "m", "ap", 0.5), ("a", "rich", 1, "m", "ap", float("nan"))])
    assert rows.schema == SCHEMA
    assert rows["case"].to_list() == ["a", "b"]
    about = facts(is_quick=True)
    write_results(rows, about, tmp_path / "new" / "figures.parquet")
    found, told = read_results(tmp_path / "new" / "figures.parquet")
    assert_frame_equal(found, rows)
    assert told == about


def test_without_kept_figures_the_mend_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"benchmark\.no_results"):
        read_results(tmp_path / "none.parquet")
