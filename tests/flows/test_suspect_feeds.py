"""What is said of suspect feeds: of the feed and never of people, once, and where to ask."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_contracts.freshness import ALARMS
from flows.artifacts import suspect_rows
from flows.language import LANGUAGES, Language
from flows.results import PublishedWeek
from flows.sharing.unseen import unseen_feeds
from flows.suspect_feeds import channel_name, feeds_of, suspect_feeds, suspect_in_few_words, suspect_sentences

NL = Language("nl")
DARK = pl.DataFrame(schema={"area_team": pl.String, "reason": pl.String})
SCHEMA = {
    "source": pl.String,
    "area_team": pl.String,
    "channel": pl.String,
    "last_row_on": pl.Date,
    "state": pl.String,
    "from_week": pl.Date,
    "found_week": pl.Date,
    "is_masking": pl.Boolean,
}


def feeds(*told: dict[str, Any]) -> pl.DataFrame:
    usual = {"source": "complaints", "area_team": "Noord", "channel": "all", "state": "died", "is_masking": True}
    return pl.DataFrame([usual | {"from_week": date(2026, 10, 5)} | each for each in told], SCHEMA)


def test_a_feed_is_told_with_where_since_when_and_whom_to_ask() -> None:
    assert suspect_sentences(suspect_feeds(feeds({})), NL) == [
        "Noord: sinds de week van 5 oktober 2026 komt er bijna niets meer binnen aan klachten en meldingen.",
        NL.say("feeds.masked"),
    ]


def test_where_nothing_is_masked_nothing_is_said_to_be() -> None:
    told = suspect_sentences(suspect_feeds(feeds({"source": "field_signals", "is_masking": False})), NL)
    assert told[1] == "Vraag dat na bij wie levert."


def test_what_broke_everywhere_is_told_once() -> None:
    every = feeds({}, {"area_team": "Zuid"}, {"area_team": "all"}, {"area_team": "all", "channel": "TEL"})
    told = suspect_sentences(suspect_feeds(every), NL)
    assert len(told) == 2
    assert told[0].startswith("Overal: ")


def test_a_channel_that_takes_its_stream_along_is_told_as_a_feed_and_another_is_not() -> None:
    told = suspect_feeds(feeds({"channel": "APP"}, {"channel": "TEL", "is_masking": False}))
    assert told["channel"].to_list() == ["APP"]
    assert "klachten en meldingen via de app" in suspect_sentences(told, NL)[0]


def test_what_is_fresh_or_old_is_not_suspect() -> None:
    assert suspect_sentences(suspect_feeds(feeds({"state": "fresh"}, {"state": "old"}, {"state": "missing"})), NL) == []


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("state", ALARMS)
def test_every_alarm_can_be_said_at_length_and_in_few_words(code: str, state: str) -> None:
    told = suspect_feeds(feeds({"state": state, "source": "repairs"}))
    assert len(suspect_sentences(told, Language(code))) == 2
    (brief,) = suspect_in_few_words(told, Language(code))
    assert len(brief.split()) <= 6


def test_one_source_is_told_once_in_few_words() -> None:
    assert len(suspect_in_few_words(suspect_feeds(feeds({"channel": "APP"}, {"channel": "TEL"})), NL)) == 1


def test_hours_that_nobody_knows_are_one_line_for_all_teams() -> None:
    dark = pl.DataFrame({"area_team": ["Noord", "Zuid"], "reason": ["no_hours", "none_seen"]}, DARK.schema)
    assert unseen_feeds(suspect_feeds(feeds({"state": "fresh"})), dark, NL) == [
        "Over de avond en de nacht weten we niets bij: Noord en Zuid."
    ]
    assert unseen_feeds(suspect_feeds(feeds({"state": "fresh"})), DARK, NL) == []


def test_a_channel_without_a_name_of_ours_keeps_its_own() -> None:
    assert channel_name("police", NL) == "de politie"
    assert channel_name("fax", NL) == "fax"


def test_a_week_of_before_feeds_were_watched_has_none_that_are_suspect(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({"week": "2026-W46"}))
    week = PublishedWeek(tmp_path)
    assert suspect_feeds(feeds_of(week)).is_empty()
    assert suspect_rows(week) == []
    feeds({}, {"state": "fresh"}).write_parquet(tmp_path / "feeds.parquet")
    assert [(row["area_team"], row["from_week"]) for row in suspect_rows(week)] == [("Noord", "2026-10-05")]
