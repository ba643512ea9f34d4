"""One `mailto:` link per answer, and the answer read back from the subject of the mail that it makes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from urllib.parse import quote, unquote

from data_contracts.problem import Problem
from flows.answers.wording import LINKED, PRODUCT, linked_answers, subject_words
from flows.language import Language

# Without spaces, brackets or letters beyond ASCII in it, no mail program on the way can change the flag.
SUBJECT = re.compile(rf"{PRODUCT}\[([A-Za-z0-9._~%-]+)\]", re.IGNORECASE)
# Folding and encoded words may add spaces or lose them.
BLANKS = re.compile(r"[\s\u200b\u2060\ufeff]+")


@dataclass(frozen=True)
class AnswerLink:
    """One answer that can be given by mail.

    Attributes:
        column: Column of `outcomes`.
        value: Value of that column.
        word: The answer in the reader's language.
        href: The link; percent-encoded, so it needs no more than the escaping of any attribute.
    """

    column: str
    value: str
    word: str
    href: str


@dataclass(frozen=True)
class SubjectAnswer:
    """What the subject of one mail answers: one value of one column of `outcomes`, to one flag."""

    flag_id: str
    column: str
    value: str


def answer_links(mailbox: str, flag_id: str, language: Language) -> tuple[AnswerLink, ...]:
    """The links of one flag: five for what was found, three for whether residents report.

    Args:
        mailbox: Address that collects the answers.
        flag_id: The flag, drawn or chosen.
        language: Of the words, in the link and in the subject.

    Source:
        RFC 6068.
    """
    address = quote(mailbox, safe="@")
    return tuple(
        AnswerLink(
            column.name,
            value,
            column.word(value, language),
            f"mailto:{address}?subject={quote(answer_subject(flag_id, column.name, value, language), safe='')}",
        )
        for column in LINKED
        for value in column.choices
    )


def answer_subject(flag_id: str, column: str, value: str, language: Language) -> str:
    """The subject of an answer mail: `Luisterpost [2026-W46-C0042] zorgen`."""
    asked = next(each for each in LINKED if each.name == column)
    return f"{PRODUCT} [{quote(flag_id, safe='')}] {subject_words(asked, value, language)}"


def answer_of_subject(subject: str) -> SubjectAnswer | None:
    """Reads an answer back, whatever a mail program put before it (Re:, Antw:, FW:, [EXTERN]).

    Args:
        subject: The header as it came: folded, in encoded words (RFC 2047), or plain.

    Returns:
        The answer, or None if the mail is about something else.

    Raises:
        Problem: `answers.unknown_word`: a flag of ours, and behind it no answer that we know.
    """
    text = BLANKS.sub("", _decoded(subject))
    found = list(SUBJECT.finditer(text))
    if not found:
        return None
    said = text[found[-1].end() :].casefold()
    for word, (column, value) in linked_answers().items():
        if re.match(rf"{word}(?![^\W_])", said.replace(":", "")):
            return SubjectAnswer(unquote(found[-1].group(1)), column, value)
    # As it was written: in a sentence for a screen, nothing of it may be obeyed.
    raise Problem("answers.unknown_word", flag=found[-1].group(1))


def _decoded(subject: str) -> str:
    try:
        return str(make_header(decode_header(subject)))
    except (MessageError, LookupError, ValueError):
        return subject
