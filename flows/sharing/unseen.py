"""What could not be seen: sources that are missing, old or stopped, channels that fell silent, places nobody visited.

Silence of a source must never become silence of people. It is told so that a team knows what its list cannot hold,
never as a reproach.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from flows.language import Language
from flows.sharing.tier import SharedWeek
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


def unseen_lines(shared: SharedWeek, team: str, language: Language, *, is_brief: bool) -> tuple[str, ...]:
    """What the digest of one team could not see: sources, channels, and places where nobody came.

    Args:
        shared: The week.
        team: Area team.
        language: Of the lines.
        is_brief: Whether sources and channels are one line, without dates.
    """
    told = [language.say("unseen.condition")] if shared.is_blind else []
    channels = shared.channels.filter(pl.col("area_team") == team).to_dicts()
    if is_brief:
        names = [f"source.{row['source']}" for row in _unfresh(shared.sources)]
        names += [f"team.channel.{row['channel']}" for row in channels]
        if names:
            told.append(language.say("team.unseen.all", what=[language.say(name) for name in names]))
    else:
        told += _sources_by_state(shared.sources, language)
        if channels:
            # Without a day: in a small team it would be the last visit of one colleague.
            named = [language.say(f"team.channel.{row['channel']}") for row in channels]
            told.append(language.say("team.unseen.channels", channels=named))
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
