"""The towns that are judged. Their settings were frozen in a commit of their own, before our model first saw them.

Models are made on other seeds (`TUNING_SEEDS`) and on other settings; what stands here changes only with a line in
CHANGELOG.md, and then all figures are made anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from models.simulation import DOMAIN_RATES, RICH_RATES, Loadings, Shares, Town

SEEDS = (1, 2, 3)
TUNING_SEEDS = (101, 102, 103, 104)
"""Seeds on which a model may be tried while it is made; no headline figure comes from them."""

RATES = {"domain": DOMAIN_RATES, "rich": RICH_RATES}
"""Every headline is given twice: at the rates of a Dutch corporation, and at richer ones."""

BASE = Town(n_complexes=2000, n_area_teams=20, n_weeks=156, habit_sd=0.3)
"""What every case departs from: 100 complexes to an area team, three years, unit × stream noise of sd .3."""

_URGENT = 2
_CONCERNS = 4


def _loading(position: int, *, reporting: float | None = None, condition: float | None = None) -> Loadings:
    a, b = list(Loadings().reporting), list(Loadings().condition)
    if reporting is not None:
        a[position] = reporting
    if condition is not None:
        b[position] = condition
    return Loadings(tuple(a), tuple(b))


@dataclass(frozen=True)
class Case:
    """One kind of town.

    Attributes:
        name: What it is called on the page.
        changes: Settings that differ from `BASE`.
        visits: Factor on the routine visits.
        without: Streams (`models.streams`) that nobody delivers.
        is_headline: Whether it stands in the first table.
    """

    name: str
    changes: dict[str, Any]
    visits: float = 1.0
    without: tuple[str, ...] = ()
    is_headline: bool = False

    def town(self, rates: str) -> Town:
        """The settings of this town.

        Args:
            rates: `domain` or `rich`.
        """
        base = RATES[rates]
        return replace(BASE, rates=replace(base, routine_visits=base.routine_visits * self.visits), **self.changes)


CASES = (
    Case("noise 0", {"habit_sd": 0.0}, is_headline=True),
    Case("base (noise .3)", {}, is_headline=True),
    Case("noise .5", {"habit_sd": 0.5}, is_headline=True),
    Case("no follow-up reports", {}, without=("follow_up_reports",)),
    Case("visits ÷ 4", {}, visits=0.25),
    Case("neither", {}, visits=0.25, without=("follow_up_reports",)),
    Case("30 % of area teams quiet", {"quiet_team_share": 0.3}),
    Case("35 % of all quiet", {"quiet_share": 0.35}),
    Case("tiny complexes", {"median_homes": 15.0, "large_share": 0.005}),
    Case("dispersion 1", {"dispersion": 1.0}),
    Case("field blind to decline", {"loadings": _loading(_CONCERNS, condition=0.0)}),
    Case("urgent under-reported .6", {"loadings": _loading(_URGENT, reporting=0.6)}),
    Case("urgent under-reported 1", {"loadings": _loading(_URGENT, reporting=1.0)}),
    # Added after the freeze, before the first headline run: what the stream of damage is worth, and a town as large
    # and as troubled as the one that docs/model.md's first figures come from.
    Case("no damage written down", {}, without=("vandalism_repairs",)),
    Case(
        "twice as troubled, noise 0",
        {
            "habit_sd": 0.0,
            "n_complexes": 3000,
            "n_area_teams": 40,
            "n_weeks": 208,
            "shares": Shares(quiet_decline=0.016, went_quiet=0.024, afraid=0.016, cannot_report=0.05),
        },
    ),
)
