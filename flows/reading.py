"""One delivery of one source: a file of any allowed kind, or a mapping's SELECT, as text with row numbers.

Files and mappings are untrusted. They are read in an in-memory DuckDB of their own that can see the two folders of
this mapping and nothing else; what comes out is text, as Arrow.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from data_contracts.column_names import LEAST_LIKENESS, is_another_header, name_likeness, nearest_names
from data_contracts.contract import Contract
from data_contracts.forbidden import forbidden_reason
from data_contracts.problem import Problem, Spoken
from data_contracts.row_rules import quoted
from flows.csv_files import UTF_8, RejectedLine, csv_select, encoding_of, rejected_lines
from flows.extensions import Extension
from flows.mappings import Mapping
from flows.sandbox import check_zip, first_line, sandbox
from flows.silent_readers import silent_reader

MOST_NAMES, LONGEST_NAME = 12, 60
"""Columns that a sentence names, and characters of one name."""
# What DuckDB says of a SELECT that asks for a column that is not there.
NO_SUCH_COLUMN = re.compile(r'Referenced column "(.+?)" not found[^\n]*\nCandidate bindings: ([^\n]+)')


class SourceUnavailable(Problem):
    """A file that is there but could not be read from its disk or share: worth another try."""


@dataclass(frozen=True)
class ReadDelivery:
    """What one source delivered.

    Attributes:
        file: The file or mapping, for people.
        rows: `_row BIGINT` and the contract's delivered columns as text.
        ignored: Columns that the contract does not know; nothing of them was read.
        rejected: Lines that are no rows; they count as read and as quarantined.
        by_hand_from: The first `_row` that people filled in by hand (`flows/answers`), or None. Of those rows no share
            stops the source: one team's slips must not silence the others.
    """

    file: Path
    rows: pa.Table
    ignored: tuple[str, ...]
    rejected: tuple[RejectedLine, ...]
    by_hand_from: int | None = None

    @property
    def columns(self) -> set[str]:
        """Names of the contract's columns that were delivered."""
        return set(self.rows.column_names) - {"_row"}


def read_delivery(
    contract: Contract, mapping: Mapping, lent: Callable[[duckdb.DuckDBPyConnection], None] | None = None
) -> ReadDelivery | None:
    """Reads one source.

    Args:
        contract: The input contract.
        mapping: Where it comes from.
        lent: Is given the connection that reads, so that it can be interrupted.

    Returns:
        The delivery, or None if the mapping has no such source.

    Raises:
        Problem: `reading.*`, for a file that cannot be read as this contract at all.
    """
    files = mapping.source_files(contract.name)
    if not files:
        return None
    if len(files) > 1 and _ending(files[0]) != ".sql":
        # To read one of them would be to drop the other without a word.
        raise Problem("reading.two_files", file=files[0], other=files[1].name)
    return read_source(contract, mapping, files[0], lent=lent)


def read_source(
    contract: Contract,
    mapping: Mapping,
    file: Path,
    most_rows: int | None = None,
    opened: duckdb.DuckDBPyConnection | None = None,
    lent: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
) -> ReadDelivery:
    """Reads a file or SELECT as one source, also where it does not stand in the mapping's folder (yet).

    Args:
        contract: The input contract.
        mapping: Its folders are what may be read.
        file: The file or the SELECT.
        most_rows: Rows after this one are left out, for a trial [rows]; all are read where None.
        opened: A sandbox of those folders that is open already; else one is opened for this file.
        lent: Is given the sandbox that is opened for this file, so that it can be interrupted.

    Raises:
        Problem: `reading.*`, for a file that cannot be read as this contract at all.
    """
    limit = "" if most_rows is None else f" limit {int(most_rows)}"
    try:
        check_file(file)
        if opened is not None:
            return _read_in(opened, contract, file, limit)
        folders = {mapping.inbox, mapping.folder}
        with sandbox(file, needed_extensions(file), folders, mapping.inbox) as con:
            if lent is not None:
                lent(con)
            return _read_in(con, contract, file, limit)
    except OSError as error:
        raise SourceUnavailable("reading.unavailable", file=file, why=error.strerror or type(error).__name__) from error


def check_file(file: Path) -> None:
    """Refuses what is no file, an empty file, and a damaged workbook, before any reader sees it.

    Raises:
        Problem: `reading.unreadable`, `reading.no_plain_file` or `reading.empty_file`.
    """
    if file.is_dir():
        raise Problem("reading.unreadable", file=file, why=os.strerror(errno.EISDIR))
    if file.exists() and not file.is_file():
        # A pipe or a device has no end that anybody could wait for.
        raise Problem("reading.no_plain_file", file=file)
    if _ending(file) != ".sql" and file.stat().st_size == 0:
        raise Problem("reading.empty_file", file=file)
    if _ending(file) == ".xlsx":
        check_zip(file)


def _ending(file: Path) -> str:
    return file.suffix.lower()


def _read_in(con: duckdb.DuckDBPyConnection, contract: Contract, file: Path, limit: str) -> ReadDelivery:
    query, rejected = source_query(con, file)
    names = _column_names(con, query, file)
    ignored = _check_columns(names, contract, file)
    wanted = [name for name in names if name.lower() in contract.column_names]
    cells = ", ".join(f'{_cell(name, contract, file)} as "{name.lower()}"' for name in wanted)
    filled = _filled(names, file)
    rows = fetch(con, f"select row_number() over () as _row, {cells} from ({query}) where {filled}{limit}", file)
    if _ending(file) != ".csv":
        _check_no_nul(con, rows, file)
    return ReadDelivery(file, rows, ignored, tuple(rejected_lines(con, file)) if rejected else ())


def source_query(con: duckdb.DuckDBPyConnection, file: Path) -> tuple[str, bool]:
    """The SELECT that reads the file, and whether rejected lines are kept beside it.

    Raises:
        Problem: `reading.*`.
    """
    match _ending(file):
        case ".sql":
            return _mapping_select(con, file), False
        case ".parquet":
            return f"select * from read_parquet({quoted(file)}, hive_partitioning = false)", False
        case ".xlsx":
            # By default the reader stops at the first empty row, and drops all that follow without a word.
            options = "header = true, all_varchar = true, stop_at_empty = false"
            return f"select * from read_xlsx({quoted(file)}, {options})", False
        case _:
            return csv_select(file), True


def _mapping_select(con: duckdb.DuckDBPyConnection, file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Problem("reading.mapping_not_utf8", file=file) from error
    if "\0" in text:
        raise Problem("reading.mapping_not_utf8", file=file)
    found = con.execute("select json_serialize_sql($text)", {"text": text}).fetchone()
    parsed: dict[str, Any] = json.loads(found[0]) if found else {"error": True}
    if parsed["error"]:
        raise Problem("reading.mapping_not_select", file=file, why=first_line(parsed.get("error_message", "")))
    if len(parsed["statements"]) != 1:
        raise Problem("reading.mapping_many_statements", file=file, count=len(parsed["statements"]))
    if found_reader := silent_reader(parsed):
        raise Problem("reading.leaves_rows_out", file=file, reader=found_reader[0], instead=found_reader[1])
    try:
        # As a view it stands on its own: a closing semicolon or comment is no trouble, and no bracket can be closed.
        con.execute(f"create temp view mapped as {text}")
    except duckdb.Error as error:
        raise _unreadable(file, error) from error
    return "from mapped"


def needed_extensions(file: Path) -> tuple[Extension, ...]:
    """What reading a file needs; told from the text of a mapping, for nothing can be loaded into a locked sandbox."""
    if _ending(file) == ".sql":
        # A line of comment asks for nothing: loading takes a second.
        text = re.sub(rb"(?m)^[ \t]*--.*$", b"", file.read_bytes())
        words: dict[Extension, bytes] = {"excel": rb"xlsx", "encodings": rb"encoding\s*:?=>?\s*'(?!utf-?8)"}
        return tuple(extension for extension, word in words.items() if re.search(word, text, re.IGNORECASE))
    if _ending(file) == ".xlsx":
        return ("excel",)
    return ("encodings",) if _ending(file) == ".csv" and encoding_of(file) != UTF_8 else ()


def _column_names(con: duckdb.DuckDBPyConnection, query: str, file: Path) -> list[str]:
    try:
        return [str(row[0]) for row in con.execute(f"describe select * from ({query})").fetchall()]
    except duckdb.Error as error:
        raise _unreadable(file, error) from error


def _check_columns(names: list[str], contract: Contract, file: Path) -> tuple[str, ...]:
    """Refuses forbidden columns and missing ones; gives the ones that are not read."""
    found = {name.lower() for name in names}
    ignored = tuple(name for name in names if name.lower() not in contract.column_names)
    missing = tuple(column for column in contract.columns if column.name not in found)
    required = [column.name for column in missing if column.is_required]
    renamed = nearest_names(missing, ignored)
    # Without any column of ours the first line may be no header at all, but a row about somebody.
    is_header = len(ignored) < len(names) or is_another_header(renamed, names)
    for name in ignored if is_header else ():
        reason = forbidden_reason(name)
        if reason:
            why = Spoken(f"forbidden.{reason}")
            raise Problem("reading.forbidden_column", file=file, column=shown_name(name), reason=why)
    if not required:
        return ignored
    meant = [name for name in required if name in renamed]
    if meant and is_header:
        select = ", ".join(f"{identifier(shown_name(renamed[name]))} as {name}" for name in meant)
        nearest = shown_name(renamed[meant[0]])
        raise Problem("reading.column_renamed", file=file, column=meant[0], nearest=nearest, select=select)
    shown = ", ".join(shown_name(name) for name in names[:MOST_NAMES]) + (", …" if len(names) > MOST_NAMES else "")
    raise Problem("reading.column_missing", file=file, column=required[0], found=shown if is_header else "-")


def shown_name(name: str) -> str:
    """A column's name as a sentence can hold it: on one line, not too long, without what a screen obeys."""
    shown = "".join(letter if letter.isprintable() else " " for letter in name)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[: LONGEST_NAME - 1]}…"


def _cell(name: str, contract: Contract, file: Path) -> str:
    text = f"cast({identifier(name)} as varchar)"
    if _ending(file) == ".xlsx" and contract.column(name.lower()).logical_type in ("date", "timestamp"):
        # Excel keeps a date as days since 1899-12-30; only cells that were typed as text are text.
        serial = f"try_cast({text} as double)"
        moment = f"timestamp '1899-12-30' + to_seconds(round({serial} * 86400)::bigint)"
        return f"case when {serial} between 1 and 100000 then cast({moment} as varchar) else {text} end"
    return text


def _filled(names: list[str], file: Path) -> str:
    """Leaves the empty rows of a sheet out, as the empty lines of a CSV file are."""
    if "excel" not in needed_extensions(file):
        return "true"
    return f"coalesce({', '.join(identifier(name) for name in names)}) is not null"


def identifier(name: str) -> str:
    """A SQL name."""
    return '"' + name.replace('"', '""') + '"'


def fetch(con: duckdb.DuckDBPyConnection, query: str, file: Path) -> pa.Table:
    """Runs a SELECT over a file.

    Raises:
        Problem: `reading.*`, with what DuckDB says of the file in `why`; no value out of it.
    """
    try:
        return con.execute(query).to_arrow_table()
    except duckdb.Error as error:
        raise _unreadable(file, error) from error


def _check_no_nul(con: duckdb.DuckDBPyConnection, rows: pa.Table, file: Path) -> None:
    texts = [name for name in rows.column_names if name != "_row"]
    if not texts or rows.num_rows == 0:
        return
    con.register("fetched", rows)
    cells = ", ".join(f'"{name}"' for name in texts)
    found = con.execute(f"select count(*) from fetched where contains(concat({cells}), chr(0))").fetchone()
    if found and found[0]:
        raise Problem("reading.nul_bytes", file=file)


def _unreadable(file: Path, error: duckdb.Error) -> Problem:
    told = first_line(str(error))
    if isinstance(error, duckdb.IOException) and "No files found" not in told:
        return SourceUnavailable("reading.unavailable", file=file, why=told)
    missing = NO_SUCH_COLUMN.search(str(error))
    if missing:
        column = missing[1]
        nearest = max(re.findall(r'"(.+?)"', missing[2]), key=lambda name: name_likeness(column, name), default="")
        # A first line that is no header is a row about somebody, and looks like no column.
        if name_likeness(column, nearest) >= LEAST_LIKENESS:
            return Problem("reading.no_such_column", file=file, column=column, nearest=shown_name(nearest))
    if "state machine reached an invalid state" in told:
        return Problem("reading.mixed_line_ends", file=file)
    if isinstance(error, duckdb.DataError | duckdb.InvalidInputException):
        # The value that did not fit may be about a person, and what is told of a source is kept.
        told = re.sub(r"""(?<!file )(['"]).*\1""", "'…'", told)
    return Problem("reading.mapping_failed" if _ending(file) == ".sql" else "reading.unreadable", file=file, why=told)
