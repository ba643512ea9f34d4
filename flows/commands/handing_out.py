"""Commands that hand a week out: to the teams, or once more into a folder."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from flows.commands.exit_codes import DONE, NOTHING_DONE, SOME_NOT_SENT
from flows.language import Language


def send(
    language: Language,
    week: str | None,
    team: tuple[str, ...],
    for_real: bool,
    force: bool,
    home: Path,
    debug: bool,
    *,
    clock: Callable[[], datetime],
) -> int:
    """Sends a week, or shows what would go."""
    from flows.home import Home
    from flows.logbook import note_sending
    from flows.progress import progress
    from flows.run import DEFAULT_TIMEZONE
    from flows.sending.command import Asked
    from flows.sending.command import send as send_week
    from flows.sending.sending_terminal import announcement, show_sending
    from flows.settings import read_settings

    place = Home(home.resolve())
    asked = Asked(week, team, is_for_real=for_real, is_forced=force)
    log = logging.getLogger("luisterpost")
    with progress(language, is_debug=debug, has_known_steps=False):
        sending = send_week(
            place,
            asked,
            clock=clock,
            tell=lambda problem: click.echo(language.tell(problem), err=True),
            announce=lambda errand: log.info(announcement(errand, language)),
        )
    show_sending(sending, language)
    if sending.is_for_real:
        zone = ZoneInfo(read_settings(place.settings).timezone or DEFAULT_TIMEZONE)
        note_sending(place, sending.week, sending.n_sent, sending.n_failed, clock().astimezone(zone), language)
    if sending.is_in_vain and not sending.is_safety_lost:
        return NOTHING_DONE
    return SOME_NOT_SENT if sending.has_trouble else DONE


def replay(language: Language, week: str, home: Path, out: Path | None) -> int:
    """Makes the pages of a past week again."""
    from flows.home import Home
    from flows.sharing.replay import replay as replayed_week
    from models.weeks import parse_week

    found = replayed_week(Home(home.resolve()), parse_week(week), out)
    click.echo(language.say("replay.written", folder=found.folder, count=found.n_files))
    if found.differing == ():
        click.echo(language.say("replay.alike"))
    elif found.differing:
        click.echo(language.say("replay.differs", files=list(found.differing[:3]), count=len(found.differing)))
    return DONE
