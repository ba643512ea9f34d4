"""Columns that change from one delivery to the next: each is told with its nearest name and how to mend it."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from small_town import HEADER, NEXT_MONDAY, SmallTown, complaints

from data_contracts.contract import contracts
from data_contracts.problem import Problem
from flows import ingest
from flows.exploring.connect_your_data.mapping_trial import counted_by_predicate
from flows.ingest import Account
from flows.language import LANGUAGES, Language
from flows.starter import template

BOTH = ("complexes", "complaints")
WIDE = HEADER.replace("\n", ",channel,resolved_at\n")
ROWS = complaints(30).replace("\n", ",TEL,2026-11-15 9:00\n")


@pytest.fixture(autouse=True)
def quick_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "check_table", counted_by_predicate)


def taken(town: SmallTown, content: str) -> Account:
    town.write("complaints.csv", content)
    return town.take_in(*BOTH)[1]


def stopped(town: SmallTown, content: str) -> Problem:
    problem = taken(town, content).problem
    assert problem is not None
    return problem


def changed(account: Account) -> list[tuple[str, str]]:
    assert account.state == "taken"
    return [(each.message, str(each.figures["column"])) for each in account.changed]


@pytest.mark.parametrize("name", ["reported", "Reported-At", "Melddatum", "melddatum en tijd"])
def test_an_optional_column_under_another_name_is_told_and_stays_in_the_account(town: SmallTown, name: str) -> None:
    account = taken(town, WIDE.replace("reported_at", name) + ROWS)
    assert changed(account) == [("drift.renamed", "reported_at")]
    assert account.ignored == (name,)
    assert town.ask("select ignored from checks.accounts where source = 'complaints'") == [([name],)]
    for code in LANGUAGES:
        told = Language(code).tell(account.changed[0])
        for part in ("complaints.csv", "reported_at", f'"{name}" as reported_at'):
            assert part in told


def test_a_required_column_under_another_name_stops_the_source_with_what_to_write(town: SmallTown) -> None:
    problem = stopped(town, HEADER.replace("category", "Soort melding") + complaints(30))
    assert problem.message == "reading.column_renamed"
    assert problem.figures["select"] == '"Soort melding" as category'


def test_a_whole_header_in_dutch_is_told_as_one_select(town: SmallTown) -> None:
    problem = stopped(town, "Meldingnr;Complexnr;Melddatum;Soort melding\n" + complaints(30).replace(",", ";"))
    assert problem.message == "reading.column_renamed"
    wanted = '"Meldingnr" as complaint_id, "Complexnr" as complex_id, "Soort melding" as category'
    assert problem.figures["select"] == wanted


def test_a_column_more_is_said_and_changes_nothing(town: SmallTown) -> None:
    account = taken(town, WIDE.replace("\n", ",Verdieping\n") + ROWS.replace("\n", ",3\n"))
    assert (account.ignored, changed(account), account.rows_kept) == (("Verdieping",), [], 30)


def test_a_column_that_was_filled_and_is_gone_is_told_once_it_is_gone(town: SmallTown) -> None:
    assert changed(taken(town, WIDE + ROWS)) == []
    town.write("complaints.csv", HEADER + complaints(30))
    account = town.take_in("complaints", read_at=NEXT_MONDAY)[0]
    assert changed(account) == [("drift.vanished", "channel"), ("drift.vanished", "resolved_at")]
    # Each row came anew without it, so that there is nothing left to miss.
    assert changed(town.take_in("complaints", read_at=NEXT_MONDAY)[0]) == []


def test_a_column_that_was_never_filled_is_not_missed(town: SmallTown) -> None:
    taken(town, WIDE + ROWS.replace("TEL", ""))
    town.write("complaints.csv", WIDE.replace(",channel", "") + ROWS.replace(",TEL", ""))
    assert changed(town.take_in("complaints", read_at=NEXT_MONDAY)[0]) == []


@pytest.mark.parametrize(
    ("before", "after", "shape"),
    [
        ("2026-11-0", "11/1", "99/99 99:99:99"),
        ("2026-11-", "Nov. 2026 ", "aaa. 9999 99 99:99:99"),
        ("2026-11-", "٣", "٣99 99:99:99"),
    ],
)
def test_a_column_of_another_type_is_told_with_what_is_right_and_no_value(
    town: SmallTown, before: str, after: str, shape: str
) -> None:
    rows = "".join(f"M{n},C1,2026-11-0{n} 10:00:00,SOC.GEL\n" for n in range(1, 9))
    problem = stopped(town, HEADER + rows.replace(before, after))
    assert problem.message == "ingest.column_retyped"
    assert problem.figures | {"mend": None, "file": None} == {
        "file": None, "column": "reported_at", "count": 8, "wanted": "drift.type.timestamp",
        "example": "2026-11-09 21:40:00", "shape": shape, "mend": None,
    }  # fmt: skip
    for code in LANGUAGES:
        told = Language(code).tell(problem)
        assert "try_strptime" in told, "what to write in the SELECT"
        assert "2026-11-09 21:40:00" in told
        assert after + "1" not in told.replace("2026-11", "")


def test_one_value_that_fits_makes_it_no_other_type(town: SmallTown) -> None:
    rows = complaints(30).replace("2026-11", "11/26")
    assert stopped(town, HEADER + rows + "X1,C1,2026-11-09,SOC.GEL\n").message == "ingest.too_many_broken"
    assert taken(town, WIDE.replace("reported_at", "x") + ROWS).state == "taken"


def test_every_column_with_a_type_has_an_example_and_its_words(town: SmallTown) -> None:
    for promised in contracts("inputs").values():
        for column in promised.columns:
            if column.logical_type != "string":
                assert column.example, (promised.name, column.name)
                for code in LANGUAGES:
                    assert Language(code).has(f"drift.type.{column.logical_type}")
                    assert Language(code).has(f"connect.mend.type_{column.logical_type}")


@pytest.mark.parametrize(
    ("asked", "message", "nearest"),
    [
        ('"Zaaknr"', "reading.no_such_column", "Zaaknummer"),
        ('"zaaknummr"', "reading.no_such_column", "Zaaknummer"),
        ('"Onvindbaar"', "reading.mapping_failed", None),
    ],
)
def test_a_column_that_the_export_renamed_is_told_by_its_nearest_name(
    town: SmallTown, asked: str, message: str, nearest: str | None
) -> None:
    town.write("in.csv", "Zaaknummer;Complex\nM1;C1\n")
    read = "read_csv(getvariable('inbox') || '/in.csv', delim = ';', header = true, all_varchar = true)"
    town.write(
        "complaints.sql", f"select {asked} as complaint_id, Complex as complex_id, 'GEL' as category from {read}"
    )
    problem = town.take_in(*BOTH)[1].problem
    assert problem is not None
    assert (problem.message, problem.figures.get("nearest")) == (message, nearest)


def test_the_starter_reads_without_a_column_that_drifts(tmp_path: Path) -> None:
    """What `init` writes names every column, so that nothing in it can be called renamed."""
    for promised in contracts("inputs").values():
        with duckdb.connect() as con:
            described: list[Any] = con.execute(f"describe {template(promised, Language('en'))}").fetchall()
        assert {name for name, *_ in described} == set(promised.column_names)
