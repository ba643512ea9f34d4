"""`luisterpost check`: holds sources against their contracts without touching any warehouse."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from data_contracts.contract import contracts
from flows.ingest import Account, take_in
from flows.run import make_run
from flows.warehouse import open_warehouse, prepare_warehouse


@dataclass(frozen=True)
class CheckReport:
    """What a check found.

    Attributes:
        accounts: What would become of each source.
        quarantine: `source`, `rules`, `original`, `copies` of the rows that would be set apart.
    """

    accounts: tuple[Account, ...]
    quarantine: pl.DataFrame

    @property
    def is_refused(self) -> bool:
        """Whether the weekly run would stop a source, or miss one that it needs."""
        required = {name for name, each in contracts("inputs").items() if each.is_required}
        return any(
            account.state == "stopped" or (account.state == "missing" and account.source in required)
            for account in self.accounts
        )


def check_sources(sources: str, inbox: Path | None, read_at: datetime, language: str) -> CheckReport:
    """Takes the sources into a warehouse that is thrown away.

    Raises:
        Problem: About the sources folder or the settings in it.
    """
    with tempfile.TemporaryDirectory(prefix="luisterpost-check-") as home:
        run = make_run(Path(home), sources, inbox, None, read_at, language)
        with open_warehouse(run.home) as con:
            prepare_warehouse(con, run.run_id, run.read_at)
            accounts = tuple(take_in(con, run, name) for name in contracts("inputs"))
            quarantine = con.execute(
                "select source, rules, original, copies from checks.quarantine order by source, rules, original"
            ).pl()
    return CheckReport(accounts, quarantine)
