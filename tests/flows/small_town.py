"""A corporation of three complexes, its folder of sources, and runs over it at any moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from data_contracts.contract import contract
from flows.home import Home
from flows.ingest import Account, take_in
from flows.reading import ReadDelivery, read_delivery
from flows.run import Run, make_run
from flows.warehouse import open_warehouse, prepare_warehouse

MONDAY = datetime(2026, 11, 16, 5, 0, tzinfo=UTC)
NEXT_MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
COMPLEXES = "complex_id,name,area_team,homes\nC1,Linde,Noord,40\nC2,Beuk,Noord,25\nC3,Eik,Zuid,60\n"
HEADER = "complaint_id,complex_id,reported_at,category\n"


def complaints(count: int, first: int = 0) -> str:
    """Good rows, without the header."""
    return "".join(
        f"M{number},C{1 + number % 3},2026-11-{1 + number % 14:02} 10:00:00,SOC.GEL\n"
        for number in range(first, first + count)
    )


@dataclass(frozen=True)
class SmallTown:
    """A sources folder and a home beside it."""

    sources: Path
    home: Path

    def write(self, name: str, content: str | bytes) -> Path:
        file = self.sources / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def run(self, read_at: datetime = MONDAY) -> Run:
        return make_run(self.home, str(self.sources), None, None, read_at, "en")

    def read(self, name: str = "complaints") -> ReadDelivery:
        """What the reader makes of a source; nothing is taken in."""
        delivery = read_delivery(contract("inputs", name), self.run().mapping)
        assert delivery is not None
        return delivery

    def values(self, column: str, name: str = "complaints") -> list[Any]:
        return self.read(name).rows.column(column).to_pylist()

    @contextmanager
    def warehouse(self, read_at: datetime = MONDAY) -> Iterator[tuple[duckdb.DuckDBPyConnection, Run]]:
        run = self.run(read_at)
        with open_warehouse(run.home) as con:
            prepare_warehouse(con, run.run_id, run.read_at)
            yield con, run

    def take_in(self, *names: str, read_at: datetime = MONDAY) -> tuple[Account, ...]:
        """Takes in these sources; each account is held against the sum that must always be right."""
        with self.warehouse(read_at) as (con, run):
            accounts = tuple(take_in(con, run, name) for name in names)
        for each in accounts:
            told = each.rows_kept + each.rows_quarantined + each.rows_already_known + each.rows_forgotten
            assert each.rows_read == told
        return accounts

    def ask(self, query: str) -> list[Any]:
        with open_warehouse(Home(self.home)) as con:
            return con.execute(query).fetchall()
