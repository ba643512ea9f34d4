"""Free text without names, numbers and addresses: `[naam]`, `[telefoon]`, `[adres]` stand where they stood.

Nothing that people typed goes into a table of the warehouse before it came through here. What cannot be cleaned is
withheld: `WITHHELD` stands in its place, so that it can be counted. How much is found, and what is not, is measured:
docs/note-cleaning.md (`note_evaluation.py`).

Where do I go to …

- see which shapes are found: `note_patterns.py`; of homes: `note_homes.py`
- see when a word is a name: `note_names.py`; what deduce adds: `note_deduce.py`; how a name is written out:
  `note_spelling.py`
- add a word: `note_words.yaml`
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data_contracts.note_patterns import Span

PLACEHOLDERS = {
    "rekening": "[rekening]",
    "bsn": "[bsn]",
    "e-mail": "[e-mail]",
    "link": "[link]",
    "telefoon": "[telefoon]",
    "kenteken": "[kenteken]",
    "geboortedatum": "[datum]",
    "adres": "[adres]",
    "naam": "[naam]",
    "nummer": "[nummer]",
}
"""What stands for each kind; where two kinds overlap, the first one here is said."""
WITHHELD = "[weggelaten]"
"""What stands for a text that could not be cleaned."""
LONGEST = 20_000
"""Longer texts are withheld unread: no note is so long, and a search of it would take a run hostage [characters]."""
KEPT_TEXTS = 20_000
# Ids and codes, as registers write them. Of a register there are many, and nobody's name or number looks so; a plate
# does, and so it is left to the search.
_ID = re.compile(
    r"(?![A-Za-z]{2}-\d\d-\d\d$)(?:[A-Za-z]{0,5}[-_.]?\d{1,7}|[A-Za-z]{1,5}[-_.]\d{4}[-_.]\d{1,7}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Z]{3}\.[A-Z]{3})"
)


def clean_notes(texts: Sequence[str | None]) -> list[str | None]:
    """The same texts without what is personal, as far as it is found.

    Args:
        texts: Notes as they came; None and empty ones stay as they are.

    Returns:
        As many texts, in the same order; `WITHHELD` for each that could not be cleaned. The same text always gives the
        same one.
    """
    return [_cleaned_or_withheld(text, is_bare=False) for text in texts]


def clean_values(values: Sequence[str | None]) -> list[str | None]:
    """The same for values that stand without a sentence around them: a name, a number, a code in the wrong cell.

    Here any capital may be a name's. Codes and ids stay readable, unless they pass for a BSN, IBAN or telephone number.

    Args:
        values: Cells as they came; None stays.

    Returns:
        As many values, in the same order; `WITHHELD` for each that could not be cleaned.
    """
    return [_cleaned_or_withheld(value, is_bare=True) for value in values]


def found_in(text: str, *, is_bare: bool = False) -> list[Span]:
    """What in a text is personal, in order and without overlap.

    Args:
        text: A note, or a value where `is_bare`.
        is_bare: Whether no sentence stands around it.

    Raises:
        Exception: Whatever the libraries raise.
    """
    from data_contracts.note_homes import home_spans
    from data_contracts.note_names import name_spans
    from data_contracts.note_patterns import pattern_spans, placeholder_spans

    ours = placeholder_spans(text)
    shaped = [
        span
        for span in (*pattern_spans(text), *home_spans(text))
        if not (is_bare and span.kind == "nummer") and not any(_overlap(span, each) for each in ours)
    ]
    named = [span for written in _writings(text) for span in name_spans(written, [*shaped, *ours], is_bare=is_bare)]
    return _merged([*shaped, *named])


def _cleaned_or_withheld(text: str | None, *, is_bare: bool) -> str | None:
    if text is None or not text.strip() or (is_bare and _ID.fullmatch(text)):
        return text
    if len(text) > LONGEST:
        return WITHHELD
    try:
        return _cleaned(_as_read(text), is_bare=is_bare)
    except Exception:
        # A text that a library chokes on, or a library that is not there: nothing of it may go on.
        return WITHHELD


def _as_read(text: str) -> str:
    """A text as people read it: composed letters, and nothing that nobody sees in the middle of a name."""
    return "".join(letter for letter in unicodedata.normalize("NFC", text) if unicodedata.category(letter) != "Cf")


@lru_cache(maxsize=KEPT_TEXTS)
def _cleaned(text: str, *, is_bare: bool) -> str:
    cleaned = text
    for span in reversed(found_in(text, is_bare=is_bare)):
        cleaned = cleaned[: span.start] + PLACEHOLDERS[span.kind] + cleaned[span.end :]
    return cleaned


def _writings(text: str) -> Iterator[str]:
    """A text, and one that is all in capitals in the two ways in which names stand out of it."""
    yield text
    if text.isupper() and " " in text:
        yield from (written for written in (text.title(), text.lower()) if len(written) == len(text))


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _merged(spans: list[Span]) -> list[Span]:
    """Overlapping spans as one, of the kind that stands first in `PLACEHOLDERS`."""
    order = list(PLACEHOLDERS)
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and _overlap(merged[-1], span):
            last = merged.pop()
            kind = min(last.kind, span.kind, key=order.index)
            merged.append(replace(last, end=max(last.end, span.end), kind=kind))
        else:
            merged.append(span)
    return merged
