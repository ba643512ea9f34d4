"""Puts several files and folders of a home in place as if at once, and sets aside what stood there.

All is made in one folder first. Renaming that folder is the moment: a kill before it leaves the old home; after it, the
next command that takes the home (`Home.alone`) finishes the moves. Nothing is deleted.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from flows.home import OWNER_ONLY_FOLDER, Home
from flows.keeping.durable import to_disk

MAKING, READY = ".restore.making", ".restore.ready"
_NEW, _PLAN = "new", "plan.json"
SET_ASIDE = "set-aside."
"""How the name of a folder begins in which something of a home was set aside."""


@contextmanager
def room_for_new(home: Home) -> Iterator[Path]:
    """An empty folder in the home to make new things in, each under the name that it gets; gone afterwards."""
    room = home.folder / MAKING
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(mode=OWNER_ONLY_FOLDER)
    try:
        new = room / _NEW
        new.mkdir(mode=OWNER_ONLY_FOLDER)
        yield new
    finally:
        shutil.rmtree(room, ignore_errors=True)


def swap_in(home: Home, new: Path, names: Iterable[str], moment: datetime) -> Path | None:
    """Puts in place what was made, and gives the folder with what stood there; None where nothing did.

    Args:
        home: The home, held by the caller.
        new: The folder of `room_for_new`.
        names: What goes from the home, whether or not something new comes in its place.
        moment: Names the folder.
    """
    old = [name for name in names if _is_something(home.folder / name)]
    aside = _free(home.folder / f"{SET_ASIDE}{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    plan = {"old": old, "aside": aside.name, "new": sorted(each.name for each in new.iterdir())}
    (new.parent / _PLAN).write_text(json.dumps(plan), encoding="utf-8")
    for path in (new.parent / _PLAN, *(each for each in new.rglob("*") if not each.is_symlink()), new.parent):
        to_disk(path)
    new.parent.rename(home.folder / READY)
    to_disk(home.folder)
    finish_swap(home)
    return aside if old else None


def finish_swap(home: Home) -> None:
    """Finishes the moves of a swap that was killed on the way; else does nothing."""
    ready = home.folder / READY
    if not ready.exists():
        return
    plan = json.loads((ready / _PLAN).read_text(encoding="utf-8"))
    aside = home.folder / plan["aside"]
    if plan["old"]:
        aside.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)
    for name in plan["old"]:
        # What is there already was moved before the kill; what stands in its place is new.
        if not _is_there(aside / name) and _is_there(home.folder / name):
            (home.folder / name).rename(aside / name)
    for name in plan["new"]:
        made, place = ready / _NEW / name, home.folder / name
        if not _is_there(made):
            continue
        if _is_something(place):
            # Made by a command that began after the kill.
            place.rename(_free(home.folder / f"{plan['aside']}.{name}"))
        elif _is_there(place):
            shutil.rmtree(place)
        made.rename(place)
    to_disk(home.folder)
    shutil.rmtree(ready)


def _is_something(path: Path) -> bool:
    """Whether there is anything to set aside: empty folders are made with every home."""
    if path.is_dir() and not path.is_symlink():
        return any(not each.is_dir() or each.is_symlink() for each in path.rglob("*"))
    return _is_there(path)


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _free(path: Path) -> Path:
    """The path itself, or the first free one numbered after it."""
    if not _is_there(path):
        return path
    return next(each for number in count(2) if not _is_there(each := path.with_name(f"{path.name}.{number}")))
