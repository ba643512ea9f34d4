"""What is said of one complex, in words and figures as people write them: for the command line and for the notebook.

Both say the same sentences and the same sum. Texts are plain; whoever shows them makes them safe for where they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flows.explaining import DECIMALS, Explanation, Step
from flows.language import Language
from flows.sharing.unseen import unseen_sources
from models.weeks import week_name

COLUMNS = ("stream", "seen", "expected", "period", "weight", "total")
"""Columns of the sum, by their name in the catalogues."""


@dataclass(frozen=True)
class Paragraph:
    """One thing that is said.

    Attributes:
        about: `state`, `kind`, `since` or `sure`.
        heading: What it is about, with the word for it where there is one.
        text: What is said; lines are kept apart.
    """

    about: str
    heading: str
    text: str


def paragraphs(found: Explanation, language: Language) -> list[Paragraph]:
    """State and kind, since when, and how sure; what does not hold is left out."""
    said, state, kind, say = figures(found, language), found.score["state"], found.kind, language.say
    told = [_paragraph(language, "state", f"explain.state.{state}", said, name=say(f"explain.name.{state}"))]
    if kind:
        told.append(_paragraph(language, "kind", f"explain.kind.{kind}", said, name=kind_name(kind, language)))
    if found.score["since_week"]:
        told.append(_paragraph(language, "since", f"explain.since.{_since(found.score)}", said))
    return [*told, _paragraph(language, "sure", "explain.sure", said)]


def kind_name(kind: str, language: Language) -> str:
    """A kind of silence, as `Explanation.kind` gives it, in a few words."""
    return language.say("explain.kind_name.threatened" if kind == "threatened" else f"kind.{kind}")


def missing_lines(found: Explanation, language: Language) -> list[str]:
    """Which sources were missing, old or stopped, and what had no sight for this complex."""
    told = unseen_sources(found.sources, language)
    if found.unseen:
        told.append(language.say("explain.no_sight", streams=[language.say(f"stream.{each}") for each in found.unseen]))
    if found.score["is_too_small_to_know"]:
        told.append(language.say("explain.too_small"))
    return told or [language.say("unseen.nothing")]


def sum_cells(step: Step, language: Language) -> list[str]:
    """One line of the sum, in the order of `COLUMNS`."""
    total = language.fixed(step.total, DECIMALS)
    if step.stream is None:
        return [language.say("explain.begin"), "", "", "", "", total]
    return [
        language.say(f"stream.{step.stream}"),
        language.write(step.seen),
        language.fixed(step.expected or 0.0, 1),
        language.say("explain.weeks", count=step.period_weeks),
        language.fixed(step.weight, DECIMALS),
        total,
    ]


def figures(found: Explanation, language: Language) -> dict[str, Any]:
    """Everything that a sentence may mention, as people write it."""
    row, score, policy = found.complex, found.score, found.policy
    chance, share = language.chance, language.share
    (r_low, r_high), (d_low, d_high) = found.interval("r"), found.interval("d")
    seen, expected = found.damage or (0, 0.0)
    weeks = {name: week_name(score[name]) for name in ("since_week", "since_earliest", "since_latest") if score[name]}
    last = found.steps[-1].total
    return weeks | {
        "complex": row["complex_id"],
        "name": row["name"],
        "team": score["area_team"],
        "week": week_name(score["week"]),
        "homes": language.say("digest.homes", count=score["homes"]),
        "smallest": policy.smallest_shown_homes,
        "in_use": row["homes_in_use"],
        "all_homes": score["homes"],
        "emptied": share(1 - policy.emptied_share),
        "clear": share(policy.clear_from),
        "calm": share(policy.calm_below),
        "memory": policy.memory_weeks,
        "weeks": found.weeks,
        "year": policy.long_window_weeks,
        "due": policy.silent_feed_expected,
        "quiet": chance(score["p_quiet"]),
        "declining": chance(score["p_decline"]),
        "both": chance(score["p_quiet_decline"]),
        "quiet_below": language.fixed(policy.quiet_below, 1),
        "decline_above": language.fixed(policy.decline_above, 1),
        "r": language.fixed(score["reporting_ratio"], 2),
        "r_low": language.fixed(r_low, 2),
        "r_high": language.fixed(r_high, 2),
        "d": language.fixed(score["condition_ratio"], 2),
        "d_low": language.fixed(d_low, 2),
        "d_high": language.fixed(d_high, 2),
        "visits": language.say("explain.visits", count=found.visits or 0),
        "damage": seen,
        "damage_expected": language.fixed(expected, 1),
        "audience": language.say(f"explain.audience.{row['audience'] or 'unknown'}"),
        "sum": language.fixed(last, DECIMALS),
        "minus_sum": language.fixed(-last, DECIMALS),
        "chance": language.fixed(found.chance, DECIMALS),
        "published": language.fixed(score["p_quiet_decline"], DECIMALS),
        "start_chance": chance(found.start_chance),
    }


def _paragraph(language: Language, about: str, message: str, said: dict[str, Any], name: str = "") -> Paragraph:
    return Paragraph(about, language.say(f"explain.heading.{about}", name=name), language.say(message, **said))


def _since(score: dict[str, Any]) -> str:
    """Whether the beginning lies within what we can look back on, and how far apart its ends are."""
    if score["state"] == "always_quiet" and score["since_week"] == score["since_earliest"]:
        return "always"
    return "about" if score["since_earliest"] < score["since_latest"] else "exactly"
