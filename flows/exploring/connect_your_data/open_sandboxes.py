"""Sandboxes that stay open while somebody looks around in one folder.

Windows-1252 takes a second to load. A weekly run pays that once per file; who tries a SELECT at every word, once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from flows.extensions import Extension
from flows.sandbox import sandbox


class OpenSandboxes:
    """Locked connections that see the same folders and nothing else, one per set of extensions.

    Args:
        inbox: Folder with the files, and what a SELECT calls `getvariable('inbox')`.
        folder: Folder of the mapping, of which every file may be read as well.
    """

    def __init__(self, inbox: Path, folder: Path) -> None:
        self.inbox = inbox
        self._folders = {inbox, folder}
        self._opened: dict[tuple[Extension, ...], duckdb.DuckDBPyConnection] = {}
        self._stack = ExitStack()

    @contextmanager
    def cursor(self, extensions: tuple[Extension, ...]) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own into the sandbox with these extensions: views and rejected lines go with it."""
        if extensions not in self._opened:
            kept = sandbox(self.inbox, extensions, self._folders, self.inbox)
            self._opened[extensions] = self._stack.enter_context(kept)
        cursor = self._opened[extensions].cursor()
        try:
            # Variables belong to a cursor, the lock to all of them.
            cursor.execute("set variable inbox = $inbox", {"inbox": str(self.inbox)})
            yield cursor
        finally:
            cursor.close()

    def close(self) -> None:
        """Closes them; they open again when they are needed."""
        self._stack.close()
        self._opened.clear()
