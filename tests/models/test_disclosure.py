"""Words in place of figures: steps of certainty, and sentences that tell nothing that the told counts do not."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.disclosure import (
    as_told,
    certainty,
    shared_reasons,
    shared_scores,
    told_week,
    weighed,
    without_threats,
)
from models.policy import Policy
from models.quarters import TOLD, Quarter, coarse

POLICY = Policy()
LAST = Quarter(2026, 3)
QUARTERS = [date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)]


def score(**known: object) -> pl.DataFrame:
    row = {
        "complex_id": "A",
        "is_private_small": False,
        "p_quiet": 0.9,
        "p_decline": 0.2,
        "state": "always_quiet",
        "silence_kind": "unknown",
        "since_week": date(2026, 5, 18),
        "is_too_small_to_know": False,
        "missing_sources": ["tenancies"],
    }
    return pl.DataFrame([row | known])


def told(*counts: int, expected: int = 10) -> pl.DataFrame:
    rows = [
        ("A", quarter, "normal_repairs", count, expected, 5, 15)
        for quarter, count in zip(QUARTERS, counts, strict=False)
    ]
    exact = pl.DataFrame(rows, schema=TOLD, orient="row")
    return exact.with_columns(coarse(pl.col("seen")).cast(pl.Int32).alias("seen"))


def said(counts: pl.DataFrame, weight: str | None = "light") -> dict[str, str]:
    weights = pl.when(pl.col("quarter_starts_on") == QUARTERS[-1]).then(pl.lit(weight))
    return shared_reasons(counts.with_columns(weight=weights), LAST).row(0, named=True)


@pytest.mark.parametrize(
    ("p", "step"), [(0, 1), (0.09, 1), (0.1, 2), (0.29, 2), (0.3, 3), (0.5, 4), (0.79, 4), (0.8, 5), (1, 5)]
)
def test_a_probability_becomes_one_of_five_steps(p: float, step: int) -> None:
    assert pl.select(certainty(pl.lit(float(p)), POLICY)).item() == step


def test_a_complex_is_told_of_in_steps_and_quarters() -> None:
    row = shared_scores(score(), POLICY).row(0, named=True)
    assert (row["quiet_level"], row["worry_level"], row["since_quarter"]) == (5, 2, date(2026, 4, 1))
    assert not set(row) & {"p_quiet", "p_decline", "since_week"}


def test_a_small_complex_is_not_told_of() -> None:
    assert shared_scores(score(is_private_small=True), POLICY).is_empty()


@pytest.mark.parametrize("state", ["not_enough_evidence", "feed_suspect", "emptied"])
def test_who_cannot_be_judged_has_no_step(state: str) -> None:
    row = shared_scores(score(state=state), POLICY).row(0, named=True)
    assert (row["quiet_level"], row["worry_level"]) == (None, None)


@pytest.mark.parametrize(
    ("counts", "compared"),
    [
        ((0, 0, 0, 0), "less"),
        ((20, 20, 20, 20), "more"),
        ((10, 10, 10, 10), "alike"),
        ((0, 0, 10, 20), "alike"),
        ((0,), "unknown"),
    ],
)
def test_more_or_less_is_read_off_what_was_told(counts: tuple[int, ...], compared: str) -> None:
    assert said(told(*counts))["compared"] == compared


@given(st.lists(st.integers(0, 60), min_size=4, max_size=4), st.integers(0, 30), st.data())
def test_a_word_tells_nothing_that_the_told_counts_do_not(
    counts: list[int], expected: int, data: st.DataObject
) -> None:
    """Any other counts that would have been told alike give the same word."""
    others = []
    for count in counts:
        alike = [n for n in range(65) if (n < 5) == (count < 5) and (count < 5 or (n + 2) // 5 == (count + 2) // 5)]
        others.append(data.draw(st.sampled_from(alike)))
    assert said(told(*counts, expected=expected)) == said(told(*others, expected=expected))


@pytest.mark.parametrize(
    ("log_odds", "weight"), [(1.5, "heavy"), (0.4, "light"), (0.0, "none"), (-0.2, "none"), (-0.9, "against")]
)
def test_a_weight_is_a_word(log_odds: float, weight: str) -> None:
    reasons = pl.DataFrame({"complex_id": ["A"], "stream": ["normal_repairs"], "log_odds": [log_odds]})
    assert weighed(reasons, POLICY).rows() == [("A", "normal_repairs", weight)]


def test_a_weight_is_that_of_the_quarter_it_was_told_with() -> None:
    assert said(told(10, 10, 10, 10), "heavy")["weight"] == "heavy"
    assert said(told(10, 10, 10), "heavy")["weight"] == "none"
    assert said(told(10, 10, 10, 10), None)["weight"] == "none"


@given(st.dates(date(2020, 1, 6), date(2040, 1, 1)), st.integers(1, 13))
def test_how_it_stands_is_told_anew_every_so_many_weeks(day: date, weeks: int) -> None:
    policy = Policy(told_anew_weeks=weeks)
    monday = day - timedelta(days=day.weekday())
    following = [monday + timedelta(weeks=n) for n in range(3 * weeks)]
    stands = [told_week(each, policy) for each in following]
    assert all(timedelta(0) <= each - of < timedelta(weeks=weeks) for each, of in zip(following, stands, strict=True))
    assert len(set(stands)) in (3, 4)
    assert stands == sorted(stands)


def test_a_complex_stands_as_it_was_last_told_and_has_the_homes_that_it_has_now() -> None:
    week = date(2026, 11, 23)
    now = score(
        week=week, p_quiet=0.2, state="ordinary", is_private_small=True, missing_sources=[], homes=9, area_team="Z"
    )
    new = score(week=week, complex_id="B", homes=40, area_team="N").select(now.columns)
    then = score(week=date(2026, 11, 9), homes=12, area_team="N")
    gone = score(week=date(2026, 11, 9), complex_id="C", homes=40, area_team="N")
    found = as_told(pl.concat([now, new], how="vertical_relaxed"), pl.concat([then, gone]))
    assert found["complex_id"].to_list() == ["A", "B"]
    row = found.row(0, named=True)
    assert (row["p_quiet"], row["state"]) == (0.9, "always_quiet")
    assert (row["homes"], row["area_team"], row["is_private_small"], row["missing_sources"]) == (9, "Z", True, [])
    assert shared_scores(found, POLICY)["complex_id"].to_list() == ["B"]


def test_only_the_last_year_is_compared() -> None:
    old = told(60, 60, 60, 60).with_columns(pl.col("quarter_starts_on").dt.offset_by("-1y"))
    old = old.with_columns(weight=pl.lit(None, pl.String))
    assert shared_reasons(old, LAST).is_empty()
    one = told(10, 10, 10, 10).tail(1).with_columns(weight=pl.lit("light"))
    assert shared_reasons(pl.concat([old, one]), LAST)["compared"].to_list() == ["unknown"]


@pytest.mark.parametrize(
    ("stream", "seen", "expected", "kind"),
    [
        ("vandalism_repairs", 3, 0.5, "afraid"),
        ("vandalism_repairs", 1, 0.5, "unknown"),
        ("vandalism_repairs", 3, 3.5, "unknown"),
        ("urgent_repairs", 9, 0.5, "unknown"),
    ],
)
def test_damage_is_said_only_where_there_is_damage(stream: str, seen: int, expected: float, kind: str) -> None:
    """Else the word would say, by exclusion, that somebody was threatened."""
    reasons = pl.DataFrame({"complex_id": ["A"], "stream": [stream], "seen": [seen], "expected": [expected]})
    assert without_threats(score(silence_kind="afraid"), reasons)["silence_kind"].to_list() == [kind]
    assert without_threats(score(silence_kind="cannot"), reasons)["silence_kind"].to_list() == ["cannot"]
