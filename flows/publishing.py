"""Publishing a week: contract-checked Parquet in one folder that is renamed into place, and one link replaced.

Readers never see half a week. A run that is killed here leaves the link where it was.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from data_contracts.contract import Contract, contract, contracts
from data_contracts.expectations import breached, check_table
from data_contracts.freshness import source_state
from data_contracts.problem import Problem
from data_contracts.row_rules import quoted
from data_contracts.tables import check_shape, create_table
from flows.answered_draws import what_answers_say
from flows.checkpoints import lesson_to_keep
from flows.home import OWNER_ONLY_FILE, OWNER_ONLY_FOLDER, Home
from flows.keeping.kept_rows import accounts_to_keep, alike_to_keep
from flows.run import Run
from flows.warehouse import insert_rows, set_variables, transaction
from models.weeks import week_name

QUERIES = Path(__file__).parent / "published"
# A reader may still be in the folder that the link pointed to before.
RUNS_KEPT_PER_WEEK = 2


def publish(con: duckdb.DuckDBPyConnection, run: Run, week: date) -> Path:
    """Checks every published table against its contract and puts the week in place.

    Returns:
        The folder of the published week.

    Raises:
        Problem: `publishing.latest_is_no_link`; `publishing.breach`, if a table does not keep its contract. Nothing is
            published then.
    """
    if run.home.latest.exists() and not run.home.latest.is_symlink():
        raise Problem("publishing.latest_is_no_link", file=run.home.latest)
    set_variables(con, {"week": week, "run_id": run.run_id, "event_weeks": run.settings.policy.long_window_weeks})
    for promised in contracts("published").values():
        _fill(con, promised, week)
        _hold(con, promised)
    folder = run.home.published / "weeks" / f"{week_name(week)}.{run.run_id}"
    making = folder.with_name(f".{folder.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=OWNER_ONLY_FOLDER)
    for promised in contracts("published").values():
        _write_parquet(con, run, promised, making)
    _write_text(making / "run.json", json.dumps(_manifest(con, run, week), indent=2, ensure_ascii=False))
    _to_disk(making)
    making.rename(folder)
    _point_latest_at(run.home, folder)
    _tidy(run.home, folder)
    return folder


def _fill(con: duckdb.DuckDBPyConnection, promised: Contract, week: date) -> None:
    table = f"publish.{promised.name}"
    with transaction(con):
        con.execute(f"drop table if exists {table}")
        con.execute(create_table(promised, table))
        if promised.name == "sources":
            insert_rows(con, table, sources_table(con, week).select(promised.column_names))
        else:
            columns = ", ".join(promised.column_names)
            con.execute(f"insert into {table} select {columns} from ({_query(promised.name)})")


def sources_table(con: duckdb.DuckDBPyConnection, week: date) -> pl.DataFrame:
    """The contract `sources`: what became of each source, and whether it is fresh at the end of the week."""
    rows = []
    for account in con.execute(_query("sources")).pl().to_dicts():
        promised = contract("inputs", account["source"])
        last = last_row_on(con, promised, week)
        state = source_state(promised, account["state"], last, week)
        rows.append({**account, "channel": "all", "last_row_on": last, "state": state})
    return pl.DataFrame(rows, schema_overrides={"last_row_on": pl.Date, "reason": pl.String}, infer_schema_length=None)


def last_row_on(con: duckdb.DuckDBPyConnection, promised: Contract, week: date) -> date | None:
    """Day of the last event up to the end of the week; None for a source without dates or rows."""
    if promised.event_column is None:
        return None
    rows = f"raw.{promised.name} where _week <= ? and _withdrawn_at is null"
    found = con.execute(f"select max({promised.event_column})::date from {rows}", [week]).fetchone()
    return min(found[0], week + timedelta(days=6)) if found and found[0] else None


def _hold(con: duckdb.DuckDBPyConnection, promised: Contract) -> None:
    check_shape(con, promised, f"publish.{promised.name}")
    worst = breached(check_table(con, promised, "publish", promised.name))
    if worst:
        raise Problem(
            "publishing.breach",
            table=promised.name,
            rule=worst[0].rule_id,
            breaches=worst[0].breaches,
            rows=worst[0].rows,
        )


def _write_parquet(con: duckdb.DuckDBPyConnection, run: Run, promised: Contract, folder: Path) -> None:
    order = ", ".join(promised.sorted_by or promised.key)
    said = {"run_id": run.run_id, "contract": promised.name, "contract_version": promised.version}
    if run.mapping.attribution:
        said["attribution"] = run.mapping.attribution
    metadata = ", ".join(f"{name}: {quoted(value)}" for name, value in said.items())
    file = folder / f"{promised.name}.parquet"
    con.execute(
        f"copy (from publish.{promised.name} order by {order}) to {quoted(file)} "
        f"(format parquet, compression zstd, kv_metadata {{{metadata}}})"
    )
    file.chmod(OWNER_ONLY_FILE)


def _manifest(con: duckdb.DuckDBPyConnection, run: Run, week: date) -> dict[str, Any]:
    rows = {}
    for name in contracts("published"):
        found = con.execute(f"select count(*) from publish.{name}").fetchone()
        rows[name] = found[0] if found else 0
    return {
        "run_id": run.run_id,
        "week": week_name(week),
        "week_starts_on": week.isoformat(),
        "attribution": run.mapping.attribution,
        "language": run.language_code,
        "policy": asdict(run.settings.policy),
        "shared_terms": _shared_terms(run),
        "fell_off": dict(
            con.execute("select area_team, n_fell_off from checks.fell_off where week = ?", [week]).fetchall()
        ),
        "answered_draws": what_answers_say(con, week, run.settings.policy),
        "learned": _learned(con),
        "lesson": lesson_to_keep(con),
        "accounts": accounts_to_keep(con, run.run_id),
        "alike": alike_to_keep(con),
        "contracts": {name: promised.version for name, promised in contracts("published").items()},
        "rows": rows,
    }


def _learned(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What the town taught the model that made these scores: town-wide figures, nothing of any complex."""
    found = con.execute(
        "select lesson from scores.lessons where run_id = (select lesson_run_id from scores.checkpoint)"
    ).fetchone()
    learned: dict[str, Any] = json.loads(found[0])["learned"] if found else {}
    return learned


def _shared_terms(run: Run) -> dict[str, Any]:
    """What the installation set for what it shares: kept with the week, so that it can be rendered again alike."""
    delivery = run.settings.delivery
    return {
        "safety_role": delivery.safety_role,
        "answers_to": delivery.answers_to,
        "csv_bom": delivery.csv_bom,
    }


def _point_latest_at(home: Home, folder: Path) -> None:
    """Replaces the link in one step, but never by an older week than the one it points to."""
    if home.latest.exists() and home.latest.resolve().name.split(".")[0] > folder.name.split(".")[0]:
        return
    making = home.published / ".latest.making"
    making.unlink(missing_ok=True)
    making.symlink_to(Path("weeks") / folder.name)
    making.replace(home.latest)


def _tidy(home: Home, folder: Path) -> None:
    """Removes older runs of the same week and what a killed run left half made."""
    week = folder.name.split(".")[0]
    runs = sorted(home.published.glob(f"weeks/{week}.*"))
    linked = home.latest.resolve()
    for old in runs[:-RUNS_KEPT_PER_WEEK]:
        # With the clock set back, the newest run sorts first.
        if old not in (linked, folder):
            shutil.rmtree(old, ignore_errors=True)
    for half in home.published.glob("weeks/.*.making"):
        shutil.rmtree(half, ignore_errors=True)


def _write_text(file: Path, text: str) -> None:
    file.write_text(text + "\n", encoding="utf-8")
    file.chmod(OWNER_ONLY_FILE)


def _to_disk(folder: Path) -> None:
    for path in [*folder.iterdir(), folder]:
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


@cache
def _query(name: str) -> str:
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
