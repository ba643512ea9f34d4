"""The row rules of a contract: each is one SQL predicate that a good row satisfies.

The same predicate serves twice: Great Expectations counts the rows of a staging table that break it
(`expectations.py`), and the quarantine takes exactly those rows out (`staging.py`). A test holds both counts equal.

In a staging table a rule may use the helper columns that `staging.py` adds:

- `_uncast`: names of the columns whose text could not be read as the contract's type
- `_key_versions`: how many different rows share this key in one delivery
- `_complex_is_known`: whether the complex is in `complexes`
- `_flag_is_known`: whether the flag is one of ours
- `_read_at`: the moment of reading, in UTC
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from open_data_contract_standard import model as odcs

NUMERIC = ("integer", "number")
# What an answer refers to is no input: we made the flags ourselves.
FLAGS = "flags.flag_id"


@dataclass(frozen=True)
class RowRule:
    """One promise about one row.

    Attributes:
        id: `COLUMN.RULE`, unique within the contract, such as `homes.range`.
        predicate: SQL boolean, never NULL, true for a good row.
        tolerance: Share of rows that may break the rule before the source stops [0-1]. They are quarantined anyway.
        description: Dutch sentence from the contract, or empty for the standard rules.
    """

    id: str
    predicate: str
    tolerance: float
    description: str = ""


def rules_of(table: odcs.SchemaObject, *, is_input: bool, tolerance: float) -> tuple[RowRule, ...]:
    """Every row rule of a table, from types and limits first, then from its `quality` entries.

    Args:
        table: The schema object of the contract.
        is_input: Whether rows pass a staging table (inputs) or are checked as they are (published).
        tolerance: The contract's own tolerance, for rules that set none [0-1].

    Raises:
        ValueError: If a `quality` entry is of a kind that we do not translate.
    """
    rules: list[RowRule] = []
    for column in table.properties or []:
        rules += _column_rules(column, is_input=is_input, tolerance=tolerance)
    if is_input:
        rules.append(RowRule("key.unique", "_key_versions <= 1", tolerance))
    for quality in table.quality or []:
        rules.append(_quality_rule(quality, "row", tolerance))
    _check_ids_are_unique(rules)
    return tuple(rules)


def quoted(text: object) -> str:
    """A SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def _column_rules(column: odcs.SchemaProperty, *, is_input: bool, tolerance: float) -> list[RowRule]:
    name = str(column.name)
    said = {each.property: each.value for each in column.customProperties or []}
    rules: list[RowRule] = []
    has_text_form = is_input and column.logicalType != "string"
    if has_text_form:
        rules.append(RowRule(f"{name}.type", f"not list_contains(_uncast, {quoted(name)})", tolerance))
    if is_input and column.relationships:
        # An empty complex is the same trouble as an unknown one: the row has no place.
        refers = column.relationships[0]
        known = "_flag_is_known" if refers.to == FLAGS else "_complex_is_known"
        predicate = f"{name} is not null and {known}" if column.required else f"{name} is null or {known}"
        rules.append(RowRule(f"{name}.known", f"coalesce({predicate}, false)", _tolerance_of(refers, tolerance)))
    elif column.required:
        # A value that does not cast is told once, as a wrong type, not a second time as a missing value.
        or_uncast = f" or list_contains(_uncast, {quoted(name)})" if has_text_form else ""
        rules.append(RowRule(f"{name}.present", f"({name} is not null{or_uncast})", tolerance))
    limits = _limits(column)
    if limits:
        rules.append(RowRule(f"{name}.range", f"coalesce({limits}, true)", tolerance))
    if said.get("isPast"):
        # A day of grace: exports that carry local time as if it were UTC are ahead of us by some hours.
        past = f"coalesce({name} <= _read_at + interval 1 day, true)"
        rules.append(RowRule(f"{name}.past", past, tolerance))
    rules += [_quality_rule(quality, name, tolerance) for quality in column.quality or []]
    return rules


def _limits(column: odcs.SchemaProperty) -> str:
    options = column.logicalTypeOptions or {}
    name = str(column.name)
    parts = []
    for option, comparison in (("minimum", ">="), ("maximum", "<=")):
        if option in options:
            parts.append(f"{name} {comparison} {_literal(options[option], column)}")
    if "maxLength" in options:
        parts.append(f"length({name}) <= {int(options['maxLength'])}")
    return " and ".join(parts)


def _literal(value: Any, column: odcs.SchemaProperty) -> str:
    if column.logicalType in NUMERIC:
        return repr(value)
    # The standard writes timestamps with their zone; ours are UTC without one.
    return f"{column.physicalType} {quoted(str(value).removesuffix('Z').replace('T', ' '))}"


def _quality_rule(quality: odcs.DataQuality, column: str, tolerance: float) -> RowRule:
    description = " ".join((quality.description or "").split())
    if quality.unit == "percent" and quality.mustBeLessOrEqualTo is not None:
        tolerance = float(quality.mustBeLessOrEqualTo) / 100
    tolerance = _tolerance_of(quality, tolerance)
    if quality.metric == "invalidValues":
        predicate = _valid_values(column, quality.arguments or {})
    elif quality.type == "custom" and quality.engine == "greatExpectations":
        implementation = quality.implementation if isinstance(quality.implementation, dict) else {}
        predicate = _expectation(implementation)
    else:
        raise ValueError(f"{column}.{quality.id}: no row rule can be made of this quality entry")
    return RowRule(f"{column}.{quality.id}", f"coalesce({predicate}, true)", tolerance, description)


def _tolerance_of(said: odcs.DataQuality | odcs.Relationship, otherwise: float) -> float:
    """The share of broken rows that a promise itself allows, else that of its contract."""
    for each in said.customProperties or []:
        if each.property == "tolerancePercent":
            return float(str(each.value)) / 100
    return otherwise


def _valid_values(column: str, arguments: dict[str, Any]) -> str:
    if "validValues" in arguments:
        return f"{column} in ({', '.join(quoted(value) for value in arguments['validValues'])})"
    if "pattern" in arguments:
        return f"regexp_full_match({column}, {quoted(arguments['pattern'])})"
    raise ValueError(f"{column}: invalidValues needs validValues or a pattern")


def _expectation(implementation: dict[str, Any]) -> str:
    """The predicate of the few Great Expectations types for which the standard has no metric of its own."""
    kind, kwargs = implementation.get("expectation_type"), implementation.get("kwargs", {})
    if kind == "expect_column_pair_values_a_to_be_greater_than_b":
        comparison = ">=" if kwargs.get("or_equal") else ">"
        return f"{kwargs['column_A']} {comparison} {kwargs['column_B']}"
    if kind == "expect_column_values_to_not_match_regex":
        return f"not regexp_matches({kwargs['column']}, {quoted(kwargs['regex'])})"
    raise ValueError(f"{kind}: no predicate is known for this expectation")


def _check_ids_are_unique(rules: list[RowRule]) -> None:
    ids = [rule.id for rule in rules]
    doubled = {each for each in ids if ids.count(each) > 1}
    if doubled:
        raise ValueError(f"rule ids occur twice: {', '.join(sorted(doubled))}")
