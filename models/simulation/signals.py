"""What people saw in the field: the contract table `field_signals`.

A visit always leaves a record, also when there was nothing special, and that is what makes concerns a rate.
Signals without a visit key (police, intake, contractors, ...) are evidence whose exposure is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.simulation.buildings import Buildings
from models.simulation.complaints import Complaints
from models.simulation.draws import (
    Bools,
    Floats,
    Ints,
    cells,
    numbered,
    overdispersed_counts,
    picks,
    room_generator,
)
from models.simulation.draws import words as words_at
from models.simulation.habits import Habits
from models.simulation.moments import DAY, date_column, visit_days
from models.simulation.names import CONCERN_NOTES, NOTHING_NOTES, POSITIVE_NOTES
from models.simulation.town import Town
from models.simulation.visits import Visits, concern_probability

SOURCES = (
    "caretaker",
    "technician",
    "contractor",
    "inspection",
    "intake",
    "police",
    "municipality",
    "residents",
)
_VISIT_SOURCES = (0.68, 0.16, 0.06, 0.10, 0.0, 0.0, 0.0, 0.0)
_LOOSE_SOURCES = (0.0, 0.0, 0.15, 0.0, 0.28, 0.15, 0.17, 0.25)
_FEAR_SOURCES = (0.0, 0.20, 0.20, 0.0, 0.05, 0.40, 0.15, 0.0)

OCCASIONS = ("routine", "draw", "flag", "complaint", None)
ROUTINE, DRAW, HUNCH, COMPLAINT, LOOSE = range(5)
FINDINGS = ("concern", "nothing_special", "positive")

KINDS = tuple(CONCERN_NOTES)
_KIND_WEIGHTS = (0.35, 0.10, 0.07, 0.02, 0.06, 0.13, 0.01, 0.04, 0.03, 0.19)
_FEAR_KINDS = (0.08, 0.02, 0.20, 0.02, 0.03, 0.28, 0.12, 0.17, 0.08, 0.0)

_NOTES = tuple(note for notes in CONCERN_NOTES.values() for note in notes) + NOTHING_NOTES + POSITIVE_NOTES + (None,)
_NOTED_SHARE = 0.6

POSITIVE_SHARE = 0.15
"""Share of visits without a concern that find something good, at d = 0 [0-1]. Assumed."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """Signals in the making: arrays of equal length; `visit` is -1 outside visits, `finding` in FINDINGS."""

    complexes: Ints
    days: Ints
    occasion: Ints
    visit: Ints
    finding: Ints
    is_fear: Bools


def _from_visits(
    town: Town, visits: Visits, complaints: Complaints, chance: Floats, d: Floats, rng: np.random.Generator
) -> _Seen:
    """One signal per visit, and a second, positive one for some that found a concern."""
    found = [cells(counts) for counts in (visits.routine, visits.draw, visits.hunch)]
    complexes = [each[0] for each in found]
    days = [visit_days(rng, each[1]) for each in found]
    is_followed = rng.random(complaints.complexes.size) < town.complaint_visit_share
    after = complaints.seconds[is_followed] // DAY + rng.integers(1, 11, size=int(is_followed.sum()))
    after = after + np.where(after % 7 >= 5, 2, 0)  # nobody visits at weekends
    is_within = after < town.n_weeks * 7
    complexes.append(complaints.complexes[is_followed][is_within])
    days.append(after[is_within])

    occasion = np.repeat([ROUTINE, DRAW, HUNCH, COMPLAINT], [each.size for each in complexes])
    where, day = np.concatenate(complexes), np.concatenate(days)
    order = np.argsort(day, kind="stable")
    where, day, occasion = where[order], day[order], occasion[order]
    # Who goes because of a worry or a complaint finds more to worry about. Assumed: twice as often.
    likely = np.minimum(chance[where, day // 7] * np.where(occasion >= HUNCH, 2.0, 1.0), 0.95)
    is_concern = rng.random(where.size) < likely
    is_good = rng.random(where.size) < np.minimum(POSITIVE_SHARE * np.exp(-d[where, day // 7]), 0.8)
    finding = np.where(is_concern, 0, np.where(is_good, 2, 1))
    visit = np.arange(where.size)
    second = np.flatnonzero(is_concern & (rng.random(where.size) < 0.15))
    return _Seen(
        np.concatenate([where, where[second]]),
        np.concatenate([day, day[second]]),
        np.concatenate([occasion, occasion[second]]),
        np.concatenate([visit, visit[second]]),
        np.concatenate([finding, np.full(second.size, 2)]),
        np.zeros(where.size + second.size, dtype=np.bool_),
    )


def _outside_visits(town: Town, buildings: Buildings, fear: Floats, d: Floats, rng: np.random.Generator) -> _Seen:
    """Signals that come in by themselves, always concerns: more where d is high, and where fear is."""
    mean: Floats = town.rates.loose_signals * np.exp(0.8 * d) * buildings.occupied
    complexes, weeks = cells(overdispersed_counts(rng, mean, town.dispersion))
    feared, feared_weeks = cells(rng.poisson(town.fear_signals * fear * (buildings.occupied > 0)))
    where = np.concatenate([complexes, feared])
    days = np.concatenate([weeks, feared_weeks]) * 7 + rng.integers(0, 7, size=where.size)
    nothing = np.full(where.size, -1, dtype=np.int64)
    is_fear = np.arange(where.size) >= complexes.size
    return _Seen(where, days, np.full(where.size, LOOSE), nothing, np.zeros(where.size, dtype=np.int64), is_fear)


def _note_positions(rng: np.random.Generator, kind: Ints, finding: Ints) -> Ints:
    """Which sentence of _NOTES goes with each signal; the last one is no note."""
    sizes = np.array([len(notes) for notes in CONCERN_NOTES.values()])
    starts = np.cumsum(sizes) - sizes
    uniform = rng.random(kind.size)
    concern = starts[kind] + (uniform * sizes[kind]).astype(np.int64)
    nothing = sizes.sum() + (uniform * len(NOTHING_NOTES)).astype(np.int64)
    positive = sizes.sum() + len(NOTHING_NOTES) + (uniform * len(POSITIVE_NOTES)).astype(np.int64)
    chosen = np.choose(finding, [concern, nothing, positive])
    return np.where(rng.random(kind.size) < _NOTED_SHARE, chosen, len(_NOTES) - 1)


def planted_visit_table(seen: _Seen, chance: Floats) -> pl.DataFrame:
    """Routine and drawn visits with the true chance of a concern; columns as in `latents.Latents.visits`."""
    first = np.unique(seen.visit[seen.visit >= 0], return_index=True)[1]
    first = first[np.isin(seen.occasion[first], [ROUTINE, DRAW])]
    complexes, weeks = seen.complexes[first], seen.days[first] // 7
    return pl.DataFrame(
        {
            "visit_key": numbered("V", seen.visit[first]),
            "complex_index": complexes,
            "week": weeks,
            "is_draw": seen.occasion[first] == DRAW,
            "p_concern": chance[complexes, weeks],
        }
    )


def field_signals(
    town: Town,
    buildings: Buildings,
    habits: Habits,
    visits: Visits,
    complaints: Complaints,
    fear: Floats,
    d: Floats,
    seed: int,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The contract table `field_signals`, and the planted visits for `latents.Latents.visits`.

    Args:
        town: The settings.
        buildings: The stock.
        habits: Loadings and unit noise.
        visits: Planned visits.
        complaints: Registered complaints; some lead to a visit.
        fear: How far fear has come, `habits.afraid_weeks` [0-1], (n_complexes, n_weeks).
        d: True condition, (n_complexes, n_weeks).
        seed: The town's seed.
    """
    rng = room_generator(seed, "signals")
    chance = concern_probability(town, habits, d)
    both = (
        _from_visits(town, visits, complaints, chance, d, rng),
        _outside_visits(town, buildings, fear, d, rng),
    )
    truth = planted_visit_table(both[0], chance)
    seen = _Seen(*(np.concatenate([getattr(part, name) for part in both]) for name in _Seen.__slots__))
    order = np.argsort(seen.days, kind="stable")
    seen = _Seen(*(getattr(seen, name)[order] for name in _Seen.__slots__))
    n = order.size
    # A visitor in a place of fear meets the same things as the police do, half of the time.
    is_fear = seen.is_fear | (rng.random(n) < 0.5 * fear[seen.complexes, seen.days // 7])
    kind = np.where(is_fear, picks(rng, _FEAR_KINDS, n), picks(rng, _KIND_WEIGHTS, n))
    is_concern = seen.finding == 0
    # One visitor per visit: a second signal has the source of the first.
    by_visit = picks(rng, _VISIT_SOURCES, int(np.max(np.append(seen.visit, 0))) + 1)[np.maximum(seen.visit, 0)]
    loose = np.where(seen.is_fear, picks(rng, _FEAR_SOURCES, n), picks(rng, _LOOSE_SOURCES, n))
    worse = np.clip(d[seen.complexes, seen.days // 7] + rng.normal(0, 0.6, n), -1.5, 1.5)
    severity = 1 + (worse > 0.3).astype(np.int64) + (worse > 1.0)
    table = pl.DataFrame(
        {
            "signal_id": numbered("S", n),
            "complex_id": buildings.ids.gather(seen.complexes),
            "visit_key": numbered("V", seen.visit),
            "observed_on": date_column(town, seen.days),
            "source": words_at(SOURCES, np.where(seen.visit >= 0, by_visit, loose)),
            "occasion": words_at(OCCASIONS, seen.occasion),
            "finding": words_at(FINDINGS, seen.finding),
            "kind": words_at((*KINDS, None), np.where(is_concern, kind, len(KINDS))),
            "severity": pl.select(pl.when(pl.lit(pl.Series(is_concern))).then(pl.lit(pl.Series(severity)))).to_series(),
            "note": words_at(_NOTES, _note_positions(rng, kind, seen.finding)),
        }
    )
    return table, truth
