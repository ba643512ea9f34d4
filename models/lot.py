"""The weekly lot: a few complexes of each team, drawn from all of them.

It honours visits without cause, and it is the only way to learn whether the list is right: nothing that the list or
the answers say weighs on it.
"""

from __future__ import annotations

from datetime import date
from hashlib import blake2b

import polars as pl

from models.policy import Policy


def drawn_by_lot(eligible: pl.DataFrame, week: date, policy: Policy, key: str = "") -> pl.DataFrame:
    """Draws without replacement from all eligible complexes of a team, each with the same chance.

    Args:
        eligible: `complex_id`, `area_team` of every complex that may be visited, those with a flag included.
        week: Monday of the list.
        policy: The values in force.
        key: A secret, without which nobody can draw the same lot.

    Returns:
        `complex_id` and `inclusion_probability` [0-1] of `drawn_per_team` complexes a team, or of all if there are
        fewer. The same week and seed draw alike, whatever the order of the rows.
    """
    ticket = pl.Series(
        [
            blake2b(f"{policy.seed}|{week}|{complex_id}".encode(), digest_size=8, key=key.encode()[:64]).hexdigest()
            for complex_id in eligible["complex_id"]
        ],
        dtype=pl.String,
    )
    return (
        eligible.select("complex_id", "area_team")
        .with_columns(ticket=ticket)
        .sort("ticket")
        .with_columns(place=pl.int_range(1, pl.len() + 1).over("area_team"), of=pl.len().over("area_team"))
        .filter(pl.col("place") <= policy.drawn_per_team)
        .select(
            "complex_id",
            inclusion_probability=(pl.lit(policy.drawn_per_team) / pl.col("of")).clip(0, 1).round(6),
        )
    )
