"""Columns that no table may have: they are refused by name, before a single value is read into the warehouse.

Luisterpost knows complexes, not persons. A source that carries one of these columns is stopped with a sentence
that says which column, so that the mapping can leave it out. The lists (`forbidden.yaml`) are in Dutch and English, and
deliberately short of cleverness: words, joined words, and parts that mean nothing else. What a name does not tell, this
cannot see (docs/note-cleaning.md).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LONGEST_JOINED = 3
_LISTS = Path(__file__).with_name("forbidden.yaml")


@dataclass(frozen=True)
class ForbiddenNames:
    """The lists of `forbidden.yaml`.

    Attributes:
        words: Reason → words, and several words of a name written as one.
        parts: Reason → what may not stand anywhere in a word.
        people: Whoever is called so is a person, alone or with one of `of_a_name`.
        of_a_name: Words that say no more than that it is a name.
        counting: Words beside which a name is a count.
        excused: Word → those beside which it is not about a person.
    """

    words: dict[str, frozenset[str]]
    parts: dict[str, re.Pattern[str]]
    people: frozenset[str]
    of_a_name: frozenset[str]
    counting: frozenset[str]
    excused: dict[str, frozenset[str]]


@cache
def forbidden_names() -> ForbiddenNames:
    """What is refused, and why."""
    written: dict[str, Any] = yaml.safe_load(_LISTS.read_text(encoding="utf-8"))
    return ForbiddenNames(
        words={reason: frozenset(listed.split()) for reason, listed in written["words"].items()},
        parts={reason: re.compile(pattern) for reason, pattern in written["parts"].items()},
        people=frozenset(written["people"].split()),
        of_a_name=frozenset(written["of_a_name"].split()),
        counting=frozenset(written["counting"].split()),
        excused={
            word: frozenset(beside.split()) for words, beside in written["excused"].items() for word in words.split()
        },
    )


FORBIDDEN_WORDS = forbidden_names().words
"""Reason → words of a column name, as `forbidden_reason` tells them."""


def forbidden_reason(column: str) -> str | None:
    """Why a column of this name may not be read, or None if it may.

    Args:
        column: Column name as delivered.

    Returns:
        `employee`, `name`, `birth`, `origin`, `health`, `identity`, `contact`, or None.
    """
    lists, words = forbidden_names(), _words(column)
    if lists.counting.intersection(words):
        return None
    excused = {word for word in words if lists.excused.get(word, frozenset()).intersection(words)}
    joined = {
        "".join(words[first : first + length])
        for length in range(1, LONGEST_JOINED + 1)
        for first in range(len(words) - length + 1)
    } - excused
    for reason, forbidden in lists.words.items():
        if forbidden.intersection(joined) or any(lists.parts[reason].search(word) for word in joined):
            return reason
    is_a_person = lists.people.intersection(words) and lists.people.union(lists.of_a_name).issuperset(words)
    return "name" if is_a_person else None


def _words(column: str) -> list[str]:
    """The words of a name, without accents, in lower case; split at everything that is no letter, and at camelCase."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", column) if unicodedata.category(letter) not in ("Mn", "Cf")
    )
    apart = re.sub(r"([a-z])([A-Z])", r"\1_\2", re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", plain)).lower()
    return [word for word in re.split(r"[^a-z]+", apart) if word]
