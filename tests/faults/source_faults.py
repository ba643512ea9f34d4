"""Sources that hang, and sources that change while they are read."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

from attempts import Attempt, survived
from stage import Scenario, Stage, ran

HANGS, CHANGES = "a source that hangs", "a source that changes while it is read"
BAD = "repairs"
ENDLESS = """select cast(a.range as varchar) as repair_id, 'C0001' as complex_id, '2026-11-10 10:00' as requested_at,
  'normal' as urgency, 'home' as location
from range(1000000000) as a, range(1000000000) as b where a.range + b.range < 0
"""


def pipe(stage: Stage, scenario: Scenario) -> Attempt:
    """A pipe in the place of a file, into which nobody writes."""
    return _stopped(stage, scenario, HANGS, "a pipe that nobody fills", make_pipe)


def make_pipe(file: Path) -> None:
    """Puts a pipe in the place of a file."""
    file.unlink()
    os.mkfifo(file)


def endless_select(stage: Stage, scenario: Scenario) -> Attempt:
    """A mapping of which the SELECT never ends."""

    def spoil(file: Path) -> None:
        file.with_suffix(".sql").write_text(ENDLESS, encoding="utf-8")

    return _stopped(stage, scenario, HANGS, "a SELECT without an end", spoil)


def replaced(stage: Stage, scenario: Scenario) -> Attempt:
    """A file that is replaced again and again, as a share does that is synchronised."""

    def again(file: Path) -> None:
        copy = file.with_suffix(".copy")
        shutil.copyfile(file, copy)
        copy.replace(file)

    return _stopped(stage, scenario, CHANGES, "replaced time and again", beside=again)


def written_in_place(stage: Stage, scenario: Scenario) -> Attempt:
    """A file that is emptied and written anew again and again, as an export does that is running."""
    content: list[bytes] = []

    def again(file: Path) -> None:
        content[:] = content or [file.read_bytes()]
        with file.open("wb") as opened:
            half = len(content[0]) // 2
            opened.write(content[0][:half])
            opened.flush()
            time.sleep(0.002)
            opened.write(content[0][half:])

    return _stopped(stage, scenario, CHANGES, "written in place", beside=again)


def _stopped(
    stage: Stage,
    scenario: Scenario,
    fault: str,
    at: str,
    spoil: Callable[[Path], None] = lambda _file: None,
    beside: Callable[[Path], None] = lambda _file: time.sleep(1),
) -> Attempt:
    """Runs a week with one bad source: it stops with one sentence, the others go on; then again with a good one."""
    home = stage.home(scenario, at)
    sources = copied_sources(stage, scenario, at)
    spoil(sources / f"{BAD}.parquet")
    wrong, said = [], "nothing said"
    with _going_on(beside, sources / f"{BAD}.parquet"):
        try:
            problems = ran(home, sources, scenario.moment)
            said = problems.pop(BAD).split(" (")[0] or "read as it stood"
            wrong += [f"{source} stopped too: {problem}" for source, problem in problems.items() if problem]
        except AssertionError as error:
            wrong.append(str(error))
    attempt = survived(fault, at, home, scenario, seen=(f"{at}: {said}, the others went on",), is_as_it_was=False)
    return replace(attempt, wrong=(*wrong, *attempt.wrong))


def copied_sources(stage: Stage, scenario: Scenario, name: str) -> Path:
    """The delivery, to be spoilt."""
    sources = stage.folder / "homes" / f"{name} sources"
    shutil.rmtree(sources, ignore_errors=True)
    return Path(shutil.copytree(scenario.sources, sources))


@contextmanager
def _going_on(act: Callable[[Path], None], file: Path) -> Iterator[None]:
    """Does something to a file again and again beside a run."""
    is_over = Event()

    def go_on() -> None:
        while not is_over.is_set():
            act(file)
            is_over.wait(0.001)

    thread = Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
