"""Files that do not lie as they should, and SELECTs that would leave rows out: told, never passed over."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from small_town import HEADER, SmallTown, complaints

from data_contracts.contract import contract
from data_contracts.problem import Problem
from flows.language import LANGUAGES, Language
from flows.mappings import read_mapping
from flows.reading import ReadDelivery
from flows.reading_in_time import read_in_time

SHEET = "read_xlsx(getvariable('inbox') || '/in.xlsx', header = true, all_varchar = true"
TABLE = "read_csv(getvariable('inbox') || '/in.csv', header = true, all_varchar = true"


def read(town: SmallTown) -> ReadDelivery | None:
    return read_in_time(contract("inputs", "complaints"), read_mapping(town.sources, None), 1)


def n_read(town: SmallTown) -> int:
    delivery = read(town)
    assert delivery is not None
    return delivery.rows.num_rows


def refused(town: SmallTown) -> Problem:
    with pytest.raises(Problem) as told:
        read(town)
    for code in LANGUAGES:
        assert Path(str(told.value.figures["file"])).name in Language(code).tell(told.value)
    return told.value


def write_sheet(file: Path, *rows: list[Any]) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(file)


@pytest.mark.parametrize("name", ["complaints.CSV", "Complaints.csv", "COMPLAINTS.Csv"])
def test_capitals_in_a_name_make_no_source_vanish(town: SmallTown, name: str) -> None:
    (town.sources / "complaints.csv").rename(town.sources / name)
    assert n_read(town) == 30


def test_a_select_with_capitals_in_its_name_is_a_select(town: SmallTown) -> None:
    (town.sources / "complaints.csv").rename(town.sources / "in.csv")
    town.write("complaints.SQL", f"from {TABLE})")
    assert n_read(town) == 30


def test_two_files_of_one_source_are_told_and_not_chosen_from(town: SmallTown) -> None:
    write_sheet(town.sources / "complaints.xlsx", HEADER.strip().split(","))
    told = refused(town)
    assert (told.message, told.figures["other"]) == ("reading.two_files", "complaints.xlsx")
    town.write("complaints.sql", f"from {TABLE.replace('in.csv', 'complaints.csv')})")
    assert n_read(town) == 30, "a SELECT may read the files beside it"


@pytest.mark.parametrize("name", ["complaints.csv", "complaints.sql"])
def test_what_is_no_file_is_told(town: SmallTown, name: str) -> None:
    (town.sources / "complaints.csv").unlink()
    file = town.sources / name
    file.symlink_to(town.sources / "gone")
    assert refused(town).message == "reading.unavailable", "a share may come back"
    file.unlink()
    file.symlink_to(file)
    assert refused(town).message == "reading.unavailable"
    file.unlink()
    file.mkdir()
    assert refused(town).message == "reading.unreadable"


@pytest.mark.parametrize(
    ("select", "message"),
    [
        (f"from {SHEET})", "reading.leaves_rows_out"),
        (f"with a as (from {SHEET})) select * from a", "reading.leaves_rows_out"),
        ("select * from '{inbox}/in.xlsx'", "reading.leaves_rows_out"),
        (f"from {TABLE}, ignore_errors = true)", "reading.leaves_rows_out"),
        (f"from {TABLE}, store_rejects := true)", "reading.leaves_rows_out"),
        (f"from {SHEET}, stop_at_empty = false)", None),
        (f"from {SHEET}, STOP_AT_EMPTY := false)", None),
        (f"from {SHEET}, range = 'A1:D7')", None),
        (f"from {TABLE}, ignore_errors = false)", None),
    ],
)
def test_a_select_that_would_leave_rows_out_is_refused(town: SmallTown, select: str, message: str | None) -> None:
    header = HEADER.strip().split(",")
    nothing: list[Any] = [None] * 4
    row = ["C1", "2026-11-09", "SOC.GEL"]
    write_sheet(town.sources / "in.xlsx", header, ["M1", *row], nothing, ["M2", *row], nothing, nothing, ["M3", *row])
    town.write("in.csv", HEADER + complaints(3))
    town.write("complaints.sql", select.replace("{inbox}", str(town.sources)))
    if message is None:
        assert n_read(town) == 3, "and the empty rows between them are no rows"
    else:
        assert refused(town).message == message


def test_a_doubled_value_in_a_file_without_a_header_is_not_told(town: SmallTown) -> None:
    town.write("complaints.csv", "M1,Jansen,Jansen,SOC.GEL\n" + complaints(3))
    told = refused(town)
    assert (told.message, told.figures["column"]) == ("reading.bad_header", 3)
    town.write("complaints.csv", "M1,,C1,SOC.GEL\n" + complaints(3))
    assert refused(town).figures["column"] == 2
    town.write("complaints.csv", "a,b," + "x" * 200_000 + "\n")
    assert refused(town).figures["column"] == 3


def test_names_from_a_header_fit_into_a_sentence(town: SmallTown) -> None:
    many = ",".join(f"kolom{number}" for number in range(40))
    town.write("complaints.csv", f'complaint_id,"regel\u2028\u202e{"y" * 300}",{many}\n')
    for code in LANGUAGES:
        told = Language(code).tell(refused(town))
        assert len(told) < 500
        assert len(told.splitlines()) == 1
        assert "\u202e" not in told
