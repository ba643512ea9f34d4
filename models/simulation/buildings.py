"""The housing stock: complexes with their physical attributes, place, area team and homes in use per week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np
import polars as pl

from models.simulation.classes import Plan
from models.simulation.draws import Bools, Floats, Ints, numbered, picks, room_generator, words
from models.simulation.moments import first_monday
from models.simulation.names import complex_names, team_names
from models.simulation.town import Town

BUILDING_TYPES = ("single_family", "porch", "gallery", "lift_flat", "other")
AUDIENCES = ("general", "seniors", "care", "students", "youth")

# Small complexes are rows of houses and porches, large ones flats. Assumed.
_TYPE_WEIGHTS = {
    "small": (0.45, 0.32, 0.10, 0.03, 0.10),
    "middle": (0.28, 0.26, 0.24, 0.16, 0.06),
    "large": (0.06, 0.10, 0.40, 0.42, 0.02),
}
_AUDIENCE_WEIGHTS = (0.76, 0.14, 0.03, 0.04, 0.03)  # assumed

# Open water of the Markermeer: plausible on a Dutch map, and no existing building can be meant.
_TOWN_LATITUDE, _TOWN_LONGITUDE = 52.55, 5.25


@dataclass(frozen=True, slots=True)
class Buildings:
    """The stock as arrays; shape (n_complexes,) unless said otherwise.

    Attributes:
        ids: Complex ids such as C0001.
        homes: Homes [>= 3].
        team: Area team [0 .. n_area_teams - 1].
        building_type: Position in BUILDING_TYPES.
        built_year: Year built.
        out_of_use: Homes taken out of use, (n_complexes, n_weeks).
        occupied: Homes in use, (n_complexes, n_weeks); 0 before completion and after demolition.
        table: The contract table `complexes`, as it stands after the last week.
    """

    ids: pl.Series
    homes: Ints
    team: Ints
    building_type: Ints
    built_year: Ints
    out_of_use: Ints
    occupied: Ints
    table: pl.DataFrame


def complex_sizes(rng: np.random.Generator, town: Town) -> Ints:
    """Lognormal sizes on an even grid of quantiles, so that every seed has nearly the same number of homes.

    Median and share above 200 homes are the town's; with docs/domain.md's 35 and 5 % the mean is about 61.
    """
    sigma = np.log(200 / town.median_homes) / NormalDist().inv_cdf(1 - town.large_share)
    quantiles = (rng.permutation(town.n_complexes) + rng.random(town.n_complexes)) / town.n_complexes
    normal = np.array([NormalDist().inv_cdf(min(max(q, 1e-9), 1 - 1e-9)) for q in quantiles])
    homes = np.rint(town.median_homes * np.exp(sigma * normal))
    return np.asarray(np.clip(homes, 3, town.max_homes), dtype=np.int64)


def _emptied_homes(rng: np.random.Generator, town: Town, plan: Plan, homes: Ints) -> Ints:
    """Homes out of use per week: a steady decline to almost none, over 20 to 52 weeks."""
    weeks = np.arange(town.n_weeks)[None, :]
    length = rng.integers(20, 53, size=(town.n_complexes, 1))
    part = np.clip((weeks - plan.r_onset[:, None]) / length, 0, 1)
    part = np.where(plan.is_class("emptied")[:, None], part, 0.0)
    # A few homes are always being done up, in every complex. Assumed: on average 1 %.
    doing_up = rng.binomial(homes, 0.01)[:, None]
    emptied = np.rint(homes[:, None] * part) + doing_up
    return np.asarray(np.minimum(emptied, homes[:, None]), dtype=np.int64)


def _places(rng: np.random.Generator, town: Town, team: Ints) -> tuple[Floats, Floats, pl.Series]:
    """Latitude, longitude, neighbourhood code: teams lie around the centre, each with four neighbourhoods."""
    n = town.n_complexes
    angle = 2 * np.pi * np.arange(town.n_area_teams) / town.n_area_teams
    distance = rng.uniform(0.008, 0.03, size=town.n_area_teams)
    quarter = rng.integers(0, 4, size=n)
    shift = rng.normal(0, 0.004, size=(town.n_area_teams, 4, 2))
    latitude = _TOWN_LATITUDE + (distance * np.sin(angle))[team] + shift[team, quarter, 0] + rng.normal(0, 0.0015, n)
    longitude = _TOWN_LONGITUDE + (1.6 * distance * np.cos(angle))[team]
    longitude = longitude + 1.6 * shift[team, quarter, 1] + rng.normal(0, 0.0025, n)
    # Municipalities from 9991 on do not exist; after it CBS codes have a district (wijk) and a neighbourhood number.
    # There is room for 900 districts; beyond that many teams they share one, so that the code keeps its eight digits.
    codes = numbered("BU", 99_910_000 + ((team + 1) * 100 + quarter) % 90_000)
    return np.round(latitude, 5), np.round(longitude, 5), codes


def _audiences(rng: np.random.Generator, plan: Plan, n: int) -> Ints:
    """Who lives there; those who cannot report are seniors or in care."""
    audience = picks(rng, _AUDIENCE_WEIGHTS, n)
    return np.where(plan.is_class("cannot_report"), np.where(rng.random(n) < 0.75, 1, 2), audience)


def _in_use_dates(
    rng: np.random.Generator, town: Town, plan: Plan, built: Ints
) -> tuple[list[date], list[date | None]]:
    """First and last day in use: 1 % of the ordinary opens within the window, emptied ones are demolished."""
    monday = first_monday(town)
    is_new = plan.is_class("ordinary") & (rng.random(town.n_complexes) < 0.01) & (town.n_weeks > 52)
    new_week = rng.integers(13, max(14, town.n_weeks - 26), size=town.n_complexes)
    until_week = plan.r_onset + rng.integers(60, 80, size=town.n_complexes)
    is_gone = plan.is_class("emptied") & (until_week < town.n_weeks)
    start: list[date] = []
    end: list[date | None] = []
    for each in range(town.n_complexes):
        opened = monday + timedelta(weeks=int(new_week[each])) if is_new[each] else date(int(built[each]), 7, 1)
        start.append(opened)
        end.append(monday + timedelta(weeks=int(until_week[each]), days=-1) if is_gone[each] else None)
    return start, end


def _in_use(town: Town, start: list[date], end: list[date | None]) -> Bools:
    """Whether each complex is in use in each week, (n_complexes, n_weeks)."""
    monday = first_monday(town)
    first = np.array([max((day - monday).days, 0) for day in start]) // 7
    last = np.array([(day - monday).days // 7 if day else town.n_weeks for day in end])
    weeks = np.arange(town.n_weeks)[None, :]
    in_use: Bools = (weeks >= first[:, None]) & (weeks <= last[:, None])
    return in_use


def housing_stock(town: Town, plan: Plan, seed: int) -> Buildings:
    """Draw the stock of the town."""
    rng = room_generator(seed, "buildings")
    n = town.n_complexes
    homes = complex_sizes(rng, town)
    # The first complexes go round once, so that no team is without one if there are enough.
    team = rng.permutation(
        np.where(np.arange(n) < town.n_area_teams, np.arange(n), rng.integers(0, town.n_area_teams, n))
    )
    kind = np.where(
        homes < 25,
        picks(rng, _TYPE_WEIGHTS["small"], n),
        np.where(homes < 120, picks(rng, _TYPE_WEIGHTS["middle"], n), picks(rng, _TYPE_WEIGHTS["large"], n)),
    )
    built = np.where(rng.random(n) < 0.55, rng.integers(1948, 1980, n), rng.integers(1980, town.last_week.year - 6, n))
    latitude, longitude, neighbourhood = _places(rng, town, team)
    audience = _audiences(rng, plan, n)
    out_of_use = _emptied_homes(rng, town, plan, homes)
    start, end = _in_use_dates(rng, town, plan, built)
    # A complex opened within the window was also built then.
    built = np.array([max(year, day.year) for year, day in zip(built, start, strict=True)], dtype=np.int64)
    ids = numbered("C", np.arange(1, n + 1), digits=max(4, len(str(n))))
    table = pl.DataFrame(
        {
            "complex_id": ids,
            "name": pl.Series(complex_names(rng, n), dtype=pl.String),
            "area_team": words(team_names(town.n_area_teams), team),
            "homes": homes,
            "building_type": words(BUILDING_TYPES, kind),
            "built_year": built,
            "audience": words(AUDIENCES, audience),
            "latitude": latitude,
            "longitude": longitude,
            "in_use_from": pl.Series(start, dtype=pl.Date),
            "in_use_until": pl.Series(end, dtype=pl.Date),
            "homes_out_of_use": out_of_use[:, -1],
            "neighbourhood_code": neighbourhood,
        }
    )
    occupied = np.where(_in_use(town, start, end), homes[:, None] - out_of_use, 0)
    return Buildings(ids, homes, team, kind, built, out_of_use, occupied, table)
