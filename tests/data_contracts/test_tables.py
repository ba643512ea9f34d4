"""A table has exactly the columns that its contract says, in that order and of those types."""

from datetime import date

import duckdb
import pytest

from data_contracts.contract import Contract, contract, contracts
from data_contracts.problem import Problem
from data_contracts.tables import LINEAGE, add_new_columns, check_shape, create_table, create_values, table_shape

EVERY = [*contracts("inputs").values(), *contracts("published").values()]


@pytest.mark.parametrize("promised", EVERY, ids=lambda each: f"{each.room}.{each.name}")
def test_a_table_just_made_has_its_shape(promised: Contract) -> None:
    con = duckdb.connect()
    con.execute(create_table(promised, "made"))
    con.execute(create_table(promised, "made"))
    check_shape(con, promised, "made")
    assert con.execute(create_values(promised)).fetchall() == []
    names = [each.name for each in table_shape(promised)]
    lineage = [name for name, _ in LINEAGE] if promised.room == "inputs" else []
    assert names == [*promised.column_names, *lineage]


@pytest.mark.parametrize(
    ("change", "column", "wanted", "found"),
    [
        ("alter table made alter homes type bigint", "homes", "homes INTEGER", "homes BIGINT"),
        ("alter table made drop _valid_until", "_valid_until", "_valid_until DATE", "-"),
        ("alter table made drop area_team", "homes", "area_team VARCHAR", "homes INTEGER"),
        ("alter table made add extra varchar", "extra", "-", "extra VARCHAR"),
        ("alter table made rename name to naam", "naam", "name VARCHAR", "naam VARCHAR"),
    ],
)
def test_another_shape_is_told_by_its_first_column(change: str, column: str, wanted: str, found: str) -> None:
    con = duckdb.connect()
    promised = contract("inputs", "complexes")
    con.execute(create_table(promised, "made"))
    con.execute(change)
    with pytest.raises(Problem, match=r"warehouse\.other_shape") as told:
        check_shape(con, promised, "made")
    assert told.value.figures == {"table": "made", "column": column, "wanted": wanted, "found": found}


def test_the_same_columns_in_another_order_are_another_shape() -> None:
    con = duckdb.connect()
    promised = contract("published", "reasons")
    backwards = ", ".join(f'"{each.name}" {each.physical_type}' for each in reversed(table_shape(promised)))
    con.execute(f"create table made ({backwards})")
    with pytest.raises(Problem, match=r"warehouse\.other_shape"):
        check_shape(con, promised, "made")


def test_a_table_gets_the_column_that_its_contract_added_and_keeps_its_rows() -> None:
    promised = contract("inputs", "outcomes")
    con = duckdb.connect()
    con.execute(create_table(promised, "outcomes"))
    con.execute("alter table outcomes drop column is_step_agreed")
    con.execute("insert into outcomes by name select 'F1' as flag_id, 'worry' as verdict, date '2026-11-09' as _week")
    with pytest.raises(Problem, match=r"warehouse\.other_shape"):
        check_shape(con, promised, "outcomes")
    for _ in range(2):
        add_new_columns(con, promised, "outcomes")
        check_shape(con, promised, "outcomes")
        row = con.execute("select flag_id, verdict, is_step_agreed, _week from outcomes").fetchall()
        assert row == [("F1", "worry", None, date(2026, 11, 9))]


@pytest.mark.parametrize(
    "change",
    [
        "alter table outcomes drop column lead",
        "alter table outcomes add column extra varchar",
        "alter table outcomes alter phase type bigint",
    ],
)
def test_no_other_difference_is_made_good(change: str) -> None:
    promised = contract("inputs", "outcomes")
    con = duckdb.connect()
    con.execute(create_table(promised, "outcomes"))
    con.execute("alter table outcomes drop column is_step_agreed")
    con.execute(change)
    add_new_columns(con, promised, "outcomes")
    with pytest.raises(Problem, match=r"warehouse\.other_shape"):
        check_shape(con, promised, "outcomes")
