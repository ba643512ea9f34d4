"""Notebooks hold no output, and nothing that holds any is ever committed."""

from __future__ import annotations

import subprocess

import pytest

from flows.exploring.gallery import FOLDER

ROOT = FOLDER.parent


def git(*words: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
    if done.returncode > 1 or not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    return done.stdout


def test_no_output_is_committed() -> None:
    kept = git("ls-files", "--cached").splitlines()
    assert [name for name in kept if "__marimo__" in name or name.endswith(".ipynb")] == []


@pytest.mark.parametrize(
    "name", ["notebooks/__marimo__/session/one_complex.py.json", "one_complex.ipynb", "notebooks/one_complex.ipynb"]
)
def test_what_marimo_and_jupyter_leave_is_ignored(name: str) -> None:
    assert git("check-ignore", name).strip() == name


def test_a_notebook_is_nothing_but_code() -> None:
    for file in FOLDER.iterdir():
        assert file.name in ("__pycache__", "README.md", "__marimo__") or file.suffix == ".py"
