"""One file that holds what an installation can't make again: its warehouse, what was published, shared and sent.

The secret is not in it. Whoever has both can try out guesses of who reported.
"""

from __future__ import annotations

import errno
import logging
import os
import tarfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from data_contracts.problem import Problem
from flows.home import OWNER_ONLY_FILE, Home
from flows.keeping.bundle import FOLDERS, LATEST, LOGBOOK, MANIFEST, SETTINGS, WAREHOUSE, BundleWriter, Manifest
from flows.keeping.compacting import copy_warehouse, room_to_make, rows_by_table
from flows.keeping.durable import to_disk
from flows.keeping.unpacking import check_bundle
from flows.language import Language
from flows.upgrades.applying import version_of
from flows.warehouse import connect_warehouse, open_warehouse

ENDING = ".tar"
_CANNOT_WRITE = (
    errno.EACCES,
    errno.EPERM,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EROFS,
    errno.ENAMETOOLONG,
    errno.EFBIG,
)
log = logging.getLogger("luisterpost")


@dataclass(frozen=True)
class Backup:
    """What was written.

    Attributes:
        file: The backup.
        size: Its length [bytes].
        manifest: What is in it.
        left_out: Links and other odd things in the folders of the home, which are not in it.
    """

    file: Path
    size: int
    manifest: Manifest
    left_out: tuple[str, ...]

    @property
    def n_files(self) -> int:
        """How many files are in it."""
        return len(self.manifest.members)


def backup(home: Home, file: Path | None, moment: datetime, language: Language) -> Backup:
    """Writes a backup aside, reads it back whole, and puts it in place.

    Args:
        home: The home; neither a run nor a sending goes on in it meanwhile.
        file: Where to, or a folder; None for beside the home. Nothing is overwritten.
        moment: Now, with its zone.
        language: Of what is said on the way.

    Raises:
        Problem: `backup.nothing`, `backup.exists`, `backup.inside`, `backup.cannot_write`, `backup.changed`;
            `backup.no_folder`, `home.busy`, `send.busy`; `warehouse.unreadable` for a damaged one.
    """
    if not home.warehouse.exists():
        raise Problem("backup.nothing", home=home.folder)
    with home.alone(), home.alone_sending():
        target = _target(home, file, moment)
        making = target.with_name(f".{target.name}.making")
        try:
            manifest, left_out = _write(home, making, moment, language)
            log.info(language.say("backup.step.check"))
            if check_bundle(making) != manifest:
                raise Problem("restore.damaged", file=making, member=MANIFEST)
            making.rename(target)
            to_disk(target.parent)
        except OSError as error:
            if error.errno in _CANNOT_WRITE:
                raise Problem("backup.cannot_write", file=target, why=error.strerror) from error
            raise
        finally:
            with suppress(OSError):
                making.unlink(missing_ok=True)
    return Backup(target, target.stat().st_size, manifest, left_out)


def _target(home: Home, file: Path | None, moment: datetime) -> Path:
    """Where the backup goes."""
    week = f"-{home.latest.resolve().name.split('.')[0]}" if home.latest.exists() else ""
    name = f"luisterpost{week}.{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}{ENDING}"
    target = (file or home.folder.parent).absolute()
    if not target.exists() and target.suffix != ENDING:
        # A share that is not mounted: a file in its place would seem a backup.
        raise Problem("backup.no_folder", file=target)
    target = target / name if target.is_dir() else target
    target = target.parent.resolve() / target.name
    for folder in FOLDERS:
        # There it would be read as a result or an answer, and go into the next backup.
        if target.is_relative_to((home.folder / folder).resolve()):
            raise Problem("backup.inside", file=target, folder=home.folder / folder)
    if target.exists():
        raise Problem("backup.exists", file=target)
    return target


def _write(home: Home, making: Path, moment: datetime, language: Language) -> tuple[Manifest, tuple[str, ...]]:
    """Writes all of it, through to the disk; gives the manifest and what was left out."""
    making.unlink(missing_ok=True)
    handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY_FILE)
    with os.fdopen(handle, "wb") as written:
        with (
            tarfile.open(fileobj=written, mode="w", format=tarfile.PAX_FORMAT) as tar,
            room_to_make(home.folder) as room,
        ):
            writer = BundleWriter(tar)
            log.info(language.say("backup.step.warehouse"))
            warehouse_version, rows = _add_warehouse(home, room / WAREHOUSE, writer)
            log.info(language.say("backup.step.files"))
            left_out = tuple(_add_files(home, writer))
            manifest = Manifest(
                made_at=moment.astimezone(UTC).isoformat(),
                luisterpost=version("luisterpost"),
                warehouse_version=warehouse_version,
                latest=home.latest.resolve().name if home.latest.exists() else None,
                rows=rows,
                members=writer.members,
            )
            writer.finish(manifest)
        written.flush()
        os.fsync(written.fileno())
    return manifest, left_out


def _add_warehouse(home: Home, copy: Path, writer: BundleWriter) -> tuple[int, dict[str, int]]:
    """Adds a fresh copy of the warehouse, once it has all rows; gives its version and rows."""
    copy_warehouse(home, copy)
    with open_warehouse(home) as con:
        rows = rows_by_table(con)
    with closing(connect_warehouse(copy)) as con:
        if rows_by_table(con) != rows:
            raise RuntimeError("the copy of the warehouse has other rows than the warehouse")
        found = version_of(con)
    if found is None:
        raise Problem("backup.nothing", home=home.folder)
    writer.add(WAREHOUSE, copy)
    return found, rows


def _add_files(home: Home, writer: BundleWriter) -> Iterator[str]:
    """Adds the settings, the logbook and the folders; gives the names of what is no plain file."""
    for name, file in ((SETTINGS, home.settings), (LOGBOOK, home.logbook)):
        if file.is_file():
            writer.add(name, file)
    for folder in FOLDERS:
        for path in sorted((home.folder / folder).rglob("*")):
            name = path.relative_to(home.folder).as_posix()
            if name == LATEST or any(part.endswith(".making") for part in path.parts):
                continue
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                yield name
            elif path.is_file():
                writer.add(name, path)
