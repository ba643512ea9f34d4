"""The demo corporation's files, to try connecting on before one's own are at hand. They are gone with the program."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flows.demo import write_demo
from flows.exploring.demo_week import LAST_WEEK, lasting_folder


@cache
def demo_inbox() -> Path:
    """A folder `inbox` with the demo's files, made once in a program; beside it a mapping has room."""
    inbox = lasting_folder() / "inbox"
    write_demo(inbox, LAST_WEEK)
    return inbox
