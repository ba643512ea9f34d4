"""One sending of one week, from beginning to end: what waits, who gets it, what was sent before, and the round."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from time import sleep
from zoneinfo import ZoneInfo

from data_contracts.problem import Problem
from flows.home import Home
from flows.results import latest_week, published_week
from flows.run import DEFAULT_TIMEZONE
from flows.sending.addresses import destinations, mailbox
from flows.sending.mail_server import MailServer, mail_server
from flows.sending.plan import Errand, safety_errands, team_errands
from flows.sending.record import read_record, record_file
from flows.sending.rendered import check_whole, read_posts, read_safety
from flows.sending.rounds import Outcome, Round
from flows.settings import Settings, read_settings
from models.weeks import parse_week


@dataclass(frozen=True)
class Asked:
    """What was typed.

    Attributes:
        week: ISO name of the week; None for the last published one.
        teams: Only these teams; empty for all.
        is_for_real: Whether anything is sent at all.
        is_forced: Whether what was sent before is sent again.
    """

    week: str | None = None
    teams: tuple[str, ...] = ()
    is_for_real: bool = False
    is_forced: bool = False


@dataclass(frozen=True)
class Sending:
    """What became of one sending.

    Attributes:
        week: ISO name of the week.
        is_for_real: Whether anything was sent at all.
        outcomes: One per errand, safety first, then by team.
        told: What stands in the way beside single errands, as it was said at the beginning.
    """

    week: str
    is_for_real: bool
    outcomes: tuple[Outcome, ...]
    told: tuple[Problem, ...]

    @property
    def n_sent(self) -> int:
        """How many went now."""
        return sum(each.is_sent for each in self.outcomes)

    @property
    def n_due(self) -> int:
        """How many were to go."""
        return sum(each.errand.is_due for each in self.outcomes)

    @property
    def n_failed(self) -> int:
        """How many did not go and should have, or have an unknown outcome. A rehearsal only fails beforehand."""
        return sum(each.is_failed if self.is_for_real else each.errand.is_trouble for each in self.outcomes)

    @property
    def has_trouble(self) -> bool:
        """Whether somebody must do something."""
        return bool(self.told) or self.n_failed > 0

    @property
    def is_safety_lost(self) -> bool:
        """Whether there is a safety matter that has no address to go to."""
        return any(each.errand.kind == "safety" and each.errand.is_trouble for each in self.outcomes)

    @property
    def is_in_vain(self) -> bool:
        """Whether it was for real, and nothing of the week has gone out, now or before."""
        went_before = any(each.errand.times_sent for each in self.outcomes)
        return self.is_for_real and not (self.n_sent or went_before)


def send(
    home: Home,
    asked: Asked,
    clock: Callable[[], datetime],
    tell: Callable[[Problem], None],
    announce: Callable[[Errand], None],
    environment: Mapping[str, str] = os.environ,
    wait: Callable[[float], None] = sleep,
) -> Sending:
    """Sends what was rendered for a week, or only says what would go.

    Args:
        home: The installation.
        asked: What was typed.
        clock: Gives the moment, with its zone.
        tell: Hears at once of what stands in the way, before anything is sent.
        announce: Hears of each errand before it goes.
        environment: Where the mail server and the channels stand.
        wait: Waits so many seconds between tries.

    Raises:
        Problem: `results.*`, `week.unreadable`, `settings.*`, `send.nothing_rendered`, `send.not_whole`,
            `send.unreadable_list`, `send.unreadable_record`, `send.unknown_team`,
            `send.busy`, or what is wrong with the mail server when mail is due.
    """
    published = published_week(home, parse_week(asked.week)) if asked.week else latest_week(home)
    week, run_id = published.week_name, str(published.manifest["run_id"])
    settings = read_settings(home.settings)
    record = record_file(home.sent, week)
    if not (home.shared / week).is_dir():
        raise Problem("send.nothing_rendered", folder=home.shared / week)
    with home.alone_sending() if asked.is_for_real else nullcontext():
        check_whole(home.shared / week, run_id)
        errands, told = _planned(home, week, asked, settings, record, clock(), environment)
        # A weekly run may have begun to write it anew meanwhile.
        check_whole(home.shared / week, run_id)
        if not asked.is_for_real and any(errand.is_due and errand.is_mail for errand in errands):
            told += _mail_server_problem(environment)
        for problem in told:
            tell(problem)
        if not asked.is_for_real:
            rehearsed = tuple(Outcome(errand, problem=errand.problem) for errand in errands)
            return Sending(week, False, rehearsed, told)
        server = _server_for(errands, environment)
        round_ = Round(week, record, server, settings.delivery.answers_to, clock, wait)
        return Sending(week, True, round_.run(errands, announce), told)


def _planned(
    home: Home,
    week: str,
    asked: Asked,
    settings: Settings,
    record: Path,
    now: datetime,
    environment: Mapping[str, str],
) -> tuple[tuple[Errand, ...], tuple[Problem, ...]]:
    folder = home.shared / week
    posts, safety = read_posts(folder), read_safety(folder)
    known = [post.team for post in posts]
    for team in asked.teams:
        if team not in known:
            raise Problem("send.unknown_team", team=team, week=week, nearest=_nearest(team, known))
    zone = ZoneInfo(settings.timezone or DEFAULT_TIMEZONE)
    entries, secret = read_record(record), home.secret()
    safety_to = tuple(mailbox(each) for each in settings.delivery.safety_to)
    first = safety_errands(safety, safety_to, entries, zone)
    send_to = {team: destinations(own.send_to, environment, secret) for team, own in settings.teams.items()}
    wanted = tuple(post for post in posts if not asked.teams or post.team in asked.teams)
    today = now.astimezone(zone).date()
    then = team_errands(wanted, send_to, settings.teams, entries, today, zone, is_forced=asked.is_forced)
    # A slip in a team's name must not hold up the other teams, but nobody would miss its mail.
    misnamed = tuple(
        Problem("settings.unknown_team", file=home.settings, team=team, nearest=_nearest(team, known))
        for team in settings.teams
        if team not in known
    )
    lost = tuple(errand.problem for errand in first if errand.problem and errand.is_trouble)
    return (*first, *then), (*lost, *misnamed)


def _server_for(errands: tuple[Errand, ...], environment: Mapping[str, str]) -> MailServer | None:
    return mail_server(environment) if any(errand.is_due and errand.is_mail for errand in errands) else None


def _mail_server_problem(environment: Mapping[str, str]) -> tuple[Problem, ...]:
    try:
        mail_server(environment)
    except Problem as problem:
        return (problem,)
    return ()


def _nearest(team: str, known: list[str]) -> str:
    return (get_close_matches(team, known, 1, 0.0) or ["-"])[0]
