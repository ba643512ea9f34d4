"""Silence that a rule of our own made: planted in a town, found again, and told as ours."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from answered_town import as_promised, made_town
from answered_truth import LAST, RULE_FACTOR, RULE_ID, RULE_TEAM, Plan
from test_verdict_history import history_of, town_history

from data_contracts.contract import contract
from flows.exploring.are_we_right.intake_counts import expected_factor, sides_of
from flows.exploring.are_we_right.intake_silence import IntakeChange, intake_changes
from flows.exploring.are_we_right.intake_words import (
    around_in_words,
    change_chart,
    change_in_words,
    change_name,
    flags_after_in_words,
)
from flows.exploring.are_we_right.verdict_history import VerdictHistory
from flows.home import Home
from flows.language import LANGUAGES, Language
from models.streams import STREAMS
from models.weeks import WEEK

NL = Language("nl")
COMPLAINTS = next(each for each in STREAMS if each.name == "complaints")
THERE = pl.col("complex_id").is_in(["C1", "C2"])
BEGIN = LAST - 100 * WEEK


@pytest.fixture
def change() -> IntakeChange:
    (found,) = intake_changes(town_history(Plan()), 26)
    return found


def with_events(tmp_path: Path, rows: list[dict[str, object]]) -> VerdictHistory:
    """A copy of a town with other events in its open week."""
    shutil.copytree(made_town(Plan(n_weeks=12))[0].folder, tmp_path / "home", symlinks=True)
    home = Home(tmp_path / "home")
    as_promised("events", rows).write_parquet(home.latest.resolve() / "events.parquet")
    return history_of(home)


def event(**but: object) -> dict[str, object]:
    return {
        "event_id": "intake_change|V-1",
        "complex_id": None,
        "area_team": None,
        "occurred_on": LAST - 20 * WEEK,
        "kind": "intake_change",
        "description": "complaints: fewer",
    } | but


def test_the_planted_rule_is_found_with_what_it_did(change: IntakeChange) -> None:
    assert (change.change_id, change.area_team, change.contract, change.effect) == (
        RULE_ID,
        RULE_TEAM,
        "complaints",
        "fewer",
    )
    assert (change.weeks_each_side, change.has_blocks) == (26, False)
    (complaints,) = change.streams
    assert complaints.factor == pytest.approx(RULE_FACTOR, abs=0.01)
    assert complaints.seen_after < complaints.seen_before / 1.8
    assert complaints.expected_without_rule == pytest.approx(complaints.expected_after / RULE_FACTOR, rel=0.03)


def test_the_figures_are_those_of_equal_periods_in_the_published_table() -> None:
    history = town_history(Plan())
    (change,) = intake_changes(history, 8)
    begin = LAST - 26 * WEEK
    there = history.open_week.table("complexes").filter(pl.col("area_team") == RULE_TEAM)["complex_id"]
    rows = history.open_week.table("streams").filter(
        pl.col("stream") == "complaints", pl.col("complex_id").is_in(there.implode())
    )
    before = rows.filter(pl.col("week").is_between(begin - 8 * WEEK, begin - WEEK))
    after = rows.filter(pl.col("week").is_between(begin, begin + 7 * WEEK))
    (complaints,) = change.streams
    assert (complaints.seen_before, complaints.seen_after) == (before["seen"].sum(), after["seen"].sum())
    assert complaints.expected_after == pytest.approx(after["expected"].sum())
    assert before["week"].n_unique() == after["week"].n_unique() == change.weeks_each_side == 8


def test_who_became_quiet_there_is_held_against_elsewhere(change: IntakeChange) -> None:
    assert change.n_fell_quiet >= 5
    assert change.n_fell_quiet / change.n_complexes > 3 * change.n_fell_quiet_elsewhere / change.n_elsewhere


def test_flags_that_began_there_soon_after_are_listed_and_draws_are_not() -> None:
    history = town_history(Plan())
    begin = LAST - 26 * WEEK
    there = history.open_week.table("complexes").filter(pl.col("area_team") == RULE_TEAM)["complex_id"][0]
    flags = [
        history.flags.head(1).with_columns(
            flag_id=pl.lit(f"F{number}"),
            complex_id=pl.lit(there),
            area_team=pl.lit(RULE_TEAM),
            why=pl.lit(why),
            first_week=pl.lit(begin + after * WEEK),
            week=pl.lit(begin + after * WEEK),
        )
        for number, (why, after) in enumerate(
            [("went_quiet", 5), ("random_draw", 6), ("went_quiet", -1), ("safety", 5)]
        )
    ]
    again = replace(history, flags=pl.concat([history.flags, *flags]))
    (wide,), (narrow,) = intake_changes(again, 26), intake_changes(again, 5)
    assert wide.flags["flag_id"].to_list() == ["F0"]
    assert wide.flags["weeks_after"].to_list() == [5]
    assert narrow.flags.is_empty()
    said = flags_after_in_words(wide, NL)
    assert NL.say("right.intake.own") in said
    assert there in said


def test_where_nothing_was_delivered_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert intake_changes(with_events(tmp_path, []), 26) == ()


def test_a_rule_for_all_areas_has_no_elsewhere(tmp_path: Path) -> None:
    (change,) = intake_changes(with_events(tmp_path, [event(area_team=None)]), 4)
    assert change.n_elsewhere == 0
    (complaints,) = change.streams
    assert complaints.factor == pytest.approx(1, abs=0.05)
    assert NL.say("right.intake.everywhere") in change_name(change, NL)
    assert "Elders" not in change_in_words(change, 4, NL)


def test_the_newest_change_comes_first_and_other_tables_have_their_own_streams(tmp_path: Path) -> None:
    older = event(event_id="intake_change|V-0", description="repairs: more", occurred_on=LAST - 30 * WEEK)
    changes = intake_changes(with_events(tmp_path, [older, event()]), 4)
    assert [each.change_id for each in changes] == ["V-1", "V-0"]
    assert {each.stream for each in changes[1].streams} == {each.name for each in STREAMS if each.source == "repairs"}


@pytest.mark.parametrize("day", [date(2020, 1, 1), LAST + 6 * WEEK / 7])
def test_a_change_that_the_weeks_do_not_surround_is_not_compared(tmp_path: Path, day: date) -> None:
    (change,) = intake_changes(with_events(tmp_path, [event(occurred_on=day)]), 26)
    # Of the open week itself one week after is there.
    assert change.weeks_each_side == (1 if day > LAST else 0)
    if day < LAST:
        assert change.streams == ()
        assert NL.say("right.intake.too_far") in change_in_words(change, 26, NL)
        assert around_in_words(change, NL) == ""


# Counts from before the single weeks.


def with_blocks(tmp_path: Path, factor: float, n_there: int = 2) -> VerdictHistory:
    """A town with sums per eight weeks of four complexes; some fall on the day that a block of theirs begins in."""
    shutil.copytree(made_town(Plan(n_weeks=3))[0].folder, tmp_path / "home", symlinks=True)
    folder = Home(tmp_path / "home").latest.resolve()
    rows = [
        {
            "complex_id": f"C{number}",
            "stream": "complaints",
            "starts_on": BEGIN + start * WEEK,
            "n_weeks": 8,
            "weeks_seen": 8,
            "seen": 10,
            # All rise by half: that is the season.
            "expected": 10.0 * (1.5 if start >= 0 else 1.0) * (factor if start >= 0 and number <= n_there else 1.0),
        }
        for number in range(1, 5)
        for start in (-27, -19, -11, -3, 5, 13)
    ]
    as_promised("history", rows).write_parquet(folder / "history.parquet")
    return history_of(Home(tmp_path / "home"))


def test_long_ago_blocks_are_compared_and_the_one_around_the_day_is_left_out(tmp_path: Path) -> None:
    sides = sides_of(BEGIN, "complaints", with_blocks(tmp_path, 0.5), 26)
    assert (sides.n_weeks, sides.has_blocks) == (16, True)
    starts = sides.pieces.select("starts_on", "is_after").unique().sort("starts_on").rows()
    assert [((day - BEGIN).days // 7, is_after) for day, is_after in starts] == [
        (-19, False),
        (-11, False),
        (5, True),
        (13, True),
    ]
    assert expected_factor(sides, COMPLAINTS, THERE) == pytest.approx(0.5)


def test_without_others_or_without_physics_blocks_tell_no_factor(tmp_path: Path) -> None:
    sides = sides_of(BEGIN, "complaints", with_blocks(tmp_path, 0.5), 26)
    assert expected_factor(sides, COMPLAINTS, pl.lit(value=True)) is None
    assert expected_factor(sides, replace(COMPLAINTS, has_physics=False), THERE) is None


def test_a_run_without_blocks_is_read_all_the_same(tmp_path: Path) -> None:
    history = with_blocks(tmp_path, 0.5)
    file = history.open_week.folder / "run.json"
    said = json.loads(file.read_text())
    del said["contracts"]["history"]
    file.write_text(json.dumps(said))
    (history.open_week.folder / "history.parquet").unlink()
    assert sides_of(BEGIN, "complaints", history_of(Home(tmp_path / "home")), 26).n_weeks == 0


# What is said.


def test_the_model_may_know_more_less_or_nothing_of_it(change: IntakeChange) -> None:
    (stream,) = change.streams

    def said(factor: float | None) -> str:
        return change_in_words(replace(change, streams=(replace(stream, factor=factor),)), 26, NL)

    assert NL.say("right.intake.expects_less", factor="0,40") in said(0.4)
    assert NL.say("right.intake.expects_more", factor="1,8") in said(1.8)
    assert NL.say("right.intake.not_expected") in said(1.03)
    assert NL.say("right.intake.unknown") in said(None)


def test_what_was_left_out_or_did_not_happen_is_said(change: IntakeChange) -> None:
    plain = change_in_words(change, 26, NL)
    assert "te vergelijken" not in plain
    assert NL.say("right.intake.blocks") not in plain
    short = replace(change, weeks_each_side=16, has_blocks=True, n_fell_quiet=0, flags=change.flags.clear())
    said = change_in_words(short, 26, NL)
    assert "16 weken te vergelijken" in said
    assert NL.say("right.intake.blocks") in said
    assert "geen van de" in said
    assert "geen vlag" in said
    assert flags_after_in_words(short, NL) == ""


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_kind_of_change_has_a_name(change: IntakeChange, code: str) -> None:
    language = Language(code)
    rules = {rule.id: rule.predicate for rule in contract("inputs", "registration_changes").rules}
    for effect in ("fewer", "more", "other_channel"):
        assert f"'{effect}'" in rules["expected_effect.valid_values"]
        assert change_name(replace(change, effect=effect), language)
    for source in ("complaints", "repairs", "tenancies", "field_signals"):
        assert f"'{source}'" in rules["contract.valid_values"]
        assert change_name(replace(change, contract=source), language)


def test_a_team_with_signs_in_its_name_is_shown_letter_for_letter(change: IntakeChange) -> None:
    assert "<b>" not in change_name(replace(change, area_team="<b>Noord</b>"), NL)


def test_the_chart_marks_what_would_be_expected_without_the_rule_only_where_it_moved(change: IntakeChange) -> None:
    (stream,) = change.streams
    moved = json.dumps(change_chart(change, NL).to_dict())
    still = json.dumps(change_chart(replace(change, streams=(replace(stream, factor=1.0),)), NL).to_dict())
    assert moved.count("diamond") == still.count("diamond") + 1
