"""The Great Expectations suite of a contract, run inside DuckDB. The only module that imports Great Expectations.

Every row rule of the contract becomes one expectation with the rule's own predicate; Great Expectations counts the
rows that break it, and we hold that count against the tolerance. It runs on committed tables through a cursor of our
own connection, so nothing is copied.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from data_contracts.contract import OURS, Contract
from data_contracts.row_rules import RowRule

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite


@dataclass(frozen=True)
class RuleOutcome:
    """What one rule found in one table.

    Attributes:
        rule_id: `COLUMN.RULE`, or `table.*` for what is said of the table as a whole.
        breaches: Rows that break the rule [rows].
        rows: Rows looked at [rows].
        tolerance: Share of breaches that is allowed [0-1].
    """

    rule_id: str
    breaches: int
    rows: int
    tolerance: float

    @property
    def is_within_tolerance(self) -> bool:
        """Whether the source may go on. An allowed share of a small file still allows one row."""
        return self.breaches <= max(self.tolerance * self.rows, 1 if self.tolerance > 0 else 0)


def suite_of(contract: Contract, tolerances: dict[str, float] | None = None) -> ExpectationSuite:
    """The expectation suite of a contract.

    Args:
        contract: Any contract.
        tolerances: Shares that override the contract's own, by rule id [0-1].

    Returns:
        One expectation per row rule (`meta`: `rule_id`, `tolerance`); for tables of our own also a unique key.
    """
    gx = _library()
    expected = [_row_expectation(gx, rule, (tolerances or {}).get(rule.id, rule.tolerance)) for rule in contract.rules]
    if contract.room in OURS and contract.key:
        meta = {"rule_id": "key.unique", "tolerance": 0.0}
        key = list(contract.key)
        unique = (
            gx.expectations.ExpectCompoundColumnsToBeUnique(column_list=key, meta=meta)
            if len(key) > 1
            else gx.expectations.ExpectColumnValuesToBeUnique(column=key[0], meta=meta)
        )
        expected.append(unique)
    suite: ExpectationSuite = gx.ExpectationSuite(name=f"{contract.room}.{contract.name}", expectations=expected)
    return suite


def check_table(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    schema: str,
    table: str,
    tolerances: dict[str, float] | None = None,
) -> tuple[RuleOutcome, ...]:
    """Runs the contract's suite on a committed table of the catalog `warehouse`.

    Args:
        con: Connection with the catalog `warehouse` attached; it is lent as a cursor, never closed.
        contract: What the table promises.
        schema: Schema of the table.
        table: Name of the table.
        tolerances: Shares that override the contract's own, by rule id [0-1].

    Raises:
        RuntimeError: If an expectation could not be evaluated. That is never counted as a breach.
    """
    gx = _library()
    rows = _count(con, schema, table)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_sql(
        "warehouse",
        connection_string="duckdb:///:memory:",
        # Without the last three every expectation fails, reported as a breach and not raised.
        kwargs={
            "creator": lambda: _lent(con, schema),
            "isolation_level": "AUTOCOMMIT",
            "skip_autocommit_rollback": True,
            "pool_reset_on_return": None,
        },
        create_temp_table=False,
    )
    asset = source.add_table_asset(name=table, table_name=table)
    batch = asset.add_batch_definition_whole_table(name="whole").get_batch()
    outcome = batch.validate(suite_of(contract, tolerances), result_format="SUMMARY")
    return tuple(_outcome(result, rows) for result in outcome.results)


def breached(outcomes: Sequence[RuleOutcome]) -> tuple[RuleOutcome, ...]:
    """The outcomes above their tolerance, worst first."""
    return tuple(sorted((each for each in outcomes if not each.is_within_tolerance), key=lambda each: -each.breaches))


def _library() -> Any:
    # Importing costs seconds, and its usage statistics must be off before it is.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        # It still imports modules that Python is about to drop; nothing that a user can mend.
        warnings.simplefilter("ignore", DeprecationWarning)
        import great_expectations

    # This one sets a level of its own, and would tell of every temporary folder.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    return great_expectations


def _row_expectation(gx: Any, rule: RowRule, tolerance: float) -> Any:
    # Braces are the library's own placeholders, also inside a regular expression.
    predicate = rule.predicate.replace("{", "{{").replace("}", "}}")
    return gx.expectations.UnexpectedRowsExpectation(
        unexpected_rows_query=f"select 1 as breach from {{batch}} where not ({predicate})",
        description=rule.description or rule.id,
        meta={"rule_id": rule.id, "tolerance": tolerance},
    )


def _lent(con: duckdb.DuckDBPyConnection, schema: str) -> Any:
    from duckdb_sqlalchemy import ConnectionWrapper

    cursor = con.cursor()
    cursor.execute(f'use warehouse."{schema}"')
    return ConnectionWrapper(cursor)


def _outcome(result: Any, rows: int) -> RuleOutcome:
    meta = result.expectation_config.meta
    trouble = _trouble(result.exception_info)
    if trouble:
        raise RuntimeError(f"rule {meta['rule_id']} could not be evaluated: {trouble}")
    breaches = result.result.get("unexpected_count", result.result.get("observed_value"))
    if breaches is None:
        raise RuntimeError(f"rule {meta['rule_id']} gave no count")
    return RuleOutcome(meta["rule_id"], int(breaches), rows, float(meta["tolerance"]))


def _trouble(info: dict[str, Any] | None) -> str | None:
    """The message of an exception, which the library nests per metric or leaves flat."""
    if not info:
        return None
    if "raised_exception" in info:
        return str(info.get("exception_message")) if info["raised_exception"] else None
    for nested in info.values():
        told = _trouble(nested) if isinstance(nested, dict) else None
        if told:
            return told
    return None


def _count(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    found = con.execute(f'select count(*) from warehouse."{schema}"."{table}"').fetchone()
    assert found is not None
    return int(found[0])
