"""A table as a file: the same cells as CSV, workbook or Parquet."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import polars as pl
import xlsxwriter
from originals import Table

SPECIAL = ('"', "\n", "\r")
MADE_AT = datetime(2026, 11, 10, 9)


def as_bytes(table: Table, ending: str, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    match ending.lower():
        case ".xlsx":
            return as_workbook(table)
        case ".parquet":
            return as_parquet(table)
        case _:
            lines = [table.header, *table.rows]
            text = "".join(delimiter.join(_quoted(cell, delimiter) for cell in line) + "\r\n" for line in lines)
            return text.encode(encoding, errors="replace")


def as_workbook(table: Table) -> bytes:
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"created": MADE_AT})
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "d-m-yyyy"})
        for number, row in enumerate([table.header, *table.rows]):
            for place, cell in enumerate(row):
                if isinstance(cell, date | datetime):
                    sheet.write_datetime(number, place, cell, day)
                elif isinstance(cell, bool | int | float):
                    sheet.write(number, place, cell)
                elif cell is not None:
                    # What is longer does not fit into a cell, whoever writes it.
                    sheet.write_string(number, place, str(cell)[:32_000])
    return made.getvalue()


def as_parquet(table: Table) -> bytes:
    """Columns of one type keep it; mixed ones are text. What a row has too much has no place in such a file."""
    columns: dict[str, pl.Series] = {}
    for place, name in enumerate(table.header):
        cells = [row[place] if place < len(row) else None for row in table.rows]
        kinds = {type(cell) for cell in cells if cell is not None}
        is_plain = len(kinds) == 1
        texts = [None if cell is None else str(cell) for cell in cells]
        columns.setdefault(name, pl.Series(cells) if is_plain else pl.Series(texts, dtype=pl.String))
    made = io.BytesIO()
    pl.DataFrame(columns).write_parquet(made)
    return made.getvalue()


def _quoted(cell: Any, delimiter: str) -> str:
    text = "" if cell is None else str(cell)
    needs = any(each in text for each in (*SPECIAL, delimiter))
    return '"' + text.replace('"', '""') + '"' if needs else text
