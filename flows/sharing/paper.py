"""The digest on one A4 page, with boxes to tick instead of links.

What is in the digest goes to typst as data: no text is ever read as markup. The date in the document is the Monday on
which the list is read, so the same week gives the same bytes. Nothing about safety stands on paper; every page says so,
whether there is a matter or not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typst

from flows.language import Language
from flows.sharing.charts import FONT
from flows.sharing.digest import Digest
from flows.sharing.tier import SharedWeek

TEMPLATE = Path(__file__).parents[1] / "templates" / "team_paper.typ"
PAPER_FONT = "Libertinus Serif"
# Longer words are broken somewhere, or they would run off the page.
_LONG_WORD = re.compile(r"\S{25,}")
_MAY_BREAK = "\u200b"


def digest_paper(digest: Digest, drawings: Sequence[str], shared: SharedWeek, language: Language) -> bytes:
    """The page as PDF.

    Args:
        digest: What it says.
        drawings: The charts of the new complexes as SVG, in their order; "" where there is none.
        shared: The week.
        language: Of the page.
    """
    said = json.dumps(_breakable(_said(digest, drawings, shared, language)), ensure_ascii=False)
    made = _compiler().compile(format="pdf", sys_inputs={"digest": said})
    assert isinstance(made, bytes), "a single document is asked for"
    return made


@cache
def _compiler() -> typst.Compiler:
    """One for all teams: it reads the fonts once."""
    return typst.Compiler(str(TEMPLATE))


def _said(digest: Digest, drawings: Sequence[str], shared: SharedWeek, language: Language) -> dict[str, Any]:
    footer = (digest.footer, language.say("team.paper_safety"), digest.attribution)
    return {
        "language": language.code,
        "date": (shared.read_on.year, shared.read_on.month, shared.read_on.day),
        "title": digest.title,
        "kicker": digest.kicker,
        "team": digest.shown_team,
        "answered_title": digest.answered.title,
        "answered": digest.answered.lines,
        "new_title": digest.new_title,
        "new": [
            {
                "name": entry.name,
                "homes": entry.homes,
                "why": entry.why,
                "question": entry.question,
                "first_step": entry.first_step,
                "drawing": drawing.replace(FONT, PAPER_FONT),
                "alt": entry.chart.alt if entry.chart else "",
            }
            for entry, drawing in zip(digest.new, drawings, strict=True)
        ],
        "new_lines": digest.new_lines,
        "drawn_title": digest.drawn_title,
        "drawn": digest.drawn,
        "drawn_lines": digest.drawn_lines,
        "running_title": digest.running_title,
        "running": [{"name": each.name, "text": each.text, "news": each.news} for each in digest.running],
        "unseen_title": digest.unseen.title,
        "unseen": digest.unseen.lines,
        "answer_title": digest.answer_title,
        "answer_how": language.say("team.answer_how_paper"),
        "found_question": digest.asked.found_question,
        "report_question": digest.asked.report_question,
        "found": digest.asked.found_words,
        "report": digest.asked.report_words,
        "rows": digest.asked.on_sheet,
        "footer": [each for each in footer if each],
    }


def _breakable(said: Any) -> Any:
    """The same texts, in which a word that is wider than a column may be broken; drawings stay as they are."""
    if isinstance(said, str):
        return _LONG_WORD.sub(lambda word: _broken(word[0]), said)
    if isinstance(said, dict):
        return {name: value if name == "drawing" else _breakable(value) for name, value in said.items()}
    return [_breakable(each) for each in said] if isinstance(said, list | tuple) else said


def _broken(word: str) -> str:
    return _MAY_BREAK.join(word[start : start + 20] for start in range(0, len(word), 20))
