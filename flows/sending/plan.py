"""What goes where, and what does not go, with the reason. Pure: it decides, and sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from data_contracts.problem import Problem
from flows.delivery import TeamDelivery
from flows.sending.addresses import Destination
from flows.sending.record import Entry, Kind, Past, past
from flows.sending.rendered import SafetyPost, TeamPost


@dataclass(frozen=True)
class Errand:
    """One thing for one address, or the reason why it does not go.

    Attributes:
        kind: A safety matter, a team's mail, or a line in a channel.
        team: Area team; None for a safety matter.
        post: What would go.
        destination: Where to; None where there is no address.
        problem: Why it does not go, or None if it is due.
        is_trouble: Whether somebody must do something about that.
        times_sent: How often this went to this address before.
    """

    kind: Kind
    team: str | None
    post: TeamPost | SafetyPost
    destination: Destination | None
    problem: Problem | None = None
    is_trouble: bool = False
    times_sent: int = 0

    @property
    def is_due(self) -> bool:
        """Whether it goes now."""
        return self.problem is None

    @property
    def is_mail(self) -> bool:
        """Whether it needs the mail server."""
        return self.kind != "notice"


def safety_errands(
    post: SafetyPost | None, safety_to: tuple[Destination, ...], entries: tuple[Entry, ...], zone: tzinfo
) -> tuple[Errand, ...]:
    """A safety matter goes to each address of the role, before everything else.

    Another matter in the same week goes too. A try with an unknown outcome is made again: a threat that is read
    twice does less harm than one that nobody reads.
    """
    if post is None:
        return ()
    if not safety_to:
        return (Errand("safety", None, post, None, Problem("send.no_safety_to"), is_trouble=True),)
    found = []
    for destination in safety_to:
        before = past(entries, "safety", None, destination.label, post.fingerprint)
        problem = Problem("send.already", moment=_local(before.sent, zone)) if before.sent else None
        found.append(Errand("safety", None, post, destination, problem, times_sent=before.times_sent))
    return tuple(found)


def team_errands(
    posts: tuple[TeamPost, ...],
    send_to: Mapping[str, tuple[Destination, ...]],
    delivery: Mapping[str, TeamDelivery],
    entries: tuple[Entry, ...],
    today: date,
    zone: tzinfo,
    *,
    is_forced: bool,
) -> tuple[Errand, ...]:
    """What each team gets at each of its addresses; a team that gets nothing has one errand with the reason.

    Args:
        posts: What was rendered.
        send_to: Addresses per team.
        delivery: Pauses per team.
        entries: What was sent in this week, oldest first.
        today: The day of sending.
        zone: Of moments that are told.
        is_forced: Whether what was sent, or may have been, is sent again.
    """
    found: list[Errand] = []
    for post in posts:
        addresses = send_to.get(post.team, ())
        own = delivery.get(post.team, TeamDelivery())
        if not addresses:
            found.append(Errand("mail", post.team, post, None, Problem("send.no_address")))
        for destination in addresses:
            kind: Kind = "mail" if destination.is_mailbox else "notice"
            before = past(entries, kind, post.team, destination.label)
            problem, is_trouble = _hindrance(post, destination, own, before, today, zone, is_forced=is_forced)
            found.append(Errand(kind, post.team, post, destination, problem, is_trouble, before.times_sent))
    return tuple(found)


def _hindrance(
    post: TeamPost,
    destination: Destination,
    own: TeamDelivery,
    before: Past,
    today: date,
    zone: tzinfo,
    *,
    is_forced: bool,
) -> tuple[Problem | None, bool]:
    if own.is_paused(today):
        return Problem("send.paused", until=own.paused_until), False
    if destination.problem:
        return destination.problem, True
    if post.problem:
        return post.problem, True
    if not (post.is_news or destination.is_mailbox):
        return Problem("send.no_news"), False
    if before.sent and not is_forced:
        changed = "send.already_changed" if before.sent.digest != post.fingerprint else "send.already"
        return Problem(changed, moment=_local(before.sent, zone)), False
    if before.unknown and not is_forced:
        return Problem("send.unknown", moment=_local(before.unknown, zone)), True
    return None, False


def _local(entry: Entry, zone: tzinfo) -> datetime:
    return entry.at.astimezone(zone)
