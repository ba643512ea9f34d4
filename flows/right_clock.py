"""Whether the clock can be right: it has never been earlier than at the last run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import duckdb

from data_contracts.problem import Problem
from flows.run import Run

# The run that chose its week last, whatever its own clock said: after a clock that was ahead once, one run for which
# the user names the week puts it right.
LAST_RUN = "select started_at from checks.runs where week is not null and run_id <> ? order by rowid desc limit 1"


def check_clock(con: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Refuses a run that takes place in a week of before the last run.

    It would date this week's changes of complexes back, and make flags for a week that was over long ago. A clock that
    is some hours behind in the same week does no harm.

    Raises:
        Problem: `week.clock_back`.
    """
    found = con.execute(LAST_RUN, [run.run_id]).fetchone()
    if found is None:
        return
    before = replace(run, read_at=found[0].replace(tzinfo=UTC))
    if run.last_week < before.last_week:
        raise Problem("week.clock_back", now=run.read_at, before=before.read_at)
