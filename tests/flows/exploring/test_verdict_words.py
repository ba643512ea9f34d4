"""Every sentence about the draws: at 99 answers no percentage, at 100 there is; and each honest branch."""

from __future__ import annotations

from dataclasses import replace

import pytest
from answered_truth import POLICY, Plan
from test_verdict_history import town_history

from flows.exploring.are_we_right.open_words import open_in_words, unanswered_in_words
from flows.exploring.are_we_right.verdict_history import VerdictHistory
from flows.exploring.are_we_right.verdict_words import (
    calibration_in_words,
    draws_in_words,
    estimates_in_words,
    recalibration_in_words,
    verdicts_in_words,
    weeks_in_words,
)
from flows.language import LANGUAGES, Language
from models.answers import Estimates, NotYet, Recalibration, Share, estimates
from models.calibration import Calibration, Group, calibration
from models.response import Pace, pace, unanswered

NL = Language("nl")
GOOD = Share(0.75, 0.6, 0.86, 30)
FOUND = Estimates(300, 200, 0, Share(0.03, 0.01, 0.06, 200), GOOD, Share(0.4, 0.2, 0.6, 12))


def everything_said(history: VerdictHistory, language: Language) -> str:
    """All that the notebook says of draws."""
    found = estimates(history.draws, POLICY)
    return "\n".join(
        [
            weeks_in_words(history, language),
            draws_in_words(found, pace(history.draws, POLICY), POLICY, language),
            verdicts_in_words(history, language),
            estimates_in_words(found, POLICY, language),
            recalibration_in_words(history.open_week.recalibration, POLICY, language),
            calibration_in_words(calibration(history.draws, POLICY), language),
            open_in_words(history, language),
            unanswered_in_words(unanswered(history.draws, POLICY), language),
        ]
    )


@pytest.mark.parametrize("code", LANGUAGES)
def test_at_99_answers_no_percentage_is_said_and_at_100_it_is(code: str) -> None:
    few, enough = (town_history(Plan(n_weeks=20, n_answered=n)) for n in (99, 100))
    said = everything_said(few, Language(code))
    assert "%" not in said
    assert "99" in said
    assert "%" in everything_said(enough, Language(code))


def test_how_many_are_missing_and_how_long_it_takes() -> None:
    said = draws_in_words(NotYet(60, 40, 100), Pace(60, 12.0, 8.0, 8, 5), POLICY, NL)
    assert "60 keer" in said
    assert "ontbreken er nog 60" in said
    assert "over ongeveer 8 weken" in said
    assert "na 5" in said


def test_without_any_answer_no_moment_is_promised() -> None:
    said = draws_in_words(NotYet(36, 0, 100), Pace(100, 12.0, 0.0, None, 9), POLICY, NL)
    assert "niet te zeggen wanneer" in said
    assert "9 weken" in said


def test_before_the_first_draw_it_says_so() -> None:
    assert draws_in_words(NotYet(0, 0, 100), Pace(100, 0, 0, None, None), POLICY, NL) == NL.say("right.nothing_drawn")


def test_undecided_worries_are_said_where_there_are() -> None:
    enough = Pace(0, 12.0, 8.0, 0, 0)
    assert "niet bekend" not in draws_in_words(FOUND, enough, POLICY, NL)
    assert "Bij 4 daarvan" in draws_in_words(replace(FOUND, n_undecided=4), enough, POLICY, NL)


@pytest.mark.parametrize(
    ("precision", "message"),
    [
        (GOOD, "right.aim.possible"),
        (Share(0.5, 0.4, 0.7, 30), "right.aim.not_reached"),
        (Share(0.95, 0.85, 0.99, 90), "right.aim.passed"),
    ],
)
def test_precision_is_held_against_what_the_list_aims_at(precision: Share, message: str) -> None:
    said = estimates_in_words(replace(FOUND, precision=precision), POLICY, NL)
    expected = {
        "right.aim.possible": NL.say("right.aim.possible", aim="80 %"),
        "right.aim.not_reached": NL.say("right.aim.not_reached", aim="80 %"),
        "right.aim.passed": NL.say("right.aim.passed", aim="80 %"),
    }
    assert [name for name, sentence in expected.items() if sentence in said] == [message]


def test_what_was_not_found_is_not_said_to_be_nought() -> None:
    said = estimates_in_words(replace(FOUND, precision=None, recall=None), POLICY, NL)
    assert NL.say("right.no_precision") in said
    assert NL.say("right.no_recall") in said
    assert "80 %" not in said


def test_figures_follow_the_language() -> None:
    assert "3,0 %" in estimates_in_words(FOUND, POLICY, NL)
    assert "3.0%" in estimates_in_words(FOUND, POLICY, Language("en"))


@pytest.mark.parametrize(("used", "part"), [(None, "zegt niet"), (Recalibration(0.0, 1.0, 3, is_used=False), "100")])
def test_recalibration_that_is_not_used_or_not_known(used: Recalibration | None, part: str) -> None:
    said = recalibration_in_words(used, POLICY, NL)
    assert part in said
    assert "%" not in said


def test_recalibration_is_told_as_what_chances_became() -> None:
    said = recalibration_in_words(Recalibration(-1.0, 1.0, 140, is_used=True), POLICY, NL)
    assert "50 % werd 27 %" in said
    assert "140" in said


def test_calibration_says_whether_a_group_is_off() -> None:
    fits = Group(0.0, 0.5, 0.2, Share(0.2, 0.1, 0.3, 50))
    off = Group(0.5, 1.0, 0.7, Share(0.3, 0.2, 0.4, 20))
    prevalence = Share(0.21, 0.15, 0.3, 70)
    assert NL.say("right.calibration.fits") in calibration_in_words(Calibration((fits,), 0.2, prevalence), NL)
    said = calibration_in_words(Calibration((fits, off), 0.3, prevalence), NL)
    assert "Bij 1 van de 2 groepen" in said
    assert "30,0 %" in said


def test_single_verdicts_are_announced_only_where_there_are() -> None:
    assert calibration_in_words(NotYet(20, 4, 100), NL) == NL.say("right.calibration.raw")
    assert calibration_in_words(NotYet(20, 0, 100), NL) == NL.say("right.calibration.nothing")


def test_weeks_that_could_not_be_read_are_named() -> None:
    history = town_history(Plan(n_weeks=12))
    said = weeks_in_words(replace(history, unreadable=("2026-W01", "2026-W02")), NL)
    assert "2 weken zijn beschadigd" in said
    assert "2026-W01 en 2026-W02" in said
    gone = replace(history, flags=history.flags.filter(history.flags["week"] > history.mondays[0]))
    assert "12 lotingen" in weeks_in_words(gone, NL)
