"""A bar on a terminal, plain lines elsewhere; always on stderr."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from flows.benchmark.run import Progress


@contextmanager
def shown_progress(title: str) -> Iterator[Progress]:
    """Gives what `run_benchmark` is to tell of every finished town.

    Args:
        title: What stands before the bar until the first town is done.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, total, what: console.print(f"{done}/{total} {what}", markup=False, highlight=False)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn())
    with Bar(*columns, TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total, what: bar.update(task, completed=done, total=total, description=what)
