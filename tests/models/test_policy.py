"""Every value that one may argue about says its unit, its reason and its limits."""

from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from models.policy import Policy

ENTRIES = {each.name: {"name": each.name, "default": each.default, **each.metadata} for each in fields(Policy)}
each_entry = pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES.keys())


def test_all_values_are_listed_in_order() -> None:
    assert list(ENTRIES) == [each.name for each in fields(Policy)]
    assert {name: entry["default"] for name, entry in ENTRIES.items()} == vars(Policy())


@each_entry
def test_a_value_says_its_unit_and_a_reason(entry: dict[str, Any]) -> None:
    assert entry["unit"].strip()
    assert len(entry["reason"].split()) >= 4


@each_entry
def test_a_default_keeps_its_own_limits(entry: dict[str, Any]) -> None:
    if isinstance(entry["default"], tuple):
        # Only a choice among known words may be empty (it says what is left out), and what only its user can know.
        assert entry["default"] or entry["allowed"] or entry["name"] == "trusted_feeds"
        assert all(isinstance(word, str) for word in entry["default"])
        assert entry["allowed"] is None or set(entry["default"]) <= set(entry["allowed"])
        assert entry["least"] is entry["most"] is None
    else:
        assert entry["least"] <= entry["default"] <= entry["most"]
        assert entry["least"] < entry["most"]


def test_a_policy_in_force_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Policy().quiet_below = 0.9  # type: ignore[misc]


def test_the_defaults_fit_each_other() -> None:
    policy = Policy()
    assert policy.short_window_weeks < policy.long_window_weeks
    # The first of the scores of a first run has a past that can be remembered before it.
    assert policy.history_weeks >= policy.memory_weeks + policy.backfill_weeks
    assert policy.quiet_below < 1 < policy.decline_above
    # What is called calm is not called declining, and is never on the list.
    assert policy.calm_below < policy.clear_from
    assert policy.calm_below < policy.leave_below
    # "It was always quiet" takes longer than any season.
    assert policy.memory_weeks > policy.long_window_weeks
    assert policy.drawn_per_team <= policy.flags_per_team
    assert policy.flags_per_team + policy.drawn_per_team <= policy.in_hand_per_team
    assert policy.enter_weeks <= policy.of_weeks
    # An episode that ends has left the weeks that would begin the next one.
    assert policy.leave_weeks >= policy.of_weeks
    # One that just entered is not about to leave: the mean of the set leaves room above the level of leaving.
    assert policy.leave_below < 1 - policy.false_discovery_rate
