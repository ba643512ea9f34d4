"""On the list or not, and why, in words that judge nobody."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from quiet_street import DRAWN, FLAGGED, GONE, HOSTILE, NEVER, SMALL, SUSPECT, write_street

from flows.explaining import Explanation
from flows.exploring.one_complex.complex_answer import Levels, answer, answer_lines, flag_lines
from flows.exploring.one_complex.complex_page import one_complex
from flows.language import LANGUAGES, Language
from flows.results import PublishedWeek

NL, EN = Language("nl"), Language("en")


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> PublishedWeek:
    return write_street(tmp_path_factory.mktemp("street"))


def found_of(street: PublishedWeek, complex_id: str) -> Explanation:
    found = one_complex(street, complex_id, NL).found
    assert found is not None
    return found


def test_on_the_list_and_the_level_that_counted(street: PublishedWeek) -> None:
    page = one_complex(street, FLAGGED, NL)
    assert page.levels is not None
    assert (page.levels.enter, page.levels.leave) == pytest.approx((0.8, 0.3))
    told = answer(found_of(street, FLAGGED), Levels(0.72, 0.3), NL)
    assert told.verdict == f"{HOSTILE} staat op de lijst: stil, en misschien gaat het er niet goed."
    assert told.where == "C01 · Noord · 40 woningen"
    assert (
        "is 74,9 %. Elk complex begint bij 3,3 %. Deze week telde een kans mee voor de lijst vanaf 72,0 %."
        in told.chance
    )
    assert told.warning is None
    assert told.in_short[:2] == ["Wat we denken: stil geworden", "Soort stilte: kan misschien niet melden"]
    assert "tussen week 2026-W16 en week 2026-W24" in told.in_short[2]
    assert len(told.in_short) == 3
    stays = answer(found_of(street, FLAGGED), Levels(0.9, 0.3), NL).chance
    assert "pas mee vanaf 90,0 %" in stays
    assert "4 weken onder 30 %" in stays


def test_drawn_by_lot_has_no_cause(street: PublishedWeek) -> None:
    told = answer(found_of(street, DRAWN), Levels(0.8, 0.3), NL)
    assert "door het lot gekozen. Er is geen aanleiding" in told.verdict
    assert "vanaf 80,0 %" in told.chance


def test_not_on_the_list_says_why(street: PublishedWeek) -> None:
    unflagged = replace(found_of(street, FLAGGED), flag=None)
    assert answer(unflagged, Levels(0.9, 0.3), EN).verdict.endswith("is not on the list.")
    assert "from 90.0% on" in answer(unflagged, Levels(0.9, 0.3), EN).chance
    waits = answer(unflagged, Levels(0.5, 0.3), EN).chance
    assert "so this one did" in waits
    assert "after 3 of 4 such weeks" in waits
    too_small = replace(unflagged, score=unflagged.score | {"is_too_small_to_know": True})
    assert "An ordinary complex of this size can be as quiet here" in answer(too_small, Levels(0.5, 0.3), EN).chance
    assert any("too small" in each for each in answer(too_small, Levels(0.5, 0.3), EN).unseen)


def test_under_ten_homes_is_for_the_analyst_only(street: PublishedWeek) -> None:
    told = answer(found_of(street, SMALL), Levels(0.8, 0.3), NL)
    assert told.warning is not None
    assert "Alleen voor jou als analist" in told.warning
    assert "Onder de 10 woningen" in told.chance


def test_a_broken_feed_says_nothing_of_residents(street: PublishedWeek) -> None:
    told = answer(found_of(street, SUSPECT), Levels(0.8, 0.3), NL)
    assert "‘de aanlevering hapert’" in told.chance
    assert "zegt die kans niets over bewoners" in told.chance


def test_of_a_safety_matter_neither_kind_nor_life_is_told(street: PublishedWeek) -> None:
    found = found_of(street, FLAGGED)
    safety = replace(found, flag={**(found.flag or {}), "why": "safety"})
    told = answer(safety, Levels(0.5, 0.3), NL)
    assert "ga niet alleen" in told.verdict
    assert "stil" not in told.verdict
    assert [each.about for each in told.thoughts] == ["state", "since", "sure"]
    assert "Voor veiligheid telt deze kans niet mee." in told.chance


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_state_can_be_said(street: PublishedWeek, code: str) -> None:
    from test_language import STATES

    found = found_of(street, FLAGGED)
    for state in STATES:
        told = answer(replace(found, flag=None, score=found.score | {"state": state}), Levels(0.8, 0.3), Language(code))
        said = " ".join([told.verdict, told.chance, *told.in_short, *told.unseen])
        assert not re.search(r"[{}]|None|one\.|explain\.", said)


def test_the_life_of_the_flag_and_the_answers_newest_first(street: PublishedWeek) -> None:
    lives, flags, answers = (street.table(each) for each in ("lives", "flags", "answers"))
    (life,) = flag_lines(lives, flags, FLAGGED, NL)
    assert life.startswith("2026-W43-C01. Reden: stil, en misschien gaat het er niet goed.")
    for part in ("Loopt nog, sinds 26 oktober 2026.", "de gemeente", "Fase 2 van 3.", "Stem terug"):
        assert part in life
    assert flag_lines(lives, flags, DRAWN, NL) == [NL.say("one.no_flags")]
    assert answer_lines(answers, FLAGGED, NL) == [
        "4 november 2026: anders. Volgende stap: Een *rondje* lopen.",
        "28 oktober 2026: zorgen. Weten bewoners ons te vinden: nee.",
    ]
    assert answer_lines(answers, DRAWN, EN) == [EN.say("one.no_answers")]


def test_what_was_not_judged_says_so_and_shows_what_there_is(street: PublishedWeek) -> None:
    gone = one_complex(street, GONE, NL)
    assert gone.found is gone.levels is None
    assert gone.trouble is not None
    assert "niet in gebruik" in NL.tell(gone.trouble)
    assert (gone.n_weeks, gone.paths.height) == (26, 26)
    never = one_complex(street, NEVER, NL)
    assert (never.n_weeks, never.paths.height, never.axis.first) == (0, 0, never.axis.last)
