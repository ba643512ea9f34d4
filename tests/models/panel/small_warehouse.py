"""A warehouse of a few rows, in memory: a test names only the columns that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from data_contracts.contract import contract
from data_contracts.tables import create_table, table_shape
from flows.warehouse import CHECKS_TABLES, set_variables
from models.panel import STEPS, panel_variables
from models.policy import Policy

Row = dict[str, Any]

TIMEZONE = "Europe/Amsterdam"
SOURCES = ("complexes", "complaints", "repairs", "tenancies", "field_signals")
ORDINARY: dict[str, Row] = {
    "complexes": {"complex_id": "C1", "name": "Linden", "area_team": "North", "homes": 40},
    "complaints": {"complex_id": "C1", "category": "SOC.GEL"},
    "repairs": {"complex_id": "C1", "urgency": "normal", "location": "home"},
    "tenancies": {"complex_id": "C1"},
    "field_signals": {"complex_id": "C1", "source": "caretaker", "finding": "nothing_special"},
}
POLARS = {
    "VARCHAR": pl.String,
    "INTEGER": pl.Int32,
    "DOUBLE": pl.Float64,
    "DATE": pl.Date,
    "TIMESTAMP": pl.Datetime("us"),
}


def monday_of(moment: date | datetime, timezone: str = TIMEZONE) -> date:
    """The local Monday of a day, or of a moment in UTC."""
    if isinstance(moment, datetime):
        moment = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(timezone)).date()
    return moment - timedelta(days=moment.weekday())


class SmallWarehouse:
    """The tables of `raw` and `checks` that the panel reads, and the panel counted from them.

    Attributes:
        rows: What was put in, every column filled, per table; the oracle counts from the same rows.
        gaps: What was put in `checks.gaps`.
    """

    def __init__(self) -> None:
        self.con = duckdb.connect(":memory:")
        self.con.execute("set timezone = 'UTC'")
        for schema in ("raw", "panel", "checks"):
            self.con.execute(f"create schema {schema}")
        for name in SOURCES:
            self.con.execute(create_table(contract("inputs", name), f"raw.{name}"))
        for name in ("gaps", "feed_alarms"):
            self.con.execute(f"create table checks.{name} ({CHECKS_TABLES[name]})")
        self.clear()

    def clear(self) -> None:
        """Takes every row out again."""
        self.rows: dict[str, list[Row]] = {name: [] for name in SOURCES}
        self.gaps: list[tuple[str, date, date]] = []
        for name in SOURCES:
            self.con.execute(f"delete from raw.{name}")
        self.con.execute("delete from checks.gaps")

    def put(self, name: str, *rows: Mapping[str, Any]) -> None:
        """Puts rows in `raw.NAME`; columns that are not named get an ordinary value, keys a number."""
        self.put_all(name, rows)

    def put_all(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Puts rows in `raw.NAME`, as `put` does."""
        promised = contract("inputs", name)
        (key,) = promised.key
        filled = []
        for row in rows:
            full = dict.fromkeys((each.name for each in table_shape(promised)), None)
            number = len(self.rows[name]) + len(filled)
            full |= {key: f"{name}-{number:04d}", "_valid_from": date.min} | ORDINARY[name] | row
            happened = full[promised.event_column] if promised.event_column else None
            if "_week" not in row and happened is not None:
                full["_week"] = monday_of(happened)
            filled.append(full)
        if not filled:
            return
        schema = {each.name: POLARS[each.physical_type] for each in table_shape(promised)}
        self.con.register("arriving", pl.DataFrame(filled, schema=schema, orient="row").to_arrow())
        self.con.execute(f"insert into raw.{name} by name from arriving")
        self.con.unregister("arriving")
        self.rows[name] += filled

    def put_gap(self, source: str, first: date, last: date) -> None:
        """Declares days, both inclusive, in which a source was not observed."""
        self.con.execute("insert into checks.gaps values (?, ?, ?)", [source, first, last])
        self.gaps.append((source, first, last))

    def count(self, last_week: date, policy: Policy | None = None, *, only: tuple[str, ...] = ()) -> None:
        """Runs the steps of the panel, in order, as `flows.estimate.count_panel` does.

        Args:
            last_week: Monday of the last week to count.
            policy: The values in force.
            only: Names of the steps to run; all where empty.
        """
        set_variables(self.con, panel_variables(policy or Policy(), last_week))
        for step in STEPS:
            if not only or step.name in only:
                self.con.execute(f"create or replace table panel.{step.name} as {step.select}")

    def counted(self, step: str) -> list[Row]:
        """The rows of one step."""
        found = self.con.execute(f"from panel.{step} order by all")
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
