"""What stays the same while somebody writes a SELECT: its files, its mapping, the moment, the complexes there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from data_contracts.contract import contracts
from data_contracts.problem import Problem
from flows.exploring.connect_your_data.file_look import ListedFile, list_files
from flows.exploring.connect_your_data.open_sandboxes import OpenSandboxes
from flows.mappings import SHIPPED, Mapping, read_mapping

# At least one of these is needed to see that things go badly.
CONDITIONS = ("repairs", "tenancies", "field_signals")


@dataclass(frozen=True)
class Workbench:
    """Where a SELECT is tried.

    Attributes:
        files: The files that can be read.
        folder: Folder of the mapping, where one was named.
        mapping: What stands in it, and the inbox that its SELECTs read.
        read_at: The moment of reading, in UTC.
        sandboxes: Where the files are read.
        complexes: Numbers of the complexes that the mapping gives, or None where it gives none (yet).
        no_complexes: Why there are none, or None.
    """

    files: tuple[ListedFile, ...]
    folder: Path | None
    mapping: Mapping
    read_at: datetime
    sandboxes: OpenSandboxes
    complexes: pl.Series | None = None
    no_complexes: Problem | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Inputs that the mapping does not give, by contract name; required ones first."""
        return tuple(name for name in contracts("inputs") if self.mapping.source_file(name) is None)

    @property
    def is_blind(self) -> bool:
        """Whether nothing is there by which one can see that things go badly."""
        return all(name in self.missing for name in CONDITIONS)


def workbench(inbox: str, sources: str, read_at: datetime) -> Workbench | Problem:
    """A workbench for one folder of files, or the sentence that says why there is none.

    Args:
        inbox: Folder with the files.
        sources: Folder of the mapping, which need not exist yet, or the name of a shipped one; may be empty.
        read_at: The moment of reading, in UTC.
    """
    if not inbox.strip():
        # A path without a name would be the folder in which the program happens to run.
        return Problem("connect.no_folder", folder="''")
    try:
        place = Path(inbox.strip()).expanduser().resolve()
        folder = _sources_folder(sources.strip())
        files = list_files(place)
        mapping = read_mapping(folder or place, place)
    except Problem as problem:
        return problem
    except (OSError, ValueError, RuntimeError) as error:
        # A NUL byte in a name, a link that leads to itself, a folder that may not be entered.
        return Problem("connect.cannot_list", folder=f"{inbox} {sources}".strip(), why=_why(error))
    return Workbench(files, folder, mapping, read_at, OpenSandboxes(mapping.inbox, mapping.folder))


def _sources_folder(sources: str) -> Path | None:
    if not sources:
        return None
    folder = Path(sources).expanduser()
    shipped = SHIPPED / sources
    return shipped if not folder.exists() and shipped.parent == SHIPPED and shipped.is_dir() else folder.resolve()


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
