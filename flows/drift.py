"""Columns that are not what they were: renamed, gone, or written in another way, and how to mend that.

A source that still can be read goes on, and its account says what changed; one of which a whole column cannot be read
stops with what to write in the mapping.
"""

from __future__ import annotations

import duckdb

from data_contracts.column_names import nearest_names
from data_contracts.contract import Contract
from data_contracts.expectations import RuleOutcome
from data_contracts.problem import Problem, Spoken
from data_contracts.row_rules import quoted
from data_contracts.staging import original_select
from flows.reading import ReadDelivery, identifier, shown_name

LONGEST_SHAPE = 30


def changed_columns(con: duckdb.DuckDBPyConnection, promised: Contract, delivery: ReadDelivery) -> tuple[Problem, ...]:
    """Optional columns that were not delivered and probably should have been; for who reads the account.

    One that looks like a column that was not read (`drift.renamed`), and one that earlier deliveries filled
    (`drift.vanished`).

    Args:
        con: The warehouse, before this delivery is merged.
        promised: The input contract.
        delivery: What was read.
    """
    if delivery.by_hand_from == 1:
        # Nothing but answers that people filled in: there is no file that could have changed.
        return ()
    missing = [column for column in promised.columns if column.name not in delivery.columns]
    renamed = nearest_names(missing, delivery.ignored)
    filled = _filled_before(con, promised, [each.name for each in missing if each.name not in renamed])
    return tuple(
        Problem(
            "drift.renamed",
            file=delivery.file,
            column=column,
            nearest=shown_name(nearest),
            select=f"{identifier(shown_name(nearest))} as {column}",
        )
        for column, nearest in renamed.items()
    ) + tuple(Problem("drift.vanished", file=delivery.file, column=column) for column in filled)


def retyped_column(
    con: duckdb.DuckDBPyConnection, promised: Contract, broken: tuple[RuleOutcome, ...], delivery: ReadDelivery
) -> Problem | None:
    """Why a whole column cannot be read, if that is what stops a source: none of its values is of the right type.

    Args:
        con: The warehouse, in which the delivery was staged.
        promised: The input contract.
        broken: The rules that are broken too often, worst first.
        delivery: What was read.
    """
    of_file = "true" if delivery.by_hand_from is None else f"_row < {int(delivery.by_hand_from)}"
    for outcome in broken:
        name, kind = outcome.rule_id.split(".", 1)
        if kind != "type":
            continue
        found = con.execute(
            f"select count({name}), count(*) filter (list_contains(_uncast, {quoted(name)})) "
            f"from staging.{promised.name} where {of_file}"
        ).fetchone()
        n_read, n_unread = found or (0, 0)
        if n_read == 0 and n_unread:
            column = promised.column(name)
            return Problem(
                "ingest.column_retyped",
                file=delivery.file,
                column=name,
                count=n_unread,
                wanted=Spoken(f"drift.type.{column.logical_type}"),
                example=column.example or "-",
                shape=_shape(con, promised, name, delivery),
                mend=Problem(f"connect.mend.type_{column.logical_type}", column=name),
            )
    return None


def _filled_before(con: duckdb.DuckDBPyConnection, promised: Contract, names: list[str]) -> list[str]:
    if not names:
        return []
    counts = ", ".join(f'count("{name}")' for name in names)
    found = con.execute(
        f"select {counts} from raw.{promised.name} where _withdrawn_at is null and _valid_until is null"
    ).fetchone()
    return [name for name, count in zip(names, found or (), strict=True) if count]


def _shape(con: duckdb.DuckDBPyConnection, promised: Contract, name: str, delivery: ReadDelivery) -> str:
    """How most of the values that do not fit are written; the values themselves may say something of somebody."""
    rows = f"select _row from staging.{promised.name} where list_contains(_uncast, {quoted(name)})"
    shape = r"regexp_replace(regexp_replace(value, '[0-9]', '9', 'g'), '\pL', 'a', 'g')"
    found = con.execute(
        f"select left({shape}, {LONGEST_SHAPE}) as shape from "
        f"(select original->>{quoted(name)} as value from ({original_select(promised, delivery.columns, rows)})) "
        "group by shape order by count(*) desc, shape limit 1"
    ).fetchone()
    return shown_name(found[0]) if found and found[0] else "-"
