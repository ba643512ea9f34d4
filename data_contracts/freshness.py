"""Whether a source, a team's part of it or one channel is fresh: so that a feed's silence is never read as people's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from data_contracts.contract import Contract

SourceState = Literal["fresh", "old", "missing", "stopped"]
FeedState = Literal["fresh", "old", "missing", "stopped", "died", "halved", "doubled", "repeated"]
ALARMS = ("died", "halved", "doubled", "repeated")


def source_state(contract: Contract, ingest_state: str, last_row_on: date | None, week: date) -> SourceState:
    """What to say of a source at the end of a week.

    Args:
        contract: Its contract, with the days that may pass without a row.
        ingest_state: `taken`, `missing` or `stopped`, as ingest left it.
        last_row_on: Day of its last event up to the end of the week, or None.
        week: Monday of the week.

    Returns:
        `stopped` and `missing` as ingest said; else `old` if the last event is too long ago, or `fresh`.
    """
    if ingest_state in ("missing", "stopped"):
        return "missing" if ingest_state == "missing" else "stopped"
    if contract.max_age_days is None:
        return "fresh"
    return "old" if _age(last_row_on, week) > contract.max_age_days else "fresh"


def feed_state(
    contract: Contract,
    ingest_state: str,
    last_row_on: date | None,
    week: date,
    *,
    due_since: float | None,
    few: float,
    alarm: str | None = None,
) -> FeedState:
    """What to say of a team's part of a source, or of one channel, at the end of a week.

    Of a channel with a row a month a fortnight without one says nothing: it is old where the days of the contract have
    passed and more rows were due at its own pace than chance leaves out.

    Args:
        contract: The contract of the source.
        ingest_state: `taken`, `missing` or `stopped`, as ingest left it.
        last_row_on: Day of the last event of this feed up to the end of the week.
        week: Monday of the week.
        due_since: Rows that were due since that day at its own pace; None where nobody can say [rows].
        few: Rows that may be missing by chance [rows].
        alarm: `died`, `halved`, `doubled` or `repeated`, where the watch found that.
    """
    if ingest_state in ("missing", "stopped"):
        return "missing" if ingest_state == "missing" else "stopped"
    for known in ALARMS:
        if alarm == known:
            return known  # type: ignore[return-value]
    state = source_state(contract, ingest_state, last_row_on, week)
    return "fresh" if state == "old" and due_since is not None and due_since < few else state


def _age(last_row_on: date | None, week: date) -> float:
    """Days from the last event to the end of the week; without end where there never was one [d]."""
    return float("inf") if last_row_on is None else (week + timedelta(days=6) - last_row_on).days
