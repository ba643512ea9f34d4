"""Questions without an answer, in words, and what they do to the estimates; nothing here is about how a team works."""

from __future__ import annotations

from flows.exploring.are_we_right.open_questions import asked_and_answered, open_per_team, open_questions
from flows.exploring.are_we_right.verdict_history import VerdictHistory
from flows.exploring.markdown_table import markdown_table
from flows.language import Language
from models.answers import NotYet
from models.response import Unanswered
from models.weeks import week_name

HEAVY_SHARE = 0.1
"""From this share of all weight on, one answer is worth naming [0-1]."""


def open_in_words(history: VerdictHistory, language: Language) -> str:
    """How many questions have no answer yet, in all."""
    say = language.say
    asked, answered = asked_and_answered(history)
    if not asked:
        return say("right.open.nothing_asked")
    return say("right.open.sum", count=asked, answered=answered) + " " + say("right.open.no_reproach")


def open_teams_in_words(history: VerdictHistory, language: Language) -> str:
    """The table per team, in the order of the alphabet; empty while nothing was asked."""
    say, teams = language.say, open_per_team(history)
    if not asked_and_answered(history)[0]:
        return ""
    headings = [say("right.column.team"), say("right.column.running"), say("right.column.ended")]
    return markdown_table(headings, teams.rows(), language)


def open_flags_in_words(history: VerdictHistory, team: str | None, language: Language) -> str:
    """The questions that still run, the longest open first.

    Args:
        history: All weeks.
        team: Of one team only; None for all.
        language: Of the words.
    """
    say = language.say
    headings = [say("right.column.complex"), say("right.column.team"), say("right.column.why")]
    headings += [say("right.column.first_week"), say("right.column.weeks_open"), say("right.column.answer")]
    rows = [
        (
            f"{row['name']} ({row['complex_id']})",
            row["area_team"],
            say(f"why.{row['why']}"),
            week_name(row["first_week"]),
            row["weeks_open"],
            say("right.open.not_looked") if row["is_not_looked"] else say("right.open.no_answer"),
        )
        for row in open_questions(history).to_dicts()
        if row["is_running"] and team in (None, row["area_team"])
    ]
    return markdown_table(headings, rows, language) if rows else say("right.open.none_running")


def unanswered_in_words(found: Unanswered | NotYet, language: Language) -> str:
    """What the missing answers do to the estimates; empty before the first draw."""
    say, chance = language.say, language.chance
    if not found.n_drawn:
        return ""
    if isinstance(found, NotYet):
        return say("right.response.not_yet", needed=found.n_needed, answered=found.n_answered, drawn=found.n_drawn)
    said = [
        say("right.response.share", share=language.share(found.response), count=found.n_drawn),
        say("right.response.corrected", as_answered=chance(found.as_answered), corrected=chance(found.corrected)),
        say("right.response.bounds", lowest=chance(found.lowest), highest=chance(found.highest)),
        say("right.response.worth", count=round(found.n_worth), answered=found.n_answered),
    ]
    if found.n_silent_teams:
        said.append(say("right.response.silent_teams", count=found.n_silent_teams))
    if found.heaviest >= HEAVY_SHARE:
        said.append(say("right.response.heaviest", share=language.share(found.heaviest)))
    return " ".join(said)
