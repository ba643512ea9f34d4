"""A SELECT is written whole, for its owner only, and over another one only where that was asked for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from connecting_town import COMPLEXES

from data_contracts.problem import Problem
from flows.exploring.connect_your_data.mapping_saving import (
    Saved,
    changes,
    check_command,
    is_example,
    save_select,
    saved_select,
)
from flows.language import LANGUAGES, Language
from flows.mappings import SHIPPED
from flows.starter import write_starter


def save(folder: Path | None, select: str, *, may_replace: bool = False) -> Saved:
    return save_select(folder, COMPLEXES, select, Path("/exports of ours"), may_replace=may_replace)


def refused(folder: Path | None, select: str) -> str:
    with pytest.raises(Problem) as caught:
        save(folder, select)
    return caught.value.message


def test_a_new_folder_and_file_are_for_their_owner_only(tmp_path: Path) -> None:
    saved = save(tmp_path / "ours", "select 1")
    assert saved.file.read_text() == "select 1\n"
    assert stat.S_IMODE(saved.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(saved.file.parent.stat().st_mode) == 0o700
    assert [each.name for each in saved.file.parent.iterdir()] == ["complexes.sql"]
    assert saved.command == f"luisterpost check --sources {tmp_path}/ours --inbox '/exports of ours'"


def test_what_stands_there_goes_only_where_that_was_asked_for(tmp_path: Path) -> None:
    save(tmp_path, "select 1")
    assert refused(tmp_path, "select 2") == "connect.stands_there"
    assert saved_select(tmp_path, COMPLEXES) == "select 1\n"
    saved = save(tmp_path, "select 2", may_replace=True)
    assert saved_select(tmp_path, COMPLEXES) == "select 2\n"
    assert "-select 1\n+select 2" in saved.changes


def test_the_same_text_again_is_no_trouble_and_no_change(tmp_path: Path) -> None:
    save(tmp_path, "select 1")
    assert save(tmp_path, "select 1\n\n").changes == ""


def test_no_folder_no_select_and_a_shipped_mapping_are_one_sentence_each(tmp_path: Path) -> None:
    assert refused(None, "select 1") == "connect.no_sources_folder"
    assert refused(tmp_path, " \n") == "connect.no_select"
    assert refused(SHIPPED / "demo", "select 1") == "connect.is_shipped"


def test_a_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refused(tmp_path / "file", "select 1") == "connect.cannot_save"


def test_a_folder_that_may_not_be_written_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_more: object) -> int:
        raise PermissionError(13, "Permission denied")

    # Whoever runs the tests may be allowed everything.
    monkeypatch.setattr(os, "open", refuse)
    assert refused(tmp_path, "select 1") == "connect.cannot_save"
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_half_way_leaves_what_stood_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, "select 1")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Problem, match="cannot_save"):
        save(tmp_path, "select 2", may_replace=True)
    assert [each.name for each in tmp_path.iterdir()] == ["complexes.sql"]
    assert saved_select(tmp_path, COMPLEXES) == "select 1\n"


def test_a_select_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    assert refused(tmp_path, "select '\ud800'") == "connect.cannot_save"
    (tmp_path / "complexes.sql").write_bytes("select 'é'".encode("cp1252"))
    with pytest.raises(Problem, match="cannot_open"):
        saved_select(tmp_path, COMPLEXES)


def test_changes_are_empty_where_nothing_differs() -> None:
    assert changes("select 1\n", "select 1", "a.sql") == ""


def test_the_inbox_is_named_only_where_it_is_another_folder(tmp_path: Path) -> None:
    assert check_command(tmp_path, tmp_path) == f"luisterpost check --sources {tmp_path}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_example_of_init_is_known_for_what_it_is(code: str, tmp_path: Path) -> None:
    write_starter(tmp_path / "ours", Language(code))
    example = saved_select(tmp_path / "ours", COMPLEXES)
    assert is_example(example, COMPLEXES)
    assert not is_example(example.replace("'C0042'", '"Complexnr"'), COMPLEXES)
    assert not is_example("", COMPLEXES)
