"""The papers in `docs/papers` are those that contracts, policy and evaluations make now."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.language import Language
from flows.papers.facts import project_facts
from flows.papers.writing import papers, write_project_papers

FOLDER = Path(__file__).parents[3] / "docs" / "papers"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("papers")
    return {file.name: file.read_bytes() for file in write_project_papers(folder)}


def test_every_paper_is_there_and_no_other() -> None:
    kept = {file.name for file in FOLDER.iterdir()}
    assert kept == set(papers(project_facts(), Language("nl"))), "run `make docs`"


@pytest.mark.parametrize(
    "name",
    [
        "wat-wij-niet-doen.md",
        "algoritmeregister.json",
        "algoritmeregister.md",
        "model-card.md",
        "dpia.md",
        "verwerkingsregister.md",
        "verwerkingsregister.csv",
    ],
)
def test_a_paper_is_fresh(name: str, made: dict[str, bytes]) -> None:
    assert (FOLDER / name).read_bytes() == made[name], "run `make docs`"


def test_no_paper_of_the_project_tells_a_day_or_an_installation(made: dict[str, bytes]) -> None:
    for name, text in made.items():
        assert b"Gemaakt op" not in text, name
        assert b"over de installatie die" not in text, name
