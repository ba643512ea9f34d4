"""What a week says before any chart: which complexes, why none, and how the counts add up."""

from __future__ import annotations

from typing import Any

import polars as pl

from flows.explain_words import kind_name
from flows.exploring.plain_text import plain
from flows.exploring.this_weeks_flags.listed import silence_kinds
from flows.exploring.this_weeks_flags.standings import counted
from flows.language import Language
from flows.results import PublishedWeek, is_blind
from flows.sharing.unseen import unseen_feeds, unseen_sources
from flows.suspect_feeds import feeds_of, suspect_feeds
from models.blind_spots import dark_teams
from models.episodes import IS_JUDGED

# As many as are read on one screen with the table below; the table has them all.
TOLD_IN_WORDS = 5


def which_complexes(rows: pl.DataFrame, week: PublishedWeek, language: Language) -> str:
    """The complexes that are on the list because of their silence, as Markdown; a calm sentence where there are none.

    Args:
        rows: Rows of `standings`, of one team or of all.
        week: The published week.
        language: Of the words.
    """
    say = language.say
    listed = rows.filter(pl.col("standing") == "listed").sort("p_quiet_decline", descending=True, maintain_order=True)
    told = listed.head(TOLD_IN_WORDS)
    kinds = silence_kinds(told, week)
    if listed.is_empty():
        lines = [say("this_week.none"), *why_none(rows, week, language)]
    else:
        lines = [say("this_week.listed", count=listed.height)]
        lines += ["\n".join(f"- {_line(row, kinds, language)}" for row in told.to_dicts())]
    if listed.height > told.height:
        lines.append(say("this_week.more", count=listed.height - told.height))
    if drawn := rows.filter(pl.col("standing") == "drawn").height:
        lines.append(say("this_week.drawn", count=drawn))
    return "\n\n".join(lines)


def why_none(rows: pl.DataFrame, week: PublishedWeek, language: Language) -> list[str]:
    """Why no complex is on the list because of its silence, most telling reason first.

    Args:
        rows: Rows of `standings`, of one team or of all.
        week: The published week.
        language: Of the words.
    """
    say, policy = language.say, week.policy
    if rows.is_empty():
        return []
    if is_blind(week):
        return [say("week.blind", count=rows.filter(pl.col("state").is_in(["always_quiet", "went_quiet"])).height)]
    judged = rows.filter(IS_JUDGED)
    said = [fell_off_line(rows, week, language)] if _without_place(rows, week) else []
    if judged.height < rows.height:
        said.append(say("this_week.why_not_judged", count=rows.height - judged.height, all=rows.height))
    if judged.height:
        highest = judged.sort("p_quiet_decline", descending=True).row(0, named=True)
        said.append(
            say(
                "this_week.why_not_probable",
                name=plain(highest["name"]),
                complex=highest["complex_id"],
                chance=language.chance(highest["p_quiet_decline"]),
                enter=policy.enter_weeks,
                of=policy.of_weeks,
                rate=language.share(policy.false_discovery_rate),
            )
        )
    return said


def safety_line(rows: pl.DataFrame, language: Language) -> str | None:
    """Whom to consult about first; names only, and None without safety matters."""
    names = [plain(name) for name in rows.filter(pl.col("standing") == "safety")["name"]]
    return language.say("digest.safety", name=names) if names else None


def sum_of_counts(rows: pl.DataFrame, week: PublishedWeek, language: Language) -> str:
    """The complexes in use as a sum of what became of them; it adds up."""
    smallest = week.policy.smallest_shown_homes
    parts = [
        language.say(f"this_week.part.{standing}", number=number, smallest=smallest)
        for standing, number in counted(rows).items()
    ]
    return language.say("this_week.sum", count=rows.height, parts=" + ".join(parts) or "0")


def fell_off_line(rows: pl.DataFrame, week: PublishedWeek, language: Language) -> str:
    """How many were probable enough and had no place, and of which teams."""
    without_place = _without_place(rows, week)
    if not without_place:
        return language.say("this_week.none_fell_off")
    teams = [f"{plain(name)} ({language.write(number)})" for name, number in without_place.items()]
    return language.say("this_week.fell_off", count=sum(without_place.values()), teams=teams)


def unseen_lines(week: PublishedWeek, language: Language) -> list[str]:
    """What could not be seen in the week: sources missing, old, stopped or suspect, hours, and what follows from it."""
    feeds = feeds_of(week)
    said = unseen_sources(week.table("sources"), language)
    said += [plain(each) for each in unseen_feeds(suspect_feeds(feeds), dark_teams(feeds, week.policy), language)]
    if is_blind(week):
        said.append(language.say("unseen.condition"))
    return said or [language.say("unseen.nothing")]


def _without_place(rows: pl.DataFrame, week: PublishedWeek) -> dict[str, int]:
    """Per team of the rows how many had no place, noughts left out."""
    fell_off: dict[str, int] = week.manifest.get("fell_off", {})
    return {team: fell_off[team] for team in rows["area_team"].unique().sort() if fell_off.get(team)}


def _line(row: dict[str, Any], kinds: dict[str, str], language: Language) -> str:
    return language.say(
        "this_week.line",
        name=plain(row["name"]),
        complex=plain(row["complex_id"]),
        team=plain(row["area_team"]),
        homes=language.say("digest.homes", count=row["homes"]),
        kind=kind_name(kinds.get(row["complex_id"], "unknown"), language),
        chance=language.chance(row["p_quiet_decline"]),
        ratio=language.fixed(row["reporting_ratio"], 2),
        seen=row["reports_seen"],
        expected=language.fixed(row["reports_expected"], 1),
        weeks=row["window_weeks"],
    )
