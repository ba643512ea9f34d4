"""What was asked and answered over all published weeks, held against the town it was made from."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from answered_town import as_promised, made_town
from answered_truth import POLICY, Plan, answers_of, lists_of, true_town

from data_contracts.contract import contract
from flows.exploring.are_we_right.verdict_counts import FINDINGS, verdict_counts
from flows.exploring.are_we_right.verdict_history import READ, VerdictHistory, verdict_history
from flows.exploring.opening import find_week
from flows.home import Home
from models.answers import Estimates, estimates
from models.calibration import Calibration, calibration
from models.lead_time import lead_time
from models.places import CHOSEN
from models.verdicts import draws_with_answers

SMALL = Plan(n_weeks=12)


@cache
def town_history(plan: Plan) -> VerdictHistory:
    """The history of a town, read once for all tests."""
    return history_of(made_town(plan)[0])


def history_of(home: Home, week: str | None = None) -> VerdictHistory:
    opened = find_week({"home": home.folder, "week": week}, READ)
    assert opened.week is not None
    return verdict_history(opened.home, opened.week)


@pytest.fixture
def small_home(tmp_path: Path) -> Home:
    """A home that a test may break."""
    shutil.copytree(made_town(SMALL)[0].folder, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


def test_it_agrees_with_what_the_run_wrote_down() -> None:
    history = town_history(Plan())
    found, said = estimates(history.draws, POLICY), history.open_week.manifest["answered_draws"]
    assert isinstance(found, Estimates)
    assert (len(history.weeks), history.draws.height) == (60, said["n_drawn"])
    assert found.n_answered == said["n_answered"]
    assert history.missing_draws == 0
    for name in ("prevalence", "precision", "recall"):
        assert getattr(found, name).value == pytest.approx(said[name]["value"], abs=1e-6)


def test_over_several_towns_the_planted_truth_lies_in_the_intervals() -> None:
    holds: dict[str, list[bool]] = defaultdict(list)
    for seed in range(10):
        town = true_town(Plan(n_weeks=40, seed=seed))
        lists = lists_of(town)
        flags = as_promised("flags", [row for week in lists[:-1] for row in week])
        draws = draws_with_answers(flags, as_promised("answers", answers_of(town, lists)))
        found, groups = estimates(draws, POLICY), calibration(draws, POLICY)
        assert isinstance(found, Estimates)
        assert isinstance(groups, Calibration)
        for name, truth in town.truth.items():
            share = getattr(found, name)
            if share is not None:
                holds[name].append(share.low <= truth <= share.high)
        for group in groups.groups:
            truth = town.share_between(group.low, group.high)
            holds["groups"].append(group.share.low <= truth <= group.share.high)
    assert min(len(each) for each in holds.values()) >= 9
    assert all(np.mean(each) > 0.8 for each in holds.values())
    assert np.mean([one for each in holds.values() for one in each]) > 0.9


def test_the_lead_time_is_that_of_the_town() -> None:
    town, history = made_town(Plan())[1], town_history(Plan())
    found = lead_time(history.followed)
    was_flagged = (town.first >= 0) & (town.first < len(town.weeks) - 1)
    assert found.n_flags == was_flagged.sum()
    # Who was drawn and looked at before was no longer left to itself.
    looked = dict(history.answers.group_by("complex_id").agg(pl.col("reviewed_on")).rows())
    loud = 0
    for at in np.flatnonzero(was_flagged & (town.loud < len(town.weeks)) & (town.loud <= town.left)):
        first, ended = town.weeks[town.first[at]], town.weeks[town.loud[at]]
        loud += not any(first <= day < ended for day in looked.get(town.ids[at], []))
    assert found.n_escalated == loud > 10
    at_13 = found.curve.filter(pl.col("weeks") <= 13).row(-1, named=True)
    truth = np.mean(town.would_be_loud[was_flagged] - town.first[was_flagged] > 13)
    assert at_13["low"] <= truth <= at_13["high"]


def test_an_older_week_sees_nothing_of_later_ones(small_home: Home) -> None:
    history = history_of(small_home, "2026-W44")
    assert history.flags["week"].max() == history.mondays[1]
    assert history.open_week.week_name == "2026-W44"
    assert len(history.weeks) == 9


def test_of_a_week_that_was_run_twice_the_last_counts(small_home: Home) -> None:
    (old,) = small_home.published.glob("weeks/2026-W40.*")
    again = old.with_name("2026-W40.20261231T050000000000Z")
    shutil.copytree(old, again)
    pl.read_parquet(old / "flags.parquet").clear().write_parquet(again / "flags.parquet")
    before, after = town_history(SMALL), history_of(small_home)
    assert after.draws.height == before.draws.height - 12
    # The list of the open week was made with them.
    assert after.missing_draws == 12


def test_a_damaged_week_and_one_of_another_version_are_named_and_left_out(small_home: Home) -> None:
    (damaged,) = small_home.published.glob("weeks/2026-W39.*")
    (damaged / "scores.parquet").write_bytes(b"no parquet")
    (other,) = small_home.published.glob("weeks/2026-W41.*")
    said = json.loads((other / "run.json").read_text())
    said["contracts"]["lives"] = "0.9.0"
    (other / "run.json").write_text(json.dumps(said))
    history = history_of(small_home)
    assert history.unreadable == ("2026-W39", "2026-W41")
    assert len(history.weeks) == 10


def test_one_week_alone_has_no_draws_to_judge() -> None:
    history = town_history(Plan(n_weeks=1, rule_weeks_ago=None))
    assert history.draws.is_empty()
    assert history.followed["end"].unique().to_list() in ([], ["running"])
    assert verdict_counts(history)["n_drawn"].sum() == 0


def test_every_draw_and_every_chosen_flag_is_counted_once() -> None:
    history = town_history(Plan())
    counted = verdict_counts(history)
    assert counted["finding"].to_list() == list(FINDINGS)
    assert counted["n_drawn"].sum() == history.draws.height
    chosen = history.flags.filter(pl.col("why").is_in(CHOSEN), pl.col("first_week") < history.mondays[1])
    assert counted["n_chosen"].sum() == chosen["flag_id"].n_unique()


def test_every_verdict_that_the_contract_allows_is_counted() -> None:
    (rule,) = (each for each in contract("published", "answers").rules if each.id == "verdict.valid_values")
    for name in ("fine", "other", "known_already"):
        assert f"'{name}'" in rule.predicate
        assert name in FINDINGS
    assert "worry" in rule.predicate
    assert "not_looked" in rule.predicate


def test_states_are_those_that_were_told_and_only_of_chosen_complexes() -> None:
    town, history = made_town(SMALL)[1], town_history(SMALL)
    chosen = {town.ids[at] for at in np.flatnonzero(town.is_flagged.any(axis=1))}
    assert set(history.states["complex_id"]) == chosen
    assert history.states.height == len(chosen) * SMALL.n_weeks


def test_what_is_made_keeps_the_columns_of_the_contract() -> None:
    for name in ("flags", "lives", "scores", "streams", "events", "answers"):
        assert tuple(as_promised(name, []).columns) == contract("published", name).column_names
