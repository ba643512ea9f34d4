"""The home folder is its owner's alone, and its secret is made once."""

import os
from pathlib import Path

import pytest

from data_contracts.problem import Problem
from flows.home import SECRET_VARIABLE, Home
from flows.language import Language


@pytest.fixture(autouse=True)
def no_secret_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_folders_are_for_the_owner_only_also_those_that_were_there(tmp_path: Path) -> None:
    home = Home(tmp_path / "deep" / "home")
    home.folder.mkdir(parents=True, mode=0o755)
    home.create()
    home.create()
    made = (home.folder, home.published, home.published / "weeks", home.shared)
    assert {rights(folder) for folder in made} == {0o700}


def test_the_secret_is_made_once_for_the_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    home = Home(tmp_path)
    before = os.umask(0)
    try:
        secret = home.secret()
    finally:
        os.umask(before)
    assert len(secret) == 64
    assert rights(home.secret_file) == 0o600
    assert [home.secret(), Home(tmp_path).secret()] == [secret, secret]


def test_two_installations_have_two_secrets(tmp_path: Path) -> None:
    first, second = Home(tmp_path / "a"), Home(tmp_path / "b")
    first.create()
    second.create()
    assert first.secret() != second.secret()


def test_a_secret_in_the_environment_goes_first_and_is_not_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, "given by the environment")
    assert Home(tmp_path).secret() == "given by the environment"
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv(SECRET_VARIABLE, "")
    assert len(Home(tmp_path).secret()) == 64


@pytest.mark.parametrize("is_in_environment", [True, False])
def test_a_secret_that_can_be_guessed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_in_environment: bool
) -> None:
    home = Home(tmp_path)
    if is_in_environment:
        monkeypatch.setenv(SECRET_VARIABLE, "welkom01")
    else:
        home.secret_file.write_text("welkom01\n")
    with pytest.raises(Problem, match=r"home\.short_secret") as told:
        home.secret()
    assert "welkom01" not in Language("nl").tell(told.value)


@pytest.mark.parametrize("content", [b"", b"  \n"])
def test_an_empty_secret_is_not_replaced_silently(tmp_path: Path, content: bytes) -> None:
    home = Home(tmp_path)
    home.secret_file.write_bytes(content)
    with pytest.raises(Problem, match=r"home\.empty_secret"):
        home.secret()
    assert home.secret_file.read_bytes() == content


def test_a_secret_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.secret_file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Problem, match=r"home\.unreadable_secret"):
        home.secret()
    home.secret_file.unlink()
    home.secret_file.mkdir()
    with pytest.raises(Problem, match=r"home\.unreadable_secret"):
        home.secret()


@pytest.mark.parametrize("place", ["home", "home/inner", "home/published"])
def test_a_file_where_a_folder_should_be_is_one_problem(tmp_path: Path, place: str) -> None:
    in_the_way = tmp_path / "home"
    if place == "home/published":
        in_the_way.mkdir()
        (tmp_path / place).write_text("in the way")
    else:
        in_the_way.write_text("in the way")
    with pytest.raises(Problem, match=r"home\.cannot_write"):
        Home(in_the_way if place != "home/inner" else tmp_path / place).create()


def test_a_secret_in_a_folder_that_is_none_is_one_problem(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    with pytest.raises(Problem, match=r"home\.cannot_write"):
        Home(tmp_path / "home").secret()


def test_two_runs_never_work_in_one_home(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    with home.alone(), pytest.raises(Problem, match=r"home\.busy"), Home(home.folder).alone():
        pass
    # The lock goes with the run.
    with home.alone():
        pass


def test_a_folder_with_other_things_in_it_keeps_its_rights(tmp_path: Path) -> None:
    (tmp_path / "of somebody else").write_text("still readable")
    tmp_path.chmod(0o755)
    home = Home(tmp_path)
    home.create()
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert home.published.stat().st_mode & 0o077 == 0
