"""A table has exactly the columns that its contract says, in that order and of those types."""

import duckdb
import pytest

from data_contracts.contract import Contract, contract, contracts
from data_contracts.problem import Problem
from data_contracts.tables import LINEAGE, check_shape, create_table, create_values, table_shape

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
