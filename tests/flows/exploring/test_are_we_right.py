"""The notebook itself: it runs on every kind of home, and says what can be said there."""

from __future__ import annotations

import html
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import marimo as mo
import pytest
from answered_town import made_town
from answered_truth import Plan

from flows.home import Home
from flows.language import LANGUAGES, Language

NL = Language("nl")
NOTEBOOK = Path(__file__).parents[3] / "notebooks" / "are_we_right.py"


def shown(home: Path, **arguments: str) -> str:
    """All that the notebook shows, as text."""
    spec = spec_from_file_location("are_we_right", NOTEBOOK)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    outputs, _ = module.app.run(defs={"arguments": {"home": str(home), **arguments}})
    texts = [html.unescape(mo.as_html(each).text) for each in outputs if each is not None]
    return re.sub(r"\s+", " ", " ".join(texts))


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_home_with_many_answers_shows_all_seven_questions(code: str) -> None:
    said, language = shown(made_town(Plan())[0].folder, language=code), Language(code)
    for title in (
        language.say("right.question.count"),
        language.say("right.question.list"),
        language.say("right.question.chance"),
        language.say("right.question.lead"),
        language.say("right.question.open"),
        language.say("right.question.intake"),
        language.say("right.question.fair"),
    ):
        assert title in said
    assert language.chance(0.0765) in said


def test_one_week_and_nothing_answered_is_said_calmly() -> None:
    said = shown(made_town(Plan(n_weeks=1, rule_weeks_ago=None))[0].folder)
    assert NL.say("right.nothing_drawn") in said
    assert NL.say("right.intake.none") in said


def test_an_older_week_can_be_asked_for() -> None:
    assert "2026-W44" in shown(made_town(Plan(n_weeks=12))[0].folder, week="2026-W44")


def test_a_week_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    said = shown(tmp_path, week="2026-W46")
    assert said
    assert NL.say("right.title") not in said
    assert Home(tmp_path).latest.exists() is False
