"""What lists are tried on: a published week as arrays, and its weeks judged again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from data_contracts.problem import Problem
from flows.results import PublishedWeek, check_readable
from models.learned import Learned
from models.places import CHOSEN
from models.policy import Policy
from models.rests import ANSWER_COLUMNS
from models.what_if.lists import Lists, chosen_again
from models.what_if.past import Past
from models.what_if.rejudging import Chances, Grounds, every_set, judged_again
from models.what_if.tried import TRIED_BY_JUDGING, judged_by

# Half a year: long enough for a list to settle, and for "changes a week" to mean something.
TRIED_WEEKS = 26
NEEDS = ("scores", "streams", "answers", "complexes", "flags")


@dataclass(frozen=True)
class Ground:
    """A published week, ready to be tried on.

    Attributes:
        past: What its lists were chosen by.
        grounds: What it was judged by; None where the week was published before that was told.
        chances: Its last weeks, judged again; None likewise.
        names: Name of each complex, by id.
        listed: Complexes that really are on the list because of their silence.
    """

    past: Past
    grounds: Grounds | None
    chances: Chances | None
    names: Mapping[str, str]
    listed: frozenset[str]

    @property
    def policy(self) -> Policy:
        """The values that the week was judged by."""
        return self.past.policy

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources that may be left out and that showed anything."""
        return self.grounds.sources if self.grounds else ()


def prepare(
    week: PublishedWeek,
    capacity: Mapping[str, int] | None = None,
    n_weeks: int = TRIED_WEEKS,
    tell: Callable[[int, int], None] | None = None,
) -> Ground:
    """Reads a published week, and judges its last weeks again without each set of sources.

    Args:
        week: The published week.
        capacity: New flags a week of the teams that set their own number.
        n_weeks: Weeks to judge again, the last included [weeks].
        tell: Called after each week with how many are done, and of how many.
    """
    streams, names = week.table("streams"), week.table("complexes").select("complex_id", "name")
    past = Past.of(
        week.table("scores"),
        streams,
        week.table("answers").select(list(ANSWER_COLUMNS)),
        week.policy,
        capacity,
        week.recalibration,
    )
    chosen = week.table("flags").filter(pl.col("why").is_in(CHOSEN))["complex_id"]
    grounds = _grounds(week)
    chances = judged_again(grounds, n_weeks, every_set(grounds.sources), tell) if grounds else None
    return Ground(past, grounds, chances, dict(names.iter_rows()), frozenset(chosen))


def tried(ground: Ground, policy: Policy, n_weeks: int = TRIED_WEEKS) -> Lists:
    """The lists of the last weeks by other values. What only the next weekly run can show is left as it was."""
    known = {name: getattr(ground.policy, name) for name in TRIED_BY_JUDGING}
    can_try = policy if ground.chances else replace(policy, **known)
    return chosen_again(judged_by(ground.past, can_try, ground.grounds, ground.chances), n_weeks)


def _grounds(week: PublishedWeek) -> Grounds | None:
    """What the week was judged by; None for one that was published by a version that did not tell."""
    told: dict[str, Any] = week.manifest.get("learned") or {}
    if not told:
        return None
    try:
        check_readable(week, ("history",))
    except Problem:
        return None
    return Grounds.of(week.table("streams"), week.table("history"), Learned.from_dict(told), week.policy)
