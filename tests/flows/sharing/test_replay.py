"""Replay removes nothing that it did not make, and finds the run that counts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from data_contracts.contract import contract
from data_contracts.problem import Problem
from flows.home import Home
from flows.publishing import _tidy
from flows.results import PublishedWeek, published_week
from flows.sharing.replay import NEEDED, replay
from flows.sharing.writing import _is_newest
from models.weeks import parse_week

WEEK = parse_week("2026-W46")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    folder = made.published / "weeks" / "2026-W46.1"
    folder.mkdir()
    said = {
        "week": "2026-W46",
        "run_id": "1",
        "language": "nl",
        "contracts": {name: contract("published", name).version for name in NEEDED},
    }
    (folder / "run.json").write_text(json.dumps(said), encoding="utf-8")
    made.latest.symlink_to(folder)
    return made


@pytest.mark.parametrize("where", ["letters", "home", "home/shared", "home/published"])
def test_a_folder_with_something_in_it_is_left_alone(home: Home, tmp_path: Path, where: str) -> None:
    letter = tmp_path / where / "Waterlanden" / "brief.txt"
    letter.parent.mkdir(parents=True)
    letter.write_text("keep")
    with pytest.raises(Problem, match=r"replay\.not_empty"):
        replay(home, WEEK, tmp_path / where)
    assert letter.read_text() == "keep"


def test_a_file_is_no_folder(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("keep")
    with pytest.raises(Problem, match=r"replay\.not_empty"):
        replay(home, WEEK, file)


def test_a_week_of_before_an_upgrade_is_said_so(home: Home) -> None:
    manifest = home.latest / "run.json"
    said = json.loads(manifest.read_text())
    said["contracts"]["lives"] = "0.9.0"
    manifest.write_text(json.dumps(said))
    with pytest.raises(Problem, match=r"replay\.other_version"):
        replay(home, WEEK, None)


def test_a_week_that_was_never_published_is_said_so(home: Home) -> None:
    with pytest.raises(Problem, match=r"results\.no_such_week"):
        replay(home, parse_week("2026-W01"), None)


def test_with_the_clock_set_back_the_run_that_the_link_names_counts(home: Home) -> None:
    later = home.published / "weeks" / "2026-W46.9"
    shutil.copytree(home.latest.resolve(), later)
    assert published_week(home, WEEK).folder == home.latest.resolve()
    _tidy(home, home.latest.resolve())
    for number in (5, 6, 7):
        shutil.copytree(later, later.with_name(f"2026-W46.{number}"))
    before_all = later.with_name("2026-W46.0")
    shutil.copytree(later, before_all)
    _tidy(home, before_all)
    assert before_all.is_dir(), "what was just published stays"


@pytest.mark.parametrize("name", ["2026-W47 (kopie)", "archief-Waterlanden", "oud"])
def test_a_folder_of_somebody_else_is_no_week(home: Home, name: str) -> None:
    (home.shared / "2026-W46").mkdir()
    (home.shared / name).mkdir()
    assert _is_newest(PublishedWeek(home.latest.resolve()), home)
    (home.shared / "2026-W47").mkdir()
    assert not _is_newest(PublishedWeek(home.latest.resolve()), home)
