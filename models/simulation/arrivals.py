"""When each record reaches the warehouse, and the delivery that somebody would have had on a given day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import polars as pl

from models.simulation.draws import room_generator
from models.simulation.town import Town

# Per contract: the column whose day starts the clock, the column that is filled in later, and what is known
# only then.
MOMENTS: dict[str, tuple[str, str | None, tuple[str, ...]]] = {
    "complaints": ("reported_at", "resolved_at", ("resolved_at",)),
    "repairs": ("requested_at", "completed_at", ("completed_at",)),
    "tenancies": ("started_on", "ended_on", ("ended_on", "end_reason", "found_condition")),
    "field_signals": ("observed_on", None, ()),
    "interventions": ("starts_on", "ends_on", ("ends_on",)),
    "registration_changes": ("starts_on", None, ()),
}

# Days that everybody takes (0 .. n - 1 at random), and how much likelier than the town's share a clear delay
# is. Tenancies pass the administration, field signals wait for the next office day. Assumed.
_USUAL_DAYS = {"complaints": (2, 1.0), "repairs": (1, 0.6), "tenancies": (10, 2.0), "field_signals": (4, 1.5)}


def _delays(rng: np.random.Generator, town: Town, contract: str, n: int) -> pl.Series:
    """Delay of each row [days]."""
    usual, likelier = _USUAL_DAYS.get(contract, (1, 0.0))
    is_late = rng.random(n) < min(town.late_share * likelier, 1)
    days = rng.integers(0, usual, size=n) + is_late * rng.exponential(town.late_days, n)
    return pl.Series(days.astype(np.int32))


def record_arrivals(town: Town, tables: Mapping[str, pl.DataFrame], seed: int) -> dict[str, pl.DataFrame]:
    """When each row arrives, in the row order of the tables.

    Returns:
        Per contract with events: `row_arrives_on`, and `end_arrives_on` where the row has an end that is
        filled in later (empty where it has none).
    """
    arrivals = {}
    for contract, (start, end, _) in MOMENTS.items():
        table = tables[contract]
        rng = room_generator(seed, f"arrivals of {contract}")
        days = {"row_arrives_on": table[start].cast(pl.Date)}
        if end is not None:
            days["end_arrives_on"] = table[end].cast(pl.Date)
        arrivals[contract] = pl.DataFrame(
            {
                name: (day.cast(pl.Int32) + _delays(rng, town, contract, table.height)).cast(pl.Date)
                for name, day in days.items()
            }
        )
    return arrivals


def delivery(
    town: Town,
    tables: Mapping[str, pl.DataFrame],
    arrivals: Mapping[str, pl.DataFrame],
    on: date,
    seed: int,
    *,
    with_duplicates: bool,
) -> dict[str, pl.DataFrame]:
    """The tables as delivered at the end of a day, without what had not arrived or was not yet known."""
    delivered = dict(tables)
    for contract, (_, end, known_at_end) in MOMENTS.items():
        table, days = tables[contract], arrivals[contract]
        if end is not None:
            is_known = days["end_arrives_on"] <= on
            table = table.with_columns(
                pl.when(pl.lit(is_known)).then(pl.col(name)).alias(name) for name in known_at_end
            )
        table = table.filter(days["row_arrives_on"] <= on)
        if with_duplicates:
            rng = room_generator(seed, f"duplicates of {contract}")
            twice = np.flatnonzero(rng.random(table.height) < town.duplicate_share)
            table = pl.concat([table, table[twice]])
        delivered[contract] = table
    return delivered
