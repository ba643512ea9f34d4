"""Great Expectations counts what the quarantine takes out, and what it cannot count it must not call a breach."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from data_contracts.contract import Contract, contract, contracts
from data_contracts.expectations import RuleOutcome, breached, check_table, suite_of
from data_contracts.row_rules import RowRule
from data_contracts.staging import fate_select, staging_select
from data_contracts.tables import create_table

MESS = (
    "", "  ", "NULL", "junk", "-5", "0", "1.7", "99999999999", "1900-01-01", "2099-01-01", "9-11-2026", "infinity",
    "'; drop table x; --", '"', "{batch}", "FIN.BET", "BEW", "x" * 5000, "ja",
)  # fmt: skip


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    opened = duckdb.connect()
    opened.execute("set timezone = 'UTC'")
    opened.execute("attach ':memory:' as warehouse")
    opened.execute("use warehouse")
    opened.execute("create schema staging")
    opened.execute("create schema raw")
    opened.execute("set variable read_at = timestamp '2030-01-01'")
    opened.execute("set variable secret = 'x'")
    opened.execute("create table known_complexes as select 'C0042' as complex_id")
    opened.execute("create table known_flags as select 'K1' as flag_id")
    yield opened
    opened.close()


def stage_mess(con: duckdb.DuckDBPyConnection, promised: Contract) -> int:
    """Good example rows, and one for every column and every messy value; two that contradict, two that are the same."""
    example = {column.name: column.example for column in promised.columns}
    key = promised.key[0]
    rows = [{**example, key: f"K{number}"} for number in range(20)]
    rows += [{**example, key: f"L{len(rows)}-{column}-{n}", column: mess}
             for column in example for n, mess in enumerate(MESS)]  # fmt: skip
    other = next(column.name for column in promised.columns if column.name not in promised.key)
    rows += [{**example, key: "K1"}, {**example, key: "K2", other: None}]
    con.execute(f"create or replace table delivery (_row bigint, {', '.join(f'{name} varchar' for name in example)})")
    con.executemany(
        f"insert into delivery values ({', '.join('?' * (len(example) + 1))})",
        [[number, *row.values()] for number, row in enumerate(rows, 1)],
    )
    select = staging_select(promised, set(example), "Europe/Amsterdam")
    con.execute(f"create table staging.mess as {select}")
    con.execute(create_table(promised, f"raw.{promised.name}"))
    fates = fate_select(promised, "staging.mess", f"raw.{promised.name}")
    con.execute(f"create or replace temp table fates as {fates}")
    return len(rows)


@pytest.mark.parametrize("promised", list(contracts("inputs").values()), ids=lambda each: each.name)
def test_counts_equal_the_quarantine_rule_by_rule(con: duckdb.DuckDBPyConnection, promised: Contract) -> None:
    rows = stage_mess(con, promised)
    outcomes = check_table(con, promised, "staging", "mess")
    counted = Counter(rule for (rules,) in con.execute("select _rules from fates").fetchall() for rule in rules)
    assert {each.rule_id for each in outcomes} == {rule.id for rule in promised.rules}
    assert {each.rule_id: each.breaches for each in outcomes if each.breaches} == counted
    assert {each.rows for each in outcomes} == {rows}
    assert len(counted) >= len(promised.rules) / 2
    fates = dict(con.execute("select _fate, count(*) from fates group by all").fetchall())
    assert sum(fates.values()) == rows
    assert min(fates["kept"], fates["quarantined"], fates["already_known"]) > 0


def test_more_than_200_breaches_are_all_counted(con: duckdb.DuckDBPyConnection) -> None:
    # The library hands out no more than 200 rows of them.
    promised = contract("inputs", "complexes")
    con.execute(f"create table staging.many as select 0::integer as homes, {_helpers()} from range(1000)")
    homes = replace(promised, rules=tuple(rule for rule in promised.rules if rule.id == "homes.range"))
    assert check_table(con, homes, "staging", "many") == (RuleOutcome("homes.range", 1000, 1000, 0.01),)


@pytest.mark.parametrize("predicate", ["nowhere > 1", "homes / 'x' > 1", "error('stop')", "homes >"])
def test_an_expectation_that_fails_raises_and_is_no_breach(con: duckdb.DuckDBPyConnection, predicate: str) -> None:
    con.execute(f"create table staging.one as select 1::integer as homes, {_helpers()}")
    broken = replace(contract("inputs", "complexes"), rules=(RowRule("homes.odd", predicate, 1.0),))
    with pytest.raises(Exception, match=r"homes\.odd could not be evaluated"):
        check_table(con, broken, "staging", "one")


def test_the_table_of_the_schema_that_was_asked_for_is_checked(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"create table raw.same as select 1::integer as homes, {_helpers()}")
    con.execute(f"create table staging.same as select 0::integer as homes, {_helpers()} from range(3)")
    rule = RowRule("homes.some", "homes > 0", 0.0)
    only = replace(contract("inputs", "complexes"), rules=(rule,))
    assert [each.breaches for each in check_table(con, only, "staging", "same")] == [3]
    assert [each.breaches for each in check_table(con, only, "raw", "same")] == [0]


def test_a_double_key_in_a_published_table_is_found(con: duckdb.DuckDBPyConnection) -> None:
    promised = replace(contract("published", "reasons"), rules=())
    con.execute(create_table(promised, "raw.reasons"))
    key = ", ".join(promised.key)
    con.execute(f"insert into raw.reasons ({key}) select 'C1', date '2026-11-09', 'x' from range(3)")
    outcomes = check_table(con, promised, "raw", "reasons")
    assert [(each.rule_id, each.is_within_tolerance) for each in outcomes] == [("key.unique", False)]


def test_an_empty_table_breaks_nothing(con: duckdb.DuckDBPyConnection) -> None:
    promised = contract("published", "scores")
    con.execute(create_table(promised, "raw.scores"))
    assert {each.breaches for each in check_table(con, promised, "raw", "scores")} == {0}


def test_the_connection_that_was_lent_is_still_ours(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"create table staging.one as select 1::integer as homes, {_helpers()}")
    only = replace(contract("inputs", "complexes"), rules=(RowRule("homes.some", "homes > 0", 0.0),))
    check_table(con, only, "staging", "one")
    assert con.execute("select current_database(), current_schema()").fetchone() == ("warehouse", "main")
    con.execute("begin transaction")
    con.execute("rollback")


@pytest.mark.parametrize(
    ("breaches", "rows", "tolerance", "is_within"),
    [
        (0, 0, 0.0, True),
        (1, 1, 0.0, False),
        (1, 1, 0.05, True),
        (2, 3, 0.05, False),
        (5, 100, 0.05, True),
        (6, 100, 0.05, False),
        (100, 100, 1.0, True),
    ],
)
def test_tolerance(breaches: int, rows: int, tolerance: float, is_within: bool) -> None:
    outcome = RuleOutcome("x.y", breaches, rows, tolerance)
    assert outcome.is_within_tolerance is is_within
    assert breached([outcome]) == (() if is_within else (outcome,))


def test_the_worst_breach_comes_first() -> None:
    outcomes = [RuleOutcome(f"x.{count}", count, 10, 0.0) for count in (2, 9, 0, 5)]
    assert [each.breaches for each in breached(outcomes)] == [9, 5, 2]


def test_a_tolerance_of_the_mapping_stands_in_the_suite() -> None:
    suite = suite_of(contract("inputs", "complaints"), {"complex_id.known": 0.3})
    told = {each.meta["rule_id"]: each.meta["tolerance"] for each in suite.expectations}
    assert told["complex_id.known"] == 0.3
    assert told["complaint_id.present"] == 0.05
    assert told["category.in_scope"] == 1.0


def _helpers() -> str:
    return "[]::varchar[] as _uncast, 1 as _key_versions, true as _complex_is_known, timestamp '2026-11-16' as _read_at"
