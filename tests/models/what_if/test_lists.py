"""A list that is chosen again is the one that the weekly run would have chosen, week after week."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tried_town import POLICY, grounds, past, scored

from models.policy import Policy
from models.rests import ANSWER_COLUMNS, NO_ANSWERS
from models.scores import Scored
from models.selection import select_flags
from models.what_if.lists import Lists, chosen_again, compared
from models.what_if.past import Past
from models.what_if.rejudging import Chances, Grounds, judged_again
from models.what_if.tried import TRIED_AT_ONCE, TRIED_BY_JUDGING, judged_by, silence_chance

FIRST = date(2026, 6, 1)
NO_STREAMS = pl.DataFrame(
    schema={
        "complex_id": pl.String,
        "week": pl.Date,
        "stream": pl.String,
        "exposure": pl.Float64,
        "is_masked": pl.Boolean,
    }
)


def monday(number: int) -> date:
    return FIRST + timedelta(weeks=number)


def scores(seed: int, n_complexes: int = 14, n_weeks: int = 9) -> pl.DataFrame:
    """Weeks of made-up scores of three teams: chances that wander, and now and then a state that cannot be judged."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(n_complexes):
        chance = rng.uniform(0, 1)
        for week in range(n_weeks):
            chance = float(np.clip(chance + rng.normal(0, 0.15), 0, 1))
            if rng.random() < 0.04:
                continue
            rows.append(
                {
                    "complex_id": f"C{number:02}",
                    "week": monday(week),
                    "area_team": "ABC"[number % 3],
                    "homes": 8 if number == 3 else 60,
                    "p_quiet_decline": round(chance, 2),
                    "state": rng.choice(["always_quiet", "emptied", "feed_suspect"], p=[0.9, 0.05, 0.05]),
                    "silence_kind": None,
                    "is_private_small": number == 3,
                    "is_too_small_to_know": bool(number == 4 or rng.random() < 0.05),
                    "missing_sources": [],
                }
            )
    return pl.DataFrame(rows, schema_overrides={"silence_kind": pl.String, "missing_sources": pl.List(pl.String)})


def answers(seed: int) -> pl.DataFrame:
    """A few answers on complexes of the list, some that close it and some that rest."""
    rng = np.random.default_rng(seed)
    rows = [
        {
            "flag_id": f"F{number}",
            "complex_id": f"C{rng.integers(14):02}",
            "reviewed_on": monday(0) + timedelta(days=int(rng.integers(60))),
            "verdict": str(rng.choice(["fine", "worry", "known_already", "not_looked"])),
        }
        for number in range(int(rng.integers(0, 6)))
    ]
    made: dict[str, Any] = dict.fromkeys(ANSWER_COLUMNS)
    return pl.DataFrame([made | row for row in rows], schema=ANSWER_COLUMNS)


def week_by_week(scores: pl.DataFrame, answers: pl.DataFrame, policy: Policy, capacity: dict[str, int]) -> pl.DataFrame:
    """The lists of every week as the weekly run makes them, one after the other."""
    earlier = pl.DataFrame(
        schema={"flag_id": pl.String, "complex_id": pl.String, "week": pl.Date, "first_week": pl.Date, "why": pl.String}
    )
    nothing = pl.Series([], dtype=pl.String)
    reasons = pl.DataFrame(
        schema={
            "complex_id": pl.String,
            "stream": pl.String,
            "seen": pl.Int64,
            "expected": pl.Float64,
            "period_weeks": pl.Int32,
        }
    )
    for week in scores["week"].unique().sort():
        so_far = scores.filter(pl.col("week") <= week)
        said = answers.filter(pl.col("reviewed_on") < week + timedelta(weeks=1))
        flags = select_flags(so_far, reasons, nothing, earlier, policy, capacity, said).flags
        earlier = pl.concat([earlier, flags.select(earlier.columns)])
    return earlier.filter(pl.col("why") != "random_draw").select("week", "complex_id", "first_week").sort(pl.all())


policies = st.fixed_dictionaries(
    {
        "false_discovery_rate": st.sampled_from([0.2, 0.4, 0.9]),
        "enter_weeks": st.integers(1, 4),
        "of_weeks": st.integers(1, 4),
        "leave_below": st.sampled_from([0.1, 0.3, 0.6]),
        "leave_weeks": st.integers(1, 4),
        "flags_per_team": st.integers(0, 3),
        "in_hand_per_team": st.integers(1, 4),
        "drawn_per_team": st.integers(0, 2),
        "attention_share": st.sampled_from([0.1, 0.4, 1.0]),
        "known_rest_weeks": st.integers(0, 5),
    }
)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), policies)
def test_lists_are_those_of_the_weekly_run(seed: int, values: dict[str, Any]) -> None:
    policy, made, said = Policy(**values), scores(seed), answers(seed)
    capacity = {"B": seed % 3}
    wanted = week_by_week(made, said, policy, capacity)
    found = chosen_again(Past.of(made, NO_STREAMS, said, policy, capacity), 9)
    assert found.rows.select("week", "complex_id", "first_week").sort(pl.all()).equals(wanted)
    assert found.weeks["n_listed"].sum() == wanted.height
    known = found.weeks["n_listed"].to_list()
    steps = (found.weeks["n_entered"] - found.weeks["n_left"]).to_list()
    assert all(before + step == after for before, step, after in zip(known, steps[1:], known[1:], strict=False))


def lists(made: pl.DataFrame, policy: Policy, n_weeks: int = 4) -> Lists:
    return chosen_again(Past.of(made, NO_STREAMS, NO_ANSWERS, policy), n_weeks)


LOOSE = Policy(false_discovery_rate=0.9, leave_below=0.1, enter_weeks=1, of_weeks=1, attention_share=1.0)


def test_only_the_last_weeks_are_told_and_fewer_where_there_are_fewer() -> None:
    assert lists(scores(1), LOOSE).weeks["week"].to_list() == [monday(number) for number in range(5, 9)]
    one = lists(scores(1, n_weeks=1), LOOSE, 26)
    assert one.weeks["week"].to_list() == [monday(0)]
    assert one.changes_a_week == 0, "of one week nobody can say what changed"


def test_one_complex_is_an_organisation_too() -> None:
    alone = scores(7, n_complexes=1).with_columns(state=pl.lit("always_quiet"), p_quiet_decline=0.9)
    assert lists(alone, LOOSE).rows["complex_id"].unique().to_list() == ["C00"]


def test_two_lists_side_by_side_say_what_enters_leaves_and_stays() -> None:
    made = scores(1)
    strict, loose = lists(made, replace(LOOSE, leave_below=0.6)), lists(made, LOOSE)
    found = compared(strict, loose)
    last = made["week"].max()
    on = [set(each.rows.filter(pl.col("week") == last)["complex_id"]) for each in (strict, loose)]
    by_change = {
        change: set(found.filter(pl.col("change") == change)["complex_id"]) for change in ("enters", "leaves", "stays")
    }
    assert by_change == {"enters": on[1] - on[0], "leaves": on[0] - on[1], "stays": on[0] & on[1]}
    assert by_change["enters"], "the looser list is longer"
    known = dict(made.filter(pl.col("week") == last).select("complex_id", "p_quiet_decline").iter_rows())
    assert found["p_tried"].to_list() == [known[each] for each in found["complex_id"]]


def test_every_value_that_can_be_tried_is_a_value_of_the_policy() -> None:
    assert set(TRIED_AT_ONCE) | set(TRIED_BY_JUDGING) <= set(vars(Policy()))
    assert not set(TRIED_AT_ONCE) & set(TRIED_BY_JUDGING)


def test_a_value_that_needs_judging_is_not_tried_without_the_grounds(town: Scored) -> None:
    with pytest.raises(ValueError, match="decline_above, quiet_below"):
        judged_by(past(town), replace(POLICY, quiet_below=0.7, decline_above=2.0))
    assert judged_by(past(town), replace(POLICY, flags_per_team=3)).policy.flags_per_team == 3


@pytest.mark.parametrize("window", [8, 52, 208])
def test_who_is_too_small_to_know_is_who_a_run_would_say(town: Scored, window: int) -> None:
    of = grounds(town)
    policy = replace(POLICY, long_window_weeks=window)
    # A threshold that parts them in the middle, whatever the window.
    policy = replace(policy, silence_by_chance=float(np.median(silence_chance(of, policy)[:, -20:])))
    found = judged_by(past(town), policy, of, judged_again(of, 20))
    run = past(scored(policy, town.lesson))
    assert 0.2 < found.is_too_small[:, -20:].mean() < 0.8
    assert (found.is_too_small == run.is_too_small)[:, -20:].mean() > 0.99, "but for what rounding decides"


def test_who_is_emptied_follows_the_share(town: Scored) -> None:
    made = scores(1, n_complexes=3, n_weeks=2).with_columns(state=pl.lit("always_quiet"))
    in_use = made.select(
        "complex_id", "week", stream=pl.lit("complaints"), exposure=pl.lit(20.0), is_masked=pl.lit(value=False)
    )
    of = Past.of(made, in_use, NO_ANSWERS, POLICY)
    # Twenty of sixty homes are left: a third.
    for share, is_emptied in ((0.6, True), (0.7, False)):
        found = judged_by(of, replace(POLICY, emptied_share=share), *unused(town))
        assert (found.is_emptied[of.is_there] == is_emptied).all()


def unused(town: Scored) -> tuple[Grounds, Chances]:
    """Grounds of the same complexes; nothing is read from them."""
    of = replace(grounds(town), ids=pl.Series("complex_id", [f"C{number:02}" for number in range(16)]))
    return of, judged_again(of, 1)
