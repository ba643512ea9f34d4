"""Where every complex stands, and the list as a table."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from listed_town import (
    DRAWN,
    EMPTIED,
    GONE,
    LISTED,
    MONDAY,
    RESTING,
    SAFETY,
    SMALL,
    THREATENED,
    TOO_SMALL,
    listed_town,
)

from flows.exploring.this_weeks_flags.listed import ListTable, list_table
from flows.exploring.this_weeks_flags.standings import STANDINGS, counted, first_in_line, of_team, standings
from flows.language import LANGUAGES, Language
from flows.results import PublishedWeek

NL = Language("nl")


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> PublishedWeek:
    return listed_town(tmp_path_factory.mktemp("listed") / "week")


@pytest.fixture(scope="module")
def rows(week: PublishedWeek) -> pl.DataFrame:
    return standings(week)


@pytest.fixture(scope="module")
def listed(week: PublishedWeek, rows: pl.DataFrame) -> ListTable:
    return list_table(rows, week, NL)


def row_of(listed: ListTable, complex_id: str) -> dict[str, object]:
    return listed.table.row(listed.place(complex_id)[0], named=True)


def test_every_complex_in_use_stands_somewhere_once(rows: pl.DataFrame) -> None:
    assert rows["complex_id"].is_unique().all()
    assert rows.height == 20
    assert GONE not in rows["complex_id"]
    assert rows["week"].unique().to_list() == [MONDAY]
    found = dict(rows.select("complex_id", "standing").iter_rows())
    special = {
        LISTED: "listed",
        THREATENED: "listed",
        DRAWN: "drawn",
        SAFETY: "safety",
        RESTING: "resting",
        SMALL: "small",
        TOO_SMALL: "unknowable",
        EMPTIED: "unjudged",
    }
    assert {name: found.pop(name) for name in special} == special
    assert set(found.values()) == {"other"}


def test_the_counts_add_up_for_all_and_for_each_team(rows: pl.DataFrame) -> None:
    everywhere = counted(rows)
    assert sum(everywhere.values()) == rows.height
    assert set(everywhere) == set(STANDINGS)
    teams = [counted(of_team(rows, team)) for team in ("Noord", "Zuid")]
    for standing, number in everywhere.items():
        assert sum(team.get(standing, 0) for team in teams) == number


def test_what_cannot_be_judged_is_drawn_apart(rows: pl.DataFrame) -> None:
    marks = dict(rows.select("complex_id", "mark").iter_rows())
    assert marks[EMPTIED] == marks[TOO_SMALL] == "unjudged"
    assert (marks[LISTED], marks[DRAWN], marks[SAFETY]) == ("listed", "drawn", "safety")
    assert marks[RESTING] == "other"


def test_the_most_probable_on_the_list_is_opened_first_and_a_safety_matter_never(rows: pl.DataFrame) -> None:
    assert first_in_line(rows) == LISTED
    assert first_in_line(rows.filter(pl.col("standing") != "listed")) == DRAWN
    assert first_in_line(rows.filter(pl.col("standing").is_in(["safety", "other"]))) != SAFETY
    assert first_in_line(rows.clear()) is None


def test_safety_comes_first_then_the_quiet_then_the_lot(listed: ListTable) -> None:
    assert listed.ids == [SAFETY, LISTED, THREATENED, DRAWN]


def test_a_safety_matter_has_a_warning_and_no_figure(listed: ListTable) -> None:
    row = row_of(listed, SAFETY)
    assert row["waarom"] == "veiligheid: overleg eerst"
    shown = {name: value for name, value in row.items() if value not in (None, "")}
    assert set(shown) == {"nummer", "complex", "gebiedsteam", "woningen", "waarom"}


def test_a_lot_has_no_cause_so_no_figures(listed: ListTable) -> None:
    row = row_of(listed, DRAWN)
    assert row["waarom"] == "door het lot gekozen"
    assert row["kans"] is None
    assert row["gehoord"] is None


def test_a_quiet_complex_has_its_figures_kind_status_and_what_was_missing(listed: ListTable) -> None:
    row = row_of(listed, LISTED)
    assert row["waarom"] == "stil, en misschien gaat het er niet goed · weinig gehoord, wel schade gezien"
    assert (row["kans"], row["gehoord"], row["verwacht"], row["stil sinds"]) == (0.88, 8, 18.54, "2025-W10")
    expected = "loopt nog · 3 weken · antwoord: zorgen · voortouw: de gemeente · bewoners melden weer meer"
    assert row["stand"] == expected
    other = row_of(listed, THREATENED)
    assert other["niet gezien"] == "huurcontracten"
    assert str(other["waarom"]).endswith("ook door het lot gekozen")


def test_damage_is_said_only_where_there_was_damage(listed: ListTable) -> None:
    assert "dreiging" in str(row_of(listed, THREATENED)["waarom"])
    assert "schade" not in str(row_of(listed, THREATENED)["waarom"])


def test_what_was_quiet_before_we_could_look_says_so(week: PublishedWeek, rows: pl.DataFrame) -> None:
    always = rows.with_columns(since_earliest="since_week")
    assert row_of(list_table(always, week, NL), LISTED)["stil sinds"] == "vóór 2025-W10"


def test_figures_are_written_as_the_reader_does_and_stay_figures(listed: ListTable) -> None:
    assert listed.formats["kans"](0.88) == "88,0 %"
    assert listed.formats["verwacht"](18.54) == "18,5"
    assert listed.formats["kans"](None) == ""
    assert listed.table["kans"].dtype == pl.Float64


def test_a_row_gives_its_complex_back(listed: ListTable) -> None:
    assert listed.chosen(listed.table[listed.place(DRAWN)]) == DRAWN
    assert listed.chosen(listed.table.clear()) is None
    assert listed.place("C19") == listed.place(None) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_empty_columns_are_left_out(week: PublishedWeek, rows: pl.DataFrame, code: str) -> None:
    language = Language(code)
    only_drawn = list_table(rows.filter(pl.col("standing") == "drawn"), week, language)
    headings = [language.say(f"this_week.column.{name}") for name in ("number", "name", "homes", "why", "status")]
    assert only_drawn.table.columns == headings
    assert set(only_drawn.widths) <= set(headings)
    assert language.say("this_week.column.team") in list_table(rows, week, language).table.columns
    assert list_table(rows.clear(), week, language).ids == []


def test_a_resting_flag_names_its_last_day(rows: pl.DataFrame) -> None:
    assert rows.filter(pl.col("complex_id") == RESTING)["rests_until"].item().isoformat() == "2027-01-31"


def test_the_week_is_read_and_never_written(tmp_path: Path) -> None:
    week = listed_town(tmp_path / "week")
    before = {file.name: file.stat().st_mtime_ns for file in week.folder.iterdir()}
    list_table(standings(week), week, NL)
    assert {file.name: file.stat().st_mtime_ns for file in week.folder.iterdir()} == before
