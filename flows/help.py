"""Commands whose help speaks the reader's language: click, with its own words looked up in the catalogues."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import Any

import click

from flows.language import LANGUAGES, Language


class _Option(click.Option):
    """An option whose help holds all that is to be said of it, in the reader's language."""

    def get_help_extra(self, _ctx: click.Context) -> Any:
        return {}


def option(name: str, help_text: str, **settings: Any) -> click.Option:
    """An option with its help."""
    return _Option([name], help=help_text, **settings)


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
            options_metavar=language.say("help.options_metavar"),
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
                _shown("--version", language.say("cli.version"), lambda _: f"luisterpost {version('luisterpost')}"),
                _help_option(language),
            ],
            options_metavar="",
            subcommand_metavar=language.say("help.commands_metavar"),
            add_help_option=False,
            no_args_is_help=True,
        )

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The commands as they were added, not by alphabet."""
        return list(self.commands)


def _help_option(language: Language) -> click.Option:
    return _shown("--help", language.say("cli.help_option"), lambda ctx: ctx.get_help())


def _shown(name: str, help_text: str, text: Callable[[click.Context], str]) -> click.Option:
    """An option that prints something and leaves."""

    def show(ctx: click.Context, _param: click.Parameter, is_asked: bool) -> None:
        if is_asked and not ctx.resilient_parsing:
            click.echo(text(ctx))
            ctx.exit()

    return option(
        name,
        help_text,
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
    )


def _takes(action: Callable[..., int], name: str) -> bool:
    wrapped = action.func if isinstance(action, partial) else action
    return name in inspect.signature(wrapped).parameters
