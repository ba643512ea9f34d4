"""The sheet as another program opens it: what can be chosen, what is locked, and that nothing in it is a formula."""

import csv
import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from answer_desk import DUTCH, ENGLISH, FLAGS, PLACES, WEEK, blank

from flows.answers.sheets_out import HEADER, AskedFlag, sheet_csv, sheet_workbook
from flows.answers.wording import ASKED, COLUMNS, SHOWN
from flows.csv_cells import text_before
from flows.language import LANGUAGES, Language

HOSTILE = (
    '=HYPERLINK("http://example.com","klik")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "<script>x</script>",
    "Een lange naam " * 20, "Torenflat 😀👩‍👩‍👧", "مرحبا بالعالم \u202etxt", "x_x0041_y", "'=1", "1e5", "0012", " ",
    "Hof,=1+1", "Hof,=1+1,x",
)  # fmt: skip


def flag(name: str, number: int = 1) -> AskedFlag:
    return AskedFlag(f"2026-W46-C{number}", name, 12, name)


def opened(content: bytes):  # type: ignore[no-untyped-def]
    return openpyxl.load_workbook(io.BytesIO(content)).active


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_question_takes_its_own_words_and_says_so(code: str) -> None:
    language = Language(code)
    sheet = opened(sheet_workbook(FLAGS, WEEK, "Noord", language))
    found = {str(each.sqref): each for each in sheet.data_validations.dataValidation}
    assert len(found) == len(ASKED)
    for column in ASKED:
        letter = openpyxl.utils.get_column_letter(PLACES[column.name])
        rule = found[f"{letter}{HEADER + 2}:{letter}{HEADER + 1 + len(FLAGS)}"]
        assert rule.allow_blank
        assert rule.errorStyle in (None, "stop")
        assert rule.showErrorMessage
        if column.asks == "choice":
            words = [column.word(value, language) for value in column.choices]
            assert (rule.type, rule.formula1) == ("list", f'"{",".join(words)}"')
            assert all(word in rule.error for word in words)
        else:
            assert (rule.type, rule.operator) == ("date", None)  # between
            assert openpyxl.utils.datetime.from_excel(int(rule.formula1)) == datetime(2000, 1, 1)
        assert len(rule.error) <= 255
        assert len(rule.errorTitle) <= 32


def test_only_answers_can_be_changed_and_there_is_no_password() -> None:
    sheet = opened(blank())
    assert sheet.protection.sheet
    assert sheet.protection.password in (None, "0000")
    for row in sheet.iter_rows(min_row=HEADER + 2):
        locked = [cell.protection.locked for cell in row]
        assert locked == [True] * len(SHOWN) + [False] * len(ASKED)
        shaded = [cell.fill.fgColor.rgb for cell in row]
        assert len(set(shaded[: len(SHOWN)])) == 1
        assert set(shaded[len(SHOWN) :]) == {"FFFFF6D6"}


def test_it_stands_on_one_page_with_its_header_in_sight() -> None:
    sheet = opened(blank())
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in ((1, 1), (None, None))
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.freeze_panes == "C4"
    assert sheet["A1"].value == "Luisterpost: antwoordblad van Noord, week 2026-W46"
    assert [cell.value for cell in sheet[HEADER + 1]] == [column.heading(DUTCH) for column in COLUMNS]
    assert all(sheet.column_dimensions[cell.column_letter].width > 5 for cell in sheet[HEADER + 1])
    many = opened(blank([flag("x", number) for number in range(40)]))
    assert many.page_setup.fitToHeight == 0


def test_the_same_sheet_has_the_same_bytes() -> None:
    first = blank()
    assert blank() == first
    assert blank(week=date(2026, 11, 16)) != first
    assert opened(first).parent.properties.created == datetime(2026, 11, 9)
    assert opened(first).parent.properties.creator in (None, "")
    with zipfile.ZipFile(io.BytesIO(first)) as book:
        assert {each.date_time for each in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_no_name_becomes_a_formula_or_a_link() -> None:
    flags = [flag(name, number) for number, name in enumerate(HOSTILE)]
    content = sheet_workbook(flags, WEEK, HOSTILE[0], DUTCH)
    sheet = opened(content)
    for number, name in enumerate(HOSTILE):
        cells = sheet.cell(HEADER + 2 + number, PLACES["name"]), sheet.cell(HEADER + 2 + number, PLACES["question"])
        for cell in cells:
            assert cell.data_type == "s"
            assert cell.hyperlink is None
            assert str(cell.value).replace("_x005F_", "_").replace("_x0009_", "\t") == name
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        cells_part = book.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in cells_part
    assert b"hyperlink" not in cells_part


def test_a_csv_holds_no_formula_either() -> None:
    flags = [flag(name, number) for number, name in enumerate(HOSTILE)]
    content = sheet_csv(flags, DUTCH, has_mark=True)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0] == [column.heading(DUTCH) for column in COLUMNS]
    assert [len(row) for row in rows] == [len(COLUMNS)] * (len(HOSTILE) + 1)
    for row, name in zip(rows[1:], HOSTILE, strict=True):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in row)
        assert text_before(row[1]) == name
    assert sheet_csv(flags, ENGLISH)[:3] != b"\xef\xbb\xbf"


def test_a_team_without_flags_has_a_sheet_without_rows() -> None:
    sheet = opened(blank(()))
    assert sheet.max_row == HEADER + 1
    assert sheet.data_validations.dataValidation == []
    assert len(sheet_csv((), DUTCH).splitlines()) == 1
