"""The weekly flow without Prefect: the same steps in the same order, where nothing is scheduled or retried.

For the demo week that notebooks fall back to, and for tests that need a week often or kill it.
"""

from __future__ import annotations

from pathlib import Path

from data_contracts.contract import contracts
from flows.estimate import choose_flags, choose_week, count_panel, score
from flows.following import follow_flags
from flows.ingest import Account, take_in
from flows.keeping.retention import let_go
from flows.logbook import note_week
from flows.publishing import publish
from flows.results import PublishedWeek
from flows.right_clock import check_clock
from flows.run import Run
from flows.sharing.writing import share_with_all
from flows.warehouse import check_not_gone, check_secret, finish_run, open_warehouse, prepare_warehouse, settle_week


def plain_week(run: Run) -> tuple[Path, tuple[Account, ...]]:
    """Runs every step of the weekly flow; each opens the warehouse for itself, as in the flow.

    Returns:
        The folder of the published week, and what became of each source.
    """
    check_not_gone(run.home)
    with open_warehouse(run.home) as con:
        prepare_warehouse(con, run.run_id, run.read_at)
        check_secret(con, run.home)
        if run.asked_week is None:
            check_clock(con, run)
    accounts = []
    for name in contracts("inputs"):
        with open_warehouse(run.home) as con:
            accounts.append(take_in(con, run, name))
    with open_warehouse(run.home) as con:
        week = choose_week(con, run)
        settle_week(con, run.run_id, week)
    for step in (count_panel, score, choose_flags, follow_flags):
        with open_warehouse(run.home) as con:
            step(con, run, week)
    with open_warehouse(run.home) as con:
        folder = publish(con, run, week)
        finish_run(con, run.run_id)
    digests = share_with_all(PublishedWeek(folder), run.home, run.language)
    note_week(run, folder, len(digests))
    let_go(run, week)
    return folder, tuple(accounts)
