"""Repair requests from homes and from common areas: the contract table `repairs`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from models.simulation.buildings import Buildings
from models.simulation.draws import (
    Floats,
    Ints,
    cells,
    numbered,
    overdispersed_counts,
    picks,
    reporter_homes,
    reporter_keys,
    room_generator,
    words,
)
from models.simulation.feeds import Feeds
from models.simulation.habits import Habits, week_of_year, weekly_mean
from models.simulation.incidents import CAUSES as COMMON_CAUSES
from models.simulation.incidents import DEFECTS as COMMON_DEFECTS
from models.simulation.incidents import IncidentReports
from models.simulation.moments import (
    DAY,
    EVERY_DAY,
    WEEKDAYS,
    end_second,
    report_seconds,
    utc_column,
    working_moments,
)
from models.simulation.town import Town

# VERA DEFECTSOORT.DEFECTLOCATIE: weight in summer, weight in winter. Codes are unique only within their own
# soort, so both are given. Assumed.
_NORMAL = {
    "STO.TRI": (0.10, 0.20),  # heating
    "LEK.BAD": (0.12, 0.12),
    "DRP.KEU": (0.12, 0.10),
    "LOO.TOI": (0.10, 0.09),
    "KLE.HAL": (0.10, 0.07),
    "DEF.KEU": (0.09, 0.09),
    "SCH.BAD": (0.05, 0.09),
    "VS0.KEU": (0.10, 0.08),
    "ONA.BAD": (0.06, 0.05),
    "TOC.WOO": (0.02, 0.06),
    "BRE.OVE": (0.08, 0.05),
    "MUI.KEU": (0.06, 0.00),
}
_URGENT = {
    "STO.TRI": (0.16, 0.42),
    "LEK.BAD": (0.24, 0.18),
    "VS0.TOI": (0.22, 0.15),
    "SDE.HAL": (0.12, 0.08),
    "STO.OVE": (0.14, 0.09),  # no electricity
    "GLA.WOO": (0.06, 0.04),
    "GAS.KEU": (0.06, 0.04),
}
# Wear first; damage inside homes is seldom vandalism or fire.
_HOME_CAUSES = (0.69, 0.003, 0.0007, 0.02, 0.06, 0.06, 0.1663)

DEFECTS = tuple(dict.fromkeys([*_NORMAL, *_URGENT, *COMMON_DEFECTS]))
CAUSES = ("wear", "vandalism", "fire", "storm", "water", "resident", None)


@dataclass(frozen=True, slots=True)
class _Requests:
    """Repair requests as arrays of equal length: positions in the vocabularies above; -1 is none."""

    complexes: Ints
    seconds: Ints
    completed: Ints
    homes: Ints
    defect: Ints
    cause: Ints
    incident: Ints
    is_urgent: Ints


def _home_requests(
    town: Town,
    buildings: Buildings,
    habits: Habits,
    reporting: Floats,
    d: Floats,
    seed: int,
    *,
    is_urgent: bool,
) -> _Requests:
    """Requests from inside homes, of one urgency."""
    stream = "urgent_repairs" if is_urgent else "normal_repairs"
    rng = room_generator(seed, stream)
    mean = weekly_mean(town, habits, stream, buildings.team, reporting, d, rng)
    complexes, weeks = cells(overdispersed_counts(rng, mean, town.dispersion))
    n = complexes.size
    weekdays, office, night = (EVERY_DAY, 0.5, 0.14) if is_urgent else (WEEKDAYS, 0.7, 0.05)
    seconds, _ = report_seconds(rng, weeks, weekdays, office_share=office, night_share=night)
    homes = reporter_homes(rng, buildings.occupied[complexes, weeks], concentration=1.4)
    table = _URGENT if is_urgent else _NORMAL
    year = week_of_year(town)[weeks]
    summer = picks(rng, [weights[0] for weights in table.values()], n)
    winter = picks(rng, [weights[1] for weights in table.values()], n)
    own = np.where((year < 14) | (year > 42), winter, summer)
    defect = np.array([DEFECTS.index(name) for name in table])[own]
    # Urgent repairs take a day, others nine in the median.
    median, sigma = (0.9, 0.7) if is_urgent else (9.0, 0.8)
    completed = seconds + (rng.lognormal(np.log(median), sigma, n) * DAY).astype(np.int64)
    if not is_urgent:
        completed = working_moments(rng, completed, not_before=seconds + 3600)
    cause = picks(rng, _HOME_CAUSES, n)
    nobody = np.full(n, -1, dtype=np.int64)
    return _Requests(complexes, seconds, completed, homes, defect, cause, nobody, np.full(n, int(is_urgent)))


def _common_requests(reports: IncidentReports) -> _Requests:
    """The same arrays for reports of common-area incidents."""
    defect = np.array([DEFECTS.index(name) for name in COMMON_DEFECTS])[reports.defect]
    cause = np.array([CAUSES.index(name) for name in COMMON_CAUSES])[reports.cause]
    return _Requests(
        reports.complexes, reports.seconds, reports.completed, reports.homes, defect, cause, reports.number,
        reports.is_urgent,
    )  # fmt: skip


def _together(parts: Sequence[_Requests], feeds: Feeds) -> _Requests:
    """All requests that were registered, in order of time."""
    complexes = np.concatenate([part.complexes for part in parts])
    seconds = np.concatenate([part.seconds for part in parts])
    order = np.flatnonzero(~feeds.is_unregistered[complexes, seconds // (7 * DAY)])
    order = order[np.argsort(seconds[order], kind="stable")]
    return _Requests(
        complexes[order],
        seconds[order],
        np.concatenate([part.completed for part in parts])[order],
        np.concatenate([part.homes for part in parts])[order],
        np.concatenate([part.defect for part in parts])[order],
        np.concatenate([part.cause for part in parts])[order],
        np.concatenate([part.incident for part in parts])[order],
        np.concatenate([part.is_urgent for part in parts])[order],
    )


def repair_requests(
    town: Town,
    buildings: Buildings,
    habits: Habits,
    feeds: Feeds,
    incidents: IncidentReports,
    reporting: Floats,
    d: Floats,
    seed: int,
) -> pl.DataFrame:
    """The contract table `repairs`; `reporting` is r + echo, (n_complexes, n_weeks)."""
    rng = room_generator(seed, "repairs")
    parts = [_home_requests(town, buildings, habits, reporting, d, seed, is_urgent=each) for each in (False, True)]
    rows = _together([*parts, _common_requests(incidents)], feeds)
    del parts
    n = rows.seconds.size
    is_known = (rows.homes >= 0) & (rng.random(n) > 0.04)
    return pl.DataFrame(
        {
            "repair_id": numbered("R", n),
            "complex_id": buildings.ids.gather(rows.complexes),
            "requested_at": utc_column(town, rows.seconds),
            "completed_at": utc_column(town, rows.completed, rows.completed < end_second(town)),
            "urgency": words(("normal", "urgent"), rows.is_urgent),
            "location": words(("home", "common"), (rows.incident >= 0).astype(np.int64)),
            "defect": words(DEFECTS, rows.defect),
            "cause": words(CAUSES, rows.cause),
            "reporter_key": reporter_keys(rows.complexes, np.maximum(rows.homes, 0), is_known),
            "incident_key": numbered("G", rows.incident),
        }
    )
