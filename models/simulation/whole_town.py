"""From a town and a seed to tables: the story of a simulation, room by room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from models.simulation.arrivals import delivery, record_arrivals
from models.simulation.buildings import housing_stock
from models.simulation.classes import planted_plan
from models.simulation.complaints import nuisance_reports
from models.simulation.feeds import planted_feeds
from models.simulation.habits import afraid_weeks, planted_habits
from models.simulation.incidents import incident_reports
from models.simulation.interventions import echo, planted_interventions
from models.simulation.latents import Latents, planted_paths, truth_table
from models.simulation.repairs import repair_requests
from models.simulation.signals import field_signals
from models.simulation.tenancies import tenancies_table
from models.simulation.town import Town
from models.simulation.visits import planted_visits

OUTCOMES_SCHEMA = pl.Schema(
    {
        "flag_id": pl.String,
        "reviewed_on": pl.Date,
        "verdict": pl.String,
        "do_residents_report": pl.String,
        "lead": pl.String,
        "mandate": pl.String,
        "phase": pl.Int64,
        "is_step_agreed": pl.Boolean,
        "next_step": pl.String,
        "snooze_until": pl.Date,
        "is_overruled": pl.Boolean,
        "note": pl.String,
    }
)
"""Columns of `outcomes`, which stays empty: nobody has answered a flag yet."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulated corporation.

    Attributes:
        town: The settings.
        seed: The seed.
        tables: Every input contract of the contracts by name, with its columns, keys unique, in order of time; as
            they would stand if every record of the window had arrived at once. Ends after the last week are
            empty.
        arrivals: When the rows and their ends arrive, in the row order of `tables`; see
            `arrivals.record_arrivals`.
        truth: One row per complex: what was planted; see `latents.truth_table`.
        latents: What nobody can observe, for benchmarks and tests.
    """

    town: Town
    seed: int
    tables: dict[str, pl.DataFrame]
    arrivals: dict[str, pl.DataFrame]
    truth: pl.DataFrame
    latents: Latents

    def delivered(self, on: date, *, with_duplicates: bool = False) -> dict[str, pl.DataFrame]:
        """The tables as somebody would have received them at the end of a day.

        Args:
            on: The day of the delivery; rows that arrive later are left out, ends known later are empty.
            with_duplicates: Whether some rows come twice, identical (`Town.duplicate_share`).
        """
        return delivery(self.town, self.tables, self.arrivals, on, self.seed, with_duplicates=with_duplicates)


def simulate(town: Town, seed: int) -> Simulation:
    """Simulate a corporation; the same town and seed always give the same tables.

    Args:
        town: The settings.
        seed: Any whole number of at least 0.
    """
    plan = planted_plan(town, seed)
    buildings = housing_stock(town, plan, seed)
    feeds = planted_feeds(town, buildings, seed)
    habits = planted_habits(town, plan, buildings, seed)
    r, d = planted_paths(town, plan, buildings, seed)

    visits = planted_visits(town, plan, buildings, d, seed)
    interventions = planted_interventions(town, plan, buildings, seed)
    passing = echo(town, interventions.started, visits.routine + visits.draw, visits.expected_routine)
    reporting = r + passing

    complaints = nuisance_reports(town, plan, buildings, habits, feeds, reporting, d, seed)
    incidents = incident_reports(town, plan, buildings, habits, reporting, d, seed)
    fear = afraid_weeks(town, plan)
    signals, visit_truth = field_signals(town, buildings, habits, visits, complaints, fear, d, seed)
    tables = {
        "complexes": buildings.table,
        "complaints": complaints.table,
        "repairs": repair_requests(town, buildings, habits, feeds, incidents, reporting, d, seed),
        "tenancies": tenancies_table(town, buildings, habits, d, seed),
        "field_signals": signals,
        "interventions": interventions.table,
        "registration_changes": feeds.table,
        "outcomes": pl.DataFrame(schema=OUTCOMES_SCHEMA),
    }
    latents = Latents(
        r=r,
        d=d,
        echo=passing,
        loadings=habits.loadings,
        offsets=habits.offsets,
        expected=habits.expected,
        occupied=buildings.occupied,
        is_unregistered=feeds.is_unregistered,
        kept_complaints=feeds.kept_complaints,
        incidents=incidents.table,
        visits=visit_truth,
    )
    truth = truth_table(town, plan, buildings, r, d, feeds)
    return Simulation(town, seed, tables, record_arrivals(town, tables, seed), truth, latents)
