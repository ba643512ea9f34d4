"""The answer sheet of an area team, as workbook and as CSV: one row per flag, the same bytes for the same input."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from math import ceil
from typing import Any

from flows.answers.wording import ASKED, COLUMNS, EARLIEST, LATEST, PRODUCT, SHOWN, SheetColumn
from flows.csv_cells import csv_text
from flows.language import Language
from models.weeks import week_name

HEADER = 2
# The file that one team fills in is one page; a longer one stays legible and gets more pages.
MOST_ON_A_PAGE = 15
A4 = 9
LINE_POINTS, MOST_POINTS = 15, 409
GREY, SHADED, LINE = "#EEEEEE", "#FFF6D6", "#8C8C8C"
DAY_FORMATS = {"nl": "dd-mm-yyyy", "en": "yyyy-mm-dd"}
MAY_STILL = {
    "format_columns": True,
    "format_rows": True,
    "sort": True,
    "autofilter": True,
    "select_locked_cells": True,
    "select_unlocked_cells": True,
}


@dataclass(frozen=True)
class AskedFlag:
    """One row of the sheet: a flag and the question that the team gets.

    Attributes:
        flag_id: Number of the flag.
        name: Name of the complex.
        homes: Homes in it [homes].
        question: The question, in the reader's language.
    """

    flag_id: str
    name: str
    homes: int
    question: str


def sheet_workbook(flags: Sequence[AskedFlag], week: date, team: str, language: Language) -> bytes:
    """The sheet as XLSX: drop-downs, dates that are held to be dates, and only the answers open to change.

    Args:
        flags: One row each, in this order.
        week: Monday of the week that the list tells of; the workbook is dated by it.
        team: Name of the area team.
        language: Of headings and words.
    """
    from xlsxwriter import Workbook

    made = io.BytesIO()
    book = Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    # A clock would give other bytes each time, and tell who made it when.
    book.set_properties({"created": datetime.combine(week, time()), "title": _title(week, team, language)})
    sheet = book.add_worksheet(language.say("answer_sheet.tab"))
    styles = _styles(book, language)
    sheet.write_string(0, 0, _title(week, team, language), styles["title"])
    sheet.write_string(1, 0, language.say("answer_sheet.explained"), styles["plain"])
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, column.width)
        sheet.write_string(HEADER, place, column.heading(language), styles["asked" if column in ASKED else "heading"])
    sheet.set_row(HEADER, _height([column.heading(language) for column in COLUMNS]))
    for number, flag in enumerate(flags, HEADER + 1):
        sheet.set_row(number, _height([str(getattr(flag, column.name)) for column in SHOWN]))
        for place, column in enumerate(COLUMNS):
            _write(sheet, number, place, flag, column, styles)
    if flags:
        for place, column in enumerate(COLUMNS):
            _restrict(sheet, (HEADER + 1, place, HEADER + len(flags), place), column, week, language)
    _print_setup(sheet, len(flags))
    book.close()
    return made.getvalue()


def sheet_csv(flags: Sequence[AskedFlag], language: Language, *, has_mark: bool = False) -> bytes:
    """The sheet as CSV: header first, `;` between the cells, every text quoted, UTF-8.

    Args:
        flags: One row each, in this order.
        language: Of the headings.
        has_mark: Whether it begins with a mark that it is UTF-8 (BOM), for versions of Excel that need it.
    """
    headings = [column.heading(language) for column in COLUMNS]
    rows = [[*(getattr(flag, column.name) for column in SHOWN), *("" for _ in ASKED)] for flag in flags]
    return csv_text([headings, *rows]).encode("utf-8-sig" if has_mark else "utf-8")


def _title(week: date, team: str, language: Language) -> str:
    return f"{PRODUCT}: " + language.say("answer_sheet.title", team=team, week=week_name(week))


def _height(texts: Sequence[str]) -> float:
    """Points for a row in which all can be read; not every program makes room by itself."""
    # Words do not break where a line ends, and bold or wide letters take more than their share.
    lines = max(ceil(1.25 * len(text) / column.width) for text, column in zip(texts, COLUMNS, strict=False))
    return float(min(max(lines, 1) * LINE_POINTS + 3, MOST_POINTS))


def _styles(book: Any, language: Language) -> dict[str, Any]:
    cell = {"text_wrap": True, "valign": "top", "border": 1, "border_color": LINE}
    heading = {**cell, "bold": True, "valign": "vcenter"}
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "plain": book.add_format({}),
        "heading": book.add_format({**heading, "bg_color": GREY}),
        "asked": book.add_format({**heading, "bg_color": SHADED}),
        "shown": book.add_format(cell),
        "choice": book.add_format({**cell, "bg_color": SHADED, "locked": False}),
        "day": book.add_format(
            {**cell, "bg_color": SHADED, "locked": False, "num_format": DAY_FORMATS[language.code], "align": "left"}
        ),
    }


def _write(sheet: Any, number: int, place: int, flag: AskedFlag, column: SheetColumn, styles: dict[str, Any]) -> None:
    style = styles[column.asks]
    if column in ASKED:
        sheet.write_blank(number, place, None, style)
    elif column.name == "homes":
        sheet.write_number(number, place, flag.homes, style)
    else:
        # Whatever it begins with, it is text.
        sheet.write_string(number, place, getattr(flag, column.name), style)


def _restrict(
    sheet: Any, cells: tuple[int, int, int, int], column: SheetColumn, week: date, language: Language
) -> None:
    """Lets a cell take only what the reader understands, and says so in plain words."""
    if column.asks == "choice":
        words = [column.word(value, language) for value in column.choices]
        sheet.data_validation(
            *cells,
            {
                "validate": "list",
                "source": words,
                "error_title": language.say("answer_sheet.choose_title"),
                "error_message": language.say("answer_sheet.choose", words=", ".join(words)),
            },
        )
    elif column.asks == "day":
        sheet.data_validation(
            *cells,
            {
                "validate": "date",
                "criteria": "between",
                "minimum": EARLIEST,
                "maximum": LATEST,
                "error_title": language.say("answer_sheet.day_title"),
                "error_message": language.say("answer_sheet.day", day=_example(week, language)),
            },
        )


def _example(week: date, language: Language) -> str:
    return week.strftime("%d-%m-%Y") if language.code == "nl" else week.isoformat()


def _print_setup(sheet: Any, n_flags: int) -> None:
    sheet.freeze_panes(HEADER + 1, 2)
    # Without a password: it guards against slips, not against people.
    sheet.protect("", MAY_STILL)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.4, bottom=0.4)
    sheet.fit_to_pages(1, 1 if n_flags <= MOST_ON_A_PAGE else 0)
    sheet.repeat_rows(HEADER)
