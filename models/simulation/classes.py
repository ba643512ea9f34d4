"""What is planted in which complex: class, since when, how steep, how deep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.simulation.draws import Bools, Floats, Ints, room_generator
from models.simulation.town import CLASSES, Town

ALWAYS = -1_000_000
"""Onset week of what was there before the first week."""

CODE = {name: code for code, name in enumerate(CLASSES)}

SILENCE_KINDS = {
    "calm": "good",
    "afraid": "afraid",
    "cannot_report": "cannot",
    "not_looked_at": "not_looked_at",
    "emptied": "emptied",
    "quiet_decline": "unknown",
    "went_quiet": "unknown",
}
"""The kind of silence (docs/domain.md) of each planted class; "not_registered" is an outage, see `feeds.py`."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The planted story of every complex; all arrays have shape (n_complexes,).

    Attributes:
        planted: Position in CLASSES.
        r_from: Planted reporting before the onset [log].
        r_to: Planted reporting after the ramp [log].
        r_onset: Week in which reporting starts to change, or ALWAYS.
        r_ramp: Weeks that the change takes [>= 1]; 1 is a step.
        d_from: Planted condition before the onset [log, up is worse].
        d_to: Planted condition after the ramp [log].
        d_onset: Week in which condition starts to change, or ALWAYS.
        d_ramp: Weeks that the change takes [>= 1].
    """

    planted: Ints
    r_from: Floats
    r_to: Floats
    r_onset: Ints
    r_ramp: Ints
    d_from: Floats
    d_to: Floats
    d_onset: Ints
    d_ramp: Ints

    def is_class(self, name: str) -> Bools:
        """Which complexes got this class."""
        return np.equal(self.planted, CODE[name])

    @property
    def onset(self) -> Ints:
        """Week in which the story begins: the earlier of both onsets that are not ALWAYS, or ALWAYS."""
        both = np.stack([self.r_onset, self.d_onset])
        earliest = np.where(both == ALWAYS, np.iinfo(np.int64).max, both).min(axis=0)
        return np.where(earliest == np.iinfo(np.int64).max, ALWAYS, earliest)


def planted_classes(rng: np.random.Generator, town: Town) -> Ints:
    """Class of every complex: exactly round(share × n) of each planted one, at random places."""
    counts = [round(getattr(town.shares, name) * town.n_complexes) for name in CLASSES[1:]]
    listed = np.repeat(np.arange(1, len(CLASSES)), counts)[: town.n_complexes]
    codes = np.zeros(town.n_complexes, dtype=np.int64)
    codes[: listed.size] = listed
    return rng.permutation(codes)


def planted_plan(town: Town, seed: int) -> Plan:
    """Draw every complex's story.

    The levels are assumed. Truly quiet is r < log 0.6 = -0.51, truly declining d > log 1.4 = 0.34 (docs/model.md's
    policy); planted levels lie beyond both, the wobble of `latents.py` moves a few back.
    """
    rng = room_generator(seed, "classes")
    n = town.n_complexes
    planted = planted_classes(rng, town)
    r_from, r_to, d_from, d_to = np.zeros((4, n))
    # Enough history before an onset to notice it, some weeks after it to see it; short towns take less.
    earliest = min(26, town.n_weeks // 4)
    r_onset = rng.integers(earliest, max(earliest + 1, town.n_weeks - 6), size=n)
    # A fifth of the changes is a step, the others take up to a year.
    r_ramp = np.where(rng.random(n) < 0.2, 1, rng.integers(4, 53, size=n))
    # Decline mostly comes first and silence follows; both at once happens too.
    d_onset = np.maximum(r_onset - np.where(rng.random(n) < 0.5, rng.integers(0, 27, size=n), 0), 0)
    d_ramp = rng.integers(4, 53, size=n)

    deep_r = -rng.uniform(0.75, 1.6, size=n)
    deep_d = rng.uniform(0.55, 1.1, size=n)
    was_always = rng.random(n) < 0.5
    also_declines = rng.random(n) < 0.2

    def plant(name: str, levels: dict[str, Floats | float], *, always: Bools | None = None) -> None:
        """Set the levels of one class; where `always`, the new level holds from the start."""
        here = np.equal(planted, CODE[name])
        for array, key in ((r_from, "r_from"), (r_to, "r_to"), (d_from, "d_from"), (d_to, "d_to")):
            value = levels.get(key, 0.0)
            array[here] = np.broadcast_to(value, n)[here]
        if always is not None:
            r_onset[here & always] = ALWAYS
            d_onset[here & always] = ALWAYS

    everyone = np.ones(n, dtype=np.bool_)
    plant("ordinary", {}, always=everyone)
    plant("loud_declining", {"r_to": 0.15, "d_to": deep_d}, always=was_always)
    plant("quiet_decline", {"r_to": deep_r, "d_to": deep_d}, always=everyone)
    plant("went_quiet", {"r_to": deep_r, "d_to": deep_d})
    # Fear silences nuisance reports most (`habits.py` adds to this); a leak at home is still reported.
    plant("afraid", {"r_to": -rng.uniform(0.8, 1.3, size=n), "d_to": deep_d}, always=was_always)
    plant(
        "calm",
        {"r_to": -rng.uniform(0.0, 0.5, size=n), "d_to": -rng.uniform(0.5, 0.9, size=n)},
        always=everyone,
    )
    plant("cannot_report", {"r_to": deep_r, "d_to": np.where(also_declines, deep_d, 0.0)}, always=was_always)
    plant("not_looked_at", {"r_to": -rng.uniform(0.6, 1.2, size=n)}, always=everyone)
    plant("recovering", {"r_from": deep_r, "r_to": 0.2, "d_from": deep_d, "d_to": 0.05})
    plant("emptied", {"d_to": 0.3})

    recovers = np.equal(planted, CODE["recovering"])
    # Voices come back at once after the intervention, the building takes longer.
    d_onset[recovers] = r_onset[recovers] + 4
    r_ramp[recovers] = np.minimum(r_ramp[recovers], 20)
    d_ramp[recovers] = np.maximum(d_ramp[recovers], 26)
    return Plan(planted, r_from, r_to, r_onset, r_ramp, d_from, d_to, d_onset, d_ramp)
