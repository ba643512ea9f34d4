"""Names of people in a note: what deduce finds, and what the way in which field notes are written adds to it.

deduce knows names with a capital, titles, initials and particles ("mevr. v.d. Berg"). Notes are typed in a hurry: names
without a capital, names that no list has, names that are words. So a word counts as a name as well

- after a title or a family word ("dhr jansen", "tante bep", "heet karim");
- with a capital inside a sentence, where it is no Dutch word, town, street or complex;
- without a capital, where somebody is called so and it is no Dutch word;
- at the start of a sentence, where a human verb follows ("Roos zegt", but not "Storm heeft").
"""

from __future__ import annotations

import re

from data_contracts.note_deduce import findings
from data_contracts.note_patterns import Span
from data_contracts.note_spelling import extended, name_span, runs
from data_contracts.note_tokens import Note, note_of
from data_contracts.note_words import COMMON, MOST_COMMON, UNCOUNTED, Words, words

_SHORT_VAN_DER = re.compile(r"(?i)(?<!\w)v\.? ?/?d\.?\s?$")
# Unlike "al" and "ben", these are no Dutch words.
_ARABIC = ("el", "ibn", "abu", "bint", "ould", "ait")
# Where somebody lives: "Bakker van de tweede verdieping".
_LIVES = re.compile(
    r" van (?:boven|beneden|hiernaast|nr|nummer|\d|(?:de )?(?:begane grond|\w+ (?:verdieping|etage|galerij|hoog)))\b"
)
# A complex or a street: no name, however much its first half is one.
_OF_BUILDINGS = re.compile(
    r"(?:flat|hof|burg|staete|weide|oord|hoek|horst|kamp|rode|zicht|plein|laan|steeg|veste|wal|waard|akker|gaarde|schans|"
    r"dreef|straat|weg|kade|gracht|singel|dijk|park|plantsoen|toren|buurt|wijk|kwartier|zijde|erven|erf|veld|weiden|"
    r"rand|brug|sluis|stad|polder|akkers|haven|poort|stein|huis|hoeve|borg|donk|meent|tuin|tuinen|land|landen|markt|"
    r"ring|baan|pad)$"
)
# Among these words a given name needs no capital to be one, even where it is a rare word.
_FAMILIAR = ("tante", "oom", "ome", "opa", "oma", "collega", "buurman", "buurvrouw", "buurjongen")
_RARELY = 150
LONGEST_CODE = 6
_MASK = "\x00"


def name_spans(text: str, taken: list[Span], *, is_bare: bool = False) -> list[Span]:
    """The names in a text.

    Args:
        text: A note, or a value where `is_bare`.
        taken: What else was found; no name is looked for in there.
        is_bare: Whether it is a value without a sentence around it, in which a capital says nothing of a start.
    """
    left = list(text)
    for span in taken:
        left[span.start : span.end] = _MASK * (span.end - span.start)
    judged = _Judged(note_of("".join(left)), words(), is_bare)
    named = judged.by_deduce() | {each for each in range(len(judged.note.tokens)) if judged.is_named(each)}
    grown = extended(named, judged.note, judged.known)
    return [name_span(judged.note, first, last) for first, last in runs(grown, judged.note)]


class _Judged:
    """One note and what is known, to judge its words by position."""

    def __init__(self, note: Note, known: Words, is_bare: bool) -> None:
        self.note, self.known, self.is_bare = note, known, is_bare

    def by_deduce(self) -> set[int]:
        """Words in what deduce calls a name, short of those that only begin a sentence."""
        found = findings(self.note.text.replace(_MASK, " ")) if self.note.tokens else []
        return {
            position
            for each in found
            for position, token in enumerate(self.note.tokens)
            if each.start <= token.start and token.end <= each.end and len(token.text) > 1
            if not token.is_particle and token.lower not in self.known.ours["titles"]
            if each.is_said or not self._is_excused(position)
        }

    def is_named(self, position: int) -> bool:
        """Whether a word is a name by where it stands and how it is written."""
        token, known = self.note.tokens[position], self.known
        lower, said = token.lower, self.note.announced(position)
        if len(lower) < 2 or token.is_particle or lower in known.ours["kept"] or lower in known.ours["titles"]:
            return False
        is_word, is_listed = known.is_word(lower), known.is_name(lower)
        if said == "title" and not token.opens:
            return token.has_capital or self._is_titled(position, lower)
        if position and self.note.tokens[position - 1].lower in _ARABIC and not is_word:
            return self.note.between(position - 1, position) == " "
        if token.is_shouted and not self.is_bare:
            return len(lower) > 4 and is_listed and not is_word
        if token.has_capital:
            return self._is_capital_name(position)
        may_be_called_so = known.is_first_name(lower) and known.count(lower) <= COMMON
        if said in ("role", "lead") and may_be_called_so and lower not in known.ours["of_the_field"]:
            is_familiar = self.note.tokens[position - 1].lower in _FAMILIAR
            return not is_word or known.count(lower) <= _RARELY or is_familiar
        if lower in known.ours["names_by_count"] and known.count(lower) <= 2 * _RARELY:
            return True
        if self.is_bare and len(self.note.tokens) == 1 and len(lower) > 4 and not re.search(r"[\d.]", self.note.text):
            return not is_word and not _OF_BUILDINGS.search(lower)
        is_building = lower in known.places or _OF_BUILDINGS.search(lower)
        return is_listed and not is_word and len(lower) > 2 and not is_building

    def _is_titled(self, position: int, lower: str) -> bool:
        """Whether a word without a capital after a title is the name."""
        is_listed, count = self.known.is_name(lower), self.known.count(lower)
        is_loose = self.note.tokens[position - 1].lower in self.known.ours["titles_also_said_of_words"]
        if is_loose and not is_listed and count:
            return False
        return (not self.known.is_word(lower) and len(lower) > 2) or (is_listed and count <= MOST_COMMON)

    def _is_capital_name(self, position: int) -> bool:
        token = self.note.tokens[position]
        lower = token.lower
        if (token.is_shouted and len(lower) <= 4) or self._is_excused(position):
            return False
        if self.known.is_name(lower) or lower in self.known.ours["names_by_count"]:
            return True
        around = self.note.text[token.end : token.end + 1] + self.note.text[max(0, token.start - 1) : token.start]
        # No list has it, and it is no word either: most likely a name from elsewhere, or in short capitals a code.
        is_unknown = self.known.count(lower) <= UNCOUNTED and not self.known.is_word(lower)
        if token.is_shouted and len(lower) <= LONGEST_CODE and not self.known.count(lower):
            return False
        return len(lower) > 2 and is_unknown and not re.search(r"\d", around)

    def _is_excused(self, position: int) -> bool:
        """Whether a word that could be a name is more likely to be something else here."""
        token, known = self.note.tokens[position], self.known
        lower, said = token.lower, self.note.announced(position)
        if lower in known.ours["kept"]:
            return True
        if said == "title" or self._is_family(position) or (said == "role" and token.has_capital):
            return False
        is_word, is_listed = known.is_word(lower), known.is_name(lower)
        last = lower.rsplit("-", 1)[-1]
        if last != lower and known.is_word(last) and not known.is_name(last):
            return True
        if _OF_BUILDINGS.search(lower) and not is_listed:
            return True
        if self.is_bare:
            is_common = lower in known.ours["of_the_field"] or known.count(lower) > COMMON
            return self._is_after_article(position) or is_common or (is_word and not is_listed)
        if token.opens and (is_word or known.is_rare(lower)):
            return not self._does_what_people_do(position)
        if said and is_word:
            return not (token.has_capital and is_listed)
        if lower in known.ours["of_the_field"] and not token.has_capital:
            return True
        if lower in known.places and not known.is_first_name(lower):
            return True
        return self._is_after_article(position) or (is_word and not is_listed)

    def _is_family(self, position: int) -> bool:
        """Whether a particle with a capital stands before it: "De Vries", "Van Leeuwen", "Van der Meulen"; or "el"."""
        tokens, token, back = self.note.tokens, self.note.tokens[position], position - 1
        if token.has_capital and _SHORT_VAN_DER.search(self.note.text[: token.start]):
            return True
        if back >= 0 and tokens[back].lower in _ARABIC and self.note.between(back, position) == " ":
            return True
        while back >= 0 and tokens[back].lower in ("der", "den", "de", "het", "t") and not tokens[back].has_capital:
            back -= 1
        is_apart = back >= 0 and re.fullmatch(r"[ '’]+[\w '’]*", self.note.between(back, position))
        if not is_apart or not token.has_capital:
            return False
        if tokens[back].text == "De":
            return back == position - 1 and token.lower in self.known.ours["families_with_de"]
        return tokens[back].text == "Van" and (not tokens[back].opens or back < position - 1)

    def _is_after_article(self, position: int) -> bool:
        """Whether it ends a name such as "De Horst" or "De Blauwe Reiger": a complex, unless a family is called so."""
        if position == 0 or self.note.between(position - 1, position) != " ":
            return False
        token, before = self.note.tokens[position], self.note.tokens[position - 1]
        if position > 1 and before.has_capital and token.has_capital and not before.is_particle:
            is_apart = self.note.between(position - 2, position - 1) == " "
            return is_apart and self.note.tokens[position - 2].text in ("De", "Het")
        if before.lower not in ("de", "het", "den", "'t"):
            return False
        # "De Fatima van boven" is somebody.
        is_other = self.known.is_word(token.lower) or token.lower in self.known.places
        if self.known.is_first_name(token.lower) and not is_other:
            return False
        return not (before.lower == "de" and token.lower in self.known.ours["families_with_de"])

    def _does_what_people_do(self, position: int) -> bool:
        """Whether a word that begins a sentence is followed by what only a person does, or by another name."""
        token, known = self.note.tokens[position], self.known
        if position + 1 >= len(self.note.tokens) or not known.is_name(token.lower):
            return False
        if self.note.between(position, position + 1) != " ":
            return False
        if _LIVES.match(self.note.text, token.end):
            return True
        after = self.note.tokens[position + 1]
        verbs = known.ours["verbs"]
        if known.is_first_name(token.lower) and known.count(token.lower) <= COMMON:
            verbs |= known.ours["verbs_of_anything"]
        return after.lower in verbs or (after.has_capital and known.is_name(after.lower))
