"""A saved answer mail: the answer in its subject, the day in its header, and an attached sheet. Nothing else is read.

Not the body, not who sent it, not who got it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import PurePath

from data_contracts.problem import Problem
from flows.answers.mail_links import SubjectAnswer, answer_of_subject
from flows.answers.sheets_in import SHEET_ENDINGS

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class AnswerMail:
    """What one saved mail answers.

    Attributes:
        answers: What its subject says, and that of a mail attached to it.
        problems: A subject with a flag of ours and no answer that we know.
        sent_at: The moment in its header, or None if that cannot be read [UTC].
        sheets: Ending and bytes of each attached sheet.
    """

    answers: tuple[SubjectAnswer, ...]
    problems: tuple[Problem, ...]
    sent_at: datetime | None
    sheets: tuple[tuple[str, bytes], ...]


def read_mail(content: bytes, file: str) -> AnswerMail:
    """Reads the bytes of an `.eml` file. A mail that answers nothing gives no answers and no problem.

    Args:
        content: The file.
        file: Its name, for people.

    Raises:
        Problem: `answers.empty_file`.
    """
    if not content.strip():
        raise Problem("answers.empty_file", file=file)
    mail = message_from_bytes(content)
    answers, problems = [], []
    for each in _mails(mail):
        try:
            found = answer_of_subject(str(each.get("Subject", "")))
        except Problem as problem:
            problems.append(Problem(problem.message, file=file, **problem.figures))
            continue
        # A forwarded mail often has the subject of the one that it carries.
        if found is not None and found not in answers:
            answers.append(found)
    return AnswerMail(tuple(answers), tuple(problems), _sent_at(mail), tuple(_attached_sheets(mail)))


def _mails(mail: Message) -> Iterator[Message]:
    yield mail
    for part in mail.walk():
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            inner = part.get_payload(0)
            if isinstance(inner, Message):
                yield inner


def _sent_at(mail: Message) -> datetime | None:
    try:
        sent = parsedate_to_datetime(str(mail.get("Date", "")))
        return sent.astimezone(UTC) if sent.tzinfo else sent.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _attached_sheets(mail: Message) -> Iterator[tuple[str, bytes]]:
    for part in mail.walk():
        if part.is_multipart():
            continue
        ending = PurePath(_file_name(part)).suffix.lower()
        if ending not in SHEET_ENDINGS and part.get_content_type() == EXCEL:
            ending = ".xlsx"
        if ending in SHEET_ENDINGS:
            content = part.get_payload(decode=True)
            yield ending, content if isinstance(content, bytes) else b""


def _file_name(part: Message) -> str:
    try:
        return part.get_filename() or ""
    except (ValueError, TypeError, LookupError):
        return ""
