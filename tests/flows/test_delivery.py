"""The settings of delivery: addresses are held against what an address is, and no secret stands in the file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_contracts.problem import Problem
from flows.delivery import EXAMPLE, Delivery, TeamDelivery
from flows.language import LANGUAGES, Language
from flows.settings import Settings, read_settings

SECRET = "T0KEN-zeer-geheim"


def settings(tmp_path: Path, text: str) -> Settings:
    file = tmp_path / "luisterpost.toml"
    file.write_text(text, encoding="utf-8")
    return read_settings(file)


def test_the_example_of_the_documentation_holds(tmp_path: Path) -> None:
    said = settings(tmp_path, EXAMPLE)
    assert said.delivery == Delivery(
        answers_to="antwoord@example.nl",
        answers_folder=tmp_path / "antwoorden",
        csv_bom=True,
        safety_role="de coördinator veiligheid",
        safety_to=("veiligheid@example.nl",),
    )
    assert said.teams == {
        "Waterlanden": TeamDelivery(
            ("waterlanden@example.nl", "$WATERLANDEN_TEAMS"), date(2026, 12, 21), date(2027, 1, 3)
        )
    }
    assert not any(value in (None, False, ()) for value in vars(said.delivery).values()), "it shows every key"


def test_nothing_is_delivered_by_default(tmp_path: Path) -> None:
    said = settings(tmp_path, "[teams.Noord]\n")
    assert said.delivery == Delivery(None, None, False, None, ())
    assert said.teams == {"Noord": TeamDelivery((), None, None)}
    assert settings(tmp_path, "").teams == {}


def test_an_address_alone_changes_no_number_of_flags(tmp_path: Path) -> None:
    team = '[teams.Noord]\nsend_to = ["noord@example.nl"]\n'
    assert settings(tmp_path, "[policy]\nflags_per_team = 4\n" + team).capacity == {"Noord": 4}
    assert settings(tmp_path, "[policy]\nflags_per_team = 4\n" + team + "flags_per_team = 1").capacity == {"Noord": 1}


def test_an_address_stands_once_whatever_its_capitals(tmp_path: Path) -> None:
    said = settings(tmp_path, '[teams.Noord]\nsend_to = ["Noord@example.nl", "noord@example.nl", "$A", "$a", "$A"]')
    assert said.teams["Noord"].send_to == ("Noord@example.nl", "$A", "$a")


def test_a_whole_path_stays_as_it_is(tmp_path: Path) -> None:
    assert settings(tmp_path, '[delivery]\nanswers_folder = "/srv/antwoorden"').delivery.answers_folder == Path(
        "/srv/antwoorden"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("delivery = 3", "settings.wrong_type"),
        ("[delivery]\nanswer_to = 'a@example.nl'", "settings.unknown_key"),
        ("[delivery]\nanswers_to = ['a@example.nl']", "settings.wrong_type"),
        ("[delivery]\nanswers_to = ''", "settings.wrong_type"),
        ("[delivery]\nanswers_to = 'noord'", "settings.not_an_address"),
        ("[delivery]\nanswers_to = '$NOORD'", "settings.not_an_address"),
        ("[delivery]\nanswers_folder = 3", "settings.wrong_type"),
        ("[delivery]\nanswers_folder = '~niemand-hier/x'", "settings.no_such_user"),
        ("[delivery]\ncsv_bom = 'ja'", "settings.wrong_type"),
        ("[delivery]\nsafety_role = 3", "settings.wrong_type"),
        ('[delivery]\nsafety_role = "de\\ncoördinator"', "settings.wrong_type"),
        (f"[delivery]\nsafety_role = '{'é' * 81}'", "settings.role_too_long"),
        ("[delivery]\nsafety_to = 'a@example.nl'", "settings.wrong_type"),
        ("[delivery]\nsafety_to = ['$KANAAL']", "settings.not_an_address"),
        (f"[delivery]\nsafety_to = ['slack://{SECRET}']", "settings.secret_in_file"),
        ("[teams.Noord]\nsend_to = 'noord@example.nl'", "settings.wrong_type"),
        ("[teams.Noord]\nsend_to = [1]", "settings.wrong_type"),
        ("[teams.Noord]\nsend_to = ['noord']", "settings.not_an_address"),
        ("[teams.Noord]\nsend_to = ['noord@example']", "settings.not_an_address"),
        ("[teams.Noord]\nsend_to = ['noord@example.nl, oost@example.nl']", "settings.not_an_address"),
        ('[teams.Noord]\nsend_to = ["noord@example.nl\\nBcc: x@example.nl"]', "settings.not_an_address"),
        ("[teams.Noord]\nsend_to = ['Noord <noord@example.nl>']", "settings.not_an_address"),
        ("[teams.Noord]\nsend_to = ['$NOORD-1']", "settings.not_an_address"),
        (f"[teams.Noord]\nsend_to = ['a@example.nl', 'slack://{SECRET}']", "settings.secret_in_file"),
        (f"[teams.Noord]\nsend_to = ['mailto://x:{SECRET}@example.nl']", "settings.secret_in_file"),
        (f"[teams.Noord]\nsend_to = ['x:{SECRET}@example.nl']", "settings.not_an_address"),
        ("[teams.Noord]\nsent_to = ['a@example.nl']", "settings.unknown_key"),
        ("[teams.Noord]\npaused_from = '2026-12-21'", "settings.wrong_type"),
        ("[teams.Noord]\npaused_from = 2026-12-21T08:00:00", "settings.wrong_type"),
        ("[teams.Noord]\npaused_from = 2026-12-21", "settings.half_a_pause"),
        ("[teams.Noord]\npaused_until = 2026-12-21", "settings.half_a_pause"),
        ("[teams.Noord]\npaused_from = 2026-12-22\npaused_until = 2026-12-21", "settings.backward_pause"),
    ],
)
def test_a_mistake_is_told_and_a_secret_is_not(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(Problem) as told:
        settings(tmp_path, text)
    assert told.value.message == problem
    for code in LANGUAGES:
        sentence = Language(code).tell(told.value)
        assert "luisterpost.toml" in sentence
        assert SECRET not in sentence


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("[delivery]\nanswer_to = 1", "answers_to"),
        ("[teams.N]\npause_from = 1", "paused_from"),
        ("[delivry]", "delivery"),
    ],
)
def test_a_near_miss_is_named(tmp_path: Path, text: str, nearest: str) -> None:
    with pytest.raises(Problem) as told:
        settings(tmp_path, text)
    assert told.value.figures["nearest"] == nearest


def test_the_second_address_is_named_by_its_place(tmp_path: Path) -> None:
    with pytest.raises(Problem) as told:
        settings(tmp_path, "[teams.Noord]\nsend_to = ['a@example.nl', 'b@example']")
    assert (told.value.figures["key"], told.value.figures["number"]) == ("teams.Noord.send_to", 2)


@given(first=st.dates(), length=st.integers(0, 60), other=st.integers(-70, 70))
def test_a_pause_holds_its_first_and_its_last_day(first: date, length: int, other: int) -> None:
    try:
        last, day = date.fromordinal(first.toordinal() + length), date.fromordinal(first.toordinal() + other)
    except (ValueError, OverflowError):
        return
    assert TeamDelivery((), first, last).is_paused(day) == (0 <= other <= length)
    assert not TeamDelivery().is_paused(day)
