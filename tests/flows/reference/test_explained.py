"""The explanation quotes what the model gives now, and what its reader works out by hand comes out."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from flows.reference.explained import (
    PICTURES,
    STORY_CONDITION,
    STORY_REPORTING,
    chance,
    explained_page,
    ten_complexes,
    weight_of_evidence,
    worked_terms,
)
from flows.reference.pictures.cloud import clouds
from flows.reference.pictures.same_counts import two_complexes
from flows.reference.pictures.town import QUIET, TWIN, WAVERING, JudgedTown, judged_town
from flows.reference.pictures.weeks import chances, spells
from models.episodes import IS_JUDGED, fdr_set
from models.likelihood import stream_likelihood

DOCS = Path(__file__).parents[3] / "docs"
PAGE = DOCS / "model-explained.md"
NUMBER = re.compile(r"\d+(?:\.\d+)?")


@pytest.fixture(scope="module")
def town() -> JudgedTown:
    return judged_town()


def test_the_page_is_fresh(town: JudgedTown) -> None:
    kept, made = (
        NUMBER.split(" ".join(text.split())) for text in (PAGE.read_text(encoding="utf-8"), explained_page(town))
    )
    assert kept == made, "run `make docs`"


def test_the_figures_of_the_page_are_those_of_the_model(town: JudgedTown) -> None:
    kept, made = (NUMBER.findall(text) for text in (PAGE.read_text(encoding="utf-8"), explained_page(town)))
    for old, new in zip(kept, made, strict=True):
        # Sums differ from machine to machine in their last bits, and so, rarely, does the last digit that is shown.
        last_digit = 10.0 ** -len(old.partition(".")[2])
        assert float(old) == pytest.approx(float(new), abs=1.01 * last_digit if "." in old else 1e-9), "run `make docs`"


def test_every_picture_is_there_and_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in PICTURES:
        assert page.count(f"](images/model-{name}.svg)") == 1
        assert (DOCS / "images" / f"model-{name}.svg").read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_can_be_drawn(town: JudgedTown, name: str) -> None:
    drawn = PICTURES[name](town).to_dict()
    assert drawn["title"]["text"]
    assert any(rows for rows in drawn["datasets"].values())


def test_the_weight_by_hand_is_the_likelihood_of_the_model() -> None:
    loadings = np.array([0.7, 0.6])
    paths = (np.log([[1.0], [STORY_REPORTING]]), np.log([[1.0], [STORY_CONDITION]]))
    fit = stream_likelihood(np.array([[12.0]]), np.array([[20.0]]), np.array([0.8]), paths, loadings, 0.07)[0]
    times = STORY_REPORTING**0.7 * STORY_CONDITION**0.6
    assert weight_of_evidence(0.8 * 12, 0.8 * 20, 0.07, times) == pytest.approx(fit[1] - fit[0])


def test_the_sum_adds_up_to_the_published_chance(town: JudgedTown) -> None:
    terms = worked_terms(town, QUIET)
    start = round(float(town.reasons["start_log_odds"][0]), 2)
    published = town.now.filter(pl.col("complex_id") == QUIET)["p_quiet_decline"].item()
    assert chance(start + sum(term.by_all for term in terms)) == pytest.approx(published, abs=0.005)
    for term in terms:
        by_hand = term.seen * math.log(term.times) - term.second
        assert term.by_two == pytest.approx(by_hand, abs=0.0051)


def test_the_cloud_is_the_posterior_that_is_published(town: JudgedTown) -> None:
    found = clouds(town, QUIET)
    assert found["before"].sum() == pytest.approx(1)
    assert found["after"].sum() == pytest.approx(1)
    corner = found.filter("is_quiet_decline")
    score = town.now.row(by_predicate=pl.col("complex_id") == QUIET, named=True)
    assert corner["after"].sum() == pytest.approx(score["p_quiet_decline"], abs=1e-5)
    assert corner["before"].sum() == pytest.approx(chance(float(town.reasons["start_log_odds"][0])), abs=1e-5)
    mean = float((found["after"] * found["reporting"].log()).sum())
    assert mean == pytest.approx(score["r_mean"], abs=1e-5)


def test_the_ten_are_cut_where_the_list_is_cut(town: JudgedTown) -> None:
    p = town.now.filter(IS_JUDGED)["p_quiet_decline"].to_numpy()
    is_in = fdr_set(p, town.policy.false_discovery_rate) & (p >= town.policy.leave_below)
    assert [row["is_in"] for row in ten_complexes(town)] == is_in[:10].tolist()


def test_the_two_complexes_are_what_the_page_says_of_them(town: JudgedTown) -> None:
    by_stream = {row["stream"]: row for row in two_complexes(town).filter(pl.col("complex_id") == QUIET).to_dicts()}
    other = {row["stream"]: row for row in two_complexes(town).filter(pl.col("complex_id") == TWIN).to_dicts()}
    assert by_stream["complaints"]["seen"] == other["complaints"]["seen"]
    homes = town.complexes.filter(pl.col("complex_id").is_in([QUIET, TWIN]))["homes"]
    assert homes.n_unique() == 1
    for stream in ("urgent_repairs", "vandalism_repairs", "concerns"):
        assert by_stream[stream]["seen"] > by_stream[stream]["high"]
        assert other[stream]["seen"] <= other[stream]["high"]
    assert by_stream["follow_up_reports"]["seen"] < by_stream["follow_up_reports"]["expected"]
    truth = dict(town.planted.select("complex_id", "is_quiet_decline").rows())
    assert truth[QUIET]
    assert not truth[TWIN]


def test_the_wavering_complex_comes_and_goes_by_the_rules_of_the_page(town: JudgedTown) -> None:
    found = chances(town)
    told = spells(found)
    assert told.height == 2, "the picture says that it came back"
    for begins in told["begins"]:
        last = found.filter(pl.col("week") <= begins).tail(town.policy.of_weeks)
        assert last["is_in_set"].sum() >= town.policy.enter_weeks
    after = found.filter(pl.col("week") > told["ends"][0]).head(1)
    low = found.filter(pl.col("week") <= after["week"][0]).tail(town.policy.leave_weeks)
    assert (low["p_quiet_decline"] < town.policy.leave_below).all()
    # The level that is drawn is the one by which it gets in.
    assert (found["is_in_set"] == (found["p_quiet_decline"] >= found["level"])).all()
    planted = town.planted.row(by_predicate=pl.col("complex_id") == WAVERING, named=True)
    assert planted["quiet_decline_since"] < found["week"][0], "quiet and declining all that time"
