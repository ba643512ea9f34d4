"""A published week on disk to try other values on: a small town, scored, with what a run leaves beside it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from data_contracts.contract import contracts
from flows.results import PublishedWeek
from models.policy import Policy
from models.rests import ANSWER_COLUMNS
from models.scores import Scored, score_weeks

FIRST = date(2024, 11, 4)
N_WEEKS, N_COMPLEXES, TOLD_WEEKS = 110, 12, 53
POLICY = Policy(false_discovery_rate=0.3)
RATES = {
    "complaints": 0.004,
    "normal_repairs": 0.02,
    "urgent_repairs": 0.006,
    "vandalism_repairs": 0.0005,
    "follow_up_reports": 0.004,
    "visits": 0.006,
    "concerns": 0.001,
    "homes_inspected": 0.001,
    "bad_condition": 0.0003,
    "threat_signals": 0.0001,
}


def register() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "complex_id": [f"C{number:03}" for number in range(N_COMPLEXES)],
            "name": [f"De <b>Linde</b> {number}" for number in range(N_COMPLEXES)],
            "homes": [80] * N_COMPLEXES,
            "building_type": ["flat", "row"] * (N_COMPLEXES // 2),
            "built_year": [1970] * N_COMPLEXES,
            "audience": ["general"] * N_COMPLEXES,
            "area_team": ["Noord", "Zuid"] * (N_COMPLEXES // 2),
        }
    )


def scored_town() -> Scored:
    """Twelve complexes of which two went quiet and worse within the told year."""
    rng = np.random.default_rng(4)
    weeks = pl.DataFrame({"week": [FIRST + timedelta(weeks=number) for number in range(N_WEEKS)]})
    rows = register().select("complex_id", "area_team", "homes").join(weeks, how="cross", maintain_order="left")
    counts = {name: pl.Series(rng.poisson(rate * 80, rows.height).astype(np.int64)) for name, rate in RATES.items()}
    weekly = rows.with_columns(
        pl.col("homes").cast(pl.Int32),
        homes_in_use=pl.col("homes").cast(pl.Int32),
        incident_days_open=pl.Series(rng.gamma(0.3, 8.0, rows.height)),
        **counts,
    )
    is_quiet = pl.col("complex_id").is_in(["C000", "C001"]) & (pl.col("week") >= FIRST + timedelta(weeks=70))
    few = pl.col("week").dt.ordinal_day() // 7 % 3 == 0
    weekly = weekly.with_columns(
        complaints=pl.when(is_quiet).then(0).otherwise("complaints"),
        follow_up_reports=pl.when(is_quiet).then(0).otherwise("follow_up_reports"),
        normal_repairs=pl.when(is_quiet).then(few.cast(pl.Int64)).otherwise("normal_repairs"),
    )
    # Of the first it is plain to see; of the second every other visit says so, which is not enough.
    is_first = is_quiet & (pl.col("complex_id") == "C000")
    is_seen = is_first | (pl.col("week").dt.ordinal_day() // 7 % 2 == 0)
    weekly = weekly.with_columns(
        urgent_repairs=pl.when(is_first).then(pl.col("urgent_repairs") * 3 + 1).otherwise("urgent_repairs"),
        visits=pl.when(is_quiet).then(1).otherwise("visits"),
        concerns=pl.when(is_quiet).then(is_seen.cast(pl.Int64)).otherwise("concerns"),
    )
    return score_weeks(weekly, register(), POLICY, TOLD_WEEKS)


def write_week(folder: Path, scored: Scored, *, is_old: bool = False) -> PublishedWeek:
    """Writes what the notebook reads; an old week tells nothing of what it was judged by."""
    folder.mkdir(parents=True)
    for name in ("scores", "streams", "history"):
        getattr(scored, name).write_parquet(folder / f"{name}.parquet")
    pl.DataFrame(schema=ANSWER_COLUMNS).write_parquet(folder / "answers.parquet")
    register().write_parquet(folder / "complexes.parquet")
    pl.DataFrame({"complex_id": ["C000"], "why": ["went_quiet"]}).write_parquet(folder / "flags.parquet")
    learned = {} if is_old else {"learned": scored.lesson.learned.as_dict()}
    said = {
        "week": "2026-W50",
        "policy": asdict(POLICY),
        "contracts": {name: each.version for name, each in contracts("published").items()},
        "answered_draws": {"recalibration": {"shift": 0.0, "slope": 1.0, "n_answered": 0, "is_used": False}},
        **learned,
    }
    (folder / "run.json").write_text(json.dumps(said))
    return PublishedWeek(folder)
