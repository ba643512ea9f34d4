"""Names from a source stand on a page, in a folder and in a file name without doing anything."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.sharing.shown_names import LONGEST, file_title, folder_name, shown_name

FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇳🇱"


@pytest.mark.parametrize("team", ["../../etc", "a/b", "Noord & Zuid", "", "." * 3, "x" * 300, "Ward 1: O'Brien", "北"])
def test_a_team_becomes_one_safe_folder(team: str) -> None:
    assert re.fullmatch(r"[\w-]{1,80}", folder_name(team))


def test_two_teams_never_share_a_folder() -> None:
    teams = ["a b", "a-b", "a/b", "a  b", "A b"]
    assert len({folder_name(team) for team in teams}) == len(teams)


def test_teams_that_differ_only_in_case_never_share_a_folder_on_any_system() -> None:
    teams = ["Noord", "noord", "NOORD", "Straße", "STRASSE", "Zuid"]
    names = [folder_name(team, teams) for team in teams]
    assert len({name.casefold() for name in names}) == len(teams)
    assert names[-1] == "Zuid", "an ordinary team keeps its name"
    assert folder_name("Noord", ["Noord", "Zuid"]) == "Noord"


@pytest.mark.parametrize("team", ["CON", "prn", "Aux", "NUL", "COM1", "lpt9", "COM²"])
def test_no_team_is_a_device(team: str) -> None:
    assert re.fullmatch(rf"{team}-[0-9a-f]{{8}}", folder_name(team))


def test_no_team_can_be_called_after_the_folder_of_another() -> None:
    other = folder_name("a b")
    assert folder_name(other) != other


@given(st.lists(st.text("aAbB -é1", max_size=4), unique=True))
def test_teams_have_as_many_folders_as_there_are_teams(teams: list[str]) -> None:
    assert len({folder_name(team, teams).casefold() for team in teams}) == len(teams)


@given(st.text(max_size=120))
def test_a_team_makes_a_file_name_on_any_system(team: str) -> None:
    title = file_title(team)
    assert 1 <= len(title) <= LONGEST
    assert not set(title) & set('\\/:*?"<>|\n\r\t\0')
    assert title == title.strip(" .")


@given(st.text(max_size=200), st.integers(12, 60))
def test_a_name_is_one_short_line(name: str, longest: int) -> None:
    shown = shown_name(name, longest).removeprefix("\u2068").removesuffix("\u2069")
    assert len(shown) <= longest
    assert len(shown.splitlines()) <= 1
    assert not [each for each in shown if unicodedata.category(each).startswith("C") and each != "\u200d"]


def test_a_short_name_stays_as_it_is() -> None:
    for name in ("Lindehof", "Zonnehof 🌻🏚️", FAMILY, FLAG, 'Hof "De Brug" & \'t Zand'):
        assert shown_name(name) == name


@pytest.mark.parametrize("sign", [FAMILY, FLAG, "🏚️", "é", "👍🏽"])
def test_what_is_seen_as_one_sign_is_never_cut_in_two(sign: str) -> None:
    for before in range(14):
        shown = shown_name("x" * before + sign * 8, 12).removesuffix("…")
        rest = shown[before:]
        assert rest == sign * (len(rest) // len(sign)), (before, shown)


def test_a_name_from_right_to_left_is_put_apart() -> None:
    assert shown_name("برج الأمل") == "\u2068برج الأمل\u2069"
    assert "\u202e" not in shown_name("a\u202eb"), "nobody turns the rest of the line around"
