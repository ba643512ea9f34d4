"""The words of a note with what stands around them: where a sentence begins, and whether somebody is announced."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data_contracts.note_words import own_words

WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_ENDS_SENTENCE = re.compile(r"(?:^|[.!?:;\"“”'‘(\n\r•*]|(?:^|\s)[-–—>])\s*$")
_ABBREVIATED = re.compile(
    r"(?i)(?:^|[\s(])(?:mevr|mvr|mw|dhr|hr|mr|fam|fa|tel|nr|v\.?d|v|d|dr|drs|ir|ing|st|o\.?a|bijv|evt|ivm|mej|gebr|jr|sr|"
    r"[a-z])\.\s*$"
)
# What may stand between a title and a name, once particles are out.
_AFTER_TITLE = re.compile(r"[\s.:(,\"“]*(?:(?:[A-Z]\.)+\s?)?")


@dataclass(frozen=True)
class Token:
    """One word: its text, where it stands, and whether a sentence (or what looks like one) begins with it."""

    text: str
    start: int
    end: int
    opens: bool

    @property
    def lower(self) -> str:
        """In lower case, without the 's of a possessive."""
        return self.text.lower().replace("’", "'").removesuffix("'s")

    @property
    def has_capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[0].isupper()

    @property
    def is_shouted(self) -> bool:
        """Whether all of it is in capitals."""
        return len(self.text) > 1 and self.text.isupper()

    @property
    def is_particle(self) -> bool:
        """Whether it stands between the parts of a name, as "van" and "el" do."""
        return self.lower in own_words()["particles"]


@dataclass(frozen=True)
class Note:
    """A text and its words."""

    text: str
    tokens: Sequence[Token]

    def between(self, first: int, second: int) -> str:
        """What stands between two words, given by their positions."""
        return self.text[self.tokens[first].end : self.tokens[second].start]

    def announced(self, position: int) -> str:
        """`title`, `role` or `lead` where the words before announce somebody, else empty.

        Particles and initials between a title and the name are passed over.
        """
        ours = own_words()
        back = position - 1
        while back >= 0 and _is_passed(self.tokens[back]):
            back -= 1
        if back < 0 or not _AFTER_TITLE.fullmatch(_without_particles(self.between(back, position))):
            return ""
        lower = self.tokens[back].lower
        if lower in ours["titles"] and not self.between(back, position).startswith(","):
            return "title"
        if position - back != 1:
            return ""
        return "role" if lower in ours["roles"] else "lead" if lower in ours["leads"] else ""


def note_of(text: str) -> Note:
    """A text with its words."""
    return Note(text, tuple(_tokens(text)))


def _tokens(text: str) -> Iterator[Token]:
    for found in WORD.finditer(text):
        before = text[: found.start()]
        opens = bool(_ENDS_SENTENCE.search(before)) and not _ABBREVIATED.search(before)
        yield Token(found.group(), found.start(), found.end(), opens)


def _is_passed(token: Token) -> bool:
    is_initial = len(token.text) == 1 and token.has_capital
    return is_initial or (token.is_particle and token.lower not in own_words()["leads"])


def _without_particles(text: str) -> str:
    particles = own_words()["particles"]
    kept = WORD.sub(lambda found: "" if found.group().lower() in particles else found.group(), text)
    return kept.replace("'", "").replace("/", "")
