"""The command line: from what was typed to an exit code. The only place that knows what time it is."""

from __future__ import annotations

import errno
import os
import sys
from datetime import UTC, datetime

import click

from data_contracts.problem import Problem
from flows.commands.exit_codes import DONE, INTERRUPTED, NOTHING_DONE, OUR_FAULT, USAGE
from flows.commands.group import commands
from flows.language import Language, known_language


def main() -> None:
    """Runs the command line and leaves with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs one command.

    Args:
        arguments: What was typed after `luisterpost`.

    Returns:
        0 done; 1 a problem, nothing was done; 2 a wrong word on the command line; 3 published, but a source stopped,
        or sent, but not to all; 70 a fault of ours; 130 interrupted.
    """
    # What is written is for its owner only, also what a library writes.
    os.umask(0o077)
    language = known_language(_asked_language(arguments))
    is_debug = "--debug" in arguments
    try:
        result = commands(language, now).main(arguments, prog_name="luisterpost", standalone_mode=False)
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
        if type(error) is RuntimeError and "interrupted" in str(error):
            # Ctrl-C while DuckDB was at work.
            return _complain(language.say("cli.interrupted"), INTERRUPTED)
        if getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error):
            return _complain(language.say("home.disk_full"), NOTHING_DONE)
        what = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return _complain(language.say("cli.our_fault", what=what), OUR_FAULT)


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one clock


def _asked_language(arguments: list[str]) -> str | None:
    """The language must be known before the commands can be named, so it is looked up ahead of the parser."""
    for place, argument in enumerate(arguments):
        if argument.startswith("--language="):
            return argument.split("=", 1)[1]
        if argument == "--language" and place + 1 < len(arguments):
            return arguments[place + 1]
    return None


def _usage(error: click.UsageError, language: Language) -> str:
    """What is wrong with the command as typed, in the reader's language."""
    command = (error.ctx.info_name if error.ctx and error.ctx.parent else "") or ""
    match error:
        case click.exceptions.NoSuchCommand():
            known = list(commands(language, now).commands)
            return language.say("cli.unknown_command", name=error.command_name, known=known)
        case click.NoSuchOption():
            return language.say("cli.unknown_option", name=error.option_name, command=command)
        case click.MissingParameter(param=click.Argument() as missing):
            return language.say("cli.missing", name=missing.metavar, command=command)
        case click.MissingParameter(param=click.Parameter() as missing):
            return language.say("cli.missing", name=missing.opts[0], command=command)
        case click.BadParameter(param=click.Option(type=click.DateTime(), metavar=str(example)) as wrong):
            return language.say("cli.bad_date", name=wrong.opts[0], example=example)
        case click.BadParameter(param=click.Parameter() as wrong):
            is_option = isinstance(wrong, click.Option)
            return language.say("cli.bad_value", name=wrong.opts[0] if is_option else wrong.metavar, command=command)
        case click.BadOptionUsage():
            return language.say("cli.bad_value", name=error.option_name, command=command)
    if error.message.startswith("Got unexpected extra argument"):
        # What was typed may be the key of a reporter.
        return language.say("cli.too_many", command=command)
    return language.say("cli.wrong_usage", what=error.format_message())


def _complain(sentence: str, exit_code: int) -> int:
    click.echo(sentence, err=True)
    return exit_code


if __name__ == "__main__":
    main()
