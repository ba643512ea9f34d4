"""The shared tables as Parquet, for the reports that area teams build themselves; each keeps its contract."""

from __future__ import annotations

from pathlib import Path

import duckdb

from data_contracts.contract import Contract, contracts
from data_contracts.problem import Problem
from data_contracts.row_rules import quoted
from data_contracts.tables import check_shape, create_table
from flows.home import OWNER_ONLY_FILE
from flows.sandbox import lock
from flows.sharing.tier import SharedWeek


def write_tables(shared: SharedWeek, folder: Path) -> tuple[Path, ...]:
    """Writes one Parquet file per contract of the room `shared`.

    Args:
        shared: The week.
        folder: Where to; it exists.

    Returns:
        The files.

    Raises:
        Problem: `publishing.breach`, if a table does not keep its contract: a fault of ours.
    """
    with duckdb.connect(":memory:") as con:
        lock(con, [folder])
        return tuple(_write(con, shared, promised, folder) for promised in contracts("shared").values())


def _write(con: duckdb.DuckDBPyConnection, shared: SharedWeek, promised: Contract, folder: Path) -> Path:
    rows = getattr(shared, promised.name).select(promised.column_names)
    con.execute(create_table(promised, promised.name))
    con.register("arriving", rows.to_arrow())
    con.execute(f"insert into {promised.name} from arriving")
    con.unregister("arriving")
    check_shape(con, promised, promised.name)
    for rule in promised.rules:
        found = con.execute(f"select count(*) from {promised.name} where not ({rule.predicate})").fetchone()
        if found and found[0]:
            raise Problem("publishing.breach", table=promised.name, rule=rule.id, breaches=found[0], rows=rows.height)
    said = {"run_id": shared.run_id, "contract": promised.name, "contract_version": promised.version}
    if shared.attribution:
        said["attribution"] = shared.attribution
    metadata = ", ".join(f"{name}: {quoted(value)}" for name, value in said.items())
    file, making = folder / f"{promised.name}.parquet", folder / f".{promised.name}.making"
    order = ", ".join(promised.sorted_by)
    con.execute(
        f"copy (from {promised.name} order by {order}) to {quoted(making)} "
        f"(format parquet, compression zstd, kv_metadata {{{metadata}}})"
    )
    making.chmod(OWNER_ONLY_FILE)
    return making.replace(file)
