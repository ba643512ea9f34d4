"""The weekly flow, as a story.

Every Monday: take in what residents said, what they asked to have repaired, who left and what people saw; count it;
ask of every complex whether it is quiet because it is fine or because nobody says it any more; choose the few to
visit; publish; and write each area team its page.

A task here is a few lines around a step that works without Prefect.
"""

from __future__ import annotations

import logging
from datetime import date, datetime
from pathlib import Path

from prefect import flow, runtime, task
from prefect.cache_policies import NO_CACHE

from data_contracts.contract import contracts
from data_contracts.problem import Problem, speak_with
from flows.artifacts import leave_artifacts
from flows.estimate import choose_flags, choose_week, count_panel, score
from flows.following import follow_flags
from flows.ingest import Account, take_in
from flows.keeping.retention import let_go
from flows.language import Language
from flows.logbook import note_week, noting_problems
from flows.publishing import publish
from flows.results import PublishedWeek
from flows.right_clock import check_clock
from flows.run import Run, make_run
from flows.sharing.writing import share_with_all
from flows.warehouse import check_not_gone, check_secret, finish_run, open_warehouse, prepare_warehouse, settle_week
from flows.weekly_result import Published
from models.weeks import parse_week, week_name

RETRIES = 2
CALENDAR = "calendar"
log = logging.getLogger("luisterpost")


@flow(name="weekly", validate_parameters=False)
def weekly(
    sources: str,
    home: str,
    inbox: str | None = None,
    week: str | None = None,
    language: str = "nl",
    read_at: str | None = None,
) -> Published:
    """Reads, checks, counts, judges, chooses, publishes and tells.

    Args:
        sources: Folder with the sources, or the name of a shipped mapping.
        home: Home folder for warehouse and results.
        inbox: Folder with the files, if they lie elsewhere.
        week: The week to judge, such as `2026-W46`; `calendar` for the last one that is over; else the latest with a
            complaint.
        language: `nl` or `en`.
        read_at: Moment of the run, ISO 8601; else the moment for which Prefect planned it.
    """
    # Prefect's own log and pages show what went wrong as a sentence too.
    speak_with(Language(language).tell)
    run = begin(sources, home, inbox, week, language, read_at)
    with run.home.alone(), noting_problems(run):
        prepare(run, is_week_named=bool(week) and week != CALENDAR)
        accounts = tuple(take_in_source(run, name) for name in contracts("inputs"))
        refuse_without_required(accounts)
        monday = choose(run)
        count(run, monday)
        judge(run, monday)
        flag(run, monday)
        folder = put_out(run, monday)
        digests = tell(run, folder)
        show_in_prefect(run, folder)
        note_week(run, folder, len(digests))
        remove_old(run, monday)
    return Published(monday, folder, accounts, digests, run)


def begin(sources: str, home: str, inbox: str | None, week: str | None, language: str, read_at: str | None) -> Run:
    """The run, with its settings read."""
    moment = datetime.fromisoformat(read_at) if read_at else runtime.flow_run.scheduled_start_time
    asked = parse_week(week) if week and week != CALENDAR else None
    run = make_run(Path(home), sources, Path(inbox) if inbox else None, asked, moment, language)
    if week == CALENDAR:
        run = run.for_week(run.last_week)
    return run


def prepare(run: Run, *, is_week_named: bool = False) -> None:
    """Brings the warehouse in order, and sees that the secret is still the same and that the clock can be right."""
    check_not_gone(run.home)
    with open_warehouse(run.home) as con:
        upgrade = prepare_warehouse(con, run.run_id, run.read_at)
        check_secret(con, run.home)
        # Who names a week may mean one of long ago.
        if not is_week_named:
            check_clock(con, run)
    if upgrade:
        found, made, copy = upgrade.found, upgrade.made, upgrade.copy
        log.warning(run.language.say("warehouse.upgraded", found=found, made=made, copy=copy))


@task(retries=RETRIES, retry_delay_seconds=[2, 10], cache_policy=NO_CACHE)
def take_in_source(run: Run, name: str) -> Account:
    """Reads, checks and merges one source. A disk or share that does not answer is asked again."""
    log.info(run.language.say("step.take_in", source=run.language.say(f"source.{name}")))
    with open_warehouse(run.home) as con:
        account = take_in(con, run, name)
    if account.may_pass and runtime.task_run.run_count <= RETRIES:
        raise ConnectionError(str(account.problem))
    return account


def refuse_without_required(accounts: tuple[Account, ...]) -> None:
    """Without complexes and complaints, new or from earlier weeks, there is nothing to judge."""
    for account in accounts:
        if contracts("inputs")[account.source].is_required and not account.has_earlier_rows:
            raise account.problem or Problem("sources.required_missing", name=account.source)


@task(cache_policy=NO_CACHE)
def choose(run: Run) -> date:
    """The week to judge, written down with the run."""
    with open_warehouse(run.home) as con:
        week = choose_week(con, run)
        settle_week(con, run.run_id, week)
    return week


@task(cache_policy=NO_CACHE)
def count(run: Run, week: date) -> None:
    """Counts the panel."""
    log.info(run.language.say("step.count", week=week_name(week)))
    with open_warehouse(run.home) as con:
        count_panel(con, run, week)


@task(cache_policy=NO_CACHE)
def judge(run: Run, week: date) -> None:
    """Scores every complex."""
    log.info(run.language.say("step.judge"))
    with open_warehouse(run.home) as con:
        score(con, run, week)


@task(cache_policy=NO_CACHE)
def flag(run: Run, week: date) -> None:
    """Chooses the few to visit, and follows what became of those before."""
    log.info(run.language.say("step.flag"))
    with open_warehouse(run.home) as con:
        choose_flags(con, run, week)
        follow_flags(con, run, week)


@task(cache_policy=NO_CACHE)
def put_out(run: Run, week: date) -> Path:
    """Checks and publishes the week."""
    log.info(run.language.say("step.publish"))
    with open_warehouse(run.home) as con:
        folder = publish(con, run, week)
        finish_run(con, run.run_id)
    return folder


@task(cache_policy=NO_CACHE)
def tell(run: Run, folder: Path) -> tuple[Path, ...]:
    """Writes each area team its digest, and the organisation its overview."""
    log.info(run.language.say("step.tell"))
    teams = share_with_all(PublishedWeek(folder), run.home, run.language)
    return tuple(team.folder for team in teams)


@task(cache_policy=NO_CACHE)
def remove_old(run: Run, week: date) -> None:
    """Removes what was kept as long as the policy keeps it."""
    let_go(run, week)


@task(cache_policy=NO_CACHE)
def show_in_prefect(run: Run, folder: Path) -> None:
    """Leaves the week's flags and the data quality where Prefect shows them."""
    leave_artifacts(run, folder)
