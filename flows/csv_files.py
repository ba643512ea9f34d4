"""CSV files, read strictly: no guessing, no line skipped unseen."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data_contracts.problem import Problem
from data_contracts.row_rules import quoted

DELIMITERS = (";", ",", "\t", "|")
UTF_8, WINDOWS_1252 = "utf-8", "CP1252"
CHUNK = 1 << 20


@dataclass(frozen=True)
class RejectedLine:
    """A line that is no row: too many or too few cells, a quote that never closes."""

    line: int
    why: str


@dataclass(frozen=True)
class CsvHead:
    """How a CSV file is written: its encoding (`utf-8` or `CP1252`), its delimiter and the names in its first line."""

    encoding: str
    delimiter: str
    names: tuple[str, ...]


def csv_head(file: Path) -> CsvHead:
    """How a CSV file is written, from its bytes and its first line.

    Raises:
        Problem: `reading.bad_header` or `reading.nul_bytes`.
    """
    encoding = encoding_of(file)
    python_encoding = "cp1252" if encoding == WINDOWS_1252 else "utf-8-sig"
    with file.open(encoding=python_encoding, errors="replace", newline="") as opened:
        header = opened.readline().rstrip("\r\n")
    delimiter = max(DELIMITERS, key=header.count)
    try:
        names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]
    except csv.Error as error:
        longest = max(header.split(delimiter), key=len)
        raise Problem("reading.bad_header", file=file, column=1 + header.split(delimiter).index(longest)) from error
    # DuckDB's names know no case. Told is where it is, not what: a first line may be a row about somebody.
    lower = [name.lower() for name in names]
    wrong = next((place for place, name in enumerate(lower, 1) if not name or lower.index(name) < place - 1), None)
    if wrong or not names:
        raise Problem("reading.bad_header", file=file, column=wrong or 1)
    return CsvHead(encoding, delimiter, tuple(names))


def csv_select(file: Path) -> str:
    """The SELECT that reads a CSV with its own header, without guessing.

    A sniffer would skip lines that do not fit, unseen. Lines that are no rows can be had from `rejected_lines`.

    Raises:
        Problem: `reading.bad_header` or `reading.nul_bytes`.
    """
    head = csv_head(file)
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in head.names)
    return (
        f"select * from read_csv({quoted(file)}, auto_detect = false, header = true, columns = {{{columns}}}, "
        f"delim = {quoted(head.delimiter)}, quote = '\"', escape = '\"', encoding = {quoted(head.encoding)}, "
        "store_rejects = true, rejects_limit = 0, null_padding = false, max_line_size = 10000000, "
        "hive_partitioning = false)"
    )


def encoding_of(file: Path) -> str:
    """UTF-8 where the bytes are; else Windows-1252, which Dutch exports often are.

    Raises:
        Problem: `reading.nul_bytes`: a file with a NUL byte is no text.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            if b"\x00" in chunk:
                raise Problem("reading.nul_bytes", file=file)
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
    return UTF_8 if is_utf8 else WINDOWS_1252


def rejected_lines(con: duckdb.DuckDBPyConnection, file: Path) -> Iterator[RejectedLine]:
    """The lines of the last CSV read by this connection that were no rows.

    Raises:
        Problem: `reading.open_quote`.
    """
    # The line itself is not kept: it may hold what a personal column would have hashed.
    query = r"""
        select line, min(error_type::varchar),
          bool_or(error_type = 'UNQUOTED VALUE' and regexp_matches(trim(csv_line, chr(10) || chr(13)), '[\r\n]'))
        from reject_errors group by line order by line
    """
    for line, why, runs_on in con.execute(query).fetchall():
        if runs_on:
            # It has taken the lines after it along, and nobody can say how many.
            raise Problem("reading.open_quote", file=file, line=int(line))
        yield RejectedLine(int(line), str(why).lower())
