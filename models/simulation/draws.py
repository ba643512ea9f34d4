"""Random draws that several rooms share; every room has a generator of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def room_generator(seed: int, room: str) -> np.random.Generator:
    """The generator of one room, from the seed and the room's name only.

    A new room therefore never changes what the others draw.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(room.encode())))


def picks(rng: np.random.Generator, weights: Sequence[float], n: int) -> Ints:
    """`n` positions in `weights`, drawn in proportion to them."""
    return picked(weights, rng.random(n))


def picked(weights: Sequence[float], uniform: Floats) -> Ints:
    """The positions in `weights` that uniform draws stand for; fast for millions of rows."""
    cumulative = np.cumsum(np.asarray(weights, dtype=np.float64))
    drawn = np.searchsorted(cumulative, uniform * cumulative[-1], side="right")
    return np.asarray(np.minimum(drawn, len(weights) - 1), dtype=np.int64)


def lasting_uniform(salt: int, *keys: Ints) -> Floats:
    """A number in [0, 1) that always is the same for the same keys: a habit of this home, this matter, ..."""
    mixed = np.full(keys[0].shape, salt, dtype=np.uint64)
    # Steps of the SplitMix64 generator, which spreads neighbouring keys evenly.
    for key in keys:
        mixed = (mixed ^ key.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = mixed ^ (mixed >> np.uint64(27))
    return np.asarray(mixed >> np.uint64(11), dtype=np.float64) / 2.0**53


def words(vocabulary: Sequence[str | None], positions: Ints) -> pl.Series:
    """The words at these positions, as a text column without a name."""
    return pl.Series(vocabulary, dtype=pl.String).gather(positions)


def overdispersed_counts(rng: np.random.Generator, mean: Floats, dispersion: float) -> Ints:
    """Negative-binomial counts: Poisson whose mean wobbles by a gamma of variance `dispersion`.

    Args:
        rng: The room's generator.
        mean: Expected counts, any shape [>= 0].
        dispersion: φ in variance = μ + φ μ²; 0 gives Poisson.
    """
    if dispersion <= 0:
        return np.asarray(rng.poisson(mean), dtype=np.int64)
    wobble = rng.gamma(1 / dispersion, dispersion, size=mean.shape)
    return np.asarray(rng.poisson(mean * wobble), dtype=np.int64)


def cells(counts: Ints) -> tuple[Ints, Ints]:
    """One (complex, week) pair per event, from counts of shape (n_complexes, n_weeks)."""
    flat = np.repeat(np.arange(counts.size, dtype=np.int64), counts.ravel())
    complexes, weeks = np.divmod(flat, counts.shape[1])
    return complexes, weeks


def slow_waves(rng: np.random.Generator, n: int, n_weeks: int, sd: float) -> Floats:
    """Slowly drifting habits of shape (n, n_weeks): one sine per row, period 1.5 to 6 years.

    Sines and not random walks, so that the simulator's shape is not the model's.
    """
    if sd <= 0:
        return np.zeros((n, n_weeks))
    period = rng.uniform(78, 312, size=(n, 1))
    phase = rng.uniform(0, 2 * np.pi, size=(n, 1))
    size = rng.normal(0, sd * np.sqrt(2), size=(n, 1))
    waves: Floats = size * np.sin(2 * np.pi * np.arange(n_weeks)[None, :] / period + phase)
    return waves


def reporter_homes(rng: np.random.Generator, homes: Ints, concentration: float) -> Ints:
    """Which home speaks [0 .. homes - 1]; a concentration above 1 lets few homes speak often.

    Args:
        rng: The room's generator.
        homes: Homes in use, per event [>= 1].
        concentration: Power on a uniform draw; 3 lets the first eighth of the homes make half of the reports.
    """
    drawn = (rng.random(homes.size) ** concentration * homes).astype(np.int64)
    return np.asarray(np.minimum(drawn, np.maximum(homes, 1) - 1), dtype=np.int64)


def reporter_keys(complexes: Ints, homes: Ints, is_known: Bools) -> pl.Series:
    """A meaningless key per home, the same in every table; empty where the reporter is not known.

    Odd multiplication modulo 2³⁶ shuffles without collisions and keeps a key within 12 characters, which
    polars stores without a separate buffer.
    """
    scrambled = ((complexes * 1024 + homes) * 40_503_157_689 + 1_234_567) % (1 << 36)
    keys = pl.select(pl.format("p{}", pl.lit(pl.Series(scrambled)))).to_series()
    return pl.select(pl.when(pl.lit(pl.Series(is_known))).then(pl.lit(keys))).to_series()


def numbered(letter: str, numbers: Ints | int, digits: int = 8) -> pl.Series:
    """Row keys such as R00000012, for given numbers or for 0 .. n - 1; negative numbers stay empty."""
    given = np.arange(numbers, dtype=np.int64) if isinstance(numbers, int) else numbers
    series = pl.Series(given)
    text = pl.select(pl.format(letter + "{}", pl.lit(series).cast(pl.String).str.zfill(digits))).to_series()
    if given.size and bool((given < 0).any()):
        return pl.select(pl.when(pl.lit(series) >= 0).then(pl.lit(text))).to_series()
    return text
