"""A feed that dies, halves or doubles is told soon, a feed that runs is left alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from steady_feeds import BREAKS, WEEKS, broken, steady

from models.feed_watch.pace import Pace
from models.feed_watch.sequential import KINDS, log_ratio, threshold, watched

YEARS = 10.0
RATES = [20.0] * 40


def first_change(found: object, row: int) -> object:
    return next((each for each in found.changes if each.row == row), None)  # type: ignore[attr-defined]


def test_steady_feeds_are_left_alone() -> None:
    """Nearly three years of 200 feeds: at one false alarm in ten years, two would be more than chance."""
    rates = np.exp(np.random.default_rng(1).uniform(np.log(0.1), np.log(60), 200)).tolist()
    assert len(watched(steady(rates, seed=11), YEARS).changes) <= 1


# The oracle knows start, kind and usual: 1 week for a dead feed of 20 rows a week, 6 for a halved, 3 for a doubled one.
@pytest.mark.parametrize(("kind", "weeks"), [("died", 2), ("halved", 10), ("doubled", 5)])
def test_a_broken_feed_is_told_by_its_kind_and_soon(kind: str, weeks: int) -> None:
    found = watched(broken(steady(RATES), kind), YEARS)
    told = [first_change(found, row) for row in range(len(RATES))]
    assert np.mean([each is not None and each.kind == kind and each.last is None for each in told]) >= 0.95
    waited = np.array([each.found - BREAKS + 1 if each else np.inf for each in told])
    assert (waited >= 1).all()
    assert np.median(waited) <= weeks
    # The earliest week in which it may have begun: now and then too early, hardly ever too late.
    assert np.mean([each.first > BREAKS for each in told if each]) <= 0.15
    assert np.mean([each.first < BREAKS - 6 for each in told if each]) <= 0.05


@pytest.mark.parametrize("kind", list(KINDS))
def test_what_was_told_in_a_week_does_not_rest_on_later_weeks(kind: str) -> None:
    whole = broken(steady(RATES, seed=3), kind)
    known = watched(whole, YEARS).changes
    for end in (BREAKS, BREAKS + 3, BREAKS + 8):
        cut = {
            name: getattr(whole, name)[:, :end]
            for name in ("seen", "homes", "is_open", "fewest", "most", "begins_anew")
        }
        then = replace(
            whole, weeks=whole.weeks[:end], not_before={k: v[:, :end] for k, v in whole.not_before.items()}, **cut
        )
        found = watched(then, YEARS).changes
        assert [(c.row, c.first, c.found) for c in found] == [(c.row, c.first, c.found) for c in known if c.found < end]


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_fault_ends_when_the_feed_works_again(kind: str) -> None:
    found = watched(broken(steady(RATES), kind, BREAKS, BREAKS + 15), YEARS)
    told = [first_change(found, row) for row in range(len(RATES))]
    ends = np.array([each.last - (BREAKS + 15) if each and each.last is not None else np.inf for each in told])
    assert np.median(np.abs(ends)) <= 1
    assert (ends >= -1).mean() >= 0.9, "rather a good week masked than a bad one believed"


def test_the_usual_does_not_learn_from_what_is_broken() -> None:
    found = watched(broken(steady(RATES), "died"), YEARS)
    usual = found.pace.before(np.array([WEEKS - 1]))
    assert np.median(usual.rate) == pytest.approx(20, rel=0.05)


def test_one_wrong_import_is_no_new_usual() -> None:
    series = steady([5.0])
    seen = series.seen.copy()
    seen[0, 60] = 4000
    found = watched(replace(series, seen=seen), YEARS)
    assert found.pace.before(np.array([70])).rate[0, 0] < 6


def test_a_feed_that_was_announced_to_change_is_no_fault() -> None:
    series = broken(steady(RATES), "halved")
    not_before = {name: each.copy() for name, each in series.not_before.items()}
    not_before["down"][:, BREAKS - 4 :] = BREAKS + 8
    anew = series.begins_anew.copy()
    anew[:, BREAKS] = True
    found = watched(replace(series, not_before=not_before, begins_anew=anew), YEARS)
    assert found.changes == []
    assert np.median(found.pace.before(np.array([WEEKS - 1])).rate) == pytest.approx(10, rel=0.05)


def test_what_cannot_have_come_in_yet_is_not_missing() -> None:
    series = steady([300.0] * 20, dispersion=0.002)
    seen, fewest = series.seen.copy(), series.fewest.copy()
    seen[:, -1] = np.round(0.5 * seen[:, -1])
    told = watched(replace(series, seen=seen), YEARS).changes
    assert len(told) == 20, "a feed of which all is in by now has lost half of it"
    fewest[:, -1] = 0.5
    assert watched(replace(series, seen=seen, fewest=fewest), YEARS).changes == []


@pytest.mark.parametrize(
    ("kind", "source", "settles"),
    [
        ("doubled", "complaints", True),
        ("halved", "complaints", False),
        ("halved", "field_signals", True),
    ],
)
def test_twice_as_much_becomes_usual_and_half_only_where_rates_count(kind: str, source: str, settles: bool) -> None:
    series = steady([40.0] * 10, n_weeks=130)
    series = replace(series, keys=series.keys.with_columns(source=pl.lit(source)))
    found = watched(broken(series, kind, 50), YEARS)
    told = [first_change(found, row) for row in range(10)]
    assert np.mean([(each.last is not None) == settles for each in told]) >= 0.9
    if settles:
        assert np.median([each.last - each.first for each in told]) == 51
        assert len(found.changes) <= 11, "it is not told again"


def test_a_new_change_never_begins_in_an_old_one() -> None:
    series = broken(broken(steady([30.0] * 30), "doubled", 60, 75), "halved", 80)
    found = watched(series, YEARS)
    for row in range(30):
        own = [each for each in found.changes if each.row == row]
        assert len(own) >= 2
        assert all(later.first > earlier.last for earlier, later in pairwise(own))


def test_people_of_one_complex_are_no_feed() -> None:
    series = broken(steady([10.0, 10.0]), "died")
    loud = [("C1", 9), ("C2", 1)], [("C1", 1), ("C2", 1), *((f"D{i}", 1) for i in range(8))]

    def by_complex(row: int) -> pl.DataFrame:
        told = [(name, place, n) for name, n in loud[row] for place in range(BREAKS)]
        return pl.DataFrame(told, {"complex_id": pl.String, "week": pl.Int64, "row_count": pl.Int64}, orient="row")

    found = watched(series, YEARS, by_complex)
    first = {row: first_change(found, row) for row in (0, 1)}
    # Nine in ten reports of the first team are one complex's: without it hardly anything is known to be missing.
    assert first[1].found <= BREAKS + 3
    assert first[0] is None or first[0].found >= first[1].found + 3


def test_the_budget_is_shared_by_all_series() -> None:
    assert threshold(200, 10) - threshold(100, 10) == pytest.approx(np.log(2))
    assert threshold(100, 20) - threshold(100, 10) == pytest.approx(np.log(2))


def test_false_alarms_stay_within_the_budget() -> None:
    """So many are asked that there is something to count; fewer come."""
    rates = np.exp(np.random.default_rng(4).uniform(np.log(0.3), np.log(40), 300)).tolist()
    asked_a_year = 50.0
    found = watched(steady(rates, seed=5), 1 / asked_a_year)
    n_years = (WEEKS - 8) / 52
    assert 1 <= len(found.changes) <= asked_a_year * n_years


@settings(max_examples=60, deadline=None)
@given(
    due=st.floats(0.1, 1e4),
    ratio=st.floats(0, 3),
    variance=st.floats(1e-4, 0.5),
    left=st.sampled_from(list(KINDS.values())),
)
def test_a_ratio_favours_what_it_is_nearer_to(due: float, ratio: float, variance: float, left: float) -> None:
    def of(rows: float) -> float:
        return float(log_ratio(np.array(rows), np.array(due), np.array(variance), left))

    assert of(left * due) > 0 > of(due), "either is likeliest where it is true"
    more = of(ratio * due + 1) - of(ratio * due)
    assert (more > 0) == (left > 1)


def test_a_run_of_weeks_that_may_not_be_judged_says_nothing() -> None:
    series = broken(steady([30.0] * 5), "died")
    is_open = series.is_open.copy()
    is_open[:, BREAKS:] = False
    found = watched(replace(series, is_open=is_open), YEARS)
    assert found.changes == []
    assert np.isinf(found.thresholds[BREAKS:]).all()


def test_the_season_of_a_year_ago_is_expected() -> None:
    series = steady([60.0] * 10, n_weeks=190, dispersion=0.01)
    wave = 1 + 0.5 * np.sin(2 * np.pi * np.arange(190) / 52)
    seen = np.round(series.seen * wave)
    keys = pl.concat([series.keys, pl.DataFrame({"source": ["complaints"], "area_team": ["all"], "channel": ["all"]})])
    together = {
        name: np.vstack([getattr(series, name), getattr(series, name)[:1]])
        for name in ("homes", "is_open", "fewest", "most", "begins_anew")
    }
    together["homes"][-1] = 10
    none = np.zeros((11, 190), dtype=np.int64)
    whole = replace(
        series, keys=keys, seen=np.vstack([seen, seen.sum(axis=0)]), not_before={"down": none, "up": none}, **together
    )
    exposure = Pace(whole).exposure[0]
    assert np.corrcoef(exposure[80:], wave[80:])[0, 1] > 0.98
    assert [each for each in watched(whole, YEARS).changes if each.found >= 80] == []
