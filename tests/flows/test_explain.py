"""Why a complex has its chance: a sum that anybody can do again, and words that judge nobody."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from story import LAST_WEEK, MONDAY_MORNING, quick_checks, write_town
from test_language import KINDS, STATES

from data_contracts.problem import Problem
from flows import cli
from flows.explain_terminal import show_explanation
from flows.explaining import Explanation, explain, sum_up
from flows.home import Home
from flows.language import LANGUAGES, Language
from flows.plain_week import plain_week
from flows.results import PublishedWeek, published_week
from flows.run import make_run
from flows.terminal import show_week
from flows.weekly_result import Published
from models.weeks import WEEK


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two published weeks of a town with one complex out of use since long."""
    folder = tmp_path_factory.mktemp("explain")
    town = write_town(folder / "town", 60, 80)
    complexes = pl.read_parquet(town / "complexes.parquet").sort("complex_id")
    gone = pl.when(pl.col("complex_id") == "C0007").then(pl.date(2020, 1, 1)).otherwise("in_use_until")
    complexes.with_columns(in_use_from=pl.lit(None, pl.Date), in_use_until=gone).write_parquet(
        town / "complexes.parquet"
    )
    (folder / "home").mkdir()
    # Easily called quiet and easily flagged: in so small a town there is little else to explain.
    (folder / "home" / "luisterpost.toml").write_text(
        "[policy]\nquiet_below = 0.8\nclear_from = 0.3\n"
        "false_discovery_rate = 0.9\nenter_weeks = 1\nleave_below = 0.05\nattention_share = 1\n"
    )
    run = make_run(folder / "home", str(town), None, None, MONDAY_MORNING, "nl")
    with quick_checks():
        plain_week(run.for_week(LAST_WEEK - WEEK))
        plain_week(replace(run, read_at=MONDAY_MORNING.replace(hour=6)).for_week(LAST_WEEK))
    return folder / "home"


@pytest.fixture(scope="module")
def week(home: Path) -> PublishedWeek:
    return PublishedWeek((home / "published" / "latest").resolve())


def of_last_week(week: PublishedWeek) -> pl.DataFrame:
    return week.table("scores").filter(pl.col("week") == LAST_WEEK).sort("p_quiet_decline", descending=True)


def said(found: Explanation, capsys: pytest.CaptureFixture[str], code: str = "nl") -> str:
    capsys.readouterr()
    show_explanation(found, Language(code))
    return " ".join(capsys.readouterr().out.split())


def test_every_sum_adds_up_to_the_published_chance(week: PublishedWeek) -> None:
    for complex_id, published in of_last_week(week).select("complex_id", "p_quiet_decline").rows():
        steps = explain(week, complex_id).steps
        total = 0.0
        for step in steps:
            total = round(total + step.weight, 3)
            assert total == step.total
        assert 1 / (1 + math.exp(-total)) == pytest.approx(published, abs=0.0002)
        assert len({step.stream for step in steps}) == len(steps)


def test_a_reader_can_do_the_printed_sum_again(
    home: Path, week: PublishedWeek, capsys: pytest.CaptureFixture[str]
) -> None:
    top = of_last_week(week).row(0, named=True)
    assert cli.run(["explain", top["complex_id"], "--home", str(home), "--language", "en"]) == cli.DONE
    printed = capsys.readouterr().out
    begin = re.search(r"where every complex begins\s+(-?\d+\.\d{3})", printed)
    assert begin
    rows = re.findall(r"weeks?\s+(-?\d+\.\d{3})\s+(-?\d+\.\d{3})", printed)
    assert len(rows) >= 4
    total = float(begin[1])
    for weight, after in rows:
        total += float(weight)
        assert total == pytest.approx(float(after), abs=1e-9)
    told = " ".join(printed.split())
    assert f"1 / (1 + exp({-total:.3f})) = {1 / (1 + math.exp(-total)):.3f}." in told
    assert f"Published is {top['p_quiet_decline']:.3f}." in told


def test_weights_are_rounded_so_that_they_add_up() -> None:
    reasons = pl.DataFrame(
        {"stream": list("abc"), "seen": [1] * 3, "expected": [1.0] * 3, "period_weeks": [52] * 3}
        | {"log_odds": [0.0004, -0.0004, 0.0013]}
    )
    steps = sum_up(-3.3854, reasons)
    assert [step.stream for step in steps] == [None, "c", "a", "b"]
    assert [step.total for step in steps] == [-3.385, -3.384, -3.384, -3.384]
    assert [step.weight for step in steps] == [-3.385, 0.001, 0.0, 0.0]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_state_and_kind_has_its_words(week: PublishedWeek, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    quiet = of_last_week(week).filter(pl.col("since_week").is_not_null())["complex_id"][0]
    found, seen = replace(explain(week, quiet), flag=None), set()
    for state in STATES:
        for kind in (*KINDS, None):
            printed = said(replace(found, score=found.score | {"state": state, "silence_kind": kind}), capsys, code)
            assert not re.search(r"[{}]|None|explain\.", printed)
            seen.add(printed)
    assert len(seen) == len(STATES) * (len(KINDS) + 1)


def test_a_question_and_never_a_verdict(home: Path, week: PublishedWeek, capsys: pytest.CaptureFixture[str]) -> None:
    quiet = of_last_week(week).filter(pl.col("state").is_in(["always_quiet", "went_quiet"])).row(0, named=True)
    assert cli.run(["explain", quiet["complex_id"].lower(), "--home", str(home)]) == cli.DONE
    printed = " ".join(capsys.readouterr().out.split())
    for part in ("Wat we denken:", "Soort stilte:", "Sinds wanneer", "Hoe zeker", "Wat we niet konden zien", "30 %"):
        assert part in printed
    assert "een vraag, geen oordeel over bewoners" in printed


def test_fear_by_damage_and_by_threat_are_told_apart(week: PublishedWeek, capsys: pytest.CaptureFixture[str]) -> None:
    found = explain(week, of_last_week(week)["complex_id"][0])
    afraid = replace(found, flag=None, score=found.score | {"silence_kind": "afraid"})
    assert "6 keer iets vernield of verbrand, waar 2,0" in said(replace(afraid, damage=(6, 2.0)), capsys)
    for damage in ((1, 0.1), (4, 6.0), None):
        assert "twee of meer signalen van dreiging" in said(replace(afraid, damage=damage), capsys)


def test_of_a_safety_matter_no_reason_is_said(week: PublishedWeek, capsys: pytest.CaptureFixture[str]) -> None:
    flags = week.table("flags").filter(pl.col("why") == "safety")
    assert flags.height, "the town has a safety matter"
    found = explain(week, flags["complex_id"][0])
    printed = said(replace(found, score=found.score | {"silence_kind": "afraid"}), capsys)
    assert "ga niet alleen" in printed
    assert "dreiging" not in printed
    assert "Soort stilte" not in printed


def test_a_small_complex_is_for_the_analyst_only(week: PublishedWeek, capsys: pytest.CaptureFixture[str]) -> None:
    scores = of_last_week(week)
    for is_small, row in ((each["is_private_small"], each) for each in scores.to_dicts()):
        assert ("Alleen voor jou als analist" in said(explain(week, row["complex_id"]), capsys)) == is_small
    assert scores["is_private_small"].any()


def test_what_nobody_could_count_is_named(week: PublishedWeek, capsys: pytest.CaptureFixture[str]) -> None:
    streams = week.table("streams").filter(pl.col("week") > LAST_WEEK - 52 * WEEK, pl.col("stream") == "concerns")
    visits = dict(streams.group_by("complex_id").agg(pl.col("exposure").sum()).rows())
    for complex_id in of_last_week(week)["complex_id"]:
        found = explain(week, complex_id)
        assert (found.visits or 0) == round(visits[complex_id])
        assert ("zorgen bij een bezoek" in said(found, capsys).split("niet konden zien")[1]) == (not visits[complex_id])


def test_an_unknown_complex_is_told_the_nearest(week: PublishedWeek) -> None:
    name = week.table("complexes").filter(pl.col("complex_id") == "C0012")["name"].item()
    for asked in ("C012", name.upper()):
        with pytest.raises(Problem, match=r"explain\.unknown") as told:
            explain(week, asked)
        assert f"C0012 ({name})" in told.value.figures["nearest"]  # type: ignore[operator]


def test_a_complex_out_of_use_was_not_judged(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["explain", "C0007", "--home", str(home)]) == cli.NOTHING_DONE
    told = capsys.readouterr().err
    assert "niet in gebruik" in told
    assert len(told.strip().splitlines()) == 1


def test_an_earlier_week_can_be_asked_for(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = Home(home)
    assert published_week(place, LAST_WEEK - WEEK).week_name == "2026-W45"
    assert cli.run(["explain", "C0001", "--home", str(home), "--week", "2026-W45"]) == cli.DONE
    assert "week 2026-W45" in capsys.readouterr().out
    assert cli.run(["explain", "C0001", "--home", str(home), "--week", "2026-W40"]) == cli.NOTHING_DONE
    assert "de laatste is 2026-W46" in capsys.readouterr().err


def test_the_policy_of_that_week_is_told_not_todays(home: Path, week: PublishedWeek) -> None:
    assert (week.policy.quiet_below, week.policy.clear_from) == (0.8, 0.3)
    assert explain(week, "C0001").policy == week.policy


def test_the_weekly_result_says_how_to_see_the_sum(
    home: Path, week: PublishedWeek, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(home, str(home.parent / "town"), None, None, MONDAY_MORNING, "nl")
    show_week(Published(LAST_WEEK, week.folder, (), (), run), Language("nl"))
    chosen = week.flags.filter(pl.col("why").is_in(["quiet_decline", "went_quiet"]))["complex_id"].to_list()
    assert chosen, "the town has a flag"
    assert f"luisterpost explain {chosen[0]} --home {home}" in capsys.readouterr().out
