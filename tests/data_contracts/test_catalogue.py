"""The catalogue is a page made of the contracts, and the page in the repository is the one they make now."""

from data_contracts.catalogue import PAGE, ROOMS, catalogue_page
from data_contracts.contract import contracts

EVERY = [each for room in ROOMS for each in contracts(room).values()]


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == catalogue_page(), "run `make docs`"


def test_every_column_and_every_rule_stands_on_the_page() -> None:
    page = catalogue_page()
    for promised in EVERY:
        assert f"### {promised.name}: {promised.title}" in page
        for column in promised.columns:
            assert f"| `{column.name}`" in page
        for rule in promised.rules:
            assert f"`{rule.id}`" in page


def test_every_row_of_a_table_has_its_six_cells() -> None:
    rows = [line for line in catalogue_page().splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {7}
