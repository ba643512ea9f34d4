"""Weeks are local: which Monday a row gets on its way in, around midnight and around the change of the clocks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import duckdb
import pytest

from data_contracts.contract import contract
from data_contracts.staging import staging_select

AMSTERDAM, TORONTO = "Europe/Amsterdam", "America/Toronto"


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(":memory:")
    con.execute("set timezone = 'UTC'")
    con.execute("set variable read_at = timestamp '2026-12-31 12:00:00'")
    con.execute("set variable secret = 'not a secret'")
    con.execute("create table known_complexes as select 'C1' as complex_id")
    return con


def staged(con: duckdb.DuckDBPyConnection, name: str, timezone: str, **cells: str) -> tuple[Any, date | None]:
    """The moment of the event in UTC (or its day), and the week, of one delivered row."""
    promised = contract("inputs", name)
    row = {"complex_id": "C1", promised.key[0]: "1"} | cells
    columns = ", ".join(f'cast(null as varchar) as "{each}"' for each in promised.column_names if each not in row)
    given = ", ".join(f'${column}::varchar as "{column}"' for column in row)
    con.execute(f"create or replace table delivery as select 1::bigint as _row, {given}, {columns}", row)
    select = staging_select(promised, set(row), timezone)
    found = con.execute(f"select {promised.event_column}, _week from ({select})").fetchone()
    assert found is not None
    return found


# Moments with a zone: Sunday 23:30 or Monday 00:30 by the clock on the wall, winter and summer.
@pytest.mark.parametrize(
    ("timezone", "written", "week"),
    [
        # Winter in Amsterdam: midnight is at 23:00 UTC.
        (AMSTERDAM, "2026-01-11T22:30:00Z", date(2026, 1, 5)),
        (AMSTERDAM, "2026-01-11T23:30:00Z", date(2026, 1, 12)),
        # The last Sunday before, and the Sunday of, the change to summer time (29 March).
        (AMSTERDAM, "2026-03-22T22:30:00Z", date(2026, 3, 16)),
        (AMSTERDAM, "2026-03-22T23:30:00Z", date(2026, 3, 23)),
        (AMSTERDAM, "2026-03-29T21:30:00Z", date(2026, 3, 23)),
        (AMSTERDAM, "2026-03-29T22:30:00Z", date(2026, 3, 30)),
        # The last Sunday before, and the Sunday of, the change back (25 October).
        (AMSTERDAM, "2026-10-18T22:30:00Z", date(2026, 10, 19)),
        (AMSTERDAM, "2026-10-25T22:30:00Z", date(2026, 10, 19)),
        (AMSTERDAM, "2026-10-25T23:30:00Z", date(2026, 10, 26)),
        # Winter in Toronto: Monday begins at 05:00 UTC, in summer (8 March to 1 November) at 04:00.
        (TORONTO, "2026-01-12T04:30:00Z", date(2026, 1, 5)),
        (TORONTO, "2026-01-12T05:30:00Z", date(2026, 1, 12)),
        (TORONTO, "2026-03-02T04:30:00Z", date(2026, 2, 23)),
        (TORONTO, "2026-03-09T04:30:00Z", date(2026, 3, 9)),
        (TORONTO, "2026-10-26T04:30:00Z", date(2026, 10, 26)),
        (TORONTO, "2026-11-02T04:30:00Z", date(2026, 10, 26)),
        (TORONTO, "2026-11-02T05:30:00Z", date(2026, 11, 2)),
        # Somebody else's offset is a moment as well.
        (AMSTERDAM, "2026-01-11 18:30:00-05:00", date(2026, 1, 12)),
    ],
)
@pytest.mark.parametrize(("name", "column"), [("complaints", "reported_at"), ("repairs", "requested_at")])
def test_the_week_of_a_moment(
    con: duckdb.DuckDBPyConnection, name: str, column: str, timezone: str, written: str, week: date
) -> None:
    moment = datetime.fromisoformat(written)
    in_utc = moment.replace(tzinfo=None) - (moment.utcoffset() or moment - moment)
    assert staged(con, name, timezone, **{column: written}) == (in_utc, week)


# Moments without a zone are local, whichever way they are written.
@pytest.mark.parametrize(
    ("timezone", "written", "in_utc", "week"),
    [
        (AMSTERDAM, "2026-01-12 00:30:00", datetime(2026, 1, 11, 23, 30), date(2026, 1, 12)),
        (AMSTERDAM, "12-01-2026 00:30", datetime(2026, 1, 11, 23, 30), date(2026, 1, 12)),
        (AMSTERDAM, "2026-03-29 23:30:00", datetime(2026, 3, 29, 21, 30), date(2026, 3, 23)),
        (AMSTERDAM, "2026-03-30 00:30:00", datetime(2026, 3, 29, 22, 30), date(2026, 3, 30)),
        (AMSTERDAM, "2026-10-25 23:30:00", datetime(2026, 10, 25, 22, 30), date(2026, 10, 19)),
        (AMSTERDAM, "2026-10-26", datetime(2026, 10, 25, 23), date(2026, 10, 26)),
        (TORONTO, "2026-03-08 23:30:00", datetime(2026, 3, 9, 3, 30), date(2026, 3, 2)),
        (TORONTO, "2026-03-09 00:30:00", datetime(2026, 3, 9, 4, 30), date(2026, 3, 9)),
        (TORONTO, "2026-11-01 23:30:00", datetime(2026, 11, 2, 4, 30), date(2026, 10, 26)),
        (TORONTO, "2026-11-02 00:00:00", datetime(2026, 11, 2, 5), date(2026, 11, 2)),
    ],
)
def test_the_week_of_local_time(
    con: duckdb.DuckDBPyConnection, timezone: str, written: str, in_utc: datetime, week: date
) -> None:
    assert staged(con, "complaints", timezone, reported_at=written) == (in_utc, week)


# Of the two hours from 02:00 on, and of the one that is skipped, any reading will do, but it is read and in its week.
@pytest.mark.parametrize(
    ("timezone", "written", "week"),
    [
        (AMSTERDAM, "2026-03-29 02:30:00", date(2026, 3, 23)),
        (AMSTERDAM, "2026-10-25 02:30:00", date(2026, 10, 19)),
        (TORONTO, "2026-03-08 02:30:00", date(2026, 3, 2)),
        (TORONTO, "2026-11-01 01:30:00", date(2026, 10, 26)),
    ],
)
def test_the_hour_that_is_missing_and_the_one_that_comes_twice(
    con: duckdb.DuckDBPyConnection, timezone: str, written: str, week: date
) -> None:
    in_utc, found = staged(con, "complaints", timezone, reported_at=written)
    local = datetime.fromisoformat(written)
    assert in_utc is not None
    assert abs((in_utc - local).total_seconds()) <= 5 * 3600
    assert found == week


@pytest.mark.parametrize("timezone", [AMSTERDAM, TORONTO])
def test_a_day_has_no_zone(con: duckdb.DuckDBPyConnection, timezone: str) -> None:
    sunday, monday = date(2026, 3, 29), date(2026, 3, 30)
    for name, column in (("tenancies", "ended_on"), ("field_signals", "observed_on")):
        assert staged(con, name, timezone, **{column: "2026-03-29"}) == (sunday, date(2026, 3, 23))
        assert staged(con, name, timezone, **{column: "30-03-2026"}) == (monday, monday)


def test_a_row_without_a_date_has_no_week(con: duckdb.DuckDBPyConnection) -> None:
    assert staged(con, "complaints", AMSTERDAM, reported_at="") == (None, None)
    assert staged(con, "complaints", AMSTERDAM, reported_at="ooit") == (None, None)
    assert staged(con, "tenancies", AMSTERDAM) == (None, None)


def test_a_complex_has_no_week_of_its_own(con: duckdb.DuckDBPyConnection) -> None:
    promised = contract("inputs", "complexes")
    con.execute("create or replace table delivery as select 1::bigint as _row, 'C1' as complex_id")
    select = staging_select(promised, {"complex_id"}, AMSTERDAM)
    assert con.execute(f"select _week from ({select})").fetchall() == [(None,)]
