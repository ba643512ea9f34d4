"""A small town as the panel counts it: what goes in is known, what is made of it is for the tests to say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from models.policy import Policy

FIRST = date(2024, 11, 4)
POLICY = Policy()
REPORTS = ("complaints", "normal_repairs", "follow_up_reports")
# Counts a home and week, rich enough for a hundred weeks of thirty complexes to say something.
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
COUNTS = [*RATES, "incident_days_open"]
SOURCE_COLUMNS = {
    "complaints": ["complaints"],
    "repairs": ["normal_repairs", "urgent_repairs", "vandalism_repairs", "follow_up_reports", "incident_days_open"],
    "tenancies": ["homes_inspected", "bad_condition"],
    "field_signals": ["visits", "concerns", "threat_signals"],
}
ONE = pl.col("complex_id") == "C000"
# A seventh of what eighty homes report, but never silent for so long that it could be a broken feed.
QUIET = {
    "complaints": 0,
    "follow_up_reports": 0,
    "normal_repairs": (pl.col("week").dt.ordinal_day() // 7 % 3 == 0).cast(pl.Int64),
}
# And trouble that anybody can see.
WORSE = {"urgent_repairs": pl.col("urgent_repairs") * 3 + 1, "visits": 1, "concerns": 1}


def town(n_complexes: int = 20, homes: int | None = None) -> pl.DataFrame:
    """The register; complexes of 8 to 150 homes, or all alike, in two teams."""
    rng = np.random.default_rng(1)
    return pl.DataFrame(
        {
            "complex_id": [f"C{number:03d}" for number in range(n_complexes)],
            "homes": rng.integers(8, 150, n_complexes) if homes is None else [homes] * n_complexes,
            "building_type": rng.choice(["flat", "row"], n_complexes),
            "built_year": rng.integers(1930, 2010, n_complexes),
            "audience": rng.choice(["general", "seniors"], n_complexes),
            "area_team": [("Noord", "Zuid")[number % 2] for number in range(n_complexes)],
        }
    )


def panel(complexes: pl.DataFrame, n_weeks: int = 70, seed: int = 2) -> pl.DataFrame:
    """Counts by chance around each complex's own lasting level of reporting and of condition, sd of the ratio .5."""
    rng = np.random.default_rng(seed)
    level = rng.gamma(4, 1 / 4, (complexes.height, 2)).repeat(n_weeks, axis=0)
    weeks = pl.DataFrame({"week": [FIRST + timedelta(weeks=number) for number in range(n_weeks)]})
    rows = complexes.select("complex_id", "area_team", "homes").join(weeks, how="cross", maintain_order="left")
    homes = rows["homes"].to_numpy()
    return rows.with_columns(
        pl.col("homes").cast(pl.Int32),
        homes_in_use=pl.col("homes").cast(pl.Int32),
        incident_days_open=pl.Series(rng.gamma(0.3, 0.1 * homes)),
        **{
            name: pl.Series(rng.poisson(rate * homes * _level(name, level)).astype(np.int64))
            for name, rate in RATES.items()
        },
    )


def _level(name: str, level: np.ndarray) -> Any:
    if name in ("visits", "homes_inspected"):
        return 1.0
    return level[:, 0] if name in REPORTS else level[:, 1]


def week(number: int) -> date:
    """The Monday of a week, counted from the first of the panel."""
    return FIRST + timedelta(weeks=number)


def since(number: int) -> pl.Expr:
    """The weeks from that one on."""
    return pl.col("week") >= week(number)


def changed(weekly: pl.DataFrame, where: pl.Expr, **to: Any) -> pl.DataFrame:
    """The same, but for some columns of some rows."""
    return weekly.with_columns(
        pl.when(where).then(value).otherwise(pl.col(name)).cast(weekly.schema[name]).alias(name)
        for name, value in to.items()
    )


def without(weekly: pl.DataFrame, *sources: str, where: pl.Expr | None = None) -> pl.DataFrame:
    """The same, with some sources not delivered."""
    columns = [name for source in sources for name in SOURCE_COLUMNS[source]]
    return changed(weekly, pl.lit(True) if where is None else where, **dict.fromkeys(columns))


def thinned(weekly: pl.DataFrame, where: pl.Expr, share: float, *columns: str, seed: int = 3) -> pl.DataFrame:
    """The same, with only this share of the counts of some columns left, by chance."""
    rng = np.random.default_rng(seed)
    left = {name: pl.Series(rng.binomial(weekly[name].to_numpy(), share)) for name in columns or REPORTS}
    return changed(weekly, where, **left)


def interventions(*rows: tuple[str | None, str | None, date]) -> pl.DataFrame:
    """Complex, area team and first day of what was done."""
    schema = {"complex_id": pl.String, "area_team": pl.String, "starts_on": pl.Date}
    return pl.DataFrame(rows, schema, orient="row")


def intake_changes(*rows: tuple[str, str, str | None, date, str]) -> pl.DataFrame:
    """Id, contract, area team, first day and expected effect of announced changes."""
    columns = ("change_id", "contract", "area_team", "starts_on", "expected_effect")
    schema = {name: pl.Date if name == "starts_on" else pl.String for name in columns}
    return pl.DataFrame(rows, schema, orient="row")
