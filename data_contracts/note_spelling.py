"""How a name is written out: what belongs to it once one of its words is known.

Neighbours with a capital, particles ("van der", "el"), initials before and behind it, double names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from data_contracts.note_patterns import Span
from data_contracts.note_tokens import WORD, Note
from data_contracts.note_words import Words, own_words

_INITIALS_BEFORE = re.compile(r"(?<![\w])(?:(?:[A-Z]|Th|Ch|Ph|Ij|IJ)\.[ ]?){1,5}$|(?<![\w.])[A-Z] $")
_INITIALS_AFTER = re.compile(r",? ?(?:[A-Z]\.){1,5}|, [A-Z]\b")
_PARTICLES_BEFORE = re.compile(
    r"(?<![\w.])(?:[Vv]an[ ]'t|[Vv]an[ ](?:de[nr]?|het)|[Vv]an|[Vv]\.? ?d\.?|[Vv]/d|[Vv]d|[Dd]e[nr]?|[Tt]e[rn]?|['’]t|"
    r"[Ee]l|[Aa]l|[Dd][aiu]|[Dd]os|[Ll]e|[Ll]a|[Bb]en|[Ii]n['’ ]t|[Oo]p den|[Vv]on)[ ]?$"
)
_NUMBER_AFTER = re.compile(r"\d+")
_LEADING = ("van", "de", "in", "la", "te", "het", "den", "op")
_NEIGHBOURS = (" ", "-", ". ", ".")


def extended(named: set[int], note: Note, known: Words) -> list[int]:
    """Positions of the words of names, in order, with those that belong to them.

    Args:
        named: Positions of words that are names.
        note: The text.
        known: Lists of words.
    """
    grown, tokens = set(named), note.tokens
    # Where every word has a capital, a capital says nothing.
    says_little = len(tokens) > 2 and all(token.has_capital for token in tokens)
    for position in range(len(tokens) - 1):
        after, gap = tokens[position + 1], note.between(position, position + 1)
        if position not in grown:
            continue
        is_new = after.lower not in known.ours["kept"] and not after.is_particle and not after.is_shouted
        if says_little and known.is_word(after.lower) and not known.is_name(after.lower):
            is_new = False
        if gap in (" ", "-") and after.has_capital and is_new:
            grown.add(position + 1)
        # A double name of which the second half begins with a particle: "Jansen-de Boer".
        if gap == " " and "-" in tokens[position].lower and tokens[position].lower.rsplit("-", 1)[1] in _particles():
            grown.add(position + 1)
    for position in range(len(tokens) - 1, 0, -1):
        before = tokens[position - 1]
        is_name = known.is_name(before.lower) and before.lower not in known.ours["kept"] and not before.is_particle
        if position in grown and note.between(position - 1, position) == " " and before.has_capital and is_name:
            grown.add(position - 1)
    return sorted(grown | {after for each in grown for after in _behind_particles(each, note, known)})


def _behind_particles(position: int, note: Note, known: Words) -> Iterator[int]:
    """The word with a capital behind "van der" and the like, as in "Jan van der Meer"."""
    following = position + 1
    while following < len(note.tokens) and note.tokens[following].is_particle:
        following += 1
    if not position + 1 < following < len(note.tokens) or not note.tokens[following].has_capital:
        return
    between, lower = note.between(position, following), note.tokens[following].lower
    is_one_name = re.fullmatch(r"(?:[ .'’/]|[^\W\d_])+", between) and not re.search(r"\.\s+[A-Z]", between)
    # "Fatima van Almere" may only come from there; nobody comes from "van der Meer".
    is_place = following == position + 2 and lower in known.places and not known.is_name(lower)
    if is_one_name and lower not in known.ours["kept"] and not is_place:
        yield following


def runs(named: list[int], note: Note) -> list[tuple[int, int]]:
    """First and last word of each name: neighbours, and what only particles keep apart, are one."""
    found: list[tuple[int, int]] = []
    for position in named:
        if found and _is_one(found[-1][1], position, note):
            found[-1] = (found[-1][0], position)
        else:
            found.append((position, position))
    return found


def _is_one(last: int, position: int, note: Note) -> bool:
    between = note.between(last, position)
    if position == last + 1:
        return between in _NEIGHBOURS
    has_particles_only = all(token.is_particle for token in note.tokens[last + 1 : position])
    return has_particles_only and re.fullmatch(r" ?(?:[^\W\d_]|['’./ ])*", between) is not None


def name_span(note: Note, first: int, last: int) -> Span:
    """A name with the particles and initials in front of it and the initials behind it."""
    text, start, end = note.text, note.tokens[first].start, note.tokens[last].end
    for _ in range(2):
        for shape in (_PARTICLES_BEFORE, _INITIALS_BEFORE):
            found = shape.search(text[:start])
            if found and found.group().strip() and not _only_leads(text, found.start(), start):
                start = found.start()
    behind = _INITIALS_AFTER.match(text, end) or _NUMBER_AFTER.match(text, end)
    return Span(start, behind.end() if behind else end, "naam")


def _only_leads(text: str, start: int, end: int) -> bool:
    """Whether "van" or "de" only leads to a name: "de zoon van Priya", "de Fatima van boven"."""
    if text[start:end].strip().lower() not in _LEADING or text[start].isupper():
        return False
    said = WORD.findall(text[:start])
    return not (said and (said[-1].lower() in own_words()["titles"] or (len(said[-1]) == 1 and said[-1].isupper())))


def _particles() -> frozenset[str]:
    return own_words()["particles"]
