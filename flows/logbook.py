"""The log of an installation: what each week was read, refused, scored, flagged and sent, in ten lines.

`HOME/logbook.txt` is only ever added to, and holds no complex and no person: an administrator may mail it to anybody.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from data_contracts.problem import Problem
from flows.home import OWNER_ONLY_FILE, Home
from flows.language import Language
from flows.results import PublishedWeek
from flows.run import DEFAULT_TIMEZONE, Run
from flows.settings import read_settings
from models.weeks import parse_week

log = logging.getLogger("luisterpost")
INDENT = "  "
# A run that published is told with its week, one that did not with its moment.
WEEK_FIRST = re.compile(r"\d{4}-W\d{2} ")


def note_week(run: Run, folder: Path, n_digests: int) -> None:
    """Adds what became of a published week.

    Args:
        run: The run.
        folder: The published week.
        n_digests: Area teams that got a digest.
    """
    week = PublishedWeek(folder)
    local = run.read_at.astimezone(ZoneInfo(run.timezone))
    _add(run.home, [_title(week, local, run.language), *week_lines(week, n_digests, run.language)], run.language)


@contextmanager
def noting_problems(run: Run) -> Iterator[None]:
    """Adds why a run published nothing, and lets the problem go on its way."""
    try:
        yield
    except Problem as problem:
        local = run.read_at.astimezone(ZoneInfo(run.timezone))
        _add(
            run.home,
            [run.language.say("log.nothing", at=local, why=run.language.tell(_without_rows(problem)))],
            run.language,
        )
        raise


def _without_rows(problem: Problem) -> Problem:
    """The problem without values out of rows: what goes into the log stays there."""
    return Problem(
        problem.message, **{name: "…" if name == "examples" else each for name, each in problem.figures.items()}
    )


def note_sending(home: Home, week: str, n_sent: int, n_failed: int, at: datetime, language: Language) -> None:
    """Adds what was sent of a week.

    Args:
        home: The installation.
        week: ISO name of the week.
        n_sent: Mails and notices that went.
        n_failed: Those that should have gone and did not, or of which nobody knows.
        at: When, by the clock of the organisation.
        language: Of the line.
    """
    open_ = language.say("log.sent_not", count=n_failed) if n_failed else ""
    _add(home, [INDENT + language.say("log.sent", week=week, at=at, messages=n_sent, open=open_)], language)


def note_keeping(home: Home, at: datetime, what: Problem, language: Language) -> None:
    """Adds that something was kept, put back, forgotten or renewed.

    Args:
        home: The installation.
        at: When, in UTC; told by the clock of the organisation.
        what: `log.forgot_weeks`, `log.forgot_reporter`, `log.renewed`, `log.backed_up`, `log.restored`, `log.rebuilt`.
        language: Of the line.
    """
    try:
        zone = ZoneInfo(read_settings(home.settings).timezone or DEFAULT_TIMEZONE)
    except Problem:
        # What was done is done, whatever is wrong with the settings.
        zone = ZoneInfo(DEFAULT_TIMEZONE)
    _add(home, [INDENT + language.say("log.kept", at=at.astimezone(zone), what=language.tell(what))], language)


def week_lines(week: PublishedWeek, n_digests: int, language: Language) -> list[str]:
    """What was read, refused, set apart, not seen, scored, flagged, answered and made: one line each.

    Args:
        week: The published week.
        n_digests: Area teams that got a digest.
        language: Of the lines.
    """
    sources = week.table("sources").filter(pl.col("channel") == "all")
    told = [
        _read(sources, language),
        _refused(sources, language),
        _set_apart(sources, language),
        _unseen(sources, language),
        _scored(week, language),
        _flagged(week, language),
        language.say("log.answers", answers=_n_answers(week)),
        language.say("log.made", teams=n_digests),
    ]
    return [INDENT + line for line in told]


def last_problem(home: Home) -> str | None:
    """Why the last run published nothing; None if it did publish, or there was none yet."""
    try:
        lines = home.logbook.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    last = next((line for line in reversed(lines) if not line.startswith(INDENT)), "")
    return None if not last or WEEK_FIRST.match(last) else last


def _title(week: PublishedWeek, at: datetime, language: Language) -> str:
    return language.say(
        "log.title", week=week.week_name, at=at, run=week.manifest["run_id"], version=version("luisterpost")
    )


def _read(sources: pl.DataFrame, language: Language) -> str:
    taken = sources.filter(pl.col("rows_read") > 0)
    sums = {
        name: int(sources[f"rows_{name}"].sum())
        for name in ("read", "kept", "already_known", "quarantined", "forgotten")
    }
    return language.say("log.read", count=taken.height, **sums)


def _refused(sources: pl.DataFrame, language: Language) -> str:
    stopped = sources.filter(pl.col("state") == "stopped").to_dicts()
    if not stopped:
        return language.say("log.refused_none")
    why = "; ".join(f"{language.say('source.' + row['source'])}: {row['reason']}" for row in stopped)
    return language.say("log.refused", why=" ".join(why.split()))


def _set_apart(sources: pl.DataFrame, language: Language) -> str:
    broken = sources.filter(pl.col("rows_quarantined") > 0).to_dicts()
    if not broken:
        return language.say("log.set_apart_none")
    told = [f"{language.say('source.' + row['source'])} {language.write(row['rows_quarantined'])}" for row in broken]
    return language.say("log.set_apart", what=told)


def _unseen(sources: pl.DataFrame, language: Language) -> str:
    unseen = sources.filter(pl.col("state") != "fresh").to_dicts()
    told = [f"{language.say('source.' + row['source'])} ({language.say('state.' + row['state'])})" for row in unseen]
    return language.say("log.unseen", what=told) if told else language.say("log.unseen_none")


def _scored(week: PublishedWeek, language: Language) -> str:
    scores = week.table("scores").filter(pl.col("week") == parse_week(week.week_name))
    return language.say(
        "log.scored",
        count=scores.height,
        teams=scores["area_team"].n_unique(),
        # Of one that is being emptied nothing is concluded, whatever its size.
        small=scores.filter(pl.col("is_too_small_to_know"), pl.col("state") != "emptied").height,
        suspect=scores.filter(pl.col("state") == "feed_suspect").height,
    )


def _flagged(week: PublishedWeek, language: Language) -> str:
    flags = week.table("flags")
    chosen = flags.filter(pl.col("why") != "random_draw")
    return language.say(
        "log.flagged",
        new=chosen.filter(pl.col("status") == "new").height,
        open=chosen.filter(pl.col("status") != "new").height,
        drawn=flags.filter(pl.col("why") == "random_draw").height,
        off=sum(week.manifest["fell_off"].values()),
    )


def _n_answers(week: PublishedWeek) -> int:
    """Answers that were given within the week."""
    monday = parse_week(week.week_name)
    return week.table("answers").filter(pl.col("reviewed_on").is_between(monday, monday + timedelta(days=6))).height


def _add(home: Home, lines: list[str], language: Language) -> None:
    """Adds whole lines in one write, so that two writers never mix. What was done stays done, also where this fails."""
    try:
        handle = os.open(home.logbook, os.O_WRONLY | os.O_CREAT | os.O_APPEND, OWNER_ONLY_FILE)
    except OSError as error:
        log.warning(language.say("home.cannot_write", folder=home.logbook, why=error.strerror))
        return
    try:
        os.write(handle, "".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
    finally:
        os.close(handle)
