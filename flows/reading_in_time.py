"""Reads a source that may never answer, or that is written while it is read.

A share that is gone does not refuse: it says nothing, for ever. A SELECT may never end either. So the reading goes on
beside the run, which waits as long as the policy says and then goes on with the other sources.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

import duckdb

from data_contracts.contract import Contract
from data_contracts.problem import Problem
from flows.mappings import Mapping
from flows.reading import ReadDelivery, SourceUnavailable, read_delivery

PATTERN = re.compile(r"'[^'\n]*[*?\[][^'\n]*'")
Stamp = tuple[int, int, int]
Lent = Callable[[duckdb.DuckDBPyConnection], None]


def read_in_time(contract: Contract, mapping: Mapping, minutes: float) -> ReadDelivery | None:
    """Reads one source as it stands, within a time.

    Args:
        contract: The input contract.
        mapping: Where it comes from.
        minutes: How long it may take [min].

    Returns:
        The delivery, or None if the mapping has no such source.

    Raises:
        Problem: `reading.too_slow`, and whatever reading itself finds wrong.
        SourceUnavailable: `reading.changed`, if a file was written while it was read: worth another try.
    """
    done: SimpleQueue[ReadDelivery | BaseException | None] = SimpleQueue()
    lent: list[duckdb.DuckDBPyConnection] = []

    def read() -> None:
        try:
            done.put(_read_as_it_stands(contract, mapping, lent.append))
        except BaseException as error:
            done.put(error)

    # A thread that hangs in the system cannot be ended; as a daemon it ends with the run.
    Thread(target=read, name=f"reading {contract.name}", daemon=True).start()
    try:
        found = done.get(timeout=60 * minutes)
    except Empty:
        for con in lent:
            con.interrupt()
        raise Problem("reading.too_slow", folder=mapping.inbox, name=contract.name, minutes=minutes) from None
    if isinstance(found, BaseException):
        raise found
    return found


def _read_as_it_stands(contract: Contract, mapping: Mapping, lent: Lent) -> ReadDelivery | None:
    file = mapping.source_file(contract.name)
    if file is None:
        return None
    before = _stamps(file, mapping)
    delivery = read_delivery(contract, mapping, lent)
    after = _stamps(file, mapping)
    for changed in sorted(before.keys() | after.keys()):
        if before.get(changed) != after.get(changed):
            raise SourceUnavailable("reading.changed", file=changed)
    return delivery


def _stamps(file: Path, mapping: Mapping) -> dict[Path, Stamp]:
    """Which file it was, how long, and when it was last written, of all that one reading may look at."""
    try:
        return {each: stamp for each in _looked_at(file, mapping) if (stamp := _stamp(each)) is not None}
    except OSError:
        # A folder in the place of a SELECT, a link to itself: reading tells what is wrong.
        return {}


def _looked_at(file: Path, mapping: Mapping) -> Iterator[Path]:
    yield file
    if file.suffix.lower() == ".sql" and mapping.inbox.is_dir():
        text = file.read_text(encoding="utf-8", errors="replace")
        # A SELECT that names a pattern may read any of them; one that names a file reads that one.
        has_pattern = PATTERN.search(text) is not None
        yield from (each for each in mapping.inbox.iterdir() if has_pattern or each.name in text)


def _stamp(file: Path) -> Stamp | None:
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
