"""A source is old by its own contract, and what ingest said of it comes first."""

from datetime import date, timedelta

import pytest

from data_contracts.contract import contract
from data_contracts.freshness import source_state

MONDAY = date(2026, 11, 9)
SUNDAY = date(2026, 11, 15)


@pytest.mark.parametrize(
    ("source", "said", "last", "expected"),
    [
        ("complaints", "taken", SUNDAY, "fresh"),
        ("complaints", "taken", SUNDAY - timedelta(days=14), "fresh"),
        ("complaints", "taken", SUNDAY - timedelta(days=15), "old"),
        ("complaints", "taken", None, "old"),
        ("complaints", "taken", date(2099, 1, 1), "fresh"),
        ("complaints", "stopped", SUNDAY, "stopped"),
        ("complaints", "missing", SUNDAY, "missing"),
        ("complexes", "taken", None, "fresh"),
        ("complexes", "stopped", None, "stopped"),
        ("interventions", "taken", None, "fresh"),
    ],
)
def test_state_of_a_source(source: str, said: str, last: date | None, expected: str) -> None:
    assert source_state(contract("inputs", source), said, last, MONDAY) == expected
