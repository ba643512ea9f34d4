"""What is promised on `wat-wij-niet-doen.md` is held by what it names, and a resident can read it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sentences import sentences, words

from data_contracts.contract import contracts
from data_contracts.forbidden import forbidden_names
from flows import delivery
from flows.language import Language
from flows.papers.facts import project_facts
from flows.papers.rendering import rendered
from flows.papers.rendering import words as names
from flows.settings import SECTIONS

ROOT = Path(__file__).parents[3]
NAMED = re.compile(r"`((?:data_contracts|models|flows|tests)/[\w./]+)(?:::(\w+))?`")
MADE = [*contracts("published").values(), *contracts("shared").values()]
# What a row of a table that we make may be of. No home, no person.
ROWS_ARE_OF = {
    "complex_id",
    "week",
    "stream",
    "flag_id",
    "event_id",
    "reviewed_on",
    "quarter_starts_on",
    "starts_on",
    "source",
    "channel",
    "area_team",
}


@pytest.fixture(scope="module")
def page() -> str:
    return rendered("nl/wat-wij-niet-doen.md", project_facts(), Language("nl"))


def rows(page: str) -> dict[int, str]:
    found = re.findall(r"^\| (\d+) \| (.*) \|$", page, re.MULTILINE)
    return {int(number): row for number, row in found}


def test_every_promise_says_how_it_is_held(page: str) -> None:
    promises = [int(number) for number in re.findall(r"^### (\d+)\. Wij ", page, re.MULTILINE)]
    assert promises == list(range(1, len(promises) + 1))
    assert list(rows(page)) == promises
    for number, row in rows(page).items():
        named = NAMED.findall(row)
        assert any(test for _, test in named), number
        assert any(not test for _, test in named), number


def test_every_file_and_every_test_that_is_named_exists(page: str) -> None:
    named = NAMED.findall(page)
    assert len(named) > 25
    for file, test in named:
        assert (ROOT / file).is_file(), file
        if test:
            assert re.search(rf"^def {test}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), (file, test)


def test_files_that_the_other_papers_name_exist() -> None:
    facts = project_facts()
    for template in ("nl/dpia.md", "nl/model-card.md", "nl/verwerkingsregister.md"):
        text = rendered(template, facts, Language("nl"))
        for file in re.findall(r"`((?:docs|data_contracts|flows)/[\w./-]+)`", text):
            assert (ROOT / file).is_file(), (template, file)
        for file in re.findall(r"`([\w-]+\.(?:md|csv|json))`", text):
            assert (ROOT / "docs" / "papers" / file).is_file(), (template, file)


def test_a_resident_can_read_it(page: str) -> None:
    for_residents = page.split("## Zo kun je het nagaan")[0]
    lengths = [len(words(each)) for each in sentences(for_residents)]
    assert len(lengths) > 40
    assert sum(lengths) / len(lengths) <= 12
    assert max(lengths) <= 25


def test_every_kind_of_forbidden_column_is_named(page: str) -> None:
    called = names(Language("nl")).forbidden_kinds
    assert [kind for kind in forbidden_names().words if called[kind] not in rows(page)[1]] == []


def test_no_table_that_is_made_has_a_row_or_a_column_for_a_home_or_a_person() -> None:
    hashed = {
        column.name
        for promised in contracts("inputs").values()
        for column in promised.columns
        if column.treatment == "hash"
    }
    assert {"reporter_key", "home_key"} <= hashed
    for promised in MADE:
        assert not hashed & set(promised.column_names), promised.name
        assert set(promised.key) <= ROWS_ARE_OF, promised.name


def test_no_shared_table_has_a_row_per_team(page: str) -> None:
    for promised in MADE:
        if "area_team" in promised.key:
            # Rows of a delivery, for analysts: to find a broken feed, and said on the page.
            assert (promised.room, "source" in promised.key) == ("published", True), promised.name
            assert f"`{promised.name}`" in rows(page)[8]
        elif "area_team" in promised.column_names:
            assert {"complex_id", "flag_id", "event_id"} & set(promised.column_names), promised.name


def test_every_flag_is_a_question_with_a_first_step() -> None:
    flags = contracts("published")["flags"]
    assert flags.column("question").is_required
    assert flags.column("first_step").is_required


def test_settings_know_no_other_receivers() -> None:
    receivers = {
        name for name in (*delivery.DELIVERY_SETTINGS, *delivery.TEAM_DELIVERY_SETTINGS) if name.endswith("_to")
    }
    assert receivers == {"answers_to", "safety_to", "send_to"}
    assert {"teams", "delivery"} <= set(SECTIONS)
