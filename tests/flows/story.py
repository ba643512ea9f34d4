"""The weekly story without Prefect: the same steps in the same order, for tests that need it often or kill it."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

from data_contracts.contract import contracts
from flows.estimate import choose_flags, choose_week, count_panel, score
from flows.following import follow_flags
from flows.ingest import Account, take_in
from flows.publishing import publish
from flows.results import PublishedWeek
from flows.run import Run, make_run
from flows.sharing.writing import share_with_all
from flows.warehouse import check_secret, finish_run, open_warehouse, prepare_warehouse, settle_week
from models.simulation import Town, simulate

LAST_WEEK = date(2026, 11, 9)
MONDAY_MORNING = datetime(2026, 11, 16, 5, tzinfo=UTC)


def write_town(folder: Path, n_complexes: int = 60, n_weeks: int = 80, seed: int = 3, **settings: object) -> Path:
    """Writes a simulated town as Parquet in the contracts' own columns, and gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    town = Town(
        n_complexes=n_complexes,
        n_area_teams=4,
        n_weeks=n_weeks,
        last_week=LAST_WEEK,
        **settings,  # type: ignore[arg-type]
    )
    for name, table in simulate(town, seed).tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    return folder


def tell_story(run: Run) -> tuple[Path, tuple[Account, ...]]:
    """Runs every step of the weekly flow; each opens the warehouse for itself, as in the flow."""
    with open_warehouse(run.home) as con:
        prepare_warehouse(con, run.run_id, run.read_at)
        check_secret(con, run.home)
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
    share_with_all(PublishedWeek(folder), run.home, run.language)
    return folder, tuple(accounts)


if __name__ == "__main__":
    sources, home, moment = sys.argv[1:]
    tell_story(make_run(Path(home), sources, None, None, datetime.fromisoformat(moment), "nl"))
