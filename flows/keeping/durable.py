"""What makes a file or folder last: written through to the disk, and put in place in one step."""

from __future__ import annotations

import os
from pathlib import Path


def to_disk(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk itself."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put_in_place(made: Path, place: Path) -> None:
    """Renames what was made aside to where it belongs; whoever looks sees the old one or the new one."""
    to_disk(made)
    made.replace(place)
    to_disk(place.parent)
