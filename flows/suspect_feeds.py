"""What is said of suspect feeds: which sources, where, since when, and what to do about it.

Always of a feed and never of people: whoever reads it asks whoever delivers. A source that changed everywhere is told
once, not once for every team.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from data_contracts.contract import contract
from data_contracts.freshness import ALARMS
from flows.language import Language
from flows.results import PublishedWeek
from models.feed_watch.alarms import widest
from models.feed_watch.series import ALL


def feeds_of(week: PublishedWeek) -> pl.DataFrame:
    """The published table `feeds`; empty for a week of before feeds were watched."""
    if (week.folder / "feeds.parquet").exists():
        return week.table("feeds")
    types = {"VARCHAR": pl.String, "DATE": pl.Date, "BIGINT": pl.Int64, "DOUBLE": pl.Float64, "BOOLEAN": pl.Boolean}
    promised = contract("published", "feeds")
    return pl.DataFrame(schema={each.name: types[each.physical_type] for each in promised.columns})


def suspect_feeds(feeds: pl.DataFrame) -> pl.DataFrame:
    """The sources that are suspect somewhere, each as wide as it is.

    Args:
        feeds: The published table `feeds`.

    Returns:
        `source`, `area_team`, `channel`, `state`, `from_week`, `is_masking`.
    """
    told = widest(feeds.filter(pl.col("state").is_in(ALARMS)))
    return told.filter((pl.col("channel") == ALL) | pl.col("is_masking")).select(
        "source", "area_team", "channel", "state", "from_week", "is_masking"
    )


def suspect_sentences(suspect: pl.DataFrame, language: Language) -> list[str]:
    """One sentence per suspect feed, and what follows from them.

    Args:
        suspect: `suspect_feeds`.
        language: Of the sentences.
    """
    told = [language.say(f"feeds.{row['state']}", **_said(row, language)) for row in suspect.to_dicts()]
    if suspect["is_masking"].any():
        told.append(language.say("feeds.masked"))
    elif told:
        told.append(language.say("feeds.ask"))
    return told


def suspect_in_few_words(suspect: pl.DataFrame, language: Language) -> list[str]:
    """Suspect feeds, each in a few words and none twice.

    Args:
        suspect: Those of `suspect_feeds` that touch one team.
        language: Of the words.
    """
    of_team = suspect.unique(("source", "state"), keep="first", maintain_order=True)
    return [
        language.say(f"feeds.brief.{row['state']}", source=language.say(f"source.{row['source']}"))
        for row in of_team.to_dicts()
    ]


def _said(row: dict[str, Any], language: Language) -> dict[str, Any]:
    team = language.say("feeds.everywhere") if row["area_team"] == ALL else row["area_team"]
    source = language.say(f"source.{row['source']}")
    if row["channel"] != ALL:
        source = language.say("feeds.by_channel", source=source, channel=channel_name(row["channel"], language))
    return {"team": team, "source": source, "day": row["from_week"]}


def channel_name(channel: str, language: Language) -> str:
    """What people call a channel; one that is not in the contract keeps its own name."""
    name = f"team.channel.{channel}"
    return language.say(name) if language.has(name) else channel
