"""Small towns as evidence: known reporting and condition go in, counts come out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from models.evidence import Evidence
from models.streams import STREAMS, Floats, StreamSeries

HOMES = 40.0
YEARS = 156

# Events a week of a complex of 40 homes, and how they react to reporting and to condition.
RATES = {
    "complaints": (2.0, 1.0, 0.8),
    "normal_repairs": (3.0, 0.7, 0.6),
    "follow_up_reports": (1.0, 1.0, 0.0),
    "urgent_repairs": (1.5, 0.15, 0.7),
    "concerns": (0.3, 0.0, 1.0),
    "bad_condition": (0.3, 0.0, 0.8),
}
BY_HOMES = ("complaints", "normal_repairs", "urgent_repairs")

N_ORDINARY = 40
QUIET_DECLINE, CALM, LOUD, ALWAYS_QUIET = range(N_ORDINARY, N_ORDINARY + 4)
SPECIAL = (QUIET_DECLINE, CALM, LOUD, ALWAYS_QUIET)


def of_counts(counts: dict[str, Floats], homes: Floats, exposures: dict[str, Floats] | None = None) -> Evidence:
    """Evidence of given counts, with the pooled rate as what was expected (n_complexes, n_weeks)."""
    series, expected = [], []
    for stream in STREAMS:
        exposure = homes if stream.name in BY_HOMES else (homes > 0).astype(np.float64)
        exposure = (exposures or {}).get(stream.name, exposure)
        seen = counts.get(stream.name, np.zeros_like(homes))
        rate = seen.sum() / exposure.sum() if exposure.sum() > 0 else 0.0
        series.append(StreamSeries(stream, seen, exposure, np.zeros(homes.shape, dtype=np.bool_)))
        expected.append(exposure * rate)
    return Evidence(series, expected, np.zeros(homes.shape, dtype=np.bool_), homes)


def drawn(reporting: Floats, condition: Floats, homes: Floats | None = None, seed: int = 1) -> Evidence:
    """Poisson counts at these ratios to peers (n_complexes, n_weeks)."""
    rng = np.random.default_rng(seed)
    homes = np.full(reporting.shape, HOMES) if homes is None else homes
    return of_counts(
        {
            name: rng.poisson(
                rate * (homes / HOMES if name in BY_HOMES else homes > 0) * reporting**a * condition**b
            ).astype(np.float64)
            for name, (rate, a, b) in RATES.items()
        },
        homes,
    )


def story(seed: int = 1) -> Evidence:
    """Ordinary complexes, and one each: gone quiet and bad a year ago, gone calm, gone loud and bad, always quiet."""
    reporting, condition = np.ones((2, N_ORDINARY + 4, YEARS))
    last_year = slice(YEARS - 52, None)
    reporting[QUIET_DECLINE, last_year], condition[QUIET_DECLINE, last_year] = 0.15, 3.0
    reporting[CALM, last_year], condition[CALM, last_year] = 0.6, 0.4
    condition[LOUD, last_year] = 3.0
    reporting[ALWAYS_QUIET], condition[ALWAYS_QUIET] = 0.15, 3.0
    return drawn(reporting, condition, seed=seed)


def many(kinds: Iterable[tuple[float, float]], times: int, seed: int) -> Evidence:
    """`times` complexes of each (reporting, condition), one kind after the other."""
    reporting, condition = np.repeat(np.array(list(kinds)), times, axis=0).T
    weeks = np.ones((1, YEARS))
    return drawn(reporting[:, None] * weeks, condition[:, None] * weeks, seed=seed)


def masked(evidence: Evidence, stream: str, where: Any = slice(None)) -> Evidence:
    """The same, with a stream unobserved in some complexes, or in some weeks of them."""
    place = evidence.place(stream)
    old = evidence.series[place]
    is_masked = old.is_masked.copy()
    is_masked[where] = True
    series, expected = list(evidence.series), list(evidence.expected)
    series[place] = replace(
        old,
        seen=np.where(is_masked, 0.0, old.seen),
        exposure=np.where(is_masked, 0.0, old.exposure),
        is_masked=is_masked,
    )
    expected[place] = np.where(is_masked, 0.0, expected[place])
    return replace(evidence, series=series, expected=expected)


def taken(evidence: Evidence, rows: list[int]) -> Evidence:
    """Some complexes of it, in this order."""
    return Evidence(
        [
            replace(each, seen=each.seen[rows], exposure=each.exposure[rows], is_masked=each.is_masked[rows])
            for each in evidence.series
        ],
        [each[rows] for each in evidence.expected],
        evidence.is_feed_suspect[rows],
        evidence.homes[rows],
    )


def place_of(score: Floats, row: int) -> int:
    """How many complexes come before this one."""
    return int((score > score[row]).sum())
