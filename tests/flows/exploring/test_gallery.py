"""The gallery knows every notebook by its question."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from data_contracts.problem import Problem
from flows.exploring.gallery import FOLDER, card, known_notebook, notebook_names, title
from flows.language import LANGUAGE_VARIABLE, LANGUAGES, Language

# An analyst may put others beside them.
OURS = ("are_we_right", "connect_your_data", "one_complex", "this_weeks_flags", "what_if")


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", OURS)
def test_every_notebook_begins_with_a_question_and_says_what_is_in_it(
    name: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = title(FOLDER / f"{name}.py", Language(code))
    assert question is not None
    assert question.endswith("?")
    monkeypatch.setenv(LANGUAGE_VARIABLE, code)
    shown = card(SimpleNamespace(filepath=str(FOLDER / f"{name}.py")))
    assert shown is not None
    assert shown["title"] == question
    assert shown["description"].endswith(".")


@pytest.mark.parametrize("name", OURS)
def test_the_code_of_a_notebook_says_its_question_in_english(name: str) -> None:
    lines = (FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines()
    assert '# generator = "flows.exploring.gallery:card"' in lines
    first = next(line for line in lines if line.startswith('"""'))
    assert "?" in first


def test_a_notebook_of_somebody_s_own_keeps_its_name(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("import marimo\n")
    assert card(SimpleNamespace(filepath=str(file))) is None


@pytest.mark.parametrize("typed", ["one_complex", "one_complex.py", "notebooks/one_complex.py", "One-Complex"])
def test_a_notebook_is_known_however_it_is_typed(typed: str) -> None:
    assert known_notebook(typed) == "one_complex"


def test_an_unknown_notebook_is_told_with_the_nearest() -> None:
    with pytest.raises(Problem, match=r"explore\.unknown_notebook") as told:
        known_notebook("one_complx")
    assert told.value.figures["nearest"] == ["one_complex"]
    with pytest.raises(Problem) as told:
        known_notebook("zzz")
    assert told.value.figures["nearest"] == list(notebook_names())


def test_without_notebooks_there_is_one_sentence(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(Problem, match=r"explore\.no_notebooks"):
            notebook_names(folder)
