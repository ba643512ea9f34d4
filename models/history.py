"""What was before the weeks that are told one by one: sums per four or eight weeks, as far back as the model looks.

With these, and with what the town taught, anybody who has the published tables can judge its complexes again, by other
thresholds or without a source (`what_if.py`).
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.blocks import LONG_BLOCK, SHORT_BLOCK, SHORT_UNTIL, telling_counts
from models.evidence import Evidence
from models.streams import STREAMS, places_of

# Half the size of the model's own: these arrays hold years of every complex at once.
Counts = NDArray[np.float32]


def earlier_sums(evidence: Evidence, ids: pl.Series, weeks: pl.Series, n_told: int) -> pl.DataFrame:
    """Seen and expected per complex, stream and block of weeks, before the last `n_told` weeks.

    Blocks begin where those of the model begin (`blocks.py`), and are as short as the model wants them in any of the
    told weeks; the first and the last may be shorter still.

    Args:
        evidence: Counts and expectations of all weeks.
        ids: Its complexes, in row order.
        weeks: Its Mondays.
        n_told: Weeks that are told one by one, the last of the evidence included [weeks].

    Returns:
        `complex_id`, `stream`, `starts_on` (Monday), `n_weeks`, `weeks_seen` [weeks], `seen`, `expected`, sorted by
        complex, start and stream. Blocks without sight are left out.
    """
    n_before = evidence.n_weeks - min(n_told, evidence.n_weeks)
    places = np.arange(n_before)
    length = np.where(places < n_before - SHORT_UNTIL, LONG_BLOCK, SHORT_BLOCK)
    starts = places[(places == 0) | ((evidence.first_week + places) % length == 0)]
    if not len(starts):
        return _rows(pl.DataFrame(schema=_SCHEMA))
    lengths = np.diff(np.append(starts, n_before))
    parts = []
    for series, expected in zip(evidence.series, evidence.expected, strict=True):
        due = expected[:, :n_before]
        seen, due, sight = (
            np.add.reduceat(each, starts, axis=1)
            for each in (
                telling_counts(series.seen[:, :n_before], due),
                due,
                (~series.is_masked[:, :n_before]).astype(np.int64),
            )
        )
        parts.append(
            pl.DataFrame(
                {
                    "complex_id": pl.Series(np.repeat(ids.to_numpy(), len(starts)), dtype=pl.String),
                    "stream": pl.repeat(series.stream.name, len(ids) * len(starts), eager=True),
                    "starts_on": pl.concat([weeks.gather(starts)] * len(ids)),
                    "n_weeks": np.tile(lengths, len(ids)),
                    "weeks_seen": sight.ravel(),
                    "seen": seen.ravel(),
                    "expected": due.ravel(),
                }
            ).filter(pl.col("weeks_seen") > 0)
        )
    return _rows(pl.concat(parts))


_SCHEMA = {
    "complex_id": pl.String,
    "stream": pl.String,
    "starts_on": pl.Date,
    "n_weeks": pl.Int32,
    "weeks_seen": pl.Int32,
    "seen": pl.Int64,
    "expected": pl.Float64,
}


def _rows(found: pl.DataFrame) -> pl.DataFrame:
    columns = [pl.col(name).cast(kind) for name, kind in _SCHEMA.items()]
    return found.select(columns).with_columns(pl.col("expected").round(6)).sort("complex_id", "starts_on", "stream")


def spread(
    streams: pl.DataFrame, history: pl.DataFrame, ids: pl.Series, weeks: pl.Series
) -> tuple[Counts, Counts, Counts]:
    """Published counts as arrays: weeks that were told one by one as they are, earlier ones spread over their block.

    Args:
        streams: The published table `streams`.
        history: The published table `history`.
        ids: Row order (n_complexes).
        weeks: Column order: all Mondays from the first block of `history` on (n_weeks).

    Returns:
        Seen, expected and sight, each (n_streams, n_complexes, n_weeks). Sums over a whole block are as they were;
        within one they are even.
    """
    shape = (len(STREAMS), len(ids), len(weeks))
    seen, expected, sight = (np.zeros(shape, dtype=np.float32) for _ in range(3))
    names = pl.Series([each.name for each in STREAMS])
    told = streams.filter(~pl.col("is_masked"))
    at = (places_of(told["stream"], names), places_of(told["complex_id"], ids), places_of(told["week"], weeks))
    due = told["expected"].to_numpy()
    expected[at], seen[at], sight[at] = due, np.where(due > 0, told["seen"].to_numpy(), 0), 1
    for n_weeks, rows in history.group_by("n_weeks"):
        length = int(n_weeks[0])
        stream, complexes = places_of(rows["stream"], names), places_of(rows["complex_id"], ids)
        first = places_of(rows["starts_on"], weeks)
        for array, column in ((seen, "seen"), (expected, "expected"), (sight, "weeks_seen")):
            for week in range(length):
                array[stream, complexes, first + week] = rows[column].to_numpy() / length
    return seen, expected, sight
