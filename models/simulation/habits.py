"""What every complex would be expected to report, and the habits that make it differ from that.

A weekly mean of stream k is: expected(k) × exp(a_k (r + echo) + b_k d + offset + wave + week), where
`expected` knows physical attributes, season and homes in use only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.simulation.buildings import Buildings
from models.simulation.classes import ALWAYS, Plan
from models.simulation.draws import Floats, Ints, room_generator, slow_waves
from models.simulation.moments import first_monday
from models.simulation.town import STREAMS, WEEKS_A_YEAR, Loadings, Town

COUNT_STREAMS = ("complaints", "normal_repairs", "urgent_repairs")

# Relative rates by building type, in the order of BUILDING_TYPES; all assumed. People who share a stairwell
# hear more of each other, and only shared rooms have common-area incidents.
_TYPE_RATIOS = {
    "complaints": (0.55, 1.15, 1.20, 1.25, 0.90),
    "normal_repairs": (1.10, 1.00, 1.00, 0.90, 1.00),
    "urgent_repairs": (1.00, 1.00, 1.00, 1.05, 1.00),
    "incidents": (0.12, 0.90, 1.10, 1.60, 0.70),
}
# Growth of the rate per decade of age [log]; assumed.
_AGE_SLOPES = {"complaints": 0.02, "normal_repairs": 0.07, "urgent_repairs": 0.10, "incidents": 0.05}

# Peak week of the year and height [log] by stream. Nuisance peaks in July when windows are open, heating
# fails in January. Assumed.
_SEASONS = {
    "complaints": (28, 0.22),
    "normal_repairs": (3, 0.10),
    "urgent_repairs": (3, 0.28),
    "incidents": (3, 0.05),
}


@dataclass(frozen=True, slots=True)
class Habits:
    """Lasting and drifting differences between complexes that have nothing to do with r and d.

    Attributes:
        loadings: The town's own loadings.
        offsets: Lasting unit × stream noise [log], (n_complexes, n_streams).
        expected: Mean per week at r = d = 0 by COUNT_STREAMS, (n_complexes, n_weeks).
        incident_rate: The same for common-area incidents, (n_complexes, n_weeks).
        bad_condition_log_odds: Log odds of a bad condition at turnover, at d = 0.
    """

    loadings: Loadings
    offsets: Floats
    expected: dict[str, Floats]
    incident_rate: Floats
    bad_condition_log_odds: float

    def loading(self, stream: str) -> tuple[float, float]:
        """(a, b) of a stream."""
        position = STREAMS.index(stream)
        return self.loadings.reporting[position], self.loadings.condition[position]

    def offset(self, stream: str) -> Floats:
        """Unit noise of a stream [log], (n_complexes,)."""
        return self.offsets[:, STREAMS.index(stream)]


def week_of_year(town: Town) -> Floats:
    """Position in the year of each week [0-52.2), (n_weeks,)."""
    days = first_monday(town).timetuple().tm_yday - 1
    return np.asarray((days / 7 + np.arange(town.n_weeks)) % WEEKS_A_YEAR, dtype=np.float64)


def season(town: Town, buildings: Buildings, stream: str) -> Floats:
    """Seasonal ratio with mean 1 over a year, (n_complexes, n_weeks).

    Nuisance peaks higher where homes share galleries; heating fails more often in old buildings.
    """
    peak, height = _SEASONS[stream]
    is_shared = np.isin(buildings.building_type, [1, 2, 3])
    is_old = buildings.built_year < 1980
    stronger = is_shared if stream == "complaints" else is_old
    heights = height * np.where(stronger, 1.25, 0.75)[:, None]
    wave = np.cos(2 * np.pi * (week_of_year(town)[None, :] - peak) / WEEKS_A_YEAR)
    ratio: Floats = np.exp(heights * wave) / np.i0(heights)
    return ratio


def physical_ratio(buildings: Buildings, stream: str) -> Floats:
    """Relative rate from building type and age, with mean 1 over homes, (n_complexes,)."""
    ratio = np.array(_TYPE_RATIOS[stream])[buildings.building_type]
    ratio = ratio * np.exp(_AGE_SLOPES[stream] * (1985 - buildings.built_year) / 10)
    ratio = ratio * buildings.homes.sum() / (ratio * buildings.homes).sum()
    return np.asarray(ratio, dtype=np.float64)


def _own_loadings(rng: np.random.Generator, town: Town) -> Loadings:
    """The town's departure from the mean loadings; zeros and the loadings that set the scale stay."""
    shifts = rng.normal(0, town.loading_sd, size=(2, len(STREAMS)))
    reporting = np.array(town.loadings.reporting)
    condition = np.array(town.loadings.condition)
    # r is measured in complaints and d in concerns: their own loadings set the scale, so they do not shift.
    is_scale_r = np.array([name in ("complaints", "follow_ups") for name in STREAMS])
    is_scale_d = np.array([name == "concerns" for name in STREAMS])
    reporting = np.where((reporting == 0) | is_scale_r, reporting, np.maximum(reporting + shifts[0], 0))
    condition = np.where((condition == 0) | is_scale_d, condition, np.maximum(condition + shifts[1], 0))
    return Loadings(tuple(float(a) for a in reporting), tuple(float(b) for b in condition))


def _shock(rng: np.random.Generator, town: Town) -> Floats:
    """Town-wide ratio of complaints, (n_weeks,): raised for some weeks, as in a lockdown."""
    start = int(rng.integers(0, max(1, town.n_weeks - town.shock_weeks)))
    weeks = np.arange(town.n_weeks)
    return np.where((weeks >= start) & (weeks < start + town.shock_weeks), town.shock_ratio, 1.0)


def planted_habits(town: Town, plan: Plan, buildings: Buildings, seed: int) -> Habits:
    """Draw loadings, unit noise and the expected reports of every complex."""
    rng = room_generator(seed, "habits")
    loadings = _own_loadings(rng, town)
    # Minus half the variance keeps the mean rate what the settings say.
    offsets = rng.normal(-(town.habit_sd**2) / 2, town.habit_sd, size=(town.n_complexes, len(STREAMS)))
    shock = _shock(rng, town)[None, :]
    rates = {stream: getattr(town.rates, stream) for stream in (*COUNT_STREAMS, "incidents")}
    means = {
        stream: buildings.occupied
        * rate
        * physical_ratio(buildings, stream)[:, None]
        * season(town, buildings, stream)
        * (shock if stream == "complaints" else 1.0)
        for stream, rate in rates.items()
    }
    incident_rate = means.pop("incidents")
    bad = town.rates.bad_condition_share
    return Habits(loadings, offsets, means, incident_rate, float(np.log(bad / (1 - bad))))


def afraid_weeks(town: Town, plan: Plan) -> Floats:
    """How far fear has come in each week [0-1], (n_complexes, n_weeks); 0 outside the class `afraid`."""
    passed = np.arange(town.n_weeks)[None, :] - plan.r_onset[:, None] + 1
    part = np.where(plan.r_onset[:, None] == ALWAYS, 1.0, np.clip(passed / plan.r_ramp[:, None], 0, 1))
    return np.where(plan.is_class("afraid")[:, None], part, 0.0)


def weekly_mean(
    town: Town,
    habits: Habits,
    stream: str,
    team: Ints,
    reporting: Floats,
    condition: Floats,
    rng: np.random.Generator,
) -> Floats:
    """True mean of a count stream, (n_complexes, n_weeks).

    Args:
        town: The settings.
        habits: From `planted_habits`.
        stream: One of COUNT_STREAMS.
        team: Area team of each complex, for good and bad weeks that a team shares.
        reporting: r + echo.
        condition: d.
        rng: The generator of the stream's own room.
    """
    a, b = habits.loading(stream)
    weeks = rng.normal(0, town.week_sd, size=(town.n_area_teams, town.n_weeks))
    log_ratio = a * reporting
    log_ratio += b * condition
    log_ratio += habits.offset(stream)[:, None]
    log_ratio += slow_waves(rng, town.n_complexes, town.n_weeks, town.habit_drift_sd)
    log_ratio += weeks[team]
    mean: Floats = habits.expected[stream] * np.exp(log_ratio)
    return mean
