"""The cells of our own CSV files: text that no spreadsheet calculates, whatever separates cells for it, and back.

A spreadsheet that is set to commas begins a cell in the middle of a name with a comma in it; quotes alone do not keep
it from that, for it need not see where such a quote began.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from flows.csv_files import DELIMITERS

# What a spreadsheet would take for a formula; an apostrophe goes before it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# Quotes and spaces at the start of a cell do not make it text.
_CELL_STARTS = f"""[{re.escape("".join(DELIMITERS))}\\r\\n][ "'\u00a0]*"""
_CALCULATED = re.compile(f"({_CELL_STARTS})(?=[=+@-])")
_MADE_HARMLESS = re.compile(f"({_CELL_STARTS})'(?=[=+@-])")


def csv_text(rows: Iterable[Sequence[str | int]]) -> str:
    """Rows as CSV with `;` between the cells; every text is quoted and harmless, every number is bare."""
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return made.getvalue()


def harmless(text: str) -> str:
    """A text with an apostrophe wherever a cell may begin that would be calculated."""
    return ("'" if _is_calculated(text) else "") + _CALCULATED.sub(r"\1'", text)


def text_before(cell: str) -> str:
    """The text that `harmless` made this cell of."""
    text = cell[1:] if cell[:1] == "'" and _is_calculated(cell[1:]) else cell
    return _MADE_HARMLESS.sub(r"\1", text)


def _is_calculated(text: str) -> bool:
    # With its own apostrophe it is no formula; it gets another one, so that the way back is clear.
    return text.lstrip("' \u00a0").startswith(FORMULA_STARTS)
