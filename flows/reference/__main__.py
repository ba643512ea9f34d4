"""Writes the pages: `python -m flows.reference`, or `make docs`."""

from __future__ import annotations

from pathlib import Path

from flows.papers.writing import write_project_papers
from flows.reference.commands_page import commands_page
from flows.reference.explained import explained_page, write_pictures
from flows.reference.pictures.town import judged_town
from flows.reference.policy_page import policy_page

DOCS = Path(__file__).parent.parent.parent / "docs"


def write_pages(folder: Path) -> list[Path]:
    """Writes every page and picture into a folder that is laid out as `docs`; gives the files."""
    town = judged_town()
    pages = {
        "policy.md": policy_page(),
        "commands.md": commands_page(),
        "model-explained.md": explained_page(town),
    }
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    pictures, papers = write_pictures(town, folder / "images"), write_project_papers(folder / "papers")
    return [*(folder / name for name in pages), *pictures, *papers]


if __name__ == "__main__":
    for file in write_pages(DOCS):
        print(file.relative_to(DOCS))
