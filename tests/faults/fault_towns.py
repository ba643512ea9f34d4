"""A small made-up corporation, two weekly deliveries of it, and homes in which they are run.

The second delivery holds all that a week can bring: new rows, rows that came before, rows that came twice, broken ones,
ended ones, withdrawn ones, a complex whose particulars changed, one that has gone; and answers on flags of the first.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

SEED = 11
"""Seed of the town."""
SECOND_WEEK = date(2026, 11, 9)
"""Monday of the second delivery's week, where no other is asked for."""
WEEK, MINUTE = timedelta(weeks=1), timedelta(minutes=1)
N_COMPLEXES, N_TEAMS, N_WEEKS = 24, 3, 60
# The lot is drawn with it, so that homes which are compared must share it.
SECRET = "a secret of made-up homes"
LANGUAGE = "en"
# Soon out of patience with a source that hangs.
SETTINGS = "[policy]\nsource_patience_minutes = 0.5\n"
# With it rows grow too old in every week, so that some are removed.
FORGETFUL = "keep_rows_weeks = 52\n"
MAPPING = """contracts:
  complexes: {delivery: full}
  complaints: {delivery: full}
"""


@dataclass(frozen=True)
class Town:
    """Two deliveries of one corporation, each a folder of sources, and the mornings on which they are run."""

    first: Path
    second: Path
    second_week: date

    @property
    def second_morning(self) -> datetime:
        """The Monday after the second week."""
        return datetime.combine(self.second_week + WEEK, time(5), UTC)

    @property
    def first_morning(self) -> datetime:
        """A week before that."""
        return self.second_morning - WEEK


def make_town(folder: Path, second_week: date = SECOND_WEEK) -> Town:
    """Writes both deliveries; the first is of the week before."""
    from models.simulation import RICH_RATES, simulate
    from models.simulation import Town as Settings

    settings = Settings(
        n_complexes=N_COMPLEXES, n_area_teams=N_TEAMS, n_weeks=N_WEEKS, last_week=second_week, rates=RICH_RATES
    )
    simulated = simulate(settings, SEED)
    for name, week in (("first", second_week - WEEK), ("second", second_week)):
        tables = simulated.delivered(week + timedelta(days=6), with_duplicates=True)
        _write(folder / name, tables, is_second=name == "second")
    return Town(folder / "first", folder / "second", second_week)


def settle(home: Path, *, is_forgetful: bool) -> Path:
    """Gives an empty home its settings."""
    home.mkdir(parents=True)
    settings = SETTINGS + (FORGETFUL if is_forgetful else "")
    (home / "luisterpost.toml").write_text(settings, encoding="utf-8")
    return home


def _write(folder: Path, tables: dict[str, Any], *, is_second: bool) -> None:
    import polars as pl

    if is_second:
        withdrawn = tables["complaints"]["complaint_id"][:3].to_list()
        tables["complaints"] = tables["complaints"].filter(~pl.col("complaint_id").is_in(withdrawn))
        changed = pl.int_range(pl.len()) < 2
        out_of_use = pl.when(changed).then(1).otherwise(pl.col("homes_out_of_use")).cast(pl.Int64)
        tables["complexes"] = tables["complexes"].with_columns(homes_out_of_use=out_of_use)[:-1]
    for name in ("complaints", "repairs", "field_signals"):
        key = tables[name].columns[0]
        broken = tables[name].head(1).with_columns(pl.lit("BROKEN").alias(key), pl.lit("NOWHERE").alias("complex_id"))
        tables[name] = pl.concat([tables[name], broken])
    folder.mkdir(parents=True)
    for name, table in tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")


def run_week(home: Path, sources: Path, moment: datetime, told: Path | None = None) -> None:
    """Runs a week without Prefect; what became of it is written to `told`. To be run in a child.

    Args:
        home: The home.
        sources: The delivery.
        moment: When the run began.
        told: File for the accounts, or for the sentence of a problem.
    """
    from data_contracts.problem import Problem
    from flows.plain_week import plain_week
    from flows.run import make_run

    os.environ["LUISTERPOST_SECRET"] = SECRET
    try:
        run = make_run(home, str(sources), None, None, moment, LANGUAGE)
        with run.home.alone():
            _, accounts = plain_week(run)
        said = {"accounts": {each.source: str(each.problem or "") for each in accounts}}
    except Problem as problem:
        said = {"problem": problem.message, "sentence": run.language.tell(problem)}
    if told is not None:
        told.write_text(json.dumps(said), encoding="utf-8")


def type_weekly(home: Path, sources: Path, moment: datetime, printed: Path) -> None:
    """The command `weekly` as typed, with the flow's steps run without Prefect; leaves with its exit code, in a child.

    What it prints goes to a file: whatever a library writes to the screen is caught as well.
    """
    from flows import cli

    os.environ["LUISTERPOST_SECRET"] = SECRET
    screen = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(screen, stream)
    stand_in = ModuleType("flows.weekly")
    stand_in.weekly = _weekly_without_prefect  # type: ignore[attr-defined]
    sys.modules["flows.weekly"] = stand_in
    cli.now = lambda: moment
    code = cli.run(["weekly", "--sources", str(sources), "--home", str(home), "--language", LANGUAGE])
    sys.stdout.flush()
    os._exit(code)


def _weekly_without_prefect(
    *, sources: str, home: str, inbox: str | None, week: str | None, language: str, read_at: str
) -> Any:
    from flows.logbook import noting_problems
    from flows.plain_week import plain_week
    from flows.results import PublishedWeek
    from flows.run import make_run
    from flows.weekly_result import Published
    from models.weeks import parse_week

    run = make_run(Path(home), sources, None, None, datetime.fromisoformat(read_at), language)
    with run.home.alone(), noting_problems(run):
        folder, accounts = plain_week(run)
    return Published(parse_week(PublishedWeek(folder).week_name), folder, accounts, (), run)


def answer_flags(home: Path, answered_on: date) -> int:
    """Fills the sheets that the last week asked for, puts them into the answers folder, and gives their number."""
    from flows.answers.wording import COLUMNS, VERDICT
    from flows.language import Language

    language = Language(LANGUAGE)
    day = next(column for column in COLUMNS if column.name == "reviewed_on")
    said = {VERDICT.heading(language): VERDICT.word("worry", language), day.heading(language): answered_on.isoformat()}
    sheets = sorted(home.glob("shared/*/*/answers.csv"))
    for sheet in sheets:
        with sheet.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.DictReader(opened, delimiter=";"))
        for row in rows:
            row.update(said)
        with (home / "answers" / f"{sheet.parent.name}.csv").open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, rows[0], delimiter=";", quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(rows)
    return len(sheets)


def copy_home(home: Path, to: Path) -> Path:
    """A home like another, with its links."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(home, to, symlinks=True)
    return to
