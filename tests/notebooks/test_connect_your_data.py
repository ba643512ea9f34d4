"""From a folder of exports to a mapping, in the notebook: what it shows, and that it writes only when asked."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from running import Ran, run_notebook

from flows.exploring.gallery import FOLDER

HOUSES = "complex_id;name;area_team;homes\nC1;Linde;Noord;40\nC2;Beuk;Noord;veel\n"
READ_HOUSES = "from read_csv(getvariable('inbox') || '/huizen.csv', header = true, delim = ';', all_varchar = true)"


def ran(place: Path, language: str = "nl", **defined: Any) -> Ran:
    arguments = {"inbox": str(place / "inbox"), "sources": str(place / "sources"), "language": language}
    return run_notebook(FOLDER / "connect_your_data.py", arguments, **defined)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "huizen.csv").write_text(HOUSES)
    return tmp_path


def pressed(*, may_replace: bool) -> dict[str, Any]:
    return {"save": SimpleNamespace(value=True), "may_replace": SimpleNamespace(value=may_replace)}


def test_a_first_file_becomes_a_draft_that_is_tried_at_once(place: Path) -> None:
    found = ran(place)
    assert '"homes" as homes' in found.defined["editor"].value
    trial = found.defined["trial"]
    assert (trial.rows_read, trial.rows_kept, trial.rows_set_apart) == (2, 1, 1)
    assert [each.outcome.rule_id for each in trial.broken] == ["homes.type"]
    assert not (place / "sources").exists(), "nobody pressed the button"


def test_what_stands_in_the_mapping_comes_first(place: Path) -> None:
    (place / "sources").mkdir()
    (place / "sources" / "complexes.sql").write_text(READ_HOUSES)
    found = ran(place)
    assert found.defined["editor"].value == READ_HOUSES
    assert found.defined["trial"].rows_read == 2


def test_the_button_writes_and_says_what_to_type_next(place: Path) -> None:
    found = ran(place, **pressed(may_replace=False))
    assert (place / "sources" / "complexes.sql").read_text() == found.defined["editor"].value


def test_the_button_replaces_nothing_without_a_tick(place: Path) -> None:
    (place / "sources").mkdir()
    file = place / "sources" / "complexes.sql"
    file.write_text(READ_HOUSES)
    other = SimpleNamespace(value="select 1")
    ran(place, editor=other, **pressed(may_replace=False))
    assert file.read_text() == READ_HOUSES
    ran(place, editor=other, **pressed(may_replace=True))
    assert file.read_text() == "select 1\n"


@pytest.mark.parametrize(("language", "told"), [("nl", "bestaat niet"), ("en", "does not exist")])
def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path, language: str, told: str) -> None:
    found = ran(tmp_path, language)
    assert told in found.shown
    assert "trial" not in found.defined


def test_a_damaged_file_is_one_sentence_and_the_draft_an_example(place: Path) -> None:
    (place / "inbox" / "huizen.csv").write_bytes(b"a;b\n1;\0\n")
    found = ran(place)
    assert "NUL" in found.shown
    assert "C0042" in found.defined["editor"].value
