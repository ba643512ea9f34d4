"""What a town teaches can be kept and used again; and nothing but the panel goes into a week beside it."""

import json
from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from counted_town import (
    ONE,
    POLICY,
    REPORTS,
    changed,
    intake_changes,
    interventions,
    panel,
    since,
    thinned,
    town,
    week,
    without,
)
from threadpoolctl import threadpool_limits

from models.lesson import Lesson, counted, estimator, expectations, gathered, learn
from models.policy import Policy
from models.scores import score_weeks
from models.streams import STREAMS
from models.weeks import week_number

REGISTER = town(24, homes=80)
IS_SOUTH = pl.col("area_team") == "Zuid"
PANEL = thinned(panel(REGISTER, 90), IS_SOUTH & since(50), 0.5, "complaints")
CHANGES = intake_changes(("V1", "complaints", "Zuid", week(50), "fewer"))
DONE = interventions(("C003", None, week(40)), (None, "Noord", week(70)))
PLACE = {each.name: place for place, each in enumerate(STREAMS)}


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return learn(counted(PANEL, REGISTER, CHANGES, DONE), POLICY)


def test_a_kept_lesson_gives_the_same_scores_to_the_last_digit(lesson: Lesson) -> None:
    kept = Lesson.from_dict(json.loads(json.dumps(lesson.as_dict(), allow_nan=False)))
    assert kept.as_dict() == lesson.as_dict()
    assert kept.rates == lesson.rates
    learned, given, read = (
        score_weeks(PANEL, REGISTER, POLICY, 3, changes=CHANGES, interventions=DONE, lesson=each)
        for each in (None, lesson, kept)
    )
    assert learned.lesson.as_dict() == lesson.as_dict()
    assert read.lesson is kept
    for name in ("scores", "streams", "reasons"):
        assert getattr(given, name).equals(getattr(learned, name)), name
        assert getattr(read, name).equals(getattr(learned, name)), name
    assert read.checkpoint.digests == learned.checkpoint.digests


def test_a_lesson_can_be_read(lesson: Lesson) -> None:
    said = lesson.as_dict()
    assert set(said["rates"]) == {each.name for each in STREAMS}
    assert set(said["breaks"]["factors"]) == {"V1|complaints"}
    assert sum(said["learned"]["group_weights"]) == pytest.approx(1)


def test_a_lesson_of_a_town_of_which_nothing_is_known_can_be_kept_too() -> None:
    nothing = without(PANEL, "complaints", "repairs", "tenancies", "field_signals")
    lesson = learn(counted(nothing, REGISTER), POLICY)
    kept = Lesson.from_dict(json.loads(json.dumps(lesson.as_dict(), allow_nan=False)))
    assert kept.as_dict() == lesson.as_dict()
    # Habits of the policy, not none at all: of no town is known that all are alike.
    assert lesson.report_variance == POLICY.habit_dispersion


def test_complexes_that_differ_more_have_a_wider_variance(lesson: Lesson) -> None:
    uneven = thinned(PANEL, pl.col("complex_id") < "C008", 0.15)
    assert learn(counted(uneven, REGISTER), POLICY).report_variance > 1.5 * lesson.report_variance
    assert learn(counted(PANEL, REGISTER), Policy(habit_dispersion=2.0)).report_variance == 2.0


def test_rows_of_the_arrays_are_complexes_by_name_and_columns_are_weeks() -> None:
    mixed = PANEL.sample(fraction=1, shuffle=True, seed=1)
    found = counted(mixed, REGISTER.sample(fraction=1, shuffle=True, seed=2))
    assert found.ids.to_list() == REGISTER["complex_id"].to_list()
    assert found.weeks.to_list() == [week(number) for number in range(90)]
    assert found.classes["complex_id"].equals(found.ids)
    assert found.teams.tolist() == [0, 1] * 12
    one = PANEL.filter(ONE).sort("week")
    for place, each in enumerate(STREAMS):
        assert found.series[place].seen[0].tolist() == one[each.name].to_list()
    assert found.homes[0].tolist() == one["homes_in_use"].to_list()


def test_a_week_without_any_complex_is_a_week_all_the_same() -> None:
    gap = PANEL.filter(~pl.col("week").is_in([week(30), week(31)]))
    found = counted(gap, REGISTER)
    assert len(found.weeks) == 90
    assert all(each.is_masked[:, 30:32].all() for each in found.series)
    assert found.homes[:, 30:32].sum() == 0
    # So a change of intake falls in its own week.
    placed = counted(gap, REGISTER, CHANGES).known.intake
    assert [begin for _, _, _, begin, _ in placed] == [50]


def test_a_complex_belongs_to_the_team_it_has_now() -> None:
    moved = changed(PANEL, ONE & since(89), area_team=pl.lit("Zuid"))
    assert counted(moved, REGISTER).teams.tolist() == [1, 1] + [0, 1] * 11


def test_streams_can_be_left_out_as_if_nobody_delivered_them() -> None:
    found = counted(PANEL, REGISTER, without=("concerns", "follow_up_reports"))
    undelivered = counted(changed(PANEL, pl.lit(True), concerns=None, follow_up_reports=None), REGISTER)
    for one, other in zip(found.series, undelivered.series, strict=True):
        assert np.array_equal(one.seen, other.seen)
        assert np.array_equal(one.exposure, other.exposure)
        assert np.array_equal(one.is_masked, other.is_masked)
    assert found.series[PLACE["concerns"]].is_masked.all()
    assert not found.series[PLACE["complaints"]].is_masked.any()


def test_evidence_expects_nothing_where_nothing_could_be_seen(lesson: Lesson) -> None:
    partly = without(PANEL, "repairs", where=~since(20))
    broken = changed(partly, ONE & since(70), **dict.fromkeys(REPORTS, 0))
    found = gathered(counted(broken, REGISTER), lesson, POLICY)
    assert found.is_feed_suspect[0, 70:].all()
    assert found.is_feed_suspect[1:, 70:].mean() < 0.05
    for series, expected in zip(found.series, found.expected, strict=True):
        assert (expected[series.is_masked] == 0).all()
        assert (series.seen[series.is_masked] == 0).all()
    assert all(each.is_masked[0, 70:].all() == (each.stream.name in REPORTS) for each in found.series)
    assert found.first_week == week_number(week(0))


def test_as_much_is_expected_as_was_seen_and_known_breaks_are_in_it() -> None:
    _, breaks, found = expectations(counted(PANEL, REGISTER, CHANGES), POLICY)
    complaints = PLACE["complaints"]
    assert breaks.factors["V1|complaints"] == pytest.approx(0.5, abs=0.12)
    south = np.arange(1, 24, 2)
    seen, due = (
        [values[south][:, weeks].sum() for weeks in (slice(50), slice(50, None))]
        for values in (found.series[complaints].seen, found.expected[complaints])
    )
    assert seen[1] / seen[0] == pytest.approx(due[1] / due[0], rel=0.1)


def test_weeks_without_a_feed_do_not_lower_what_is_expected_of_others() -> None:
    silent = changed(PANEL, (pl.col("complex_id") < "C006") & since(40), **dict.fromkeys(REPORTS, 0))
    rates, _, found = expectations(counted(silent, REGISTER), POLICY)
    assert found.is_feed_suspect[:6, 40:].all()
    whole, _, _ = expectations(counted(PANEL, REGISTER), POLICY)
    for stream in ("normal_repairs", "follow_up_reports"):
        assert rates[PLACE[stream]].overall == pytest.approx(whole[PLACE[stream]].overall, rel=0.12)


def test_a_lesson_is_used_on_a_town_that_has_grown(lesson: Lesson) -> None:
    """A new kind of building and new weeks have no rate of their own yet: they are as ordinary ones."""
    new = changed(PANEL.filter(ONE), ONE, complex_id=pl.lit("D000"))
    later = PANEL.with_columns(pl.col("week") + timedelta(weeks=4))
    weekly = pl.concat([new, later])
    register = pl.concat([REGISTER, REGISTER.filter(ONE).with_columns(complex_id=pl.lit("D000"),
                                                                     building_type=pl.lit("ship"))])  # fmt: skip
    found = gathered(counted(weekly, register), lesson, POLICY)
    due = found.expected[PLACE["normal_repairs"]]
    assert np.isfinite(due).all()
    ordinary = due[:24, 4:90].mean()
    assert due[24, 4:90].mean() == pytest.approx(ordinary, rel=0.5)


def test_the_estimator_has_the_policys_values() -> None:
    policy = Policy(quiet_below=0.5)
    assert estimator(policy).policy is policy
