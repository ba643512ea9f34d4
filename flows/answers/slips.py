"""When slips of the pen stop the source `outcomes`: never those of one team, for they would silence all the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import duckdb

from data_contracts.contract import Contract
from data_contracts.expectations import RuleOutcome
from flows.reading import ReadDelivery

SOURCE = "outcomes"
# An answer to a flag that is not ours is set apart, however many there are.
UNKNOWN_FLAG = "flag_id.known"


def without_slips(
    con: duckdb.DuckDBPyConnection, promised: Contract, outcomes: tuple[RuleOutcome, ...], delivery: ReadDelivery
) -> tuple[RuleOutcome, ...]:
    """What the rules found in the rows that the mapping delivers; those filled in by hand are set apart one by one."""
    if delivery.by_hand_from is None:
        return outcomes
    fates = f"select _rules from staging.{promised.name}_fates where _row >= ?"
    by_hand = [rules for (rules,) in con.execute(fates, [delivery.by_hand_from]).fetchall()]
    slips = Counter(rule for rules in by_hand for rule in rules)
    return tuple(
        replace(each, breaches=each.breaches - slips[each.rule_id], rows=each.rows - len(by_hand)) for each in outcomes
    )


def is_bearable(con: duckdb.DuckDBPyConnection, promised: Contract, delivery: ReadDelivery) -> bool:
    """Whether no answer is good and that is still no reason to stop: of few answers one slip is easily all."""
    if promised.name != SOURCE or delivery.rejected:
        return False
    first = delivery.by_hand_from
    found = con.execute(
        f"select count(*) from staging.{promised.name}_fates "
        "where _rules <> [?]::varchar[] and (?::bigint is null or _row < ?::bigint)",
        [UNKNOWN_FLAG, first, first],
    ).fetchone()
    return found is not None and found[0] <= 1
