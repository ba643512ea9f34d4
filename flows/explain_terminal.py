"""What `luisterpost explain` prints: what we think and why, in words, and the whole sum, to be done again by hand."""

from __future__ import annotations

from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from flows.explaining import DECIMALS, Explanation, Step
from flows.language import Language
from flows.sharing.unseen import unseen_sources
from flows.terminal import page_console, why_flagged
from models.weeks import week_name


def show_explanation(found: Explanation, language: Language) -> None:
    """Name, list, state and kind, since when, how sure, the sum, and what was missing."""
    console, say = page_console(), language.say
    figures = _figures(found, language)
    console.print(say("explain.title", **figures))
    if found.score["is_private_small"]:
        console.print(say("explain.private_small", **figures))
    if found.flag:
        console.print(say("explain.flagged", why=why_flagged(found.flag, language)))
        if found.flag["why"] == "safety":
            console.print(say("digest.safety", **figures))
    state, kind = found.score["state"], found.kind
    _paragraph(console, language, "state", f"explain.state.{state}", figures, name=say(f"explain.name.{state}"))
    if kind:
        name = say("explain.kind_name.threatened" if kind == "threatened" else f"kind.{kind}")
        _paragraph(console, language, "kind", f"explain.kind.{kind}", figures, name=name)
    if found.score["since_week"]:
        _paragraph(console, language, "since", f"explain.since.{_since(found.score)}", figures)
    _paragraph(console, language, "sure", "explain.sure", figures)
    console.print()
    console.print(sum_table(found, language))
    console.print(say("explain.chance", **figures))
    console.print(say("explain.how_to_read", **figures))
    _show_missing(console, found, language)
    console.print()
    console.print(say("digest.footer"))
    if found.attribution:
        console.print(found.attribution)


def sum_table(found: Explanation, language: Language) -> Table:
    """The sum: where every complex begins, what each stream adds, and the total so far."""
    say = language.say
    table = Table(box=SIMPLE, title=say("explain.sum_title"), title_justify="left")
    table.add_column(say("explain.column.stream"))
    for heading in ("seen", "expected", "period", "weight", "total"):
        table.add_column(say(f"explain.column.{heading}"), justify="right", no_wrap=True)
    for step in found.steps:
        table.add_row(*_cells(step, language))
    return table


def _cells(step: Step, language: Language) -> list[str]:
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


def _paragraph(
    console: Console, language: Language, heading: str, message: str, figures: dict[str, Any], name: str = ""
) -> None:
    console.print()
    console.print(language.say(f"explain.heading.{heading}", name=name))
    console.print(language.say(message, **figures))


def _since(score: dict[str, Any]) -> str:
    """Whether the beginning lies within what we can look back on, and how far apart its ends are."""
    if score["state"] == "always_quiet" and score["since_week"] == score["since_earliest"]:
        return "always"
    return "about" if score["since_earliest"] < score["since_latest"] else "exactly"


def _figures(found: Explanation, language: Language) -> dict[str, Any]:
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
        "visits": found.visits or 0,
        "damage": seen,
        "damage_expected": language.fixed(expected, 1),
        "audience": language.say(f"explain.audience.{row['audience'] or 'unknown'}"),
        "sum": language.fixed(last, DECIMALS),
        "minus_sum": language.fixed(-last, DECIMALS),
        "chance": language.fixed(found.chance, DECIMALS),
        "published": language.fixed(score["p_quiet_decline"], DECIMALS),
        "start_chance": chance(found.start_chance),
    }


def _show_missing(console: Console, found: Explanation, language: Language) -> None:
    """Which sources were missing, old or stopped, and what had no sight for this complex."""
    told = unseen_sources(found.sources, language)
    if found.unseen:
        told.append(language.say("explain.no_sight", streams=[language.say(f"stream.{each}") for each in found.unseen]))
    if found.score["is_too_small_to_know"]:
        told.append(language.say("explain.too_small"))
    console.print()
    console.print(language.say("explain.heading.missing"))
    for sentence in told or [language.say("unseen.nothing")]:
        console.print(sentence)
