"""The commands: what each is called, what it takes, and the few lines that it does.

What is slow to import is imported where it is used.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import click
import psutil

from flows.help import Command, Commands, option
from flows.home import DEFAULT_HOME
from flows.language import Language

# What the shell hears.
DONE, NOTHING_DONE, USAGE, SOURCE_STOPPED, OUR_FAULT, INTERRUPTED = 0, 1, 2, 3, 70, 130
SOME_NOT_SENT = SOURCE_STOPPED
Clock = Callable[[], datetime]


def commands(language: Language, clock: Clock) -> click.Group:
    """All commands, in the order in which one needs them.

    Args:
        language: Of help and of what they print.
        clock: Gives the moment, with its zone.
    """
    say = language.say
    home = option(
        "--home",
        say("cli.default", text=say("cli.home"), default=DEFAULT_HOME),
        type=click.Path(path_type=Path),
        default=DEFAULT_HOME,
        metavar=say("cli.folder"),
    )
    sources = option("--sources", say("cli.sources"), required=True, metavar=say("cli.folder_or_name"))
    inbox = option("--inbox", say("cli.inbox"), type=click.Path(path_type=Path), metavar=say("cli.folder"))
    week = option("--week", say("cli.week"), metavar="2026-W46")
    published = option("--week", say("cli.published_week"), metavar="2026-W46")
    replayed = option("--week", say("cli.replayed_week"), required=True, metavar="2026-W46")
    complex_id = click.Argument(["complex_id"], metavar=say("cli.complex"))
    every = option(
        "--every",
        say("cli.default", text=say("cli.every"), default=4),
        type=click.IntRange(min=1, max=520),
        default=4,
        metavar=say("cli.weeks"),
    )
    quick = option("--quick", say("cli.quick"), is_flag=True)
    page_only = option("--page-only", say("cli.page_only"), is_flag=True)
    toronto = option("--toronto", say("cli.toronto"), type=click.Path(path_type=Path), metavar=say("cli.folder"))
    out = option("--out", say("cli.replay_out"), type=click.Path(path_type=Path), metavar=say("cli.folder"))
    page_out = option("--out", say("cli.out"), type=click.Path(path_type=Path), metavar=say("cli.folder"))
    folder = click.Argument(["folder"], type=click.Path(path_type=Path), metavar=say("cli.folder"))
    demo_folder = click.Argument(
        ["folder"], type=click.Path(path_type=Path), metavar=f"[{say('cli.folder')}]", default=Path("demo-inbox")
    )
    group = Commands(language)

    def add(name: str, action: Callable[..., int], *parameters: click.Parameter) -> None:
        group.add_command(Command(name, language, partial(action, language), list(parameters)))

    add("demo", partial(_demo, clock=clock), demo_folder)
    add("init", _init, folder)
    add("weekly", partial(_weekly, clock=clock), sources, inbox, week, home)
    add("check", partial(_check, clock=clock), sources, inbox)
    add("status", _status, home)
    team = option("--team", say("cli.send.team"), multiple=True, metavar=say("cli.send.team_name"))
    for_real = option("--for-real", say("cli.send.for_real"), is_flag=True)
    force = option("--force", say("cli.send.force"), is_flag=True)
    add("send", partial(_send, clock=clock), published, team, for_real, force, home)
    add("replay", _replay, replayed, home, out)
    add("explain", _explain, complex_id, home, published)
    notebook = click.Argument(["notebook"], required=False, metavar=f"[{say('cli.explore.notebook')}]")
    one_complex = option("--complex", say("cli.explore.complex"), metavar=say("cli.complex"))
    edit = option("--edit", say("cli.explore.edit"), is_flag=True)
    port = option("--port", say("cli.explore.port"), type=click.IntRange(min=1, max=65535), metavar="2718")
    no_browser = option("--no-browser", say("cli.explore.no_browser"), is_flag=True)
    add("explore", _explore, notebook, one_complex, edit, port, no_browser, home, published)
    add("backtest", partial(_backtest, clock=clock), sources, inbox, every, home)
    add("benchmark", partial(_benchmark, clock=clock), quick, page_only, toronto, page_out)
    add("serve", _serve, sources, inbox, home)
    return group


def _demo(language: Language, folder: Path, *, clock: Clock) -> int:
    from flows.demo import write_demo
    from models.weeks import last_whole_week

    rows = write_demo(folder, last_whole_week(clock().astimezone().date()))
    click.echo(language.say("demo.written", folder=folder, count=len(rows), rows=sum(rows.values())))
    click.echo(f"  luisterpost weekly --sources demo --inbox {folder}")
    return DONE


def _init(language: Language, folder: Path) -> int:
    from flows.starter import write_starter

    files = write_starter(folder, language)
    click.echo(language.say("init.written", folder=folder, count=len(files)))
    for command in (f"check --sources {folder}", f"weekly --sources {folder}", "status"):
        click.echo(f"  luisterpost {command}")
    return DONE


def _weekly(
    language: Language, sources: str, inbox: Path | None, week: str | None, home: Path, debug: bool, *, clock: Clock
) -> int:
    from flows.progress import progress
    from flows.quiet import end_orphaned_servers, quieten_prefect
    from flows.terminal import show_week

    _check_before_the_flow(sources, inbox, week, home)
    quieten_prefect(home.absolute(), is_debug=debug)
    end_orphaned_servers()
    _check_named_server()
    _leave_at_once_when_interrupted(language)
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


def _leave_at_once_when_interrupted(language: Language) -> None:
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


def _check(language: Language, sources: str, inbox: Path | None, *, clock: Clock) -> int:
    from flows.checking import check_sources
    from flows.terminal import show_check

    report = check_sources(sources, inbox, clock(), language.code)
    show_check(report, language)
    return NOTHING_DONE if report.is_refused else DONE


def _status(language: Language, home: Path) -> int:
    from flows.home import Home
    from flows.results import latest_week
    from flows.sending.status_line import sent_line
    from flows.terminal import show_status

    place = Home(home.resolve())
    week = latest_week(place)
    show_status(week, language)
    if line := sent_line(place, week.week_name, language):
        click.echo(line)
    return DONE


def _send(
    language: Language,
    week: str | None,
    team: tuple[str, ...],
    for_real: bool,
    force: bool,
    home: Path,
    debug: bool,
    *,
    clock: Clock,
) -> int:
    from flows.home import Home
    from flows.progress import progress
    from flows.sending.command import Asked, send
    from flows.sending.sending_terminal import announcement, show_sending

    asked = Asked(week, team, is_for_real=for_real, is_forced=force)
    log = logging.getLogger("luisterpost")
    with progress(language, is_debug=debug, has_known_steps=False):
        sending = send(
            Home(home.resolve()),
            asked,
            clock=clock,
            tell=lambda problem: click.echo(language.tell(problem), err=True),
            announce=lambda errand: log.info(announcement(errand, language)),
        )
    show_sending(sending, language)
    if sending.is_in_vain and not sending.is_safety_lost:
        return NOTHING_DONE
    return SOME_NOT_SENT if sending.has_trouble else DONE


def _replay(language: Language, week: str, home: Path, out: Path | None) -> int:
    from flows.home import Home
    from flows.sharing.replay import replay
    from models.weeks import parse_week

    found = replay(Home(home.resolve()), parse_week(week), out)
    click.echo(language.say("replay.written", folder=found.folder, count=found.n_files))
    if found.differing == ():
        click.echo(language.say("replay.alike"))
    elif found.differing:
        click.echo(language.say("replay.differs", files=list(found.differing[:3]), count=len(found.differing)))
    return DONE


def _explain(language: Language, complex_id: str, home: Path, week: str | None) -> int:
    from flows.explain_terminal import show_explanation
    from flows.explaining import explain
    from flows.home import Home
    from flows.results import latest_week, published_week
    from models.weeks import parse_week

    place = Home(home.resolve())
    found = published_week(place, parse_week(week)) if week else latest_week(place)
    show_explanation(explain(found, complex_id), language)
    return DONE


def _explore(
    language: Language,
    notebook: str | None,
    complex: str | None,  # noqa: A002 - what it is called on the command line
    edit: bool,
    port: int | None,
    no_browser: bool,
    home: Path,
    week: str | None,
    debug: bool,
) -> int:
    from flows.exploring.command import Asked, explore

    explore(Asked(notebook, home, week, complex, edit, port, not no_browser, debug), language, click.echo)
    return DONE


def _backtest(
    language: Language, sources: str, inbox: Path | None, every: int, home: Path, debug: bool, *, clock: Clock
) -> int:
    from flows.progress import progress

    with progress(language, is_debug=debug, has_known_steps=False):
        from flows.backtest import backtest

        found = backtest(sources, inbox, home, every, clock(), language.code)
    from flows.backtest_terminal import show_backtest

    show_backtest(found, language)
    return DONE


def _benchmark(
    language: Language, quick: bool, page_only: bool, toronto: Path | None, out: Path | None, *, clock: Clock
) -> int:
    from flows.benchmark.command import benchmark

    _leave_at_once_when_interrupted(language)
    # A quick run must not take the place of the real figures.
    page = benchmark(out or Path("benchmark-quick" if quick else "docs"), toronto, clock(), language, quick, page_only)
    click.echo(language.say("benchmark.written", page=page))
    return DONE


def _serve(language: Language, sources: str, inbox: Path | None, home: Path, debug: bool) -> int:
    from flows.quiet import quieten_prefect

    _check_before_the_flow(sources, inbox, None, home)
    quieten_prefect(home.absolute(), is_debug=True)
    from flows.serving import serve

    serve(sources, inbox, home, language.code)
    return DONE
