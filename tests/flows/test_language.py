"""Both catalogues hold every message that the code asks for, with the same figures in it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from data_contracts.contract import contracts
from data_contracts.problem import Problem, Spoken
from flows.language import LANGUAGES, Language, catalogue
from models.fairness import AUDIENCES, OTHER, UNKNOWN
from models.streams import STREAMS

ROOT = Path(__file__).parents[2]
SOURCES = [*ROOT.glob("flows/**/*.py"), *ROOT.glob("data_contracts/*.py"), *ROOT.glob("models/**/*.py")]
TEMPLATES = list(ROOT.glob("flows/templates/*.html"))
KINDS = ("good", "afraid", "cannot", "not_registered", "not_looked_at", "emptied", "unknown")
STATES = (
    "always_quiet",
    "went_quiet",
    "calm_seen",
    "loud_declining",
    "recovering",
    "feed_suspect",
    "emptied",
    "not_enough_evidence",
    "ordinary",
)
# The contracts have no English descriptions, so the English starter says less.
OWN_FIGURES = {"init.table", "init.column"}
ASKED = re.compile(r"""(?:say|Problem|SourceUnavailable|Spoken)\(\s*(f?)["']([a-z_]+\.[\w.{}\[\]'"]*?)["'][,)]""")


def messages(code: str) -> dict[str, str | tuple[str, ...]]:
    return {
        str(each.id if isinstance(each.id, str) else each.id[0]): each.string for each in catalogue(code) if each.id
    }


def forms(message: str | tuple[str, ...]) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message)


def figures(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def asked_names() -> list[tuple[str, str]]:
    found = []
    for file in [*SOURCES, *TEMPLATES]:
        for is_made, name in ASKED.findall(file.read_text(encoding="utf-8")):
            found.append((file.name, re.sub(r"\{[^}]*\}", "*", name) if is_made else name))
    return found


def test_both_languages_have_the_same_messages() -> None:
    assert set(messages("nl")) == set(messages("en"))


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_message_is_empty(code: str) -> None:
    empty = [name for name, message in messages(code).items() if not all(forms(message))]
    assert empty == []


def test_a_message_has_the_same_figures_in_every_form_and_language() -> None:
    for name, message in messages("nl").items():
        if name in OWN_FIGURES:
            continue
        wanted = set.union(*(figures(form) for form in forms(message)))
        for code in LANGUAGES:
            *singular, plural = forms(messages(code)[name])
            assert figures(plural) | {"count"} == wanted | {"count"}, (code, name)
            # A singular may write its one out in words.
            assert all(figures(form) <= wanted for form in singular), (code, name)


def test_every_message_that_the_code_asks_for_exists() -> None:
    known = set(messages("nl"))
    asked = asked_names()
    assert len(asked) > 80, "the pattern finds the messages in the code"
    missing = [
        (file, name)
        for file, name in asked
        if not any(re.fullmatch(re.escape(name).replace(r"\*", r"[\w]+"), each) for each in known)
    ]
    assert missing == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_value_that_a_contract_allows_can_be_said(code: str) -> None:
    language = Language(code)
    allowed = {
        "why": ("quiet_decline", "went_quiet", "safety", "random_draw"),
        "kind": KINDS,
        "status": ("new", "open", "snoozed", "closed", "impasse"),
        "state": ("fresh", "old", "missing", "stopped"),
        "source": tuple(contracts("inputs")),
        "team.heard": tuple(each.name for each in STREAMS if each.tells_of == "report"),
        "team.not_more": tuple(each.name for each in STREAMS if each.tells_of == "condition"),
        "team.fits": tuple(each.name for each in STREAMS if each.tells_of == "condition"),
        "stream": tuple(each.name for each in STREAMS),
        "explain.name": STATES,
        "explain.state": STATES,
        "explain.kind": KINDS,
        "explain.audience": ("general", "seniors", "care", "students", "youth"),
        "right.fair.audience": (*AUDIENCES, OTHER, UNKNOWN),
        "right.fair.district": (OTHER, UNKNOWN),
    }
    rules = {rule.id: rule.predicate for rule in contracts("published")["flags"].rules}
    for value in allowed["why"]:
        assert f"'{value}'" in rules["why.valid_values"], "the contract still allows it"
    scores = {rule.id: rule.predicate for rule in contracts("published")["scores"].rules}
    for rule, values in (("state.valid_values", STATES), ("silence_kind.valid_values", KINDS)):
        assert sorted(re.findall(r"'(\w+)'", scores[rule])) == sorted(values)
    for group, values in allowed.items():
        for value in values:
            assert language.has(f"{group}.{value}")


def test_numbers_and_dates_follow_the_language() -> None:
    assert Language("nl").write(18288) == "18.288"
    assert Language("en").write(18288) == "18,288"
    assert Language("nl").write(0.5) == "0,5"
    assert Language("nl").write(date(2026, 11, 9)) == "9 november 2026"
    assert Language("nl").write(["a", "b", "c"]) == "a, b en c"


def test_one_and_many_differ() -> None:
    assert Language("nl").say("digest.homes", count=1) == "1 woning"
    assert Language("nl").say("digest.homes", count=1200) == "1.200 woningen"


def test_a_problem_is_one_sentence_in_either_language() -> None:
    problem = Problem("reading.forbidden_column", file="a.csv", column="Huurder", reason=Spoken("forbidden.name"))
    assert "is een naam" in Language("nl").tell(problem)
    assert "is a name" in Language("en").tell(problem)


def test_an_unknown_message_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        Language("nl").say("no.such_message")


def test_braces_in_a_value_do_no_harm() -> None:
    problem = Problem("results.none_yet", home="{0.__class__}")
    assert "{0.__class__}" in Language("nl").tell(problem)
