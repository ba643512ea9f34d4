"""Commands that take sources in: a made-up one, a new one, the weekly run, a check, the schedule."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click
import psutil

from flows.commands.exit_codes import DONE, INTERRUPTED, NOTHING_DONE, SOURCE_STOPPED
from flows.language import Language


def demo(language: Language, folder: Path, *, clock: Callable[[], datetime]) -> int:
    """Writes a made-up corporation."""
    from flows.demo import write_demo
    from models.weeks import last_whole_week

    rows = write_demo(folder, last_whole_week(clock().astimezone().date()))
    click.echo(language.say("demo.written", folder=folder, count=len(rows), rows=sum(rows.values())))
    click.echo(f"  luisterpost weekly --sources demo --inbox {folder}")
    return DONE


def init(language: Language, folder: Path) -> int:
    """Writes a commented mapping per contract."""
    from flows.starter import next_commands, write_starter

    files = write_starter(folder, language)
    click.echo(language.say("init.written", folder=folder, count=len(files)))
    for command in next_commands(folder):
        click.echo(f"  {command}")
    return DONE


def weekly(
    language: Language,
    sources: str,
    inbox: Path | None,
    week: str | None,
    home: Path,
    debug: bool,
    *,
    clock: Callable[[], datetime],
) -> int:
    """Runs the weekly flow and shows the week."""
    from flows.progress import progress
    from flows.quiet import end_orphaned_servers, quieten_prefect
    from flows.terminal import show_week

    _check_before_the_flow(sources, inbox, week, home)
    quieten_prefect(home.absolute(), is_debug=debug)
    end_orphaned_servers()
    _check_named_server()
    leave_at_once_when_interrupted(language)
    with progress(language, is_debug=debug):
        from flows.weekly import weekly

        published = weekly(
            sources=sources,
            home=str(home),
            inbox=str(inbox) if inbox else None,
            week=week,
            language=language.code,
            read_at=clock().isoformat(),
        )
    show_week(published, language)
    return SOURCE_STOPPED if any(account.state == "stopped" for account in published.accounts) else DONE


def check(language: Language, sources: str, inbox: Path | None, *, clock: Callable[[], datetime]) -> int:
    """Holds sources against their contracts; nothing is kept."""
    from flows.checking import check_sources
    from flows.terminal import show_check

    report = check_sources(sources, inbox, clock(), language.code)
    show_check(report, language)
    return NOTHING_DONE if report.is_refused else DONE


def serve(language: Language, sources: str, inbox: Path | None, home: Path, debug: bool) -> int:
    """Runs the weekly flow every Monday, until it is stopped."""
    from flows.quiet import quieten_prefect

    _check_before_the_flow(sources, inbox, None, home)
    quieten_prefect(home.absolute(), is_debug=True)
    from flows.serving import serve

    serve(sources, inbox, home, language.code)
    return DONE


def _check_before_the_flow(sources: str, inbox: Path | None, week: str | None, home: Path) -> None:
    """Mistakes on the command line are told at once, before anything is started."""
    from flows.home import Home
    from flows.mappings import find_mapping
    from flows.settings import read_settings
    from models.weeks import parse_week

    find_mapping(sources, inbox)
    read_settings(Home(home).settings)
    if week is not None:
        parse_week(week)


def leave_at_once_when_interrupted(language: Language) -> None:
    """Ends a run on Ctrl-C or a shutdown. A run may be killed at any moment, so it need not be asked to finish.

    An exception would be caught on its way by the libraries that are at work, and the step tried again.
    """

    def leave(_number: int, _frame: object) -> None:
        for child in psutil.Process().children(recursive=True):
            child.terminate()
        click.echo(language.say("cli.interrupted"), err=True)
        os._exit(INTERRUPTED)

    signal.signal(signal.SIGINT, leave)
    signal.signal(signal.SIGTERM, leave)


def _check_named_server() -> None:
    """A Prefect server that the user names must answer; where none is named, a temporary one will."""
    if os.environ.get("PREFECT_API_URL"):
        from flows.serving import check_server

        check_server()
