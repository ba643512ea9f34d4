"""What a week and one complex of it say in words: true, adding up, calm, and never a walk where one consults first."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from listed_town import (
    DRAWN,
    EMPTIED,
    LISTED,
    RESTING,
    SAFETY,
    SMALL,
    THREATENED,
    TOO_SMALL,
    listed_town,
)

from flows.exploring.this_weeks_flags.standings import of_team, standings
from flows.exploring.this_weeks_flags.this_complex import link_to_complex, this_complex
from flows.exploring.this_weeks_flags.week_in_words import (
    TOLD_IN_WORDS,
    fell_off_line,
    safety_line,
    sum_of_counts,
    unseen_lines,
    which_complexes,
    why_none,
)
from flows.language import LANGUAGES, Language
from flows.results import PublishedWeek

NL, EN = Language("nl"), Language("en")


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> PublishedWeek:
    return listed_town(tmp_path_factory.mktemp("words") / "week")


@pytest.fixture(scope="module")
def rows(week: PublishedWeek) -> pl.DataFrame:
    return standings(week)


def test_the_quiet_ones_are_named_with_their_figures(week: PublishedWeek, rows: pl.DataFrame) -> None:
    said = which_complexes(rows, week, NL)
    assert said.startswith("**2 complexen** zijn stil")
    assert "kans 88,0 %" in said
    assert "0,30 keer zo vaak" in said
    assert "8 gehoord, 18,5 bij complexen als dit" in said
    assert "Het lot koos **1 complex**" in said
    assert said.index(f"({LISTED})") < said.index(f"({THREATENED})")


def test_a_safety_matter_is_named_only_to_consult(week: PublishedWeek, rows: pl.DataFrame) -> None:
    line = safety_line(rows, NL)
    assert line is not None
    assert line.startswith("Lindehof 3: overleg eerst")
    assert "Lindehof 3**" not in which_complexes(rows, week, NL)
    assert safety_line(of_team(rows, "Noord"), NL) is None


def test_a_name_from_a_source_is_obeyed_nowhere(week: PublishedWeek, rows: pl.DataFrame) -> None:
    for said in (which_complexes(rows, week, NL), this_complex(rows, week, LISTED, NL).markdown(NL)):
        assert "<b>" not in said
        assert "](b)" not in said
        assert "$x$" not in said


def test_a_long_list_is_told_in_part_and_says_so(week: PublishedWeek, rows: pl.DataFrame) -> None:
    many = rows.with_columns(standing=pl.lit("listed"))
    said = which_complexes(many, week, NL)
    assert said.count("\n- ") + 1 == TOLD_IN_WORDS + 1
    assert f"En nog {rows.height - TOLD_IN_WORDS}" in said


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("team", [None, "Noord", "Zuid"])
def test_the_sum_in_words_adds_up(week: PublishedWeek, rows: pl.DataFrame, code: str, team: str | None) -> None:
    shown = of_team(rows, team)
    total, parts = sum_of_counts(shown, week, Language(code)).split(" = ")
    numbers = [int(part.split()[0]) for part in parts.split(" + ")]
    assert int(total.split()[0]) == shown.height == sum(numbers)


def test_no_flags_is_said_calmly_with_the_reason(tmp_path: Path) -> None:
    week = listed_town(tmp_path / "week", has_flags=False)
    said = which_complexes(standings(week), week, NL)
    assert said.startswith("Deze week staat er **geen complex**")
    assert "3 van de 20 complexen konden we niet beoordelen" in said
    assert "3 van de laatste 4 weken" in said
    assert "hoogstens 20 %" in said
    assert "Het lot" not in said


def test_a_blind_week_says_that_it_could_not_see(tmp_path: Path) -> None:
    week = listed_town(tmp_path / "week", has_flags=False, is_blind=True, missing=("repairs", "tenancies"))
    said = why_none(standings(week), week, NL)
    assert len(said) == 1
    assert "niet te zien of het ergens slecht gaat" in said[0]
    assert "Wel stil: 2 complexen" in said[0]
    assert unseen_lines(week, NL) == [
        "We krijgen hier geen reparatieverzoeken.",
        "We krijgen hier geen huurcontracten.",
        NL.say("unseen.condition"),
    ]


def test_what_fell_off_is_told_per_team_and_as_the_first_reason_for_an_empty_list(tmp_path: Path) -> None:
    week = listed_town(tmp_path / "week", has_flags=False, fell_off={"Zuid": 2})
    rows = standings(week)
    assert fell_off_line(rows, week, NL) == (
        "2 complexen waren waarschijnlijk genoeg, maar pasten niet op de lijst: Zuid (2)."
    )
    assert why_none(rows, week, NL)[0] == fell_off_line(rows, week, NL)
    assert fell_off_line(of_team(rows, "Noord"), week, NL) == NL.say("this_week.none_fell_off")


def test_an_empty_week_and_all_sources_are_told(week: PublishedWeek, rows: pl.DataFrame) -> None:
    assert which_complexes(rows.clear(), week, NL) == NL.say("this_week.none")
    assert sum_of_counts(rows.clear(), week, NL) == "0 complexen in gebruik = 0."
    assert unseen_lines(week, NL) == ["Alle bronnen waren er."]


def test_the_three_strongest_reasons_stand_in_order_with_figures(week: PublishedWeek, rows: pl.DataFrame) -> None:
    panel = this_complex(rows, week, LISTED, NL)
    assert panel.reasons == (
        "Spoedreparaties: 9 gezien, 5,5 verwacht in 52 weken; wijst sterk naar stil en achteruit",
        "Gewone reparaties: 8 gezien, 17,6 verwacht in 52 weken; wijst sterk naar stil en achteruit",
        # Nothing was due and nothing seen: its weight is of earlier weeks.
        "Zorgen bij een bezoek: nu geen zicht, wel in eerdere weken; wijst naar stil en achteruit",
    )
    assert "is 88,0 %" in panel.why
    assert "weinig gehoord, wel schade gezien" in str(panel.thought)
    assert "tussen week 2025-W06 en week 2025-W15" in str(panel.thought)
    assert panel.question == NL.say("flag.question.afraid")
    assert panel.first_step == NL.say("flag.first_step.afraid")


def test_the_question_is_in_the_language_of_the_reader(week: PublishedWeek, rows: pl.DataFrame) -> None:
    asked = this_complex(rows, week, DRAWN, EN)
    assert asked.question == EN.say("flag.question.random_draw")
    assert asked.first_step == EN.say("flag.first_step.random_draw")


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_safety_matter_is_a_warning_without_figures_and_never_a_walk(
    week: PublishedWeek, rows: pl.DataFrame, code: str
) -> None:
    language = Language(code)
    panel = this_complex(rows, week, SAFETY, language)
    assert panel.warning == language.say("digest.safety", name="Lindehof 3")
    assert panel.first_step == language.say("flag.first_step.safety")
    assert (panel.thought, panel.reasons) == (None, ())
    assert not re.search(r"\d+[,.]\d|%|rondje|praatje|walk around", panel.markdown(language))


def test_who_is_not_on_the_list_is_told_why_and_asked_nothing(week: PublishedWeek, rows: pl.DataFrame) -> None:
    said = {name: this_complex(rows, week, name, NL) for name in (RESTING, SMALL, TOO_SMALL, EMPTIED, "C11")}
    assert all(panel.question is None and panel.first_step is None for panel in said.values())
    assert "rust tot en met 31 januari 2027" in said[RESTING].why
    assert "minder dan 10 woningen" in said[SMALL].why
    assert "Deel het niet" in str(said[SMALL].warning)
    assert "bijna niets achter" in said[TOO_SMALL].why
    assert "zegt stilte niets over bewoners" in said[EMPTIED].why
    assert said["C11"].warning is None


def test_the_link_opens_the_other_notebook_on_the_complex() -> None:
    assert link_to_complex("C 1&2", "this_weeks_flags.py", NL).endswith("(?file=one_complex.py&complex=C%201%262)")
    assert "(?file=mine%2Fone_complex.py&" in link_to_complex("C1", "mine/flags.py", NL)
    assert "](" not in link_to_complex("C1", None, NL)
