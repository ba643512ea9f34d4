"""Writes the papers into a folder, and says what is left to fill in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data_contracts.problem import Problem
from flows.home import Home
from flows.language import Language
from flows.papers.facts import Facts, home_facts, project_facts
from flows.papers.record_rows import record_csv
from flows.papers.register import NOT_WRITTEN, TO_CONFIRM, register_entry, register_page
from flows.papers.rendering import left_open, rendered

DUTCH = Language("nl")
# A model card is read by whoever works with figures; the other papers are those of Dutch law and of Dutch residents.
IN_BOTH_LANGUAGES = "model-card.md"


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes:
        files: In the order in which one reads them.
        left_open: Per file, what only the organisation can fill in.
        week: The published week that the papers are of, or None.
    """

    files: list[Path]
    left_open: dict[str, list[str]]
    week: str | None


def papers(facts: Facts, language: Language) -> dict[str, str]:
    """The text of every paper, by the name of its file.

    Args:
        facts: What they may say.
        language: Of the model card.
    """
    entry = register_entry(facts)
    made = {
        "wat-wij-niet-doen.md": rendered("nl/wat-wij-niet-doen.md", facts, DUTCH),
        "algoritmeregister.json": json.dumps(entry, indent=2, ensure_ascii=False) + "\n",
        "algoritmeregister.md": register_page(entry),
        IN_BOTH_LANGUAGES: rendered(f"{language.code}/{IN_BOTH_LANGUAGES}", facts, language),
        "dpia.md": rendered("nl/dpia.md", facts, DUTCH),
        "verwerkingsregister.md": rendered("nl/verwerkingsregister.md", facts, DUTCH),
    }
    return made | {"verwerkingsregister.csv": record_csv(facts)}


def write_papers(folder: Path, facts: Facts, language: Language) -> Written:
    """Writes every paper; one that was there is replaced.

    Args:
        folder: Made if it is not there.
        facts: What they may say.
        language: Of the model card.

    Raises:
        Problem: `papers.cannot_write`.
    """
    made = papers(facts, language)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in made.items():
            # What a spreadsheet reads has its own line ends, and begins with a mark that it is UTF-8.
            is_list = name.endswith(".csv")
            (folder / name).write_text(text, encoding="utf-8-sig" if is_list else "utf-8", newline="")
    except OSError as error:
        raise Problem("papers.cannot_write", folder=folder, why=error.strerror or type(error).__name__) from error
    week = facts.installation.week if facts.installation else None
    return Written([folder / name for name in made], _left_open(made), week)


def write_project_papers(folder: Path) -> list[Path]:
    """Writes the papers of the project itself: defaults, no installation, no day."""
    return write_papers(folder, project_facts(), DUTCH).files


def write_home_papers(folder: Path, home: Home, made_on: date, language: Language) -> Written:
    """Writes the papers of an installation.

    Args:
        folder: Made if it is not there.
        home: The home folder; without one the defaults are told.
        made_on: The day.
        language: Of the model card.

    Raises:
        Problem: `papers.cannot_write`, `settings.*` or `results.other_version`.
    """
    return write_papers(folder, home_facts(home, made_on), language)


def _left_open(made: dict[str, str]) -> dict[str, list[str]]:
    found = {name: left_open(text) for name, text in made.items() if name.endswith(".md")}
    found["algoritmeregister.md"] += [*NOT_WRITTEN.values(), *(f"{word} (bevestigen)" for word in TO_CONFIRM.values())]
    return {name: names for name, names in found.items() if names}
