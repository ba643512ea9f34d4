"""Whether a source is fresh, old, missing or stopped: so that a feed's silence is never read as people's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from data_contracts.contract import Contract

SourceState = Literal["fresh", "old", "missing", "stopped"]


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
    ends_on = week + timedelta(days=6)
    if last_row_on is None or (ends_on - last_row_on).days > contract.max_age_days:
        return "old"
    return "fresh"
