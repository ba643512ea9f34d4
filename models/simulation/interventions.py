"""What the corporation did, where and when, and the passing echo in reporting that this leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.simulation.buildings import Buildings
from models.simulation.classes import Plan
from models.simulation.draws import Floats, Ints, numbered, picks, room_generator, words
from models.simulation.moments import date_column
from models.simulation.names import team_names
from models.simulation.town import WEEKS_A_YEAR, Town

KINDS = ("letter", "door_round", "residents_evening", "cameras", "lighting", "guards", "app_group", "other")
_ROUTINE_WEIGHTS = (0.5, 0.08, 0.12, 0.05, 0.12, 0.03, 0.06, 0.04)
# Text 002: all doors, a residents' evening, letters, guards, cameras, lighting.
_RECOVERY_WEIGHTS = (0.0, 0.45, 0.35, 0.0, 0.1, 0.1, 0.0, 0.0)
_LASTING = (3, 4)
_ROUTINE_RATE = 0.02 / WEEKS_A_YEAR
"""Interventions without special reason [per complex and week]. Assumed."""

ECHO_HALF_LIFE = 13.0
"""Half-life of the echo of an intervention [weeks]. Assumed."""

VISIT_HALF_LIFE = 3.0
"""Half-life of the echo of a visit [weeks]. Assumed."""


@dataclass(frozen=True, slots=True)
class Interventions:
    """Attributes: the contract table, and the number that started per week, (n_complexes, n_weeks)."""

    table: pl.DataFrame
    started: Ints


def planted_interventions(town: Town, plan: Plan, buildings: Buildings, seed: int) -> Interventions:
    """Draw one where a complex recovers, some where decline is loud, few elsewhere, one for a team."""
    rng = room_generator(seed, "interventions")
    n, n_weeks = town.n_complexes, town.n_weeks
    started = rng.poisson(_ROUTINE_RATE, size=(n, n_weeks))
    recovering = np.flatnonzero(plan.is_class("recovering"))
    loud = np.flatnonzero(plan.is_class("loud_declining") & (rng.random(n) < 0.3))
    loud_week = np.clip(np.maximum(plan.d_onset[loud], 0) + rng.integers(8, 60, size=loud.size), 0, n_weeks - 1)
    complexes, weeks = np.nonzero(started)
    kinds = picks(rng, _ROUTINE_WEIGHTS, complexes.size)
    recovery_kinds = picks(rng, _RECOVERY_WEIGHTS, recovering.size)
    loud_kinds = picks(rng, _ROUTINE_WEIGHTS, loud.size)
    # -1 stands for a whole area team.
    complexes = np.concatenate([complexes, recovering, loud, [-1]])
    weeks = np.concatenate([weeks, np.minimum(plan.r_onset[recovering], n_weeks - 1), loud_week, [n_weeks // 2]])
    kinds = np.concatenate([kinds, recovery_kinds, loud_kinds, [KINDS.index("app_group")]])
    team = int(rng.integers(0, town.n_area_teams))

    order = np.argsort(weeks, kind="stable")
    complexes, weeks, kinds = complexes[order], weeks[order], kinds[order]
    started = np.zeros((n, n_weeks), dtype=np.int64)
    is_single = complexes >= 0
    np.add.at(started, (complexes[is_single], weeks[is_single]), 1)
    started[buildings.team == team, n_weeks // 2] += 1

    starts = weeks * 7 + rng.integers(0, 5, size=weeks.size)
    ends = starts + rng.integers(0, 60, size=weeks.size)
    is_ended = ~np.isin(kinds, _LASTING) & (ends < n_weeks * 7)
    table = pl.DataFrame(
        {
            "intervention_id": numbered("I", weeks.size, digits=6),
            "complex_id": words([*buildings.ids, None], np.where(is_single, complexes, n)),
            "area_team": words([*team_names(town.n_area_teams), None], np.where(is_single, town.n_area_teams, team)),
            "starts_on": date_column(town, starts),
            "ends_on": date_column(town, ends, is_ended),
            "kind": words(KINDS, kinds),
        }
    )
    return Interventions(table, started)


def echo(town: Town, started: Ints, visits: Ints, expected_visits: Floats) -> Floats:
    """Passing change in reporting [log], (n_complexes, n_weeks).

    Being seen makes people speak: every intervention lifts reporting for some months, a visit for some weeks.
    Only visits beyond the usual number count, so that a place that is visited often is not louder for ever.
    """
    push_visits = town.visit_echo * (visits - expected_visits)
    push_started = town.intervention_echo * started
    keep_visits, keep_started = 0.5 ** (1 / VISIT_HALF_LIFE), 0.5 ** (1 / ECHO_HALF_LIFE)
    from_visits, from_started = np.zeros(town.n_complexes), np.zeros(town.n_complexes)
    total = np.zeros((town.n_complexes, town.n_weeks))
    # What happens in a week is heard from the next week on.
    for week in range(1, town.n_weeks):
        from_visits = keep_visits * from_visits + push_visits[:, week - 1]
        from_started = keep_started * from_started + push_started[:, week - 1]
        total[:, week] = from_visits + from_started
    return total
