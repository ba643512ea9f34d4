"""How much the name of a delivered column looks like one of a contract: in English, in Dutch, and in VERA.

A wrong guess that looks right costs more than none, so what is far-fetched is not guessed at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

from data_contracts.contract import Column

# Below this likeness nothing is guessed. Names of the demo's files and of VERA, written in a dozen ways, were tried.
LEAST_LIKENESS = 0.62
# One name that looks like ours may be chance.
FEW_NAMES = 2
# What is longer is no name; and comparing a thousand of them takes seconds.
LONGEST_NAME, MOST_NAMES = 60, 300
# Parts of a name that are written in several ways.
WORDS = {
    "nr": "nummer",
    "num": "nummer",
    "no": "nummer",
    "id": "nummer",
    "identificatie": "nummer",
    "code": "nummer",
    "dat": "datum",
    "dt": "datum",
    "date": "datum",
    "cat": "categorie",
    "omschr": "omschrijving",
    "vhe": "woningen",
    "eenheden": "woningen",
    "aant": "aantal",
    "lat": "breedtegraad",
    "lon": "lengtegraad",
    "lng": "lengtegraad",
    "long": "lengtegraad",
    "begin": "begindatum",
    "start": "begindatum",
    "ingangsdatum": "begindatum",
    "ingang": "begindatum",
    "eind": "einddatum",
    "einde": "einddatum",
    "buurt": "buurtnummer",
    "gereed": "klaar",
    "gemeld": "gevraagd",
    "opmerking": "notitie",
    "toelichting": "notitie",
}
# Words that say nothing about which column it is.
FILLERS = frozenset(["van", "het", "de", "een", "en", "of", "in", "op", "tot", "met", "is", "wie", "wat", "bij", "the"])


def nearest_names(missing: Iterable[Column], found: Iterable[str]) -> dict[str, str]:
    """For columns that are missing, the name that was probably meant; the nearest pairs first, each name used once.

    Args:
        missing: Columns of a contract that were not delivered.
        found: Delivered names that the contract does not know.
    """
    names = [name for name in found if len(name) <= LONGEST_NAME][:MOST_NAMES]
    pairs = [(column_likeness(column, name), column.name, name) for column in missing for name in names]
    nearest: dict[str, str] = {}
    for score, column, name in sorted(pairs, key=lambda pair: -pair[0]):
        if score >= LEAST_LIKENESS and column not in nearest and name not in nearest.values():
            nearest[column] = name
    return nearest


def is_another_header(renamed: dict[str, str], found: Iterable[str]) -> bool:
    """Whether names of which none is ours are a header all the same, and not the first row of a file without one.

    Args:
        renamed: The columns that were probably meant (`nearest_names`).
        found: All delivered names.
    """
    names = tuple(found)
    has_values = any(re.search(r"\d", name) for name in names)
    return not has_values and len(renamed) >= FEW_NAMES and 2 * len(renamed) >= len(names)


def column_likeness(column: Column, found: str) -> float:
    """How much a name looks like a column by any of its names [0-1]."""
    return max(name_likeness(name, found) for name in _names(column))


def _names(column: Column) -> list[str]:
    """What the column is called: in the contract, by the field, and in VERA (`Cluster.eenheden`)."""
    vera = re.match(r"\w+\.(\w+)", column.vera or "")
    return [column.name, column.business_name, *([vera[1]] if vera else [])]


def name_likeness(wanted: str, found: str) -> float:
    """How much one name looks like another, word by word [0-1]."""
    here, there = _words(wanted), _words(found)
    if not here or not there:
        return 0.0
    whole = SequenceMatcher(None, "".join(here), "".join(there)).ratio()
    nearest = [max(SequenceMatcher(None, word, other).ratio() for other in there) for word in here]
    # One long word alike is worth more than two short ones.
    weights = [len(word) for word in here]
    each = sum(near * weight for near, weight in zip(nearest, weights, strict=True)) / sum(weights)
    return max(whole, each * (0.75 + 0.25 * min(len(here), len(there)) / max(len(here), len(there))))


def _words(name: str) -> list[str]:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", apart).encode("ascii", "ignore").decode().lower()
    words = [_whole_word(word) for word in re.findall(r"[a-z]+", plain)]
    telling = [word for word in words if word not in FILLERS]
    return telling or words


def _whole_word(word: str) -> str:
    """`complexnr` and `complexnummer` are one word; so are `vhe` and `woningen`."""
    if word in WORDS:
        return WORDS[word]
    return re.sub(r"(?<=\w{3})(nr|num|id)$", "nummer", word)
