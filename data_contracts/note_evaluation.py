"""How much of what is personal the cleaning of notes finds, on made-up notes, as one page: `docs/note-cleaning.md`.

Run `python -m data_contracts.note_evaluation` (or `make docs`) to write it; a test holds it fresh, so that no change
can find less without saying so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from data_contracts.note_cleaning import PLACEHOLDERS, clean_notes, clean_values, found_in
from data_contracts.note_patterns import Span

ROOT = Path(__file__).parent.parent
NOTES = ROOT / "tests" / "privacy" / "notes.yaml"
PAGE = ROOT / "docs" / "note-cleaning.md"
VALUES = "short_values"
FEW = 2
_MARKED = re.compile(r"\{([a-z\-]+):([^}]*)\}")


@dataclass(frozen=True)
class MarkedNote:
    """A made-up text in which somebody marked what is personal.

    Attributes:
        text: As it would be typed.
        marked: What is personal in it.
        is_bare: Whether it is a value without a sentence around it.
    """

    text: str
    marked: tuple[Span, ...]
    is_bare: bool


@dataclass(frozen=True)
class Judged:
    """One note with what the cleaning made of it.

    Attributes:
        note: The marked text.
        replaced: What was replaced.
        cleaned: The text that is kept.
    """

    note: MarkedNote
    replaced: tuple[Span, ...]
    cleaned: str

    @property
    def missed(self) -> tuple[Span, ...]:
        """Marked spans of which at least one character is left."""
        gone = {place for span in self.replaced for place in range(span.start, span.end)}
        return tuple(span for span in self.note.marked if not gone.issuperset(range(span.start, span.end)))

    @property
    def needless(self) -> tuple[Span, ...]:
        """Replaced spans that touch no marked one."""
        return tuple(
            each
            for each in self.replaced
            if not any(each.start < span.end and span.start < each.end for span in self.note.marked)
        )


@dataclass(frozen=True)
class Share:
    """`hits` of `total`, with its 95 % Wilson interval."""

    hits: int
    total: int

    @property
    def ends(self) -> tuple[float, float]:
        """Low and high end [0-1].

        Source:
            Wilson (1927), Probable inference, the law of succession, and statistical inference.
        """
        from scipy.stats import binomtest

        interval = binomtest(self.hits, self.total).proportion_ci(method="wilson")
        return float(interval.low), float(interval.high)

    def __str__(self) -> str:
        """As the page shows it."""
        if not self.total:
            return "–"
        low, high = self.ends
        return f"{self.hits} of {self.total}: {self.hits / self.total:.0%} ({low:.0%}–{high:.0%})".replace("%", " %")


def marked_notes(part: str, file: Path = NOTES) -> list[MarkedNote]:
    """The notes of one part of the list, `tuned_on` or `measured_on`."""
    lists: dict[str, list[str]] = yaml.safe_load(file.read_text(encoding="utf-8"))[part]
    return [_parsed(written, name == VALUES) for name, listed in lists.items() for written in listed]


def judged_notes(notes: Iterable[MarkedNote]) -> list[Judged]:
    """What the cleaning makes of each note."""
    return [
        Judged(
            note,
            tuple(found_in(note.text, is_bare=note.is_bare)),
            str((clean_values if note.is_bare else clean_notes)([note.text])[0]),
        )
        for note in notes
    ]


def recall(judged: Iterable[Judged], kind: str | None = None) -> Share:
    """Marked spans of which nothing is left, of all marked ones of a kind (None: of any)."""
    spans = [(span, each) for each in judged for span in each.note.marked if kind in (None, span.kind)]
    return Share(sum(span not in each.missed for span, each in spans), len(spans))


def precision(judged: Iterable[Judged]) -> Share:
    """Replacements that touch something personal, of all replacements."""
    replaced = [(span, each) for each in judged for span in each.replaced]
    return Share(sum(span not in each.needless for span, each in replaced), len(replaced))


def cleaning_page() -> str:
    """The page, made by cleaning the made-up notes."""
    tuned, measured = judged_notes(marked_notes("tuned_on")), judged_notes(marked_notes("measured_on"))
    return "\n\n".join([_introduction(), _figures(tuned, measured), _slips(measured), _LIMITS]) + "\n"


def _parsed(written: str, is_bare: bool) -> MarkedNote:
    text, marked = "", []
    place = 0
    for found in _MARKED.finditer(written):
        text += written[place : found.start()]
        marked.append(Span(len(text), len(text) + len(found[2]), found[1]))
        text += found[2]
        place = found.end()
    return MarkedNote(text + written[place:], tuple(marked), is_bare)


def _introduction() -> str:
    marks = ", ".join(f"`{mark}`" for mark in PLACEHOLDERS.values())
    return f"""# Cleaning free text: what is found, and what is not

This page is made by `python -m data_contracts.note_evaluation`; a test holds it fresh.

Notes and agreed steps are typed by people, and people name people. Before a text stands in any table of the warehouse
it goes through [data_contracts/note_cleaning.py](../data_contracts/note_cleaning.py), which puts {marks}
in the place of what it recognises. What cannot be cleaned is not kept; the run says how many texts that were. The same
is done with every value of a broken row that the rules of its own column do not allow, before it is set apart.

A cleaned note stays in the warehouse, for the analyst's own look. No note, cleaned or not, is published or shared:
no published or shared contract has a column for one.

Names are found by [deduce](https://github.com/vmenger/deduce) and by rules of our own for the way in which field notes
are typed; whether a word is Dutch is looked up in the dictionary of pyspellchecker; check digits are
[python-stdnum](https://arthurdejong.org/python-stdnum/)'s. Nothing leaves the machine. A town, a street or block
without a number, a complex, a role, an organisation and an ordinary date are not personal and stay."""


def _figures(tuned: list[Judged], measured: list[Judged]) -> str:
    def split(judged: list[Judged], is_bare: bool) -> list[Judged]:
        return [each for each in judged if each.note.is_bare is is_bare]

    columns = [split(measured, False), split(measured, True), split(tuned, False) + split(tuned, True)]
    kinds = [kind for kind in PLACEHOLDERS if any(recall(each, kind).total for each in columns)]
    rows = [("texts", *(str(len(each)) for each in columns))]
    rows += [("**found, of all that is personal**", *(f"**{recall(each)}**" for each in columns))]
    rows += [(f"found: {kind}", *(str(recall(each, kind)) for each in columns)) for kind in kinds]
    rows += [("**rightly replaced, of all that was**", *(f"**{precision(each)}**" for each in columns))]
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    in_cells = [found.total for kind in kinds if (found := recall(columns[1], kind)).total]
    return f"""## The figures

Measured on made-up notes ([tests/privacy/notes.yaml](../tests/privacy/notes.yaml)). One part was looked at while the
rules were made; the other was written before they were finished and never looked at for them (but for one value in the
wrong cell, which a later rule on capitals finds). The same people wrote both and the rules, so real notes will do worse
than either. Found means that no character of it is left. Between brackets: the 95 % Wilson interval.

The column of the wrong cell rests on few cases: {sum(in_cells)} personal things in {len(columns[1])} values, and
{sum(each <= FEW for each in in_cells)} of its {len(in_cells)} kinds have no more than {FEW}. Go by its intervals, \
not by its percentages.

| | notes, not looked at | values in the wrong cell, not looked at | looked at |
| --- | --- | --- | --- |
{table}"""


def _slips(measured: list[Judged]) -> str:
    missed = [
        f"- {each.note.text[span.start : span.end]} ({span.kind}), in: {each.cleaned}"
        for each in measured
        for span in each.missed
    ]
    needless = [
        f"- {each.note.text[span.start : span.end]} (as {span.kind}), in: {each.note.text}"
        for each in measured
        for span in each.needless
    ]
    return "\n\n".join(
        [
            "## What was missed\n\nOf the notes and values that were not looked at, as they would be kept:",
            "\n".join(missed) or "Nothing.",
            "## What was replaced for nothing",
            "\n".join(needless) or "Nothing.",
        ]
    )


_LIMITS = """## What this cannot see

- Somebody who is described, not named: "the man with the three dogs on the second floor".
- Health, origin or religion said of somebody in words: all of it stays in the note. Only columns and codes for it are
  refused or replaced (see [contracts](contracts.md)); the note of such a row stays, cleaned, where it was set apart.
- A name that is an ordinary word, without a title and at the start of a sentence.
- A complex that is called after a person, or like a family: it is taken for one and replaced.
- A column is refused by its name alone ([data_contracts/forbidden.py](../data_contracts/forbidden.py)). One that holds
  names under another name is read, and its values are kept where the contract lets any text in: the number of a report,
  of a visit or of a matter, the name of a complex. Put no person in those.
- An id that a source gives to a person stays readable in a broken row where it stands in the wrong column; a broken row
  is hashed only where it is in its own.

So: write about the place, not about a person; and keep the home folder to those who may read notes."""


if __name__ == "__main__":
    PAGE.write_text(cleaning_page(), encoding="utf-8")
    print(f"{PAGE.name}: recall {recall(judged_notes(marked_notes('measured_on')))}")
