"""Points of a run at which it can be killed from within: every step's begin and end, every commit, every file put out.

A dry run notes the points in the order in which they are reached; a later one kills itself at one of them. The process
is gone as with `kill -9` from outside: nothing is closed, nothing cleared, no handler runs.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from fault_towns import run_week

INSIDE, COMMIT = "after a statement of a transaction", "before a commit"
ROOMS = ("flows.", "models.")
# What is put out, one name or link at a time: before it and after it is a boundary.
PUT_OUT = (
    ("flows.publishing", "_write_parquet"),
    ("flows.publishing", "_to_disk"),
    ("flows.publishing", "_point_latest_at"),
    ("flows.publishing", "_tidy"),
    ("flows.plain_week", "share_with_all"),
    ("flows.sharing.files", "write_aside"),
    ("flows.keeping.durable", "put_in_place"),
    ("flows.plain_week", "note_week"),
    ("flows.plain_week", "let_go"),
)


def note_points(home: Path, sources: Path, moment: datetime, points: Path) -> None:
    """Runs a week and writes the names of all points that it passed. To be run in a child."""
    passed: list[str] = []
    watch(passed.append)
    run_week(home, sources, moment)
    points.write_text(json.dumps(passed), encoding="utf-8")


def strike_at(home: Path, sources: Path, moment: datetime, number: int) -> None:
    """Runs a week that kills itself at the point of this number. To be run in a child."""
    left = iter(range(number, -1, -1))

    def reached(_name: str) -> None:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    watch(reached)
    run_week(home, sources, moment)


def watch(reached: Callable[[str], None]) -> None:
    """Has every point of a run tell its name when it is reached; for the rest of this process."""
    import flows.keeping.durable
    import flows.plain_week
    import flows.warehouse

    opened, committed = flows.warehouse.open_warehouse, flows.warehouse.transaction

    @contextmanager
    def watched_warehouse(*arguments: Any) -> Iterator[Any]:
        reached("before a step")
        with opened(*arguments) as con:
            yield con
            reached("a step done, its warehouse open")

    def statement(_frame: object, event: str, called: Any) -> None:
        if event == "c_return" and called.__name__ in ("execute", "executemany"):
            reached(INSIDE)

    @contextmanager
    def watched_transaction(*arguments: Any) -> Iterator[Any]:
        with committed(*arguments):
            # Python tells of every call that it makes: the only way to be between two statements of somebody else.
            sys.setprofile(statement)
            try:
                yield
            finally:
                sys.setprofile(None)
            reached(COMMIT)
        reached("after a commit")

    _replace(opened, watched_warehouse)
    _replace(committed, watched_transaction)
    for module, name in PUT_OUT:
        real = getattr(sys.modules[module], name)
        _replace(real, _watched(real, name.lstrip("_"), reached))


def _watched(real: Callable[..., Any], name: str, reached: Callable[[str], None]) -> Callable[..., Any]:
    def told(*arguments: Any, **named: Any) -> Any:
        reached(f"before {name}")
        done = real(*arguments, **named)
        reached(f"after {name}")
        return done

    return told


def _replace(real: object, watched: object) -> None:
    """Wherever it was imported to by name."""
    for name, module in list(sys.modules.items()):
        if name.startswith(ROOMS):
            for known, value in list(vars(module).items()):
                if value is real:
                    setattr(module, known, watched)
