"""Commands whose help speaks the reader's language: click, with its own words looked up in the catalogues."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import click

from flows.language import LANGUAGES, Language


def option(name: str, help_text: str, **settings: Any) -> click.Option:
    """An option with its help."""
    return click.Option([name], help=help_text, **settings)


class _Formatter(click.HelpFormatter):
    """Headings in the reader's language."""

    language: Language

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or f"{self.language.say('help.usage')}: ")

    def write_heading(self, heading: str) -> None:
        name = f"help.{heading.lower()}"
        super().write_heading(self.language.say(name) if self.language.has(name) else heading)


def _context_class(language: Language) -> type[click.Context]:
    formatter = type("Formatter", (_Formatter,), {"language": language})
    return type("Context", (click.Context,), {"formatter_class": formatter})


class Command(click.Command):
    """One command: help, short help and closing example from the catalogue (`cli.NAME.*`)."""

    def __init__(
        self, name: str, language: Language, action: Callable[..., int], parameters: list[click.Parameter]
    ) -> None:
        self.context_class = _context_class(language)
        everywhere = [
            option("--language", language.say("cli.language"), type=click.Choice(LANGUAGES), expose_value=False),
            option("--debug", language.say("cli.debug"), is_flag=True, expose_value=_takes(action, "debug")),
        ]
        super().__init__(
            name,
            callback=action,
            params=[*parameters, *everywhere, _help_option(language)],
            help=language.say(f"cli.{name}.help"),
            short_help=language.say(f"cli.{name}.short"),
            epilog=language.say(f"cli.{name}.example"),
            add_help_option=False,
        )


class Commands(click.Group):
    """The group of all commands, in the order in which one needs them."""

    def __init__(self, language: Language) -> None:
        self.context_class = _context_class(language)
        super().__init__(
            "luisterpost",
            help=language.say("cli.help"),
            epilog=language.say("cli.exit_codes"),
            params=[
                option("--language", language.say("cli.language"), type=click.Choice(LANGUAGES), expose_value=False),
                option("--debug", language.say("cli.debug"), is_flag=True, expose_value=False),
                _help_option(language),
            ],
            add_help_option=False,
            no_args_is_help=True,
        )

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The commands as they were added, not by alphabet."""
        return list(self.commands)


def _help_option(language: Language) -> click.Option:
    def show(ctx: click.Context, _param: click.Parameter, is_asked: bool) -> None:
        if is_asked and not ctx.resilient_parsing:
            click.echo(ctx.get_help())
            ctx.exit()

    return option(
        "--help",
        language.say("cli.help_option"),
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
    )


def _takes(action: Callable[..., int], name: str) -> bool:
    wrapped = action.func if isinstance(action, partial) else action
    return name in inspect.signature(wrapped).parameters
