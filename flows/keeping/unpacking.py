"""Reads a backup file without trusting it: names, kinds, sizes and digests are held against what a backup can hold."""

from __future__ import annotations

import errno
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO

from data_contracts.problem import Problem
from flows.home import OWNER_ONLY_FILE, OWNER_ONLY_FOLDER
from flows.keeping.bundle import FOLDERS, FORMAT, LATEST, LOGBOOK, MANIFEST, SETTINGS, WAREHOUSE, Manifest, Member

MOST_MANIFEST = 64 * 2**20
_AT_ONCE = 2**20


def check_bundle(file: Path) -> Manifest:
    """Holds every file in a bundle against its manifest; writes nothing.

    Raises:
        Problem: `restore.no_backup`, `restore.later_format`, `restore.unsafe` or `restore.damaged`, with the member.
    """
    with _opened(file) as tar:
        manifest = _read_manifest(file, tar)
        for name, member, content in _contents(file, tar, manifest):
            if _copied(content, None) != (member.size, member.sha256):
                raise Problem("restore.damaged", file=file, member=name)
    return manifest


def unpack_bundle(file: Path, folder: Path) -> None:
    """Writes the files of a bundle into an empty folder, for the owner only, and holds them against it once more.

    Raises:
        Problem: As `check_bundle`.
    """
    with _opened(file) as tar:
        manifest = _read_manifest(file, tar)
        for name, member, content in _contents(file, tar, manifest):
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY_FILE)
            with os.fdopen(handle, "wb") as written:
                if _copied(content, written) != (member.size, member.sha256):
                    raise Problem("restore.damaged", file=file, member=name)
                written.flush()
                os.fsync(written.fileno())
            os.utime(place, (member.written_at, member.written_at))
    for path in folder.rglob("*"):
        if path.is_dir():
            path.chmod(OWNER_ONLY_FOLDER)
    if manifest.latest:
        (folder / LATEST).symlink_to(Path("weeks") / manifest.latest)


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        # Not compressed: what is in it can't grow beyond the file itself.
        with tarfile.open(file, "r:") as tar:
            yield tar
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Problem("restore.no_such_file", file=file) from error
    except (tarfile.TarError, EOFError, ValueError, OverflowError, FileExistsError, IsADirectoryError) as error:
        raise Problem("restore.no_backup", file=file) from error
    except OSError as error:
        if error.errno in (None, errno.ENAMETOOLONG) or file.is_dir():
            raise Problem("restore.no_backup", file=file) from error
        raise


def _read_manifest(file: Path, tar: tarfile.TarFile) -> Manifest:
    entries = tar.getmembers()
    if not entries or entries[-1].name != MANIFEST or not _is_plain(entries[-1]) or entries[-1].size > MOST_MANIFEST:
        raise Problem("restore.no_backup", file=file)
    content = tar.extractfile(entries[-1])
    text, _, digest = (content.read() if content else b"").rpartition(b"\n")
    if sha256(text).hexdigest().encode() != digest:
        raise Problem("restore.damaged", file=file, member=MANIFEST)
    try:
        said = json.loads(text)
        if int(said["format"]) > FORMAT:
            raise Problem("restore.later_format", file=file)
        members = {
            str(name): Member(int(each["size"]), str(each["sha256"]), float(each["written_at"]))
            for name, each in said["members"].items()
        }
        latest = said["latest"]
        manifest = Manifest(
            str(said["made_at"]),
            str(said["luisterpost"]),
            int(said["warehouse_version"]),
            None if latest is None else str(latest),
            {str(name): int(rows) for name, rows in said["rows"].items()},
            members,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Problem("restore.no_backup", file=file) from error
    parts = [PurePosixPath(name).parts for name in members]
    # A week is a folder with files in it.
    weeks = {each[2] for each in parts if each[:2] == ("published", "weeks") and len(each) > 3}
    if any(each[:2] == ("published", "weeks") and len(each) < 4 for each in parts):
        raise Problem("restore.unsafe", file=file, member="published/weeks")
    if manifest.latest is not None and manifest.latest not in weeks:
        raise Problem("restore.unsafe", file=file, member=LATEST)
    return manifest


def _contents(file: Path, tar: tarfile.TarFile, manifest: Manifest) -> Iterator[tuple[str, Member, IO[bytes]]]:
    """Every member but the manifest, once; each of a kind and with a name that a backup can have."""
    left = dict(manifest.members)
    for entry in tar.getmembers()[:-1]:
        if not _is_plain(entry) or not _may_be_named(entry.name):
            raise Problem("restore.unsafe", file=file, member=entry.name)
        member, content = left.pop(entry.name, None), tar.extractfile(entry)
        if member is None or content is None:
            raise Problem("restore.damaged", file=file, member=entry.name)
        yield entry.name, member, content
    if left:
        raise Problem("restore.damaged", file=file, member=min(left))


def _is_plain(entry: tarfile.TarInfo) -> bool:
    """An ordinary file with all of its bytes: no link, device, folder or hole."""
    return entry.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and entry.sparse is None


def _may_be_named(name: str) -> bool:
    """Whether a backup can hold a file of this name: then it lies in the home, wherever that is."""
    parts = name.split("/")
    if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
        return False
    return name in (WAREHOUSE, SETTINGS, LOGBOOK) or (len(parts) > 1 and parts[0] in FOLDERS and name != LATEST)


def _copied(content: IO[bytes], target: IO[bytes] | None) -> tuple[int, str]:
    """How long the content is, and its digest; it is written to a target where there is one."""
    digest, size = sha256(), 0
    while found := content.read(_AT_ONCE):
        digest.update(found)
        size += len(found)
        if target:
            target.write(found)
    return size, digest.hexdigest()
