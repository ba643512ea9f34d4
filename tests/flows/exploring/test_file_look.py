"""What lies in a folder, and what one file looks like; whatever is wrong with it is one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from connecting_town import HOUSES, READ_AT, opened

from data_contracts.problem import Problem
from flows.exploring.connect_your_data.file_look import LOOK_ROWS, FileLook, how_written, list_files, look_at
from flows.exploring.connect_your_data.open_sandboxes import OpenSandboxes
from flows.exploring.connect_your_data.workbench import workbench


def look(folder: Path, name: str, content: str | bytes) -> FileLook:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return look_at(folder / name, OpenSandboxes(folder, folder))


def test_only_files_that_can_be_read_are_listed_with_their_size(tmp_path: Path) -> None:
    for name in ("b.csv", "a.XLSX", "c.parquet", "notes.txt", "~$a.xlsx", ".d.csv"):
        (tmp_path / name).write_text("four")
    (tmp_path / "folder.csv").mkdir()
    assert [(each.file.name, each.size) for each in list_files(tmp_path)] == [
        ("a.XLSX", 4),
        ("b.csv", 4),
        ("c.parquet", 4),
    ]


@pytest.mark.parametrize(
    ("inbox", "message"),
    [("nowhere", "connect.no_folder"), ("empty", "connect.no_files"), ("nul\0", "connect.cannot_list")],
)
def test_a_folder_without_files_is_one_sentence(tmp_path: Path, inbox: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    told = workbench(str(tmp_path / inbox), "", READ_AT)
    assert isinstance(told, Problem)
    assert told.message == message


def test_no_folder_is_not_the_folder_in_which_the_program_runs() -> None:
    told = workbench("  ", "", READ_AT)
    assert isinstance(told, Problem)
    assert told.message == "connect.no_folder"


def test_a_dutch_export_is_recognised(tmp_path: Path) -> None:
    text = "Nr;Café;Breedte;Sinds;Lift\n1;Linde;52,5;1-7-1967;J\n2;;52,25;31-12-9999;NULL\n3;Linde;1,5;9-2-2001;N\n"
    found = look(tmp_path, "huizen.csv", text)
    assert found.head is not None
    assert (found.kind, found.head.encoding, found.head.delimiter, found.n_rows) == ("csv", "utf-8", ";", 3)
    assert [each.form for each in found.columns] == ["whole", "text", "comma", "%d-%m-%Y", "text"]
    names = found.columns[1]
    assert (names.name, round(names.empty_share, 2), names.n_distinct, names.examples) == ("Café", 0.33, 1, ("Linde",))
    assert found.columns[4].n_distinct == 2, "NULL written out is an empty cell"
    assert found.first_rows.row(0) == ("1", "Linde", "52,5", "1-7-1967", "J")


def test_of_a_column_that_no_source_may_have_nothing_is_shown(tmp_path: Path) -> None:
    found = look(tmp_path, "a.csv", "Nr;Achternaam\n1;Jansen\n")
    assert found.columns[1].forbidden == "name"
    assert "Jansen" not in repr(found)
    assert found.first_rows.columns == ["Nr"]


def test_lines_that_are_no_rows_are_told_with_their_number(tmp_path: Path) -> None:
    found = look(tmp_path, "a.csv", "a;b\n1;2\n1;2;3\n")
    assert (found.n_rows, [each.line for each in found.rejected]) == (1, [3])


def test_a_first_line_without_names_is_doubted(tmp_path: Path) -> None:
    assert look(tmp_path, "a.csv", "1;2-3-2024\n2;3-3-2024\n").has_doubtful_header
    assert not look(tmp_path, "b.csv", HOUSES).has_doubtful_header


def test_a_name_is_the_one_that_a_select_must_use(tmp_path: Path) -> None:
    found = look(tmp_path, "a.csv", 'Nr;"a ""b""";--x;é\n1;2;3;4\n')
    with OpenSandboxes(tmp_path, tmp_path).cursor(()) as con:
        names = [row[0] for row in con.execute(f"describe from {found.source}").fetchall()]
    assert [each.name for each in found.columns] == names


def test_a_long_file_is_looked_at_in_part(tmp_path: Path) -> None:
    duckdb.execute(f"copy (select i as Nr, today() as Dag from range({LOOK_ROWS + 5}) t(i)) to '{tmp_path}/a.parquet'")
    found = look_at(tmp_path / "a.parquet", OpenSandboxes(tmp_path, tmp_path))
    assert (found.n_rows, found.has_more_rows) == (LOOK_ROWS, True)
    assert [each.form for each in found.columns] == ["whole", "iso"]


def a_workbook_cut_short(folder: Path) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["Nr"])
    book.save(folder / "whole.xlsx")
    return (folder / "whole.xlsx").read_bytes()[:900]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", lambda folder: b"", "reading.empty_file"),
        ("a.csv", lambda folder: b"a;b\n1;\0\n", "reading.nul_bytes"),
        ("a.csv", lambda folder: b"a;a\n1;2\n", "reading.bad_header"),
        ("a.csv", lambda folder: b'a;b\n1;"2\n4;5\n', "reading.open_quote"),
        ("a.xlsx", lambda folder: b"", "reading.empty_file"),
        ("a.xlsx", a_workbook_cut_short, "reading.unreadable"),
        ("a.parquet", lambda folder: b"PAR1nothingPAR1", "reading.unreadable"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(
    tmp_path: Path, name: str, content: Callable[[Path], bytes], message: str
) -> None:
    found = look(tmp_path, name, content(tmp_path))
    assert found.trouble is not None
    assert found.trouble.message == message
    assert found.columns == ()


def test_a_file_that_is_gone_by_now_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HOUSES)
    bench = opened(tmp_path)
    (tmp_path / "a.csv").unlink()
    trouble = look_at(bench.files[0].file, bench.sandboxes).trouble
    assert trouble is not None
    assert trouble.message == "reading.unavailable"


@pytest.mark.parametrize(
    ("values", "form"),
    [
        (["1", "20"], "whole"),
        (["1.234", "12"], "thousands"),
        (["52.1", "4"], "point"),
        (["52,1", "4"], "comma"),
        (["1.234,5", "4"], "thousands_comma"),
        (["9-11-2026 9:05"], "%d-%m-%Y %H:%M"),
        (["9.11.2026"], "%d.%m.%Y"),
        (["9/11/2026", "12/31/2026"], "%m/%d/%Y"),
        (["20261109"], "%Y%m%d"),
        (["2026-11-09T10:00:00Z"], "iso"),
        (["Linde", "1"], "text"),
        ([], "text"),
    ],
)
def test_how_values_are_written(values: list[str], form: str) -> None:
    assert how_written(values) == form


def test_a_few_values_written_otherwise_do_not_count() -> None:
    assert how_written([f"{day}-11-2026" for day in range(1, 29)] + ["onbekend"]) == "%d-%m-%Y"
