"""What the command line shows of a sending."""

from __future__ import annotations

from rich.box import SIMPLE
from rich.table import Table

from flows.language import Language
from flows.sending.command import Sending
from flows.sending.plan import Errand
from flows.sending.rendered import SafetyPost
from flows.sending.rounds import Outcome
from flows.terminal import page_console


def show_sending(sending: Sending, language: Language) -> None:
    """One row per address: what went or would go, or why not; then the count of each."""
    console, say = page_console(), language.say
    title = "send.title_real" if sending.is_for_real else "send.title_dry"
    table = Table(box=SIMPLE, title=say(title, week=sending.week), title_justify="left")
    for heading in ("team", "address", "outcome"):
        table.add_column(say(f"send.column.{heading}"))
    team = ""
    for outcome in sending.outcomes:
        named = team_name(outcome.errand, language)
        table.add_row(named if named != team else "", shown_address(outcome.errand), _told(outcome, sending, language))
        team = named
    console.print(table)
    if not sending.is_for_real:
        console.print(say("send.dry", count=sending.n_due))
        return
    console.print(say("send.done", count=sending.n_sent))
    if sending.n_failed:
        console.print(say("send.not_all", count=sending.n_failed))


def announcement(errand: Errand, language: Language) -> str:
    """What the progress display says while one errand is done."""
    return language.say("send.step", team=team_name(errand, language), address=shown_address(errand))


def team_name(errand: Errand, language: Language) -> str:
    """The team; a safety matter belongs to none."""
    return errand.team if errand.team is not None else language.say("send.safety")


def shown_address(errand: Errand) -> str:
    """The mail address, or the name of the service alone."""
    return errand.destination.shown if errand.destination else "-"


def _told(outcome: Outcome, sending: Sending, language: Language) -> str:
    if outcome.problem:
        return language.tell(outcome.problem)
    what = _what(outcome.errand, language)
    return language.say("send.went", what=what) if sending.is_for_real else what


def _what(errand: Errand, language: Language) -> str:
    post = errand.post
    # The screen of whoever types this is no place for a safety matter.
    if isinstance(post, SafetyPost):
        return language.say("send.what_safety")
    if errand.kind == "notice":
        return language.say("send.what_notice", notice=post.notice)
    files, images = len(post.attachments), len(post.images)
    return language.say("send.what_mail", subject=post.subject, images=images, count=files)
