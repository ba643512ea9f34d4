"""Writes a text file whole or not at all, readable for its owner only: the few that a notebook is asked to write."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from flows.home import OWNER_ONLY_FILE, OWNER_ONLY_FOLDER


def write_whole(file: Path, text: str) -> None:
    """Puts a text in the place of a file; whoever reads meanwhile sees the old or the new one.

    Raises:
        OSError: If it cannot be written; what stood there still does.
        UnicodeEncodeError: If the text cannot be written as UTF-8.
    """
    content = text.encode("utf-8")
    file.parent.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    making = file.with_name(f".{file.name}.making")
    with suppress(FileNotFoundError):
        # Left by somebody who was cut off.
        making.unlink()
    handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY_FILE)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        making.replace(file)
    except BaseException:
        making.unlink(missing_ok=True)
        raise
