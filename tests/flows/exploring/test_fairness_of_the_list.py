"""Who comes on the list, as the notebook tells it: counted from the weeks, calm in words, and nothing told too soon."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import vl_convert
from answered_town import made_town
from answered_truth import POLICY, Plan
from test_calibration_chart import drawn_rows
from test_verdict_history import town_history

from flows.exploring.are_we_right.fairness_chart import fairness_chart
from flows.exploring.are_we_right.fairness_groups import BY, By, fairness_of, missing_groups
from flows.exploring.are_we_right.fairness_words import (
    counted_table,
    fairness_in_words,
    found_table,
    group_name,
    points_in_words,
)
from flows.exploring.are_we_right.verdict_history import VerdictHistory
from flows.language import LANGUAGES, Language
from flows.results import PublishedWeek
from models.answers import NotYet, Share
from models.fairness import OTHER, Audit, Gap, Group

NL = Language("nl")
FEW = Plan(n_weeks=20, n_answered=99)
EVEN = Gap(-0.01, -0.05, 0.02)


@pytest.fixture(scope="module")
def history() -> VerdictHistory:
    return town_history(Plan())


def group(name: str = "general", **known: object) -> Group:
    some = Share(0.05, 0.02, 0.1, 60)
    made = Group(name, 30, 900, 0.1, 0.05, 0.04, 60, some, Gap(-0.01, -0.06, 0.02), EVEN)
    return replace(made, **known)  # type: ignore[arg-type]


def audit(*groups: Group, **known: object) -> Audit:
    made = Audit(groups, len(groups) if len(groups) > 1 else 0, None, 0)
    return replace(made, **known)  # type: ignore[arg-type]


def said(found: Audit, by: By = "audience") -> str:
    return fairness_in_words(by, found, POLICY, NL)


@pytest.mark.parametrize("by", BY)
def test_what_was_on_the_list_is_counted_from_the_truth(by: By, history: VerdictHistory) -> None:
    found, town = fairness_of(history)[by], made_town(Plan())[1]
    known = history.open_week.table("complexes")
    code = known["audience"] if by == "audience" else "WK" + known["neighbourhood_code"].str.slice(2, 6)
    of_complex = dict(zip(known["complex_id"], code, strict=True))
    for each in found.groups:
        own = [number for number, complex_id in enumerate(town.ids) if of_complex[complex_id] == each.name]
        # The draws are of all weeks but the open one; a complex that is loud by then can still be judged.
        assert each.on_list == pytest.approx(town.is_flagged[own][:, :-1].mean())
        assert each.listed == pytest.approx(town.is_flagged[own][:, -1].mean())
        assert each.flagged_in_year == pytest.approx(town.is_flagged[own][:, -52:].any(axis=1).mean())
        assert each.n_complexes == len(own)
    assert sum(each.n_complexes for each in found.groups) == len(town.ids)
    assert sum(each.n_answered for each in found.groups) == history.draws.filter(pl.col("verdict").is_not_null()).height


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_group_stands_in_one_order_and_nothing_reads_as_blame(code: str, history: VerdictHistory) -> None:
    language = Language(code)
    for by, found in fairness_of(history).items():
        rows = counted_table(by, found, language).splitlines()[2:]
        assert [row.split("|")[1].strip() for row in rows] == [
            group_name(by, each.name, language) for each in found.groups
        ]
        text = fairness_in_words(by, found, POLICY, language) + found_table(by, found, language)
        for word in ("slecht", "eerlijk", "discrimin", "slechtst", "worst", "unfair", "bad"):
            assert word not in text.lower()


@pytest.mark.parametrize("code", LANGUAGES)
def test_at_99_answers_nothing_is_estimated_and_at_100_there_is(code: str) -> None:
    language = Language(code)
    for n in (99, 100):
        found = fairness_of(town_history(replace(FEW, n_answered=n)))["audience"]
        words = fairness_in_words("audience", found, POLICY, language)
        is_early = n == 99
        assert (language.say("right.fair.not_yet", answered=99, needed=100) in words) is is_early
        assert (found_table("audience", found, language) == "") is is_early
        # What is counted stands there anyway.
        assert language.share(found.groups[0].flagged_in_year).strip("% \u00a0") in counted_table(
            "audience", found, language
        )


def test_each_honest_sentence_stands_where_it_is_true() -> None:
    assert NL.say("right.fair.even") in said(audit(group(), group("seniors")))
    less = group("seniors", apart=Gap(-0.1, -0.2, -0.01))
    assert NL.say("right.fair.less", group="ouderen") in said(audit(group(), less))
    more = group("seniors", apart=Gap(0.1, 0.01, 0.2))
    assert NL.say("right.fair.more", group="ouderen") in said(audit(group(), more))
    unheard = group("care", prevalence=None, gap=None, apart=None, n_answered=4)
    assert "zorg" in said(audit(group(), group("seniors"), unheard))
    assert NL.say("right.fair.nothing_to_compare") in said(audit(group(apart=None), unheard, n_compared=0))
    assert "2 antwoorden gaan over complexen" in said(audit(group(), n_left_out=2))
    assert NL.say("right.fair.together.audience", least=20) in said(audit(group(), group(OTHER)))
    assert said(audit(group(), not_yet=NotYet(20, 8, 100), n_compared=0)).startswith("Of de lijst bij elke groep past")


def test_with_many_groups_it_says_that_one_stands_out_by_chance() -> None:
    two, three = audit(group(), group("seniors")), audit(group(), group("seniors"), group("care"))
    assert "toeval" not in said(two)
    assert NL.say("right.fair.many", groups=3) in said(three)


def test_what_cannot_be_told_is_a_dash_and_not_a_nought() -> None:
    some = Share(0.4, 0.2, 0.6, 12)
    row = found_table("audience", audit(group(precision=some)), NL).splitlines()[-1]
    assert row.rstrip("| ").endswith("–")
    assert points_in_words(None, NL) is None
    assert points_in_words(Gap(-0.0123, -0.046, 0.007), NL) == "-1,2 (-4,6 tot 0,7)"
    assert points_in_words(Gap(-0.0123, -0.046, 0.007), Language("en")) == "-1.2 (-4.6 to 0.7)"


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_chart_draws_what_the_table_tells(code: str, history: VerdictHistory) -> None:
    found = fairness_of(history)["district"]
    chart = fairness_chart("district", found, Language(code))
    rules, dots, diamonds = drawn_rows(chart)
    told = [each for each in found.groups if each.prevalence]
    assert [(row["low"], row["high"]) for row in rules] == [
        (each.prevalence.low, each.prevalence.high) for each in told if each.prevalence
    ]
    assert [row["on_list"] for row in diamonds] == [each.on_list for each in told]
    svg = str(vl_convert.vegalite_to_svg(chart.to_json()))
    assert all(each.name in svg for each in told)
    # One colour for all groups.
    assert not re.findall(r"#(?!fff|000|404040|8c8c8c|ececec|c8c8c8|ffffff|666666|ddd|888)[0-9a-f]{3,6}\b", svg)
    assert len(dots) == len(told)


def test_a_chart_without_any_group_is_still_a_chart() -> None:
    chart = fairness_chart("audience", audit(group(prevalence=None, gap=None, apart=None)), NL)
    assert "<svg" in vl_convert.vegalite_to_svg(chart.to_json())


def test_what_nobody_delivered_is_said_and_not_shown(tmp_path: Path) -> None:
    history = town_history(Plan(n_weeks=12))
    folder = history.open_week.folder
    bare = tmp_path / folder.name
    bare.mkdir()
    for file in folder.iterdir():
        (bare / file.name).symlink_to(file)
    (bare / "complexes.parquet").unlink()
    complexes = history.open_week.table("complexes").with_columns(neighbourhood_code=pl.lit(None, pl.String))
    complexes.write_parquet(bare / "complexes.parquet")
    found = fairness_of(replace(history, weeks=(*history.weeks[:-1], PublishedWeek(bare))))
    assert set(found) == {"audience"}
    assert missing_groups(found) == ("district",)
