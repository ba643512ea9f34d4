"""What was shared of a past week, rendered once more from what was known and set then."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data_contracts.contract import contract
from data_contracts.problem import Problem
from flows.home import Home
from flows.language import Language
from flows.results import PublishedWeek, published_week
from flows.sharing.writing import share

NEEDED = ("complexes", "scores", "reasons", "quarters", "events", "flags", "lives", "answers", "sources")
"""The published tables that are shared from."""


@dataclass(frozen=True)
class Replay:
    """A past week, rendered again.

    Attributes:
        folder: Where it stands.
        n_files: Files written.
        differing: Files that are not, to the byte, what was shared then; None where nothing of that week was kept.
    """

    folder: Path
    n_files: int
    differing: tuple[str, ...] | None


def replay(home: Home, week: date, out: Path | None) -> Replay:
    """Renders a published week again, in the language that it was told in.

    Args:
        home: The installation.
        week: Monday of the week.
        out: Where to; `HOME/replayed/WEEK` where None.

    Raises:
        Problem: `results.no_such_week` with the latest there is; `replay.other_version` for a week of before an
            upgrade; `replay.not_empty` if something stands in `out`: nothing is ever overwritten or removed there.
    """
    published = published_week(home, week)
    _check_version(published)
    original = home.shared / published.week_name
    own = home.replayed / published.week_name
    folder = (out or own).resolve()
    if out is None:
        # Ours alone, and of an earlier replay.
        shutil.rmtree(own, ignore_errors=True)
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Problem("replay.not_empty", folder=folder)
    share(published, folder, Language(published.manifest["language"]))
    made = _files(folder)
    return Replay(folder, len(made), _differing(made, _files(original)) if original.exists() else None)


def _check_version(published: PublishedWeek) -> None:
    """A week of before an upgrade has other tables, or other columns in them."""
    made = published.manifest.get("contracts", {})
    if any(made.get(name) != contract("published", name).version for name in NEEDED):
        raise Problem("replay.other_version", week=published.week_name)


def _files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def _differing(made: dict[str, bytes], original: dict[str, bytes]) -> tuple[str, ...]:
    return tuple(sorted(name for name in made.keys() | original.keys() if made.get(name) != original.get(name)))
