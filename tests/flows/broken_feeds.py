"""A simulated town whose feed breaks from a week on, judged week by week as a run would, without files or checks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import numpy as np
import polars as pl

from data_contracts.contract import contract
from flows.benchmark.town_panel import TIMEZONE, take_in_rows
from flows.estimate import count_steps
from flows.feeds import find_alarms
from flows.warehouse import make_tables, set_variables
from models.lesson import Lesson
from models.panel import panel_variables
from models.places import CHOSEN
from models.policy import Policy
from models.scores import score_weeks
from models.selection import select_flags
from models.simulation import Simulation

WEEK = timedelta(weeks=1)
MOMENT = {
    "complaints": "reported_at",
    "repairs": "requested_at",
    "tenancies": "ended_on",
    "field_signals": "observed_on",
}
FAULTS = ("died", "halved", "doubled", "repeated")
_ENDS = {"complaints": "resolved_at", "repairs": "completed_at"}
# Weeks of scores that decide who is under discussion now.
_SCORED = 8


def broken(
    tables: dict[str, pl.DataFrame], source: str, fault: str, since: date, team: str | None = None, seed: int = 1
) -> dict[str, pl.DataFrame]:
    """The same tables as a broken feed would have delivered them.

    Args:
        tables: The inputs, moments in UTC.
        source: The source that breaks.
        fault: `died`, `halved`, `doubled` (other rows as many), `copied` (each row twice under another number) or
            `repeated` (the week before it, over and over, under new numbers).
        since: Monday from which it is broken.
        team: Area team in which it is; everywhere where None.
        seed: Of the random numbers.
    """
    rng = np.random.default_rng(seed)
    rows, moment = tables[source], MOMENT[source]
    (key,) = contract("inputs", source).key
    is_hit_team = pl.lit(value=True) if team is None else pl.col("area_team") == team
    in_team = tables["complexes"].filter(is_hit_team)["complex_id"]
    is_hit = rows["complex_id"].is_in(in_team.implode()) & (rows[moment].cast(pl.Date) >= since).fill_null(value=False)
    hit, others = rows.filter(is_hit), rows.filter(~is_hit)
    half = pl.Series(rng.random(hit.height) < 0.5)
    if fault == "died":
        delivered = [others]
    elif fault == "halved":
        delivered = [others, hit.filter(half)]
    elif fault == "copied":
        delivered = [others, hit, hit.with_columns(pl.format("{}-2", key).alias(key))]
    elif fault == "doubled":
        minutes = pl.Series(rng.integers(1, 600, hit.height))
        later = pl.col(moment) if hit.schema[moment] == pl.Date else pl.col(moment) + pl.duration(minutes=minutes)
        delivered = [others, hit, hit.with_columns(pl.format("{}-2", key).alias(key), later.alias(moment))]
    else:
        is_week = (rows[moment].cast(pl.Date) >= since - WEEK) & (rows[moment].cast(pl.Date) < since)
        week = rows.filter(is_week.fill_null(value=False) & rows["complex_id"].is_in(in_team.implode()))
        n_weeks = (rows[moment].cast(pl.Date).max() - since).days // 7 + 1  # type: ignore[operator]
        again = [
            week.with_columns(
                pl.format("{}-w{}", key, pl.lit(number)).alias(key),
                *(_later(rows, name, number) for name in (moment, _ENDS.get(source)) if name),
            )
            for number in range(1, n_weeks + 1)
        ]
        delivered = [others, *again]
    return tables | {source: pl.concat(delivered)}


def _later(rows: pl.DataFrame, name: str, n_weeks: int) -> pl.Expr:
    """So many weeks later at the same local hour."""
    if rows.schema[name] == pl.Date:
        return pl.col(name) + n_weeks * WEEK
    local = pl.col(name).dt.replace_time_zone("UTC").dt.convert_time_zone(TIMEZONE).dt.replace_time_zone(None)
    zoned = (local + n_weeks * WEEK).dt.replace_time_zone(TIMEZONE, ambiguous="earliest", non_existent="null")
    return zoned.dt.convert_time_zone("UTC").dt.replace_time_zone(None).alias(name)


class JudgedTown:
    """A town in a warehouse in memory, of which every week can be judged.

    Args:
        simulation: The town.
        tables: Its tables as they were delivered.
    """

    def __init__(self, simulation: Simulation, tables: dict[str, pl.DataFrame]) -> None:
        self.town, self.tables = simulation.town, tables
        self.policy = Policy(history_weeks=simulation.town.n_weeks)
        self.con = duckdb.connect(":memory:", config={"threads": 1})
        self.con.execute("set timezone = 'UTC'")
        make_tables(self.con)
        for name in (*MOMENT, "complexes", "registration_changes"):
            self.con.execute(f"drop table raw.{name}")
            take_in_rows(self.con, contract("inputs", name), tables[name])

    def alarms(self, week: date) -> pl.DataFrame:
        """What the watch over feeds says in a week; the panel is counted with it."""
        set_variables(self.con, panel_variables(self.policy, week))
        count_steps(self.con, lambda: self._watch(week))
        return self.con.execute("from checks.feed_alarms order by all").pl()

    def _watch(self, week: date) -> None:
        find_alarms(self.con, week, self.policy, TIMEZONE, week + WEEK)

    def lists(self, first: date, last: date) -> Iterator[tuple[date, pl.DataFrame, pl.DataFrame]]:
        """The list of each week, as if each week had been run when it was over: week, flags, alarms."""
        earlier = pl.DataFrame(
            schema={
                "flag_id": pl.String,
                "complex_id": pl.String,
                "week": pl.Date,
                "first_week": pl.Date,
                "why": pl.String,
            }
        )
        lesson: Lesson | None = None
        week, age = first, 0
        while week <= last:
            alarms = self.alarms(week)
            weekly = self.con.execute("from panel.weekly order by complex_id, week").pl()
            begun = pl.col("starts_on") < week + WEEK
            scored = score_weeks(
                weekly,
                self.tables["complexes"],
                self.policy,
                _SCORED,
                changes=self.tables["registration_changes"].filter(begun),
                interventions=self.tables["interventions"].filter(begun),
                lesson=lesson if age % self.policy.relearn_weeks else None,
            )
            lesson, age = scored.lesson, age + 1
            chosen = select_flags(
                scored.scores, scored.reasons, pl.Series([], dtype=pl.String), earlier, self.policy
            ).flags.filter(pl.col("why").is_in(CHOSEN))
            earlier = pl.concat([earlier, chosen.select(earlier.columns)])
            yield week, chosen, alarms
            week += WEEK
