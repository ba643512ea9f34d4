"""What deduce calls a name: its lists, titles, initials and particles, without the rest of it.

Its lists of hospitals, institutions, streets and towns are left out: they are most of what it takes its time to load,
and a note about a complex needs none of them. What is left is built in a second, in a folder that is thrown away;
nothing is kept on disk, and nothing is written into the installed packages.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from data_contracts.note_words import lists_of_deduce

_READ = (
    "names/lst_first_name",
    "names/lst_initial",
    "names/lst_interfix",
    "names/lst_interfix_surname",
    "names/lst_prefix",
    "names/lst_surname",
    "whitelist/lst_common_word",
    "whitelist/lst_medical_term",
    "whitelist/lst_stop_word",
)
# deduce wants every list to be there.
_LEFT_EMPTY = (
    "institutions/lst_healthcare_institution",
    "institutions/lst_hospital",
    "institutions/lst_hospital_abbr",
    "locations/lst_placename",
    "locations/lst_street",
    "whitelist/lst_eponymous_disease",
)
# Of deduce only the names: everything else has a shape (`note_patterns.py`).
_STEPS = frozenset(
    [
        "names",
        "prefix_with_initial",
        "prefix_with_interfix",
        "prefix_with_name",
        "interfix_with_name",
        "initial_with_name",
        "initial_interfix",
        "first_name_lookup",
        "surname_lookup",
        "name_context",
    ]
)


@dataclass(frozen=True)
class Finding:
    """Characters `start` up to `end` of a text, and whether a title or initials say that they are a name."""

    start: int
    end: int
    is_said: bool


def findings(text: str) -> list[Finding]:
    """What deduce calls a name in a text, single words and whole names; they overlap."""
    found = _deduce().deidentify(text, enabled=set(_STEPS)).annotations
    return [
        Finding(int(each.start_char), int(each.end_char), "prefix" in each.tag or "initiaal" in each.tag)
        for each in found
    ]


@cache
def _deduce() -> Any:
    with tempfile.TemporaryDirectory(prefix="luisterpost-names-") as folder, _nothing_else_changed():
        for name in _READ:
            shutil.copytree(lists_of_deduce() / name, Path(folder, "src", name))
        for name in _LEFT_EMPTY:
            empty = Path(folder, "src", name)
            empty.mkdir(parents=True)
            empty.joinpath("items.txt").touch()
        from deduce import Deduce

        return Deduce(lookup_data_path=folder, cache_path=folder, build_lookup_structs=True)


@contextmanager
def _nothing_else_changed() -> Iterator[None]:
    """deduce turns on all warnings, and a log of everything, for the whole process; this turns them back."""
    root = logging.getLogger()
    handlers, level, disabled = list(root.handlers), root.level, root.manager.disable
    logging.disable(logging.INFO)
    try:
        with warnings.catch_warnings():
            yield
    finally:
        logging.disable(disabled)
        root.handlers[:] = handlers
        root.setLevel(level)
