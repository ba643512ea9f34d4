"""What a trial says: which values were moved, what comes and goes, and how restless the list would be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import polars as pl

from flows.exploring.what_if.controls import Control
from flows.exploring.what_if.trial import Ground
from flows.language import Language
from models.policy import Policy
from models.what_if.lists import Lists, compared

# More rows than this nobody reads; the rest is counted.
MOST_ROWS = 60


def control_reason(control: Control, language: Language) -> str:
    """Why the default is what it is: a reason for that value, and for no other."""
    defaults = {each.name: each.default for each in fields(Policy)}
    return language.say(
        "trying.why",
        default=_value(control.name, defaults[control.name], language),
        why=language.say(f"policy.why.{control.name}"),
    )


def control_label(control: Control, language: Language) -> str:
    """What a control is called, with its unit."""
    say = language.say
    return f"{say(f'policy.name.{control.name}')} ({say(f'policy.unit.{control.name}')})"


def moved(before: Policy, after: Policy, language: Language, only: Iterable[str] | None = None) -> list[str]:
    """Every value that differs, with what it was and what it is.

    Args:
        before: The values that hold.
        after: The values to try.
        language: Of the words.
        only: Names to tell of; else all.
    """
    names = [each.name for each in fields(Policy) if only is None or each.name in set(only)]
    told = []
    for name in names:
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            value = language.say("trying.value", before=_value(name, was, language), after=_value(name, now, language))
            told.append(f"{language.say(f'policy.name.{name}')}: {value}")
    return told


def summary(in_force: Lists, tried: Lists, language: Language) -> list[str]:
    """The two lists of the last week in a few sentences: how long, what comes and goes, how many change a week."""
    say = language.say
    both = compared(in_force, tried)
    n = dict(both.group_by("change").len().iter_rows())
    now, then = (int(each.weeks["n_listed"][-1]) for each in (in_force, tried))
    weeks = tried.weeks.height
    told = [
        say("trying.length", count=then, now=now),
        say("trying.come_and_go", enters=n.get("enters", 0), leaves=n.get("leaves", 0), stays=n.get("stays", 0)),
    ]
    if weeks > 1:
        pace = {name: language.fixed(each.changes_a_week, 1) for name, each in (("now", in_force), ("then", tried))}
        told.append(say("trying.changes", count=weeks, **pace))
    else:
        told.append(say("trying.one_week"))
    waiting = int(tried.weeks["n_waiting"][-1])
    if waiting:
        told.append(say("trying.waiting", count=waiting))
    return told


def list_rows(ground: Ground, in_force: Lists, tried: Lists, language: Language) -> list[dict[str, Any]]:
    """The complexes on either list, what comes first: cells of a table by their headings; at most `MOST_ROWS`."""
    say = language.say
    rows = []
    for each in compared(in_force, tried).head(MOST_ROWS).to_dicts():
        since = each["first_week_tried"] or each["first_week_in_force"]
        rows.append(
            {
                say("trying.column.complex"): f"{ground.names.get(each['complex_id'], '')} ({each['complex_id']})",
                say("trying.column.team"): each["area_team"],
                say("trying.column.change"): say(f"trying.change.{each['change']}"),
                say("trying.column.now"): language.chance(each["p_in_force"]),
                say("trying.column.then"): language.chance(each["p_tried"]),
                say("trying.column.since"): language.day(since),
            }
        )
    return rows


def left_out_rows(in_force: Lists, tried: Lists) -> int:
    """How many complexes on either list the table has no room for."""
    return max(0, compared(in_force, tried).height - MOST_ROWS)


def not_the_list(ground: Ground, in_force: Lists, language: Language) -> str | None:
    """Where the list of the week itself differs from the same values chosen again: by how many, and why."""
    last = in_force.weeks["week"][-1]
    again = set(in_force.rows.filter(pl.col("week") == last)["complex_id"])
    differing = len(again ^ set(ground.listed))
    return language.say("trying.not_the_list", count=differing) if differing else None


def _value(name: str, value: Any, language: Language) -> str:
    if isinstance(value, tuple):
        words = [language.say(f"source.{each}") for each in value] if name == "sources_left_out" else value
        return language.write(words) or language.say("trying.nothing")
    # A number that counts nothing has no thousands.
    return str(value) if name == "seed" else language.write(value)
