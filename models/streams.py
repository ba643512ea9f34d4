"""The streams: what is counted, against which exposure, and what it can tell.

`report` streams need somebody who speaks; `condition` streams show how it is without anybody speaking. Six of them
are always hoped for; the seventh, damage done on purpose, is there where an organisation writes down the cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Follow-up reports grow with the square root of the homes: everyone in a large block assumes that another calls.
FOLLOW_UP_HOMES = 60


@dataclass(frozen=True)
class Stream:
    """One stream of the panel.

    Attributes:
        name: Name in the published tables; also the panel column that counts it.
        source: The input contract that it comes from.
        tells_of: Whether it moves with willingness to report or with the condition.
        exposure: Polars expression over `panel.weekly`: what the count is to be held against.
        has_physics: Whether the expected rate depends on building and season, or is one rate for all.
        loads_on: How strongly the log rate moves with reporting and with condition, before anything is learned.
        is_anchor: Whether that is never learned, because it gives the two latents their meaning.
    """

    name: str
    source: str
    tells_of: Literal["report", "condition"]
    exposure: pl.Expr
    has_physics: bool
    loads_on: tuple[float, float]
    is_anchor: bool = False


_HOMES = pl.col("homes_in_use").cast(pl.Float64)

STREAMS = (
    Stream("complaints", "complaints", "report", _HOMES, True, (1.0, 0.8)),
    Stream("normal_repairs", "repairs", "report", _HOMES, True, (0.7, 0.6)),
    Stream(
        "follow_up_reports",
        "repairs",
        "report",
        pl.col("incident_days_open") * (_HOMES / FOLLOW_UP_HOMES).sqrt(),
        False,
        (1.0, 0.0),
        is_anchor=True,
    ),
    Stream("urgent_repairs", "repairs", "condition", _HOMES, True, (0.15, 0.7)),
    Stream(
        "concerns", "field_signals", "condition", pl.col("visits").cast(pl.Float64), False, (0.0, 1.0), is_anchor=True
    ),
    Stream("bad_condition", "tenancies", "condition", pl.col("homes_inspected").cast(pl.Float64), False, (0.0, 0.8)),
    # What is broken or burnt on purpose gets repaired, whoever dares to speak: where people are afraid, it is loudest.
    Stream("vandalism_repairs", "repairs", "condition", _HOMES, True, (0.15, 0.7)),
)


@dataclass(frozen=True)
class StreamSeries:
    """One stream of all complexes over all weeks.

    Attributes:
        stream: Which one.
        seen: Counts; 0 where masked (n_complexes, n_weeks).
        exposure: What they are held against; 0 where masked (n_complexes, n_weeks).
        is_masked: Whether the week could not be observed (n_complexes, n_weeks).
    """

    stream: Stream
    seen: Floats
    exposure: Floats
    is_masked: NDArray[np.bool_]


def stream_series(weekly: pl.DataFrame, complex_ids: pl.Series, weeks: pl.Series) -> list[StreamSeries]:
    """The panel as arrays.

    Args:
        weekly: `panel.weekly`, one row per complex and week in use.
        complex_ids: Row order of the arrays (n_complexes).
        weeks: Column order of the arrays, Mondays (n_weeks).

    Returns:
        One series per stream, in the order of `STREAMS`. A complex that is not in use in a week is masked there.
    """
    rows, columns = places_of(weekly["complex_id"], complex_ids), places_of(weekly["week"], weeks)
    shape = (len(complex_ids), len(weeks))
    return [_series(stream, weekly, rows, columns, shape) for stream in STREAMS]


def places_of(values: pl.Series, among: pl.Series) -> NDArray[np.int64]:
    """Place of each value among others (n).

    Raises:
        polars.exceptions.InvalidOperationError: If one is not among them.
    """
    numbers = pl.int_range(len(among), eager=True)
    found: NDArray[np.int64] = values.replace_strict(among, numbers, return_dtype=pl.Int64).to_numpy()
    return found


def _series(
    stream: Stream,
    weekly: pl.DataFrame,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    shape: tuple[int, int],
) -> StreamSeries:
    counted = weekly.select(
        seen=pl.col(stream.name).cast(pl.Float64),
        exposure=pl.when(pl.col(stream.name).is_not_null()).then(stream.exposure),
    )
    is_masked = np.ones(shape, dtype=np.bool_)
    seen, exposure = np.zeros(shape), np.zeros(shape)
    is_masked[rows, columns] = counted["seen"].is_null().to_numpy()
    seen[rows, columns] = counted["seen"].fill_null(0).to_numpy()
    exposure[rows, columns] = counted["exposure"].fill_null(0).to_numpy()
    return StreamSeries(stream, seen, exposure, is_masked)
