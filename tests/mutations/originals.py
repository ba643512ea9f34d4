"""Small whole sources, before anything happens to them: plain files of every contract, and a corporation's exports."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl

from data_contracts.contract import Contract, contracts
from flows.demo import FILES, write_demo

LAST_WEEK = date(2026, 11, 9)
N_ROWS = 9
COMPLEXES = ("C1", "C2", "C3")
# Stands in every cell of a column that may not be kept as it comes.
PERSONAL = "geheim81723"
UNSEEN = ("hash", "withhold")
# Of the contracts' examples some are of a later day than the moment at which the tests read.
EARLIER = {"2026-1": "2025-1", "2027": "2026"}


@dataclass(frozen=True)
class Table:
    """A header and rows of cells; a row may be longer or shorter than its header."""

    header: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Original:
    """One source as it should be.

    Attributes:
        contract: Name of the input contract.
        kind: `plain` (the contract's own columns) or `export` (read by the SELECT of the made-up corporation).
        file: Name of the file.
        table: What is in it.
        encoding: Of a text file.
        delimiter: Of a text file.
    """

    contract: str
    kind: str
    file: str
    table: Table
    encoding: str = "utf-8"
    delimiter: str = ","

    @property
    def ending(self) -> str:
        return Path(self.file).suffix

    @property
    def label(self) -> str:
        return f"{self.kind} {self.ending.removeprefix('.')}"


def plain_originals() -> list[Original]:
    """Each contract as CSV, XLSX and Parquet, with the contract's own columns."""
    return [
        Original(name, "plain", f"{name}{ending}", plain_table(promised))
        for name, promised in contracts("inputs").items()
        for ending in (".csv", ".xlsx", ".parquet")
    ]


def plain_table(promised: Contract) -> Table:
    """Good rows, each with a key of its own, of the examples that the contract gives."""
    rows = []
    for number in range(N_ROWS):
        row = []
        for column in promised.columns:
            text = column.example or ""
            for late, early in EARLIER.items():
                text = text.replace(late, early)
            if column.treatment in UNSEEN:
                text = f"{PERSONAL} {number}"
            elif column.name == "complex_id":
                text = COMPLEXES[number % 3] if promised.name != "complexes" else f"C{number + 1}"
            elif column.is_key and column.logical_type == "string":
                text = f"{text}-{number}"
            elif column.name == "in_use_until" or (column.name, promised.name) == ("area_team", "interventions"):
                text = ""
            row.append(text or None)
        rows.append(tuple(row))
    return Table(promised.column_names, tuple(rows))


def export_originals(folder: Path) -> list[Original]:
    """The exports of the made-up corporation, cut to some rows of each; its complexes are whole."""
    write_demo(folder, LAST_WEEK, 12)
    found = []
    for name, (file, encoding) in FILES.items():
        table = read_table(folder / file, encoding)
        rows = table.rows if name == "complexes" else table.rows[: N_ROWS + 2]
        found.append(Original(name, "export", file, replace(table, rows=rows), encoding, ";"))
    return found


def read_table(file: Path, encoding: str) -> Table:
    match file.suffix:
        case ".parquet":
            frame = pl.read_parquet(file)
            return Table(tuple(frame.columns), tuple(frame.rows()))
        case ".xlsx":
            header, *rows = openpyxl.load_workbook(file, read_only=True).worksheets[0].iter_rows(values_only=True)
            return Table(tuple(map(str, header)), tuple(rows))
        case _:
            text = io.StringIO(file.read_bytes().decode(encoding), newline="")
            header, *rows = csv.reader(text, delimiter=";")
            return Table(tuple(header), tuple(map(tuple, rows)))
