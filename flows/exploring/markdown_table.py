"""A small table as Markdown: all its words are ours, so nothing around it is in another language.

It has no menus, and is as readable in Jupyter or on paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flows.exploring.plain_text import plain
from flows.language import Language


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[object]], language: Language) -> str:
    """Rows under their headings; figures to the right, what is empty as a dash.

    Args:
        headings: One per column.
        rows: Figures and dates are written as the language does; names are shown letter for letter.
        language: Of the figures.
    """
    written = [list(row) for row in rows]
    is_figure = [any(isinstance(row[place], int | float) for row in written) for place in range(len(headings))]
    lines = [list(headings), ["---:" if each else ":---" for each in is_figure]]
    lines += [[_cell(value, language) for value in row] for row in written]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def table(rows: Sequence[Mapping[str, object]], *texts: str) -> str:
    """Rows as a table in Markdown, letter for letter.

    Args:
        rows: One mapping of headings to cells per row, all with the same headings.
        *texts: Headings of columns of words; all others hold figures and stand to the right.
    """
    if not rows:
        return ""
    headings = list(rows[0])
    lines = [
        [plain(each) for each in headings],
        [":--" if each in texts else "--:" for each in headings],
        *([plain(row[each]) for each in headings] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(value: object, language: Language) -> str:
    return "–" if value is None else plain(language.write(value)).replace("\n", " ")
