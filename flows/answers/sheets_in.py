"""A returned answer sheet, as workbook or CSV: the rows under its header, wherever that stands."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from data_contracts.problem import Problem
from flows.answers.wording import FLAG, READ, SheetColumn, column_of, value_of
from flows.answers.workbooks import MOST_ROWS, Cells, read_workbook
from flows.csv_cells import text_before
from flows.csv_files import DELIMITERS, UTF_8, encoding_of

SHEET_ENDINGS = (".xlsx", ".csv")


@dataclass(frozen=True)
class SheetRow:
    """One row of a sheet.

    Attributes:
        flag_id: Number of the flag, or None if the cell is empty.
        values: What was filled in, by column of `outcomes`, as values of the contract; `?` where it is none.
    """

    flag_id: str | None
    values: dict[str, str]


@dataclass(frozen=True)
class ReturnedSheet:
    """What one file gave back; the moments are as in `Workbook`, and None for a CSV."""

    rows: tuple[SheetRow, ...]
    made_at: datetime | None = None
    saved_at: datetime | None = None


def read_sheet(content: bytes, ending: str, file: str) -> ReturnedSheet:
    """Reads a returned sheet: its columns in any order, its rows sorted or hidden, with or without the title.

    Args:
        content: The bytes of the file.
        ending: `.xlsx` or `.csv`.
        file: Its name, for people.

    Raises:
        Problem: `answers.empty_file`, `answers.no_sheet`, or why the file cannot be read.
    """
    if not content.strip():
        raise Problem("answers.empty_file", file=file)
    if ending == ".xlsx":
        book = read_workbook(content, file)
        found = [rows for cells in book.sheets if (rows := _rows_of(cells, book.day_zero)) is not None]
        if found:
            return ReturnedSheet(tuple(row for rows in found for row in rows), book.made_at, book.saved_at)
    else:
        for cells in _readings(content, file):
            rows = _rows_of(cells, None)
            if rows is not None:
                return ReturnedSheet(tuple(rows))
    raise Problem("answers.no_sheet", file=file)


def _rows_of(cells: Cells, day_zero: date | None) -> list[SheetRow] | None:
    """The rows under the header, or None if no row is one."""
    for number, row in enumerate(cells):
        places = _header(row)
        if places:
            return [read for each in cells[number + 1 :] if (read := _row(each, places, day_zero)) is not None]
    return None


def _header(row: Sequence[str | None]) -> dict[SheetColumn, list[int]] | None:
    """Where each column stands, for a row that names the flag and at least one question."""
    places: dict[SheetColumn, list[int]] = {}
    for place, cell in enumerate(row):
        column = column_of(cell) if cell else None
        if column in READ:
            places.setdefault(column, []).append(place)
    return places if FLAG in places and len(places) > 1 else None


def _row(row: Sequence[str | None], places: dict[SheetColumn, list[int]], day_zero: date | None) -> SheetRow | None:
    """One row, or None if nothing of ours stands in it. A column that was copied counts where it is filled in."""
    if _header(row):
        return None
    filled = {
        column: text
        for column, where in places.items()
        if (text := next((said for place in where if place < len(row) and (said := _said(row[place]))), None))
    }
    if not filled:
        return None
    flag_id = filled.pop(FLAG, None)
    return SheetRow(flag_id, {column.name: value_of(column, text, day_zero) for column, text in filled.items()})


def _said(cell: str | None) -> str:
    return text_before((cell or "").strip())


def _readings(content: bytes, file: str) -> Iterator[Cells]:
    """The cells of a CSV, by each separator that it may have; a sheet saved from Excel has its title lines too."""
    with tempfile.TemporaryDirectory(prefix="luisterpost-answers-") as folder:
        place = Path(folder) / "sheet.csv"
        place.write_bytes(content)
        try:
            encoding = encoding_of(place)
        except Problem as problem:
            raise Problem("answers.not_text", file=file) from problem
    text = content.decode("utf-8-sig" if encoding == UTF_8 else "cp1252", errors="replace")
    for delimiter in DELIMITERS:
        try:
            cells: Cells = [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
        except csv.Error as error:
            raise Problem("answers.unreadable", file=file, why=str(error)) from error
        if len(cells) > MOST_ROWS:
            raise Problem("answers.too_long", file=file, most=MOST_ROWS)
        yield cells
