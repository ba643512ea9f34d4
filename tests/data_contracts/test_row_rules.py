"""Each row rule is one predicate that is true for a good row, false for a bad one, and never neither."""

from typing import Any

import duckdb
import pytest
from open_data_contract_standard import model as odcs

from data_contracts.contract import Contract, contracts
from data_contracts.row_rules import RowRule, quoted, rules_of
from data_contracts.staging import staging_select

EVERY = [*contracts("inputs").values(), *contracts("published").values()]


def rules_for(column: dict[str, Any], *, is_input: bool = True, tolerance: float = 0.05) -> dict[str, RowRule]:
    """The rules of a table of one column, by id; key.unique left out."""
    written = {"logicalType": "string", "physicalType": "VARCHAR", **column}
    table = odcs.SchemaObject.model_validate({"name": "things", "properties": [written]})
    rules = rules_of(table, is_input=is_input, tolerance=tolerance)
    return {rule.id: rule for rule in rules if rule.id != "key.unique"}


def holds(predicate: str, column: str, value: str, uncast: str = "[]::varchar[]", known: str = "true") -> object:
    query = f"""
        select ({predicate}) from (select {value} as {column}, {uncast} as _uncast, {known} as _complex_is_known,
          timestamp '2026-11-16' as _read_at)
    """
    row = duckdb.connect().execute(query).fetchone()
    return row and row[0]


def test_limits_include_their_ends_and_say_nothing_of_an_empty_value() -> None:
    rule = rules_for(
        {
            "name": "homes",
            "logicalType": "integer",
            "physicalType": "INTEGER",
            "logicalTypeOptions": {"minimum": 1, "maximum": 9},
        }
    )["homes.range"]
    told = {value: holds(rule.predicate, "homes", value) for value in ("0", "1", "9", "10", "null::integer")}
    assert told == {"0": False, "1": True, "9": True, "10": False, "null::integer": True}


def test_a_limit_on_a_moment_is_read_without_its_zone() -> None:
    rule = rules_for(
        {
            "name": "seen_at",
            "logicalType": "timestamp",
            "physicalType": "TIMESTAMP",
            "logicalTypeOptions": {"minimum": "2000-01-01T00:00:00Z"},
        }
    )["seen_at.range"]
    assert holds(rule.predicate, "seen_at", "timestamp '2000-01-01'") is True
    assert holds(rule.predicate, "seen_at", "timestamp '1999-12-31 23:59:59'") is False


def test_what_did_not_cast_is_told_as_a_type_and_not_again_as_missing() -> None:
    rules = rules_for({"name": "homes", "logicalType": "integer", "physicalType": "INTEGER", "required": True})
    assert set(rules) == {"homes.type", "homes.present"}
    uncast = "['homes']"
    assert holds(rules["homes.type"].predicate, "homes", "null::integer", uncast) is False
    assert holds(rules["homes.present"].predicate, "homes", "null::integer", uncast) is True
    assert holds(rules["homes.present"].predicate, "homes", "null::integer") is False


@pytest.mark.parametrize(
    ("is_required", "value", "known", "expected"),
    [
        (True, "'C1'", "true", True),
        (True, "'C1'", "false", False),
        (True, "null", "false", False),
        (False, "null", "false", True),
        (False, "'C1'", "false", False),
        (True, "'C1'", "null::boolean", False),
    ],
)
def test_an_empty_complex_is_unknown_only_where_one_is_needed(
    is_required: bool, value: str, known: str, expected: bool
) -> None:
    link = [{"type": "foreignKey", "to": "complexes.complex_id"}]
    rules = rules_for({"name": "complex_id", "required": is_required, "relationships": link})
    assert holds(rules["complex_id.known"].predicate, "complex_id", value, known=known) is expected


def test_the_past_has_a_day_of_grace() -> None:
    rules = rules_for(
        {
            "name": "seen_on",
            "logicalType": "date",
            "physicalType": "DATE",
            "customProperties": [{"property": "isPast", "value": True}],
        }
    )
    told = [holds(rules["seen_on.past"].predicate, "seen_on", f"date '2026-11-{day}'") for day in (16, 17, 18)]
    assert told == [True, True, False]


def test_a_pattern_holds_for_the_whole_value_and_a_quote_in_a_list_stays_a_quote() -> None:
    quality = [
        {"id": "code", "metric": "invalidValues", "arguments": {"pattern": "[A-Z]{3}"}},
        {"id": "listed", "metric": "invalidValues", "arguments": {"validValues": ["it's", "'); drop table x; --"]}},
    ]
    rules = rules_for({"name": "code", "quality": quality})
    assert [holds(rules["code.code"].predicate, "code", value) for value in ("'ABC'", "'ABCD'", "null")] == [
        True,
        False,
        True,
    ]
    assert holds(rules["code.listed"].predicate, "code", "'it''s'") is True
    assert holds(rules["code.listed"].predicate, "code", "'its'") is False


def test_a_tolerance_is_the_rules_own_then_its_percentage_then_the_contracts() -> None:
    base: dict[str, Any] = {"metric": "invalidValues", "arguments": {"pattern": "x"}}
    quality = [
        {**base, "id": "own", "customProperties": [{"property": "tolerancePercent", "value": 40}]},
        {**base, "id": "percent", "unit": "percent", "mustBeLessOrEqualTo": 2},
        {**base, "id": "plain"},
    ]
    rules = rules_for({"name": "code", "quality": quality}, tolerance=0.05)
    assert [rules[f"code.{each}"].tolerance for each in ("own", "percent", "plain")] == [0.4, 0.02, 0.05]


@pytest.mark.parametrize("text", ["plain", "it's", "'; drop table x; --", "''", "é☂", 'dq"', "\\'"])
def test_a_quoted_text_comes_back_as_it_was(text: str) -> None:
    assert duckdb.connect().execute(f"select {quoted(text)}").fetchone() == (text,)


@pytest.mark.parametrize("promised", EVERY, ids=lambda each: f"{each.room}.{each.name}")
def test_no_rule_is_neither_true_nor_false_for_an_empty_row(promised: Contract) -> None:
    con = duckdb.connect()
    if promised.room == "inputs":
        columns = ", ".join(f"null::varchar as {name}" for name in promised.column_names)
        con.execute(f"create table delivery as select 1::bigint as _row, {columns}")
        con.execute("create table known_complexes (complex_id varchar)")
        con.execute("create table known_flags (flag_id varchar)")
        con.execute("set variable read_at = timestamp '2026-11-16'")
        con.execute("set variable secret = 'x'")
        select = staging_select(promised, set(promised.column_names), "Europe/Amsterdam")
        con.execute(f"create table staged as {select}")
    else:
        columns = ", ".join(f'null::{column.physical_type} as "{column.name}"' for column in promised.columns)
        con.execute(f"create table staged as select {columns}")
    for rule in promised.rules:
        found = con.execute(f"select ({rule.predicate}) is null from staged").fetchone()
        assert found == (False,), rule.id
