"""What is told on the way stays on the screen, and counts as no step."""

import io
import logging

from rich.console import Console
from rich.progress import Progress

from flows.progress import _Bar


def test_a_warning_stays_above_the_bar_and_is_no_step() -> None:
    screen = io.StringIO()
    with Progress(console=Console(file=screen, width=80), transient=True) as bar:
        task = bar.add_task("begin", total=3)
        shown = _Bar(bar, task)
        for level, text in (
            (logging.INFO, "one"),
            (logging.WARNING, "the warehouse [red] is newer"),
            (logging.INFO, "two"),
        ):
            shown.emit(logging.LogRecord("luisterpost", level, "", 0, text, None, None))
        assert bar.tasks[0].completed == 1
        assert bar.tasks[0].description == "two"
    assert "the warehouse [red] is newer" in screen.getvalue()
