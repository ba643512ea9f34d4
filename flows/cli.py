"""The command line. The only place that knows what time it is, and the only one that prints."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
import psutil

from data_contracts.problem import Problem
from flows.help import Command, Commands, option
from flows.language import LANGUAGES, Language

# What the shell hears.
DONE, NOTHING_DONE, USAGE, SOURCE_STOPPED, OUR_FAULT, INTERRUPTED = 0, 1, 2, 3, 70, 130
LANGUAGE_VARIABLE = "LUISTERPOST_LANGUAGE"
DEFAULT_HOME = "luisterpost-home"


def main() -> None:
    """Runs the command line and leaves with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs one command.

    Args:
        arguments: What was typed after `luisterpost`.

    Returns:
        0 done; 1 a problem, nothing was done; 2 a wrong word on the command line; 3 published, but a source stopped;
        70 a fault of ours; 130 interrupted.
    """
    # What is written is for its owner only, also what a library writes.
    os.umask(0o077)
    language = Language(_language_code(arguments))
    is_debug = "--debug" in arguments
    try:
        result = _commands(language).main(arguments, prog_name="luisterpost", standalone_mode=False)
        return result if isinstance(result, int) else DONE
    except click.exceptions.Exit as left:
        return left.exit_code
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message())
        return DONE
    except click.UsageError as error:
        return _complain(_usage(error, language), USAGE)
    except (click.Abort, KeyboardInterrupt):
        return _complain(language.say("cli.interrupted"), INTERRUPTED)
    except Problem as problem:
        if is_debug:
            raise
        return _complain(language.tell(problem), NOTHING_DONE)
    except Exception as error:
        if is_debug:
            raise
        if getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error):
            return _complain(language.say("home.disk_full"), NOTHING_DONE)
        what = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return _complain(language.say("cli.our_fault", what=what), OUR_FAULT)


def _commands(language: Language) -> click.Group:
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
    out = option("--out", say("cli.out"), type=click.Path(path_type=Path), metavar=say("cli.folder"))
    folder = click.Argument(["folder"], type=click.Path(path_type=Path), metavar=say("cli.folder"))
    demo_folder = click.Argument(
        ["folder"], type=click.Path(path_type=Path), metavar=f"[{say('cli.folder')}]", default=Path("demo-inbox")
    )
    group = Commands(language)

    def add(name: str, action: Callable[..., int], *parameters: click.Parameter) -> None:
        group.add_command(Command(name, language, partial(action, language), list(parameters)))

    add("demo", _demo, demo_folder)
    add("init", _init, folder)
    add("weekly", _weekly, sources, inbox, week, home)
    add("check", _check, sources, inbox)
    add("status", _status, home)
    add("explain", _explain, complex_id, home, published)
    add("backtest", _backtest, sources, inbox, every, home)
    add("benchmark", _benchmark, quick, page_only, toronto, out)
    add("serve", _serve, sources, inbox, home)
    return group


def _demo(language: Language, folder: Path) -> int:
    from flows.demo import write_demo
    from models.weeks import last_whole_week

    rows = write_demo(folder, last_whole_week(_now().astimezone().date()))
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


def _weekly(language: Language, sources: str, inbox: Path | None, week: str | None, home: Path, debug: bool) -> int:
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
            read_at=_now().isoformat(),
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


def _check(language: Language, sources: str, inbox: Path | None) -> int:
    from flows.checking import check_sources
    from flows.terminal import show_check

    report = check_sources(sources, inbox, _now(), language.code)
    show_check(report, language)
    return NOTHING_DONE if report.is_refused else DONE


def _status(language: Language, home: Path) -> int:
    from flows.home import Home
    from flows.results import latest_week
    from flows.terminal import show_status

    show_status(latest_week(Home(home.resolve())), language)
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


def _backtest(language: Language, sources: str, inbox: Path | None, every: int, home: Path, debug: bool) -> int:
    from flows.progress import progress

    with progress(language, is_debug=debug, has_known_steps=False):
        from flows.backtest import backtest

        found = backtest(sources, inbox, home, every, _now(), language.code)
    from flows.backtest_terminal import show_backtest

    show_backtest(found, language)
    return DONE


def _benchmark(language: Language, quick: bool, page_only: bool, toronto: Path | None, out: Path | None) -> int:
    from flows.benchmark.command import benchmark

    _leave_at_once_when_interrupted(language)
    # A quick run must not take the place of the real figures.
    page = benchmark(out or Path("benchmark-quick" if quick else "docs"), toronto, _now(), language, quick, page_only)
    click.echo(language.say("benchmark.written", page=page))
    return DONE


def _serve(language: Language, sources: str, inbox: Path | None, home: Path, debug: bool) -> int:
    from flows.quiet import quieten_prefect

    _check_before_the_flow(sources, inbox, None, home)
    quieten_prefect(home.absolute(), is_debug=True)
    from flows.serving import serve

    serve(sources, inbox, home, language.code)
    return DONE


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the one clock


def _language_code(arguments: list[str]) -> str:
    """The language must be known before the commands can be named, so it is looked up ahead of the parser."""
    for place, argument in enumerate(arguments):
        if argument.startswith("--language="):
            return _known_language(argument.split("=", 1)[1])
        if argument == "--language" and place + 1 < len(arguments):
            return _known_language(arguments[place + 1])
    return _known_language(os.environ.get(LANGUAGE_VARIABLE, LANGUAGES[0]))


def _known_language(code: str) -> str:
    return code if code in LANGUAGES else LANGUAGES[0]


def _usage(error: click.UsageError, language: Language) -> str:
    """What is wrong with the command as typed, in the reader's language."""
    command = (error.ctx.info_name if error.ctx and error.ctx.parent else "") or ""
    match error:
        case click.exceptions.NoSuchCommand():
            known = list(_commands(language).commands)
            return language.say("cli.unknown_command", name=error.command_name, known=known)
        case click.NoSuchOption():
            return language.say("cli.unknown_option", name=error.option_name, command=command)
        case click.MissingParameter(param=click.Argument() as missing):
            return language.say("cli.missing", name=missing.metavar, command=command)
        case click.MissingParameter(param=click.Parameter() as missing):
            return language.say("cli.missing", name=missing.opts[0], command=command)
        case click.BadParameter(param=click.Parameter() as wrong):
            return language.say("cli.bad_value", name=wrong.opts[0], command=command)
    return language.say("cli.wrong_usage", what=error.format_message())


def _complain(sentence: str, exit_code: int) -> int:
    click.echo(sentence, err=True)
    return exit_code


if __name__ == "__main__":
    main()
