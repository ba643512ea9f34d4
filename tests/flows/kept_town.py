"""A town of which weeks are run, quickly: rules are counted by their predicates, and nothing is shared."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from story import LAST_WEEK, write_town

from data_contracts.contract import contracts
from flows.estimate import choose_flags, count_panel, score
from flows.following import follow_flags
from flows.home import Home
from flows.ingest import take_in
from flows.publishing import publish
from flows.run import Run, make_run
from flows.warehouse import check_secret, finish_run, open_warehouse, prepare_warehouse, settle_week

WEEK = timedelta(weeks=1)
# As in test_checkpoints: the past does not slide, so that a lesson and its scores are taken over.
SETTINGS = "[policy]\nbackfill_weeks = 3\nhistory_weeks = 84\n"
ANSWERED = datetime(2026, 11, 4, tzinfo=UTC).date()


@dataclass(frozen=True)
class KeptTown:
    """Sources and homes in one folder."""

    folder: Path

    @property
    def sources(self) -> Path:
        return self.folder / "town"

    @property
    def home(self) -> Home:
        return self.home_called("home")

    def home_called(self, name: str) -> Home:
        return Home((self.folder / name).resolve())

    def begin(self) -> None:
        write_town(self.sources, 24, 64)
        self.home.create()
        self.home.settings.write_text(SETTINGS)

    def source(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.sources / f"{name}.parquet")

    def run_of(self, week: date, home: Home | None = None) -> Run:
        """The run of the Monday after a week."""
        read_at = datetime(week.year, week.month, week.day, 5, tzinfo=UTC) + WEEK
        return make_run((home or self.home).folder, str(self.sources), None, week, read_at, "nl")

    def judge(self, week: date, home: Home | None = None) -> Path:
        """Runs one week, and gives the published folder."""
        return self._judged(self.run_of(week, home), week)

    def judge_at(self, moment: datetime, week: date, home: Home) -> Path:
        """The same at another moment."""
        return self._judged(make_run(home.folder, str(self.sources), None, week, moment, "nl"), week)

    def _judged(self, run: Run, week: date) -> Path:
        with run.home.alone(), open_warehouse(run.home) as con:
            prepare_warehouse(con, run.run_id, run.read_at)
            check_secret(con, run.home)
            for name in contracts("inputs"):
                account = take_in(con, run, name)
                assert account.problem is None, (name, account.problem)
            settle_week(con, run.run_id, week)
            for step in (count_panel, score, choose_flags, follow_flags):
                step(con, run, week)
            folder = publish(con, run, week)
            finish_run(con, run.run_id)
        return folder

    def two_weeks(self) -> None:
        """Two weeks before the last: answers after the first, and a complex that changed before the second."""
        first = self.judge(LAST_WEEK - 2 * WEEK)
        flags = pl.read_parquet(first / "flags.parquet")["flag_id"].sort()
        pl.DataFrame(
            {
                "flag_id": flags.head(3).to_list(),
                "reviewed_on": [ANSWERED] * 3,
                "verdict": ["worry", "fine", "known_already"],
                "do_residents_report": ["no", "yes", "unknown"],
                "is_overruled": [None, None, True],
                "note": ["Gras staat hoog", None, None],
            }
        ).write_parquet(self.sources / "outcomes.parquet")
        complexes = self.source("complexes")
        changed = pl.col("complex_id") == complexes["complex_id"].min()
        complexes.with_columns(homes=pl.when(changed).then(pl.col("homes") + 40).otherwise("homes")).write_parquet(
            self.sources / "complexes.parquet"
        )
        self.judge(LAST_WEEK - WEEK)
        # Put away: only the warehouse, and what was published, still know what was answered.
        (self.sources / "outcomes.parquet").unlink()


def tables_of(folder: Path) -> dict[str, pl.DataFrame]:
    """The published tables of a week, each in the order of its key."""
    return {
        name: pl.read_parquet(folder / f"{name}.parquet").sort(promised.key)
        for name, promised in contracts("published").items()
    }


def said_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return found
