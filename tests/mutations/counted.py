"""How many rows a file holds, counted without Luisterpost's own reader: `csv`, `openpyxl` and `polars` say.

A row is whatever stands below the header and is not empty. Where quotes open that do not close, "row" has no meaning:
then None, and only the sums must be right.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
from pathlib import Path

import openpyxl
import polars as pl

DELIMITERS = (";", ",", "\t", "|")


def counted_rows(file: Path, delimiter: str | None = None) -> int | None:
    """The rows of a file that was read.

    Args:
        file: The file.
        delimiter: Of a text file; that of its first line where None.
    """
    match file.suffix.lower():
        case ".parquet":
            return pl.read_parquet(file).height
        case ".xlsx":
            return _of_workbook(file)
        case _:
            return _of_text(file.read_bytes(), delimiter)


def _of_workbook(file: Path) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sheet = openpyxl.load_workbook(file).worksheets[0]
    rows = [row for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row)]
    if not rows:
        return 0
    # The first row that is not empty is the header. What stands to the right of it is of no column.
    width = max(place for place, cell in enumerate(rows[0], 1) if cell is not None)
    return sum(any(cell is not None for cell in row[:width]) for row in rows[1:])


def _of_text(content: bytes, delimiter: str | None) -> int | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.removeprefix(codecs.BOM_UTF8).decode("cp1252", errors="replace")
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    delimiter = delimiter or max(DELIMITERS, key=first.count)
    # The limit is one of the whole process, so it is put back: the reader under test knows it too.
    usual = csv.field_size_limit(20_000_000)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if row]
    except csv.Error:
        return None
    finally:
        csv.field_size_limit(usual)
    return max(0, len(rows) - 1)
