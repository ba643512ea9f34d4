"""Who left and in what state the home was: the contract table `tenancies`.

Every home in use has one running tenancy. Leaving ends it, the home is inspected and stands empty for some
weeks; a name change or a swap (VERA WIJ, WON) ends it on paper only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.simulation.buildings import AUDIENCES, Buildings
from models.simulation.draws import Floats, Ints, cells, numbered, picks, room_generator, words
from models.simulation.habits import Habits, week_of_year
from models.simulation.moments import date_column, first_monday
from models.simulation.town import WEEKS_A_YEAR, Town

# VERA EINDEDETAILREDEN. Reasons that say something about a person (death, personal matters) are left out.
REASONS = ("REG", "PAS", "KOO", "WER", "LEE", "ONT", "WIJ", "WON", "HER", None)
_LEAVING_WEIGHTS = (0.52, 0.22, 0.14, 0.06, 0.04, 0.02)
_PAPER, _SWAP, _RENEWAL, _RUNNING = 6, 7, 8, 9

# Turnover by audience, in the order of AUDIENCES; assumed: students move often, seniors seldom.
_AUDIENCE_RATIOS = (1.0, 0.85, 1.3, 3.0, 2.5)
_TURNOVER_LOADING = 0.15
"""People leave a declining complex a little sooner: loading of turnover on d. Assumed."""

_MEAN_YEARS = 10.0
_MAX_YEARS = 26.0
_LEAST_DAYS = 120
_INSPECTED_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class _Endings:
    """Ended tenancies in order of home and day, arrays of equal length; `home` counts through the town."""

    home: Ints
    day: Ints
    reason: Ints
    complexes: Ints


def _turnover_ratio(town: Town, buildings: Buildings) -> Floats:
    """Relative turnover, (n_complexes, n_weeks), mean 1 over homes and the year: summer peak, audience."""
    audience = buildings.table["audience"].to_list()
    ratio = np.array([_AUDIENCE_RATIOS[AUDIENCES.index(each)] for each in audience])
    ratio = ratio * buildings.homes.sum() / (ratio * buildings.homes).sum()
    wave = 1 + 0.2 * np.cos(2 * np.pi * (week_of_year(town) - 30) / WEEKS_A_YEAR)
    return np.asarray(ratio[:, None] * wave[None, :], dtype=np.float64)


def _ended(town: Town, buildings: Buildings, d: Floats, first_home: Ints, rng: np.random.Generator) -> _Endings:
    """All endings: people leaving, changes on paper, and homes taken out of use."""
    rates = town.rates
    everything = rates.turnover + rates.name_changes
    mean = buildings.occupied * everything * _turnover_ratio(town, buildings) * np.exp(_TURNOVER_LOADING * d)
    complexes, weeks = cells(rng.poisson(mean))
    n = complexes.size
    home = (rng.random(n) * buildings.occupied[complexes, weeks]).astype(np.int64)
    is_paper = rng.random(n) < rates.name_changes / everything
    reason = np.where(is_paper, np.where(rng.random(n) < 0.75, _PAPER, _SWAP), picks(rng, _LEAVING_WEIGHTS, n))
    # Homes go out of use from the highest number down, so the ones that residents speak from stay longest.
    taken = np.maximum(np.diff(buildings.out_of_use, axis=1, prepend=buildings.out_of_use[:, :1]), 0)
    out_complexes, out_weeks = cells(taken)
    still = np.repeat((buildings.homes[:, None] - buildings.out_of_use).ravel(), taken.ravel())
    start = np.repeat(np.cumsum(taken.ravel()) - taken.ravel(), taken.ravel())
    out_home = still + np.arange(out_complexes.size) - start

    complexes = np.concatenate([complexes, out_complexes])
    weeks = np.concatenate([weeks, out_weeks])
    home = first_home[complexes] + np.concatenate([home, out_home])
    reason = np.concatenate([reason, np.full(out_home.size, _RENEWAL)])
    day = weeks * 7 + rng.integers(0, 7, size=complexes.size)
    order = np.lexsort((day, home))
    endings = _Endings(home[order], day[order], reason[order], complexes[order])
    return _possible(endings)


def _possible(endings: _Endings) -> _Endings:
    """Endings without those too soon after the last one, or shortly before the home goes out of use."""
    home, day, reason = endings.home, endings.day, endings.reason
    is_near = np.zeros(home.size, dtype=np.bool_)
    is_near[1:] = (home[1:] == home[:-1]) & (day[1:] - day[:-1] < _LEAST_DAYS)
    before_final = np.zeros(home.size, dtype=np.bool_)
    before_final[:-1] = is_near[1:] & (reason[1:] == _RENEWAL)
    keep = ((~is_near) & (~before_final)) | (reason == _RENEWAL)
    return _Endings(home[keep], day[keep], reason[keep], endings.complexes[keep])


def _first_starts(town: Town, buildings: Buildings, of_home: Ints, rng: np.random.Generator) -> Ints:
    """Day on which the first tenancy of each home began; never before the complex was in use."""
    opened = (buildings.table["in_use_from"] - first_monday(town)).dt.total_days().to_numpy()[of_home]
    years = rng.exponential(_MEAN_YEARS, of_home.size)
    years = np.where(years > _MAX_YEARS, _MAX_YEARS * rng.random(of_home.size), years)
    long_ago = -1 - (years * 365.25).astype(np.int64)
    return np.asarray(np.maximum(long_ago, opened + rng.integers(0, 28, size=of_home.size)), dtype=np.int64)


def _found_condition(habits: Habits, d: Floats, endings: _Endings, rng: np.random.Generator) -> pl.Series:
    """Condition at the turnover inspection [1 good .. 6 bad]; 4 and worse is bad (NEN 2767: moderate)."""
    _, b = habits.loading("bad_condition")
    weeks = np.clip(endings.day // 7, 0, d.shape[1] - 1)
    log_odds = habits.bad_condition_log_odds + b * d[endings.complexes, weeks]
    log_odds = log_odds + habits.offset("bad_condition")[endings.complexes]
    n = endings.day.size
    is_bad = rng.random(n) < 1 / (1 + np.exp(-log_odds))
    found = np.where(is_bad, 4 + picks(rng, (0.7, 0.24, 0.06), n), 1 + picks(rng, (0.25, 0.45, 0.30), n))
    is_inspected = (endings.reason < _PAPER) & (rng.random(n) < _INSPECTED_SHARE)
    return pl.select(pl.when(pl.lit(pl.Series(is_inspected))).then(pl.lit(pl.Series(found)))).to_series()


def tenancies_table(town: Town, buildings: Buildings, habits: Habits, d: Floats, seed: int) -> pl.DataFrame:
    """The contract table `tenancies`: ended ones and, per home in use, the one that runs."""
    rng = room_generator(seed, "tenancies")
    first_home = np.cumsum(buildings.homes) - buildings.homes
    of_home = np.repeat(np.arange(town.n_complexes), buildings.homes)
    starts = _first_starts(town, buildings, of_home, rng)
    all_endings = _ended(town, buildings, d, first_home, rng)
    possible = all_endings.day >= starts[all_endings.home] + _LEAST_DAYS
    possible |= (all_endings.reason == _RENEWAL) & (all_endings.day > starts[all_endings.home])
    endings = _Endings(*(getattr(all_endings, name)[possible] for name in ("home", "day", "reason", "complexes")))

    # A home stands empty for two to eight weeks; a change on paper takes no day.
    is_paper = np.isin(endings.reason, (_PAPER, _SWAP))
    next_start = endings.day + np.where(is_paper, 1, rng.integers(14, 60, size=endings.day.size))
    is_first = np.ones(endings.home.size, dtype=np.bool_)
    is_first[1:] = endings.home[1:] != endings.home[:-1]
    started = np.where(is_first, starts[endings.home], np.roll(next_start, 1))

    # The tenancy that follows the last ending of a home, unless the home went out of use.
    runs_from = starts.copy()
    is_last = np.roll(is_first, -1)
    runs_from[endings.home[is_last]] = next_start[is_last]
    is_running = runs_from < town.n_weeks * 7
    is_running[endings.home[endings.reason == _RENEWAL]] = False
    # Homes that were out of use before the first week have no tenancy at all.
    number = np.arange(of_home.size) - first_home[of_home]
    is_running &= number < (buildings.homes - buildings.out_of_use[:, 0])[of_home]
    running = np.flatnonzero(is_running)

    home = np.concatenate([endings.home, running])
    complexes = of_home[home]
    days = np.concatenate([started, runs_from[running]])
    nothing = np.zeros(running.size, dtype=np.int64)
    ended = np.concatenate([endings.day, nothing])
    reason = np.concatenate([endings.reason, nothing + _RUNNING])
    found = _found_condition(habits, d, endings, rng)
    table = pl.DataFrame(
        {
            "complex_id": buildings.ids.gather(complexes),
            "home_key": numbered("H", home),
            "started_on": date_column(town, days),
            "ended_on": date_column(town, ended, reason != _RUNNING),
            "end_reason": words(REASONS, reason),
            "found_condition": found.extend(pl.Series([None] * running.size, dtype=found.dtype)),
        }
    )
    table = table[np.lexsort((home, days))]
    return table.insert_column(0, numbered("T", table.height).alias("tenancy_id"))
