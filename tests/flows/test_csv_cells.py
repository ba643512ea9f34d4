"""A CSV cell is calculated by no spreadsheet, whatever separates cells for it, and reads back as what it was."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.answers.sheets_in import read_sheet
from flows.answers.sheets_out import AskedFlag, sheet_csv
from flows.csv_cells import csv_text, harmless, text_before
from flows.csv_files import DELIMITERS
from flows.language import Language

NASTY = st.text("=+-@,;|\t\r\n '\"\u00a0aé1", max_size=12)


@given(first=NASTY, second=NASTY)
@example(first="N1", second="Hof,=1+1")
@example(first="N1", second='Hof,"=1+1&",x')
@example(first="N1", second="Hof\n=1+1,")
def test_no_separator_makes_a_formula_of_a_text(first: str, second: str) -> None:
    content = csv_text([["kop", "naam"], [first, second]])
    for delimiter in DELIMITERS:
        for row in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter):
            assert not [cell for cell in row if cell.lstrip(" \u00a0").startswith(("=", "+", "-", "@"))]


@given(NASTY)
def test_the_text_comes_back(text: str) -> None:
    assert text_before(harmless(text)) == text
    rows = list(csv.reader(io.StringIO(csv_text([[text, 3]]), newline=""), delimiter=";"))
    assert rows == [[harmless(text), "3"]]


def test_every_text_is_quoted_and_a_number_is_not() -> None:
    assert csv_text([["Linde", 40, "", "2026-11-09"]]) == '"Linde";40;"";"2026-11-09"\r\n'


@pytest.mark.parametrize("name", ["Linde", "Hof - De Brug", "Kade 1, 3 en 5", "'t Zand", "a+b; c-d", "e=mc2"])
def test_an_ordinary_name_stays_as_it_is(name: str) -> None:
    assert harmless(name) == name


@settings(deadline=None)
@given(flag_id=NASTY.map(lambda text: f"2026-W46-{text}".strip()), name=NASTY)
def test_an_answer_on_the_sheet_finds_its_flag(flag_id: str, name: str) -> None:
    sent = sheet_csv([AskedFlag(flag_id, name, 12, "Wat zie je?")], Language("nl")).decode()
    answered = re.sub(r'(;12;"Wat zie je\?";)""', r'\1"in orde"', sent)
    (row,) = read_sheet(answered.encode(), ".csv", "blad.csv").rows
    assert (row.flag_id, row.values) == (flag_id, {"verdict": "fine"})
