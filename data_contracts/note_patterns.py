"""What has a shape in a note: bank accounts, citizen numbers, telephones, birth dates, plates, mail and links.

Check digits are python-stdnum's; the shapes are how people in the Netherlands write them down. The address of a home
has a page of its own (`note_homes.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Span:
    """Characters `start` up to `end` of a text that are personal, and what they are (`PLACEHOLDERS`)."""

    start: int
    end: int
    kind: str


_SEPARATED = r"[ .\-]?"
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ .\-]?[A-Za-z0-9])")
_DUTCH_IBAN = re.compile(
    rf"(?i)(?<![a-z0-9])NL{_SEPARATED}\d{{2}}{_SEPARATED}[A-Z]{{4}}(?:{_SEPARATED}\d){{8,11}}(?!\d)"
)
_NINE_DIGITS = re.compile(r"(?<![\w.,\-])\d(?:[ .\-]?\d){8}(?![\w\-])")
_SAID_BSN = re.compile(
    r"(?i)\b(?:bsn|burgerservice(?:nummer|nr)|sofi(?:nummer|nr)?)\b\D{0,12}(?P<it>\d(?:[ .\-]?\d){6,9})(?!\d)"
)
_LONG_NUMBER = re.compile(r"(?<![\w.,\-])\d{2}(?:[ .]?\d){7,}(?![\w\-])")

_INTERNATIONAL = re.compile(
    r"(?<![\w+])(?:\+|00)\s?[1-9]\d{0,2}[\s./()\-]*(?:\(0\)[\s./\-]*)?\d(?:[\s./\-]?\d){6,11}(?!\d)"
)
_NATIONAL = re.compile(
    r"(?<![\w.,/\-])(?:\(0[1-9]\d{0,2}\)|0\s?[1-9]\d{0,2})[\s./\-]{0,3}\d(?:[\s./\-]{0,2}\d){5,8}(?!\d)"
)
# A spreadsheet drops the nought in front.
_MOBILE_WITHOUT_NOUGHT = re.compile(r"(?<![\w.,\-])6\d{8}(?![\w\-])")
_SAID_PHONE = re.compile(
    r"(?i)\b(?:tel|telnr|telefoon|telefoonnummer|mob|mobiel|whatsapp|06)\b[.:\s]{1,3}(?P<it>\d(?:[\s.\-]?\d){5,9})(?!\d)"
)

_MAIL = re.compile(r"[\w.+\-]+\s?(?:@|\(at\)|\[at\])\s?\w[\w\-]*(?:\.\w[\w\-]*)+")
_LINK = re.compile(
    r"(?i)(?:https?://|www\.)\S+|(?<![\w@.])[a-z0-9][\w\-]*(?:\.[\w\-]+)*\.(?:nl|com|org|net|eu|example)(?:/\S*)?(?!\w)"
)
_HANDLE = re.compile(r"(?<![\w@])@[A-Za-z][\w.\-]{2,}")

_PLATE = re.compile(
    r"(?i)(?<![\w\-])(?:" + "|".join(
        "-".join(
            {"x": "[a-z]", "9": r"\d"}[group[0]] + f"{{{len(group)}}}" for group in code.split("-")
        )
        for code in (
            "xx-99-99", "99-99-xx", "99-xx-99", "xx-99-xx", "xx-xx-99", "99-xx-xx", "99-xxx-9", "9-xxx-99", "xx-999-x",
            "x-999-xx", "xxx-99-x", "x-99-xxx", "9-xx-999", "999-xx-9", "xxx-999", "xxx-99-xx",
        )
    ) + r")(?![\w\-])"
)  # fmt: skip
_SAID_PLATE = re.compile(r"(?i)\bkentekens?\b[:\s]{1,3}(?:is\s)?(?P<it>(?=\S*\d)[a-z0-9](?:[ \-]?[a-z0-9]){4,7})(?!\w)")

_MONTH = (
    "jan(?:uari)?|feb(?:ruari)?|maart|mrt|apr(?:il)?|mei|juni?|juli?|aug(?:ustus)?|sept?(?:ember)?|okt(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_DATE = re.compile(
    r"(?i)(?<![\w\-])(?:\d{1,2}(?P<by>[\-/. ])\d{1,2}(?P=by)(?P<year>(?:19|20)?\d\d)"
    r"|(?P<iso>(?:19|20)\d\d)-\d{1,2}-\d{1,2}"
    rf"|\d{{1,2}}[ \-](?:{_MONTH})[ \-](?P<worded>(?:19|20)?\d\d))(?![\w\-])"
)
_WHOLE_DATE = re.compile(r"\d{1,2}([\-/. ])\d{1,2}\1(?:19|20)\d\d(?!\d)")
_BORN = re.compile(
    r"(?i)\b(?:geb(?:oren|oortedatum|\.?datum|dat)?\b\.?|jarig|verjaart)\s*(?:is|op|:)?\s*(?P<it>"
    rf"\d{{1,2}}[\-/. ]\d{{1,2}}(?:[\-/. ](?:19|20)?\d\d)?|(?:19|20)\d\d(?:-\d{{1,2}}-\d{{1,2}})?"
    rf"|\d{{1,2}}[ \-](?:{_MONTH})(?:[ \-](?:19|20)?\d\d)?)(?!\w)"
)

_PLACEHOLDER = re.compile(r"\[[a-z\-]+\]")


def placeholder_spans(text: str) -> list[Span]:
    """What an earlier cleaning left, so that cleaning again changes nothing."""
    return [Span(*found.span(), "nummer") for found in _PLACEHOLDER.finditer(text)]


def pattern_spans(text: str) -> list[Span]:
    """What in a text has the shape of something personal; spans may overlap."""
    return [*_accounts(text), *_phones(text), *_online(text), *_plates(text), *_dates(text)]


def _accounts(text: str) -> Iterator[Span]:
    from stdnum.nl import bsn

    for found in _DUTCH_IBAN.finditer(text):
        yield Span(*found.span(), "rekening")
    for found in _IBAN_START.finditer(text):
        end = _end_of_iban(text, found.start())
        if end is not None:
            yield Span(found.start(), end, "rekening")
    for found in _SAID_BSN.finditer(text):
        yield Span(*found.span("it"), "bsn")
    for found in _NINE_DIGITS.finditer(text):
        if bsn.is_valid(found.group()):
            yield Span(*found.span(), "bsn")
    for found in _LONG_NUMBER.finditer(text):
        yield Span(*found.span(), "nummer")


def _end_of_iban(text: str, start: int) -> int | None:
    """Where a valid account number ends that begins at `start`, whatever separates its groups."""
    from stdnum import iban

    kept, end = "", None
    for position in range(start, min(len(text), start + 50)):
        letter = text[position]
        if letter.isalnum():
            kept += letter
            if 15 <= len(kept) <= 34 and iban.is_valid(kept):
                end = position + 1
        elif letter not in " .-":
            break
    return end


def _phones(text: str) -> Iterator[Span]:
    for shape, fewest, most in ((_INTERNATIONAL, 9, 15), (_NATIONAL, 9, 10), (_MOBILE_WITHOUT_NOUGHT, 9, 9)):
        for found in shape.finditer(text):
            digits = sum(letter.isdigit() for letter in found.group())
            if fewest <= digits <= most and not _WHOLE_DATE.match(text, found.start()):
                yield Span(*found.span(), "telefoon")
    for found in _SAID_PHONE.finditer(text):
        yield Span(*found.span("it"), "telefoon")


def _online(text: str) -> Iterator[Span]:
    for found in _MAIL.finditer(text):
        yield Span(*found.span(), "e-mail")
    for shape in (_LINK, _HANDLE):
        for found in shape.finditer(text):
            yield Span(found.start(), found.start() + len(found.group().rstrip(".,;:!?)\"'")), "link")


def _plates(text: str) -> Iterator[Span]:
    for found in _PLATE.finditer(text):
        yield Span(*found.span(), "kenteken")
    for found in _SAID_PLATE.finditer(text):
        yield Span(*found.span("it"), "kenteken")


def _dates(text: str) -> Iterator[Span]:
    """Days on which somebody was born: said so, or of a year in which nothing can have been reported."""
    for found in _BORN.finditer(text):
        yield Span(*found.span("it"), "geboortedatum")
    for found in _DATE.finditer(text):
        year = found["year"] or found["iso"] or found["worded"]
        # The first of January 1900 is how systems write "unknown".
        if year.startswith("19") and len(year) == 4 and not re.fullmatch(r"0?1\D0?1\D1900|1900\D0?1\D0?1", found[0]):
            yield Span(*found.span(), "geboortedatum")
