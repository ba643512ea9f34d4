"""Every notebook runs on every kind of published week, and says in one sentence what its reader can mend."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from homes import Published
from running import ABOUT_A_WEEK, NOTEBOOKS, Ran, run_notebook

from flows.exploring.gallery import FOLDER
from flows.home import Home
from flows.language import LANGUAGES

BROKEN = """
import marimo

app = marimo.App()


@app.cell
def _():
    arguments = {}
    return (arguments,)


@app.cell
def _(arguments):
    arguments["nowhere"]
    return
"""


def ran(notebook: str, home: Path, **arguments: str) -> Ran:
    return run_notebook(FOLDER / f"{notebook}.py", {"home": str(home), **arguments})


def test_a_cell_that_fails_makes_its_test_fail(tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text(BROKEN)
    with pytest.raises(KeyError, match="nowhere"):
        run_notebook(file, {})


# Each kind of week in one language, and both languages on most kinds: a run of all charts takes its time.
KINDS = [("town", "nl"), ("toronto", "en"), ("one_week", "nl"), ("one_complex", "en")]


@pytest.mark.parametrize(("name", "code"), KINDS)
@pytest.mark.parametrize("notebook", ABOUT_A_WEEK)
def test_it_runs_on_every_kind_of_week(notebook: str, name: str, code: str, published: Published) -> None:
    found = ran(notebook, published(name), language=code)
    assert "<h1" in found.shown, "it begins with its question"
    assert found.defined["opened"].trouble is None
    assert found.defined["opened"].notice in found.shown


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("notebook", [each for each in NOTEBOOKS if each not in ABOUT_A_WEEK])
def test_it_runs_without_a_week(notebook: str, code: str, tmp_path: Path) -> None:
    assert "<h1" in ran(notebook, tmp_path / "nothing", language=code).shown, "it begins with its question"


@pytest.mark.parametrize("notebook", ABOUT_A_WEEK)
def test_without_a_published_week_it_shows_the_demo(
    notebook: str, published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.exploring.opening.demo_home", lambda _language: Home(published("town")))
    found = ran(notebook, tmp_path / "nothing", language="en")
    assert found.defined["opened"].is_demo
    assert "made-up corporation" in found.shown


def in_run(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    """Changes what run.json says."""

    def damage(week: Path) -> None:
        said = json.loads((week / "run.json").read_text())
        change(said)
        (week / "run.json").write_text(json.dumps(said))

    return damage


def all_versions(version: str) -> Callable[[Path], None]:
    return in_run(lambda said: said.update(contracts=dict.fromkeys(said["contracts"], version)))


def without_tables(week: Path) -> None:
    for file in week.glob("*.parquet"):
        file.unlink()


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a newer contract": (all_versions("99.0.0"), "99.0.0"),
    "an older contract": (all_versions("0.9.0"), "0.9.0"),
    "no contracts at all": (in_run(dict.clear), "run.json"),
    "run.json is cut off": (lambda week: (week / "run.json").write_text('{"week": "2026'), "run.json"),
    "the tables are gone": (without_tables, ".parquet"),
}


def copied_week(published: Published, home: Path) -> Path:
    """A home in which a published week can be damaged."""
    week = (published("town") / "published" / "latest").resolve()
    copy = home / "published" / "weeks" / week.name
    shutil.copytree(week, copy)
    (home / "published" / "latest").symlink_to(copy)
    return copy


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("notebook", ABOUT_A_WEEK)
def test_what_it_cannot_read_is_one_sentence(notebook: str, damage: str, published: Published, tmp_path: Path) -> None:
    change, told = DAMAGE[damage]
    change(copied_week(published, tmp_path))
    found = ran(notebook, tmp_path)
    assert told in found.defined["opened"].trouble
    assert told in found.shown
    assert "Traceback" not in found.shown


def test_a_later_minor_version_can_be_read(published: Published, tmp_path: Path) -> None:
    later = in_run(lambda said: said.update(contracts={name: _later(v) for name, v in said["contracts"].items()}))
    later(copied_week(published, tmp_path))
    assert ran("this_weeks_flags", tmp_path).defined["opened"].trouble is None


def _later(version: str) -> str:
    major, minor, *_ = version.split(".")
    return f"{major}.{int(minor) + 1}.0"


@pytest.mark.parametrize("asked", ["2020-W01", "soon"])
@pytest.mark.parametrize("notebook", ABOUT_A_WEEK)
def test_an_unknown_week_is_one_sentence(notebook: str, asked: str, published: Published) -> None:
    found = ran(notebook, published("town"), week=asked)
    assert asked in found.defined["opened"].trouble
    assert asked in found.shown


@pytest.mark.parametrize(
    ("policy", "told"), [("quiet_bellow = 0.5", "quiet_bellow"), ("quiet_below = 7", "quiet_below")]
)
def test_a_policy_that_cannot_be_is_told_where_it_is_read(
    policy: str, told: str, published: Published, tmp_path: Path
) -> None:
    (tmp_path / "published").symlink_to(published("town") / "published")
    (tmp_path / "luisterpost.toml").write_text(f"[policy]\n{policy}\n")
    found = ran("what_if", tmp_path)
    assert found.defined["opened"].trouble is None
    assert told in found.shown
