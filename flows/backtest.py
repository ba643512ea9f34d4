"""`luisterpost backtest`: the scores of then, held against the visit that came next.

For each cut-off, a Monday, a warehouse of its own is filled from the files that existed by then and with the rows that
lay before it, and every complex is scored as a weekly run would have. Nothing that came later is in that warehouse, so
nothing can leak. Where do I go to see …

- which files and rows were known by then: `look_back`
- which Mondays are judged: `choose_cutoffs`
- what a score is held against: `models/backtest.py`
- what is said of it: `flows/backtest_terminal.py`
"""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from data_contracts.contract import Contract, contract, contracts
from data_contracts.problem import Problem
from data_contracts.tables import create_table
from flows.estimate import count_panel, current_complexes
from flows.home import Home
from flows.ingest import take_in, take_in_delivery
from flows.mappings import BacktestTerms, Mapping, find_mapping
from flows.reading import read_delivery
from flows.run import Run
from flows.settings import read_settings
from flows.warehouse import open_warehouse, prepare_warehouse
from models.backtest import FROM_SCORES, LEAST_DAYS_BETWEEN, judge, pairs_at
from models.weeks import WEEK, week_name, week_of

# A cut-off with fewer visits after it says nothing that is worth its time.
LEAST_VISITS_AFTER = 10
DATE_IN_NAME = re.compile(r"\d{4}-\d{2}-\d{2}")
log = logging.getLogger("luisterpost")


@dataclass(frozen=True)
class LookBack:
    """What was known, and said, at one cut-off.

    Attributes:
        scores: `complex_id` and the figures of `models.scores` that are judged.
        known: Visits known by then: `complex_id`, `observed_on`, `score`.
        reports: `complex_id`, `events`, `standing`.
        event_weeks: Weeks in which complaints could be observed [weeks].
    """

    scores: pl.DataFrame
    known: pl.DataFrame
    reports: pl.DataFrame
    event_weeks: int


@dataclass(frozen=True)
class Backtested:
    """The outcome of a backtest.

    Attributes:
        terms: What bad and worse are.
        cutoffs: `cutoff`, `event_weeks`, `n_visits_after`, `n_pairs`, `n_bad`, `n_worse`.
        pairs: Rows of `models.backtest.pairs_at`.
        rows: The table: `known` (`all` cut-offs; `events`, those with an observed week of complaints) and the columns
            of `models.backtest.judge`.
        event_weeks: Monday of each week with a dated complaint, in all files.
        attribution: Line that must stand with every result, or None.
    """

    terms: BacktestTerms
    cutoffs: pl.DataFrame
    pairs: pl.DataFrame
    rows: pl.DataFrame
    event_weeks: tuple[date, ...]
    attribution: str | None


def backtest(sources: str, inbox: Path | None, home: Path, every: int, read_at: datetime, language: str) -> Backtested:
    """Scores every cut-off and holds the scores against the next visits.

    Args:
        sources: Folder with the sources, or the name of a shipped mapping.
        inbox: Folder with the files, if they lie elsewhere.
        home: Home folder, of which only the settings are read.
        every: Weeks between two cut-offs [weeks].
        read_at: Moment of the run, in UTC.
        language: `nl` or `en`.

    Raises:
        Problem: `backtest.*`, or about the sources.
    """
    mapping = find_mapping(sources, inbox)
    visits_promised, terms = contract("backtest", "backtest_visits"), mapping.backtest
    if mapping.source_file(visits_promised.name) is None:
        raise Problem("backtest.no_visits", folder=mapping.folder)
    if terms is None:
        raise Problem("backtest.no_terms", file=mapping.folder / "mapping.yaml")
    asked = Run(Home(home), mapping, read_settings(Home(home).settings), None, read_at, language)
    log.info(asked.language.say("backtest.step.read"))
    visits, event_weeks = _all_there_is(asked)
    cutoffs = choose_cutoffs(visits, _file_days(mapping.inbox), every)
    if not cutoffs:
        file = mapping.source_file(visits_promised.name)
        raise Problem("backtest.nothing_after", file=file, least=LEAST_VISITS_AFTER)
    pairs, said = [], []
    for cutoff in cutoffs:
        log.info(asked.language.say("backtest.step.cutoff", week=week_name(cutoff)))
        then = look_back(asked, cutoff)
        found = pairs_at(cutoff, then.scores, then.known, visits, then.reports)
        pairs.append(found)
        said.append(_said_of(cutoff, then, visits, found, terms))
    log.info(asked.language.say("backtest.step.judge"))
    everything, table = pl.concat(pairs), pl.DataFrame(said)
    if everything.is_empty():
        file = mapping.source_file(visits_promised.name)
        raise Problem("backtest.no_pairs", file=file, days=LEAST_DAYS_BETWEEN)
    with_events = table.filter(pl.col("event_weeks") > 0)["cutoff"].implode()
    rows = [
        judge(each, terms.bad_below, terms.worse_by).select(pl.lit(known).alias("known"), pl.all())
        for known, each in (
            ("all", everything),
            ("events", everything.filter(pl.col("cutoff").is_in(with_events))),
        )
    ]
    return Backtested(terms, table, everything, pl.concat(rows), event_weeks, mapping.attribution)


def look_back(asked: Run, cutoff: date) -> LookBack:
    """Everything as it was known before a cut-off, and the scores that follow from it.

    Raises:
        Problem: If a source cannot be read.
    """
    with _warehouse_of(asked, cutoff) as (con, run):
        for name in contracts("inputs"):
            account = take_in(con, run, name)
            # An event that had not happened by then is no mistake of the delivery.
            if account.problem and account.problem.message != "ingest.no_rows":
                raise account.problem
            if contract("inputs", name).event_column:
                # Files without a date in their name hold rows of later weeks too.
                con.execute(f"delete from raw.{name} where _week >= ?", [cutoff])
        for promised in contracts("backtest").values():
            _take_in_own(con, run, promised)
        con.execute("delete from raw.backtest_visits where observed_on >= ?", [cutoff])
        found = con.execute(
            """
            select coalesce(events.complex_id, standing.complex_id) as complex_id,
              coalesce(events, 0)::double as events, coalesce(weight, 0)::double as standing
            from (select complex_id, count(*) as events from raw.complaints group by all) as events
            full join raw.backtest_standing as standing using (complex_id)
            where coalesce(events.complex_id, standing.complex_id) is not null
            order by complex_id
            """
        ).pl()
        scores, event_weeks = _scores(con, run, cutoff - WEEK)
        return LookBack(scores, _visits(con), found, event_weeks)


def choose_cutoffs(visits: pl.DataFrame, file_days: list[date], every: int) -> list[date]:
    """The Mondays to judge: back from the last one with enough visits after it, where something new was known.

    Args:
        visits: All visits: `observed_on`.
        file_days: Days of the files that have one in their name; where there are none, every Monday has news.
        every: Weeks between two cut-offs [weeks].

    Returns:
        Mondays, oldest first; each has at least `LEAST_VISITS_AFTER` visits on or after it.
    """
    if visits.height < LEAST_VISITS_AFTER:
        return []
    days = visits["observed_on"].sort(descending=True)
    monday = week_of(days[LEAST_VISITS_AFTER - 1])
    earliest = min(file_days) if file_days else days[-1]
    back = []
    while monday > earliest:
        back.append(monday)
        monday -= every * WEEK
    kept: list[date] = []
    for cutoff in reversed(back):
        since = kept[-1] if kept else date.min
        if not file_days or any(since <= day < cutoff for day in file_days):
            kept.append(cutoff)
    return kept


def _all_there_is(asked: Run) -> tuple[pl.DataFrame, tuple[date, ...]]:
    """Every visit, whenever it became known, and every week with a dated complaint."""
    with _warehouse_of(asked, None) as (con, run):
        for name in ("complexes", "complaints"):
            account = take_in(con, run, name)
            if account.problem:
                raise account.problem
        _take_in_own(con, run, contract("backtest", "backtest_visits"))
        weeks = con.execute("select distinct _week from raw.complaints where _week is not null order by 1").fetchall()
        return _visits(con), tuple(week for (week,) in weeks)


@contextmanager
def _warehouse_of(asked: Run, cutoff: date | None) -> Iterator[tuple[duckdb.DuckDBPyConnection, Run]]:
    """A warehouse that is thrown away, and a run that sees only files from before the cut-off."""
    with tempfile.TemporaryDirectory(prefix="luisterpost-backtest-") as folder:
        home = Home(Path(folder) / "home")
        home.create()
        mapping = asked.mapping if cutoff is None else _before(asked.mapping, cutoff, Path(folder) / "inbox")
        run = replace(asked, home=home, mapping=mapping)
        with open_warehouse(home) as con:
            prepare_warehouse(con, run.run_id, run.read_at)
            for promised in contracts("backtest").values():
                con.execute(create_table(promised, f"raw.{promised.name}"))
            yield con, run


def _before(mapping: Mapping, cutoff: date, inbox: Path) -> Mapping:
    """The mapping over an inbox without the files whose names say that they came on the cut-off or later."""
    for file in sorted(mapping.inbox.rglob("*")):
        day = _file_day(file)
        if file.is_file() and (day is None or day < cutoff):
            copy = inbox / file.relative_to(mapping.inbox)
            copy.parent.mkdir(parents=True, exist_ok=True)
            # A copy: the reader refuses links that lead out of the folder.
            shutil.copyfile(file, copy)
    inbox.mkdir(exist_ok=True)
    return replace(mapping, inbox=inbox)


def _file_day(file: Path) -> date | None:
    found = DATE_IN_NAME.findall(file.name)
    try:
        return date.fromisoformat(found[-1]) if found else None
    except ValueError:
        return None


def _file_days(inbox: Path) -> list[date]:
    return sorted(day for file in inbox.rglob("*") if file.is_file() and (day := _file_day(file)))


def _take_in_own(con: duckdb.DuckDBPyConnection, run: Run, promised: Contract) -> None:
    delivery = read_delivery(promised, run.mapping)
    if delivery is not None:
        take_in_delivery(con, run, promised, delivery)


def _visits(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    return con.execute("select complex_id, observed_on, score from raw.backtest_visits order by all").pl()


def _scores(con: duckdb.DuckDBPyConnection, run: Run, week: date) -> tuple[pl.DataFrame, int]:
    from models.scores import score_weeks

    count_panel(con, run, week)
    found = con.execute("select count(distinct week) from panel.weekly where complaints is not null").fetchone()
    weekly = con.execute("from panel.weekly order by complex_id, week").pl()
    if weekly.is_empty():
        raise Problem("week.no_complexes", week=week_name(week))
    scored = score_weeks(weekly, current_complexes(con, week), run.settings.policy, 1).scores
    return scored.filter(pl.col("week") == week).select("complex_id", *FROM_SCORES), int(found[0]) if found else 0


def _said_of(
    cutoff: date, then: LookBack, visits: pl.DataFrame, pairs: pl.DataFrame, terms: BacktestTerms
) -> dict[str, object]:
    worse = pl.col("next_score") <= pl.col("previous_score") - terms.worse_by
    return {
        "cutoff": cutoff,
        "event_weeks": then.event_weeks,
        "n_visits_after": visits.filter(pl.col("observed_on") >= cutoff)["complex_id"].n_unique(),
        "n_pairs": pairs.height,
        "n_bad": pairs.filter(pl.col("next_score") < terms.bad_below).height,
        "n_worse": pairs.filter(worse).height,
    }
