"""The DuckDB in which untrusted files are read: in memory, and it sees what it is lent and nothing else."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from lzma import LZMAError
from pathlib import Path

import duckdb

from data_contracts.problem import Problem
from data_contracts.row_rules import quoted
from flows.extensions import Extension, load_extension

# Where the header of a part in a ZIP file has its sizes, and what it says if they stand elsewhere (APPNOTE 4.3.7).
SIZES_AT, SIZES_BEHIND, LARGE = 18, 0x8, 0xFFFFFFFF
# What Python says of a ZIP file with a byte wrong, depending on which one.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
)


@contextmanager
def sandbox(
    file: Path, extensions: Iterable[Extension], folders: Iterable[Path] = (), inbox: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked connection that may read one file, and what lies in the folders.

    Args:
        file: The file; it may be a link to one that lies elsewhere.
        extensions: What reading it needs; nothing can be loaded later.
        folders: Folders of which every file may be read.
        inbox: Value of the session variable `inbox`.
    """
    con = duckdb.connect(":memory:")
    try:
        for extension in extensions:
            load_extension(con, extension)
        # Global, so that it holds for a cursor of this connection as well.
        con.execute("set global timezone = 'UTC'")
        if inbox is not None:
            con.execute("set variable inbox = $inbox", {"inbox": str(inbox)})
        # A link in the sources folder was put there on purpose; where it points may be read, and nothing beside it.
        lock(con, folders, (file, file.resolve()))
        yield con
    finally:
        con.close()


def lock(con: duckdb.DuckDBPyConnection, folders: Iterable[Path] = (), files: Iterable[Path] = ()) -> None:
    """From here on a connection reaches these folders and files, and nothing else; nothing in it can undo that.

    It loads no extension, fetches nothing, and sees no file of the machine, whatever a name or a text says. A link in
    one of the folders that points out of them is not followed.

    Args:
        con: The connection, with all that it needs loaded and attached.
        folders: Folders of which every file may be read and written.
        files: Single files.
    """
    con.execute(f"set allowed_directories = [{', '.join(quoted(folder) for folder in folders)}]")
    con.execute(f"set allowed_paths = [{', '.join(quoted(file) for file in files)}]")
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")


def check_zip(file: Path) -> None:
    """Holds a workbook's parts against their checksums: on a damaged one DuckDB's reader may never come back.

    Raises:
        Problem: `reading.unreadable`.
    """
    try:
        with zipfile.ZipFile(file) as book:
            damaged = book.testzip() or _contradicted(book, file)
    except DAMAGED as error:
        raise Problem("reading.unreadable", file=file, why=first_line(str(error))) from error
    if damaged:
        raise Problem("reading.unreadable", file=file, why=damaged)


def _contradicted(book: zipfile.ZipFile, file: Path) -> str | None:
    """The part of which the size before it differs from the one in the list at the end, which Python goes by."""
    with file.open("rb") as opened:
        for each in book.infolist():
            opened.seek(each.header_offset + SIZES_AT)
            sizes = struct.unpack("<2L", opened.read(8))
            # A program that packs as it goes writes the sizes behind the part, or in a field for large files.
            if (
                not each.flag_bits & SIZES_BEHIND
                and LARGE not in sizes
                and sizes != (each.compress_size, each.file_size)
            ):
                return each.filename
    return None


def first_line(text: str) -> str:
    """What DuckDB says of an error, on one line; of a CSV the line that tells where it is, not its name."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if re.match(r"Line: \d+|Expected Number of Columns", line)]
    return " ".join(telling) if telling else (lines[0] if lines else "")
