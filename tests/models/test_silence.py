"""What a complex is called: every state and kind, in the order of caution."""

import re
from dataclasses import fields
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.contract import contract
from models.policy import Policy
from models.silence import SOURCE_STREAMS, Windowed, name_states
from models.streams import STREAMS

# A busy machine is no fault of the code.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

MONDAY = date(2026, 11, 9)
POLICY = Policy()
RULES = {rule.id: rule.predicate for rule in contract("published", "scores").rules}
STATES = set(re.findall(r"'(\w+)'", RULES["state.valid_values"]))
KINDS = set(re.findall(r"'(\w+)'", RULES["silence_kind.valid_values"]))

ORDINARY: dict[str, Any] = {
    "complex_id": "A",
    "week": MONDAY,
    "area_team": "Noord",
    "homes": 60,
    "homes_in_use": 60,
    "audience": None,
    "reports_seen": 11.0,
    "reports_expected": 12.0,
    "reports_low": 6.0,
    "reports_high": 18.0,
    "reporting_ratio": 1.0,
    "condition_ratio": 1.0,
    "r_mean": 0.0,
    "r_sd": 0.3,
    "d_mean": 0.0,
    "d_sd": 0.3,
    "p_quiet": 0.1,
    "p_decline": 0.1,
    "p_quiet_decline": 0.01,
    "earlier_quiet": 0.1,
    "earlier_information": 0.6,
    "reporting_information": 0.6,
    "condition_information": 0.6,
    "silence_chance": 0.01,
    "window_weeks": 52.0,
    "is_feed_suspect": False,
    **{f"observed_{stream.name}": 52.0 for stream in STREAMS},
    "visits_recent": 4,
    "vandalism_recent": 0,
    "threats_recent": 0,
}
SCHEMA = {"audience": pl.String}


def named(*changes: dict[str, Any], policy: Policy = POLICY) -> pl.DataFrame:
    rows = [ORDINARY | change for change in changes]
    return name_states(pl.DataFrame(rows, schema_overrides=SCHEMA), policy)


def one(**change: Any) -> dict[str, Any]:
    return named(change).row(0, named=True)


def test_a_frame_has_what_the_window_gives() -> None:
    given_figures = {each.name for each in fields(Windowed)} - {"observed_weeks"}
    assert given_figures | {f"observed_{stream.name}" for stream in STREAMS} <= set(ORDINARY)


def test_the_result_is_the_contract_in_its_order() -> None:
    assert named({}).columns == list(contract("published", "scores").column_names)


# In order of precedence: each wins over all that stand below it.
REACHED: dict[str, dict[str, Any]] = {
    "emptied": {"homes_in_use": 29},
    "feed_suspect": {"is_feed_suspect": True},
    "not_enough_evidence": {"reporting_information": 0.14},
    "calm_seen": {"p_quiet": 0.9, "visits_recent": 4, "condition_information": 0.6},
    "went_quiet": {"p_quiet": 0.9, "visits_recent": 0, "earlier_quiet": 0.29},
    "always_quiet": {"p_quiet": 0.9, "visits_recent": 0, "earlier_quiet": 0.3},
    "loud_declining": {"p_quiet": 0.1, "p_decline": 0.9},
    "ordinary": {},
}


@pytest.mark.parametrize("state", REACHED)
def test_every_state_is_reached(state: str) -> None:
    assert one(**REACHED[state])["state"] == state


@pytest.mark.parametrize(("first", "second"), list(combinations(REACHED, 2)))
def test_the_more_cautious_state_wins(first: str, second: str) -> None:
    assert one(**(REACHED[second] | REACHED[first]))["state"] == first


def test_every_state_of_the_contract_but_one_can_be_reached() -> None:
    # "recovering" waits for the joint model: two ratios in one window do not see a turn.
    assert STATES - set(REACHED) == {"recovering"}
    assert set(REACHED) <= STATES


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"homes_in_use": 30}, "ordinary"),
        ({"reporting_information": 0.15}, "ordinary"),
        ({"p_quiet": 0.5, "visits_recent": 0}, "went_quiet"),
        ({"p_quiet": 0.499, "visits_recent": 0}, "ordinary"),
        ({"p_decline": 0.5}, "loud_declining"),
        # Calm is only said of what was looked at, told something, and told nothing bad.
        ({"p_quiet": 0.9, "p_quiet_decline": 0.1}, "went_quiet"),
        ({"p_quiet": 0.9, "p_quiet_decline": 0.099}, "calm_seen"),
        ({"p_quiet": 0.9, "condition_information": 0.14}, "went_quiet"),
        ({"p_quiet": 0.9, "visits_recent": 0}, "went_quiet"),
        # Of an unknown year before nobody can say that it was loud.
        ({"p_quiet": 0.9, "visits_recent": 0, "earlier_information": 0.14}, "always_quiet"),
    ],
)
def test_where_states_meet(change: dict[str, Any], state: str) -> None:
    assert one(**change)["state"] == state


QUIET = {"p_quiet": 0.9, "visits_recent": 0, "condition_information": 0.6}
KIND_REACHED: dict[str, dict[str, Any]] = {
    "emptied": {"homes_in_use": 0},
    "not_registered": {"is_feed_suspect": True},
    "good": {"p_quiet": 0.9, "visits_recent": 3, "condition_information": 0.6},
    "afraid": QUIET | {"vandalism_recent": 1, "threats_recent": 1},
    "cannot": QUIET | {"audience": "seniors"},
    "not_looked_at": QUIET | {"condition_information": 0.1},
    "unknown": QUIET,
}


@pytest.mark.parametrize("kind", KIND_REACHED)
def test_every_kind_is_reached(kind: str) -> None:
    assert one(**KIND_REACHED[kind])["silence_kind"] == kind


def test_these_are_all_kinds_of_the_contract() -> None:
    assert set(KIND_REACHED) == KINDS


@pytest.mark.parametrize(("first", "second"), list(combinations(KIND_REACHED, 2)))
def test_the_kind_with_the_stronger_evidence_wins(first: str, second: str) -> None:
    assert one(**(KIND_REACHED[second] | KIND_REACHED[first]))["silence_kind"] == first


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, None),
        ({"p_decline": 0.9}, None),
        (QUIET | {"vandalism_recent": 2}, "afraid"),
        (QUIET | {"threats_recent": 2}, "afraid"),
        (QUIET | {"vandalism_recent": 1}, "unknown"),
        ({"vandalism_recent": 9, "threats_recent": 9}, None),
        (QUIET | {"audience": "care"}, "cannot"),
        (QUIET | {"audience": "students"}, "unknown"),
        ({"audience": "seniors"}, None),
        (QUIET | {"condition_information": 0.1, "visits_recent": 1}, "unknown"),
        # What gets a flag is asked about, also where quiet alone is not yet more likely than not.
        ({"p_quiet": 0.4, "p_quiet_decline": 0.1}, "unknown"),
        ({"p_quiet": 0.4, "p_quiet_decline": 0.099}, None),
    ],
)
def test_where_kinds_meet(change: dict[str, Any], kind: str | None) -> None:
    assert one(**change)["silence_kind"] == kind


SHARE = st.floats(0, 1)
ANYTHING = st.fixed_dictionaries(
    {
        **dict.fromkeys(
            ("p_quiet", "p_decline", "p_quiet_decline", "earlier_quiet", "earlier_information",
             "reporting_information", "condition_information", "silence_chance"), SHARE),
        "homes_in_use": st.integers(0, 60),
        "is_feed_suspect": st.booleans(),
        "audience": st.sampled_from([None, "general", "seniors", "care", "students"]),
        "visits_recent": st.integers(0, 2),
        "vandalism_recent": st.integers(0, 2),
        "threats_recent": st.integers(0, 2),
    }
)  # fmt: skip


@patient
@given(st.lists(ANYTHING, min_size=1, max_size=40))
def test_whatever_comes_in_only_allowed_words_come_out_and_calm_is_never_a_guess(rows: list[dict[str, Any]]) -> None:
    rows = [row | {"complex_id": f"{number:03d}"} for number, row in enumerate(rows)]
    for row, said in zip(rows, named(*rows).iter_rows(named=True), strict=True):
        assert said["complex_id"] == row["complex_id"]
        assert said["state"] in STATES
        assert said["silence_kind"] in KINDS | {None}
        is_too_small = row["silence_chance"] > POLICY.silence_by_chance
        if row["reporting_information"] < POLICY.enough_information or (
            is_too_small and row["p_quiet"] >= POLICY.clear_from
        ):
            assert said["state"] in ("emptied", "feed_suspect", "not_enough_evidence")
            assert said["silence_kind"] != "good"
            assert said["since_week"] is None
        if said["state"] == "calm_seen" or said["silence_kind"] == "good":
            assert row["visits_recent"] > 0
            assert row["condition_information"] >= POLICY.enough_information
            # Never both calm and on the list.
            assert row["p_quiet_decline"] < POLICY.flag_from


def spell(*is_quiet: bool, weeks: list[int] | None = None, complex_id: str = "A") -> list[dict[str, Any]]:
    return [
        {"complex_id": complex_id, "week": MONDAY + timedelta(weeks=week), "p_quiet": 0.9 if quiet else 0.1}
        for week, quiet in zip(weeks or range(len(is_quiet)), is_quiet, strict=True)
    ]


def since(rows: list[dict[str, Any]], complex_id: str = "A") -> list[int | None]:
    """Weeks since the first Monday, in order of week."""
    told = named(*rows).filter(pl.col("complex_id") == complex_id)["since_week"]
    return [None if each is None else (each - MONDAY).days // 7 for each in told]


def test_a_spell_begins_where_the_quiet_began() -> None:
    assert since(spell(False, True, True, False, True, True)) == [None, 1, 1, None, 4, 4]
    assert since(spell(True, True, True)) == [0, 0, 0]
    assert since(spell(False, False)) == [None, None]


def test_a_spell_goes_on_over_weeks_without_a_row() -> None:
    assert since(spell(False, True, True, weeks=[0, 1, 5])) == [None, 1, 1]
    assert since(spell(True, False, True, weeks=[0, 4, 9])) == [0, None, 9]


def test_a_spell_is_a_complexs_own_and_does_not_depend_on_the_order_of_rows() -> None:
    rows = spell(False, True, True) + spell(True, True, False, complex_id="B")
    for order in (rows, rows[::-1], rows[3:] + rows[:3]):
        assert since(order) == [None, 1, 1]
        assert since(order, "B") == [0, 0, None]


def test_a_week_that_says_too_little_has_no_since_but_does_not_break_the_spell() -> None:
    rows = spell(True, True, True)
    rows[1] |= {"reporting_information": 0.0}
    assert since(rows) == [0, None, 0]


@pytest.mark.parametrize(("silence_chance", "is_too_small"), [(0.0, False), (0.05, False), (0.051, True), (1.0, True)])
def test_too_small_to_know_is_where_even_silence_proves_nothing(silence_chance: float, is_too_small: bool) -> None:
    assert one(silence_chance=silence_chance)["is_too_small_to_know"] is is_too_small


@pytest.mark.parametrize(("homes", "is_small"), [(1, True), (9, True), (10, False)])
def test_below_ten_homes_a_count_can_point_at_a_household(homes: int, is_small: bool) -> None:
    assert one(homes=homes, homes_in_use=homes)["is_private_small"] is is_small


def test_nothing_is_missing_where_all_was_observed() -> None:
    assert one()["missing_sources"] == []
    assert one(observed_complaints=1.0)["missing_sources"] == []


@pytest.mark.parametrize(("source", "stream"), SOURCE_STREAMS.items())
def test_a_source_that_was_never_observed_is_missing(source: str, stream: str) -> None:
    assert one(**{f"observed_{stream}": 0.0})["missing_sources"] == [source]


def test_all_sources_can_be_missing() -> None:
    change = {f"observed_{stream.name}": 0.0 for stream in STREAMS}
    rows = named(change, {"complex_id": "B"})
    assert rows["missing_sources"].to_list() == [list(SOURCE_STREAMS), []]
    assert rows.schema["missing_sources"] == pl.List(pl.String)


def test_the_policy_decides() -> None:
    change = {"p_quiet": 0.4, "visits_recent": 0}
    assert one(**change)["state"] == "ordinary"
    assert named(change, policy=Policy(clear_from=0.3))["state"].item() == "went_quiet"
    assert named({"homes_in_use": 29}, policy=Policy(emptied_share=0.6))["state"].item() == "ordinary"
    assert named({}, policy=Policy(smallest_shown_homes=61))["is_private_small"].item()


def test_figures_are_rounded_to_six_decimals() -> None:
    said = one(p_quiet=0.12345678, r_mean=-1.23456789, reports_expected=1 / 3)
    assert (said["p_quiet"], said["r_mean"], said["reports_expected"]) == (0.123457, -1.234568, 0.333333)
