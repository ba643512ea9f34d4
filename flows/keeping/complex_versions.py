"""Earlier versions of complexes, read off the published weeks: a source delivers only how they are now.

Only complexes that changed between two published weeks are told; of the others the next delivery tells all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from data_contracts.contract import contract

ALWAYS = date(1, 1, 1)
"""From when a first version holds, as in the warehouse."""


def complex_versions(weeks: Sequence[tuple[date, pl.DataFrame]]) -> pl.DataFrame:
    """The versions of every complex, also of one that is gone: what is reported about it must still find it.

    Args:
        weeks: Monday and published table `complexes` of each week, oldest first; at least one. A table of before a
            column was added lacks it: what the next week says of it is taken to have held then, too.

    Returns:
        One row per complex and version: the columns of the input contract, `_valid_from`, `_valid_until`, and `is_gone`
        where the last week has it no more.
    """
    columns = contract("inputs", "complexes").column_names
    told = pl.concat([table.with_columns(week=pl.lit(week)) for week, table in weeks], how="diagonal")
    lacking = {name: [week for week, table in weeks if name not in table.columns] for name in columns}
    told = told.sort("complex_id", "week").with_columns(
        _filled(name, absent) for name, absent in lacking.items() if absent and name in told.columns
    )
    content = [name for name in columns if name in told.columns and name != "complex_id"]
    versions = (
        told.with_columns(is_first=_before("week").is_null())
        .filter(pl.col("is_first") | pl.any_horizontal(pl.col(each).ne_missing(_before(each)) for each in content))
        .with_columns(
            _valid_from=pl.when("is_first").then(pl.lit(ALWAYS)).otherwise("week"),
            _valid_until=pl.col("week").shift(-1).over("complex_id"),
        )
    )
    is_gone = ~pl.col("complex_id").is_in(weeks[-1][1]["complex_id"].implode())
    told_in_full = set(columns) <= set(weeks[-1][1].columns)
    # Of a week that does not tell every column, a complex that did not change would seem to change when it is read.
    kept = versions if told_in_full else versions.filter((pl.len().over("complex_id") > 1) | is_gone)
    return kept.select("complex_id", *content, "_valid_from", "_valid_until", is_gone=is_gone)


def _before(name: str) -> pl.Expr:
    return pl.col(name).shift(1).over("complex_id")


def _filled(name: str, absent: Sequence[date]) -> pl.Expr:
    """The column, where a week does not tell it, as the first later week tells it; an empty cell is told as well."""
    said = pl.when(~pl.col("week").is_in(list(absent))).then(pl.struct(pl.col(name)))
    return said.backward_fill().over("complex_id").struct.field(name)
