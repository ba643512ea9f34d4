"""Questions without an answer: which ones, how long, and told without reproach."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest
from answered_town import as_promised
from answered_truth import LAST, SILENT_TEAM, TEAMS, Plan
from test_verdict_history import town_history

from flows.exploring.are_we_right.open_questions import asked_and_answered, open_per_team, open_questions
from flows.exploring.are_we_right.open_words import (
    open_flags_in_words,
    open_in_words,
    open_teams_in_words,
    unanswered_in_words,
)
from flows.exploring.are_we_right.verdict_history import VerdictHistory
from flows.language import LANGUAGES, Language
from models.answers import NotYet
from models.response import Unanswered
from models.weeks import WEEK

NL = Language("nl")


@pytest.fixture
def history() -> VerdictHistory:
    return town_history(Plan())


def test_what_was_asked_is_answered_or_open(history: VerdictHistory) -> None:
    asked, answered = asked_and_answered(history)
    rows = open_questions(history)
    assert asked == answered + rows.height
    assert set(rows["flag_id"]).isdisjoint(history.answers["flag_id"])
    assert rows["first_week"].max() < LAST
    per_team = open_per_team(history)
    assert per_team["n_running"].sum() + per_team["n_ended"].sum() == rows.height
    assert per_team["area_team"].to_list() == sorted(TEAMS)


def test_the_longest_open_comes_first_and_draws_end_after_their_week(history: VerdictHistory) -> None:
    rows = open_questions(history)
    running = rows.filter("is_running")
    assert running["weeks_open"].is_sorted(descending=True)
    assert running["weeks_open"].to_list() == [(LAST - day).days // 7 for day in running["first_week"]]
    ended = rows.filter(pl.col("why") == "random_draw", pl.col("first_week") < LAST - WEEK)
    assert not ended["is_running"].any()
    assert ended["weeks_open"].drop_nulls().unique().to_list() == [1]


def test_a_team_that_says_nobody_looked_has_answered_but_the_question_stays_open(history: VerdictHistory) -> None:
    flag = open_questions(history).filter("is_running").row(0, named=True)
    said = as_promised(
        "answers", [{"flag_id": flag["flag_id"], "reviewed_on": LAST, "verdict": "not_looked"} | _of(flag)]
    )
    again = open_questions(replace(history, answers=pl.concat([history.answers, said])))
    assert again.filter("is_not_looked")["flag_id"].to_list() == [flag["flag_id"]]
    assert NL.say("right.open.not_looked") in open_flags_in_words(
        replace(history, answers=pl.concat([history.answers, said])), None, NL
    )


def test_a_late_answer_closes_the_question(history: VerdictHistory) -> None:
    flag = open_questions(history).row(0, named=True)
    late = as_promised(
        "answers",
        [{"flag_id": flag["flag_id"], "reviewed_on": LAST + timedelta(days=4), "verdict": "fine"} | _of(flag)],
    )
    again = open_questions(replace(history, answers=pl.concat([history.answers, late])))
    assert flag["flag_id"] not in again["flag_id"]


def _of(flag: dict[str, str]) -> dict[str, str]:
    return {"complex_id": flag["complex_id"], "area_team": flag["area_team"]}


def test_safety_matters_are_no_part_of_it(history: VerdictHistory) -> None:
    safety = history.flags.head(1).with_columns(flag_id=pl.lit("S-1"), why=pl.lit("safety"))
    again = replace(history, flags=pl.concat([history.flags, safety]))
    assert "S-1" not in open_questions(again)["flag_id"]
    assert asked_and_answered(again) == asked_and_answered(history)


def test_the_list_is_of_one_team_where_one_is_chosen(history: VerdictHistory) -> None:
    said = open_flags_in_words(history, SILENT_TEAM, NL)
    assert SILENT_TEAM in said
    assert not any(team in said for team in TEAMS if team != SILENT_TEAM)
    assert open_flags_in_words(history, "Nergens", NL) == NL.say("right.open.none_running")


@pytest.mark.parametrize("code", LANGUAGES)
def test_nothing_reads_as_a_reproach_or_counts_answers_of_a_team(history: VerdictHistory, code: str) -> None:
    language = Language(code)
    said = " ".join([open_in_words(history, language), open_teams_in_words(history, language)]).lower()
    for word in ("genegeerd", "te laat", "niet gereageerd", "ignored", "failed", "overdue", "too late", "%"):
        assert word not in said
    # Per team only what is open: two figures.
    rows = [line for line in open_teams_in_words(history, language).splitlines()[2:] if line]
    assert all(len(re.findall(r"\|\s*[\d.,]+\s*(?=\|)", line)) == 2 for line in rows)


def test_before_anything_was_asked_it_says_so() -> None:
    history = town_history(Plan(n_weeks=1, rule_weeks_ago=None))
    assert open_in_words(history, NL) == NL.say("right.open.nothing_asked")
    assert open_teams_in_words(history, NL) == ""


def test_what_missing_answers_do_is_said_with_every_warning_that_applies() -> None:
    found = Unanswered(200, 120, 3, 0, 110.0, 0.05, 0.08, 0.085, 0.06, 0.4)
    said = unanswered_in_words(found, NL)
    assert "60 %" in said
    assert "8,5 %" in said
    assert "6,0 %" in said
    assert "40,0 %" in said
    assert NL.say("right.response.heaviest", share="10 %") not in said
    assert "team" not in said.split("gewone.")[-1]
    warned = unanswered_in_words(replace(found, n_silent_teams=2, heaviest=0.31), NL)
    assert "Bij 2 teams" in warned
    assert "31 %" in warned


def test_with_too_few_answers_only_counts_are_said() -> None:
    said = unanswered_in_words(NotYet(144, 99, 100), NL)
    assert "99 van de 144" in said
    assert "%" not in said
    assert unanswered_in_words(NotYet(0, 0, 100), NL) == ""
