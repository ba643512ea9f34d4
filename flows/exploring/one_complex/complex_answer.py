"""Why a complex is on the list or not, in words: first the answer, then what we think, then the life of its flag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from flows.explain_words import Paragraph, figures, missing_lines, paragraphs
from flows.explaining import Explanation
from flows.language import Language
from flows.sharing.overview.sentences import flag_sentences
from models.episodes import CANNOT_BE_JUDGED


@dataclass(frozen=True)
class Levels:
    """What decides about the list, in published chances [0-1].

    Attributes:
        enter: From where on a week counts.
        leave: Below this for some weeks, a flag ends.
    """

    enter: float
    leave: float


@dataclass(frozen=True)
class Answer:
    """What is said of one complex.

    Attributes:
        where: Number, team and homes.
        verdict: Whether it is on the list, and why, in a sentence.
        chance: Its chance, and what that means for the list.
        warning: What an analyst must know before showing it to anybody, or None.
        thoughts: State, kind of silence, since when, how sure.
        unseen: What could not be seen.
    """

    where: str
    verdict: str
    chance: str
    warning: str | None
    thoughts: tuple[Paragraph, ...]
    unseen: tuple[str, ...]

    @property
    def in_short(self) -> list[str]:
        """State, kind of silence and since when, in a line each."""
        return [each.text if each.about == "since" else each.heading for each in self.thoughts if each.about != "sure"]


def answer(found: Explanation, levels: Levels, language: Language) -> Answer:
    """Whether the complex is on the list, and why.

    Args:
        found: What is known of it.
        levels: What decided about the list that week.
        language: Of the words.
    """
    said = figures(found, language)
    return Answer(
        where=language.say("one.where", **said),
        verdict=_verdict(found, said, language),
        chance=_chance(found, levels, said, language),
        warning=language.say("explain.private_small", **said) if found.score["is_private_small"] else None,
        thoughts=tuple(paragraphs(found, language)),
        unseen=tuple(missing_lines(found, language)),
    )


def flag_lines(lives: pl.DataFrame, flags: pl.DataFrame, complex_id: str, language: Language) -> list[str]:
    """The life of each flag of the complex so far, newest first; or that there is none.

    Args:
        lives: The published table `lives`; of a safety matter it tells nothing.
        flags: The published table `flags`.
        complex_id: The complex.
        language: Of the words.
    """
    drawn = flags.filter(pl.col("inclusion_probability").is_not_null())["flag_id"].to_list()
    own = lives.filter(pl.col("complex_id") == complex_id).sort("first_week", "flag_id", descending=True)
    told = [
        " ".join([f"{row['flag_id']}.", *flag_sentences(row | {"is_drawn": row["flag_id"] in drawn}, language)])
        for row in own.to_dicts()
    ]
    return told or [language.say("one.no_flags")]


def answer_lines(answers: pl.DataFrame, complex_id: str, language: Language) -> list[str]:
    """What the team answered, newest first; or that nothing was answered."""
    own = answers.filter(pl.col("complex_id") == complex_id).sort("reviewed_on", "flag_id", descending=True)
    return [_answer_line(row, language) for row in own.to_dicts()] or [language.say("one.no_answers")]


def _verdict(found: Explanation, said: dict[str, Any], language: Language) -> str:
    flag, say = found.flag, language.say
    if flag is None:
        return say("one.not_listed", name=said["name"])
    if flag["why"] == "safety":
        return say("digest.safety", name=said["name"])
    if flag["why"] == "random_draw":
        return say("one.drawn", name=said["name"])
    return say("one.listed", name=said["name"], why=say(f"why.{flag['why']}"))


def _chance(found: Explanation, levels: Levels, said: dict[str, Any], language: Language) -> str:
    chance = language.say("one.chance", chance=said["both"], start=said["start_chance"])
    return f"{chance} {_what_it_means(found, levels, said, language)}"


def _what_it_means(found: Explanation, levels: Levels, said: dict[str, Any], language: Language) -> str:
    """Why that chance put it on the list or not."""
    score, policy, say = found.score, found.policy, language.say
    if score["is_private_small"]:
        return say("one.off.small", smallest=policy.smallest_shown_homes)
    if score["state"] in CANNOT_BE_JUDGED:
        return say("one.off.unjudged", state=say(f"explain.name.{score['state']}"))
    if score["is_too_small_to_know"]:
        return say("one.off.too_small")
    if found.flag and found.flag["why"] == "safety":
        return say("one.on.safety")
    level = language.chance(levels.enter)
    is_high = score["p_quiet_decline"] >= levels.enter
    if found.flag is None or found.flag["why"] == "random_draw":
        if not is_high:
            return say("one.off.below", level=level)
        return say("one.off.waits", level=level, enter=policy.enter_weeks, of=policy.of_weeks)
    if is_high:
        return say("one.on.counts", level=level)
    return say("one.on.stays", level=level, leave=language.share(levels.leave), weeks=policy.leave_weeks)


def _answer_line(row: dict[str, Any], language: Language) -> str:
    say = language.say
    told = [
        say("one.answer", day=row["reviewed_on"], verdict=say(f"answer_sheet.verdict.{row['verdict']}")),
    ]
    if row["do_residents_report"]:
        told.append(say("one.answer_reports", reports=say(f"answer_sheet.reports.{row['do_residents_report']}")))
    if row["next_step"]:
        told.append(say("one.answer_step", step=row["next_step"]))
    return " ".join(told)
