"""From what the watch found to alarms, and which of them mask a stream.

A source of reports that broke in a team, or everywhere, is masked there from the earliest week in which it may have
begun. What is held against visits or inspections is masked only where its rows came a second time: fewer visits are no
quieter people, and inspections come in campaigns. One channel of several is masked with its whole stream only where its
reports were lost: where they came another way, the total is whole and nobody looks quieter.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from models.feed_watch.pace import Usual
from models.feed_watch.sequential import KINDS, Change, Watched, log_ratio
from models.feed_watch.series import ALL, HELD_AGAINST_VISITS
from models.policy import Policy

SCHEMA = {
    "source": pl.String,
    "area_team": pl.String,
    "channel": pl.String,
    "kind": pl.String,
    "from_week": pl.Date,
    "until_week": pl.Date,
    "found_week": pl.Date,
    "seen": pl.Int64,
    "expected": pl.Float64,
    "n_alike": pl.Int64,
    "is_masking": pl.Boolean,
}
"""Columns of `checks.feed_alarms`; `until_week` is empty while it goes on, `n_alike` where no rows were alike."""


def feed_alarms(watched: Watched, alike: pl.DataFrame, unchanged: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """All alarms up to the last week watched, with what each masks.

    Args:
        watched: What the watch found.
        alike: The weeks that came a second time (`alike.weeks_alike`).
        unchanged: `source`, `week` in which a source brought the very rows of the week before again, and none of the
            week itself.
        policy: The values in force.

    Returns:
        The columns of `SCHEMA`, sorted by key and `from_week`.
    """
    rows = [
        *(_told(watched, change, policy) for change in watched.changes),
        *_told_alike(alike, watched),
        *_told_unchanged(unchanged, watched, policy),
    ]
    for row in rows:
        if _is_trusted(row, policy):
            row["is_masking"] = False
    return pl.DataFrame(rows, schema=SCHEMA).sort("source", "area_team", "channel", "from_week", "kind")


def going_on(alarms: pl.DataFrame) -> pl.DataFrame:
    """The alarms that go on in the last week, one per key: the latest, and of those the one that masks."""
    return (
        alarms.filter(pl.col("until_week").is_null())
        .sort("is_masking", "from_week", "kind", descending=[True, True, False])
        .unique(("source", "area_team", "channel"), keep="first", maintain_order=True)
        .sort("source", "area_team", "channel")
    )


def widest(alarms: pl.DataFrame) -> pl.DataFrame:
    """The alarms that are not already told by a wider one: a source before its teams, a team before its channels."""
    every = {(row["source"], row["area_team"], row["channel"]) for row in alarms.to_dicts()}

    def is_told(row: dict[str, Any]) -> bool:
        wider = {
            (row["source"], team, channel)
            for team in (row["area_team"], ALL)
            for channel in (row["channel"], ALL)
            if (team, channel) != (row["area_team"], row["channel"])
        }
        return bool(wider & every)

    keep = [not is_told(row) for row in alarms.to_dicts()]
    return alarms.filter(pl.Series(keep, dtype=pl.Boolean))


def _told(watched: Watched, change: Change, policy: Policy) -> dict[str, Any]:
    series, weeks = watched.series, watched.series.weeks
    source, team, channel = series.keys.row(change.row)
    seen, due = _seen_and_due(watched, change, change.row, change.rate)
    return {
        "source": source,
        "area_team": team,
        "channel": channel,
        "kind": change.kind,
        "from_week": weeks[change.first],
        "until_week": None if change.last is None else weeks[change.last],
        "found_week": weeks[change.found],
        "seen": round(seen),
        "expected": round(due, 6),
        "n_alike": None,
        "is_masking": source not in HELD_AGAINST_VISITS and (channel == ALL or _is_lost(watched, change, policy)),
    }


def _seen_and_due(watched: Watched, change: Change, row: int, rate: float) -> tuple[float, float]:
    """Rows of a series in the weeks of a change, and what would be usual."""
    last = len(watched.series.weeks) - 1 if change.last is None else change.last
    weeks = np.arange(change.first, last + 1)
    weeks = weeks[watched.series.is_open[row, weeks]]
    share = watched.series.most[row, weeks]
    return float(watched.series.seen[row, weeks].sum()), float(rate * (watched.pace.exposure[row, weeks] * share).sum())


def _is_lost(watched: Watched, change: Change, policy: Policy) -> bool:
    """Whether what a channel no longer brings (or brings too often) is missing from (or added to) the whole."""
    source, team, _ = watched.series.keys.row(change.row)
    whole = watched.series.place(source, team, ALL)
    if whole is None:
        return True
    usual = watched.pace.before(np.array([change.first]), np.array([whole]))
    _, of_channel = _seen_and_due(watched, change, change.row, change.rate)
    seen, due = _seen_and_due(watched, change, whole, float(usual.rate[0, 0]))
    if due <= 0:
        return True
    moved = (KINDS[change.kind] - 1) * of_channel / due
    if abs(moved) < policy.least_lost_share:
        return False
    n_weeks = np.array(float((change.last or len(watched.series.weeks) - 1) - change.first + 1))
    variance = Usual(*(each[0, 0] for each in usual)).variance(n_weeks)
    return float(log_ratio(np.array(seen), np.array(due), variance, max(1 + moved, min(KINDS.values())))) > 0


def _told_alike(alike: pl.DataFrame, watched: Watched) -> Iterable[dict[str, Any]]:
    """Weeks that follow each other are one alarm; each is told in its first week, when the rows say so."""
    newest = watched.series.weeks[-1]
    running: dict[str, Any] | None = None
    for each in alike.sort("source", "area_team", "kind", "week").to_dicts():
        key = {name: each[name] for name in ("source", "area_team", "kind")}
        goes_on = (
            running is not None
            and key.items() <= running.items()
            and each["week"] - running["until_week"] == timedelta(weeks=1)
        )
        # Of copies the half was due; of a week that came again nobody knows.
        due = each["row_count"] - each["n_alike"] if each["kind"] == "doubled" else None
        if running is not None and goes_on:
            running["until_week"] = each["week"]
            running["seen"] += each["row_count"]
            running["n_alike"] += each["n_alike"]
            running["expected"] = None if due is None else running["expected"] + due
            continue
        if running is not None:
            yield _open_ended(running, newest)
        running = {
            **key,
            "channel": ALL,
            "from_week": each["week"],
            "until_week": each["week"],
            "found_week": each["week"],
            "seen": each["row_count"],
            "expected": None if due is None else float(due),
            "n_alike": each["n_alike"],
            "is_masking": True,
        }
    if running is not None:
        yield _open_ended(running, newest)


def _told_unchanged(unchanged: pl.DataFrame, watched: Watched, policy: Policy) -> Iterable[dict[str, Any]]:
    """A file that came again is told where rows were due: of a source with a row a month nothing new is ordinary."""
    series = watched.series
    for each in unchanged.sort("source", "week").to_dicts():
        row = series.place(each["source"], ALL, ALL)
        if row is None or each["week"] not in series.weeks:
            continue
        place = series.weeks.index(each["week"])
        due = float(watched.pace.before(np.array([place]), np.array([row])).rate[0, 0] * series.homes[row, place])
        if series.seen[row, place] == 0 and due >= policy.chance_gap_rows:
            yield _open_ended(
                {
                    "source": each["source"],
                    "area_team": ALL,
                    "channel": ALL,
                    "kind": "repeated",
                    "from_week": each["week"],
                    "until_week": each["week"],
                    "found_week": each["week"],
                    "seen": 0,
                    "expected": round(due, 6),
                    "n_alike": None,
                    "is_masking": True,
                },
                series.weeks[-1],
            )


def _open_ended(alarm: dict[str, Any], newest: object) -> dict[str, Any]:
    return {**alarm, "until_week": None if alarm["until_week"] == newest else alarm["until_week"]}


def _is_trusted(alarm: dict[str, Any], policy: Policy) -> bool:
    """Whether somebody asked the source and heard that it works: then it is people who changed."""
    source, team = alarm["source"], alarm["area_team"]
    return not {f"{source}/{team}", f"{source}/{ALL}"}.isdisjoint(policy.trusted_feeds)
