"""Tries a SELECT as a source: what the weekly run would make of it, in a warehouse that is thrown away.

Reader, types, rules, hashing and quarantine are the weekly run's own. Only the counting of broken rows is done by the
rules' predicates themselves and not through Great Expectations, which takes seconds; a test holds the two equal.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Timer

import duckdb
import polars as pl

from data_contracts.contract import Contract
from data_contracts.expectations import RuleOutcome
from data_contracts.problem import Problem
from data_contracts.row_rules import quoted
from flows.exploring.connect_your_data.broken_rules import BrokenRule, broken_rules
from flows.exploring.connect_your_data.workbench import Workbench
from flows.home import Home
from flows.ingest import Account, take_in_delivery
from flows.reading import ReadDelivery, needed_extensions, read_source
from flows.run import Run
from flows.sandbox import check_zip, first_line
from flows.settings import read_settings
from flows.warehouse import insert_rows, open_warehouse, prepare_warehouse

TRIAL_ROWS = 5_000  # rows of a trial at every keystroke
SHOWN_ROWS = 10
SLOWEST = 60.0  # after which a SELECT is stopped [s]


@dataclass(frozen=True)
class Trial:
    """What the weekly run would make of a SELECT: `read = kept + set apart + known already`.

    Attributes:
        trouble: Why the run would stop this source, or None.
        caution: What this trial could not see, or None.
        rows_read: Rows of the SELECT that were read [rows].
        rows_kept: Rows that would count [rows].
        rows_set_apart: Rows that break a rule [rows].
        rows_known: Copies of a row that stands before them [rows].
        has_more_rows: Whether the SELECT gives more rows than were tried.
        broken: Which rules are broken, the most rows first.
        first_rows: `row`, what becomes of it (`fate`: kept, quarantined, already_known), and the columns as they would
            be kept; moments in local time, personal columns hashed or absent.
        without: Optional columns that the SELECT does not give, by name.
        ignored: Columns that the contract does not know.
    """

    trouble: Problem | None = None
    caution: Problem | None = None
    rows_read: int = 0
    rows_kept: int = 0
    rows_set_apart: int = 0
    rows_known: int = 0
    has_more_rows: bool = False
    broken: tuple[BrokenRule, ...] = ()
    first_rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    without: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def try_select(contract: Contract, select: str, bench: Workbench, most_rows: int | None = TRIAL_ROWS) -> Trial:
    """Tries the text of a mapping. Whatever is wrong with it comes back as `trouble`, one sentence.

    Args:
        contract: What it should become.
        select: The text of `CONTRACT.sql`.
        bench: Where its files lie, and what else it is held against.
        most_rows: Rows after this one are left out [rows]; all are tried where None.
    """
    name = f"{contract.name}.sql"
    if not select.strip():
        return Trial(trouble=Problem("connect.no_select", file=name))
    with tempfile.TemporaryDirectory(prefix="luisterpost-trial-") as place:
        file = Path(place) / name
        file.write_text(select, encoding="utf-8", errors="surrogatepass")
        try:
            delivery = _read(contract, file, bench, most_rows)
        except Problem as problem:
            return Trial(trouble=_about(problem, name))
        has_more = most_rows is not None and delivery.rows.num_rows > most_rows
        delivery = replace(delivery, rows=delivery.rows.slice(0, most_rows)) if has_more else delivery
        try:
            with trial_warehouse(Path(place) / "home", bench) as (con, run):
                caution = _lend_complexes(con, contract, delivery, bench)
                trial = _taken_in(con, run, contract, delivery, name)
        except duckdb.Error as error:
            return Trial(trouble=Problem("connect.cannot_try", file=name, why=first_line(str(error))))
    return replace(trial, caution=caution, has_more_rows=has_more)


def known_complexes(contract: Contract, bench: Workbench) -> Workbench:
    """The workbench with the complexes that the mapping gives: a complaint about another one would be set apart.

    Args:
        contract: `complexes`.
        bench: Where its mapping stands.
    """
    file = bench.mapping.source_file(contract.name)
    if file is None:
        return replace(bench, complexes=None, no_complexes=Problem("connect.no_complexes_yet"))
    try:
        delivery = _read(contract, file, bench, None)
        with (
            tempfile.TemporaryDirectory(prefix="luisterpost-trial-") as place,
            trial_warehouse(Path(place) / "home", bench) as (con, run),
        ):
            take_in_delivery(con, run, contract, delivery, counted_by_predicate)
            found = con.execute("select distinct complex_id from raw.complexes").pl()
    except (Problem, duckdb.Error) as error:
        why = _about(error, file.name) if isinstance(error, Problem) else first_line(str(error))
        return replace(bench, complexes=None, no_complexes=Problem("connect.complexes_stopped", why=why))
    return replace(bench, complexes=found["complex_id"], no_complexes=None)


def counted_by_predicate(
    con: duckdb.DuckDBPyConnection, contract: Contract, schema: str, table: str, tolerances: dict[str, float]
) -> tuple[RuleOutcome, ...]:
    """What Great Expectations counts in a staging table, from the rules that each row breaks."""
    unnested = f"select unnest(_rules) as rule from {schema}.{table}_fates"
    counts = dict(con.execute(f"select rule, count(*) from ({unnested}) group by rule").fetchall())
    found = con.execute(f"select count(*) from {schema}.{table}").fetchone()
    return tuple(
        RuleOutcome(rule.id, counts.get(rule.id, 0), found[0] if found else 0, tolerances.get(rule.id, rule.tolerance))
        for rule in contract.rules
    )


@contextmanager
def trial_warehouse(place: Path, bench: Workbench) -> Iterator[tuple[duckdb.DuckDBPyConnection, Run]]:
    """An empty warehouse in a folder that somebody else throws away."""
    home = Home(place)
    run = Run(home, bench.mapping, read_settings(home.settings), None, bench.read_at)
    home.create()
    with open_warehouse(home) as con:
        prepare_warehouse(con, run.run_id, run.read_at)
        yield con, run


def _read(contract: Contract, file: Path, bench: Workbench, most_rows: int | None) -> ReadDelivery:
    limit = None if most_rows is None else most_rows + 1
    text = file.read_text(encoding="utf-8", errors="replace") if file.suffix == ".sql" else ""
    for each in bench.files:
        # On a damaged workbook DuckDB's reader may never come back.
        if each.file.suffix.lower() == ".xlsx" and each.file.name in text:
            check_zip(each.file)
    with bench.sandboxes.cursor(needed_extensions(file)) as opened:
        stopping = Timer(SLOWEST, opened.interrupt)
        stopping.start()
        try:
            return read_source(contract, bench.mapping, file, limit, opened)
        finally:
            stopping.cancel()


def _taken_in(con: duckdb.DuckDBPyConnection, run: Run, contract: Contract, delivery: ReadDelivery, name: str) -> Trial:
    trouble, account = None, Account(contract.name, "stopped")
    try:
        account = take_in_delivery(con, run, contract, delivery, counted_by_predicate)
    except Problem as problem:
        trouble = _about(problem, name)
    without = tuple(each.name for each in contract.columns if each.name not in delivery.columns)
    told = Trial(trouble, rows_read=delivery.rows.num_rows, without=without, ignored=delivery.ignored)
    if not _is_staged(con, contract):
        return told
    tolerances = run.mapping.terms_of(contract.name).tolerances
    outcomes = counted_by_predicate(con, contract, "staging", contract.name, tolerances)
    fates = dict(con.execute(f"select _fate, count(*) from staging.{contract.name}_fates group by all").fetchall())
    return replace(
        told,
        rows_kept=fates.get("kept", 0),
        rows_set_apart=fates.get("quarantined", 0),
        rows_known=fates.get("already_known", 0),
        broken=broken_rules(con, contract, delivery, outcomes),
        first_rows=_first_rows(con, contract, run),
        ignored=account.ignored or delivery.ignored,
    )


def _first_rows(con: duckdb.DuckDBPyConnection, contract: Contract, run: Run) -> pl.DataFrame:
    local = f"timezone({quoted(run.timezone)}, timezone('UTC', {{}}))"
    cells = ", ".join(
        f'{local.format(each.name) if each.logical_type == "timestamp" else each.name}::varchar as "{each.name}"'
        for each in contract.columns
        if each.treatment != "withhold"
    )
    return con.execute(
        f"select staged._row as row, fates._fate as fate, {cells} from staging.{contract.name} as staged "
        f"join staging.{contract.name}_fates as fates using (_row) order by staged._row limit {SHOWN_ROWS}"
    ).pl()


def _lend_complexes(
    con: duckdb.DuckDBPyConnection, contract: Contract, delivery: ReadDelivery, bench: Workbench
) -> Problem | None:
    """Puts the known complexes in place; where there are none, whatever the rows name, and then says so."""
    if contract.name == "complexes" or "complex_id" not in contract.column_names:
        return None
    known = bench.complexes
    if known is None and "complex_id" in delivery.columns:
        named = pl.Series(delivery.rows.column("complex_id").to_pylist(), dtype=pl.String)
        known = named.str.strip_chars().drop_nulls().unique(maintain_order=True)
    con.execute("create temp table lent (complex_id varchar)")
    insert_rows(
        con, "lent", pl.DataFrame({"complex_id": known if known is not None else []}, {"complex_id": pl.String})
    )
    con.execute("insert into raw.complexes (complex_id) from lent where complex_id not in ('', 'NULL')")
    # Rows that name nothing at all are told so, not that the list of complexes is empty.
    con.execute("insert into raw.complexes (complex_id) select '' where not exists (from raw.complexes)")
    return bench.no_complexes


def _is_staged(con: duckdb.DuckDBPyConnection, contract: Contract) -> bool:
    table = f"{contract.name}_fates"
    found = con.execute("select 1 from duckdb_tables() where schema_name = 'staging' and table_name = ?", [table])
    return found.fetchone() is not None


def _about(problem: Problem, name: str) -> Problem:
    """The problem with the mapping's own name."""
    if isinstance(problem.__cause__, duckdb.InterruptException):
        return Problem("connect.too_slow", file=name, seconds=round(SLOWEST))
    if isinstance(problem.__cause__, duckdb.PermissionException):
        return Problem("connect.outside", file=name)
    file = problem.figures.get("file")
    is_the_select = isinstance(file, Path) and file.name == name
    return type(problem)(problem.message, **{**problem.figures, "file": name}) if is_the_select else problem
