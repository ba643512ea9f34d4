"""Texts that somebody writes by hand, with slips of the pen in them: SELECTs, mapping.yaml, luisterpost.toml."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import strategies as st

SQL = (
    "'", '"', "(", ")", ";", "--", "/*", "*/", ",", "limit 3", "where false", "union all from nowhere", "select",
    "from", ", null as x", "\x00", "\ufeff", "'; drop table raw.complaints; --", "getvariable('home')", "1 / 0",
    "::int", "read_text('/etc/hostname')", "error('geheim81723')", "'geheim81723'::int", "{x}", "distinct", "?", "$1",
    "order by 1", "cross join range(3)", "ignore_errors = true,", "copy x to 'y'", "\\", "€", "read_xlsx",
    "stop_at_empty = true,",
)  # fmt: skip
SAID = (
    "\t", ": ", "- ", "[", "]", "{", "}", "=", '"', "'", "'''", '"""', "#", "&a", "*a", "<<",
    "!!python/name:os.system", "1e999", ".nan", "nan", "2025-02-30", "2025-07-10", "null", "~", "true", "yes", "-5",
    "0", "101", "\x00", "\ufeff", "timezone: Mars/Base\n", "contracts: []\n", "complaints: full\n", "full",
    "Europe/Amsterdam", "[policy]\n", "€", "[teams]\n", "list_share = 7\n", "x" * 3_000, "{{ jinja }}", "../../x",
    "https://example.nl/geheim81723", "\n", "\r",
)  # fmt: skip


@dataclass(frozen=True)
class Slip:
    """One slip: at a place among the words of a text, `how` it came about, and with which piece."""

    how: str
    place: int
    other: int
    piece: int

    def made_in(self, text: str, pieces: tuple[str, ...]) -> str:
        """The text with the slip in it."""
        words = re.findall(r"\w+|\s+|[^\w\s]", text) or [""]
        at, other = self.place % len(words), self.other % len(words)
        piece = pieces[self.piece % len(pieces)]
        match self.how:
            case "left out":
                del words[at]
            case "swapped":
                words[at], words[other] = words[other], words[at]
            case "doubled":
                words.insert(at, words[other])
            case "inserted":
                words.insert(at, f" {piece} " if pieces is SQL else piece)
            case "replaced":
                words[at] = piece
            case "misspelt":
                words[at] = words[at][:-1] + words[at][-1:] * (self.other % 3)
            case "cut off":
                del words[at:]
        return "".join(words)


SLIPS = st.lists(
    st.builds(
        Slip,
        st.sampled_from(["left out", "swapped", "doubled", "inserted", "inserted", "replaced", "misspelt", "cut off"]),
        st.integers(0, 3_000),
        st.integers(0, 3_000),
        st.integers(0, 200),
    ),
    min_size=1,
    max_size=2,
).map(tuple)


def with_slips(text: str, slips: tuple[Slip, ...], pieces: tuple[str, ...]) -> str:
    """The text with one slip after another in it."""
    for slip in slips:
        text = slip.made_in(text, pieces)
    return text
