"""Common-area incidents: a dead lift, a broken entrance, and how often neighbours report the same one.

A live incident is reported λ × √(homes / 60) × exp(r + echo + unit noise) times a day. The first report (or
the caretaker) makes it known; from then until its repair further reports are Poisson(that rate × days open).
The number of further reports moves with reporting only, never with condition (docs/model.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.simulation.buildings import Buildings
from models.simulation.classes import Plan
from models.simulation.draws import Floats, Ints, cells, numbered, picks, reporter_homes, room_generator
from models.simulation.habits import Habits, afraid_weeks
from models.simulation.moments import DAY, end_second, utc_column, working_moments
from models.simulation.town import Town

# VERA DEFECTSOORT.DEFECTLOCATIE with weights; the lift only where there is one. Assumed.
DEFECTS = (
    "STA.LIF", "SDE.ENT", "VWE.POR", "VWE.GAL", "GLA.ENT", "DEF.ENT", "LEK.DAK", "VS0.KEL", "BEK.POR",
    "BS0.LIF", "BS0.BER", "STO.TRC",
)  # fmt: skip
_WEIGHTS = {
    "lift_wear": (0.40, 0.10, 0.12, 0.08, 0.03, 0.12, 0.05, 0.04, 0.0, 0.0, 0.0, 0.06),
    "wear": (0.0, 0.17, 0.25, 0.12, 0.05, 0.20, 0.08, 0.06, 0.0, 0.0, 0.0, 0.07),
    "damage": (0.0, 0.12, 0.08, 0.06, 0.26, 0.12, 0.0, 0.0, 0.16, 0.06, 0.14, 0.0),
}
CAUSES = ("wear", "vandalism", "fire", "storm", None)
_ORDINARY_CAUSES = (0.70, 0.09, 0.005, 0.025, 0.18)
_FEAR_CAUSES = (0.0, 0.80, 0.16, 0.0, 0.04)
INCIDENT_LOADING = 0.4
"""How much more happens in a worse building: loading of the number of incidents on d. Assumed."""

STAFF_DAYS = 25.0
"""Mean time until staff find an incident that nobody reports [days]. Assumed."""

MEDIAN_OPEN_DAYS, OPEN_SIGMA = 4.0, 0.8
"""Lognormal time from the first report to the repair, before office hours: mean about 6 days."""

REPEAT_SHARE = 0.08
"""Share of further reporters who ask again before the repair [0-1]. Assumed."""


@dataclass(frozen=True, slots=True)
class IncidentReports:
    """Reports of common-area incidents, first and further ones.

    Attributes:
        table: Planted incidents; columns as in `latents.Latents.incidents`.
        number: Incident of each report [0 .. n_incidents - 1].
        complexes: Complex of each report.
        seconds: Local second of each report.
        homes: Home that reports, or -1 for staff.
        completed: Local second of the repair, for each report.
        defect: Position in DEFECTS, for each report.
        cause: Position in CAUSES, for each report.
        is_urgent: 1 where it cannot wait, for each report.
    """

    table: pl.DataFrame
    number: Ints
    complexes: Ints
    seconds: Ints
    homes: Ints
    completed: Ints
    defect: Ints
    cause: Ints
    is_urgent: Ints


def _kinds(rng: np.random.Generator, has_lift: Ints, is_fear: Ints) -> tuple[Ints, Ints]:
    """Defect and cause of each incident: damage has other defects than wear."""
    n = has_lift.size
    cause = np.where(is_fear, picks(rng, _FEAR_CAUSES, n), picks(rng, _ORDINARY_CAUSES, n))
    worn = np.where(has_lift, picks(rng, _WEIGHTS["lift_wear"], n), picks(rng, _WEIGHTS["wear"], n))
    is_damage = np.isin(cause, [CAUSES.index("vandalism"), CAUSES.index("fire")])
    defect = np.where(is_damage, picks(rng, _WEIGHTS["damage"], n), worn)
    # Fire leaves damage in the storage rooms or at the entrance, no graffiti.
    return np.where(cause == CAUSES.index("fire"), DEFECTS.index("BS0.BER"), defect), cause


def incident_reports(
    town: Town, plan: Plan, buildings: Buildings, habits: Habits, reporting: Floats, d: Floats, seed: int
) -> IncidentReports:
    """Draw incidents and their reports; `reporting` is r + echo, (n_complexes, n_weeks)."""
    rng = room_generator(seed, "incidents")
    ordinary, ordinary_weeks = cells(rng.poisson(habits.incident_rate * np.exp(INCIDENT_LOADING * d)))
    feared, feared_weeks = cells(rng.poisson(town.fear_incidents * buildings.occupied * afraid_weeks(town, plan)))
    complexes = np.concatenate([ordinary, feared])
    weeks = np.concatenate([ordinary_weeks, feared_weeks])
    is_fear = np.repeat([0, 1], [ordinary.size, feared.size])

    a, b = habits.loading("follow_ups")
    log_ratio = a * reporting[complexes, weeks] + b * d[complexes, weeks] + habits.offset("follow_ups")[complexes]
    in_use = buildings.occupied[complexes, weeks]
    per_day = town.rates.incident_reports * np.sqrt(in_use / 60) * np.exp(log_ratio)
    onset = weeks * 7 * DAY + (rng.random(complexes.size) * 7 * DAY).astype(np.int64)
    by_resident = rng.exponential(1, complexes.size) / per_day
    by_staff = rng.exponential(STAFF_DAYS, complexes.size)
    wait = (np.minimum(by_resident, by_staff) * DAY).astype(np.int64)
    length = (rng.lognormal(np.log(MEDIAN_OPEN_DAYS), OPEN_SIGMA, complexes.size) * DAY).astype(np.int64)
    has_lift = (buildings.table["building_type"] == "lift_flat").to_numpy()[complexes].astype(np.int64)
    defect, cause = _kinds(rng, has_lift, is_fear)
    is_urgent = (rng.random(complexes.size) < 0.5).astype(np.int64)

    known = np.flatnonzero(onset + wait < end_second(town))
    known = known[np.argsort((onset + wait)[known], kind="stable")]
    complexes, weeks, in_use, per_day, defect, cause, is_urgent = (
        each[known] for each in (complexes, weeks, in_use, per_day, defect, cause, is_urgent)
    )
    first = (onset + wait)[known]
    completed = working_moments(rng, first + length[known], not_before=first + 3600)
    is_staff = (by_staff < by_resident)[known]
    # Only the time within the window can be reported.
    open_seconds = np.minimum(completed, end_second(town)) - first
    expected = per_day * open_seconds / DAY
    follow_ups = rng.poisson(expected)

    again = np.repeat(np.arange(known.size), follow_ups)
    # Uniform over the time open, as Poisson reports are; a daily shape would distort short incidents.
    later = first[again] + (rng.random(again.size) * open_seconds[again]).astype(np.int64)
    # Neighbours report one after the other, so that the reports of one incident have different reporters.
    neighbour = np.arange(again.size) - (np.cumsum(follow_ups) - follow_ups)[again] + 1
    homes = np.where(is_staff, -1, reporter_homes(rng, in_use, concentration=1.0))
    again_homes = (np.maximum(homes, 0)[again] + neighbour) % in_use[again]
    # Some ask a second time. That is no further reporter, and not in `follow_ups`.
    repeats = np.flatnonzero(rng.random(again.size) < REPEAT_SHARE)
    left = (first + open_seconds)[again[repeats]] - later[repeats]
    second = later[repeats] + (rng.random(repeats.size) * left).astype(np.int64)
    number = np.concatenate([np.arange(known.size), again, again[repeats]])
    table = pl.DataFrame(
        {
            "incident_key": numbered("G", known.size),
            "complex_index": complexes,
            "week": weeks,
            "onset_at": utc_column(town, onset[known]),
            "first_at": utc_column(town, first),
            "completed_at": utc_column(town, completed),
            "days_open": open_seconds / DAY,
            "is_found_by_staff": is_staff,
            "is_from_fear": is_fear[known].astype(np.bool_),
            "follow_ups": follow_ups,
            "expected_follow_ups": expected,
        }
    )
    return IncidentReports(
        table,
        number,
        complexes[number],
        np.concatenate([first, later, second]),
        np.concatenate([homes, again_homes, again_homes[repeats]]),
        completed[number],
        defect[number],
        cause[number],
        is_urgent[number],
    )
