"""Whatever lies in the inbox: it is read to the last row, or refused with what to mend. Never half."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_town import COMPLEXES, HEADER, SmallTown, complaints

from data_contracts.problem import Problem
from flows.reading import SourceUnavailable

BOM = b"\xef\xbb\xbf"
COLUMNS = HEADER.strip().split(",")
ROW = ["M1", "C1", "2026-11-09", "SOC.GEL"]
FROM_INBOX = "from read_csv(getvariable('inbox') || '/in.csv', all_varchar = true)"


def refused(town: SmallTown, name: str = "complaints") -> Problem:
    """The problem with which a source is refused; it must name the file."""
    with pytest.raises(Problem) as told:
        town.read(name)
    assert isinstance(told.value.figures["file"], Path)
    return told.value


def write_sheet(town: SmallTown, *rows: list[Any]) -> Path:
    (town.sources / "complaints.csv").unlink(missing_ok=True)
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    file = town.sources / "complaints.xlsx"
    book.save(file)
    return file


def write_parquet(town: SmallTown, **columns: Any) -> Path:
    (town.sources / "complaints.csv").unlink(missing_ok=True)
    file = town.sources / "complaints.parquet"
    pq.write_table(pa.table(columns), file)
    return file


def write_mapping(town: SmallTown, sql: str | bytes) -> None:
    (town.sources / "complaints.csv").rename(town.sources / "in.csv")
    town.write("complaints.sql", sql)


# --- CSV -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "reading.empty_file"),
        (b"\n", "reading.bad_header"),
        (BOM, "reading.bad_header"),
        (b"   \n  \n", "reading.bad_header"),
        (("\n" + HEADER + complaints(3)).encode(), "reading.bad_header"),
        (("sep=;\n" + HEADER + complaints(3)).replace(",", ";").encode(), "reading.bad_header"),
        ((HEADER + complaints(3)).replace("\n", ",\n").encode(), "reading.bad_header"),
        (b"complaint_id,Complaint_ID,complex_id,category\nM1,M2,C1,SOC.GEL\n", "reading.bad_header"),
        (b"x" * 200_000, "reading.bad_header"),
        (b"complaint_id,complex_id\nM1,C1\n", "reading.column_missing"),
        (b"complaint_id,complex,reported_at,category\nM1,C1,2026-11-09,SOC.GEL\n", "reading.column_renamed"),
        (b"complaint_id,complexid,reported_at,category\nM1,C1,2026-11-09,SOC.GEL\n", "reading.column_renamed"),
        ((HEADER + complaints(3)).encode("utf-16"), "reading.nul_bytes"),
        ((HEADER + complaints(3)).encode("utf-16-le"), "reading.nul_bytes"),
        ((HEADER + complaints(3)).encode() + b"M\x00,C1,2026-11-09,SOC.GEL\n", "reading.nul_bytes"),
        (("naam_melder," + HEADER).encode(), "reading.forbidden_column"),
        (("Geboorte Datum," + HEADER).encode(), "reading.forbidden_column"),
        ((HEADER + '"X1,C1,2026-11-09,SOC.GEL\n' + complaints(30)).encode(), "reading.open_quote"),
        ((HEADER + complaints(30) + 'X1,C1,2026-11-09,"SOC.GEL\n' + complaints(3)).encode(), "reading.open_quote"),
        ((HEADER + '"X1,C1,2026-11-09,SOC.GEL\n' + complaints(30)).replace("\n", "\r").encode(), "reading.open_quote"),
        ((HEADER + complaints(3)).replace("\n", "\r\n").encode() + complaints(2).encode(), "reading.mixed_line_ends"),
    ],
)
def test_a_file_that_cannot_be_read_whole_is_refused(town: SmallTown, content: bytes, problem: str) -> None:
    town.write("complaints.csv", content)
    assert refused(town).message == problem


def test_a_header_alone_is_no_row(town: SmallTown) -> None:
    for content in (HEADER, HEADER.strip()):
        town.write("complaints.csv", content)
        assert (town.read().rows.num_rows, town.read().rejected) == (0, ())


@pytest.mark.parametrize(
    "content",
    [
        (HEADER + complaints(5)).encode(),
        BOM + (HEADER + complaints(5)).encode(),
        (HEADER + complaints(5)).replace(",", ";").encode(),
        (HEADER + complaints(5)).replace(",", "\t").encode(),
        (HEADER + complaints(5)).replace(",", "|").encode(),
        (HEADER + complaints(5)).replace("\n", "\r\n").encode(),
        (HEADER + complaints(5)).replace("\n", "\r").encode(),
        (HEADER + complaints(5)).strip().encode(),
        (HEADER.upper() + complaints(5)).encode(),
        ('"complaint_id" , complex_id,reported_at,"category"\n' + complaints(5)).encode(),
        (HEADER + "\n" + complaints(2) + "\n\n" + complaints(3, first=2) + "\n").encode(),
        ("category,complaint_id,x,complex_id\n" + "".join(f"GEL,M{n},y,C1\n" for n in range(5))).encode(),
    ],
)
def test_a_file_in_another_dress_is_read_whole(town: SmallTown, content: bytes) -> None:
    town.write("complaints.csv", content)
    assert town.values("complaint_id") == ["M0", "M1", "M2", "M3", "M4"]
    assert town.values("_row") == [1, 2, 3, 4, 5]
    assert town.read().rejected == ()


def test_windows_1252_keeps_its_accents_and_a_byte_that_is_none_breaks_one_line(town: SmallTown) -> None:
    header = HEADER.replace("category", "category,incident_key").encode()
    town.write("complaints.csv", header + "M1,C1,2026-11-09,SOC.GEL,“Café € ’s”\n".encode("cp1252"))
    assert town.values("incident_key") == ["“Café € ’s”"]
    town.write("complaints.csv", (HEADER + complaints(3)).encode() + b"X\x81,C1,2026-11-09,SOC.GEL\n")
    delivery = town.read()
    assert delivery.rows.num_rows == 3
    assert [(each.line, each.why) for each in delivery.rejected] == [(5, "invalid encoding")]


def test_utf_8_across_the_border_of_two_chunks_is_utf_8(town: SmallTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.csv_files.CHUNK", 3)
    town.write("complaints.csv", HEADER + "Mé☂,C1,2026-11-09,SOC.GEL\n")
    assert town.values("complaint_id") == ["Mé☂"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("X1,C1,2026-11-09,SOC.GEL,extra", "too many columns"),
        ("X1,C1", "missing columns"),
        ("   ", "missing columns"),
        ('"X1"junk,C1,2026-11-09,SOC.GEL', "unquoted value"),
        ('"X1,C1,2026-11-09,SOC.GEL', None),
    ],
)
def test_a_line_that_is_no_row_is_counted_and_the_others_are_read(town: SmallTown, line: str, why: str | None) -> None:
    rest = complaints(10, first=10) if why else ""
    town.write("complaints.csv", HEADER + complaints(10) + line + "\n" + rest)
    delivery = town.read()
    assert delivery.rows.num_rows == (20 if why else 10)
    assert [each.line for each in delivery.rejected] == [12]
    assert why is None or delivery.rejected[0].why == why


def test_the_text_of_a_broken_line_is_kept_nowhere(town: SmallTown) -> None:
    town.write("complaints.csv", HEADER + complaints(10) + "X1,C1,huurder-81723\n")
    assert "81723" not in repr(town.read().rejected)


def test_a_cell_may_hold_line_ends_delimiters_and_quotes(town: SmallTown) -> None:
    town.write("complaints.csv", HEADER + '"M\n""1"",x",C1,2026-11-09,SOC.GEL\nM"2,C1,2026-11-09,SOC.GEL\n')
    assert town.values("complaint_id") == ['M\n"1",x', 'M"2']


def test_columns_of_others_are_named_and_not_read(town: SmallTown) -> None:
    town.write("complaints.csv", HEADER.replace("category", "category,extra") + "M1,C1,2026-11-09,SOC.GEL,geheim\n")
    delivery = town.read()
    assert delivery.ignored == ("extra",)
    assert "geheim" not in str(delivery.rows.to_pylist())


@pytest.mark.parametrize("name", ["x'); drop table y; --", 'x"" ; --', "_row", "a.b", "select", "{batch}", "é☂", "1"])
def test_an_injection_in_a_column_name_is_only_a_name(town: SmallTown, name: str) -> None:
    header = HEADER.strip() + ',"' + name + '"\n'
    town.write("complaints.csv", header + "M1,C1,2026-11-09,SOC.GEL,x\n")
    delivery = town.read()
    assert delivery.ignored == (name.replace('""', '"'),)
    assert delivery.rows.to_pylist() == [{"_row": 1, **dict(zip(COLUMNS, ROW, strict=True))}]


def test_a_file_without_a_header_does_not_get_its_first_row_told(town: SmallTown) -> None:
    town.write("complaints.csv", "M1,C1,huurder-81723,SOC.GEL\n" + complaints(3))
    told = refused(town)
    assert told.message == "reading.column_missing"
    assert "81723" not in str(told)


def test_a_folder_where_a_file_should_be_is_told(town: SmallTown) -> None:
    (town.sources / "complaints.csv").unlink()
    for ending in ("xlsx", "csv", "parquet", "sql"):
        folder = town.sources / f"complaints.{ending}"
        folder.mkdir()
        assert refused(town).message == "reading.unreadable"
        folder.rmdir()


def test_a_disk_that_does_not_answer_is_worth_another_try(town: SmallTown, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: Path, *args: object, **kwargs: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", gone)
    told = refused(town)
    assert isinstance(told, SourceUnavailable)
    assert told.figures["why"] == "Input/output error"


FOLDERS = ["in'box", 'in"box', "sp ace", "in;box--", "{a,b}", "in[1]box", "st*r", "wh?t", "é☂", "$HOME", "new\nline"]


@pytest.mark.parametrize("folder", [*FOLDERS, "geboortedatum=1", "..hidden", "http:"])
def test_a_folder_may_have_any_name(tmp_path: Path, folder: str) -> None:
    town = SmallTown(tmp_path / folder, tmp_path / "home")
    town.sources.mkdir()
    town.write("complexes.csv", COMPLEXES)
    town.write("complaints.csv", HEADER + complaints(2))
    assert town.values("complaint_id") == ["M0", "M1"]
    assert town.read().ignored == ()
    write_mapping(town, f"select * {FROM_INBOX.replace('all_varchar', 'hive_partitioning = false, all_varchar')}")
    assert town.values("complaint_id") == ["M0", "M1"]
    write_parquet(town, complaint_id=["M9"], complex_id=["C1"], category=["GEL"])
    (town.sources / "complaints.sql").unlink()
    assert town.values("complaint_id") == ["M9"]


# --- Parquet ---------------------------------------------------------------------------------------------------------


def test_parquet_of_any_types_becomes_text(town: SmallTown) -> None:
    write_parquet(
        town,
        complaint_id=pa.array([1, 2]),
        complex_id=["C1", None],
        reported_at=pa.array([datetime(2026, 11, 9, 12), None], pa.timestamp("us", tz="Europe/Amsterdam")),
        category=pa.array(["GEL", "GEL"]).dictionary_encode(),
    )
    assert town.values("complaint_id") == ["1", "2"]
    assert town.values("complex_id") == ["C1", None]
    assert town.values("reported_at") == ["2026-11-09 12:00:00+00", None]


def test_damaged_parquet_is_refused(town: SmallTown) -> None:
    count = 5000
    file = write_parquet(
        town, complaint_id=[f"M{n}" for n in range(count)], complex_id=["C1"] * count, category=["GEL"] * count
    )
    whole = file.read_bytes()
    for damaged in (whole[:300], whole[: len(whole) // 2], whole[-300:], HEADER.encode(), b"PAR1"):
        file.write_bytes(damaged)
        assert refused(town).message == "reading.unreadable"
    file.write_bytes(whole[:100] + bytes(byte ^ 0x5A for byte in whole[100:2000]) + whole[2000:])
    assert refused(town).message == "reading.unreadable"
    file.write_bytes(b"")
    assert refused(town).message == "reading.empty_file"


def test_parquet_with_nul_or_without_rows_or_under_another_name(town: SmallTown) -> None:
    file = write_parquet(town, complaint_id=["a\0b", "c"], complex_id=["C1", "C2"], category=["GEL", None])
    assert refused(town).message == "reading.nul_bytes"
    write_parquet(town, complaint_id=pa.array([], pa.string()), complex_id=pa.array([]), category=pa.array([]))
    assert town.read().rows.num_rows == 0
    file.rename(town.sources / "complaints.csv")
    assert refused(town).message == "reading.nul_bytes"


# --- XLSX ------------------------------------------------------------------------------------------------------------


def test_dates_in_a_sheet_are_read_whether_they_are_dates_or_text(town: SmallTown) -> None:
    days = [datetime(2026, 11, 9, 21, 40), date(2026, 11, 9), "2026-11-09 21:40", "9-11-2026", None]
    write_sheet(town, COLUMNS, *([f"M{number}", "C1", day, "SOC.GEL"] for number, day in enumerate(days)))
    told = ["2026-11-09 21:40:00", "2026-11-09 00:00:00", "2026-11-09 21:40", "9-11-2026", None]
    assert town.values("reported_at") == told


def test_rows_after_an_empty_row_of_a_sheet_do_not_vanish(town: SmallTown) -> None:
    nothing: list[Any] = [None] * 4
    write_sheet(town, COLUMNS, ROW, nothing, ["M2", *ROW[1:]], nothing, nothing, ["M3", *ROW[1:]], nothing)
    assert town.values("complaint_id") == ["M1", "M2", "M3"]
    assert town.values("_row") == [1, 2, 3]


def test_a_far_row_of_a_sheet_is_read_and_one_without_a_key_is_no_empty_row(town: SmallTown) -> None:
    file = write_sheet(town, COLUMNS, [None, *ROW[1:]])
    book = openpyxl.load_workbook(file)
    assert book.active is not None
    for column, value in enumerate(ROW, 1):
        book.active.cell(2000, column).value = value
    book.save(file)
    assert town.values("complaint_id") == [None, "M1"]


def test_numbers_in_a_sheet_become_the_text_that_one_sees(town: SmallTown) -> None:
    write_sheet(town, COLUMNS, [1, "C1", None, "SOC.GEL"], [123456789012, "C1", None, "SOC.GEL"])
    assert town.values("complaint_id") == ["1", "123456789012"]


def test_damaged_sheets_are_refused_and_not_tried_again(town: SmallTown) -> None:
    file = write_sheet(town, COLUMNS, ROW)
    whole = file.read_bytes()
    # DuckDB's own reader may hang on the third and the last two of these, so a test that never ends is a fault too.
    flipped = bytes(byte ^ 0x55 if number % 500 == 250 else byte for number, byte in enumerate(whole))
    size_at = whole.index(b"[Content_Types].xml") - 12
    shorter = whole[:size_at] + bytes([whole[size_at] ^ 0x01]) + whole[size_at + 1 :]
    for damaged in (b"hello", whole[:2000], whole[:-30], (HEADER + complaints(2)).encode(), flipped, shorter):
        file.write_bytes(damaged)
        told = refused(town)
        assert told.message == "reading.unreadable"
        assert not isinstance(told, SourceUnavailable)
    file.write_bytes(b"")
    assert refused(town).message == "reading.empty_file"


def test_a_sheet_without_rows_header_or_our_columns(town: SmallTown) -> None:
    write_sheet(town)
    assert refused(town).message == "reading.unreadable"
    write_sheet(town, COLUMNS)
    assert town.read().rows.num_rows == 0
    write_sheet(town, ["Rapport november"], COLUMNS, ROW)
    assert refused(town).message == "reading.column_missing"
    write_sheet(town, [*COLUMNS, None, "BSN"], [*ROW, None, "123456782"])
    assert refused(town).message == "reading.forbidden_column"


# --- Mappings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        f"select * {FROM_INBOX}",
        f"select * {FROM_INBOX};",
        f"select * {FROM_INBOX}; -- done",
        f"select * {FROM_INBOX} -- done",
        f"-- first; a comment\nselect * {FROM_INBOX} /* ; */ ; ; ",
        FROM_INBOX,
        f"with given as (select * {FROM_INBOX}) select * from given",
        "\ufeff" + FROM_INBOX,
    ],
)
def test_a_select_is_read_however_it_ends(town: SmallTown, sql: str) -> None:
    write_mapping(town, sql)
    assert len(town.values("complaint_id")) == 30


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("copy (select 1) to 'x.csv'", "mapping_not_select"),
        ("copy (select 1) to '{inbox}/x.csv'", "mapping_not_select"),
        ("attach 'x.db'", "mapping_not_select"),
        ("insert into x values (1)", "mapping_not_select"),
        ("create table x as select 1", "mapping_not_select"),
        ("pragma database_list", "mapping_not_select"),
        ("set threads = 1", "mapping_not_select"),
        ("load 'excel'", "mapping_not_select"),
        ("install httpfs", "mapping_not_select"),
        ("explain select 1", "mapping_not_select"),
        ("select 1) --", "mapping_not_select"),
        ("select 1) ; copy (select 1) to '{inbox}/x.csv' --", "mapping_not_select"),
        ("select 1; drop table x", "mapping_not_select"),
        ("selct 1", "mapping_not_select"),
        ("select 1; select 2", "mapping_many_statements"),
        ("", "mapping_many_statements"),
        ("-- nothing", "mapping_many_statements"),
        (";", "mapping_many_statements"),
        (b"select '\xe9'", "mapping_not_utf8"),
        ("select 1".encode("utf-16"), "mapping_not_utf8"),
        (b"select 1 \x00 ; copy", "mapping_not_utf8"),
        ("describe select 1", "mapping_failed"),
        ("select * from read_csv('/etc/passwd')", "mapping_failed"),
        ("select content as complaint_id from read_text('/etc/passwd')", "mapping_failed"),
        (
            "select content as complaint_id from read_text(getvariable('inbox') || '/../home/secret.key')",
            "mapping_failed",
        ),
        ("select file as complaint_id from glob('/etc/*')", "mapping_failed"),
        ("select * from read_parquet('http://127.0.0.1:9/x.parquet')", "mapping_failed"),
        ("select * from query('copy (select 1) to ''{inbox}/x.csv''')", "mapping_failed"),
        ("select getenv('HOME') as complaint_id", "mapping_failed"),
        ("select * from read_csv(getvariable('inbox') || '/absent.csv')", "mapping_failed"),
        ("select * from nowhere", "mapping_failed"),
        ("select ? as complaint_id", "mapping_failed"),
        (f"select error('stop') as complaint_id, complex_id, category {FROM_INBOX}", "mapping_failed"),
        (f"select category::int as complaint_id, complex_id, category {FROM_INBOX}", "mapping_failed"),
        (f"select * exclude (category) {FROM_INBOX}", "column_missing"),
        (f"select *, 'x' as huurder_naam {FROM_INBOX}", "forbidden_column"),
        (f"select * replace ('a' || chr(0) as category) {FROM_INBOX}", "nul_bytes"),
    ],
)
def test_a_mapping_that_is_not_one_select_over_the_inbox_is_refused(
    town: SmallTown, sql: str | bytes, problem: str
) -> None:
    write_mapping(town, sql.replace("{inbox}", str(town.sources)) if isinstance(sql, str) else sql)
    town.home.mkdir()
    (town.home / "secret.key").write_text("x")
    before = sorted(town.sources.iterdir())
    assert refused(town).message == f"reading.{problem}"
    assert sorted(town.sources.iterdir()) == before


def test_a_mapping_that_returns_nothing_gives_no_rows(town: SmallTown) -> None:
    write_mapping(town, f"select * {FROM_INBOX} where false")
    assert town.read().rows.num_rows == 0


def test_a_mapping_that_returns_types_gives_text(town: SmallTown) -> None:
    write_mapping(
        town,
        "select 1 as complaint_id, 'C1' as complex_id, timestamptz '2026-11-09 23:30:00+00' as reported_at,"
        " 'SOC.GEL' as category, [1, 2] as channel, {'a': 1} as incident_key, true as location, null as resolved_at",
    )
    row = town.read().rows.to_pylist()[0]
    assert {type(value) for name, value in row.items() if name != "_row"} == {str, type(None)}
    assert row["reported_at"] == "2026-11-09 23:30:00+00"


def test_what_a_failing_mapping_stumbled_on_is_not_told(town: SmallTown) -> None:
    for cast in ("'huurder-81723'::int", "strptime('huurder-81723', '%d')", "'o''81723'::date"):
        (town.sources / "complaints.csv").write_text(HEADER)
        write_mapping(
            town, f"select 'M1' as complaint_id, 'C1' as complex_id, 'GEL' as category, {cast} as reporter_key"
        )
        told = refused(town)
        assert told.message == "reading.mapping_failed"
        assert "81723" not in str(told)


def test_a_mapping_may_read_sheets_and_other_encodings(town: SmallTown) -> None:
    write_sheet(town, COLUMNS, ROW).rename(town.sources / "in.xlsx")
    town.write("in.csv", "code\nCafé\n".encode("cp1252"))
    town.write(
        "complaints.sql",
        "select sheet.*, code as incident_key from "
        " READ_XLSX(getvariable('inbox') || '/in.xlsx', all_varchar = true, stop_at_empty = false) as sheet,"
        " read_csv(getvariable('inbox') || '/in.csv', encoding := 'CP1252', header = true, delim = ';')",
    )
    assert town.values("incident_key") == ["Café"]


def test_a_source_that_the_mapping_lacks_is_none(town: SmallTown) -> None:
    with pytest.raises(AssertionError):
        town.read("repairs")
