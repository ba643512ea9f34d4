"""Who goes where: routine visits, visits drawn by lot, visits on a hunch; what they find: `signals.py`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.simulation.buildings import Buildings
from models.simulation.classes import Plan
from models.simulation.draws import Floats, Ints, room_generator
from models.simulation.habits import Habits, week_of_year
from models.simulation.town import Town


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits per complex and week; all arrays have shape (n_complexes, n_weeks).

    Attributes:
        expected_routine: Mean of the routine visits.
        routine: Visits without an occasion. Independent of r and d: they inform the condition.
        draw: Visits drawn by lot. Independent of r and d too.
        hunch: Visits because somebody already worried; they go where d is high and would feed themselves.
    """

    expected_routine: Floats
    routine: Ints
    draw: Ints
    hunch: Ints


def planted_visits(town: Town, plan: Plan, buildings: Buildings, condition: Floats, seed: int) -> Visits:
    """Draw all visits but those that follow a complaint."""
    rng = room_generator(seed, "visits")
    shape = (town.n_complexes, town.n_weeks)
    uneven = rng.gamma(town.visit_unevenness, 1 / town.visit_unevenness, size=town.n_complexes)
    # A class of its own: nobody ever looks there.
    uneven = np.where(plan.is_class("not_looked_at"), 0.0, uneven)
    size = (buildings.homes / 60) ** town.rates.visit_size_power
    # Fewer rounds in the summer holidays and around Christmas. Assumed.
    year = week_of_year(town)
    holiday = np.where((year > 28) & (year < 34), 0.6, np.where(year > 50.5, 0.4, 1.06))
    in_use = buildings.occupied > 0
    expected = (town.rates.routine_visits * uneven * size)[:, None] * holiday[None, :] * in_use
    team_size = np.bincount(buildings.team, minlength=town.n_area_teams)[buildings.team]
    return Visits(
        expected,
        rng.poisson(expected),
        rng.poisson((town.draws_per_team / team_size)[:, None] * in_use, size=shape),
        rng.poisson(town.hunch_visits * np.exp(1.2 * condition) * in_use),
    )


def concern_probability(town: Town, habits: Habits, d: Floats) -> Floats:
    """Chance that a routine visit finds a concern, (n_complexes, n_weeks)."""
    _, b = habits.loading("concerns")
    chance = town.rates.concern_share * np.exp(b * d + habits.offset("concerns")[:, None])
    return np.minimum(np.asarray(chance, dtype=np.float64), 0.95)
