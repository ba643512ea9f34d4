"""Which policy values can be tried on published weeks, and the past as other values would have judged it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.policy import Policy
from models.streams import STREAMS, Floats, places_of
from models.what_if.past import Past
from models.what_if.rejudging import Chances, Grounds

TRIED_AT_ONCE = (
    "false_discovery_rate",
    "enter_weeks",
    "of_weeks",
    "leave_below",
    "leave_weeks",
    "flags_per_team",
    "in_hand_per_team",
    "drawn_per_team",
    "attention_share",
    "known_rest_weeks",
    "smallest_shown_homes",
)
"""Policy values that a published week alone can be chosen again by."""

TRIED_BY_JUDGING = (
    "quiet_below",
    "decline_above",
    "sources_left_out",
    "long_window_weeks",
    "silence_by_chance",
    "emptied_share",
)
"""Policy values for which its complexes must be judged again; all others take effect with the next weekly run."""

_REPORTS = tuple(k for k, each in enumerate(STREAMS) if each.tells_of == "report")


def judged_by(past: Past, policy: Policy, grounds: Grounds | None = None, chances: Chances | None = None) -> Past:
    """The past as other values would have judged it.

    Args:
        past: As it was published.
        policy: The values to try.
        grounds: What it was judged by; needed where any of `TRIED_BY_JUDGING` differs.
        chances: Its weeks, judged again.

    Raises:
        ValueError: If a value differs that cannot be tried with what is given.
    """
    differing = {name for name in TRIED_BY_JUDGING if getattr(policy, name) != getattr(past.policy, name)}
    if not differing:
        return replace(past, policy=policy)
    if grounds is None or chances is None:
        raise ValueError(f"{', '.join(sorted(differing))}: without the grounds nothing can be judged again")
    rows = places_of(past.ids, grounds.ids)
    since = len(past.weeks) - len(chances.weeks)
    probability, is_too_small, is_emptied = past.probability.copy(), past.is_too_small.copy(), past.is_emptied
    if differing & {"quiet_below", "decline_above", "sources_left_out"}:
        left_out = frozenset(policy.sources_left_out)
        probability[:, since:] = chances.at(policy.quiet_below, policy.decline_above, left_out).T[rows]
    if differing & {"sources_left_out", "long_window_weeks", "silence_by_chance"}:
        is_silence_ordinary = silence_chance(grounds, policy) > policy.silence_by_chance
        is_too_small[:, since:] = is_silence_ordinary[rows, -len(chances.weeks) :]
    if "emptied_share" in differing:
        is_emptied = past.in_use < (1 - policy.emptied_share) * past.homes
    return replace(past, policy=policy, probability=probability, is_too_small=is_too_small, is_emptied=is_emptied)


def silence_chance(grounds: Grounds, policy: Policy) -> Floats:
    """Chance that an ordinary complex of this size is not heard of at all in the long window [0-1].

    Args:
        grounds: What was expected, week by week.
        policy: The values to try; sources that they leave out are not heard.

    Returns:
        (n_complexes, n_weeks).
    """
    found = np.ones(grounds.expected.shape[1:])
    for k in _REPORTS:
        if STREAMS[k].source in policy.sources_left_out:
            continue
        running = grounds.expected[k].cumsum(axis=1, dtype=np.float64)
        before = np.zeros_like(running)
        before[:, policy.long_window_weeks :] = running[:, : max(0, running.shape[1] - policy.long_window_weeks)]
        habit = float(grounds.learned.habit_variance[k])
        found *= (1 + habit * (running - before)) ** (-1 / habit)
    return found
