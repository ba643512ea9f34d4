"""A sheet comes back sorted, renamed, half empty, with columns moved, by another program: its answers stay."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from answer_desk import (
    DUTCH,
    ENGLISH,
    FLAGS,
    PLACES,
    WEDNESDAY,
    blank,
    filled,
    part_changed,
    part_said_shorter,
    saved,
    saved_on,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from data_contracts.problem import Problem
from flows.answers.sheets_in import ReturnedSheet, read_sheet
from flows.answers.sheets_out import HEADER, AskedFlag, sheet_csv
from flows.answers.wording import ASKED
from flows.language import Language

ANSWER = {
    "verdict": "zorgen",
    "do_residents_report": "nee",
    "lead": "gemeente",
    "mandate": "corporatie",
    "phase": 2,
    "is_step_agreed": "ja",
    "snooze_until": date(2026, 12, 24),
    "reviewed_on": date(2026, 11, 18),
}
READ = {
    "verdict": "worry",
    "do_residents_report": "no",
    "lead": "municipality",
    "mandate": "corporation",
    "phase": "2",
    "is_step_agreed": "true",
    "snooze_until": "2026-12-24",
    "reviewed_on": "2026-11-18",
}


def read(content: bytes, ending: str = ".xlsx") -> ReturnedSheet:
    return read_sheet(content, ending, "blad")


def rows(content: bytes, ending: str = ".xlsx") -> dict[str | None, dict[str, str]]:
    return {row.flag_id: row.values for row in read(content, ending).rows}


def refused(content: bytes, ending: str = ".xlsx") -> str:
    with pytest.raises(Problem) as told:
        read(content, ending)
    for language in (DUTCH, ENGLISH):
        assert "blad" in language.tell(told.value)
    return told.value.message


def book(content: bytes | None = None) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content or filled({0: ANSWER})))


def test_every_answer_is_read_and_an_empty_row_has_none() -> None:
    assert rows(filled({0: ANSWER, 2: {"verdict": "wist ik al"}})) == {
        "2026-W46-C1": READ,
        "2026-W46-C2": {},
        "2026-W46-C3": {"verdict": "known_already"},
    }


@pytest.mark.parametrize("language", [DUTCH, ENGLISH], ids=["nl", "en"])
def test_every_word_of_either_language_comes_back(language: Language) -> None:
    choices = [column for column in ASKED if column.asks == "choice"]
    flags = [AskedFlag(f"F{number}", "x", 1, "x") for number in range(5)]
    said = [{each.name: each.choices[n] for each in choices if n < len(each.choices)} for n in range(5)]
    words = {
        n: {each.name: each.word(values[each.name], language) for each in choices if each.name in values}
        for n, values in enumerate(said)
    }
    found = rows(filled(words, content=blank(flags, language)))
    assert found == {f"F{n}": values for n, values in enumerate(said)}


def test_a_sheet_tells_when_it_was_saved_and_when_it_was_made() -> None:
    sheet = read(filled({}, WEDNESDAY))
    assert (sheet.saved_at, sheet.made_at) == (WEDNESDAY, datetime(2026, 11, 9, tzinfo=UTC))
    # A program that leaves our own moment standing has not said when.
    assert read(blank()).saved_at is None
    assert read(part_changed(blank(), "docProps/core.xml", lambda _: b"<a/>")).made_at is None
    later = saved_on(filled({}, WEDNESDAY), WEDNESDAY)
    winter = part_changed(later, "docProps/core.xml", lambda part: part.replace(b"T10:00:00Z", b"T11:00:00+01:00"))
    assert read(winter).saved_at == WEDNESDAY


def _moved(made: openpyxl.Workbook) -> None:
    """Columns turned round, with one of the team's own between them."""
    sheet = made.active
    table = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADER + 1)]
    for number, row in enumerate(table, HEADER + 1):
        for place, value in enumerate([*reversed(row), "eigen kolom"], 1):
            sheet.cell(number, place + 2).value = value


def _without_title(made: openpyxl.Workbook) -> None:
    made.active.delete_rows(1, HEADER)


def _lower(made: openpyxl.Workbook) -> None:
    made.active.insert_rows(1, 30)
    made.active["A5"] = "Notulen: vlagnummer en wat trof je aan"


def _hidden(made: openpyxl.Workbook) -> None:
    for name in ("flag_id", "verdict"):
        made.active.column_dimensions[openpyxl.utils.get_column_letter(PLACES[name])].hidden = True
    made.active.row_dimensions[HEADER + 2].hidden = True
    made.active.auto_filter.ref = f"A{HEADER + 1}:L{HEADER + 4}"


def _other_sheets(made: openpyxl.Workbook) -> None:
    made.create_sheet("Notities; van \"het\" 'team'", 0)["A1"] = "niet van ons"
    made.create_sheet("Leeg")
    made.create_chartsheet("Grafiek")


def _gap(made: openpyxl.Workbook) -> None:
    made.active.insert_rows(HEADER + 2, 4)


def _headed_again(made: openpyxl.Workbook) -> None:
    made.active.insert_rows(HEADER + 3)
    for cell in made.active[HEADER + 1]:
        made.active.cell(HEADER + 3, cell.column).value = cell.value


def _rich(made: openpyxl.Workbook) -> None:
    made.active.cell(HEADER + 2, PLACES["verdict"]).value = CellRichText("zor", TextBlock(InlineFont(b=True), "gen"))


def _texts(made: openpyxl.Workbook) -> None:
    for name, text in (("phase", "2"), ("snooze_until", "24-12-2026"), ("reviewed_on", " 2026-11-18")):
        made.active.cell(HEADER + 2, PLACES[name]).value = text


def _english(made: openpyxl.Workbook) -> None:
    for column in ASKED:
        made.active.cell(HEADER + 1, PLACES[column.name]).value = column.heading(ENGLISH)


def _from_1904(made: openpyxl.Workbook) -> None:
    """As older versions of Excel for the Mac count their days."""
    days = {name: made.active.cell(HEADER + 2, PLACES[name]).value for name in ("snooze_until", "reviewed_on")}
    made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    for name, day in days.items():
        made.active.cell(HEADER + 2, PLACES[name]).value = day


@pytest.mark.parametrize(
    "change",
    [_moved, _without_title, _lower, _hidden, _other_sheets, _gap, _headed_again, _rich, _texts, _english, _from_1904],
    ids=lambda each: each.__name__,
)
def test_what_people_do_to_a_sheet_does_not_change_its_answers(change: Any) -> None:
    made = book()
    change(made)
    found = rows(saved(made))
    assert found["2026-W46-C1"] == READ
    assert {flag: said for flag, said in found.items() if said} == {"2026-W46-C1": READ}


def test_a_sorted_sheet_has_its_rows_in_another_order() -> None:
    turned = saved(book(filled({0: ANSWER}, content=blank(FLAGS[::-1]))))
    assert list(rows(turned)) == ["2026-W46-C3", "2026-W46-C2", "2026-W46-C1"]


def test_a_row_without_a_flag_is_read_so_that_it_can_be_told() -> None:
    assert rows(filled({0: {"flag_id": None, "verdict": "zorgen"}}))[None] == {"verdict": "worry"}


@pytest.mark.parametrize(
    ("content", "ending", "problem"),
    [
        (b"", ".xlsx", "answers.empty_file"),
        (b" \r\n", ".csv", "answers.empty_file"),
        (b"PK not a zip", ".xlsx", "answers.unreadable"),
        (blank()[:-300], ".xlsx", "answers.unreadable"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"EncryptedPackage", ".xlsx", "answers.locked"),
        (part_changed(blank(), "xl/workbook.xml", lambda _: b"<workbook>"), ".xlsx", "answers.unreadable"),
        (part_changed(blank(), "xl/worksheets/sheet1.xml", lambda _: b"<no"), ".xlsx", "answers.unreadable"),
        (part_changed(blank(), "xl/workbook.xml", lambda part: b"<x:y/>" + part), ".xlsx", "answers.unreadable"),
        (
            part_changed(blank(), "xl/workbook.xml", lambda part: part.replace(b"UTF-8", b"UTF-9")),
            ".xlsx",
            "answers.unreadable",
        ),
        (filled({-1: {"flag_id": "Nr"}}), ".xlsx", "answers.no_sheet"),
        (b"Complex;Woningen\r\nLinde;40\r\n", ".csv", "answers.no_sheet"),
        ("Vlagnummer;Wat trof je aan?\r\n".encode("utf-16"), ".csv", "answers.not_text"),
        (b'Vlagnummer;"Wat trof je aan?\r\n' + b"x" * 200_000, ".csv", "answers.unreadable"),
        (b"Vlagnummer;Wat trof je aan?\r\n" + b"F;anders\r\n" * 5_001, ".csv", "answers.too_long"),
    ],
)
def test_a_file_that_is_no_sheet_is_one_sentence(content: bytes, ending: str, problem: str) -> None:
    assert refused(content, ending) == problem


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.answers.workbooks.MOST_UNPACKED", 10_000)
    assert refused(blank()) == "answers.too_big"


def test_a_byte_wrong_between_the_parts_keeps_nobody_waiting() -> None:
    """DuckDB's reader never comes back from a part that is said to be shorter; Python goes by the list at the end."""
    assert rows(part_said_shorter(SOUND[".xlsx"]))["2026-W46-C1"] == READ


def test_rows_beyond_what_is_looked_at_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.answers.workbooks.MOST_ROWS", HEADER + 2)
    assert refused(blank()) == "answers.too_long"


def as_csv(delimiter: str, encoding: str, title: str = "") -> bytes:
    table = list(csv.reader(io.StringIO(sheet_csv(FLAGS, DUTCH).decode()), delimiter=";"))
    table[1][4:] = ["zorgen", "nee", "gemeente", "corporatie", "2", "ja", "24-12-2026", "18-11-2026"]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(table)
    return (title + text.getvalue()).encode(encoding)


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("title", ["", "sep=;\r\n", "Antwoordblad van Café;;;\r\nUitleg, met een komma;;\r\n\r\n"])
def test_a_csv_is_read_however_it_was_saved(delimiter: str, encoding: str, title: str) -> None:
    found = rows(as_csv(delimiter, encoding, title), ".csv")
    assert found == {"2026-W46-C1": READ, "2026-W46-C2": {}, "2026-W46-C3": {}}


def test_the_apostrophe_before_a_formula_is_taken_off_again() -> None:
    for name in ("=1", "-C2", "+3", "@x", "x_x0041_y"):
        assert list(rows(sheet_csv([AskedFlag(name, "=x", 1, "+x")], DUTCH), ".csv")) == [name]
        assert list(rows(blank([AskedFlag(name, "=x", 1, "+x")]))) == [name]


@settings(max_examples=8, deadline=None)
@given(
    flag_id=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
    .map(str.strip)
    .filter(lambda text: text and not text.startswith("'"))
)
def test_any_flag_comes_back_from_either_sheet(flag_id: str) -> None:
    flags = [AskedFlag(flag_id, "Linde", 1, "x")]
    if flag_id.lower() not in ("vlagnummer", "flag_id"):
        assert list(rows(blank(flags))) == [flag_id]
        assert list(rows(sheet_csv(flags, DUTCH), ".csv")) == [flag_id]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(place=st.integers(0, 10_000), junk=st.binary(min_size=1, max_size=30), ending=st.sampled_from([".xlsx", ".csv"]))
def test_junk_is_a_sheet_or_a_problem_and_nothing_else(place: int, junk: bytes, ending: str) -> None:
    content = SOUND[ending]
    at = place % len(content)
    try:
        read(content[:at] + junk + content[at + len(junk) :], ending)
    except Problem:
        return


SOUND = {".xlsx": filled({0: ANSWER}), ".csv": as_csv(";", "utf-8")}
