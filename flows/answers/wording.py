"""What an answer sheet asks, which words it takes, and how an answer mail says them; writer and reader both ask here.

A word is written in the language of the sheet and read in any. The values are those of the contract `outcomes`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from data_contracts.contract import contract
from flows.language import LANGUAGES, Language

# What stands in the place of a text that is not on the list. The text itself may be about somebody, and is not kept.
UNCLEAR = "?"
PRODUCT = "Luisterpost"
ORGANISATIONS = ("corporation", "municipality", "police", "welfare", "residents")
# What Excel makes of yes and no, in either language.
TRUTHS = {"1": "true", "0": "false", "waar": "true", "onwaar": "false"}
EARLIEST, LATEST = date(2000, 1, 1), date(2049, 12, 31)


@dataclass(frozen=True)
class SheetColumn:
    """One column of the answer sheet.

    Attributes:
        name: Column of `outcomes`, or what is shown beside it.
        asks: `choice` (one of a list), `day`, or `shown` (nothing: it is there to be read).
        width: In characters of the sheet's font.
        choices: Values of the contract, in the order of the list.
        words: Group of messages with a word per choice; without it a choice is its own word.
    """

    name: str
    asks: Literal["shown", "choice", "day"]
    width: int
    choices: tuple[str, ...] = ()
    words: str | None = None

    def heading(self, language: Language) -> str:
        """What stands above the column."""
        return language.say(f"answer_sheet.heading.{self.name}")

    def word(self, value: str, language: Language) -> str:
        """How a value of the contract is written."""
        return language.say(f"answer_sheet.{self.words}.{value}") if self.words else value


FLAG = SheetColumn("flag_id", "shown", 16)
VERDICT = SheetColumn("verdict", "choice", 14, ("worry", "fine", "other", "known_already", "not_looked"), "verdict")
REPORTS = SheetColumn("do_residents_report", "choice", 15, ("yes", "no", "unknown"), "reports")
SHOWN = (
    FLAG,
    SheetColumn("name", "shown", 24),
    SheetColumn("homes", "shown", 9),
    SheetColumn("question", "shown", 40),
)
ASKED = (
    VERDICT,
    REPORTS,
    SheetColumn("lead", "choice", 13, ORGANISATIONS, "organisation"),
    SheetColumn("mandate", "choice", 13, ORGANISATIONS, "organisation"),
    SheetColumn("phase", "choice", 8, ("1", "2", "3")),
    SheetColumn("is_step_agreed", "choice", 12, ("true", "false"), "agreed"),
    SheetColumn("snooze_until", "day", 13),
    SheetColumn("reviewed_on", "day", 13),
)
COLUMNS = (*SHOWN, *ASKED)
READ = (FLAG, *ASKED)
LINKED = (VERDICT, REPORTS)
"""The questions that a link can answer."""


def column_of(heading: str) -> SheetColumn | None:
    """The column under a heading in either language, or None for one that is not ours."""
    return _headings().get(plain(_without_hint(heading)))


def value_of(column: SheetColumn, text: str, day_zero: date | None = None) -> str:
    """The contract's value for what stands in a cell.

    Args:
        column: A column that asks something.
        text: The cell; not empty.
        day_zero: Day from which the file counts its dates, or None where dates are text.

    Returns:
        A choice, a day as `2026-11-24`, or `?` for what is neither.
    """
    if column.asks == "day":
        return _day(text.strip(), day_zero)
    if column.words is None:
        # A number in a workbook may come as 1.0.
        number = re.sub(r"[.,]0+$", "", text.strip())
        return number if number in column.choices else UNCLEAR
    return _values(column).get(plain(text), UNCLEAR)


def subject_words(column: SheetColumn, value: str, language: Language) -> str:
    """What stands behind the flag in the subject of an answer mail: `zorgen`, `melden: nee`."""
    word = column.word(value, language)
    return f"{language.say('answer_sheet.reporting')}: {word}" if column == REPORTS else word


@cache
def linked_answers() -> dict[str, tuple[str, str]]:
    """Column and value of `outcomes` for each plain text that may stand behind the flag, longest first."""
    found = {
        plain(subject_words(column, value, Language(code))): (column.name, value)
        for code in LANGUAGES
        for column in LINKED
        for value in column.choices
    }
    return dict(sorted(found.items(), key=lambda each: -len(each[0])))


def plain(text: str) -> str:
    """A text without what people and their programs change in passing: case, spaces, punctuation."""
    return "".join(each for each in unicodedata.normalize("NFKC", text).casefold() if each.isalnum())


def _without_hint(heading: str) -> str:
    return re.sub(r"\([^)]*\)", "", heading)


@cache
def _headings() -> dict[str, SheetColumn]:
    promised = contract("inputs", "outcomes")
    known: dict[str, SheetColumn] = {}
    for column in COLUMNS:
        names = [column.name, *(column.heading(Language(code)) for code in LANGUAGES)]
        if column in READ:
            names.append(promised.column(column.name).business_name)
        known |= {plain(_without_hint(name)): column for name in names}
    return known


@cache
def _values(column: SheetColumn) -> dict[str, str]:
    known = {plain(column.word(value, Language(code))): value for code in LANGUAGES for value in column.choices}
    if column.name == "is_step_agreed":
        known |= TRUTHS
    return known | {plain(value): value for value in column.choices}


def _day(text: str, day_zero: date | None) -> str:
    if day_zero and re.fullmatch(r"\d{1,5}(\.\d+)?", text):
        return (day_zero + timedelta(days=int(float(text)))).isoformat()
    found = re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})(?=$|[ T])", text)
    year, month, day = found.groups() if found else (None, None, None)
    if not found and (found := re.match(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?=$| )", text)):
        day, month, year = found.groups()
    try:
        # Two figures of a year are this century's: nobody answered before there were lists.
        read = date(int(year or 0) + (2000 if len(year or "") == 2 else 0), int(month or 0), int(day or 0))
    except ValueError:
        return UNCLEAR
    return read.isoformat()
