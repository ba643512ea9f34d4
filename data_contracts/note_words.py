"""Which words are Dutch, and which are names of people or places: what the recognition of names rests on.

Names and places come from deduce (University Medical Center Utrecht), ordinary words with how often they are used
from pyspellchecker. Its dictionary holds names as well, all at its lowest count, so a word that is used more often is
a word, whoever else is called so. What field notes need beside that stands in `note_words.yaml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from unicodedata import combining, normalize

import yaml

# Count of what stands in the dictionary without ever having been counted.
UNCOUNTED = 50
# Counted more often than this, a word is a word above all [times].
COMMON = 3_000
# A surname is believed after a title up to this count ("mevrouw storm"), so that "meneer wil" is none [times].
MOST_COMMON = 20_000
SHORTEST_PART = 3
_OURS = Path(__file__).with_name("note_words.yaml")


@dataclass(frozen=True)
class Words:
    """Lists in lower case.

    Attributes:
        first_names: Given names, without those that are words above all.
        surnames: Family names, the same.
        places: Towns, municipalities and regions.
        counts: Ordinary words and how often they were counted, from `UNCOUNTED` up.
        ours: The lists of `note_words.yaml`, by their name there.
    """

    first_names: frozenset[str]
    surnames: frozenset[str]
    places: frozenset[str]
    counts: dict[str, int]
    ours: dict[str, frozenset[str]]

    def is_name(self, word: str) -> bool:
        """Whether somebody is called so; a double name is one where each part is, and "Ahmeds" is Ahmed's."""
        if self._is_listed(word, self.first_names) or self._is_listed(word, self.surnames):
            return True
        parts = word.split("-")
        return len(parts) > 1 and all(self.is_name(part) for part in parts)

    def is_first_name(self, word: str) -> bool:
        """Whether it is somebody's given name."""
        return self._is_listed(word, self.first_names)

    def _is_listed(self, word: str, names: frozenset[str]) -> bool:
        if word in names or _without_accents(word) in names:
            return True
        return word.endswith("s") and word[:-1] in names and len(word) > 4 and self.count(word) <= UNCOUNTED

    def count(self, word: str) -> int:
        """How often a word was counted; 0 where it is none."""
        return self.counts.get(word) or self.counts.get(_without_accents(word), 0)

    def is_word(self, word: str) -> bool:
        """Whether it is a Dutch word: counted, one of the field, or made of two words as Dutch does."""
        if word in self.ours["names_by_count"]:
            return False
        return self.count(word) > UNCOUNTED or word in self.ours["of_the_field"] or self._is_compound(word)

    def is_rare(self, word: str) -> bool:
        """Whether the dictionary has a word that nobody counted, and no list of names has it: it may be either."""
        return self.count(word) == UNCOUNTED and not self.is_name(word)

    def _is_compound(self, word: str) -> bool:
        if self.is_name(word):
            return False
        bare = word.replace("-", "")
        for cut in range(SHORTEST_PART, len(bare) - SHORTEST_PART + 1):
            first, second = bare[:cut], bare[cut:]
            count = max(self.count(first), self.count(first.removesuffix("s")))
            if count > UNCOUNTED and self.count(second) > UNCOUNTED:
                return True
        return False


@cache
def words() -> Words:
    """The lists, read once per process.

    Raises:
        OSError: If a package was installed without its lists.
        ImportError: If a package is not installed.
    """
    from spellchecker import SpellChecker

    dictionary = SpellChecker(language="nl").word_frequency.dictionary
    common = _list("whitelist/lst_common_word") | _list("whitelist/lst_stop_word")
    first_names, surnames = (
        frozenset(
            lower
            for name in _list(f"names/{kind}")
            for lower in (name.lower(), name.lower().split()[-1])
            if len(lower) > 1 and lower not in common
        )
        for kind in ("lst_first_name", "lst_surname")
    )
    kinds = ("municipality", "province", "region", "residence")
    places = frozenset(name.lower() for kind in kinds for name in _list(f"locations/lst_placename/lst_{kind}"))
    return Words(first_names, surnames, places, dict(dictionary), own_words())


@cache
def own_words() -> dict[str, frozenset[str]]:
    """The lists of `note_words.yaml`."""
    written: dict[str, str] = yaml.safe_load(_OURS.read_text(encoding="utf-8"))
    return {name: frozenset(listed.split()) for name, listed in written.items()}


def lists_of_deduce() -> Path:
    """The folder of deduce's lists; importing the package only to find it would change the process.

    Raises:
        ImportError: If deduce is not installed.
    """
    found = find_spec("deduce")
    if found is None or found.origin is None:
        raise ImportError("deduce is not installed")
    return Path(found.origin).parent / "data" / "lookup" / "src"


def _list(name: str) -> set[str]:
    """A list of deduce, without the entries that its makers took out."""
    entries, taken_out = (_lines(lists_of_deduce() / name / file) for file in ("items.txt", "exceptions.txt"))
    return entries - taken_out


def _lines(file: Path) -> set[str]:
    return set(file.read_text(encoding="utf-8").split("\n")) - {""} if file.is_file() else set()


def _without_accents(word: str) -> str:
    """A stressed word as the dictionary has it: één, vóór."""
    return word if word.isascii() else "".join(letter for letter in normalize("NFD", word) if not combining(letter))
