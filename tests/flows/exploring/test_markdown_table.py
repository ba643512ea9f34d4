"""A small table as Markdown: figures in the reader's language, names letter for letter."""

from __future__ import annotations

from datetime import date

from flows.exploring.markdown_table import markdown_table
from flows.language import Language


def test_figures_follow_the_language_and_what_is_empty_is_a_dash() -> None:
    rows = [("Noord", 1234, 0.5, None), ("Zuid", 2, None, date(2026, 11, 9))]
    said = markdown_table(["team", "n", "deel", "dag"], rows, Language("nl")).splitlines()
    assert said[0] == "| team | n | deel | dag |"
    assert said[1] == "| :--- | ---: | ---: | :--- |"
    assert said[2].endswith("| – |")
    assert "9 november 2026" in said[3]


def test_a_name_breaks_no_table_and_nothing_in_it_is_obeyed() -> None:
    said = markdown_table(["naam"], [("De | Hof <script>\n*x*",)], Language("nl")).splitlines()
    assert len(said) == 3
    assert said[2].count("|") == 2
    assert "<" not in said[2]
    assert "*" not in said[2]
