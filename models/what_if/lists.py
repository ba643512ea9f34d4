"""The lists of the last weeks, chosen again, and two of them side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.episodes import Standing, spells
from models.places import Room, in_question, with_a_place
from models.policy import Policy
from models.what_if.past import Past


@dataclass(frozen=True)
class Lists:
    """The lists of the last weeks under one policy.

    Attributes:
        policy: The values.
        rows: `week`, `complex_id`, `area_team`, `p_quiet_decline`, `first_week`, sorted by week and complex.
        weeks: One row per week: `week`, `n_listed`, `n_entered`, `n_left`, `n_waiting` (probable enough, no place).
        chance: The model's chance of every complex in the last week, by id [0-1].
    """

    policy: Policy
    rows: pl.DataFrame
    weeks: pl.DataFrame
    chance: Mapping[str, float]

    @property
    def changes_a_week(self) -> float:
        """How many complexes come or go per week, on average."""
        moved = self.weeks["n_entered"].mean(), self.weeks["n_left"].mean()
        return float(sum(each for each in moved if isinstance(each, float)))


def chosen_again(past: Past, n_weeks: int) -> Lists:
    """The lists of the last weeks, as the past would have them.

    All published weeks are chosen, so that what runs at the first of the last weeks is known; only those are told.

    Args:
        past: See `tried.judged_by`.
        n_weeks: Weeks to tell of, the last included [weeks].
    """
    policy = past.policy
    is_small = past.homes < policy.smallest_shown_homes
    can_be_judged = past.is_there & ~is_small & ~past.is_emptied & ~past.is_suspect
    taught = past.recalibration.probability(past.probability)
    is_in_set, starts = spells(Standing(taught, can_be_judged & ~past.is_too_small, past.is_suspect), policy)
    earlier, weekly = _NOTHING, []
    for place, week in enumerate(past.weeks):
        running = np.flatnonzero(starts[:, place] >= 0)
        spelled = pl.DataFrame(
            {
                "complex_id": past.ids.gather(running),
                "week": pl.repeat(week, len(running), dtype=pl.Date, eager=True),
                "is_in_set": is_in_set[running, place],
                "episode_start": past.weeks.gather(starts[running, place]),
            }
        )
        able = running[can_be_judged[running, place]]
        eligible = pl.DataFrame(
            {
                "complex_id": past.ids.gather(able),
                "area_team": pl.Series([past.teams[each] for each in past.team[able, place]], dtype=pl.String),
                "p_quiet_decline": taught[able, place],
                "is_too_small_to_know": past.is_too_small[able, place],
                "state": pl.repeat("always_quiet", len(able), dtype=pl.String, eager=True),
            }
        )
        asked = in_question(eligible, spelled, earlier, past.answers, week, past.weeks[0], policy)
        placed = with_a_place(asked.candidates, _room(past, place, can_be_judged[:, place]))
        rows = (
            placed.join(eligible, on="complex_id", how="left")
            .join(asked.running.select("complex_id", before="first_week"), on="complex_id", how="left")
            .select(
                pl.lit(week).alias("week"),
                "complex_id",
                "area_team",
                "p_quiet_decline",
                pl.col("before").fill_null(week).alias("first_week"),
                "why",
            )
        )
        weekly.append((week, asked.candidates.height - placed.height))
        earlier = pl.concat([earlier, rows])
    told = past.weeks.tail(n_weeks)
    return Lists(
        policy,
        earlier.drop("why").filter(pl.col("week").is_in(told.implode())).sort("week", "complex_id"),
        _by_week(earlier, weekly).tail(n_weeks),
        dict(zip(past.ids, past.probability[:, -1].tolist(), strict=True)),
    )


def compared(in_force: Lists, tried: Lists) -> pl.DataFrame:
    """The last week's two lists side by side.

    Returns:
        One row per complex on either: `complex_id`, `area_team`, `change` (enters, leaves, stays), `p_in_force`,
        `p_tried`, `first_week_in_force`, `first_week_tried`; what enters first.
    """
    last = tried.weeks["week"][-1]
    sides = []
    for side, lists in (("in_force", in_force), ("tried", tried)):
        rows = lists.rows.filter(pl.col("week") == last)
        sides.append(rows.select("complex_id", "area_team", pl.col("first_week").alias(f"first_week_{side}")))
    change = (
        pl.when(pl.col("first_week_in_force").is_null())
        .then(pl.lit("enters"))
        .when(pl.col("first_week_tried").is_null())
        .then(pl.lit("leaves"))
        .otherwise(pl.lit("stays"))
    )
    both = sides[0].join(sides[1], on=["complex_id", "area_team"], how="full", coalesce=True)
    chances = {
        f"p_{side}": pl.Series([lists.chance[each] for each in both["complex_id"]], dtype=pl.Float64)
        for side, lists in (("in_force", in_force), ("tried", tried))
    }
    order = pl.col("change").replace_strict({"enters": 0, "leaves": 1, "stays": 2})
    return (
        both.with_columns(change=change, **chances)
        .sort(order, "p_tried", "complex_id", descending=[False, True, False])
        .select("complex_id", "area_team", "change", "p_in_force", "p_tried", "first_week_in_force", "first_week_tried")
    )


_NOTHING = pl.DataFrame(
    schema={
        "week": pl.Date,
        "complex_id": pl.String,
        "area_team": pl.String,
        "p_quiet_decline": pl.Float64,
        "first_week": pl.Date,
        "why": pl.String,
    }
)


def _room(past: Past, place: int, can_be_judged: NDArray[np.bool_]) -> Room:
    """The room of one week; who is drawn is a secret, how many are is not."""
    per_team = np.bincount(past.team[can_be_judged, place], minlength=len(past.teams))
    drawn = np.minimum(per_team, past.policy.drawn_per_team)
    lots = pl.Series(np.repeat(np.array(past.teams, dtype=object), drawn).tolist(), dtype=pl.String)
    in_use = int(past.is_there[:, place].sum())
    return Room.of(past.teams, lots, in_use, past.policy, past.capacity)


def _by_week(rows: pl.DataFrame, waiting: list[tuple[date, int]]) -> pl.DataFrame:
    names = {week: set(part["complex_id"]) for (week,), part in rows.group_by("week")}
    told, before = [], None
    for week, n_waiting in waiting:
        now = names.get(week, set())
        entered, left = (len(now - before), len(before - now)) if before is not None else (0, 0)
        told.append((week, len(now), entered, left, n_waiting))
        before = now
    columns = ("week", "n_listed", "n_entered", "n_left", "n_waiting")
    return pl.DataFrame(told, schema=list(columns), orient="row").with_columns(pl.col("week").cast(pl.Date))
