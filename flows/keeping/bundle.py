"""A backup file: a plain tar of the home's files, with a manifest at the end that says what must be in it.

The manifest comes last, so a file that was cut off has none. How such a file is read: `unpacking.py`.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from data_contracts.problem import Problem
from flows.home import OWNER_ONLY_FILE

FORMAT = 1
MANIFEST = "manifest.json"
WAREHOUSE = "warehouse.duckdb"
SETTINGS = "luisterpost.toml"
LOGBOOK = "logbook.txt"
LATEST = "published/latest"
FOLDERS = ("published", "shared", "sent", "answers")
"""Folders of a home that a backup holds whole."""


@dataclass(frozen=True)
class Member:
    """One file of a bundle.

    Attributes:
        size: Its length [bytes].
        sha256: Digest of its content.
        written_at: When the file was last written [s since 1970]: which of two answers counts goes by that.
    """

    size: int
    sha256: str
    written_at: float


@dataclass(frozen=True)
class Manifest:
    """What a bundle says of itself.

    Attributes:
        made_at: When, ISO 8601 in UTC.
        luisterpost: Version of the program that made it.
        warehouse_version: Version of the tables in its warehouse.
        latest: Name of the folder that `published/latest` points to, or None.
        rows: Rows per table of the warehouse.
        members: All other files in it, by name.
    """

    made_at: str
    luisterpost: str
    warehouse_version: int
    latest: str | None
    rows: Mapping[str, int]
    members: Mapping[str, Member]

    def as_bytes(self) -> bytes:
        """As JSON, with its own digest on the last line."""
        said = json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False).encode()
        return said + b"\n" + sha256(said).hexdigest().encode()


class BundleWriter:
    """Adds files to a tar and remembers what it added.

    Args:
        tar: The tar, open for writing.
    """

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.members: dict[str, Member] = {}

    def add(self, name: str, path: Path) -> None:
        """Adds one file, as long as it is now.

        Raises:
            Problem: `backup.changed`, if it becomes shorter meanwhile.
        """
        with path.open("rb") as content:
            about = os.fstat(content.fileno())
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = about.st_size, int(about.st_mtime), OWNER_ONLY_FILE
            reading = _Digesting(content)
            try:
                self._tar.addfile(entry, reading)
            except OSError as error:
                if error.errno is None:
                    raise Problem("backup.changed", file=path) from error
                raise
        self.members[name] = Member(about.st_size, reading.digest, about.st_mtime)

    def finish(self, manifest: Manifest) -> None:
        """Adds the manifest, as the last of all."""
        content = manifest.as_bytes()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(content), OWNER_ONLY_FILE
        self._tar.addfile(entry, io.BytesIO(content))


class _Digesting(io.RawIOBase):
    """Reads through, and keeps the digest of what was read."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content, self._digest = content, sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        found = self._content.read(size)
        self._digest.update(found)
        return found

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()
