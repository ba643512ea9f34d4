"""What a sheet writes, its reader knows: every heading and word, in both languages."""

from datetime import date

import pytest

from data_contracts.contract import contract
from data_contracts.forbidden import forbidden_reason
from flows.answers.wording import ASKED, COLUMNS, LINKED, READ, UNCLEAR, column_of, linked_answers, plain, value_of
from flows.language import LANGUAGES, Language

CHOICES = [column for column in ASKED if column.asks == "choice"]
REVIEWED = ASKED[-1]
DAY_ZERO = date(1899, 12, 30)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_heading_is_read_as_its_own_column_also_when_it_was_typed_over(code: str) -> None:
    for column in COLUMNS:
        heading = column.heading(Language(code))
        assert [column_of(each) for each in (heading, heading.upper(), f" {heading.split('(')[0]}\n")] == [column] * 3
    assert [column_of(column.name) for column in COLUMNS] == list(COLUMNS)
    assert column_of("Vlagnummer van vorig jaar") is None
    assert column_of("???") is None


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("column", CHOICES, ids=lambda each: each.name)
def test_every_word_is_read_as_its_own_value(code: str, column) -> None:  # type: ignore[no-untyped-def]
    words = [column.word(value, Language(code)) for value in column.choices]
    assert [value_of(column, f"  {word.upper()} ") for word in words] == list(column.choices)
    assert [value_of(column, value) for value in column.choices] == list(column.choices)
    # A list of a workbook is divided by commas, and has at most so many characters.
    assert not any("," in word for word in words)
    assert len(",".join(words)) <= 255


def test_the_contract_has_every_column_and_value_that_is_asked() -> None:
    promised = contract("inputs", "outcomes")
    rules = {rule.id: rule.predicate for rule in promised.rules}
    for column in READ:
        assert column.name in promised.column_names
    for column in CHOICES:
        for value in column.choices:
            assert f"'{value}'" in rules.get(f"{column.name}.valid_values", f"'{value}'")
    told = {column.name for column in promised.columns} - {column.name for column in READ}
    assert told == {"next_step", "is_overruled", "note"}, "no words of one's own on the sheet"


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_column_is_about_a_person(code: str) -> None:
    assert [column.name for column in COLUMNS if forbidden_reason(column.heading(Language(code)))] == []


def test_no_two_links_say_the_same() -> None:
    assert len(linked_answers()) == sum(len(column.choices) for column in LINKED) * len(LANGUAGES)
    assert set(linked_answers().values()) == {(column.name, value) for column in LINKED for value in column.choices}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("24-11-2026", "2026-11-24"),
        ("24/11/2026", "2026-11-24"),
        ("4.1.26", "2026-01-04"),
        ("2026-11-24", "2026-11-24"),
        ("2026-11-24 00:00:00", "2026-11-24"),
        ("2026-11-24T13:05:00", "2026-11-24"),
        ("46350", "2026-11-24"),
        ("46350.75", "2026-11-24"),
        ("11-24-2026", UNCLEAR),
        ("31-11-2026", UNCLEAR),
        ("morgen", UNCLEAR),
        ("24-11-2026 of later", "2026-11-24"),
        ("1e24", UNCLEAR),
        ("999999999999", UNCLEAR),
    ],
)
def test_a_day_is_read_however_it_was_typed(text: str, day: str) -> None:
    assert value_of(REVIEWED, text, DAY_ZERO) == day


def test_a_number_is_a_day_in_a_workbook_only() -> None:
    assert value_of(REVIEWED, "46350") == UNCLEAR


@pytest.mark.parametrize(
    ("text", "phase"), [("1", "1"), ("2.0", "2"), ("3,0", "3"), ("0", "?"), ("-1", "?"), ("1.5", "?"), ("een", "?")]
)
def test_a_phase_is_one_of_three(text: str, phase: str) -> None:
    column = next(each for each in ASKED if each.name == "phase")
    assert value_of(column, text) == phase


def test_what_is_not_on_the_list_is_not_kept() -> None:
    assert value_of(ASKED[0], "mevrouw Jansen durft niet") == UNCLEAR
    assert plain("Wist-ik al!") == "wistikal"
