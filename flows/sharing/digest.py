"""The page of one area team: what to look at this week, in two minutes. Pure content: finished sentences, no form.

In this order: what was done with the last answers, the new complexes, the one drawn by lot, what goes on, what could
not be seen, and the answer.

Where do I go to …

- see how it is put together, and made to fit: `composing.py`, `room.py`
- see why a complex is asked about: `why_now.py`; its chart: `charts.py`
- see what came of earlier flags: `earlier.py`
- see what could not be seen: `unseen.py`
- see which complexes are asked about, and how one answers: `asking.py`
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flows.sharing.asking import Asked
from flows.sharing.charts import Chart
from flows.sharing.earlier import RunningLine


@dataclass(frozen=True)
class Entry:
    """One new complex: a question and one small step, never a verdict.

    Attributes:
        flag_id: Its flag.
        name: Of the complex.
        homes: Such as "64 woningen".
        why: Why now, in one sentence.
        chart: Seen against expected, or None where nothing may be told.
        question: An open question.
        first_step: One small step.
    """

    flag_id: str
    name: str
    homes: str
    why: str
    chart: Chart | None
    question: str
    first_step: str


@dataclass(frozen=True)
class Part:
    """A part of the page with a title and lines; without lines it is left out."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Digest:
    """The page of one area team, in the order in which it is read.

    Attributes:
        team: Area team, as the source has it.
        shown_team: The same, as it may be shown.
        kicker: Which paper of which week this is.
        title: For the window and for the properties of the document.
        n_new: How many complexes are new, those that are only named included.
        safety: Where to consult first; nothing else is said of it.
        answered: What was done with the last answers.
        new_title: Above the new complexes.
        new: The new complexes.
        new_lines: Where there are none; what fell off.
        drawn_title: Above the lot.
        drawn: The complexes of the lot: name and homes.
        drawn_lines: What to do there.
        running_title: Above what goes on.
        running: What goes on.
        unseen: What could not be seen.
        answer_title: Above the answer.
        answer_how: How one answers.
        asked: What is asked, and of which complexes.
        footer: What a name on this page means.
        attribution: A line that must stand with every result, or "".
        short: The whole mail where nothing is new; else empty.
    """

    team: str
    shown_team: str
    kicker: str
    title: str
    n_new: int
    safety: Part
    answered: Part
    new_title: str
    new: tuple[Entry, ...]
    new_lines: tuple[str, ...]
    drawn_title: str
    drawn: tuple[tuple[str, str], ...]
    drawn_lines: tuple[str, ...]
    running_title: str
    running: tuple[RunningLine, ...]
    unseen: Part
    answer_title: str
    answer_how: str
    asked: Asked
    footer: str
    attribution: str
    short: tuple[str, ...]

    def read(self) -> Iterator[str]:
        """Every text that a reader of the page reads, in order; words in charts and on buttons too."""
        yield from (self.kicker, self.shown_team)
        for part in (self.safety, self.answered):
            yield from (part.title, *part.lines) if part.lines else ()
        yield self.new_title
        for entry in self.new:
            yield from (entry.name, entry.homes, entry.why, entry.question, entry.first_step)
            yield from entry.chart.words if entry.chart else ()
        yield from self.new_lines
        if self.drawn or self.drawn_lines:
            yield from (self.drawn_title, *(text for pair in self.drawn for text in pair), *self.drawn_lines)
        if self.running:
            yield self.running_title
            for line in self.running:
                yield from (line.name, line.text, line.news)
        yield from (self.unseen.title, *self.unseen.lines)
        if self.asked.on_sheet:
            yield from (self.answer_title, self.answer_how, *self.asked.words)
        yield from (self.footer, self.attribution)

    @property
    def n_words(self) -> int:
        """How many words that are."""
        return sum(len(text.split()) for text in self.read())
