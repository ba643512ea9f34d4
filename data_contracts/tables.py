"""The warehouse table of a contract: how it is made, and whether a table still has that exact shape.

No index, sequence, key or CHECK is declared, so that the same statements run on a DuckLake catalog. Keys are
enforced by the contracts, on the way in.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from data_contracts.contract import OURS, Contract
from data_contracts.problem import Problem

# What the warehouse itself keeps beside a contract's columns, for every input.
LINEAGE = (
    ("_first_seen_at", "TIMESTAMP"),  # when we first read this key, UTC: what as-of replays rest on
    ("_week", "DATE"),  # local Monday of the event, or NULL where the row has no date
    ("_withdrawn_at", "TIMESTAMP"),  # when it vanished from a full delivery, UTC; else NULL
    ("_valid_from", "DATE"),  # first Monday to which this version of the row applies
    ("_valid_until", "DATE"),  # first Monday to which it no longer applies; else NULL
)


@dataclass(frozen=True)
class ColumnShape:
    """Name and DuckDB type of one column of a table."""

    name: str
    physical_type: str


def table_shape(contract: Contract) -> tuple[ColumnShape, ...]:
    """The exact columns of the contract's table, in order; what is delivered carries its lineage as well."""
    columns = [ColumnShape(column.name, column.physical_type) for column in contract.columns]
    if contract.room not in OURS:
        columns += [ColumnShape(name, physical_type) for name, physical_type in LINEAGE]
    return tuple(columns)


def create_table(contract: Contract, table: str) -> str:
    """The CREATE statement of the contract's table, named `table` (`schema.name`)."""
    columns = ", ".join(f'"{each.name}" {each.physical_type}' for each in table_shape(contract))
    return f"create table if not exists {table} ({columns})"


def add_new_columns(con: duckdb.DuckDBPyConnection, contract: Contract, table: str) -> None:
    """Gives a table, empty, the columns that its contract got since the table was made; any other difference stays.

    Rows go in by position, so the table is written anew in the contract's order.
    """
    found = [name for name, _ in con.execute(_described(f"select * from {table}")).fetchall()]
    new = {each.name for each in contract.columns if each.added_in and each.name not in found}
    wanted = table_shape(contract)
    if not new or found != [each.name for each in wanted if each.name not in new]:
        return
    columns = [
        f'cast(null as {each.physical_type}) as "{each.name}"' if each.name in new else f'"{each.name}"'
        for each in wanted
    ]
    con.execute(f"create or replace table {table} as select {', '.join(columns)} from {table}")


def check_shape(con: duckdb.DuckDBPyConnection, contract: Contract, table: str) -> None:
    """Holds a table's names and types, in order, against its contract.

    Types come from DuckDB's own catalog: both sides are read back from it, so that spelling does not matter.

    Raises:
        Problem: `warehouse.other_shape`, with the first column that differs.
    """
    wanted = con.execute(_described(create_values(contract))).fetchall()
    found = con.execute(_described(f"select * from {table}")).fetchall()
    for want, have in zip(wanted + [None] * len(found), found + [None] * len(wanted), strict=False):
        if want != have:
            raise Problem(
                "warehouse.other_shape",
                table=table,
                column=(have or want or ("",))[0],
                wanted=" ".join(want) if want else "-",
                found=" ".join(have) if have else "-",
            )


def create_values(contract: Contract) -> str:
    """A SELECT of no rows that has the contract's columns and types."""
    columns = ", ".join(f'cast(null as {each.physical_type}) as "{each.name}"' for each in table_shape(contract))
    return f"select {columns} where false"


def _described(query: str) -> str:
    return f"select column_name, column_type from (describe {query})"
