"""Small worlds worked out by hand: what counts, what does not, and when a zero is no zero."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from small_warehouse import Row, SmallWarehouse

from models.panel import panel_variables
from models.policy import Policy

MONDAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12)
WEEK = timedelta(weeks=1)
EIGHT_WEEKS = Policy(history_weeks=8)


def last_row(warehouse: SmallWarehouse, step: str, policy: Policy = EIGHT_WEEKS, **only: Any) -> Row:
    """The one row of a step for the complex in the last week."""
    warehouse.count(MONDAY, policy, **only)
    (row,) = [row for row in warehouse.counted(step) if row["complex_id"] == "C1" and row["week"] == MONDAY]
    return row


def test_the_weeks_that_are_counted() -> None:
    said = panel_variables(Policy(history_weeks=3), MONDAY)
    assert (said["first_week"], said["last_week"]) == (MONDAY - 2 * WEEK, MONDAY)
    assert said["after_last_week"] == MONDAY + WEEK


# --------------------------------------------------------------------------------------------------- homes in use


@pytest.mark.parametrize(
    ("said", "weeks"),
    [
        ({}, 8),
        ({"in_use_from": MONDAY}, 1),
        ({"in_use_from": MONDAY + timedelta(days=1)}, 0),
        ({"in_use_until": MONDAY + timedelta(days=6)}, 8),
        ({"in_use_until": MONDAY + timedelta(days=5)}, 7),
        ({"_valid_from": MONDAY - WEEK}, 2),
        ({"_valid_until": MONDAY - WEEK}, 6),
        ({"_withdrawn_at": NOON}, 0),
    ],
)
def test_a_complex_counts_in_its_whole_weeks(warehouse: SmallWarehouse, said: Row, weeks: int) -> None:
    warehouse.put("complexes", said)
    warehouse.count(MONDAY, EIGHT_WEEKS, only=("homes",))
    assert len(warehouse.counted("homes")) == weeks


@pytest.mark.parametrize(("out_of_use", "in_use"), [(None, 40), (0, 40), (15, 25), (40, 0), (41, 0)])
def test_empty_homes_cannot_report(warehouse: SmallWarehouse, out_of_use: int | None, in_use: int) -> None:
    warehouse.put("complexes", {"homes_out_of_use": out_of_use})
    row = last_row(warehouse, "homes", only=("homes",))
    assert (row["homes"], row["homes_in_use"]) == (40, in_use)


def test_each_week_uses_the_row_then_valid(warehouse: SmallWarehouse) -> None:
    warehouse.put("complexes", {"homes": 40, "_valid_until": MONDAY}, {"homes": 38, "_valid_from": MONDAY})
    warehouse.count(MONDAY, EIGHT_WEEKS, only=("homes",))
    assert [row["homes"] for row in warehouse.counted("homes")] == [40] * 7 + [38]


# ------------------------------------------------------------------------------------------- complaints, tenancies


def test_one_home_about_one_matter_is_one_voice(warehouse: SmallWarehouse) -> None:
    def complaint(reporter: str | None, matter: str | None, **said: object) -> Row:
        return {"reported_at": NOON, "reporter_key": reporter, "incident_key": matter, **said}

    warehouse.put(
        "complaints",
        complaint("a", "noise"),
        complaint("a", "noise", reported_at=NOON + timedelta(days=1)),  # asks again
        complaint("b", "noise"),
        complaint("a", "dirt"),
        complaint(None, "noise"),  # nobody knows who: two voices
        complaint(None, "noise"),
        complaint("a", None),  # nobody knows about what: two voices
        complaint("a", None),
        complaint("c", None, reported_at=None),  # some day, some week
        complaint("d", None, _withdrawn_at=NOON),
    )
    assert last_row(warehouse, "reports", only=("reports",))["reports"] == 7


def test_who_asks_again_is_heard_in_the_first_week_only(warehouse: SmallWarehouse) -> None:
    matter = {"reporter_key": "a", "incident_key": "noise"}
    warehouse.put("complaints", *({"reported_at": NOON - n * WEEK, **matter} for n in range(3)))
    warehouse.count(MONDAY, EIGHT_WEEKS, only=("reports",))
    assert [(row["week"], row["reports"]) for row in warehouse.counted("reports")] == [(MONDAY - 2 * WEEK, 1)]


def test_a_change_of_name_is_no_turnover(warehouse: SmallWarehouse) -> None:
    reasons = ("REG", None, "WIJ", "WON", "REG", "REG")
    conditions = (None, 3, 6, 6, 4, 6)
    for reason, condition in zip(reasons, conditions, strict=True):
        warehouse.put("tenancies", {"ended_on": MONDAY, "end_reason": reason, "found_condition": condition})
    warehouse.put("tenancies", {"ended_on": None})
    row = last_row(warehouse, "tenancies", only=("tenancies",))
    assert (row["tenancies_ended"], row["homes_inspected"], row["bad_condition"]) == (4, 3, 2)


# ------------------------------------------------------------------------------------------------------------ visits


def signal(visit: str | None, finding: str, **said: object) -> Row:
    return {"observed_on": MONDAY, "visit_key": visit, "finding": finding, "occasion": "routine"} | said


def test_a_visit_counts_once_and_worries_if_anything_does(warehouse: SmallWarehouse) -> None:
    warehouse.put(
        "field_signals",
        signal("V1", "nothing_special"),
        signal("V1", "concern"),
        signal("V2", "positive"),
        signal("V3", "concern", occasion="draw"),
        signal("V4", "concern", occasion="flag"),
        signal("V5", "concern", occasion="complaint"),
        signal("V6", "concern", occasion=None),
        signal(None, "concern", kind="AGR.VEB"),
    )
    row = last_row(warehouse, "visits", only=("honest_weeks", "visits"))
    assert (row["visits"], row["concerns"]) == (3, 2)
    # All of it is shown as evidence.
    assert (row["concern_signals"], row["threat_signals"]) == (6, 1)


@pytest.mark.parametrize(
    ("finding", "weeks_ago", "visits"),
    [("nothing_special", 12, 2), ("nothing_special", 13, 0), ("positive", 12, 0), ("concern", 12, 0)],
)
def test_who_never_says_nothing_special_tells_of_worries_only(
    warehouse: SmallWarehouse, finding: str, weeks_ago: int, visits: int
) -> None:
    elsewhere = signal(None, finding, complex_id="C2", observed_on=MONDAY - weeks_ago * WEEK)
    warehouse.put("field_signals", elsewhere, signal("V1", "concern"), signal("V2", "concern"))
    warehouse.put("field_signals", signal("V3", "concern", source="technician"))
    row = last_row(warehouse, "visits", Policy(history_weeks=26), only=("honest_weeks", "visits"))
    assert (row["visits"], row["concerns"], row["concern_signals"]) == (visits, visits, 3)


# ------------------------------------------------------------------------------------------------------------- masks


def complaints_of(place: str, weeks_ago: list[int], each: int = 1) -> list[Row]:
    return [{"complex_id": place, "reported_at": NOON - n * WEEK} for n in weeks_ago for _ in range(each)]


def complaints_shown(warehouse: SmallWarehouse, place: str, policy: Policy = EIGHT_WEEKS) -> list[int | None]:
    """The complaints of a complex, week after week."""
    warehouse.count(MONDAY, policy)
    return [row["complaints"] for row in warehouse.counted("weekly") if row["complex_id"] == place]


def test_a_source_is_masked_before_its_first_and_after_its_last_row(warehouse: SmallWarehouse) -> None:
    warehouse.put("complexes", {})
    warehouse.put("complaints", *complaints_of("C1", [5, 2]))
    assert complaints_shown(warehouse, "C1") == [None, None, 1, 0, 0, 1, None, None]
    assert {row["normal_repairs"] for row in warehouse.counted("weekly")} == {None}


def test_a_small_team_is_silent_by_chance_and_a_large_one_is_not_delivered(warehouse: SmallWarehouse) -> None:
    warehouse.put("complexes", {"complex_id": "C1", "area_team": "North"}, {"complex_id": "C2", "area_team": "South"})
    warehouse.put("complaints", *complaints_of("C1", [7, 6, 5, 4, 3, 2, 1, 0]))
    # One a week, and two weeks without any: two were due, fewer than five.
    warehouse.put("complaints", *complaints_of("C2", [7, 6, 5, 4, 3, 2]))
    assert complaints_shown(warehouse, "C2")[-2:] == [0, 0]
    # Three a week, and two weeks without any: six were due.
    warehouse.put("complaints", *complaints_of("C2", [7, 6, 5, 4, 3, 2], each=2))
    assert complaints_shown(warehouse, "C2")[-2:] == [None, None]


def test_a_complex_that_falls_silent_is_not_masked(warehouse: SmallWarehouse) -> None:
    warehouse.put("complexes", {"complex_id": "C1"}, {"complex_id": "C2"})
    warehouse.put("complaints", *complaints_of("C1", [7, 6, 5, 4], each=9), *complaints_of("C2", [7, 0]))
    assert complaints_shown(warehouse, "C1") == [9, 9, 9, 9, 0, 0, 0, 0]


@pytest.mark.parametrize(("weekly_elsewhere", "shown"), [(4, None), (1, 0)])
def test_a_team_that_never_had_a_row(warehouse: SmallWarehouse, weekly_elsewhere: int, shown: int | None) -> None:
    # 32 rows in eight weeks of eight complexes are half a row a week of each: four due here. Of one a week: one.
    warehouse.put("complexes", *({"complex_id": f"N{n}"} for n in range(8)), {"complex_id": "C1", "area_team": "South"})
    warehouse.put("complaints", *complaints_of("N1", list(range(8)), each=weekly_elsewhere))
    policy = Policy(history_weeks=8, chance_gap_rows=2)
    assert set(complaints_shown(warehouse, "C1", policy)) == {shown}


def test_a_team_that_is_renamed_keeps_its_past(warehouse: SmallWarehouse) -> None:
    renamed_on = MONDAY - 2 * WEEK
    warehouse.put(
        "complexes",
        {"area_team": "North", "_valid_until": renamed_on},
        {"area_team": "Noord", "_valid_from": renamed_on},
    )
    warehouse.put("complaints", *complaints_of("C1", list(range(8)), each=6))
    assert complaints_shown(warehouse, "C1") == [6] * 8


def test_a_team_that_comes_into_use_late_is_not_due_before(warehouse: SmallWarehouse) -> None:
    warehouse.put("complexes", {"complex_id": "C1"})
    warehouse.put("complexes", {"complex_id": "C2", "area_team": "South", "in_use_from": MONDAY - 2 * WEEK})
    warehouse.put("complaints", *complaints_of("C1", list(range(8))), *complaints_of("C2", [1, 0], each=3))
    # Three were due in the first week in use: chance.
    assert complaints_shown(warehouse, "C2") == [0, 3, 3]


@pytest.mark.parametrize(
    ("first", "last", "masked"),
    [
        (MONDAY - WEEK, MONDAY - timedelta(days=1), [6]),
        (MONDAY - timedelta(days=1), MONDAY, [6, 7]),
        (MONDAY + timedelta(days=6), MONDAY + timedelta(days=9), [7]),
        (date.min, MONDAY - 7 * WEEK, [0]),
    ],
)
def test_a_week_with_a_day_of_a_gap_is_masked_whole(
    warehouse: SmallWarehouse, first: date, last: date, masked: list[int]
) -> None:
    warehouse.put("complexes", {})
    warehouse.put("complaints", *complaints_of("C1", list(range(8))))
    warehouse.put("repairs", *({"requested_at": NOON - n * WEEK} for n in range(8)))
    warehouse.put_gap("complaints", first, last)
    assert complaints_shown(warehouse, "C1") == [None if n in masked else 1 for n in range(8)]
    assert {row["normal_repairs"] for row in warehouse.counted("weekly")} == {1}


def test_a_declared_beginning_vouches_for_every_team_after_it(warehouse: SmallWarehouse) -> None:
    """A quiet team whose own first complaint is late, and one without any, keep the weeks that show their silence."""
    names = {"C1": "North", "C2": "South", "C3": "West"}
    warehouse.put("complexes", *({"complex_id": name, "area_team": team} for name, team in names.items()))
    warehouse.put("complaints", *complaints_of("C1", list(range(8)), each=9), *complaints_of("C2", [1, 0], each=9))
    warehouse.put_gap("complaints", date.min, MONDAY - 6 * WEEK - timedelta(days=1))
    assert complaints_shown(warehouse, "C1") == [None, *[9] * 7]
    assert complaints_shown(warehouse, "C2") == [None, *[0] * 5, 9, 9]
    assert complaints_shown(warehouse, "C3") == [None, *[0] * 7]


def test_a_termination_known_ahead_does_not_show_that_the_source_was_delivered(warehouse: SmallWarehouse) -> None:
    warehouse.put("complexes", {})
    warehouse.put("tenancies", {"ended_on": MONDAY - 3 * WEEK}, {"ended_on": MONDAY + 3 * WEEK})
    warehouse.count(MONDAY, EIGHT_WEEKS)
    shown = [row["tenancies_ended"] for row in warehouse.counted("weekly")]
    assert shown == [None] * 4 + [1] + [None] * 3


def test_nothing_at_all_is_counted_without_trouble(warehouse: SmallWarehouse) -> None:
    warehouse.count(MONDAY)
    assert warehouse.counted("weekly") == []
    warehouse.put("complexes", {})
    warehouse.count(MONDAY, EIGHT_WEEKS)
    rows = warehouse.counted("weekly")
    assert len(rows) == 8
    assert all(row["complaints"] is None and row["homes_in_use"] == 40 for row in rows)


# ------------------------------------------------------------------------------------------------------------ safety

THREAT = {"observed_on": MONDAY, "finding": "concern", "kind": "AGR.VEB"}
ANGER = {"reported_at": NOON, "category": "SOC.AGR"}


@pytest.mark.parametrize(
    ("signals", "complaints", "is_safety"),
    [
        ([THREAT | {"kind": "AGR.BRA", "source": "residents"}], 0, True),
        ([THREAT | {"source": "police"}], 0, True),
        ([THREAT | {"source": "municipality", "kind": "AGR"}], 0, True),
        ([THREAT | {"source": "caretaker"}] * 3, 0, False),
        ([THREAT | {"source": "caretaker"}, THREAT | {"source": "technician"}], 0, True),
        ([THREAT | {"source": "caretaker"}], 1, True),
        # Neighbours who complain are one source, however many they are and however it came in.
        ([THREAT | {"source": "residents"}], 5, False),
        ([], 5, False),
        ([THREAT | {"source": "police", "finding": "positive"}], 0, False),
        ([THREAT | {"source": "police", "kind": "ONE.VER"}], 0, False),
        ([THREAT | {"source": "police", "kind": None}], 0, False),
        ([THREAT | {"source": "police", "observed_on": MONDAY - 3 * WEEK}], 0, True),
        ([THREAT | {"source": "police", "observed_on": MONDAY - 4 * WEEK}], 0, False),
        ([THREAT | {"source": "police", "observed_on": MONDAY + WEEK}], 0, False),
        ([THREAT | {"source": "police", "_withdrawn_at": NOON}], 0, False),
    ],
)
def test_what_passes_ahead_of_all_statistics(
    warehouse: SmallWarehouse, signals: list[Row], complaints: int, is_safety: bool
) -> None:
    warehouse.put_all("field_signals", signals)
    warehouse.put_all("complaints", [ANGER] * complaints)
    warehouse.count(MONDAY, only=("safety",))
    assert warehouse.counted("safety") == ([{"complex_id": "C1"}] if is_safety else [])


def test_a_policy_may_name_no_arson_codes_and_no_professionals(warehouse: SmallWarehouse) -> None:
    warehouse.put("field_signals", THREAT | {"kind": "AGR.BRA", "source": "police"})
    warehouse.count(MONDAY, Policy(arson_codes=(), professional_sources=()), only=("safety",))
    assert warehouse.counted("safety") == []
