"""Commands that measure how good it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from flows.commands.exit_codes import DONE
from flows.commands.taking_in import leave_at_once_when_interrupted
from flows.language import Language


def backtest(
    language: Language,
    sources: str,
    inbox: Path | None,
    every: int,
    home: Path,
    debug: bool,
    *,
    clock: Callable[[], datetime],
) -> int:
    """Holds the model against what was found later."""
    from flows.progress import progress

    with progress(language, is_debug=debug, has_known_steps=False):
        from flows.backtest import backtest as held_against_later

        found = held_against_later(sources, inbox, home, every, clock(), language.code)
    from flows.backtest_terminal import show_backtest

    show_backtest(found, language)
    return DONE


def benchmark(
    language: Language,
    quick: bool,
    page_only: bool,
    toronto: Path | None,
    out: Path | None,
    *,
    clock: Callable[[], datetime],
) -> int:
    """Holds the model beside other methods."""
    from flows.benchmark.command import benchmark as written_page

    leave_at_once_when_interrupted(language)
    # A quick run must not take the place of the real figures.
    page = written_page(
        out or Path("benchmark-quick" if quick else "docs"), toronto, clock(), language, quick, page_only
    )
    click.echo(language.say("benchmark.written", page=page))
    return DONE
