"""Teams of whose evenings and nights no source knows: by fact, not by chance."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from models.blind_spots import dark_teams
from models.policy import Policy

POLICY = Policy()


def feeds(**teams: tuple[int, int | None, int | None]) -> pl.DataFrame:
    """Repairs of each team: rows, of how many the hour is known, and how many came in the evening or at night."""
    told = [("repairs", team, "all", *counts) for team, counts in teams.items()]
    names = ["source", "area_team", "channel", "seen_recently", "rows_timed", "rows_evening"]
    return pl.DataFrame(told, {name: pl.Int64 if n > 2 else pl.String for n, name in enumerate(names)}, orient="row")


def dark(found: pl.DataFrame) -> list[tuple[str, str]]:
    return dark_teams(found, POLICY).rows()


def test_a_team_that_hears_of_the_evening_is_not_dark() -> None:
    assert dark(feeds(Noord=(100, 100, 30), Zuid=(40, 40, 1))) == []


def test_none_among_many_is_no_chance() -> None:
    assert dark(feeds(Noord=(100, 100, 30), Zuid=(40, 40, 0))) == [("Zuid", "none_seen")]


def test_none_among_few_may_be_chance() -> None:
    assert dark(feeds(Noord=(100, 100, 30), Zuid=(15, 15, 0))) == []


def test_where_no_source_tells_the_hour_nobody_knows() -> None:
    assert dark(feeds(Noord=(100, 100, 30), Zuid=(12, 0, 0), West=(5, None, None))) == [
        ("West", "no_hours"),
        ("Zuid", "no_hours"),
    ]


def test_an_organisation_that_keeps_office_hours_is_dark_everywhere() -> None:
    assert dark(feeds(Noord=(500, 500, 0), Zuid=(80, 80, 0), Oost=(30, 30, 0))) == [
        ("Noord", "none_seen"),
        ("Zuid", "none_seen"),
    ]


def test_one_source_that_covers_those_hours_is_enough() -> None:
    complaints = feeds(Zuid=(20, 0, 0)).with_columns(source=pl.lit("complaints"))
    assert dark(pl.concat([complaints, feeds(Zuid=(30, 30, 9))])) == []


def test_a_team_without_reports_is_not_told_about_its_evenings() -> None:
    assert dark(feeds(Noord=(0, None, None))) == []


def test_channels_and_totals_are_no_teams() -> None:
    told = feeds(all=(100, 100, 0), Noord=(100, 100, 0)).with_columns(
        channel=pl.when(pl.col("area_team") == "Noord").then(pl.lit("TEL")).otherwise("channel")
    )
    assert dark(told) == []


def test_what_is_due_is_a_matter_of_policy() -> None:
    found = feeds(Noord=(30, 30, 0))
    assert dark(found) == []
    assert dark_teams(found, replace(POLICY, least_evening_share=0.4)).height == 1
