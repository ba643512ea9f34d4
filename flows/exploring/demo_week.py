"""The demo corporation's week, for a notebook that is opened where nothing was published yet.

It is made in a temporary folder and gone with the program. Its calendar is fixed, so it is the same on every machine.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.home import Home

LAST_WEEK = date(2026, 11, 9)
READ_AT = datetime(2026, 11, 16, 5, tzinfo=UTC)
# As long as the program lives.
_folders: list[TemporaryDirectory[str]] = []


@cache
def demo_home(language: str) -> Home:
    """A home with one published week of the demo corporation; made once in a program, in about twenty seconds.

    Args:
        language: Language of its questions and steps, `nl` or `en`.
    """
    return make_demo(lasting_folder(), language)


def lasting_folder() -> Path:
    """A new temporary folder that is there for as long as the program lives."""
    folder = TemporaryDirectory(prefix="luisterpost-demo-")
    _folders.append(folder)
    return Path(folder.name).resolve()


def make_demo(folder: Path, language: str) -> Home:
    """Makes the demo corporation and its week in a folder, in about twenty seconds.

    Args:
        folder: Where to; it exists.
        language: Language of its questions and steps, `nl` or `en`.
    """
    from flows.demo import write_demo
    from flows.plain_week import plain_week
    from flows.run import make_run

    write_demo(folder / "inbox", LAST_WEEK)
    plain_week(make_run(folder / "home", "demo", folder / "inbox", None, READ_AT, language))
    return Home((folder / "home").resolve())
