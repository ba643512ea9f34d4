"""The charts of what was found: what is in them, in both languages, and nothing that too few answers cannot bear."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
import vl_convert
from answered_truth import POLICY, Plan
from test_verdict_history import town_history

from flows.exploring.are_we_right.calibration_chart import calibration_chart, estimates_chart, raw_verdicts_chart
from flows.exploring.are_we_right.lead_time_chart import (
    LEAST_ESCALATIONS,
    escalations_in_words,
    lead_time_chart,
    lead_time_in_words,
)
from flows.language import LANGUAGES, Language
from models.answers import Estimates, Recalibration, Share, estimates
from models.calibration import Calibration, Group, calibration
from models.lead_time import LeadTime, lead_time

NL = Language("nl")
FEW = Plan(n_weeks=20, n_answered=99)


def drawn_rows(chart: Any) -> list[list[dict[str, Any]]]:
    said = chart.to_dict()
    return [said["datasets"][layer["data"]["name"]] for layer in said["layer"]]


def svg(chart: Any) -> str:
    return str(vl_convert.vegalite_to_svg(chart.to_json()))


@pytest.mark.parametrize("code", LANGUAGES)
def test_single_verdicts_have_neither_curve_nor_percentage(code: str) -> None:
    draws = town_history(FEW).draws
    chart = raw_verdicts_chart(draws, Language(code))
    dots, counted = drawn_rows(chart)
    assert len(dots) == 99
    said = draws.filter(pl.col("verdict").is_not_null())["p_quiet_decline"].sort().to_list()
    assert sorted(row["p"] for row in dots) == said
    assert [row["told"] for row in counted][-1] == str(sum(row["kind"] == "no" for row in dots))
    drawn = svg(chart)
    assert "%" not in drawn
    assert all(mark["mark"]["type"] in ("point", "text") for mark in chart.to_dict()["layer"])


def test_the_calibration_shows_every_group_with_its_interval() -> None:
    history = town_history(Plan())
    found = calibration(history.draws, POLICY)
    assert isinstance(found, Calibration)
    chart = calibration_chart(found, history.open_week.recalibration, NL)
    drawn = svg(chart)
    for words in ("hier klopt de kans precies", "zo rekent de lijst nu", "kans die het model noemde"):
        assert words in drawn
    groups = next(rows for rows in drawn_rows(chart) if rows and "low" in rows[0])
    assert [(row["value"], row["low"], row["high"]) for row in groups] == [
        (each.share.value, each.share.low, each.share.high) for each in found.groups
    ]


@pytest.mark.parametrize("used", [None, Recalibration(0.0, 1.0, 20, is_used=False)])
def test_where_the_list_does_not_adjust_there_is_no_curve(used: Recalibration | None) -> None:
    found = Calibration((Group(0, 0.5, 0.2, Share(0.2, 0.1, 0.4, 40)),), 0.2, Share(0.2, 0.1, 0.4, 40))
    assert "zo rekent de lijst" not in svg(calibration_chart(found, used, NL))
    lower = calibration_chart(found, Recalibration(-1.0, 1.0, 120, is_used=True), NL)
    assert "zo rekent de lijst" in svg(lower)


def test_estimates_are_told_beside_their_interval_and_what_is_unknown_is_not_drawn() -> None:
    some = Share(0.5, 0.25, 0.75, 20)
    chart = estimates_chart(Estimates(200, 150, 0, Share(0.04, 0.02, 0.08, 150), some, None), NL)
    drawn = svg(chart)
    assert "50,0 % (25,0 % tot 75,0 %)" in drawn
    assert NL.say("right.chart.recall") not in drawn
    assert "50.0% (25.0% to 75.0%)" in svg(estimates_chart(Estimates(200, 150, 0, some, some, some), Language("en")))


def test_real_estimates_can_be_drawn() -> None:
    found = estimates(town_history(Plan()).draws, POLICY)
    assert isinstance(found, Estimates)
    assert len(drawn_rows(estimates_chart(found, NL))[0]) == 3


# Lead time.


def followed(*rows: tuple[int, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"weeks": pl.Int64, "end": pl.String}, orient="row")


def said(rows: pl.DataFrame) -> str:
    return lead_time_in_words(lead_time(rows), rows, NL)


def test_the_curve_is_of_every_hundred_flags_and_names_its_middle() -> None:
    found = lead_time(town_history(Plan()).followed)
    chart = lead_time_chart(found, NL)
    steps = drawn_rows(chart)[1]
    assert [steps[0][name] for name in ("weeks", "still", "low", "high")] == [0, 100, 100, 100]
    assert [row["still"] for row in steps[1:]] == pytest.approx((found.curve["still"] * 100).to_list())
    assert f"na {found.median} weken is de helft hoorbaar" in svg(chart)


def test_a_curve_that_never_comes_to_half_names_none() -> None:
    rows = followed(*[(week, "loud") for week in range(1, 11)], *[(30, "running")] * 60)
    found = lead_time(rows)
    assert "is de helft hoorbaar" not in svg(lead_time_chart(found, NL))
    assert "Minder dan de helft werd hoorbaar binnen 10 weken" in said(rows)


def test_each_number_of_escalations_has_its_honest_sentence() -> None:
    assert NL.say("right.lead.none") in said(followed())
    assert NL.say("right.lead.no_loud") in said(followed((3, "running")))
    few = followed(*[(week, "loud") for week in range(1, LEAST_ESCALATIONS)])
    assert NL.say("right.lead.few", least=LEAST_ESCALATIONS) in said(few)
    assert "bij de helft" not in said(few)
    enough = followed(*[(week, "loud") for week in range(1, 41)])
    assert "na 20 weken bij de helft hoorbaar (interval " in said(enough)
    half = followed(*[(week, "loud") for week in range(1, 13)], *[(14, "running")] * 10)
    assert "waar het eindigt is nog niet te zeggen" in said(half)
    assert isinstance(lead_time(half), LeadTime)
    assert "1 vlag kwam niet eerder dan de rest" in said(followed((0, "known_elsewhere"), (2, "taken_up")))


def test_which_escalations_there_were_is_told_without_naming_a_safety_matter() -> None:
    history = town_history(Plan())
    told = escalations_in_words(history, NL)
    assert len(told.splitlines()) == 2 + lead_time(history.followed).n_escalated
    assert "veiligheid" not in told
    assert escalations_in_words(town_history(Plan(n_weeks=1, rule_weeks_ago=None)), NL) == ""
