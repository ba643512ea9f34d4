"""A mistake in the settings file is told with its key and its mend, and never half applied."""

from pathlib import Path

import pytest

from data_contracts.problem import Problem
from flows.settings import Settings, read_settings
from models.policy import Policy


def settings(tmp_path: Path, text: str | bytes) -> Settings:
    file = tmp_path / "luisterpost.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_settings(file)


def test_without_a_file_everything_is_as_the_policy_says(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "absent.toml") == Settings(Policy(), None, {})
    assert settings(tmp_path, "") == Settings()


def test_what_is_written_holds(tmp_path: Path) -> None:
    text = (
        'timezone = "America/Toronto"\n[policy]\nflags_per_team = 2\n[teams."Noord \\"oost\\""]\nflags_per_team = 3\n'
    )
    said = settings(tmp_path, text)
    assert said.timezone == "America/Toronto"
    assert said.policy.flags_per_team == 2
    assert said.capacity == {'Noord "oost"': 3}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[policy", "settings.unreadable"),
        (b"\xff\xfe", "settings.unreadable"),
        ("a = 1\na = 2", "settings.unreadable"),
        ("timezones = 'UTC'", "settings.unknown_key"),
        ("[policy]\nflags_per_teams = 3", "settings.unknown_key"),
        ("[policy]\n__class__ = 3", "settings.unknown_key"),
        ("[teams.Noord]\nflags = 3", "settings.unknown_key"),
        ("policy = 3", "settings.wrong_type"),
        ("teams = ['Noord']", "settings.wrong_type"),
        ("[teams]\nNoord = 3", "settings.wrong_type"),
        ("[policy]\nflags_per_team = '3'", "settings.wrong_type"),
        ("[policy]\nflags_per_team = 1.5", "settings.wrong_type"),
        ("[policy]\nflags_per_team = true", "settings.wrong_type"),
        ("[policy]\nflags_per_team = -1", "settings.out_of_range"),
        ("[policy]\nflags_per_team = 999999999", "settings.out_of_range"),
        ("[teams.Noord]\nflags_per_team = -1", "settings.out_of_range"),
        ("[policy]\nsources_left_out = ['complaints']", "settings.unknown_word"),
        ("[policy]\nsources_left_out = 'repairs'", "settings.wrong_type"),
        ("timezone = 'Europe/Rotterdam'", "settings.unknown_timezone"),
        ("timezone = '../../etc/passwd'", "settings.unknown_timezone"),
        ("timezone = 1", "settings.unknown_timezone"),
        ("timezone = ['Europe/Amsterdam']", "settings.unknown_timezone"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, text: str | bytes, problem: str) -> None:
    with pytest.raises(Problem) as told:
        settings(tmp_path, text)
    assert told.value.message == problem
    assert told.value.figures["file"] == tmp_path / "luisterpost.toml"


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_a_number_that_is_none_is_out_of_range(tmp_path: Path, number: str) -> None:
    key = next(name for name, value in vars(Policy()).items() if isinstance(value, float))
    with pytest.raises(Problem, match=r"settings\.out_of_range"):
        settings(tmp_path, f"[policy]\n{key} = {number}")


def test_a_near_miss_is_named(tmp_path: Path) -> None:
    with pytest.raises(Problem) as told:
        settings(tmp_path, "[policy]\nflag_per_team = 3")
    assert told.value.figures["nearest"] == "flags_per_team"


def test_a_folder_where_the_file_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "luisterpost.toml").mkdir()
    with pytest.raises(Problem, match=r"settings\.unreadable"):
        read_settings(tmp_path / "luisterpost.toml")
