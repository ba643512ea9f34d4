"""Every command with its options as one page, `docs/commands.md`, from the commands themselves.

What a command says of itself is in the catalogues; the page has it in English, with the Dutch that one sees on screen.
"""

from __future__ import annotations

import re
from typing import NoReturn

import click

from flows.commands.group import commands
from flows.language import Language

_EXIT_CODE = re.compile(r"(\d+) (.+?)(?= · |\.$)")
# Every command has these, so they stand on the page once.
_EVERYWHERE = ("--language", "--debug", "--help")


def commands_page() -> str:
    """The page, in English with the Dutch beside it, made from the commands alone."""
    english, dutch = (commands(Language(code), _no_clock) for code in ("en", "nl"))
    first = next(iter(english.commands.values()))
    shared = [each for each in first.params if each.opts[0] in _EVERYWHERE]
    parts = [
        "# The commands",
        "This page is made from the commands themselves (`luisterpost COMMAND --help` says the same); change the words "
        "in [flows/language](../flows/language). On the screen everything is Dutch unless asked otherwise.",
        f"{english.help} *{dutch.help}*",
        "\n".join(_list(english, dutch)),
        "## With every command",
        "`luisterpost --version` says which version it is. Every command takes:",
        _table(shared, {each.opts[0]: each for each in next(iter(dutch.commands.values())).params}),
        "## What the shell hears",
        _exit_codes(english, dutch),
    ]
    for name, command in english.commands.items():
        parts += _part(name, command, dutch.commands[name])
    return "\n\n".join(parts) + "\n"


def _no_clock() -> NoReturn:
    raise AssertionError("a page has no need of the time")


def _list(english: click.Group, dutch: click.Group) -> list[str]:
    lines = ["| command | does | in het Nederlands |", "| --- | --- | --- |"]
    for name, command in english.commands.items():
        lines.append(_row([f"[`{name}`](#{name})", _said(command.short_help), _said(dutch.commands[name].short_help)]))
    return lines


def _exit_codes(english: click.Group, dutch: click.Group) -> str:
    said = dict(_EXIT_CODE.findall(_said(dutch.epilog)))
    lines = ["| code | means | in het Nederlands |", "| ---: | --- | --- |"]
    lines += [_row([code, means, said[code]]) for code, means in _EXIT_CODE.findall(_said(english.epilog))]
    return "\n".join(lines)


def _part(name: str, command: click.Command, dutch: click.Command) -> list[str]:
    example = _said(command.epilog).partition(": ")[2]
    parts = [f"## {name}", f"```\n{_usage(name, command)}\n```", _said(command.help), f"*{_said(dutch.help)}*"]
    own = [each for each in command.params if each.opts[0] not in _EVERYWHERE and isinstance(each, click.Option)]
    if own:
        parts.append(_table(own, {each.opts[0]: each for each in dutch.params}))
    return [*parts, f"For example: `{example}`"]


def _usage(name: str, command: click.Command) -> str:
    """The command as it is typed, what may be left out in brackets."""
    words = ["luisterpost", name]
    for each in command.params:
        if isinstance(each, click.Argument):
            words.append(_said(each.metavar))
        elif each.opts[0] not in _EVERYWHERE:
            typed = " ".join([each.opts[0], *_takes(each)])
            words.append(typed if each.required else f"[{typed}]")
    return " ".join(words)


def _table(options: list[click.Parameter] | list[click.Option], dutch: dict[str, click.Parameter]) -> str:
    lines = ["| option | means | in het Nederlands |", "| --- | --- | --- |"]
    for each in options:
        typed = " ".join([each.opts[0], *_takes(each)])
        means = _help(each) + (" Required." if each.required else "")
        lines.append(_row([f"`{typed}`", means, _help(dutch[each.opts[0]])]))
    return "\n".join(lines)


def _takes(option: click.Parameter) -> list[str]:
    """What follows the option's name, if anything."""
    if isinstance(option, click.Option) and option.is_flag:
        return []
    if isinstance(option.type, click.Choice):
        return ["|".join(map(str, option.type.choices))]
    return [_said(option.metavar) or option.type.name.upper()]


def _help(parameter: click.Parameter) -> str:
    return _said(parameter.help) if isinstance(parameter, click.Option) else ""


def _said(text: str | None) -> str:
    return " ".join((text or "").split())


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
