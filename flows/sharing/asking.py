"""Which complexes are asked about, and how one answers: a link per answer, or a tick on the sheet.

The flagged and the drawn get the same two questions. What was answered lately is not asked again in the mail; it stays
on the sheet, for what was agreed on since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.answers.mail_links import answer_links
from flows.answers.wording import REPORTS, VERDICT
from flows.language import Language
from flows.sharing.earlier import RUNNING, latest
from flows.sharing.room import Room
from flows.sharing.shown_names import shown_name


@dataclass(frozen=True)
class Choice:
    """One answer: its word, and the link that sends it."""

    label: str
    link: str


@dataclass(frozen=True)
class AskedRow:
    """One complex that is asked about.

    Attributes:
        flag_id: Its flag.
        name: Of the complex.
        found: The answers to what one found there.
        report: The answers to whether residents know how to reach us.
    """

    flag_id: str
    name: str
    found: tuple[Choice, ...]
    report: tuple[Choice, ...]


@dataclass(frozen=True)
class Asked:
    """The two questions, and the complexes that they are asked of.

    Attributes:
        found_question: What did you find?
        report_question: Do residents know how to reach us?
        found_words: The answers to the first.
        report_words: The answers to the second.
        rows: The complexes that can be answered by link, in the order of the page; none without a mailbox.
        on_sheet: Names of all complexes that are asked about on the sheet, so that paper has the same boxes.
    """

    found_question: str
    report_question: str
    found_words: tuple[str, ...]
    report_words: tuple[str, ...]
    rows: tuple[AskedRow, ...]
    on_sheet: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Every text that is read, buttons too."""
        shown = [text for row in self.rows for text in (row.name, *(each.label for each in (*row.found, *row.report)))]
        return (self.found_question, self.report_question, *shown)


def asked_about(
    flags: Sequence[dict[str, Any]],
    answers: Sequence[dict[str, Any]],
    room: Room,
    mailbox: str | None,
    language: Language,
) -> Asked:
    """What is asked of one team.

    Args:
        flags: Rows of `SharedWeek.flags` of the team.
        answers: Rows of `SharedWeek.answers` of the team.
        room: How much may be told.
        mailbox: Mailbox for answers, or None.
        language: Of questions and answers.
    """
    answered = {flag_id for flag_id, said in latest(answers).items() if said["verdict"] != "not_looked"}
    on_sheet = [flag for flag in flags if stands_on_sheet(flag)]
    in_mail = [
        flag
        for flag in on_sheet
        if flag["status"] == "new" or flag["is_drawn"] or (room.asks_again and flag["flag_id"] not in answered)
    ]
    return Asked(
        language.say("team.question.found"),
        language.say("team.question.report"),
        tuple(VERDICT.word(value, language) for value in VERDICT.choices),
        tuple(REPORTS.word(value, language) for value in REPORTS.choices),
        tuple(_row(flag, room, mailbox, language) for flag in in_mail) if mailbox else (),
        # There is room on paper: names that are cut alike would be ticked alike.
        tuple(shown_name(flag["name"]) for flag in on_sheet),
    )


def stands_on_sheet(flag: dict[str, Any]) -> bool:
    """Whether a flag is asked about: what is new, in hand or drawn this week."""
    return bool(flag["is_drawn"]) or flag["status"] in ("new", *RUNNING)


def _row(flag: dict[str, Any], room: Room, mailbox: str, language: Language) -> AskedRow:
    links = answer_links(mailbox, flag["flag_id"], language)
    found, report = (
        tuple(Choice(each.word, each.href) for each in links if each.column == column.name)
        for column in (VERDICT, REPORTS)
    )
    return AskedRow(flag["flag_id"], shown_name(flag["name"], room.name), found, report)
