"""Whether one rule lets more through than another, read from the predicates that both became."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from data_contracts.row_rules import RowRule

Direction = Literal["same", "wider", "narrower", "changed"]
_ONE_OF = re.compile(r"coalesce\((\w+) in \((.*)\), true\)")
_WORD = re.compile(r"'((?:[^']|'')*)'")
_WITHIN = re.compile(r"coalesce\((.*), true\)")
_LIMIT = re.compile(r"(\w+|length\(\w+\)) (>=|<=) (?:(?:DATE|TIMESTAMP) )?'?([^']+)'?")

Limits = dict[tuple[str, str], float]


def direction(old: RowRule, new: RowRule) -> Direction:
    """What a rule lets through, beside what it let through before.

    Args:
        old: The rule as it was.
        new: The rule of the same name as it is.

    Returns:
        `wider` or `narrower` where it can be told; `changed` where some goes either way, or nobody can say.
    """
    predicate = _of_predicates(old.predicate, new.predicate)
    tolerance = _compared(old.tolerance, new.tolerance)
    if "same" in (predicate, tolerance):
        return predicate if tolerance == "same" else tolerance
    return predicate if predicate == tolerance else "changed"


def _of_predicates(old: str, new: str) -> Direction:
    if old == new:
        return "same"
    words, new_words = _words(old), _words(new)
    if words and new_words and words[0] == new_words[0]:
        return _of_sets(words[1], new_words[1])
    limits, new_limits = _limits(old), _limits(new)
    if limits is not None and new_limits is not None:
        return _of_limits(limits, new_limits)
    return "changed"


def _words(predicate: str) -> tuple[str, frozenset[str]] | None:
    found = _ONE_OF.fullmatch(predicate)
    return None if found is None else (found[1], frozenset(_WORD.findall(found[2])))


def _of_sets(old: frozenset[str], new: frozenset[str]) -> Direction:
    if old == new:
        return "same"
    return "wider" if old < new else "narrower" if new < old else "changed"


def _limits(predicate: str) -> Limits | None:
    """The limits of a range, by what is limited and on which side; None where it is something else."""
    inside = _WITHIN.fullmatch(predicate)
    found = [_LIMIT.fullmatch(part) for part in inside[1].split(" and ")] if inside else []
    try:
        return {(each[1], each[2]): _number(each[3]) for each in found if each} if found and all(found) else None
    except ValueError:
        return None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return datetime.fromisoformat(text).timestamp()


def _of_limits(old: Limits, new: Limits) -> Direction:
    sides = set()
    for side in old.keys() | new.keys():
        nothing = float("-inf") if side[1] == ">=" else float("inf")
        here, there = old.get(side, nothing), new.get(side, nothing)
        sides.add(_compared(here, there) if side[1] == "<=" else _compared(there, here))
    sides.discard("same")
    return sides.pop() if len(sides) == 1 else "changed" if sides else "same"


def _compared(old: float, new: float) -> Direction:
    return "same" if old == new else "wider" if new > old else "narrower"
