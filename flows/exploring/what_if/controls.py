"""The values of the policy as things that can be moved: in groups, each with its limits and its steps."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np

from flows.reference.policy_page import policy_groups
from models.policy import Policy
from models.what_if.rejudging import DECLINE_LEVELS, QUIET_LEVELS
from models.what_if.tried import TRIED_AT_ONCE, TRIED_BY_JUDGING

Kind = Literal["steps", "number", "choice", "words"]
Seen = Literal["at_once", "judged", "next_run"]

LEADING = (
    "quiet_below",
    "decline_above",
    "false_discovery_rate",
    "leave_below",
    "enter_weeks",
    "flags_per_team",
    "in_hand_per_team",
    "long_window_weeks",
    "sources_left_out",
)
"""What people argue about most, in the order in which they do: shown beside the list, the others below it."""

# More steps than this make no slider any more but a field to type in.
MOST_STEPS = 1000
# Step of a slider over values that are no whole numbers, by how far it reaches.
_STEPS = ((1.0, 0.01), (10.0, 0.1), (np.inf, 1.0))


@dataclass(frozen=True)
class Control:
    """One value that can be moved.

    Attributes:
        name: Its name in the policy.
        group: Heading that it stands under in `models/policy.py`.
        kind: A slider, a field for a number, a choice of words, or words to type.
        value: Where it begins.
        steps: What a slider can be set to, rising; or the words that there are.
        least: Lowest that is allowed.
        most: Highest that is allowed.
        seen: When its effect on the list shows: at once, once weeks were judged again, or with the next weekly run.
    """

    name: str
    group: str
    kind: Kind
    value: Any
    steps: tuple[Any, ...]
    least: float | None
    most: float | None
    seen: Seen


def controls(start: Policy, judged_by: Policy, can_judge: bool, sources: tuple[str, ...] = ()) -> list[Control]:
    """All values of the policy, in the order of the file.

    Args:
        start: Where they begin.
        judged_by: The values that the published week was judged by; its thresholds are on the grid that can be tried.
        can_judge: Whether its weeks can be judged again.
        sources: The sources that showed anything in it, and that may be left out.
    """
    by_name = {each.name: each for each in fields(Policy)}
    found = []
    for group, names in policy_groups().items():
        for name in names:
            known, value = by_name[name].metadata, getattr(start, name)
            kind, steps = _kind_and_steps(name, known, value, judged_by, sources)
            found.append(
                Control(name, group, kind, value, steps, known["least"], known["most"], _seen(name, can_judge))
            )
    return found


def group_message(group: str) -> str:
    """The name under which a group stands in the catalogues."""
    return "".join(sign if sign.isalpha() else "_" for sign in group.lower()).strip("_")


def _seen(name: str, can_judge: bool) -> Seen:
    if name in TRIED_AT_ONCE:
        return "at_once"
    return "judged" if can_judge and name in TRIED_BY_JUDGING else "next_run"


def _kind_and_steps(
    name: str, known: Any, value: Any, judged_by: Policy, sources: tuple[str, ...]
) -> tuple[Kind, tuple[Any, ...]]:
    if isinstance(value, tuple):
        if known["allowed"]:
            # What is left out already stays a choice, also where it never showed anything.
            return "choice", tuple(each for each in known["allowed"] if each in {*sources, *value})
        return "words", ()
    least, most = known["least"], known["most"]
    grid = {"quiet_below": QUIET_LEVELS, "decline_above": DECLINE_LEVELS}.get(name)
    if grid:
        return "steps", tuple(sorted({*grid, getattr(judged_by, name), value}))
    if isinstance(value, int):
        return ("steps", tuple(range(least, most + 1))) if most - least < MOST_STEPS else ("number", ())
    step = next(step for reach, step in _STEPS if most - least <= reach)
    whole = np.arange(np.ceil(least / step), np.floor(most / step) + 1) * step
    # Rounded, so that a value that was moved away and back is the value it was.
    return "steps", tuple(sorted({float(least), value, *(round(float(each), 3) for each in whole)}))
