"""The ceiling: one who knows the true parameters of the simulated town, but not what was planted where.

It draws many complexes from the very prior of the simulator (classes, ramps, levels, slow waves), and weighs each by
the true likelihood: true loadings, true expected rates, true habits, true fear, known intake rules, and the echo of
visits. Nobody can rank better on average, up to the noise of the draws and three simplifications: lasting habits are
taken as gamma instead of lognormal, slow waves in habits are not followed, and of damage only the total counts.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.evidence import Evidence, Judged
from models.likelihood import stream_likelihood
from models.simulation import DECLINE_ABOVE, QUIET_BELOW, Simulation, Town
from models.simulation.buildings import housing_stock
from models.simulation.classes import planted_plan
from models.simulation.complaints import FEAR_SHIFT
from models.simulation.habits import afraid_weeks
from models.simulation.incidents import INCIDENT_LOADING
from models.simulation.latents import planted_paths
from models.streams import STREAMS, Floats

# The order of the simulator's streams, by our names.
_PLACES = {
    "complaints": 0,
    "normal_repairs": 1,
    "urgent_repairs": 2,
    "follow_up_reports": 3,
    "concerns": 4,
    "bad_condition": 5,
}
_SEED = 424_242
# A habit of no variance at all; the gamma needs a little.
_LEAST_VARIANCE = 1e-6
_CHUNK = 200


class Oracle:
    """Knows the true parameters.

    Args:
        n_draws: Complexes drawn from the simulator's prior.
    """

    def __init__(self, n_draws: int = 10_000) -> None:
        self.n_draws = n_draws

    def judge(self, evidence: Evidence, simulation: Simulation) -> Judged:
        """Judges every complex in the last week of the evidence.

        Args:
            evidence: Rows in the order of the simulation's complexes, from the town's first week on.
            simulation: The town with its truth.

        Returns:
            P(truly quiet and truly declining), as score and as probability.
        """
        n_weeks = evidence.n_weeks
        r, d, fear = (each[:, :n_weeks] for each in _drawn_town(simulation.town, self.n_draws))
        is_yes = (r[:, -1] < QUIET_BELOW) & (d[:, -1] > DECLINE_ABOVE)
        rows = np.arange(evidence.n_complexes)
        found = [
            _judged(evidence.of(rows[i : i + _CHUNK]), rows[i : i + _CHUNK], simulation, (r, d, fear), is_yes)
            for i in range(0, len(rows), _CHUNK)
        ]
        p = np.concatenate(found)
        return Judged(p, p)

    def judge_weeks(self, evidence: Evidence, simulation: Simulation, n_weeks: list[int]) -> list[Judged]:
        """Judges several weeks, each with what was known then; with fewer draws, for there are many weeks."""
        quick = Oracle(max(1, self.n_draws // 3))
        return [quick.judge(evidence.until(n), simulation) for n in n_weeks]


@lru_cache(maxsize=2)
def _drawn_town(town: Town, n_draws: int) -> tuple[Floats, Floats, Floats]:
    """Reporting, condition and fear of complexes of a far larger town of the same kind (n_draws, n_weeks)."""
    # Districts of it are as many as draws allow: a quiet team is one of several in every town.
    large = replace(town, n_complexes=n_draws)
    plan = planted_plan(large, _SEED)
    r, d = planted_paths(large, plan, housing_stock(large, plan, _SEED), _SEED)
    return r, d, afraid_weeks(large, plan)


def _judged(
    evidence: Evidence,
    rows: NDArray[np.int64],
    simulation: Simulation,
    drawn: tuple[Floats, Floats, Floats],
    is_yes: NDArray[np.bool_],
) -> Floats:
    town = simulation.town
    r, d, fear = drawn
    total = np.zeros((evidence.n_complexes, len(r)))
    for k, stream in enumerate(STREAMS):
        each = evidence.series[k]
        seen, sight = each.seen, ~each.is_masked & (each.exposure > 0)
        if not sight.any():
            continue
        if stream.name == "vandalism_repairs":
            total += _damage_likelihood(evidence, k, town, d, fear)
            continue
        place = _PLACES[stream.name]
        a, b = simulation.latents.loadings.reporting[place], simulation.latents.loadings.condition[place]
        echo = np.exp(a * simulation.latents.echo[rows, : evidence.n_weeks])
        expected = np.where(sight, _true_expected(evidence, k, rows, simulation), 0.0) * echo
        dispersion = town.dispersion if stream.name in ("complaints", "normal_repairs", "urgent_repairs") else 0.0
        weights = 1 / (1 + dispersion * seen.sum(axis=1) / np.maximum(sight.sum(axis=1), 1))
        # Fear silences nuisance on top of everything else; written as so much less reporting.
        reporting = r + FEAR_SHIFT * fear / max(a, 1e-9) if stream.name == "complaints" else r
        total += stream_likelihood(
            seen, expected, weights, (reporting, d), np.array([a, b]), max(town.habit_sd**2, _LEAST_VARIANCE)
        )
    total -= total.max(axis=1, keepdims=True)
    np.exp(total, out=total)
    found: Floats = total[:, is_yes].sum(axis=1) / total.sum(axis=1)
    return found


def _true_expected(evidence: Evidence, k: int, rows: NDArray[np.int64], simulation: Simulation) -> Floats:
    """What an ordinary complex without habits would have, per week."""
    name, exposure = STREAMS[k].name, evidence.series[k].exposure
    rates, latents, n_weeks = simulation.town.rates, simulation.latents, evidence.n_weeks
    if name == "complaints":
        return latents.expected[name][rows, :n_weeks] * latents.kept_complaints[rows, :n_weeks]
    if name in latents.expected:
        return latents.expected[name][rows, :n_weeks]
    share = {
        "follow_up_reports": rates.incident_reports,
        "concerns": rates.concern_share,
        "bad_condition": rates.bad_condition_share,
    }[name]
    return exposure * share


def _damage_likelihood(evidence: Evidence, k: int, town: Town, d: Floats, fear: Floats) -> Floats:
    """Damage is ordinary damage, which moves with the condition a little, and the damage of fear."""
    series = evidence.series[k]
    homes = np.where(series.is_masked, 0.0, series.exposure)
    ordinary = np.where(series.is_masked, 0.0, evidence.expected[k])
    # What was learned from all complexes holds the damage of the frightened too: scaled to what is left without.
    feared = town.fear_incidents * float(fear.mean()) * homes.sum()
    ordinary = ordinary * max(1 - feared / max(ordinary.sum(), 1e-9), 0.1)
    mean = ordinary @ np.exp(INCIDENT_LOADING * d).T + town.fear_incidents * (homes @ fear.T) + 1e-12
    # Fear that comes and goes moves the total, which is nearly all there is to see in counts this small.
    found: Floats = series.seen.sum(axis=1)[:, None] * np.log(mean) - mean
    return found
