"""A desk on which answer sheets are filled in and saved, and mails are written, as a team would."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

import openpyxl

from flows.answers.mail_links import answer_subject
from flows.answers.sheets_out import HEADER, AskedFlag, sheet_workbook
from flows.answers.wording import COLUMNS
from flows.language import Language

WEEK = date(2026, 11, 9)
DUTCH, ENGLISH = Language("nl"), Language("en")
FLAGS = tuple(
    AskedFlag(f"2026-W46-C{number}", name, 40, "Loop eens een rondje: wat zie je?")
    for number, name in enumerate(("Linde", "Beuk", "Eik"), 1)
)
WEDNESDAY = datetime(2026, 11, 18, 10, tzinfo=UTC)
THURSDAY = datetime(2026, 11, 19, 10, tzinfo=UTC)
PLACES = {column.name: place for place, column in enumerate(COLUMNS, 1)}


def blank(flags: Sequence[AskedFlag] = FLAGS, language: Language = DUTCH, week: date = WEEK) -> bytes:
    return sheet_workbook(flags, week, "Noord", language)


def filled(
    answers: dict[int, dict[str, Any]],
    saved_at: datetime | None = WEDNESDAY,
    *,
    content: bytes | None = None,
    first: int = HEADER + 2,
) -> bytes:
    """The sheet as another program saves it, with these cells filled in, by row from 0 and by column."""
    book = openpyxl.load_workbook(io.BytesIO(content or blank()))
    for row, cells in answers.items():
        for name, value in cells.items():
            book.active.cell(first + row, PLACES[name]).value = value
    return saved(book, saved_at)


def saved(book: openpyxl.Workbook, saved_at: datetime | None = WEDNESDAY) -> bytes:
    """The bytes of a workbook; openpyxl writes the moment of the test into it, so that is set right."""
    made = io.BytesIO()
    book.save(made)
    return made.getvalue() if saved_at is None else saved_on(made.getvalue(), saved_at)


def saved_on(content: bytes, saved_at: datetime) -> bytes:
    moment = saved_at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return part_changed(
        content, "docProps/core.xml", lambda part: re.sub(rb"[^>]+(?=</dcterms:modified>)", moment, part)
    )


def part_changed(content: bytes, name: str, change: Any) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for each in old.namelist():
            part = old.read(each)
            new.writestr(each, change(part) if each == name else part)
    return made.getvalue()


def part_said_shorter(content: bytes) -> bytes:
    """The workbook with one byte wrong: the size in front of its list of content types."""
    damaged = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        at = book.getinfo("[Content_Types].xml").header_offset + 19
    damaged[at] -= 1
    return bytes(damaged)


def mail(
    flag_id: str = "2026-W46-C1",
    column: str = "verdict",
    value: str = "worry",
    sent_at: datetime = WEDNESDAY,
    *,
    subject: str | None = None,
    before: str = "",
    sheet: bytes | None = None,
) -> bytes:
    """A saved mail with an answer, or with another subject, or with a sheet attached."""
    message = EmailMessage()
    message["Subject"] = before + answer_subject(flag_id, column, value, DUTCH) if subject is None else subject
    message["Date"] = format_datetime(sent_at)
    message["From"] = "Geheim Persoon <geheim81723@example.nl>"
    message["To"] = "geheim81723@example.nl"
    message.set_content("geheim81723: bij mevrouw Jansen")
    if sheet is not None:
        message.add_attachment(sheet, maintype="application", subtype="octet-stream", filename="Blad (1).XLSX")
    return message.as_bytes()
