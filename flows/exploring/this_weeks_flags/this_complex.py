"""One complex of the list in a few lines: why, its three strongest reasons with figures, the question, the first step.

The whole of it is in the notebook `one_complex`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urlencode

import polars as pl

from flows.explain_words import kind_name, paragraphs
from flows.explaining import Explanation, Step, explain
from flows.exploring.plain_text import capital, plain
from flows.language import Language
from flows.results import PublishedWeek
from models.places import CHOSEN
from models.policy import Policy

STRONGEST = 3


@dataclass(frozen=True)
class ThisComplex:
    """What the panel says; all of it Markdown in the reader's language.

    Attributes:
        heading: Name, number, team and homes.
        why: One sentence on why it is on the list, or is not.
        warning: What to mind before anything else; None mostly.
        thought: State, kind of silence and since when; None for a safety matter, which has no figures here.
        reasons: At most three, the strongest first.
        question: The open question; None where nobody is asked.
        first_step: One small step; None where nobody is asked.
    """

    heading: str
    why: str
    warning: str | None
    thought: str | None
    reasons: tuple[str, ...]
    question: str | None
    first_step: str | None

    def markdown(self, language: Language) -> str:
        """The panel, from top to bottom."""
        parts = [f"### {self.heading}", self.why]
        if self.thought:
            parts.append(self.thought)
        if self.reasons:
            parts += [language.say("this_week.strongest"), "\n".join(f"- {reason}" for reason in self.reasons)]
        if self.question and self.first_step:
            parts.append(language.say("this_week.asked", question=self.question, step=self.first_step))
        return "\n\n".join(parts)


def this_complex(rows: pl.DataFrame, week: PublishedWeek, complex_id: str, language: Language) -> ThisComplex:
    """What is said of one complex.

    Args:
        rows: Rows of `standings`.
        week: The published week.
        complex_id: Number of a complex in `rows`.
        language: Of the words; also of the question and the step, whichever language the week was made in.
    """
    say = language.say
    row = rows.filter(pl.col("complex_id") == complex_id).row(0, named=True)
    name = plain(row["name"])
    heading = say(
        "this_week.heading",
        name=name,
        complex=plain(complex_id),
        team=plain(row["area_team"]),
        homes=say("digest.homes", count=row["homes"]),
    )
    if row["standing"] == "safety":
        question, step = say("flag.question.safety"), say("flag.first_step.safety")
        return ThisComplex(heading, say("why.safety"), say("digest.safety", name=name), None, (), question, step)
    found = explain(week, complex_id)
    asked = _asked_as(row)
    return ThisComplex(
        heading=heading,
        why=_why(row, week.policy, language),
        warning=say("explain.private_small", smallest=week.policy.smallest_shown_homes)
        if row["is_private_small"]
        else None,
        thought=_thought(found, language),
        reasons=_reasons(found, language) or (say("this_week.no_reasons"),),
        question=say(f"flag.question.{asked}") if asked else None,
        first_step=say(f"flag.first_step.{asked}") if asked else None,
    )


def _asked_as(row: dict[str, Any]) -> str | None:
    """By which kind the question and the step are chosen; None where nobody is asked."""
    if row["standing"] == "listed":
        return str(row["silence_kind"] or "unknown")
    return "random_draw" if row["standing"] == "drawn" else None


def _why(row: dict[str, Any], policy: Policy, language: Language) -> str:
    return language.say(
        f"this_week.why.{row['standing']}",
        reason=language.say(f"why.{row['why']}") if row["why"] in CHOSEN else "",
        chance=language.chance(row["p_quiet_decline"]),
        smallest=policy.smallest_shown_homes,
        until=row["rests_until"] or "",
    )


def _thought(found: Explanation, language: Language) -> str:
    said = [language.say("this_week.state", state=language.say(f"explain.name.{found.score['state']}"))]
    if found.kind:
        said.append(language.say("this_week.kind", kind=kind_name(found.kind, language)))
    said += [each.text for each in paragraphs(found, language) if each.about == "since"]
    if found.unseen:
        streams = [language.say(f"stream.{stream}") for stream in found.unseen]
        said.append(language.say("explain.no_sight", streams=streams))
    return " ".join(said)


def _reasons(found: Explanation, language: Language) -> tuple[str, ...]:
    """The streams that moved the chance most, whichever way; the sum gives them strongest first."""
    return tuple(_reason(step, found.policy, language) for step in found.steps[1 : 1 + STRONGEST])


def _reason(step: Step, policy: Policy, language: Language) -> str:
    stream = capital(language.say(f"stream.{step.stream}"))
    weight = language.say(f"this_week.weight.{_weight(step.weight, policy)}")
    # Without a visit nothing was due and nothing seen: the weight is of earlier weeks.
    if not step.period_weeks or not (step.seen or step.expected):
        return language.say("this_week.reason_earlier", stream=stream, weight=weight)
    return language.say(
        "this_week.reason",
        stream=stream,
        seen=step.seen,
        expected=language.fixed(step.expected or 0.0, 1),
        count=step.period_weeks,
        weight=weight,
    )


def _weight(log_odds: float, policy: Policy) -> str:
    if abs(log_odds) < policy.worth_saying:
        return "none"
    if log_odds < 0:
        return "against"
    return "heavy" if log_odds >= policy.weighs_heavily else "light"


def link_to_complex(complex_id: str, file: str | None, language: Language) -> str:
    """A link that opens the notebook `one_complex` on a complex, as Markdown; outside the gallery how to do it by hand.

    Args:
        complex_id: Its number.
        file: What the address of the page calls this notebook; None where it is not one of several.
        language: Of the words.
    """
    if not file:
        return language.say("this_week.open_by_hand", complex=plain(complex_id))
    place = PurePosixPath(file).with_name("one_complex.py")
    address = urlencode({"file": str(place), "complex": complex_id}, quote_via=quote)
    return f"[{language.say('this_week.open_complex', complex=plain(complex_id))}](?{address})"
