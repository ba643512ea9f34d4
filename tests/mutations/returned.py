"""What becomes of the answers folder when a returned sheet or mail is not as it was sent out."""

from __future__ import annotations

import csv
import io
import os
import shutil
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from unittest.mock import patch

import openpyxl
from bench import LATER, MONDAY, Bench, Outcome
from originals import PERSONAL, Table
from steps import TABLE_STEPS, TEXTS, Step, changed_bytes, changed_table
from written import MADE_AT, as_bytes, as_workbook

from data_contracts.contract import contract
from flows import ingest
from flows.answers.account import AnswersAccount
from flows.answers.mail_links import answer_subject
from flows.answers.sheets_out import AskedFlag, sheet_csv, sheet_workbook
from flows.exploring.connect_your_data.mapping_trial import counted_by_predicate
from flows.ingest import Account, take_in
from flows.language import LANGUAGES, Language
from flows.mappings import Mapping

DUTCH = Language("nl")
FLAGS = tuple(
    AskedFlag(f"2026-W46-C{number}", f"Linde {number}", 40, "Loop eens een rondje?") for number in (1, 2, 3, 4)
)
ANSWERED = ("zorgen", "in orde", "", "wist ik al")
SOURCE = contract("inputs", "outcomes")


@dataclass(frozen=True)
class Returned:
    """One file that a team sends back: `xlsx`, `csv` or `eml`, with what is in it."""

    kind: str
    content: bytes
    table: Table | None = None


LEVELS_OF = {"xlsx": ("columns", "rows", "values", "bytes"), "csv": ("columns", "rows", "values", "bytes"),
             "eml": ("values", "bytes")}  # fmt: skip


@cache
def returned_files() -> tuple[Returned, ...]:
    """A workbook, a CSV and a mail, filled in."""
    sheet = openpyxl.load_workbook(io.BytesIO(sheet_workbook(FLAGS, date(2026, 11, 9), "Noord", DUTCH))).worksheets[0]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    header = next(number for number, row in enumerate(rows) if FLAGS[0].flag_id in map(str, rows[number + 1]))
    width = max(place for place, cell in enumerate(rows[header], 1) if cell)
    table = Table(
        tuple(str(cell or "") for cell in rows[header][:width]), tuple(tuple(row[:width]) for row in rows[header + 1 :])
    )
    text = csv.reader(io.StringIO(sheet_csv(FLAGS, DUTCH).decode("utf-8-sig"), newline=""), delimiter=";")
    plain_header, *plain = text
    written = Table(tuple(plain_header), tuple(map(tuple, plain)))
    return (
        Returned("xlsx", b"", _answered(table)),
        Returned("csv", b"", _answered(written)),
        Returned("eml", _mail()),
    )


def _answered(table: Table) -> Table:
    place = next(number for number, name in enumerate(table.header) if "trof" in name.lower())
    rows = []
    for number, row in enumerate(table.rows):
        cells = list(row)
        if number < len(ANSWERED):
            cells[place] = ANSWERED[number] or None
        rows.append(tuple(cells))
    return replace(table, rows=tuple(rows))


def _mail() -> bytes:
    return (
        f"From: {PERSONAL} <{PERSONAL}@example.nl>\r\nTo: antwoord@example.nl\r\n"
        f"Date: Wed, 11 Nov 2026 10:00:00 +0000\r\n"
        f"Subject: {answer_subject(FLAGS[0].flag_id, 'verdict', 'worry', DUTCH)}\r\n\r\n{PERSONAL} zegt: kom eens.\r\n"
    ).encode()


def try_returned(bench: Bench, returned: Returned, steps: tuple[Step, ...]) -> Outcome:
    """Lays a changed file into the answers folder and takes it in twice; each file has an account that adds up."""
    folder = bench.run.home.answers
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    file = folder / f"antwoord.{returned.kind}"
    content, table = _changed(returned, steps)
    file.write_bytes(content)
    os.utime(file, (MADE_AT.timestamp(), MADE_AT.timestamp()))
    bench.con.execute("delete from raw.outcomes")
    bench.con.execute("delete from checks.folder_answers")
    bench.con.execute("delete from checks.quarantine")
    first = _taken_in(bench, folder_at=MONDAY)
    counted = None if table is None or any(step.level != "rows" for step in steps) else _filled_rows(table)
    assert first.answers is not None
    sheet = first.answers.files[0]
    assert counted is None or sheet.state != "read" or sheet.n_rows == counted, (sheet, counted)
    if first.state != "taken":
        return Outcome(_why_nothing(first))
    bench.check_sums(SOURCE, first)
    kept = bench.state(SOURCE)
    assert len(kept) == first.rows_kept
    again = _taken_in(bench, folder_at=LATER)
    assert (again.rows_read, again.rows_kept) == (first.rows_read, 0)
    assert bench.state(SOURCE) == kept, "reading the same answers again changes nothing"
    found = bench.con.execute("select count(*) from raw.outcomes as t where contains(t::varchar, ?)", [PERSONAL])
    assert found.fetchone() == (0,)
    return Outcome("rows set apart" if first.rows_quarantined else "taken", counted is not None)


def _why_nothing(account: Account) -> str:
    """Why no answer of the folder goes in: what is told of its one file."""
    if account.problem is not None:
        return account.problem.message
    assert account.answers is not None
    file = account.answers.files[0]
    return file.problems[0].message if file.problems else f"file: {file.state}"


def _filled_rows(table: Table) -> int:
    """Rows with a flag or an answer in them, counted for oneself: what the sheet only shows is no answer."""
    rows = [row for row in table.rows if row != table.header]
    asked = [[cell for place, cell in enumerate(row) if place in (0, *range(4, len(table.header)))] for row in rows]
    return sum(any(str(cell or "").strip() for cell in row) for row in asked)


def _changed(returned: Returned, steps: tuple[Step, ...]) -> tuple[bytes, Table | None]:
    """The file that came back, and the table that was written into it."""
    content, table = returned.content, returned.table
    for step in steps:
        if table is not None and step.level in TABLE_STEPS:
            table = changed_table(table, step)
        elif table is None and step.level == "values":
            content = _changed_header(content, step)
    if table is not None:
        content = as_workbook(table) if returned.kind == "xlsx" else as_bytes(table, ".csv", delimiter=";")
    for step in steps:
        if step.level == "bytes":
            content = changed_bytes(content, step)
    return content, table


def _changed_header(content: bytes, step: Step) -> bytes:
    """The mail with another value in one of its headers."""
    head, body = content.split(b"\r\n\r\n", 1)
    lines = head.split(b"\r\n")
    at = step.place % len(lines)
    name = lines[at].split(b":", 1)[0]
    lines[at] = name + b": " + TEXTS[step.piece % len(TEXTS)].encode("utf-8", "surrogatepass")
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _taken_in(bench: Bench, folder_at: object) -> Account:
    nothing = bench.inboxes / "nothing"
    nothing.mkdir(exist_ok=True)
    assert folder_at in (MONDAY, LATER)
    run = replace(bench.run, mapping=Mapping(nothing, nothing, None, None, {}), read_at=folder_at)
    with patch.object(ingest, "check_table", counted_by_predicate):
        account = take_in(bench.con, run, "outcomes")
    assert account.answers is not None
    _check_files(account, account.answers)
    return account


def _check_files(account: Account, answers: AnswersAccount) -> None:
    """Each file in the folder is accounted for to the row, and says what is wrong in one sentence."""
    assert len(answers.files) == 1
    for each in answers.files:
        parts = (each.n_answers, each.n_completing, each.n_copies, each.n_replaced, each.n_set_apart, each.n_empty)
        assert each.state == "waiting" or each.n_rows == sum(parts), each
        for problem in each.problems:
            for code in LANGUAGES:
                told = Language(code).tell(problem)
                assert each.name in told
                assert len(told.splitlines()) == 1
                assert PERSONAL not in told
    if account.state == "taken":
        given = sum(each.n_answers + each.n_copies + each.n_set_apart for each in answers.files)
        assert account.rows_read <= given, "copies within one file are not delivered twice"
        assert account.rows_quarantined == sum(each.n_set_apart for each in answers.files)
