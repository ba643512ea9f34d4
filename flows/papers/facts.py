"""All that the papers may say: the contracts, the policy in force, what was measured, and what is installed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from data_contracts.contract import Column, Contract, contracts
from flows.home import Home
from flows.papers.measured import (
    DOCS,
    Backtest,
    NoteCleaning,
    TownFigures,
    answered_draws,
    backtest_figures,
    benchmark_figures,
    note_cleaning_figures,
)
from flows.results import PublishedWeek, check_readable
from flows.settings import read_settings
from models.policy import Policy


@dataclass(frozen=True)
class Installation:
    """What one installation did last.

    Attributes:
        week: ISO name of the last published week.
        states: State of each source in it, by contract.
        draws: What the answers on drawn complexes say, or None.
    """

    week: str
    states: dict[str, str]
    draws: dict[str, Any] | None


@dataclass(frozen=True)
class Facts:
    """What the papers are made from.

    Attributes:
        policy: The values in force.
        capacity: New flags a week per team that set a number of its own [flags].
        inputs: Contracts of what is read, by name.
        published: Contracts of what analysts get.
        shared: Contracts of what leaves their hands.
        towns: What the last benchmark measured; empty if there are no figures of it.
        backtest: What the backtest on a real city measured, or None.
        notes: How much of what is personal the cleaning of free text finds, or None.
        installation: What this installation did last, or None where it published nothing.
        made_on: The day; None where the papers belong to no day.
    """

    policy: Policy = field(default_factory=Policy)
    capacity: dict[str, int] = field(default_factory=dict)
    inputs: dict[str, Contract] = field(default_factory=lambda: contracts("inputs"))
    published: dict[str, Contract] = field(default_factory=lambda: contracts("published"))
    shared: dict[str, Contract] = field(default_factory=lambda: contracts("shared"))
    towns: list[TownFigures] = field(default_factory=list)
    backtest: Backtest | None = None
    notes: NoteCleaning | None = None
    installation: Installation | None = None
    made_on: date | None = None

    @cached_property
    def personal(self) -> dict[str, tuple[Column, ...]]:
        """Columns that are about somebody, by input contract; only contracts that have one."""
        found = {
            name: tuple(column for column in promised.columns if column.treatment)
            for name, promised in self.inputs.items()
        }
        return {name: columns for name, columns in found.items() if columns}

    @property
    def most_new_flags(self) -> int:
        """What no team gets more of in a week [flags]."""
        return max([self.policy.flags_per_team, *self.capacity.values()])

    @property
    def most_in_hand(self) -> int:
        """What no team has more of at once [flags]; who asked for more new ones a week has room for them."""
        return max(self.policy.in_hand_per_team, self.most_new_flags + self.policy.drawn_per_team)


def project_facts() -> Facts:
    """The facts of the project itself: every value at its default, nothing installed."""
    return measured_facts(Policy())


def home_facts(home: Home, made_on: date) -> Facts:
    """The facts of an installation: its settings, and its last published week if there is one.

    Args:
        home: The home folder.
        made_on: The day.

    Raises:
        Problem: If the settings are wrong, or the week was published by another version.
    """
    settings = read_settings(home.settings)
    measured = measured_facts(settings.policy)
    return replace(measured, capacity=settings.capacity, installation=_installation(home), made_on=made_on)


def measured_facts(policy: Policy) -> Facts:
    """The facts under a policy, with what the project's evaluations measured."""
    return Facts(
        policy=policy,
        towns=benchmark_figures(DOCS, policy),
        backtest=backtest_figures(DOCS),
        notes=note_cleaning_figures(DOCS),
    )


def _installation(home: Home) -> Installation | None:
    if not home.latest.exists():
        return None
    week = PublishedWeek(home.latest)
    check_readable(week, ["sources"])
    states = dict(week.table("sources").filter(channel="all").select("source", "state").iter_rows())
    return Installation(week.week_name, states, answered_draws(week.manifest))
