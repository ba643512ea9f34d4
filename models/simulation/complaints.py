"""Nuisance reports of residents: the contract table `complaints`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.simulation.buildings import Buildings
from models.simulation.classes import Plan
from models.simulation.draws import (
    Bools,
    Floats,
    Ints,
    cells,
    lasting_uniform,
    numbered,
    overdispersed_counts,
    picked,
    picks,
    reporter_homes,
    reporter_keys,
    room_generator,
    words,
)
from models.simulation.feeds import Feeds
from models.simulation.habits import Habits, afraid_weeks, weekly_mean
from models.simulation.moments import DAY, WEEKDAYS, end_second, report_seconds, utc_column, working_moments
from models.simulation.town import Town

# VERA ZAAKTYPEDETAILSOORT as SOORT.CODE: share, share in common areas, share in the surroundings. Assumed;
# noise leads everywhere. Health and personal codes (PSY, VER) do not occur.
CATEGORIES = {
    "SOC.GEL": (0.33, 0.10, 0.05),
    "SOC.RUZ": (0.13, 0.15, 0.05),
    "SOC.VUI": (0.12, 0.60, 0.25),
    "SOC.OVE": (0.09, 0.25, 0.15),
    "SOC.STA": (0.05, 0.35, 0.05),
    "SOC.VAN": (0.04, 0.75, 0.20),
    "SOC.ONV": (0.05, 1.00, 0.00),
    "SOC.AGR": (0.03, 0.35, 0.15),
    "SOC.DRU": (0.03, 0.40, 0.30),
    "SOC.HEN": (0.02, 0.00, 0.00),
    "SOC.ONG": (0.04, 0.30, 0.10),
    "SOC.DIE": (0.03, 0.15, 0.15),
    "OMG.HAN": (0.02, 0.00, 1.00),
    "WOO.ONR": (0.02, 0.00, 0.00),
}
CHANNELS = ("TEL", "EMA", "BAL", "BEZ", "APP", "INT", "INS", "BRI", "SMS")
_OFFICE_CHANNELS = (0.50, 0.15, 0.10, 0.03, 0.06, 0.13, 0.01, 0.01, 0.01)
_LATE_CHANNELS = (0.12, 0.24, 0.0, 0.0, 0.18, 0.44, 0.0, 0.0, 0.02)
_PORTAL_CHANNELS = (0.08, 0.20, 0.0, 0.02, 0.14, 0.54, 0.01, 0.0, 0.01)

FEAR_SHIFT = -1.5
"""Extra silence about nuisance where residents are afraid [log]: they still have a leak repaired. Assumed."""

_SAME_MATTER_DAYS = 28
_USUAL_SHARE = 0.7
"""Share of reports that are about the reporter's usual subject [0-1]. Assumed."""


@dataclass(frozen=True, slots=True)
class Complaints:
    """Attributes: the contract table, and complex and local second of each row, in the table's order."""

    table: pl.DataFrame
    complexes: Ints
    seconds: Ints


def _incident_numbers(complexes: Ints, homes: Ints, categories: Ints, seconds: Ints) -> Ints:
    """A number per matter: the same home on the same subject within 28 days of its last report.

    Rows with nothing before or after them get -1: a matter reported once needs no key.
    """
    order = np.lexsort((seconds, categories, homes, complexes))
    keys = np.stack([complexes[order], homes[order], categories[order]])
    is_new = np.ones(order.size, dtype=np.bool_)
    gap = np.diff(seconds[order]) > _SAME_MATTER_DAYS * DAY
    is_new[1:] = np.any(keys[:, 1:] != keys[:, :-1], axis=0) | gap
    number = np.cumsum(is_new) - 1
    number = np.where(np.bincount(number)[number] > 1, number, -1) if number.size else number
    result = np.empty_like(number)
    result[order] = number
    return result


def _keep(rng: np.random.Generator, feeds: Feeds, complexes: Ints, weeks: Ints) -> Bools:
    """Which reports become records: none in an outage, a share where the intake rule changed."""
    kept: Bools = rng.random(complexes.size) < feeds.kept_complaints[complexes, weeks]
    return kept & ~feeds.is_unregistered[complexes, weeks]


def nuisance_reports(
    town: Town,
    plan: Plan,
    buildings: Buildings,
    habits: Habits,
    feeds: Feeds,
    reporting: Floats,
    d: Floats,
    seed: int,
) -> Complaints:
    """Draw the complaints; `reporting` is r + echo, (n_complexes, n_weeks)."""
    rng = room_generator(seed, "complaints")
    mean = weekly_mean(town, habits, "complaints", buildings.team, reporting, d, rng)
    mean *= np.exp(FEAR_SHIFT * afraid_weeks(town, plan))
    complexes, weeks = cells(overdispersed_counts(rng, mean, town.dispersion))
    seconds, is_office = report_seconds(rng, weeks, WEEKDAYS, office_share=0.62, night_share=0.09)
    # Few reporters make many reports.
    homes = reporter_homes(rng, buildings.occupied[complexes, weeks], concentration=3.0)
    is_kept = _keep(rng, feeds, complexes, weeks)
    order = np.flatnonzero(is_kept)
    order = order[np.argsort(seconds[order], kind="stable")]
    complexes, weeks, seconds, homes = (each[order] for each in (complexes, weeks, seconds, homes))
    is_office = is_office[order]

    n = order.size
    names = list(CATEGORIES)
    # Who reports again mostly reports the same matter again, at the same place.
    salt = int(rng.integers(1 << 62))
    is_usual = rng.random(n) < _USUAL_SHARE
    subject = np.where(is_usual, lasting_uniform(salt, complexes, homes), rng.random(n))
    categories = picked([CATEGORIES[name][0] for name in names], subject)
    in_common = np.array([CATEGORIES[name][1] for name in names])[categories]
    outside = np.array([CATEGORIES[name][2] for name in names])[categories]
    place = lasting_uniform(salt, complexes, homes, categories)
    locations = np.where(place < in_common, 1, np.where(place < in_common + outside, 2, 0))
    channels = np.where(is_office, picks(rng, _OFFICE_CHANNELS, n), picks(rng, _LATE_CHANNELS, n))
    channels = np.where(feeds.is_digital[complexes, weeks], picks(rng, _PORTAL_CHANNELS, n), channels)
    # A matter takes two weeks on average, some take months.
    resolved = seconds + (rng.lognormal(np.log(9), 1.0, n) * DAY).astype(np.int64)
    resolved = working_moments(rng, resolved, not_before=seconds + 1800)
    table = pl.DataFrame(
        {
            "complaint_id": numbered("M", n),
            "complex_id": buildings.ids.gather(complexes),
            "reported_at": utc_column(town, seconds),
            "category": words(names, categories),
            "channel": words(CHANNELS, channels),
            "location": words(("home", "common", "surroundings"), locations),
            "reporter_key": reporter_keys(complexes, homes, rng.random(n) > 0.06),
            "incident_key": numbered("Z", _incident_numbers(complexes, homes, categories, seconds)),
            "resolved_at": utc_column(town, resolved, resolved < end_second(town)),
        }
    )
    return Complaints(table, complexes, seconds)
