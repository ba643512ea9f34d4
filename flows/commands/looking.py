"""Commands that look at what came out, and change nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from flows.commands.exit_codes import DONE
from flows.language import Language


def status(language: Language, home: Path) -> int:
    """Shows the last good week and how the installation is."""
    from flows.home import Home
    from flows.installation_status import installation_lines
    from flows.results import latest_week
    from flows.sending.status_line import sent_line
    from flows.terminal import show_status

    place = Home(home.resolve())
    week = latest_week(place)
    show_status(week, language)
    if line := sent_line(place, week.week_name, language):
        click.echo(line)
    for line in installation_lines(place, language):
        click.echo(line)
    return DONE


def explain(language: Language, complex_id: str, home: Path, week: str | None) -> int:
    """Shows the whole arithmetic of one complex."""
    from flows.explain_terminal import show_explanation
    from flows.explaining import explain as explanation
    from flows.home import Home
    from flows.results import latest_week, published_week
    from models.weeks import parse_week

    place = Home(home.resolve())
    found = published_week(place, parse_week(week)) if week else latest_week(place)
    show_explanation(explanation(found, complex_id), language)
    return DONE


def explore(
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
    """Opens the notebooks."""
    from flows.exploring.command import Asked
    from flows.exploring.command import explore as open_notebooks

    open_notebooks(Asked(notebook, home, week, complex, edit, port, not no_browser, debug), language, click.echo)
    return DONE


def papers(language: Language, out: Path, home: Path, *, clock: Callable[[], datetime]) -> int:
    """Writes the papers that an organisation must be able to show."""
    from flows.home import Home
    from flows.papers.papers_terminal import papers_lines
    from flows.papers.writing import write_home_papers

    written = write_home_papers(out, Home(home.resolve()), clock().astimezone().date(), language)
    for line in papers_lines(written, out, language):
        click.echo(line)
    return DONE
