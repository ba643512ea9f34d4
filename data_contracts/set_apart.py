"""What a broken row is kept with: values that its own rules allow, and of all others what is left after cleaning.

A broken row may hold anything anywhere: with its columns shifted by one there is a name where a code belongs. So a
value stays as it came only where its column has limits (a list, a date, a number, a known complex) and it lies within
them. Ids and codes stay readable, so that the source can be mended.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from data_contracts.contract import Column, Contract
from data_contracts.note_cleaning import clean_notes, clean_values
from data_contracts.row_rules import quoted
from data_contracts.staging import original_select

# From this many words on a value is a sentence.
SENTENCE = 5
# A pattern that lets this through lets a name through.
NAMELIKE = ("JANSEN", "JANSEN-1", "Jansen")
# What a cleaned text is made as long with as it was.
FILLER = "·"

Original = dict[str, str | None]


@dataclass(frozen=True)
class RowSetApart:
    """One broken row: its number in the delivery, the rules that it breaks, and its delivered columns."""

    row: int
    rules: tuple[str, ...]
    original: Original

    @property
    def as_json(self) -> str:
        """How the quarantine keeps it."""
        return as_json(self.original)


def as_json(original: Original) -> str:
    """A row as one text; the same row always gives the same one."""
    return json.dumps(original, ensure_ascii=False, separators=(",", ":"))


def rows_set_apart(
    con: duckdb.DuckDBPyConnection, contract: Contract, delivered: set[str], rows: str
) -> list[RowSetApart]:
    """The rows of a delivery as they may be kept and shown.

    Args:
        con: Where `delivery` stands.
        contract: An input contract.
        delivered: Names of the contract's columns that the delivery has.
        rows: A SELECT of `_row` and `_rules`; they are few.
    """
    originals = original_select(contract, delivered, f"select _row from ({rows})")
    found = con.execute(
        f"select _row, broken._rules, originals.original from ({rows}) as broken "
        f"join ({originals}) as originals using (_row) order by _row"
    ).fetchall()
    came = [(tuple(rules), json.loads(original)) for _, rules, original in found]
    cleaned = cleaned_originals(contract, came)
    return [
        RowSetApart(int(row), tuple(rules), original) for (row, rules, _), original in zip(found, cleaned, strict=True)
    ]


def cleaned_originals(contract: Contract, came: Iterable[tuple[Collection[str], Original]]) -> list[Original]:
    """Broken rows with every value cleaned that its own rules do not allow; each distinct value once.

    Args:
        contract: An input contract.
        came: The rules that a row breaks, and its values as they came.
    """
    limited = {column.name for column in contract.columns if has_limits(contract, column)}
    judged = [
        (original, {rule.split(".", 1)[0] for rule in rules} | (original.keys() - limited)) for rules, original in came
    ]
    doubtful = dict.fromkeys(
        value for original, names in judged for name in names if (value := original.get(name)) is not None
    )
    cleaned = _cleaned(list(doubtful))
    return [
        {name: cleaned[value] if name in names and value is not None else value for name, value in original.items()}
        for original, names in judged
    ]


def clean_staged(con: duckdb.DuckDBPyConnection, contract: Contract, staged: str) -> int:
    """Cleans broken rows in a staging table that is still in memory, so that the warehouse's file never has them.

    A cleaned text is as long as it was, for a rule may be about its length.

    Args:
        con: Where the table stands.
        contract: An input contract.
        staged: Name of the temporary table (`staging_select`).

    Returns:
        Rows of which the key itself was cleaned, so that nobody can say which ones they are.
    """
    texts = [column.name for column in contract.columns if column.logical_type == "string" and column.treatment is None]
    rules = ", ".join(f"case when not ({rule.predicate}) then {quoted(rule.id)} end" for rule in contract.rules)
    found = con.execute(
        f"select _row, _rules, {', '.join(texts)} from "
        f"(select *, list_filter([{rules}]::varchar[], id -> id is not null) as _rules from {staged}) "
        "where len(_rules) > 0"
    ).fetchall()
    came = [(rules, dict(zip(texts, values, strict=True))) for _, rules, *values in found]
    coded = {rule.id.split(".")[0] for rule in contract.rules if rule.id.endswith(".valid_code")}
    rows, n_keys = [], 0
    for (row, *_), (broken, before), after in zip(found, came, cleaned_originals(contract, came), strict=True):
        changed = {
            name: value.ljust(len(before[name] or ""), FILLER)
            for name, value in after.items()
            # A code that is as it should be stays: a row must not break one more rule for our cleaning.
            if value is not None and value != before[name] and (name not in coded or f"{name}.valid_code" in broken)
        }
        if changed:
            rows.append({"_row": row, **changed})
            n_keys += bool(changed.keys() & set(contract.key))
    if rows:
        schema = pa.schema([("_row", pa.int64()), *((name, pa.string()) for name in texts)])
        con.register("cleaned", pa.Table.from_pylist(rows, schema=schema))
        sets = ", ".join(f'"{name}" = coalesce(cleaned."{name}", {staged}."{name}")' for name in texts)
        con.execute(f"update {staged} set {sets} from cleaned where cleaned._row = {staged}._row")
        con.unregister("cleaned")
    return n_keys


def has_limits(contract: Contract, column: Column) -> bool:
    """Whether a value that breaks no rule of this column can be nobody's: a type, a list, a known complex.

    What is hashed or cleaned on the way in is taken for what it is by now.
    """
    if column.treatment is not None or column.logical_type != "string":
        return True
    if column.name == "complex_id" and contract.name != "complexes":
        return True
    rules = {rule.id: rule.predicate for rule in contract.rules}
    if f"{column.name}.valid_values" in rules:
        return True
    pattern = re.search(r"regexp_full_match\(\w+, '(.*)'\)", rules.get(f"{column.name}.valid_code", ""))
    return pattern is not None and not any(re.fullmatch(pattern[1], name) for name in NAMELIKE)


def _cleaned(values: list[str]) -> Mapping[str, str | None]:
    sentences = [value for value in values if len(value.split()) >= SENTENCE]
    bare = [value for value in values if len(value.split()) < SENTENCE]
    return dict(zip([*sentences, *bare], [*clean_notes(sentences), *clean_values(bare)], strict=True))
