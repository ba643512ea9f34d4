"""Puts one checked delivery into the warehouse: good rows in by key, broken ones aside, withdrawn ones marked."""

from __future__ import annotations

import json

import duckdb
import polars as pl

from data_contracts.contract import Contract
from data_contracts.problem import Problem
from data_contracts.set_apart import rows_set_apart
from flows.reading import ReadDelivery
from flows.run import Run
from flows.warehouse import insert_rows

# A list of a few rows may lose some of them in one week.
FEW_ROWS = 5
# Answers from the answers folder: the mapping never had them, and their files may be put away.
NEVER_DELIVERED = {
    "outcomes": """ and not exists (
        from checks.folder_answers as noted
        where noted.flag_id = old.flag_id and noted.reviewed_on = old.reviewed_on)"""
}


def merge(con: duckdb.DuckDBPyConnection, run: Run, promised: Contract, delivery: ReadDelivery) -> int:
    """Puts good rows in, broken ones aside, and marks (and counts) withdrawn ones, in a transaction of the caller."""
    name, read_at = promised.name, run.read_at.replace(tzinfo=None)
    same_key = " and ".join(f"old.{key} = staged.{key}" for key in promised.key)
    columns = ", ".join(f"staged.{column}" for column in promised.column_names)
    _quarantine(con, promised, delivery, read_at)
    con.execute(
        f"""
        create or replace temp table incoming as
        select {columns}, coalesce(old._first_seen_at, ?::timestamp) as _first_seen_at, staged._week,
          null::timestamp as _withdrawn_at,
          case when {_is_new_version(promised)} then ?::date else coalesce(old._valid_from, date '0001-01-01') end
            as _valid_from,
          null::date as _valid_until
        from staging.{name} as staged
        join staging.{name}_fates as fates on fates._row = staged._row and fates._fate = 'kept'
        left join (from raw.{name} where _valid_until is null) as old on {same_key}
    """,
        [read_at, run.last_week],
    )
    if _is_dated(promised):
        # The earlier version goes on to hold for the weeks before; within one week the last one counts. One that
        # was withdrawn and is back was there all along: else it would lose its past.
        con.execute(
            f"""
            update raw.{name} as old set _valid_until = ?::date, _withdrawn_at = null
            from incoming as staged
            where {same_key} and old._valid_until is null and old._valid_from < staged._valid_from
        """,
            [run.last_week],
        )
    con.execute(f"delete from raw.{name} as old using incoming as staged where {same_key} and old._valid_until is null")
    con.execute(f"insert into raw.{name} select * from incoming")
    # What says by now that it lies before the kept weeks leaves, with what it said before.
    con.execute(f"delete from raw.{name} as old using left_out as staged where {same_key} and _key_versions = 1")
    return _withdraw(con, run, promised, delivery, same_key)


def _is_dated(promised: Contract) -> bool:
    """Master data has no event: an earlier version held for the earlier weeks."""
    return promised.event_column is None


def _is_new_version(promised: Contract) -> str:
    return "old._valid_from is not null" if _is_dated(promised) else "false"


def _withdraw(
    con: duckdb.DuckDBPyConnection, run: Run, promised: Contract, delivery: ReadDelivery, same_key: str
) -> int:
    """Marks what a full delivery no longer has. A row that came but was broken is not withdrawn.

    A well-formed file that was cut off would withdraw nearly everything; so many are not believed.
    """
    is_full = run.mapping.terms_of(promised.name).delivery == "full"
    if not is_full or run.mapping.source_file(promised.name) is None or _lacks_keys(con, promised, delivery):
        return 0
    gone = (
        f"not exists (from staging.{promised.name} as staged where {same_key}){NEVER_DELIVERED.get(promised.name, '')}"
    )
    current = f"raw.{promised.name} as old where _withdrawn_at is null and _valid_until is null"
    found = con.execute(f"select count(*) filter ({gone}), count(*) from {current}").fetchone()
    n_gone, n_before = found or (0, 0)
    if n_gone > max(FEW_ROWS, run.settings.policy.most_withdrawn_share * n_before):
        raise Problem("ingest.too_many_gone", file=delivery.file, count=n_gone, rows=n_before)
    con.execute(
        f"update raw.{promised.name} as old set _withdrawn_at = ? "
        f"where _withdrawn_at is null and _valid_until is null and {gone}",
        [run.read_at.replace(tzinfo=None)],
    )
    return int(n_gone)


def _lacks_keys(con: duckdb.DuckDBPyConnection, promised: Contract, delivery: ReadDelivery) -> bool:
    """Whether a row came of which nobody can say which one it is: then nobody can say which one is gone either."""
    without = " or ".join(f"{key} is null" for key in promised.key)
    found = con.execute(
        f"select getvariable('keys_cleaned') > 0 or exists (from staging.{promised.name} where {without})"
    ).fetchone()
    return bool(delivery.rejected or (found and found[0]))


def _quarantine(con: duckdb.DuckDBPyConnection, promised: Contract, delivery: ReadDelivery, read_at: object) -> None:
    """Keeps each distinct broken row once, hashed and cleaned, with how often it came and when it was last seen."""
    broken = f"from staging.{promised.name}_fates where _fate = 'quarantined'"
    apart = rows_set_apart(con, promised, delivery.columns, f"select _row, _rules {broken}")
    rules = [[*each.rules] for each in apart] + [["line.shape"] for _ in delivery.rejected]
    # Of a line that is no row only its number is told: what stands in it nobody can tell apart.
    lines = [json.dumps({"line": each.line, "error": each.why}) for each in delivery.rejected]
    con.execute("create or replace temp table broken (rules varchar[], original varchar)")
    insert_rows(
        con,
        "broken",
        pl.DataFrame(
            {"rules": rules, "original": [each.as_json for each in apart] + lines},
            {"rules": pl.List(pl.String), "original": pl.String},
        ),
    )
    con.execute("""
        create or replace temp table broken_now as
        select any_value(rules) as rules, original, count(*) as copies from broken group by original
    """)
    con.execute(
        """
        update checks.quarantine as kept set rules = broken_now.rules, copies = broken_now.copies, last_seen_at = ?
        from broken_now where kept.source = ? and kept.original = broken_now.original
    """,
        [read_at, promised.name],
    )
    con.execute(
        """
        insert into checks.quarantine
        select $source, rules, original, copies, $read_at, $read_at from broken_now
        where original not in (select original from checks.quarantine where source = $source)
    """,
        {"source": promised.name, "read_at": read_at},
    )
