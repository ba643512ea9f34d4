"""A disk that is full and a home that is read-only: a small disk in memory, mounted for one attempt."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from attempts import Attempt, survived, wrong_now
from fault_towns import copy_home
from stage import Scenario, Stage, typed

FULL, READ_ONLY = "disk full", "home is read-only"
NOTHING_DONE = 1
ROOMY = 256
"""Size of the disk once there is room again [MiB]."""
KIB = 1024


def why_no_disk(stage: Stage) -> str | None:
    """Why no disk can be mounted here, or None."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("mount") is None:
        return "needs the right to mount a small disk (root on Linux)"
    try:
        with small_disk(stage.folder / "tried-disk"):
            return None
    except subprocess.CalledProcessError as error:
        return f"mount: {error.stderr.strip()}"


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A disk of its own, roomy at first; gone afterwards."""
    place.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={ROOMY}m", "tmpfs", str(place))
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True, capture_output=True, text=True)


@contextmanager
def nearly_full(disk: Path, room: int) -> Iterator[None]:
    """So much room is left on the disk [KiB]; there is plenty afterwards."""
    held = sum(each.stat().st_blocks * 512 for each in disk.rglob("*") if not each.is_symlink()) // KIB
    _mount("-o", f"remount,size={held + room + 64}k", str(disk))
    yield
    _mount("-o", f"remount,size={ROOMY}m", str(disk))


@contextmanager
def unwritable(disk: Path) -> Iterator[None]:
    """The disk can only be read; it can be written afterwards."""
    _mount("-o", "remount,ro", str(disk))
    yield
    _mount("-o", "remount,rw", str(disk))


def full_at(stage: Stage, scenario: Scenario, room: int) -> Attempt:
    """Runs a week where so much room is left [KiB], and again once there is room."""
    with small_disk(stage.folder / "disk") as disk:
        home = copy_home(scenario.before, disk / "home")
        with nearly_full(disk, room):
            wrong, said = refused(stage, home, scenario)
        attempt = survived(FULL, f"{room} KiB left", home, scenario, seen=(said,))
    return replace(attempt, wrong=(*wrong, *attempt.wrong))


def read_only(stage: Stage, scenario: Scenario) -> Attempt:
    """Runs a week in a home on a disk that can't be written, and again once it can."""
    with small_disk(stage.folder / "disk") as disk:
        home = copy_home(scenario.before, disk / "home")
        with unwritable(disk):
            wrong, said = refused(stage, home, scenario)
        attempt = survived(READ_ONLY, "mounted read-only", home, scenario, seen=(said,))
    return replace(attempt, wrong=(*wrong, *attempt.wrong))


def refused(stage: Stage, home: Path, scenario: Scenario) -> tuple[list[str], str]:
    """Types `weekly` where it may not be able to do its work: what is wrong with how it ended, and what it said."""
    # Its screen stands on a disk that has room.
    code, printed = typed(home, scenario.sources, scenario.moment, stage.folder / "printed-on-a-disk.txt")
    wrong = [*_not_one_sentence(code, printed), *wrong_now(home, scenario)]
    if code == 0:
        return wrong, "there was room enough"
    said = printed.strip().replace(str(home.resolve()), "HOME").splitlines()
    return wrong, f"exit code {code}: {said[-1] if said else 'nothing said'}"


def _not_one_sentence(code: int | None, printed: str) -> Iterator[str]:
    """What is wrong with how a command that could not do its work ended."""
    if code == 0:
        return
    if code != NOTHING_DONE:
        yield f"left with {code}: {printed[-300:]}"
    if "Traceback" in printed or len(printed.strip().splitlines()) != 1:
        yield f"no single sentence: {printed[-300:]}"


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True, text=True)
