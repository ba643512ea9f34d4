"""Searches a home for words: in every byte of every file, in what is packed in it, in every value of every table."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from flows.home import Home
from flows.warehouse import open_warehouse


def found_in(home: Home, words: Iterable[str]) -> dict[str, set[str]]:
    """Where each word that is found stands: the path of a file, or the name of a table."""
    found: dict[str, set[str]] = {}
    for place, content in _contents(home):
        for word in words:
            if word.encode() in content:
                found.setdefault(word, set()).add(place)
    return found


def _contents(home: Home) -> Iterator[tuple[str, bytes]]:
    for file in sorted(home.folder.rglob("*")):
        if not file.is_file():
            continue
        place, content = str(file.relative_to(home.folder)), file.read_bytes()
        yield place, str(file).encode()
        yield place, content
        if file.suffix == ".parquet":
            yield place, _values(duckdb.connect(), f"from '{file}'")
        elif zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as packed:
                yield from ((place, packed.read(name)) for name in packed.namelist())
        elif content.startswith(b"%PDF"):
            yield place, b"".join(_streams(content))
    with open_warehouse(home) as con:
        tables = "from duckdb_tables() where database_name = current_catalog()"
        for schema, table in con.execute(f"select schema_name, table_name {tables}").fetchall():
            yield f"{schema}.{table}", _values(con, f'from "{schema}"."{table}"')


def _values(con: duckdb.DuckDBPyConnection, query: str) -> bytes:
    return repr(con.execute(f"select columns(*)::varchar {query}").fetchall()).encode()


def _streams(pdf: bytes) -> Iterator[bytes]:
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            yield zlib.decompressobj().decompress(packed)
        except zlib.error:
            yield packed


def files_of(home: Home) -> set[Path]:
    """Every file and folder in the home."""
    return {each.relative_to(home.folder) for each in home.folder.rglob("*")}
