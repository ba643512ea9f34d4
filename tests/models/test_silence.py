"""What a complex is called: every state and kind, in the order of caution."""

import re
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.contract import contract
from models.figures import Figures
from models.policy import Policy
from models.posterior import Posterior
from models.silence import SOURCE_STREAMS, name_states
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
    "r_mean": 0.0,
    "r_sd": 0.3,
    "d_mean": 0.0,
    "d_sd": 0.3,
    "rd_corr": 0.0,
    "p_quiet": 0.1,
    "p_decline": 0.2,
    "p_quiet_decline": 0.01,
    "p_became_quiet": 0.05,
    "p_recovered": 0.1,
    "p_louder": 0.1,
    "p_few": 0.1,
    "quiet_weeks": 40.0,
    "quiet_weeks_least": 20.0,
    "quiet_weeks_most": 60.0,
    "heard": 0.6,
    "looked": 0.6,
    "silence_chance": 0.01,
    "window_weeks": 52.0,
    "is_heard_of": True,
    "known_weeks": 208.0,
    "has_damage": False,
    "is_feed_suspect": False,
    **{f"observed_{stream.name}": 52.0 for stream in STREAMS},
    "visits_recent": 4,
    "threats_recent": 0,
    "is_after_intervention": False,
}
SCHEMA = {"audience": pl.String}


def named(*changes: dict[str, Any], policy: Policy = POLICY) -> pl.DataFrame:
    rows = [ORDINARY | change for change in changes]
    return name_states(pl.DataFrame(rows, schema_overrides=SCHEMA), policy)


def one(**change: Any) -> dict[str, Any]:
    return named(change).row(0, named=True)


def test_a_frame_has_what_the_posterior_and_the_figures_give() -> None:
    by_stream = {"stream_weeks", "seen", "expected", "period_weeks"}
    of_figures = {each.name for each in fields(Figures)} - by_stream
    assert {each.name for each in fields(Posterior)} | of_figures <= set(ORDINARY)


def test_the_result_is_the_contract_in_its_order() -> None:
    assert named({}).columns == list(contract("published", "scores").column_names)


# In order of precedence: each wins over all that stand below it.
REACHED: dict[str, dict[str, Any]] = {
    "emptied": {"homes_in_use": 29},
    "feed_suspect": {"is_feed_suspect": True},
    "not_enough_evidence": {"heard": 0.14},
    "recovering": {"p_quiet": 0.1, "p_recovered": 0.9},
    "calm_seen": {"p_quiet": 0.9, "visits_recent": 4, "looked": 0.6, "p_decline": 0.01},
    "went_quiet": {"p_quiet": 0.9, "visits_recent": 0, "p_became_quiet": 0.45},
    "always_quiet": {"p_quiet": 0.9, "visits_recent": 0, "p_became_quiet": 0.44},
    "loud_declining": {"p_quiet": 0.1, "p_decline": 0.9},
    "ordinary": {},
}


@pytest.mark.parametrize("state", REACHED)
def test_every_state_is_reached(state: str) -> None:
    assert one(**REACHED[state])["state"] == state


@pytest.mark.parametrize(("first", "second"), list(combinations(REACHED, 2)))
def test_the_more_cautious_state_wins(first: str, second: str) -> None:
    assert one(**(REACHED[second] | REACHED[first]))["state"] == first


def test_every_state_of_the_contract_can_be_reached() -> None:
    assert set(REACHED) == STATES


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"homes_in_use": 30}, "ordinary"),
        ({"heard": 0.15}, "ordinary"),
        ({"is_heard_of": False}, "not_enough_evidence"),
        ({"p_quiet": 0.5, "visits_recent": 0}, "always_quiet"),
        ({"p_quiet": 0.499, "visits_recent": 0}, "ordinary"),
        ({"p_decline": 0.5}, "loud_declining"),
        # Calm is only said of what was looked at, told something, and told nothing bad.
        ({"p_quiet": 0.9, "p_decline": 0.1}, "always_quiet"),
        ({"p_quiet": 0.9, "p_decline": 0.099}, "calm_seen"),
        ({"p_quiet": 0.9, "p_decline": 0.0, "looked": 0.14}, "always_quiet"),
        ({"p_quiet": 0.9, "p_decline": 0.0, "visits_recent": 0}, "always_quiet"),
        # Few reports because there is little to report is the same calm, though nobody holds back.
        ({"p_few": 0.5, "p_decline": 0.0}, "calm_seen"),
        ({"p_few": 0.499, "p_decline": 0.0}, "ordinary"),
        # Where silence proves nothing there is no quiet, but eyes on the spot still see calm.
        ({"p_quiet": 0.9, "silence_chance": 0.06}, "not_enough_evidence"),
        ({"p_few": 0.9, "p_decline": 0.0, "silence_chance": 0.06}, "calm_seen"),
        # Went quiet: if it is quiet at all, more likely than not since a while that people remember.
        ({"p_quiet": 0.6, "p_became_quiet": 0.3, "visits_recent": 0}, "went_quiet"),
        ({"p_quiet": 0.6, "p_became_quiet": 0.299, "visits_recent": 0}, "always_quiet"),
        # A recovery is no longer quiet, whatever was done.
        ({"p_recovered": 0.5}, "recovering"),
        ({"p_recovered": 0.499}, "ordinary"),
        ({"p_quiet": 0.5, "p_recovered": 0.5, "visits_recent": 0}, "always_quiet"),
        ({"p_louder": 0.9}, "ordinary"),
        ({"p_louder": 0.5, "is_after_intervention": True}, "recovering"),
        ({"p_louder": 0.499, "is_after_intervention": True}, "ordinary"),
        ({"p_louder": 0.9, "is_after_intervention": True, "p_decline": 0.9}, "recovering"),
        ({"p_louder": 0.9, "is_after_intervention": True, "p_quiet": 0.9, "visits_recent": 0}, "always_quiet"),
    ],
)
def test_where_states_meet(change: dict[str, Any], state: str) -> None:
    assert one(**change)["state"] == state


QUIET = {"p_quiet": 0.9}
KIND_REACHED: dict[str, dict[str, Any]] = {
    "emptied": {"homes_in_use": 0},
    "not_registered": {"is_feed_suspect": True},
    "good": {"p_quiet": 0.9, "visits_recent": 3, "p_decline": 0.01},
    "afraid": QUIET | {"has_damage": True},
    "cannot": QUIET | {"audience": "seniors"},
    "not_looked_at": QUIET | {"visits_recent": 0},
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
        (QUIET | {"threats_recent": 2}, "afraid"),
        (QUIET | {"threats_recent": 1}, "unknown"),
        ({"has_damage": True, "threats_recent": 9}, None),
        (QUIET | {"audience": "care"}, "cannot"),
        (QUIET | {"audience": "students"}, "unknown"),
        ({"audience": "seniors"}, None),
        (QUIET | {"heard": 0.1, "has_damage": True}, None),
        (QUIET | {"visits_recent": 1}, "unknown"),
        # What may get a flag is asked about, also where quiet alone is not yet more likely than not.
        ({"p_quiet": 0.4, "p_quiet_decline": 0.3}, "unknown"),
        ({"p_quiet": 0.4, "p_quiet_decline": 0.299}, None),
    ],
)
def test_where_kinds_meet(change: dict[str, Any], kind: str | None) -> None:
    assert one(**change)["silence_kind"] == kind


SHARE = st.floats(0, 1)
ANYTHING = st.fixed_dictionaries(
    {
        **dict.fromkeys(
            ("p_quiet", "p_decline", "p_became_quiet", "p_recovered", "p_louder", "p_few", "heard", "looked",
             "silence_chance"), SHARE),
        "share_both": SHARE,
        "homes_in_use": st.integers(0, 60),
        "is_feed_suspect": st.booleans(),
        "is_heard_of": st.booleans(),
        "has_damage": st.booleans(),
        "is_after_intervention": st.booleans(),
        "audience": st.sampled_from([None, "general", "seniors", "care", "students"]),
        "visits_recent": st.integers(0, 2),
        "threats_recent": st.integers(0, 2),
        "quiet": st.lists(st.integers(1, 208), min_size=3, max_size=3).map(sorted),
        "known_weeks": st.integers(0, 208),
    }
)  # fmt: skip
# The values that naming goes by, from one end of what may be set to the other.
NAMING = ("clear_from", "calm_below", "leave_below", "smallest_shown_homes", "silence_by_chance", "enough_information",
          "emptied_share")  # fmt: skip
POLICIES = [POLICY] + [
    replace(POLICY, **{each.name: type(each.default)(each.metadata[end])})
    for each in fields(Policy)
    if each.name in NAMING
    for end in ("least", "most")
]


def as_a_frame_has_it(number: int, row: dict[str, Any]) -> dict[str, Any]:
    lengths = dict(zip(("quiet_weeks_least", "quiet_weeks", "quiet_weeks_most"), map(float, row["quiet"]), strict=True))
    both = {"p_quiet_decline": row["share_both"] * min(row["p_quiet"], row["p_decline"])}
    kept = {name: value for name, value in row.items() if name not in ("share_both", "quiet")}
    return kept | lengths | both | {"complex_id": f"{number:03d}", "known_weeks": float(row["known_weeks"])}


@settings(patient, max_examples=40)
@given(st.lists(ANYTHING, min_size=1, max_size=25), st.sampled_from(POLICIES))
def test_whatever_comes_in_only_allowed_words_come_out_and_calm_is_never_a_guess(
    drawn: list[dict[str, Any]], policy: Policy
) -> None:
    rows = [as_a_frame_has_it(number, row) for number, row in enumerate(drawn)]
    for row, said in zip(rows, named(*rows, policy=policy).iter_rows(named=True), strict=True):
        assert said["complex_id"] == row["complex_id"]
        assert said["state"] in STATES
        assert said["silence_kind"] in KINDS | {None}
        is_quiet = row["p_quiet"] >= policy.clear_from
        is_too_small = row["silence_chance"] > policy.silence_by_chance
        is_heard = row["is_heard_of"] and row["heard"] >= policy.enough_information
        if not is_heard or (is_too_small and is_quiet):
            assert said["state"] in ("emptied", "feed_suspect", "not_enough_evidence")
            assert said["silence_kind"] != "good"
            assert said["since_week"] is None
        if said["state"] == "calm_seen" or said["silence_kind"] == "good":
            assert row["visits_recent"] > 0
            assert row["looked"] >= policy.enough_information
            # Never both calm and worrying, and with the policy as it is never on the list.
            assert row["p_decline"] < policy.calm_below
            assert row["p_quiet_decline"] < max(POLICY.leave_below, policy.calm_below)
        since = [said[name] for name in ("since_earliest", "since_week", "since_latest")]
        assert len({each is None for each in since}) == 1
        if since[0] is not None:
            assert is_quiet
            assert since == sorted(since)
            assert MONDAY - timedelta(weeks=max(row["known_weeks"], 1) - 1) <= since[0]
            assert since[2] <= MONDAY


def since(**change: Any) -> list[int | None]:
    """Weeks before the week itself: earliest, middle, latest."""
    said = one(**change)
    told = [said[name] for name in ("since_earliest", "since_week", "since_latest")]
    return [None if each is None else (MONDAY - each).days // 7 for each in told]


def test_since_when_is_told_of_what_is_quiet_only() -> None:
    assert since() == [None] * 3
    assert since(p_quiet=0.9) == [59, 39, 19]
    # A quiet of one week began this week.
    assert since(p_quiet=0.9, quiet_weeks=1.0, quiet_weeks_least=1.0, quiet_weeks_most=1.0) == [0, 0, 0]


@pytest.mark.parametrize("unsure", [{"heard": 0.1}, {"is_heard_of": False}, {"silence_chance": 0.06}])
def test_of_silence_that_proves_nothing_there_is_no_since(unsure: dict[str, Any]) -> None:
    assert since(p_quiet=0.9, **unsure) == [None] * 3


def test_since_reaches_no_further_back_than_what_could_be_heard() -> None:
    assert since(p_quiet=0.9, known_weeks=30.0) == [29, 29, 19]


def test_rows_are_sorted_and_each_speaks_for_itself() -> None:
    rows = [
        {"complex_id": name, "week": MONDAY + timedelta(weeks=n), "p_quiet": p}
        for name, n, p in (("B", 0, 0.9), ("A", 1, 0.1), ("B", 1, 0.1), ("A", 0, 0.9))
    ]
    for order in (rows, rows[::-1]):
        told = named(*order).select("complex_id", "week", "p_quiet").rows()
        assert [(name, p) for name, _, p in told] == [("A", 0.9), ("A", 0.1), ("B", 0.9), ("B", 0.1)]


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
    assert named(change, policy=Policy(clear_from=0.3))["state"].item() == "always_quiet"
    assert named(QUIET | {"p_decline": 0.2}, policy=Policy(calm_below=0.3))["state"].item() == "calm_seen"
    assert named({"p_quiet_decline": 0.2}, policy=Policy(leave_below=0.2))["silence_kind"].item() == "unknown"
    assert named({"homes_in_use": 29}, policy=Policy(emptied_share=0.6))["state"].item() == "ordinary"
    assert named({}, policy=Policy(smallest_shown_homes=61))["is_private_small"].item()


def test_ratios_are_those_of_the_log_scale() -> None:
    said = one(r_mean=-0.693147, d_mean=0.405465)
    assert (said["reporting_ratio"], said["condition_ratio"]) == (0.5, 1.5)


def test_figures_are_rounded_to_six_decimals() -> None:
    said = one(p_quiet=0.12345678, r_mean=-1.23456789, reports_expected=1 / 3)
    assert (said["p_quiet"], said["r_mean"], said["reports_expected"]) == (0.123457, -1.234568, 0.333333)
