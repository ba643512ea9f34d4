"""Which rules the rows of a trial break: how many rows, which ones with what values, and how that is mended.

Values are those of the quarantine: personal columns are hashed or cleaned, and so is what breaks a rule.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from data_contracts.contract import Contract
from data_contracts.expectations import RuleOutcome
from data_contracts.problem import Problem
from data_contracts.row_rules import RowRule, quoted
from data_contracts.set_apart import rows_set_apart
from flows.reading import ReadDelivery
from flows.starter import limits_of

N_EXAMPLES = 5
N_VALUES = 8
MOST_ROWS = 10_000  # rows of which the values are counted
WIDEST = 60  # characters of one value
MENDED_BY_KIND = (
    "present",
    "known",
    "range",
    "past",
    "valid_values",
    "valid_code",
    "unique",
    "in_scope",
    "not_refused",
)


@dataclass(frozen=True)
class BrokenRule:
    """One rule that rows break.

    Attributes:
        outcome: The rule, how many rows break it, of how many, and which share is allowed.
        what: What is wrong, in the reader's words.
        why: Why the rule is there, from the contract; Dutch, often empty.
        mend: What to change.
        values: The most frequent values that break it, with how often; none of personal columns.
        examples: `row` (number in the result of the SELECT, from 1) and the columns concerned, as text.
    """

    outcome: RuleOutcome
    what: Problem
    why: str
    mend: Problem
    values: tuple[tuple[str, int], ...]
    examples: pl.DataFrame


def broken_rules(
    con: duckdb.DuckDBPyConnection, contract: Contract, delivery: ReadDelivery, outcomes: tuple[RuleOutcome, ...]
) -> tuple[BrokenRule, ...]:
    """The rules that rows in `staging.CONTRACT` break, the most rows first.

    Args:
        con: A warehouse in which the delivery was staged.
        contract: The input contract.
        delivery: What was read.
        outcomes: How many rows break each rule.
    """
    rules = {rule.id: rule for rule in contract.rules}
    broken = sorted((each for each in outcomes if each.breaches), key=lambda each: -each.breaches)
    return tuple(_told(con, contract, delivery, each, rules[each.rule_id]) for each in broken)


def _told(
    con: duckdb.DuckDBPyConnection, contract: Contract, delivery: ReadDelivery, outcome: RuleOutcome, rule: RowRule
) -> BrokenRule:
    column, kind = rule.id.split(".", 1)
    concerned = _columns(contract, rule, delivery)
    originals = _originals(con, contract, delivery, rule)
    shown = [name for name in dict.fromkeys([*contract.key, *concerned]) if name in delivery.columns]
    rows = [{"row": row, **{name: _text(cells.get(name)) for name in shown}} for row, cells in originals[:N_EXAMPLES]]
    counts = Counter(_text(cells.get(column)) for _, cells in originals if column in cells)
    is_personal = column in contract.column_names and contract.column(column).treatment is not None
    return BrokenRule(
        outcome=outcome,
        what=Problem(f"rule.{kind}", column=column),
        why=rule.description,
        mend=mended(contract, rule),
        values=() if is_personal else tuple(counts.most_common(N_VALUES)),
        examples=pl.DataFrame(rows, schema={"row": pl.Int64, **dict.fromkeys(shown, pl.String)}),
    )


def _originals(
    con: duckdb.DuckDBPyConnection, contract: Contract, delivery: ReadDelivery, rule: RowRule
) -> list[tuple[int, dict[str, Any]]]:
    rows = (
        f"select _row, _rules from staging.{contract.name}_fates where list_contains(_rules, {quoted(rule.id)}) "
        f"order by _row limit {MOST_ROWS}"
    )
    return [(each.row, each.original) for each in rows_set_apart(con, contract, delivery.columns, rows)]


def _columns(contract: Contract, rule: RowRule, delivery: ReadDelivery) -> list[str]:
    """The columns that a rule is about: its own, or the two that it compares."""
    own = rule.id.split(".")[0]
    named = re.findall(r"\w+", rule.predicate)
    return [name for name in contract.column_names if name == own or name in named]


def mended(contract: Contract, rule: RowRule) -> Problem:
    """What to change so that rows no longer break a rule."""
    name, kind = rule.id.split(".", 1)
    if kind == "type":
        return Problem(f"connect.mend.type_{contract.column(name).logical_type}", column=name)
    limits = limits_of(contract, rule.id)
    if kind in MENDED_BY_KIND:
        return Problem(f"connect.mend.{kind}", column=name, limits=limits, key=list(contract.key))
    return Problem("connect.mend.pair", columns=[each for each in contract.column_names if each in rule.predicate])


def _text(value: object) -> str:
    text = "" if value is None else str(value)
    return "".join(letter if letter.isprintable() else " " for letter in text[:WIDEST])
