"""The digest as a list, for Excel and for the rapports that teams build: one row per flag, in plain columns.

A name from a source is never a formula: in the workbook every text is written as text, and in CSV every text is quoted
and has an apostrophe before what a spreadsheet would calculate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import polars as pl
from xlsxwriter import Workbook

from flows.csv_cells import csv_text
from flows.language import Language
from flows.sharing.digest import Digest
from flows.sharing.tier import SharedWeek

_MARK = "\ufeff"
DATE_FORMATS = {"nl": "d-m-yyyy", "en": "yyyy-mm-dd"}
_LONGEST_CELL = 32_767

Cell = str | int | date | None


@dataclass(frozen=True)
class _Column:
    """One column: its name in the catalogues, its width in characters, and what stands in it."""

    name: str
    width: int
    of: Callable[[dict[str, Any], Digest, SharedWeek, Language], Cell]


def digest_rows(digest: Digest, shared: SharedWeek, language: Language) -> list[list[Cell]]:
    """The rows of the list, headings first.

    Args:
        digest: The digest of the team.
        shared: The week.
        language: Of headings and words.
    """
    flags = shared.flags.filter(pl.col("area_team") == digest.team).to_dicts()
    headings: list[Cell] = [language.say(f"team.list.{column.name}") for column in _COLUMNS]
    return [headings, *([column.of(flag, digest, shared, language) for column in _COLUMNS] for flag in flags)]


def digest_workbook(digest: Digest, shared: SharedWeek, language: Language) -> bytes:
    """The list as XLSX. The same week gives the same bytes."""
    made = BytesIO()
    book = Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # A workbook says when it was made; here that is the Monday on which the list is read.
    title = language.say("team.list.title", team=digest.shown_team, week=shared.week_name)
    book.set_properties({"title": title, "author": "Luisterpost", "created": datetime.combine(shared.read_on, time())})
    head = book.add_format({"bold": True, "bottom": 1})
    # One line a row: it is sorted and filtered, not read from top to bottom.
    text = book.add_format({"align": "left"})
    day = book.add_format({"num_format": DATE_FORMATS[language.code], "align": "left"})
    sheet = book.add_worksheet(shared.week_name)
    rows = digest_rows(digest, shared, language)
    for place, column in enumerate(_COLUMNS):
        sheet.set_column(place, place, column.width)
    for line, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(line, place, datetime.combine(cell, time()), day)
            elif isinstance(cell, int):
                sheet.write_number(line, place, cell, text)
            elif cell:
                sheet.write_string(line, place, cell[:_LONGEST_CELL], head if line == 0 else text)
    sheet.freeze_panes(1, _COLUMNS.index(_NAME) + 1)
    sheet.autofilter(0, 0, len(rows) - 1, len(_COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(0)
    sheet.repeat_columns(_COLUMNS.index(_NAME))
    book.close()
    return made.getvalue()


def digest_csv(digest: Digest, shared: SharedWeek, language: Language) -> bytes:
    """The list as CSV in UTF-8, with semicolons, as Dutch spreadsheets expect; dates as 2026-11-09."""
    rows = [[_on_one_line(cell) for cell in row] for row in digest_rows(digest, shared, language)]
    return ((_MARK if shared.terms.csv_bom else "") + csv_text(rows)).encode()


def _on_one_line(cell: Cell) -> str | int:
    """Line ends within a cell break the line in programs that read line by line."""
    return cell if isinstance(cell, int) else " ".join(str(cell or "").splitlines())


def _plain(name: str) -> Callable[[dict[str, Any], Digest, SharedWeek, Language], Cell]:
    return lambda flag, _digest, _shared, _language: flag[name]


def _word(name: str, group: str) -> Callable[[dict[str, Any], Digest, SharedWeek, Language], Cell]:
    return lambda flag, _digest, _shared, language: language.say(f"{group}.{flag[name]}") if flag[name] else None


def _kind(flag: dict[str, Any], _digest: Digest, _shared: SharedWeek, language: Language) -> Cell:
    """Empty where the lot drew the complex: nothing says that anybody is silent there."""
    return None if flag["why"] == "random_draw" else _word("silence_kind", "kind")(flag, _digest, _shared, language)


def _truth(name: str) -> Callable[[dict[str, Any], Digest, SharedWeek, Language], Cell]:
    return lambda flag, _digest, _shared, language: language.say("team.yes") if flag[name] else language.say("team.no")


def _told(name: str) -> Callable[[dict[str, Any], Digest, SharedWeek, Language], Cell]:
    """What the digest says of a new complex; empty for the others."""
    return lambda flag, digest, _shared, _language: next(
        (getattr(entry, name) for entry in digest.new if entry.flag_id == flag["flag_id"]), None
    )


_NAME = _Column("name", 30, _plain("name"))
_COLUMNS = (
    _NAME,
    _Column("week", 11, lambda _flag, _digest, shared, _language: shared.week_name),
    _Column("area_team", 18, _plain("area_team")),
    _Column("flag_id", 18, _plain("flag_id")),
    _Column("complex_id", 17, _plain("complex_id")),
    _Column("homes", 11, _plain("homes")),
    _Column("status", 12, _word("status", "status")),
    _Column("status_since", 14, _plain("status_since")),
    _Column("first_week", 14, _plain("first_week")),
    _Column("why", 36, _word("why", "why")),
    _Column("silence_kind", 36, _kind),
    _Column("is_drawn", 18, _truth("is_drawn")),
    _Column("sentence", 60, _told("why")),
    _Column("question", 46, _told("question")),
    _Column("first_step", 60, _told("first_step")),
    _Column("rests_until", 16, _plain("rests_until")),
    _Column("closed_because", 38, _word("closed_because", "team.because")),
    _Column("lead", 16, _word("lead", "team.party")),
    _Column("mandate", 16, _word("mandate", "team.party")),
    _Column("phase", 8, _plain("phase")),
    _Column("is_voice_back", 13, _truth("is_voice_back")),
)
