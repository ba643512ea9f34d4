"""What lies in a folder of exports, and what one of its files looks like: what a mapping begins with.

Files are untrusted, so they are read in the sandbox and by the reader of the weekly run. Of a column that no source may
have (`data_contracts/forbidden.py`) no value is shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import polars as pl

from data_contracts.forbidden import forbidden_reason
from data_contracts.problem import Problem
from data_contracts.row_rules import quoted
from flows.csv_files import UTF_8, CsvHead, RejectedLine, csv_head, rejected_lines
from flows.exploring.connect_your_data.open_sandboxes import OpenSandboxes
from flows.reading import SourceUnavailable, check_file, fetch, needed_extensions, source_query
from flows.starter import CSV_OPTIONS

READABLE = (".csv", ".xlsx", ".parquet")
LOOK_ROWS = 20_000  # rows that tell what a file looks like
SHOWN_ROWS = 5
N_EXAMPLES = 4
MOST_VALUES = 40  # with more different values than this, a column is no list of words
WIDEST = 60  # characters of one value
# Share of the values that must be written alike: in every export some are not.
ALIKE = 0.95

# How values may be written, and what `strptime` calls it. The first that fits counts.
DAYS = {
    "%d-%m-%Y": r"\d{1,2}-\d{1,2}-\d{4}",
    "%d.%m.%Y": r"\d{1,2}\.\d{1,2}\.\d{4}",
    "%d/%m/%Y": r"\d{1,2}/(0?\d|1[0-2])/\d{4}",
    "%m/%d/%Y": r"\d{1,2}/\d{1,2}/\d{4}",
    "%Y%m%d": r"(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])",
}
TIMES = {"": "", " %H:%M": r" \d{1,2}:\d\d", " %H:%M:%S": r" \d{1,2}:\d\d:\d\d"}
FORMS = {
    "iso": r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d.*)?",
    **{day + time: written + at for day, written in DAYS.items() for time, at in TIMES.items()},
    "whole": r"[+-]?\d+",
    "thousands": r"[+-]?\d{1,3}(\.\d{3})*",
    "point": r"[+-]?\d+(\.\d+)?",
    "comma": r"[+-]?\d+(,\d+)?",
    "thousands_comma": r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?",
}
# Days since 30 December 1899, as Excel keeps a date: from 1954 to 2064.
EXCEL_DAYS = r"[2-5]\d{4}(\.\d+)?"


@dataclass(frozen=True)
class ListedFile:
    """One file that can be read, and its size [bytes]."""

    file: Path
    size: int


@dataclass(frozen=True)
class ColumnLook:
    """One column of a file.

    Attributes:
        name: As a SELECT must call it.
        form: How its values are written: a name in FORMS, or `text`.
        has_excel_days: Whether most of its values may be dates as Excel keeps them.
        empty_share: Cells that are blank or say NULL [0-1].
        n_distinct: Different values in the rows looked at.
        examples: The most frequent ones.
        values: All of them, where they are few.
        forbidden: Why no source may have this column (`forbidden.*`), or None; then nothing of it is shown.
    """

    name: str
    form: str = "text"
    has_excel_days: bool = False
    empty_share: float = 0.0
    n_distinct: int = 0
    examples: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    forbidden: str | None = None


@dataclass(frozen=True)
class FileLook:
    """One file as the reader sees it.

    Attributes:
        file: The file.
        kind: `csv`, `xlsx` or `parquet`.
        head: Encoding, delimiter and names of a CSV; else None.
        n_rows: Rows looked at.
        has_more_rows: Whether the file goes on after them.
        columns: Its columns, in order.
        first_rows: The first few rows as text, without forbidden columns.
        rejected: Lines that are no rows.
        has_doubtful_header: Whether the first line looks like a row, not like names.
        trouble: Why it cannot be read, or None; then all else is empty.
    """

    file: Path
    kind: str
    head: CsvHead | None = None
    n_rows: int = 0
    has_more_rows: bool = False
    columns: tuple[ColumnLook, ...] = ()
    first_rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    rejected: tuple[RejectedLine, ...] = ()
    has_doubtful_header: bool = False
    trouble: Problem | None = None

    @property
    def source(self) -> str:
        """What a SELECT reads it with: nothing is left to guesses, and all is text."""
        place = f"getvariable('inbox') || {quoted('/' + self.file.name)}"
        if self.kind == "parquet":
            return f"read_parquet({place})"
        if self.kind == "xlsx":
            return f"read_xlsx(\n  {place}, header = true, all_varchar = true, stop_at_empty = false)"
        head = self.head or CsvHead(UTF_8, ";", ())
        options = CSV_OPTIONS.replace("delim = ';'", f"delim = {quoted(head.delimiter)}")
        return f"read_csv(\n  {place},\n  {options.replace('CP1252', head.encoding)})"


def list_files(folder: Path) -> tuple[ListedFile, ...]:
    """The files in a folder that can be read, by name.

    Raises:
        Problem: `connect.no_folder`, `connect.cannot_list` or `connect.no_files`.
    """
    if not folder.is_dir():
        raise Problem("connect.no_folder", folder=folder)
    try:
        # `~$` stands before the name of a workbook that somebody has open.
        found = [each for each in sorted(folder.iterdir()) if not each.name.startswith((".", "~$"))]
        files = tuple(ListedFile(each, each.stat().st_size) for each in found if _is_readable(each))
    except OSError as error:
        raise Problem("connect.cannot_list", folder=folder, why=error.strerror or type(error).__name__) from error
    if not files:
        raise Problem("connect.no_files", folder=folder)
    return files


def look_at(file: Path, sandboxes: OpenSandboxes) -> FileLook:
    """What a file looks like, from its first 20,000 rows. What is wrong with it comes back as `trouble`.

    Args:
        file: A file in the folder of the sandboxes.
        sandboxes: Where it is read.
    """
    kind = file.suffix.lower().removeprefix(".")
    try:
        check_file(file)
        head = csv_head(file) if kind == "csv" else None
        with sandboxes.cursor(needed_extensions(file)) as con:
            return _look(con, FileLook(file, kind, head))
    except Problem as problem:
        return FileLook(file, kind, trouble=problem)
    except OSError as error:
        why = error.strerror or type(error).__name__
        return FileLook(file, kind, trouble=SourceUnavailable("reading.unavailable", file=file, why=why))


def how_written(values: Iterable[str]) -> str:
    """How values are written: a name in FORMS, or `text`. A few that are written otherwise do not count."""
    found = tuple(values)
    return next((form for form, written in FORMS.items() if _are_written(found, written)), "text")


def _look(con: duckdb.DuckDBPyConnection, look: FileLook) -> FileLook:
    query, keeps_rejected = source_query(con, look.file)
    rows = pl.DataFrame(fetch(con, f"select columns(*)::varchar from ({query}) limit {LOOK_ROWS + 1}", look.file))
    rejected = tuple(rejected_lines(con, look.file)) if keeps_rejected else ()
    has_more, rows = rows.height > LOOK_ROWS, rows.head(LOOK_ROWS)
    rows.columns = _names_in_a_select(con, look, rows.columns)
    columns = tuple(_column(rows[name], look.kind) for name in rows.columns)
    shown = [each.name for each in columns if each.forbidden is None]
    return replace(
        look,
        n_rows=rows.height,
        has_more_rows=has_more,
        columns=columns,
        first_rows=rows.head(SHOWN_ROWS).select(pl.col(name).map_elements(_shown, pl.String) for name in shown),
        rejected=rejected,
        has_doubtful_header=any(not re.search(r"[^\W\d_]", each.name) for each in columns),
    )


def _names_in_a_select(con: duckdb.DuckDBPyConnection, look: FileLook, names: list[str]) -> list[str]:
    """The columns as a SELECT must call them: there a name keeps its blanks."""
    try:
        found = [str(row[0]) for row in con.execute(f"describe from {look.source}").fetchall()]
    except duckdb.Error:
        # A broken line stops a SELECT, not a look.
        return names
    return found if len(found) == len(names) else names


def _column(cells: pl.Series, kind: str) -> ColumnLook:
    forbidden = forbidden_reason(cells.name)
    filled = cells.str.strip_chars().replace(["", "NULL"], [None, None]).drop_nulls()
    empty_share = 1 - filled.len() / cells.len() if cells.len() else 0.0
    counts = Counter(filled.to_list())
    if forbidden:
        return ColumnLook(cells.name, empty_share=empty_share, n_distinct=len(counts), forbidden=forbidden)
    frequent = [value for value, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0]))]
    return ColumnLook(
        name=cells.name,
        form=how_written(counts),
        has_excel_days=kind == "xlsx" and _are_written(tuple(counts), EXCEL_DAYS),
        empty_share=empty_share,
        n_distinct=len(counts),
        examples=tuple(_shown(value) for value in frequent[:N_EXAMPLES]),
        values=tuple(frequent) if len(counts) <= MOST_VALUES else (),
    )


def _are_written(values: tuple[str, ...], written: str) -> bool:
    alike = sum(1 for value in values if re.fullmatch(written, value))
    return bool(values) and alike >= ALIKE * len(values)


def _shown(value: str) -> str:
    """A value without what a screen obeys, cut to what fits."""
    return "".join(letter if letter.isprintable() else " " for letter in value[:WIDEST])


def _is_readable(file: Path) -> bool:
    return file.suffix.lower() in READABLE and file.is_file()
