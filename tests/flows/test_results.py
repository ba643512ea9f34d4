"""Which published weeks can be read by this version."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from data_contracts.contract import contract
from data_contracts.problem import Problem
from flows.results import PublishedWeek, check_readable
from models.policy import Policy


def made_with(folder: Path, version: str | None) -> PublishedWeek:
    said = {"week": "2026-W46", "contracts": {} if version is None else {"scores": version}}
    (folder / "run.json").write_text(json.dumps(said))
    return PublishedWeek(folder)


def moved(major: int, minor: int) -> str:
    """Our own version, so many steps away."""
    ours = [int(each) for each in contract("published", "scores").version.split(".")]
    return f"{ours[0] + major}.{ours[1] + minor}.0"


@pytest.mark.parametrize(("major", "minor"), [(0, 0), (0, 1), (0, 7)])
def test_a_later_minor_version_only_added_columns(tmp_path: Path, major: int, minor: int) -> None:
    check_readable(made_with(tmp_path, moved(major, minor)), ["scores"])


@pytest.mark.parametrize("version", [moved(1, 0), moved(-1, 9), moved(0, -1), None, "", "two", "1", "1.x.0"])
def test_any_other_version_is_refused_with_both_numbers(tmp_path: Path, version: str | None) -> None:
    with pytest.raises(Problem, match=r"results\.other_version") as told:
        check_readable(made_with(tmp_path, version), ["scores"])
    assert told.value.figures["ours"] == contract("published", "scores").version
    assert told.value.figures["table"] == "scores"


def test_a_policy_comes_back_from_the_week_as_it_was(tmp_path: Path) -> None:
    policy = Policy(quiet_below=0.7, sources_left_out=("repairs",))
    (tmp_path / "run.json").write_text(json.dumps({"week": "2026-W46", "policy": asdict(policy) | {"unknown": 1}}))
    assert PublishedWeek(tmp_path).policy == policy


def test_what_the_run_made_of_the_chances_is_told_where_it_wrote_it_down(tmp_path: Path) -> None:
    used = {"shift": -1.0, "slope": 1.0, "n_answered": 140, "is_used": True}
    for said, wanted in (
        ({}, None),
        ({"answered_draws": {}}, None),
        ({"answered_draws": {"recalibration": used}}, used),
    ):
        (tmp_path / "run.json").write_text(json.dumps({"week": "2026-W46"} | said))
        found = PublishedWeek(tmp_path).recalibration
        assert (found and asdict(found)) == wanted
