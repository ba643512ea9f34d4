"""For analysts who live in Jupyter: the command that the documentation gives, and a notebook that runs there."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from pathlib import Path

import nbformat
import pytest
from homes import Published
from running import NOTEBOOKS

from flows.exploring.gallery import FOLDER

ROOT = FOLDER.parent
PAGE = ROOT / "docs" / "howto" / "work-in-jupyter.md"
COMMAND = re.compile(r"^\.venv/bin/marimo export ipynb notebooks/one_complex\.py -o one_complex\.ipynb$", re.MULTILINE)


def exported(notebook: str, folder: Path) -> nbformat.NotebookNode:
    """The notebook as the documented command writes it, where one types it in the checkout."""
    found = COMMAND.search(PAGE.read_text(encoding="utf-8"))
    assert found, "the documentation gives the command"
    words = found[0].replace("one_complex", notebook).split()
    words[0] = str(Path(sys.executable).with_name("marimo"))
    words[-1] = str(folder / words[-1])
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return nbformat.read(words[-1], as_version=4)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_documented_command_exports_it(
    notebook: str, tmp_path: Path, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = exported(notebook, tmp_path)
    nbformat.validate(written)
    code = [cell for cell in written.cells if cell.cell_type == "code"]
    assert any("arguments = " in cell.source for cell in code)
    assert all(cell.outputs == [] for cell in code), "nothing of anybody's data goes along"
    titles = {
        "one_complex": "Waarom staat dit complex op de lijst",
        "this_weeks_flags": "Waar gaan we deze week kijken",
    }
    if notebook in titles:
        (tmp_path / "luisterpost-home").symlink_to(published("one_week"))
        # To marimo it means that a test calls the cells.
        monkeypatch.delenv("PYTEST_CURRENT_TEST")
        shown = _run(written, tmp_path)
        assert titles[notebook] in shown
        assert "Week 2026-W45" in shown
        assert "verzonnen corporatie" not in shown


def _run(written: nbformat.NotebookNode, folder: Path) -> str:
    """Runs it in a real kernel, in the folder where `luisterpost-home` stands, and gives what it shows."""
    with warnings.catch_warnings():
        # Of the kernel's own transport, on this machine.
        warnings.simplefilter("ignore")
        from nbclient import NotebookClient

        NotebookClient(written, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return "".join(str(output) for cell in written.cells for output in cell.get("outputs", []))
