"""What was asked in every published week up to the one that is open, and what was answered since.

Each week is read as it was told: of each the last run, and of its scores the row of that week itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from data_contracts.problem import Problem
from flows.exploring.opening import find_week
from flows.home import Home
from flows.results import PublishedWeek
from models.lead_time import followed_flags
from models.places import CHOSEN
from models.verdicts import draws_with_answers
from models.weeks import parse_week, week_name

READ = ("answers", "events", "flags", "lives", "scores", "streams")
"""Published tables of which a history is made."""
_FLAG_COLUMNS = (
    "flag_id",
    "week",
    "first_week",
    "complex_id",
    "area_team",
    "why",
    "inclusion_probability",
    "silence_kind",
    "p_quiet_decline",
)


@dataclass(frozen=True)
class VerdictHistory:
    """All weeks that can be read, oldest first.

    Attributes:
        weeks: Their folders, the one that is open last.
        unreadable: Names of weeks that are damaged, or whose tables are of another version.
        flags: The lists of all weeks, draws included: the columns of `models.verdicts` and `models.lead_time`.
        answers: The published table `answers` of the open week: everything answered so far.
        lives: How each flag stood in each week: `flag_id`, `week`, `status`, `weeks_open`, `closed_on`,
            `closed_because`.
        states: `complex_id`, `week`, `state`, as told in each week, of complexes that were ever chosen.
        events: Interventions and visits by others of all weeks: `complex_id`, `occurred_on`, `kind`, `description`.
    """

    weeks: tuple[PublishedWeek, ...]
    unreadable: tuple[str, ...]
    flags: pl.DataFrame
    answers: pl.DataFrame
    lives: pl.DataFrame
    states: pl.DataFrame
    events: pl.DataFrame

    @property
    def open_week(self) -> PublishedWeek:
        """The week that is open."""
        return self.weeks[-1]

    @property
    def mondays(self) -> tuple[date, date]:
        """Monday of the first and of the last week."""
        return parse_week(self.weeks[0].week_name), parse_week(self.open_week.week_name)

    @cached_property
    def draws(self) -> pl.DataFrame:
        """Every draw before the open week with the verdict on it: what the list of the open week could learn from."""
        return draws_with_answers(self.flags.filter(pl.col("week") < self.mondays[1]), self.answers)

    @cached_property
    def followed(self) -> pl.DataFrame:
        """The first flag of each complex, and how following it ended (`models.lead_time`)."""
        policy = self.open_week.policy
        return followed_flags(self.flags, self.states, self.lives, self.answers, self.events, self.mondays, policy)

    @property
    def missing_draws(self) -> int:
        """Draws that the open week knew of and that stand in no published week any more."""
        known: int = self.open_week.manifest.get("answered_draws", {}).get("n_drawn", 0)
        return max(0, known - self.draws.height)


def verdict_history(home: Home, open_week: PublishedWeek) -> VerdictHistory:
    """Reads every published week of a home up to and including one.

    Args:
        home: The home that the week is from.
        open_week: The week that is open; its tables have been found readable.
    """
    last = parse_week(open_week.week_name)
    found, unreadable = [], []
    for name in (week_name(monday) for monday in _mondays(home) if monday < last):
        try:
            opened = find_week({"home": home.folder, "week": name}, READ)
        except Problem:
            unreadable.append(name)
        else:
            assert opened.week is not None, "a week that was found"
            found.append(opened.week)
    weeks = (*found, open_week)
    flags = pl.concat([week.table("flags").select(_FLAG_COLUMNS) for week in weeks])
    chosen = flags.filter(pl.col("why").is_in(CHOSEN))["complex_id"].unique()
    return VerdictHistory(
        weeks=weeks,
        unreadable=tuple(unreadable),
        flags=flags,
        answers=open_week.table("answers"),
        lives=_each(weeks, "lives", ("flag_id", "week", "status", "weeks_open", "closed_on", "closed_because")),
        states=pl.concat([_states(week, chosen) for week in weeks]),
        events=_each(weeks, "events", ("event_id", "complex_id", "occurred_on", "kind", "description"))
        .filter(pl.col("kind").is_in(["intervention", "visit"]))
        .unique("event_id", keep="last", maintain_order=True)
        .drop("event_id"),
    )


def _mondays(home: Home) -> list[date]:
    names = {folder.name.split(".")[0] for folder in home.published.glob("weeks/[0-9]*-W*.*")}
    return sorted(parse_week(name) for name in names)


def _each(weeks: Iterable[PublishedWeek], name: str, columns: tuple[str, ...]) -> pl.DataFrame:
    return pl.concat(
        [pl.read_parquet(week.folder / f"{name}.parquet", columns=list(columns), glob=False) for week in weeks]
    )


def _states(week: PublishedWeek, complexes: pl.Series) -> pl.DataFrame:
    """The week's own row of its scores: what was told then, not what was made of that week later."""
    return (
        pl.scan_parquet(week.folder / "scores.parquet", glob=False)
        .filter(pl.col("week") == parse_week(week.week_name), pl.col("complex_id").is_in(complexes.implode()))
        .select("complex_id", "week", "state")
        .collect()
    )
