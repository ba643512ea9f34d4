"""What `status` says of the installation itself: whether the last run went well, and how much room there is."""

from __future__ import annotations

import shutil
from pathlib import Path

from flows.home import Home
from flows.language import Language
from flows.logbook import last_problem

MEGABYTE = 1024 * 1024
# A run makes the week anew beside the old one, and a backup or a compaction copies the whole warehouse.
ROOM_FOR_COPIES = 3


def installation_lines(home: Home, language: Language) -> list[str]:
    """One line each: the last problem if the last run had one, the size and the room left, where the log stands.

    Args:
        home: The installation.
        language: Of the lines.
    """
    told = [problem] if (problem := last_problem(home)) else []
    size, free = _size(home.folder), shutil.disk_usage(home.folder).free
    told.append(language.say("status.room", size=_megabytes(size), free=_megabytes(free)))
    if free < ROOM_FOR_COPIES * _size(home.warehouse):
        told.append(language.say("status.little_room", folder=home.folder))
    if home.logbook.exists():
        told.append(language.say("status.logbook", file=home.logbook))
    return told


def _size(path: Path) -> int:
    """What a file or a folder holds [bytes]; what goes while one looks counts for nothing."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(each.lstat().st_size for each in files if each.is_file() and not each.is_symlink())


def _megabytes(size: int) -> int:
    return round(size / MEGABYTE)
