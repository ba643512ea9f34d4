"""A published week can be tried on: what moves, moves the list; what cannot show yet, does not."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import polars as pl
import pytest
from tried_week import POLICY

from flows.exploring.what_if.charts import MOST_ROWS, calendar_chart, length_chart, not_drawn
from flows.exploring.what_if.controls import LEADING, Control, controls, group_message
from flows.exploring.what_if.trial import TRIED_WEEKS, Ground, prepare, tried
from flows.exploring.what_if.words import control_label, left_out_rows, list_rows, moved, not_the_list, summary
from flows.language import LANGUAGES, Language
from flows.results import PublishedWeek
from models.policy import Policy
from models.what_if.lists import Lists
from models.what_if.tried import TRIED_AT_ONCE, TRIED_BY_JUDGING

LOOSE = replace(
    POLICY, false_discovery_rate=0.8, leave_below=0.05, quiet_below=0.9, decline_above=1.0, attention_share=1.0
)


def on_list(lists: Lists) -> set[str]:
    return set(lists.rows.filter(pl.col("week") == lists.weeks["week"][-1])["complex_id"])


def test_moving_a_threshold_moves_the_list(ground: Ground) -> None:
    now, then = tried(ground, POLICY), tried(ground, LOOSE)
    assert on_list(now) == {"C000"}
    assert on_list(then) > {"C000"}
    assert now.weeks.height == then.weeks.height == TRIED_WEEKS


def test_leaving_out_what_shows_the_condition_takes_it_off_the_list(ground: Ground) -> None:
    assert ground.sources == ("repairs", "tenancies", "field_signals")
    assert on_list(tried(ground, replace(POLICY, sources_left_out=ground.sources))) == set()


def test_an_old_week_is_tried_as_far_as_it_tells(old_week: PublishedWeek) -> None:
    ground = prepare(old_week)
    assert ground.chances is None
    assert on_list(tried(ground, LOOSE)) >= {"C000"}, "what needs judging stays as it was"
    assert {each.seen for each in controls(POLICY, POLICY, can_judge=False)} == {"at_once", "next_run"}


def test_progress_is_told_week_by_week(week: PublishedWeek) -> None:
    told: list[tuple[int, int]] = []
    prepare(week, n_weeks=3, tell=lambda done, of_all: told.append((done, of_all)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def of(name: str, start: Policy = POLICY) -> Control:
    return next(each for each in controls(start, POLICY, True, ("repairs",)) if each.name == name)


def test_every_value_of_the_policy_can_be_moved() -> None:
    made = controls(POLICY, POLICY, True, ("repairs",))
    assert {each.name for each in made} == {each.name for each in fields(Policy)}
    for each in made:
        if each.kind == "steps":
            assert each.value in each.steps
            assert list(each.steps) == sorted(set(each.steps))
            assert each.least is not None
            assert each.most is not None
            assert each.steps[0] >= each.least
            assert each.steps[-1] <= each.most
    assert set(LEADING) <= {each.name for each in made}
    assert {each.name for each in made if each.seen == "at_once"} == set(TRIED_AT_ONCE)
    assert {each.name for each in made if each.seen == "judged"} == set(TRIED_BY_JUDGING)


def test_steps_hold_the_values_that_hold_however_odd() -> None:
    odd = replace(POLICY, quiet_below=0.333, false_discovery_rate=0.1234, sources_left_out=("tenancies",))
    assert 0.333 in of("quiet_below", odd).steps
    assert 0.1234 in of("false_discovery_rate", odd).steps
    assert of("sources_left_out", odd).steps == ("repairs", "tenancies")
    assert of("seed").kind == "number"
    assert of("arson_codes").kind == "words"


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_value_has_its_words(code: str) -> None:
    language = Language(code)
    for each in controls(POLICY, POLICY, True):
        assert language.say(f"policy.name.{each.name}") in control_label(each, language)
        assert language.has(f"policy.why.{each.name}")
        assert language.has(f"policy.group.{group_message(each.group)}")


def test_the_english_reasons_are_those_of_the_policy() -> None:
    for each in fields(Policy):
        said = Language("en").say(f"policy.why.{each.name}")
        assert said[:1].lower() + said[1:-1] == each.metadata["reason"][:1].lower() + each.metadata["reason"][1:]
        assert Language("en").say(f"policy.unit.{each.name}") == each.metadata["unit"]


def test_what_was_moved_is_told_with_what_it_was() -> None:
    after = replace(POLICY, quiet_below=0.7, sources_left_out=("repairs",), seed=5)
    assert moved(POLICY, after, Language("nl")) == [
        "Bronnen die niet meetellen: van niets naar reparatieverzoeken",
        "Stil is minder dan: van 0,6 naar 0,7",
        "Startgetal van het lot: van 2017 naar 5",
    ]
    assert moved(POLICY, after, Language("en"), ["quiet_below"]) == ["Quiet below: from 0.6 to 0.7"]
    assert moved(POLICY, POLICY, Language("nl")) == []


def test_the_summary_adds_up(ground: Ground) -> None:
    now, then = tried(ground, POLICY), tried(ground, LOOSE)
    told = " ".join(summary(now, then, Language("nl")))
    n = len(on_list(then))
    assert f"staan er {n} complexen op de lijst; nu zijn het er 1." in told
    assert f"Erbij: {n - 1}. Eraf: 0. Blijft: 1." in told
    assert "In de laatste 26 weken" in told


def test_one_week_says_that_it_is_one(week: PublishedWeek) -> None:
    ground = prepare(week, n_weeks=1)
    lists = tried(ground, POLICY, 1)
    assert "Er is één week bekend" in " ".join(summary(lists, lists, Language("nl")))


def test_the_table_begins_with_what_comes_and_names_are_not_cut(ground: Ground) -> None:
    now, then = tried(ground, POLICY), tried(ground, LOOSE)
    rows = list_rows(ground, now, then, Language("nl"))
    assert rows[0]["wat er gebeurt"] == "komt erbij"
    assert {row["complex"] for row in rows} >= {"De <b>Linde</b> 0 (C000)"}
    assert left_out_rows(now, then) == 0


def test_where_the_real_list_differs_it_is_said(ground: Ground) -> None:
    now = tried(ground, POLICY)
    assert not_the_list(ground, now, Language("nl")) is None
    other = replace(ground, listed=frozenset({"C005"}))
    assert "verschilt hiervan in 2 complexen" in str(not_the_list(other, now, Language("nl")))


def marks(chart: Any) -> pl.DataFrame:
    """What is drawn in the calendar."""
    data = chart.to_dict()["datasets"]
    return pl.DataFrame(next(iter(data.values())))


def test_the_calendar_draws_every_week_on_either_list(ground: Ground) -> None:
    now, then = tried(ground, POLICY), tried(ground, LOOSE)
    drawn = marks(calendar_chart(ground, now, then, Language("en")))
    on = [set(each.rows.select("week", "complex_id").iter_rows()) for each in (now, then)]
    assert dict(drawn.group_by("on").len().iter_rows()) == {
        name: len(wanted) for name, wanted in (("both", on[0] & on[1]), ("then", on[1] - on[0])) if wanted
    }
    assert not_drawn(now, then) == 0
    assert drawn["y"].n_unique() <= MOST_ROWS


def test_a_calendar_of_nobody_is_no_picture(ground: Ground) -> None:
    nobody = tried(ground, replace(POLICY, flags_per_team=0, leave_below=1.0))
    assert calendar_chart(ground, nobody, nobody, Language("nl")) is None
    assert length_chart(nobody, nobody, Language("nl")).to_dict()["layer"]
