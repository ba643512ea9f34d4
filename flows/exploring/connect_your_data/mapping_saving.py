"""Puts a SELECT into the folder of a mapping: asked for by a button, whole or not at all, and never over another one.

What is written is for its owner only.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from data_contracts.contract import Contract
from data_contracts.problem import Problem
from flows.exploring.owner_only import write_whole
from flows.language import LANGUAGES, Language
from flows.mappings import SHIPPED
from flows.starter import template


@dataclass(frozen=True)
class Saved:
    """A SELECT that was written.

    Attributes:
        file: Where it stands.
        changes: What differs from what stood there, as a unified diff; empty where nothing does.
        command: What to type next.
    """

    file: Path
    changes: str
    command: str


def saved_select(folder: Path | None, contract: Contract) -> str:
    """The text of `CONTRACT.sql` in the folder of a mapping; empty where there is none.

    Raises:
        Problem: `connect.cannot_open`.
    """
    file = folder / f"{contract.name}.sql" if folder else None
    if file is None or not file.exists():
        return ""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("connect.cannot_open", file=file, why=_why(error)) from error


def is_example(select: str, contract: Contract) -> bool:
    """Whether a SELECT is the example that `luisterpost init` wrote, in either language, still unchanged."""
    return select in {template(contract, Language(code)) for code in LANGUAGES}


def changes(before: str, after: str, name: str) -> str:
    """What differs between two texts of one file, as a unified diff; empty where nothing does."""
    return "\n".join(unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="", n=2))


def save_select(folder: Path | None, contract: Contract, select: str, inbox: Path, *, may_replace: bool) -> Saved:
    """Writes `CONTRACT.sql`.

    Args:
        folder: Folder of the mapping; made if it is not there.
        contract: What the SELECT gives.
        select: Its text.
        inbox: Folder with the files, for the command to type next.
        may_replace: Whether another SELECT that stands there may go.

    Raises:
        Problem: `connect.no_sources_folder`, `connect.no_select`, `connect.is_shipped`, `connect.stands_there`,
            `connect.cannot_open` or `connect.cannot_save`.
    """
    if folder is None:
        raise Problem("connect.no_sources_folder")
    folder = folder.resolve()
    file = folder / f"{contract.name}.sql"
    if not select.strip():
        raise Problem("connect.no_select", file=file.name)
    if folder.is_relative_to(SHIPPED.resolve()):
        raise Problem("connect.is_shipped", folder=folder.name)
    before, text = saved_select(folder, contract), select.rstrip() + "\n"
    if file.exists() and before != text and not may_replace:
        raise Problem("connect.stands_there", file=file)
    try:
        write_whole(file, text)
    except (OSError, UnicodeEncodeError) as error:
        raise Problem("connect.cannot_save", file=file, why=_why(error)) from error
    return Saved(file, changes(before, text, file.name), check_command(folder, inbox))


def check_command(folder: Path, inbox: Path) -> str:
    """What to type to hold the whole mapping against its contracts."""
    command = f"luisterpost check --sources {shlex.quote(str(folder))}"
    return command if inbox == folder else f"{command} --inbox {shlex.quote(str(inbox))}"


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
