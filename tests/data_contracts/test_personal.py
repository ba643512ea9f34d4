"""Who reports is unrecognisable, by one secret or several; and what was forgotten is known again by nothing else."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.contract import contract, contracts
from data_contracts.personal import SOMEBODYS, forgotten_mark, hashed_again, reporter_of, unrecognisable
from data_contracts.staging import staging_select, treated_value_select, week_of_original

COMPLAINTS = contract("inputs", "complaints")
GOOD = {"complaint_id": "M1", "complex_id": "C1", "reported_at": "2026-06-08 10:00:00", "category": "SOC.GEL"}
CUT = date(2026, 6, 8)


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute("set timezone = 'UTC'")
    made.execute("create table known_complexes as select 'C1' as complex_id")
    made.execute("create table known_flags (flag_id varchar)")
    made.execute("set variable read_at = timestamp '2026-11-16 05:00'")
    return made


def told(con: duckdb.DuckDBPyConnection, secrets: list[str], **variables: Any) -> None:
    first, *later = secrets
    for name, value in {"secret": first, "later_secrets": later or None, **variables}.items():
        con.execute(f"set variable {name} = $value", {"value": value})


def hashed(secrets: list[str], text: str) -> str:
    """The oracle."""
    for secret in secrets:
        text = sha256(f"{secret}|{text}".encode()).hexdigest()[:16]
    return text


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


@settings(max_examples=40, deadline=None)
@given(secrets=st.lists(WORDS, min_size=1, max_size=4), later=st.lists(WORDS, max_size=3), key=WORDS)
def test_a_renewed_secret_makes_of_a_hash_what_it_makes_of_the_key(
    con: duckdb.DuckDBPyConnection, secrets: list[str], later: list[str], key: str
) -> None:
    told(con, secrets)
    query = f"select {unrecognisable('$key')}, {forgotten_mark('$key')}"
    assert con.execute(query, {"key": key}).fetchone() == (hashed(secrets, key), hashed(secrets, f"forgotten|{key}"))
    again = con.execute(
        f"select {hashed_again('$hash', '$later::varchar[]')}", {"hash": hashed(secrets, key), "later": later}
    ).fetchone()
    assert again == (hashed([*secrets, *later], key),)


def is_forgotten(con: duckdb.DuckDBPyConnection, **changes: str) -> bool:
    return is_left_out(con, "complaints", GOOD | changes)


def is_left_out(con: duckdb.DuckDBPyConnection, name: str, row: dict[str, str]) -> bool:
    con.execute(f"create or replace table delivery (_row bigint, {', '.join(f'{each} varchar' for each in row)})")
    con.execute(f"insert into delivery values (1, {', '.join('?' * len(row))})", list(row.values()))
    select = staging_select(contract("inputs", name), set(row), "Europe/Amsterdam")
    found = con.execute(f"select _is_forgotten from ({select})").fetchone()
    assert found is not None
    return bool(found[0])


@pytest.mark.parametrize(
    ("moment", "is_gone"),
    [
        # Local midnight of the Monday is ten in the evening of Sunday in UTC.
        ("2026-06-07T21:59:59Z", True),
        ("2026-06-07T22:00:00Z", False),
        ("2026-06-07 23:59", True),
        ("2000-01-03", True),
        # A slip of the year says nothing of when it was; such a row is set apart as ever.
        ("1026-06-01", False),
        ("yesterday", False),
        ("", False),
    ],
)
def test_a_row_of_before_the_kept_weeks_is_left_out(con: duckdb.DuckDBPyConnection, moment: str, is_gone: bool) -> None:
    told(con, ["s"], forgotten_before=CUT, forgotten_reporters=None)
    assert is_forgotten(con, reported_at=moment) == is_gone
    assert is_forgotten(con, reported_at=moment, category="nonsense") == is_gone
    told(con, ["s"], forgotten_before=None, forgotten_reporters=None)
    assert not is_forgotten(con, reported_at=moment)


def test_rows_of_buildings_and_answers_are_never_left_out(con: duckdb.DuckDBPyConnection) -> None:
    told(con, ["s"], forgotten_before=date(2040, 1, 2), forgotten_reporters=["x"])
    others = set(contracts("inputs")) - set(SOMEBODYS)
    assert others == {"complexes", "interventions", "registration_changes", "outcomes"}
    for name in others:
        row = {each.name: each.example or "" for each in contract("inputs", name).columns if not each.treatment}
        assert not is_left_out(con, name, row)
    assert is_forgotten(con)


def test_an_old_answer_comes_again_without_its_note(con: duckdb.DuckDBPyConnection) -> None:
    told(con, ["s"], forgotten_before=CUT, forgotten_reporters=None)
    con.execute("create or replace table delivery (_row bigint, flag_id varchar, reviewed_on varchar, note varchar)")
    con.execute("insert into delivery values (1, 'F1', '2026-06-07', 'aalbes'), (2, 'F1', '2026-06-08', 'aalbes')")
    select = staging_select(contract("inputs", "outcomes"), {"flag_id", "reviewed_on", "note"}, "Europe/Amsterdam")
    assert con.execute(f"select note from ({select}) order by _row").fetchall() == [(None,), ("aalbes",)]


@pytest.mark.parametrize("name", sorted(set(contracts("inputs")) - set(SOMEBODYS)))
def test_what_stays_when_its_week_is_forgotten_still_keeps_its_contract(
    con: duckdb.DuckDBPyConnection, name: str
) -> None:
    """Else a list that was right for a year would stop on the day that its oldest line is forgotten."""
    promised = contract("inputs", name)
    told(con, ["s"], forgotten_before=date(2040, 1, 2), forgotten_reporters=None)
    con.execute("create or replace table delivery as select 1::bigint as _row")
    for column in promised.columns:
        con.execute(f"alter table delivery add column {column.name} varchar")
        con.execute(f"update delivery set {column.name} = ?", [column.example or "x"])
    con.execute("create or replace table staged as " + staging_select(promised, set(promised.column_names), "UTC"))
    required = [each.name for each in promised.columns if each.is_required]
    assert required
    [row] = con.execute(f"select {', '.join(required)} from staged").fetchall()
    assert [each for each, value in zip(required, row, strict=True) if value is None] == []


@pytest.mark.parametrize("secrets", [["s"], ["s", "then"]])
def test_a_forgotten_reporter_is_known_however_the_key_is_delivered(
    con: duckdb.DuckDBPyConnection, secrets: list[str]
) -> None:
    told(con, secrets)
    column = reporter_of(COMPLAINTS)
    assert column is not None
    found = con.execute(treated_value_select(column), {"value": " huurder-1 "}).fetchone()
    assert found == (hashed(secrets, "huurder-1"), hashed(secrets, "forgotten|huurder-1"))
    told(con, secrets, forgotten_before=None, forgotten_reporters=[found[1]])
    assert is_forgotten(con, reporter_key="huurder-1")
    assert is_forgotten(con, reporter_key="  huurder-1", reported_at="nonsense")
    assert not is_forgotten(con, reporter_key="huurder-2")
    assert not is_forgotten(con, reporter_key="")
    assert not is_forgotten(con)


@pytest.mark.parametrize(
    ("original", "week"),
    [
        ('{"reported_at":"2026-06-07 23:59"}', date(2026, 6, 1)),
        ('{"reported_at":"08-06-2026"}', date(2026, 6, 8)),
        ('{"reported_at":"1026-06-01"}', None),
        ('{"reported_at":null}', None),
        ('{"line":3,"error":"cast"}', None),
    ],
)
def test_the_week_of_a_broken_row_is_read_from_what_was_kept_of_it(
    con: duckdb.DuckDBPyConnection, original: str, week: date | None
) -> None:
    query = f"select {week_of_original(COMPLAINTS, 'Europe/Amsterdam')} from (select $original as original)"
    assert con.execute(query, {"original": original}).fetchone() == (week,)
