"""From a simulated town to what a method may see of it, with the truth beside it in the same order.

The town goes through the same SQL as a corporation's own data, in a DuckDB in memory; only reading and checking files
is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_contracts.contract import Contract, contract
from data_contracts.tables import create_table, table_shape
from flows.warehouse import CHECKS_TABLES, set_variables
from models.evidence import Evidence
from models.lesson import counted, expectations
from models.panel import STEPS, panel_variables
from models.policy import Policy
from models.simulation import Simulation, Town, simulate

TIMEZONE = "Europe/Amsterdam"
SOURCES = ("complexes", "complaints", "repairs", "tenancies", "field_signals")
NO_ONSET = -1


@dataclass(frozen=True)
class Truth:
    """What was planted; rows as in the evidence.

    Attributes:
        is_quiet_decline: Truly quiet and truly declining (n_complexes, n_weeks).
        planted: Planted class (n_complexes).
        onset: Week in which the planted change begins, or `NO_ONSET` where it always was so (n_complexes).
        silence_kind: Planted kind of silence; `not_registered` where an outage lasts until the last week, `none`
            where nothing is silent (n_complexes).
    """

    is_quiet_decline: NDArray[np.bool_]
    planted: NDArray[np.str_]
    onset: NDArray[np.int64]
    silence_kind: NDArray[np.str_]


@dataclass(frozen=True)
class TownPanel:
    """A simulated town, counted.

    Attributes:
        evidence: All that a method gets to see; rows in the order of the simulation's complexes.
        truth: What it should find.
        area_team: Area team of each complex (n_complexes).
        simulation: The town itself, for the ceiling.
        weekly: `panel.weekly`, as counted.
        complexes: The input table `complexes`, in row order.
    """

    evidence: Evidence
    truth: Truth
    area_team: NDArray[np.str_]
    simulation: Simulation
    weekly: pl.DataFrame
    complexes: pl.DataFrame


def town_panel(town: Town, seed: int, without: tuple[str, ...] = (), n_threads: int = 1) -> TownPanel:
    """Simulates a town and counts it.

    Args:
        town: The settings.
        seed: Seed of the simulation.
        without: Streams (`models.streams`) that nobody delivers: masked in every week.
        n_threads: Threads of DuckDB.

    Returns:
        The panel over all weeks of the town.

    Raises:
        ValueError: A complex is missing from the panel, so that evidence and truth would not be in the same order.
    """
    simulation = simulate(town, seed)
    policy = Policy(history_weeks=town.n_weeks)
    weekly = counted_weeks(simulation.tables, town.last_week, policy, n_threads)
    complexes = simulation.tables["complexes"]
    evidence = panel_evidence(
        weekly,
        complexes,
        policy,
        without,
        simulation.tables["registration_changes"],
        simulation.tables["interventions"],
    )
    if not weekly["complex_id"].unique().sort().equals(complexes["complex_id"]):
        raise ValueError("the panel does not hold every complex of the town, in order")
    return TownPanel(
        evidence,
        _truth(simulation),
        complexes["area_team"].to_numpy().astype(np.str_),
        simulation,
        weekly,
        complexes,
    )


def counted_weeks(tables: dict[str, pl.DataFrame], last_week: date, policy: Policy, n_threads: int = 1) -> pl.DataFrame:
    """`panel.weekly` of a town's tables, sorted by complex and week.

    Args:
        tables: The input contracts by name; those of `SOURCES` are used, timestamps in UTC.
        last_week: Monday of the last week to count.
        policy: The values in force.
        n_threads: Threads of DuckDB.
    """
    with duckdb.connect(":memory:", config={"threads": n_threads}) as con:
        con.execute("set timezone = 'UTC'")
        for schema in ("raw", "panel", "checks"):
            con.execute(f"create schema {schema}")
        for name in ("gaps", "feed_alarms"):
            con.execute(f"create table checks.{name} ({CHECKS_TABLES[name]})")
        for name in SOURCES:
            take_in_rows(con, contract("inputs", name), tables[name])
        set_variables(con, panel_variables(policy, last_week))
        for step in STEPS:
            con.execute(f"create table panel.{step.name} as {step.select}")
        return con.execute("from panel.weekly order by complex_id, week").pl()


def panel_evidence(
    weekly: pl.DataFrame,
    complexes: pl.DataFrame,
    policy: Policy,
    without: Iterable[str] = (),
    changes: pl.DataFrame | None = None,
    interventions: pl.DataFrame | None = None,
) -> Evidence:
    """What a method may see of a panel; rows in the order of `complex_id`.

    Args:
        weekly: `panel.weekly`.
        complexes: `complex_id`, `building_type`, `built_year`, `homes`.
        policy: The values in force.
        without: Streams to mask in every week.
        changes: Announced changes of intake.
        interventions: What was done, where.
    """
    panel = counted(weekly, complexes, changes, interventions, tuple(without))
    return expectations(panel, policy)[2]


def take_in_rows(con: duckdb.DuckDBPyConnection, promised: Contract, rows: pl.DataFrame) -> None:
    """Puts the rows in `raw`, as if all had come in one delivery that holds for all time."""
    con.execute(create_table(promised, f"raw.{promised.name}"))
    event = promised.event_column
    moment = event and (
        event if promised.column(event).logical_type == "date" else f"timezone('{TIMEZONE}', timezone('UTC', {event}))"
    )
    kept = {
        "_first_seen_at": "timestamp '2000-01-01'",
        "_week": f"date_trunc('week', {moment})::date" if moment else "null",
        "_withdrawn_at": "null",
        "_valid_from": "date '0001-01-01'",
        "_valid_until": "null",
    }
    columns = ", ".join(kept.get(each.name, f'"{each.name}"') for each in table_shape(promised))
    con.register("arriving", rows.to_arrow())
    con.execute(f"insert into raw.{promised.name} select {columns} from arriving")
    con.unregister("arriving")


def _truth(simulation: Simulation) -> Truth:
    town, planted = simulation.town, simulation.truth
    # `truth` has one row per complex, in the order of the latents and of the table of complexes.
    last, day = pl.lit(town.last_week), pl.duration(days=1)
    weeks_ago = ((last - pl.col("since_week")) / day / 7).cast(pl.Int64)
    told = planted.select(
        onset=(town.n_weeks - 1 - weeks_ago).fill_null(NO_ONSET),
        kind=pl.when(pl.col("outage_until") >= last)
        .then(pl.lit("not_registered"))
        .otherwise(pl.col("silence_kind").fill_null("none")),
    )
    return Truth(
        simulation.latents.is_quiet_decline,
        planted["planted_class"].to_numpy().astype(np.str_),
        told["onset"].to_numpy(),
        told["kind"].to_numpy().astype(np.str_),
    )
