"""The settings file: only its [policy] changes, and never into something that a run would refuse."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.problem import Problem
from flows.exploring.what_if.policy_file import differences, policy_in_force, save_policy, text_with
from flows.home import Home
from flows.settings import read_settings
from models.policy import Policy

WRITTEN = """# ours
timezone = "Europe/Amsterdam"

[policy]
flags_per_team = 3   # agreed in May
quiet_below = 0.5

[teams.Waterlanden]
flags_per_team = 1
"""


def home(folder: Path, text: str | None = WRITTEN) -> Home:
    if text is not None:
        (folder / "luisterpost.toml").write_text(text)
    return Home(folder)


def test_only_what_was_moved_changes_and_comments_stay(tmp_path: Path) -> None:
    found = policy_in_force(home(tmp_path), Policy())
    assert (found.policy.flags_per_team, found.policy.quiet_below, found.capacity) == (3, 0.5, {"Waterlanden": 1})
    save_policy(found, replace(found.policy, quiet_below=0.7, sources_left_out=("repairs",)))
    text = found.file.read_text() if found.file else ""
    assert text == WRITTEN.replace("quiet_below = 0.5\n", 'quiet_below = 0.7\nsources_left_out = ["repairs"]\n')
    assert read_settings(tmp_path / "luisterpost.toml").policy == replace(
        found.policy, quiet_below=0.7, sources_left_out=("repairs",)
    )


def test_a_value_that_is_its_default_again_leaves_the_file() -> None:
    text = text_with(WRITTEN, Policy(flags_per_team=3))
    assert "quiet_below" not in text
    assert "# agreed in May" in text


def test_without_a_policy_part_it_is_added_behind_what_stands_there(tmp_path: Path) -> None:
    text = text_with('timezone = "Europe/Amsterdam"\n[teams.Noord]\nflags_per_team = 1\n', Policy(enter_weeks=2))
    (tmp_path / "luisterpost.toml").write_text(text)
    found = read_settings(tmp_path / "luisterpost.toml")
    assert (found.policy.enter_weeks, found.capacity, found.timezone) == (2, {"Noord": 1}, "Europe/Amsterdam")


def test_the_same_values_leave_every_byte(tmp_path: Path) -> None:
    found = policy_in_force(home(tmp_path), Policy())
    assert text_with(found.text, found.policy) == WRITTEN
    assert differences(found.text, text_with(found.text, found.policy), "luisterpost.toml") == ""


def test_the_difference_is_shown_line_by_line() -> None:
    told = differences(WRITTEN, text_with(WRITTEN, Policy(flags_per_team=3, quiet_below=0.7)), "luisterpost.toml")
    assert "-quiet_below = 0.5" in told
    assert "+quiet_below = 0.7" in told
    assert "timezone" not in told


def test_a_home_without_a_file_gets_one_for_its_owner_only(tmp_path: Path) -> None:
    found = policy_in_force(home(tmp_path, None), Policy(quiet_below=0.7))
    assert found.policy == Policy(), "what the next run goes by are the defaults, whatever the week went by"
    file = save_policy(found, Policy(leave_below=0.4))
    assert file.stat().st_mode & 0o077 == 0
    assert tomllib.loads(file.read_text()) == {"policy": {"leave_below": 0.4}}


@pytest.mark.parametrize(
    "text",
    [
        'policy.quiet_below = 0.5\npolicy.enter_weeks = 2\ntimezone = "Europe/Amsterdam"\n',
        "policy = {quiet_below = 0.5}\n",
        "[policy]\r\nquiet_below = 0.5\r\n\r\n[teams.Noord]\r\nflags_per_team = 1\r\n",
        "[policy]\nquiet_below = 0.5",
        "teams = {Noord = {flags_per_team = 1}}",
        '[policy]\narson_codes = [ # ours\n "AGR.BRA",\n]\n[delivery]\ncsv_bom = true\n',
    ],
)
def test_however_the_file_is_written_the_run_reads_what_was_saved(tmp_path: Path, text: str) -> None:
    file = tmp_path / "luisterpost.toml"
    file.write_bytes(text.encode())
    found = policy_in_force(Home(tmp_path), Policy())
    wanted = replace(found.policy, leave_below=0.4, quiet_below=0.6)
    save_policy(found, wanted)
    assert (read_settings(file).policy, read_settings(file).capacity) == (wanted, found.capacity)
    rest = {name: value for name, value in tomllib.loads(text).items() if name != "policy"}
    assert {name: value for name, value in tomllib.loads(file.read_text()).items() if name != "policy"} == rest
    if "\r\n" in text:
        assert b"[teams.Noord]\r\nflags_per_team = 1\r\n" in file.read_bytes()


def test_all_back_to_what_they_were_leaves_nothing_of_them(tmp_path: Path) -> None:
    for text in ("policy.quiet_below = 0.5\n", "[policy]\nquiet_below = 0.5\n", "policy = {quiet_below = 0.5}\n"):
        (tmp_path / "luisterpost.toml").write_text(text)
        save_policy(policy_in_force(Home(tmp_path), Policy()), Policy())
        assert "quiet_below" not in (tmp_path / "luisterpost.toml").read_text()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "shared.toml").write_text("[policy]\nquiet_below = 0.5\n")
    (tmp_path / "luisterpost.toml").symlink_to(tmp_path / "shared.toml")
    save_policy(policy_in_force(Home(tmp_path), Policy()), Policy(leave_below=0.4))
    assert (tmp_path / "luisterpost.toml").is_symlink()
    assert tomllib.loads((tmp_path / "shared.toml").read_text()) == {"policy": {"leave_below": 0.4}}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[policy]\nquiet = 0.7", "settings.unknown_key"),
        ("[policy]\nquiet_below = 7", "settings.out_of_range"),
        ("[policy]\nquiet_below = 'low'", "settings.wrong_type"),
        ("[policy", "settings.unreadable"),
    ],
)
def test_a_file_that_a_run_would_refuse_is_told_and_never_written(tmp_path: Path, text: str, problem: str) -> None:
    published = Policy(quiet_below=0.55)
    found = policy_in_force(home(tmp_path, text), published)
    assert found.trouble is not None
    assert found.trouble.message == problem
    assert found.policy == published, "the sliders begin where the week was"
    with pytest.raises(Problem, match=problem.replace(".", r"\.")):
        save_policy(found, Policy())
    assert (tmp_path / "luisterpost.toml").read_text() == text


def test_a_value_out_of_range_is_never_written(tmp_path: Path) -> None:
    found = policy_in_force(home(tmp_path), Policy())
    for wrong, problem in (({"quiet_below": 7.0}, "out_of_range"), ({"sources_left_out": ("water",)}, "unknown_word")):
        with pytest.raises(Problem, match=problem):
            save_policy(found, replace(found.policy, **wrong))  # type: ignore[arg-type]
    assert (tmp_path / "luisterpost.toml").read_text() == WRITTEN


def test_what_somebody_else_wrote_meanwhile_is_not_lost(tmp_path: Path) -> None:
    found = policy_in_force(home(tmp_path), Policy())
    (tmp_path / "luisterpost.toml").write_text(WRITTEN + "# newer\n")
    with pytest.raises(Problem, match=r"trying\.changed_meanwhile"):
        save_policy(found, Policy())
    assert (tmp_path / "luisterpost.toml").read_text().endswith("# newer\n")


def test_the_demo_has_nowhere_to_save() -> None:
    found = policy_in_force(None, Policy())
    assert found.file is None
    with pytest.raises(Problem, match=r"trying\.no_file"):
        save_policy(found, Policy())


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "in_the_way").write_text("")
    found = policy_in_force(Home(tmp_path / "in_the_way" / "home"), Policy())
    with pytest.raises(Problem, match=r"trying\.cannot_save|settings\.unreadable"):
        save_policy(found, Policy(leave_below=0.4))


numbers = {
    each.name: st.integers(each.metadata["least"], each.metadata["most"])
    if isinstance(each.default, int)
    else st.floats(each.metadata["least"], each.metadata["most"])
    for each in fields(Policy)
    if each.metadata["least"] is not None
}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({}, optional=numbers), st.sampled_from([WRITTEN, "", "[policy]\n", "# only\n"]))
def test_whatever_is_saved_is_read_back_as_it_was(tmp_path: Path, values: dict[str, Any], text: str) -> None:
    (tmp_path / "luisterpost.toml").write_text(text)
    save_policy(policy_in_force(Home(tmp_path), Policy()), Policy(**values))
    assert read_settings(tmp_path / "luisterpost.toml").policy == Policy(**values)
