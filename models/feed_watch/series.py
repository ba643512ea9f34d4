"""What is watched: rows a week of each source, of each team's part of it, and of each channel, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.feed_watch.arrivals import Completeness
from models.streams import Floats
from models.weeks import week_of

ALL = "all"
KEYS = ("source", "area_team", "channel")
# What one visit or inspection finds is held against how many there were: fewer of them make nobody look quieter, and
# they may come in campaigns.
HELD_AGAINST_VISITS = ("field_signals", "tenancies")
DOWN, UP = "down", "up"
# From some weeks before an announced change (people begin early) until there is a new usual, it explains what is seen.
EXPLAINED_BEFORE, EXPLAINED_AFTER = 4, 8
_EXPLAINS = {"fewer": (DOWN,), "more": (UP,), "other_channel": (DOWN, UP)}


@dataclass(frozen=True)
class FeedSeries:
    """Rows a week beside the homes that they come from; arrays are (n_series, n_weeks) unless said otherwise.

    Attributes:
        keys: `source`, `area_team`, `channel` of each series; `all` for all teams or all channels together.
        weeks: Mondays, the column order.
        seen: Rows that came in [rows].
        homes: Homes in use in that team [homes].
        is_open: Whether the week may be judged: from the first row of the series on, and not left out.
        fewest: Least share of the week's rows that can have come in by now, where the feed works [0-1].
        most: Largest such share [0-1].
        not_before: By direction (`down`, `up`), for each week the first place at which a change that is still to be
            explained can begin: what an announcement explains is no fault.
        begins_anew: Weeks in which an announced change makes the usual of before no longer hold.
    """

    keys: pl.DataFrame
    weeks: list[date]
    seen: Floats
    homes: Floats
    is_open: NDArray[np.bool_]
    fewest: Floats
    most: Floats
    not_before: dict[str, NDArray[np.int64]]
    begins_anew: NDArray[np.bool_]

    @property
    def n_series(self) -> int:
        """How many series."""
        return self.keys.height

    @property
    def is_rate(self) -> NDArray[np.bool_]:
        """Which series are of a source of which only rates count (n_series)."""
        found: NDArray[np.bool_] = self.keys["source"].is_in(HELD_AGAINST_VISITS).to_numpy()
        return found

    def place(self, source: str, area_team: str, channel: str) -> int | None:
        """Place of a series by its key; None where there is none."""
        is_it = (pl.col("source") == source) & (pl.col("area_team") == area_team) & (pl.col("channel") == channel)
        found = self.keys.with_row_index("place").filter(is_it)["place"]
        return int(found[0]) if found.len() else None


def feed_series(
    rows: pl.DataFrame,
    homes: pl.DataFrame,
    weeks: list[date],
    left_out: pl.DataFrame,
    changes: pl.DataFrame | None = None,
    completeness: Completeness | None = None,
) -> FeedSeries:
    """The series of all sources, teams and channels.

    Args:
        rows: `panel.feed_rows`.
        homes: `area_team`, `week`, `homes`: homes in use.
        weeks: Mondays, without gaps; the last is the week to judge.
        left_out: `source`, `area_team`, `week` that are known to be no evidence of the feed; `all` for all teams.
        changes: Announced changes of intake: `contract`, `area_team`, `source`, `starts_on`, `expected_effect`.
        completeness: How much of the newest weeks can have come in; all of it where None.
    """
    counts = _with_totals(rows)
    keys = counts.select(KEYS).unique().sort(KEYS)
    shape = (keys.height, len(weeks))
    places = counts.join(keys.with_row_index("row"), on=KEYS).join(
        pl.DataFrame({"week": weeks}, schema={"week": pl.Date}).with_row_index("column"), on="week"
    )
    seen = np.zeros(shape)
    seen[places["row"].to_numpy(), places["column"].to_numpy()] = places["row_count"].cast(pl.Float64).to_numpy()
    in_use = _homes(homes, keys, weeks)
    is_open = (np.cumsum(seen, axis=1) > 0) & (in_use > 0) & ~_left_out(left_out, keys, weeks)
    is_open &= ~np.array([is_around_new_year(week) for week in weeks])
    fewest, most = np.ones(shape), np.ones(shape)
    if completeness is not None:
        for source in keys["source"].unique().to_list():
            is_own = (keys["source"] == source).to_numpy()
            fewest[is_own], most[is_own] = completeness.of(source, weeks)
    not_before, anew = _announced(changes, keys, weeks)
    return FeedSeries(keys, weeks, seen, in_use, is_open, fewest, most, not_before, anew)


def is_around_new_year(week: date) -> bool:
    """Whether a week holds Christmas or New Year's Day: few offices are open, and little can be said of a feed."""
    days = {(day.month, day.day) for day in (week + timedelta(days=n) for n in range(7))}
    return not days.isdisjoint({(12, 25), (1, 1)})


def _with_totals(rows: pl.DataFrame) -> pl.DataFrame:
    """The counts, with those of all teams and of all channels together; one channel alone is no channel."""
    several = rows.group_by("source").agg(pl.col("channel").n_unique()).filter(pl.col("channel") > 1)["source"]
    counted = rows.select(*KEYS, "week", "row_count")
    by_channel = counted.filter(pl.col("source").is_in(several.implode()))
    parts = [
        by_channel,
        by_channel.with_columns(area_team=pl.lit(ALL)),
        counted.with_columns(channel=pl.lit(ALL)),
        counted.with_columns(channel=pl.lit(ALL), area_team=pl.lit(ALL)),
    ]
    return pl.concat(parts).group_by(*KEYS, "week").agg(pl.col("row_count").sum())


def _homes(homes: pl.DataFrame, keys: pl.DataFrame, weeks: list[date]) -> Floats:
    together = homes.group_by("week").agg(pl.col("homes").sum()).with_columns(area_team=pl.lit(ALL))
    every = pl.concat([homes.select("area_team", "week", "homes"), together.select("area_team", "week", "homes")])
    wide = dict.fromkeys(keys["area_team"].unique().to_list(), None)
    column = {week: place for place, week in enumerate(weeks)}
    arrays = {team: np.zeros(len(weeks)) for team in wide}
    for team, week, count in every.iter_rows():
        if team in arrays and week in column:
            arrays[team][column[week]] = count
    return np.array([arrays[team] for team in keys["area_team"]]).reshape(keys.height, len(weeks))


def _left_out(left_out: pl.DataFrame, keys: pl.DataFrame, weeks: list[date]) -> NDArray[np.bool_]:
    found = np.zeros((keys.height, len(weeks)), dtype=np.bool_)
    column = {week: place for place, week in enumerate(weeks)}
    source, team = keys["source"].to_numpy(), keys["area_team"].to_numpy()
    for of_source, of_team, week in left_out.select("source", "area_team", "week").iter_rows():
        if week in column:
            found[(source == of_source) & ((team == of_team) | (of_team == ALL)), column[week]] = True
    return found


def _announced(
    changes: pl.DataFrame | None, keys: pl.DataFrame, weeks: list[date]
) -> tuple[dict[str, NDArray[np.int64]], NDArray[np.bool_]]:
    shape = (keys.height, len(weeks))
    not_before = {each: np.zeros(shape, dtype=np.int64) for each in (DOWN, UP)}
    anew = np.zeros(shape, dtype=np.bool_)
    for change in [] if changes is None else changes.to_dicts():
        begin = (week_of(change["starts_on"]) - weeks[0]).days // 7
        hit = _hit(change, keys)
        since = max(0, begin - EXPLAINED_BEFORE)
        for direction in _EXPLAINS[change["expected_effect"]]:
            known = not_before[direction]
            known[hit, since:] = np.maximum(known[hit, since:], begin + EXPLAINED_AFTER)
        if 0 <= begin < len(weeks):
            anew[hit, begin] = True
    return not_before, anew


def _hit(change: dict[str, object], keys: pl.DataFrame) -> NDArray[np.bool_]:
    """Which series an announced change may move: its own, and the totals that it is part of."""

    def own(column: str, value: object) -> pl.Expr:
        # What holds for all holds for each; what holds for one also shows in the total.
        return pl.lit(True) if value is None else pl.col(column).is_in([value, ALL])

    is_hit = (
        (pl.col("source") == change["contract"])
        & own("area_team", change["area_team"])
        # Who is sent to another way of reporting turns up there.
        & own("channel", None if change["expected_effect"] == "other_channel" else change["source"])
    )
    found: NDArray[np.bool_] = keys.select(is_hit)[:, 0].to_numpy()
    return found
