"""The entry is what the register takes, and what a resident can read."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from sentences import sentences, words

from flows.language import Language
from flows.papers.facts import Facts, project_facts
from flows.papers.register import SCHEMA, Entry, check_entry, register_entry, register_page
from flows.papers.writing import papers
from models.policy import Policy

# Read by who knows such things, as the standard says, or a list and no sentences.
FOR_EXPERTS = ("methods_and_models", "source_data", "tags")
TEXTS = ("description_short", "goal", "proportionality", "human_intervention", "risks", "lawful_basis", "impacttoetsen")


@pytest.fixture(scope="module")
def facts() -> Facts:
    return project_facts()


@pytest.fixture(scope="module")
def entry(facts: Facts) -> Entry:
    return register_entry(facts)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_the_file_is_the_entry_and_the_entry_holds(facts: Facts, entry: Entry) -> None:
    assert json.loads(papers(facts, Language("nl"))["algoritmeregister.json"]) == entry
    check_entry(entry)
    assert entry["standard_version"] == "1.0"
    assert set(TEXTS) | set(FOR_EXPERTS) <= set(entry)


def test_no_text_is_longer_than_the_register_takes(entry: Entry) -> None:
    assert max(len(text) for text in entry.values() if isinstance(text, str)) <= 2500
    assert len(entry["description_short"]) <= 350
    assert len(entry["name"]) <= 100


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("goal", "a" * 2501),
        ("description_short", "a" * 351),
        ("risks", "een <b>vet</b> woord"),
        ("status", "Bijna af"),
        ("publication_category", "Geen"),
        ("category", ["Wonen", "Wonen"]),
        ("category", ["Leefbaarheid"]),
        ("website", "www.voorbeeld.nl"),
        ("begin_date", "2026-13"),
        ("lang", "eng"),
        ("lars", "12345678"),
        ("lawful_basis_grouping", [{"title": "Woningwet"}]),
    ],
)
def test_what_the_register_would_refuse_is_refused_by_name(entry: Entry, field: str, value: object) -> None:
    with pytest.raises(ValueError, match=field):
        check_entry(entry | {field: value})


@pytest.mark.parametrize("field", ["name", "organization", "contact_email", "status", "publication_category", "lang"])
def test_a_field_that_the_register_needs_is_missed(entry: Entry, field: str) -> None:
    with pytest.raises(ValueError, match=field):
        check_entry({name: value for name, value in entry.items() if name != field})


def test_a_filled_in_entry_holds_too(entry: Entry) -> None:
    check_entry(
        entry
        | {
            "organization": "Woonstichting De Voorbeelden",
            "website": "https://voorbeeld.nl/stil",
            "begin_date": "2026-11",
        }
    )


whole = {"flags_per_team": (0, 20), "smallest_shown_homes": (1, 100), "history_weeks": (26, 520)}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({name: st.integers(*limits) for name, limits in whole.items()}), st.floats(0.01, 0.9))
def test_whatever_the_policy_says_the_entry_holds(facts: Facts, values: dict[str, int], rate: float) -> None:
    made = register_entry(replace(facts, policy=replace(Policy(), **values, false_discovery_rate=rate)))
    assert f"hoogstens {values['flags_per_team']} nieuwe complexen" in made["goal"]


@pytest.mark.parametrize("field", TEXTS)
def test_a_resident_can_read_it(entry: Entry, field: str) -> None:
    lengths = [len(words(each)) for each in sentences(entry[field])]
    assert sum(lengths) / len(lengths) <= 15
    assert max(lengths) <= 30


def test_nobody_is_blamed(entry: Entry) -> None:
    text = " ".join(each for each in entry.values() if isinstance(each, str)).lower()
    assert not re.search(r"asociaal|probleemwijk|overlastgever|achterstandswijk|verdacht|schuld", text)


def test_the_page_holds_every_field_under_the_registers_own_name(entry: Entry) -> None:
    page = register_page(entry)
    assert page.count("\n## ") == len(entry)
    for value in entry.values():
        if isinstance(value, str):
            assert value in page
