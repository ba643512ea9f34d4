"""What `luisterpost explain` prints: what we think and why, in words, and the whole sum, to be done again by hand."""

from __future__ import annotations

from rich.box import SIMPLE
from rich.table import Table

from flows.explain_words import COLUMNS, figures, missing_lines, paragraphs, sum_cells
from flows.explaining import Explanation
from flows.language import Language
from flows.terminal import page_console, why_flagged


def show_explanation(found: Explanation, language: Language) -> None:
    """Name, list, state and kind, since when, how sure, the sum, and what was missing."""
    console, say = page_console(), language.say
    said = figures(found, language)
    console.print(say("explain.title", **said))
    if found.score["is_private_small"]:
        console.print(say("explain.private_small", **said))
    if found.flag:
        console.print(say("explain.flagged", why=why_flagged(found.flag, language)))
        if found.flag["why"] == "safety":
            console.print(say("digest.safety", **said))
    for each in paragraphs(found, language):
        console.print()
        console.print(each.heading)
        console.print(each.text)
    console.print()
    console.print(sum_table(found, language))
    console.print(say("explain.chance", **said))
    console.print(say("explain.how_to_read", **said))
    console.print()
    console.print(say("explain.heading.missing"))
    for sentence in missing_lines(found, language):
        console.print(sentence)
    console.print()
    console.print(say("digest.footer"))
    if found.attribution:
        console.print(found.attribution)


def sum_table(found: Explanation, language: Language) -> Table:
    """The sum: where every complex begins, what each stream adds, and the total so far."""
    say = language.say
    table = Table(box=SIMPLE, title=say("explain.sum_title"), title_justify="left")
    for heading in COLUMNS:
        is_text = heading == "stream"
        table.add_column(say(f"explain.column.{heading}"), justify="left" if is_text else "right", no_wrap=not is_text)
    for step in found.steps:
        table.add_row(*sum_cells(step, language))
    return table
