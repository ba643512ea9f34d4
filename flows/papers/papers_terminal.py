"""What `luisterpost papers` prints: the files, and what is left to fill in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flows.language import Language
from flows.papers.writing import Written


def papers_lines(written: Written, folder: Path, language: Language) -> Iterator[str]:
    """The lines.

    Args:
        written: What was written.
        folder: Where.
        language: Of the lines; what is to be filled in is told in Dutch, as it stands in the papers.
    """
    say = language.say
    yield say("papers.of_week", week=written.week) if written.week else say("papers.of_no_week")
    yield say("papers.written", count=len(written.files), folder=folder)
    yield from (f"  {file.name}" for file in written.files)
    yield ""
    yield say("papers.left_open", count=sum(map(len, written.left_open.values())))
    for name, questions in written.left_open.items():
        yield f"  {name}"
        yield from (f"    - {question}" for question in questions)
