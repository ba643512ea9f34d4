"""A source is old by its own contract, and what ingest said of it comes first."""

from datetime import date, timedelta

import pytest

from data_contracts.contract import contract
from data_contracts.freshness import feed_state, source_state

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


FORTNIGHT_AGO = SUNDAY - timedelta(days=15)


@pytest.mark.parametrize(
    ("said", "last", "due_since", "alarm", "expected"),
    [
        ("taken", SUNDAY, 0.0, None, "fresh"),
        # A channel with a row a month: a fortnight without one says nothing.
        ("taken", FORTNIGHT_AGO, 0.5, None, "fresh"),
        ("taken", FORTNIGHT_AGO, 5.5, None, "old"),
        ("taken", FORTNIGHT_AGO, None, None, "old"),
        ("taken", SUNDAY, 5.5, None, "fresh"),
        ("taken", None, 0.0, None, "fresh"),
        ("taken", FORTNIGHT_AGO, 12.0, "died", "died"),
        ("taken", SUNDAY, 0.0, "doubled", "doubled"),
        # What ingest knows comes first: there is nothing to ask about a feed that was not read.
        ("missing", FORTNIGHT_AGO, 12.0, "died", "missing"),
        ("stopped", SUNDAY, 0.0, "halved", "stopped"),
    ],
)
def test_state_of_a_feed(
    said: str, last: date | None, due_since: float | None, alarm: str | None, expected: str
) -> None:
    found = feed_state(contract("inputs", "complaints"), said, last, MONDAY, due_since=due_since, few=5.0, alarm=alarm)
    assert found == expected
