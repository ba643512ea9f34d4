"""Both ratios and the chance over the year, with what is not known of them."""

from __future__ import annotations

import math

import polars as pl
import pytest
import vl_convert
from quiet_street import DRAWN, FLAGGED, GONE, IN_USE_UNTIL, MONDAY, N_WEEKS, NEVER, chance, write_street

from flows.explaining import explain
from flows.exploring.one_complex.complex_page import one_complex
from flows.exploring.one_complex.latent_paths import latent_chart, latent_paths, path_key
from flows.language import LANGUAGES, Language
from flows.results import PublishedWeek
from models.answers import Recalibration
from models.entry_level import entry_levels
from models.policy import Policy
from models.weeks import WEEK


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> PublishedWeek:
    return write_street(tmp_path_factory.mktemp("street"))


def test_the_last_week_is_what_explain_says(street: PublishedWeek) -> None:
    last = latent_paths(street.table("scores"), FLAGGED, Policy()).row(-1, named=True)
    found = explain(street, FLAGGED)
    assert last["week"] == MONDAY
    assert (last["r_low"], last["r_high"]) == pytest.approx(found.interval("r"))
    assert (last["d_low"], last["d_high"]) == pytest.approx(found.interval("d"))
    assert last["p_quiet_decline"] == pytest.approx(chance(FLAGGED), abs=1e-6)


def test_the_level_of_entering_is_of_the_others(street: PublishedWeek) -> None:
    scores = street.table("scores")
    paths = latent_paths(scores, DRAWN, Policy())
    levels = entry_levels(scores, DRAWN, Policy())
    assert paths.height == N_WEEKS
    assert paths["entry_level"].to_list() == levels["level"].to_list()
    # Beside one that is less certain than the list as a whole, one must be more certain.
    assert paths["entry_level"][-1] == pytest.approx(0.8)


def test_weeks_out_of_use_are_empty_and_a_complex_without_scores_has_none(street: PublishedWeek) -> None:
    scores = street.table("scores")
    hole = scores.filter((pl.col("complex_id") != FLAGGED) | (pl.col("week") != MONDAY - 5 * WEEK))
    paths = latent_paths(hole, FLAGGED, Policy())
    assert paths.height == N_WEEKS
    empty = paths.filter(pl.col("p_quiet_decline").is_null())
    assert empty["week"].to_list() == [MONDAY - 5 * WEEK]
    assert latent_paths(scores, GONE, Policy())["week"].max() == IN_USE_UNTIL - WEEK
    assert latent_paths(scores, NEVER, Policy()).is_empty()


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_chart_names_its_levels_in_the_readers_language(street: PublishedWeek, code: str) -> None:
    page = one_complex(street, FLAGGED, Language(code))
    chart = latent_chart(page.paths, page.events, page.axis, page.policy)
    svg = vl_convert.vegalite_to_svg(chart.to_json(), vl_version="6.4", show_warnings=False)
    wanted = {
        "nl": (
            "onder 0,6 is stil",
            "boven 1,4 is achteruit",
            "telt mee vanaf 80 %",
            "onder 30 % eindigt een vlag",
            "0,5",
        ),
        "en": ("below 0.6 is quiet", "above 1.4 is declining", "counts from 80% on", "below 30% a flag ends", "0.5"),
    }
    for words in wanted[code]:
        assert f">{words}<" in svg
    assert len(path_key(page.policy, page.taught, Language(code))) == 2


def test_levels_follow_what_the_answers_taught_and_that_is_said(street: PublishedWeek) -> None:
    taught = Recalibration(shift=-1.0, slope=1.0, n_answered=130, is_used=True)
    paths = latent_paths(street.table("scores"), FLAGGED, Policy(), taught)
    # A published chance is worth 1 less in log-odds, so it must be higher before it counts.
    assert paths["entry_level"][-1] == pytest.approx(1 / (1 + math.exp(-(math.log(4) + 1))))
    assert paths["leave_level"][-1] == pytest.approx(1 / (1 + math.exp(-(math.log(3 / 7) + 1))))
    assert "130" in path_key(Policy(), taught, Language("nl"))[2]


def test_a_single_week_is_a_dot(street: PublishedWeek) -> None:
    page = one_complex(street, FLAGGED, Language("nl"))
    one = page.paths.tail(1)
    drawn = latent_chart(one, (), page.axis, page.policy).to_json()
    assert '"filled": true' in drawn
