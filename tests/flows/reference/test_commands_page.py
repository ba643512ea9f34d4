"""Every command and every option stands on the page, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from flows.commands.group import commands
from flows.language import LANGUAGES, Language
from flows.reference.commands_page import commands_page

PAGE = Path(__file__).parents[3] / "docs" / "commands.md"


@pytest.fixture(scope="module")
def page() -> str:
    return commands_page()


def test_the_page_is_fresh(page: str) -> None:
    assert PAGE.read_text(encoding="utf-8") == page, "run `make docs`"


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_command_and_every_option_is_told(page: str, code: str) -> None:
    group = commands(Language(code), lambda: datetime(2026, 1, 5, tzinfo=UTC))
    for name, command in group.commands.items():
        part = page.split(f"\n## {name}\n", 1)[1].split("\n## ", 1)[0]
        assert " ".join((command.help or "").split()) in part
        for each in command.params:
            if isinstance(each, click.Option):
                assert each.opts[0] in part or each.opts[0] in ("--language", "--debug", "--help")
                assert " ".join((each.help or "").split()).replace("|", "\\|") in page


def test_every_exit_code_is_told(page: str) -> None:
    for code in (0, 1, 2, 3, 70, 130):
        assert f"| {code} | " in page


def test_rows_have_their_three_cells_and_nothing_is_left_empty(page: str) -> None:
    rows = [line.replace("\\|", "") for line in page.splitlines() if line.startswith("|")]
    assert {row.count("|") for row in rows} == {4}
    assert not [row for row in rows if "|  |" in row]
    assert "None" not in page
