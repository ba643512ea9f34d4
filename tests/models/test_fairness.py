"""Who comes on the list per group, held against towns of which the truth is known; and that no group is ever read."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from counted_town import panel, town
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from test_answers import POLICY, Population, drawn, population

from models.answers import NotYet
from models.fairness import (
    AUDIENCES,
    Audit,
    Group,
    audience_groups,
    district_groups,
    fairness_audit,
)
from models.policy import Policy
from models.scores import Scored, score_weeks
from models.selection import select_flags

LAST = date(2026, 1, 5)
ROOMS = Path(__file__).parents[2]
NAMES = ("general", "seniors", "care")


def week(number: int) -> date:
    """The Monday of a week, counted back from the last."""
    return LAST - timedelta(weeks=number)


# What goes in is counted.


def groups_of(**of: str) -> pl.DataFrame:
    return pl.DataFrame({"complex_id": [*of], "homes": [10] * len(of), "group": [*of.values()]})


def rows(*pairs: tuple[str, int]) -> pl.DataFrame:
    """Complex, and the week counted back from the last."""
    schema = {"complex_id": pl.String, "week": pl.Date}
    return pl.DataFrame([(complex_id, week(back)) for complex_id, back in pairs], schema, orient="row")


NO_DRAWS = drawn(population(np.random.default_rng(1)), np.random.default_rng(1)).head(0)
NO_DRAWS = NO_DRAWS.with_columns(pl.col("week").cast(pl.Date))


def test_flags_of_the_year_and_of_the_week_are_counted_per_group() -> None:
    groups = groups_of(A="general", B="general", C="general", D="general", E="seniors", F="seniors")
    everyone = rows(*((name, back) for name in "ABCDEF" for back in range(60)))
    chosen = rows(("A", 0), ("A", 1), ("B", 51), ("C", 52), ("E", 3), ("gone", 0))
    said = fairness_audit(groups, everyone, chosen, NO_DRAWS, LAST, POLICY)
    assert [(each.name, each.n_complexes, each.n_homes, each.flagged_in_year, each.listed) for each in said.groups] == [
        ("general", 4, 40, 0.5, 0.25),
        ("seniors", 2, 20, 0.5, 0.0),
    ]
    assert all(each.on_list is None and each.prevalence is None for each in said.groups)
    assert said.not_yet == NotYet(0, 0, 100)


@given(
    st.lists(st.tuples(st.sampled_from("ABCDEF"), st.integers(0, 5)), max_size=20),
    st.lists(st.integers(1, 5), min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from(["general", "seniors", "youth"]), min_size=6, max_size=6),
)
@settings(max_examples=40, deadline=None)
def test_the_share_of_weeks_on_the_list_is_counted_as_by_hand(
    listed: list[tuple[str, int]], drawn_in: list[int], audience: list[str]
) -> None:
    of = dict(zip("ABCDEF", audience, strict=True))
    draws = pl.DataFrame(
        {
            "week": [week(back) for back in drawn_in],
            "complex_id": "A",
            "area_team": "T",
            "inclusion_probability": 0.2,
            "p_quiet_decline": 0.1,
            "is_flagged": False,
            "verdict": None,
            "do_residents_report": None,
        },
        schema_overrides={"verdict": pl.String, "do_residents_report": pl.String},
    )
    everyone = rows(*((name, back) for name in of for back in range(6)))
    said = fairness_audit(groups_of(**of), everyone, rows(*listed), draws, LAST, POLICY)
    for group in said.groups:
        own = {name for name, each in of.items() if each == group.name}
        on_list = {(name, back) for name, back in listed if name in own and back in drawn_in}
        assert group.on_list == pytest.approx(len(on_list) / (len(own) * len(drawn_in)))


def test_small_groups_are_taken_together_and_unknown_ones_stay_apart() -> None:
    audience = ["general"] * 25 + ["care"] * 19 + ["youth"] * 3 + [None] * 2
    complexes = pl.DataFrame({"complex_id": [f"C{n}" for n in range(49)], "homes": 10, "audience": audience})
    found = audience_groups(complexes, POLICY)
    assert dict(found["group"].value_counts().rows()) == {"general": 25, "other": 22, "unknown": 2}
    assert found["homes"].sum() == 490


def test_a_neighbourhood_is_audited_as_its_district() -> None:
    codes = ["BU03440111", "BU03440122", "WK034401", "BU03440211", None]
    complexes = pl.DataFrame({"complex_id": list("ABCDE"), "homes": 10, "neighbourhood_code": codes})
    found = district_groups(complexes, replace(POLICY, smallest_audited_group=2))
    assert found["group"].to_list() == ["WK034401"] * 3 + ["other", "unknown"]


def test_groups_stand_in_an_order_that_ranks_nobody() -> None:
    of = {f"C{n}": each for n, each in enumerate([*reversed(AUDIENCES), "unknown", "other"])}
    said = fairness_audit(groups_of(**of), rows(), rows(), NO_DRAWS, LAST, POLICY)
    assert [each.name for each in said.groups] == [*AUDIENCES, "other", "unknown"]


# What the lot found, against a known truth.


@dataclass(frozen=True)
class Town:
    """A town with a known truth, and the group of each complex."""

    population: Population
    group: NDArray[np.str_]

    def groups(self) -> pl.DataFrame:
        n = len(self.group)
        return pl.DataFrame({"complex_id": [f"C{i}" for i in range(n)], "homes": 40, "group": self.group})

    def gap(self, name: str) -> float:
        own = self.group == name
        return float(self.population.is_flagged[own].mean() - self.population.is_positive[own].mean())

    def apart(self, name: str) -> float:
        others = self.group != name
        of_others = self.population.is_flagged[others].mean() - self.population.is_positive[others].mean()
        return self.gap(name) - float(of_others)

    def audit(self, rng: np.random.Generator, n_weeks: int = 52, answering: float = 1.0) -> Audit:
        draws = drawn(self.population, rng, n_weeks, answering)
        monday = pl.lit(LAST) - pl.duration(weeks=n_weeks) + pl.duration(weeks=pl.col("week"))
        draws = draws.with_columns(week=monday.cast(pl.Date))
        weeks = draws.select(pl.col("week").unique())
        everyone = self.groups().select("complex_id").join(weeks, how="cross")
        listed = everyone.filter(pl.Series(np.repeat(self.population.is_flagged, weeks.height)))
        return fairness_audit(self.groups(), everyone, listed, draws, LAST, POLICY)


def mixed_town(rng: np.random.Generator) -> Town:
    people = population(rng)
    return Town(people, rng.choice(NAMES, len(people.team), p=(0.6, 0.25, 0.15)))


def of(audit: Audit, name: str) -> Group:
    return next(each for each in audit.groups if each.name == name)


def test_intervals_hold_the_truth_and_even_lists_are_seldom_called_uneven() -> None:
    rng = np.random.default_rng(5)
    holds, alarms = [], []
    for _ in range(5):
        place = mixed_town(rng)
        for _ in range(24):
            said = place.audit(rng)
            assert said.n_compared == 3
            for group in said.groups:
                assert group.gap is not None
                assert group.apart is not None
                holds.append(group.gap.low <= place.gap(group.name) <= group.gap.high)
                is_wrong = not group.apart.low <= place.apart(group.name) <= group.apart.high
                alarms.append(is_wrong)
    assert 0.92 < np.mean(holds) <= 1
    # One town of three groups is wrong about any of them in one of twenty at most.
    assert np.mean(np.reshape(alarms, (-1, 3)).any(axis=1)) < 0.05 + 2 * 0.02


def test_a_list_that_overlooks_a_group_is_found_out() -> None:
    rng = np.random.default_rng(6)
    found = []
    for _ in range(10):
        people = population(rng)
        group = rng.choice(("general", "seniors"), len(people.team))
        # One senior complex in six is truly quiet and declining, and never on the list.
        is_positive = np.where(group == "seniors", rng.random(len(group)) < 1 / 6, people.is_positive)
        blind = replace(people, is_positive=is_positive, is_flagged=people.is_flagged & (group == "general"))
        seniors = of(Town(blind, group).audit(rng), "seniors")
        assert seniors.apart is not None
        assert seniors.recall is not None
        assert seniors.recall.value == 0
        found.append(seniors.apart.is_clear and seniors.apart.value < 0)
    assert np.mean(found) > 0.8


def test_with_one_answer_too_few_nothing_is_estimated() -> None:
    place = mixed_town(np.random.default_rng(2))
    draws = drawn(place.population, np.random.default_rng(2)).with_row_index().with_columns(week=pl.lit(LAST))
    for n, is_enough in ((99, False), (100, True)):
        few = draws.with_columns(verdict=pl.when(pl.col("index") < n).then("verdict")).drop("index")
        said = fairness_audit(place.groups(), rows(), rows(), few, LAST, POLICY)
        assert (said.not_yet is None) is is_enough
        assert any(each.prevalence for each in said.groups) is is_enough


def test_a_group_with_too_few_answers_is_counted_and_not_estimated() -> None:
    place = mixed_town(np.random.default_rng(5))
    said = place.audit(np.random.default_rng(3), n_weeks=15)
    is_enough = [each.n_answered >= POLICY.least_answered_in_group for each in said.groups]
    assert is_enough == [True, True, False]
    assert [each.prevalence is not None for each in said.groups] == is_enough
    assert [each.apart is not None for each in said.groups] == is_enough
    assert all(each.on_list is not None for each in said.groups)
    assert sum(each.n_answered for each in said.groups) == 15 * 12
    assert said.n_compared == 2


def test_precision_and_recall_need_cases_of_their_own() -> None:
    place = mixed_town(np.random.default_rng(4))
    for group in place.audit(np.random.default_rng(4)).groups:
        for each in (group.precision, group.recall):
            assert each is None or each.n >= POLICY.least_cases_in_group
    general = of(place.audit(np.random.default_rng(4)), "general")
    assert general.precision is not None
    assert general.precision.low <= general.precision.value <= general.precision.high


def test_answers_about_complexes_that_are_gone_are_counted() -> None:
    place = mixed_town(np.random.default_rng(8))
    draws = drawn(place.population, np.random.default_rng(8)).with_columns(week=pl.lit(LAST))
    left = place.groups().filter(pl.col("complex_id") != draws["complex_id"][0])
    said = fairness_audit(left, rows(), rows(), draws, LAST, POLICY)
    assert said.n_left_out == draws.filter(pl.col("complex_id") == draws["complex_id"][0]).height
    assert sum(each.n_answered for each in said.groups) + said.n_left_out == draws.height


# No group is ever read by what judges or chooses.

PEOPLE_AND_PLACES = ("audience", "neighbourhood")
# The name of a kind of silence may know for whom a complex is meant; the scores only hand it on to there.
MAY_NAME = {
    "models/fairness.py": PEOPLE_AND_PLACES,
    "models/silence.py": ("audience",),
    "models/scores.py": ("audience",),
}


def sources(room: str) -> list[Path]:
    return [file for ending in ("py", "sql") for file in sorted((ROOMS / room).rglob(f"*.{ending}"))]


def test_no_model_but_the_one_that_names_a_kind_mentions_people_or_places() -> None:
    mentions = {}
    for file in sources("models"):
        if "simulation" in file.parts:
            continue
        found = tuple(word for word in PEOPLE_AND_PLACES if word in file.read_text(encoding="utf-8"))
        if found:
            mentions[file.relative_to(ROOMS).as_posix()] = found
    assert mentions == MAY_NAME


def test_only_the_notebook_asks_how_fair_the_list_is() -> None:
    asking = re.compile(r"^\s*(from models\.fairness import|import models\.fairness)", re.MULTILINE)
    found = {
        file.relative_to(ROOMS).parent.as_posix()
        for room in ("models", "flows", "notebooks", "data_contracts")
        for file in sources(room)
        if asking.search(file.read_text(encoding="utf-8"))
    }
    assert found <= {"flows/exploring/are_we_right", "notebooks"}


def judged(weekly: pl.DataFrame, complexes: pl.DataFrame) -> tuple[Scored, pl.DataFrame]:
    """A town scored, and its list."""
    policy = Policy(false_discovery_rate=0.9, enter_weeks=1, leave_below=0.0, attention_share=1)
    scored = score_weeks(weekly, complexes, policy, 3)
    none = pl.DataFrame(schema={"complex_id": pl.String})["complex_id"]
    earlier = pl.DataFrame(
        schema={
            "flag_id": pl.String,
            "complex_id": pl.String,
            "week": pl.Date,
            "first_week": pl.Date,
            "why": pl.String,
        }
    )
    last = scored.reasons["week"].max()
    return scored, select_flags(
        scored.scores.filter(pl.col("week") <= last), scored.reasons, none, earlier, policy
    ).flags


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whoever_lives_there_and_wherever_it_lies_the_chances_and_the_list_are_the_same(seed: int) -> None:
    complexes = town(24)
    rng = np.random.default_rng(seed)
    weekly = panel(complexes, n_weeks=60, seed=seed)
    codes = [f"BU9991{number:04d}" for number in rng.integers(0, 3, complexes.height)]
    known = complexes.with_columns(
        audience=pl.Series(rng.choice(AUDIENCES, complexes.height)), neighbourhood_code=pl.Series(codes)
    )
    empty = {"audience": pl.lit(None, pl.String), "neighbourhood_code": pl.lit(None, pl.String)}
    others = (
        known.with_columns(pl.col("audience").shuffle(seed), pl.col("neighbourhood_code").shuffle(seed + 1)),
        known.with_columns(audience=pl.lit("care")),
        known.with_columns(**empty),
    )
    one, listed = judged(weekly, known)
    assert listed.filter(pl.col("why") != "random_draw").height > 0
    kinds = set()
    for other in others:
        again, listed_again = judged(weekly, other)
        assert again.scores.drop("silence_kind").equals(one.scores.drop("silence_kind"))
        for name in ("streams", "history", "reasons", "quarters"):
            assert getattr(again, name).equals(getattr(one, name)), name
        assert again.lesson.as_dict() == one.lesson.as_dict()
        assert listed_again.drop("silence_kind").equals(listed.drop("silence_kind"))
        kinds |= set(again.scores["silence_kind"]) ^ set(one.scores["silence_kind"])
    # It is read, but only to name the kind.
    assert kinds <= {"cannot", "unknown", "not_looked_at", None}
