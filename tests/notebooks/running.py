"""Runs a notebook as a program does, and gives what it shows as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import marimo as mo

from flows.exploring.gallery import asks_for_week, notebook_names

# A new notebook is found by itself.
NOTEBOOKS = notebook_names()
ABOUT_A_WEEK = tuple(filter(asks_for_week, NOTEBOOKS))


@dataclass(frozen=True)
class Ran:
    """What a notebook left behind.

    Attributes:
        shown: All that its cells show, as HTML without the escapes.
        defined: What its cells defined, by name.
    """

    shown: str
    defined: Mapping[str, Any]


def run_notebook(file: Path, arguments: Mapping[str, object], **defined: object) -> Ran:
    """Runs every cell, and turns every output into what a browser would get.

    Args:
        file: The notebook.
        arguments: What it is told.
        **defined: What stands in for what its cells define, such as a button that was pressed.

    Raises:
        Exception: Whatever a cell raises.
    """
    spec = spec_from_file_location(f"notebook_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    # Anew each time: an app keeps what it ran.
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    outputs, defined = module.app.run(defs={"arguments": dict(arguments), **defined})
    shown = [unescape(unescape(mo.as_html(output).text)) for output in outputs if output is not None]
    return Ran("\n".join(shown), defined)
