"""What a long run shows while it works: a bar on a terminal, plain lines elsewhere; always on stderr."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from data_contracts.contract import contracts
from flows.language import Language

# One per source, and one for each of: count, judge, choose, publish, tell.
STEPS_AFTER_SOURCES = 5


@contextmanager
def progress(language: Language, *, is_debug: bool, has_known_steps: bool = True) -> Iterator[None]:
    """Shows each step that is announced through the logger `luisterpost`.

    Args:
        language: Language of what people read.
        is_debug: Whether other handlers hear of it as well.
        has_known_steps: Whether it is the weekly run, of which the number of steps is known.
    """
    log = logging.getLogger("luisterpost")
    log.setLevel(logging.INFO)
    log.propagate = is_debug
    console = Console(stderr=True)
    if not sys.stderr.isatty():
        with _handled(log, _Lines(console)):
            yield
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        n_steps = len(contracts("inputs")) + STEPS_AFTER_SOURCES if has_known_steps else None
        task = bar.add_task(language.say("step.start"), total=n_steps)
        with _handled(log, _Bar(bar, task)):
            yield


class _Lines(logging.Handler):
    def __init__(self, console: Console) -> None:
        super().__init__()
        self.console = console

    def emit(self, record: logging.LogRecord) -> None:
        self.console.print(record.getMessage(), markup=False, highlight=False)


class _Bar(logging.Handler):
    def __init__(self, bar: Progress, task: int) -> None:
        super().__init__()
        self.bar, self.task = bar, task
        self.is_first = True

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            # No step: it stays on the screen, above the bar.
            self.bar.console.print(record.getMessage(), markup=False, highlight=False)
            return
        # A step is announced when it begins, so the one before it is done.
        self.bar.update(self.task, description=record.getMessage(), advance=0 if self.is_first else 1)  # type: ignore[arg-type]
        self.is_first = False


@contextmanager
def _handled(log: logging.Logger, handler: logging.Handler) -> Iterator[None]:
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
