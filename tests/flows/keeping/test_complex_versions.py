"""In every published week the version that then holds is what was told of the complex."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.contract import contract
from flows.keeping.complex_versions import ALWAYS, complex_versions

FIRST = date(2026, 9, 7)
COLUMNS = {each.name: each.physical_type for each in contract("published", "complexes").columns}
TYPES: dict[str, Any] = {"VARCHAR": pl.String, "INTEGER": pl.Int32, "DOUBLE": pl.Float64, "DATE": pl.Date}
TYPES["BOOLEAN"] = pl.Boolean
LATE = ("neighbourhood_code", "in_use_from", "in_use_until", "homes_out_of_use")
TOLD = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["Linde", "Beuk"]),
        "homes": st.sampled_from([20, 40]),
        "in_use_until": st.sampled_from([None, date(2026, 12, 31)]),
    }
)
WEEKS = st.lists(st.dictionaries(st.sampled_from(["C1", "C2", "C3"]), TOLD), min_size=1, max_size=5)


def table(told: dict[str, dict[str, Any]]) -> pl.DataFrame:
    rows = [{"complex_id": complex_id, **values} for complex_id, values in told.items()]
    return pl.DataFrame(rows, schema={name: TYPES[kind] for name, kind in COLUMNS.items()})


@settings(max_examples=40, deadline=None)
@given(WEEKS)
def test_each_week_is_told_by_the_version_that_then_holds(told: list[dict[str, dict[str, Any]]]) -> None:
    weeks = [(FIRST + timedelta(weeks=2 * i), table(each)) for i, each in enumerate(told)]
    versions = complex_versions(weeks).to_dicts()
    known = {complex_id for each in told for complex_id in each}
    assert {each["complex_id"] for each in versions} == known
    assert {each["complex_id"] for each in versions if each["is_gone"]} == known - set(told[-1])
    for (week, _), each in zip(weeks, told, strict=True):
        for complex_id in each:
            [holds] = [
                row
                for row in versions
                if row["complex_id"] == complex_id
                and row["_valid_from"] <= week
                and (row["_valid_until"] is None or week < row["_valid_until"])
            ]
            assert {name: holds[name] for name in each[complex_id]} == each[complex_id]
    for complex_id in known:
        own = [each for each in versions if each["complex_id"] == complex_id]
        assert own[0]["_valid_from"] == ALWAYS
        assert [each["_valid_until"] for each in own] == [*(each["_valid_from"] for each in own[1:]), None]


def test_a_column_that_a_week_did_not_have_is_no_change() -> None:
    until = date(2026, 12, 31)
    told = {"C1": {"name": "Linde", "homes": 20, "in_use_until": until}}
    older = table(told).drop(LATE)
    assert complex_versions([(FIRST, older), (FIRST + timedelta(weeks=1), table(told))]).height == 1
    assert complex_versions([(FIRST, older), (FIRST + timedelta(weeks=1), older)]).is_empty()
    grown = {"C1": told["C1"] | {"homes": 40, "in_use_until": None}}
    weeks = [(FIRST, older), (FIRST + timedelta(weeks=1), table(told)), (FIRST + timedelta(weeks=2), table(grown))]
    found = complex_versions(weeks)
    assert found["homes"].to_list() == [20, 40]
    assert found["in_use_until"].to_list() == [until, None]
    assert complex_versions([(FIRST, older), (FIRST + timedelta(weeks=1), older.with_columns(homes=40))]).height == 2
