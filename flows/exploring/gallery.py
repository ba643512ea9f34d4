"""The notebooks that there are, and what the gallery says of each."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path

import flows
from data_contracts.problem import Problem
from flows.language import Language, known_language

# Beside the other packages, in a checkout and in an installation alike.
FOLDER = Path(flows.__file__).parents[1] / "notebooks"
_FIRST_HEADING = re.compile(r"""["']# \{say\(["']([\w.]+)["']\)\}""")


def notebook_names(folder: Path = FOLDER) -> tuple[str, ...]:
    """Names of the notebooks, by alphabet.

    Raises:
        Problem: `explore.no_notebooks`, if the folder is not there or holds none.
    """
    names = tuple(sorted(file.stem for file in folder.glob("[!_]*.py")))
    if not names:
        raise Problem("explore.no_notebooks", folder=folder)
    return names


def known_notebook(asked: str, folder: Path = FOLDER) -> str:
    """The name of a notebook as somebody typed it: with or without `.py`, with dashes or spaces, in any case.

    Raises:
        Problem: `explore.unknown_notebook`, with the nearest names; `explore.no_notebooks`.
    """
    names = notebook_names(folder)
    name = Path(asked).name.removesuffix(".py").lower().replace("-", "_").replace(" ", "_")
    if name not in names:
        nearest = get_close_matches(name, names, 1, 0.4) or names
        raise Problem("explore.unknown_notebook", notebook=asked, nearest=list(nearest))
    return name


def asks_for_week(name: str, folder: Path = FOLDER) -> bool:
    """Whether a notebook is about a published week; connecting one's data is not."""
    return "open_week(" in (folder / f"{name}.py").read_text(encoding="utf-8")


def title(file: Path, language: Language) -> str | None:
    """The question that a notebook begins with: its first heading that is asked of the catalogues, or None."""
    found = _FIRST_HEADING.search(file.read_text(encoding="utf-8"))
    return language.say(found[1]) if found and language.has(found[1]) else None


def card(context: object) -> dict[str, str] | None:
    """What marimo's gallery shows of a notebook; the first lines of each ask for it (`tool.marimo.opengraph`).

    Args:
        context: Of marimo; `filepath` names the notebook.

    Returns:
        Title and description in the language of LUISTERPOST_LANGUAGE; None for a notebook without a known title, of
        which marimo then shows the name.
    """
    language = known_language()
    file = Path(str(getattr(context, "filepath", "")))
    question, about = title(file, language), f"explore.about.{file.stem}"
    if question is None:
        return None
    return {"title": question, "description": language.say(about) if language.has(about) else ""}
