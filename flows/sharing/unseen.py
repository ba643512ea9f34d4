"""What could not be seen: sources that are missing, old, stopped or suspect, silent channels, hours, unvisited places.

Silence of a source must never become silence of people. It is told so that a team knows what its list cannot hold,
never as a reproach.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from flows.language import Language
from flows.sharing.tier import SharedWeek
from flows.suspect_feeds import channel_name, suspect_in_few_words, suspect_sentences
from models.feed_watch.series import ALL
from models.streams import STREAMS

_STATES = ("missing", "stopped", "old")


def unseen_sources(sources: pl.DataFrame, language: Language) -> list[str]:
    """One sentence per source that was missing, old or stopped; only those that the judgement rests on.

    Args:
        sources: `source`, `state`, `last_row_on`.
        language: Of the sentences.
    """
    told = []
    for row in _unfresh(sources):
        name = language.say(f"source.{row['source']}")
        last = language.write(row["last_row_on"]) if row["last_row_on"] else language.say("unseen.never")
        told.append(language.say(f"unseen.{row['state']}", source=name, last=last))
    return told


def unseen_feeds(suspect: pl.DataFrame, dark: pl.DataFrame, language: Language) -> list[str]:
    """What feeds could not show: the suspect ones, and the teams of whose evenings and nights nobody knows.

    Args:
        suspect: `SharedWeek.suspect`.
        dark: `SharedWeek.dark`.
        language: Of the sentences.
    """
    told = suspect_sentences(suspect, language)
    if not dark.is_empty():
        told.append(language.say("unseen.dark", teams=dark["area_team"].to_list()))
    return told


def unseen_lines(shared: SharedWeek, team: str, language: Language, *, is_brief: bool) -> tuple[str, ...]:
    """What the digest of one team could not see: sources, channels, and places where nobody came.

    Args:
        shared: The week.
        team: Area team.
        language: Of the lines.
        is_brief: Whether sources and channels are one line, without dates.
    """
    told = [language.say("unseen.condition")] if shared.is_blind else []
    of_team = shared.channels.filter(pl.col("area_team").is_in([team, ALL]))
    channels = [channel_name(each, language) for each in of_team["channel"].unique().sort()]
    suspect = shared.suspect.filter(pl.col("area_team").is_in([team, ALL]))
    is_dark = team in shared.dark["area_team"]
    if is_brief:
        names = [f"source.{each}" for each in suspect["source"]]
        names += [f"source.{row['source']}" for row in _unfresh(shared.sources)]
        hours = [language.say("team.unseen.hours")] if is_dark else []
        what = [*(language.say(name) for name in dict.fromkeys(names)), *channels, *hours]
        if what:
            told.append(language.say("team.unseen.all", what=what))
    else:
        if not suspect.is_empty():
            told.append(language.say("team.unseen.suspect", feeds=suspect_in_few_words(suspect, language)))
        told += _sources_by_state(shared.sources, language)
        if channels:
            # Without a day: in a small team it would be the last visit of one colleague.
            told.append(language.say("team.unseen.channels", channels=channels))
        if is_dark:
            told.append(language.say("team.unseen.dark"))
    places = shared.teams.filter(pl.col("area_team") == team)["n_unvisited"].to_list()
    if places and places[0]:
        told.append(language.say("team.unseen.places", count=places[0]))
    return tuple(told) or (language.say("unseen.nothing"),)


def _sources_by_state(sources: pl.DataFrame, language: Language) -> list[str]:
    told = []
    unfresh = _unfresh(sources)
    for state in _STATES:
        rows = [row for row in unfresh if row["state"] == state]
        if rows:
            named = [_dated(f"source.{row['source']}", row["last_row_on"], language) for row in rows]
            told.append(language.say(f"team.unseen.{state}", sources=named))
    return told


def _unfresh(sources: pl.DataFrame) -> list[dict[str, Any]]:
    needed = {stream.source for stream in STREAMS}
    return [row for row in sources.to_dicts() if row["state"] != "fresh" and row["source"] in needed]


def _dated(name: str, day: date | None, language: Language) -> str:
    said = language.say(name)
    return language.say("team.unseen.until", what=said, day=day) if day else said
