"""What comes from a source is shown letter for letter, whatever stands in it."""

from __future__ import annotations

import re
from html import unescape

import marimo as mo
from hypothesis import given, settings
from hypothesis import strategies as st
from quiet_street import HOSTILE

from flows.exploring.markdown_table import table
from flows.exploring.plain_text import bullets, capital, plain

written = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40)


def shown(markdown: str) -> str:
    """The text that a reader sees."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", mo.md(markdown).text)).split())


@settings(max_examples=100, deadline=None)
@given(written)
def test_every_text_is_shown_as_it_is(text: str) -> None:
    assert shown(plain(text)) == " ".join(text.split())


def test_nothing_in_a_name_is_obeyed() -> None:
    told = mo.md(plain(HOSTILE)).text
    assert shown(plain(HOSTILE)) == HOSTILE
    for tag in ("<script", "<em>", "<code", "<a "):
        assert tag not in told


def test_lists_and_tables_hold_hostile_names_too() -> None:
    assert mo.md(bullets([HOSTILE, "b"])).text.count("<li>") == 2
    told = mo.md(table([{"naam": HOSTILE, "gezien": "3"}, {"naam": "b", "gezien": ""}], "naam")).text
    assert (told.count("<tr>"), told.count("<td"), told.count("text-align: right")) == (3, 4, 3)
    assert table([]) == ""


def test_lines_stay_lines_and_a_capital_changes_nothing_else() -> None:
    assert "<br" in mo.md(plain("een\ntwee")).text
    assert capital("gewone VvE") == "Gewone VvE"
    assert capital("") == ""
