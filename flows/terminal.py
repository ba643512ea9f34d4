"""What the command line prints: for analysts, so with exact counts."""

from __future__ import annotations

import sys
from typing import Any

import polars as pl
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.answers.answers_terminal import answer_lines
from flows.checking import CheckReport
from flows.ingest import Account
from flows.language import Language
from flows.results import PublishedWeek, is_blind, quiet_complexes
from flows.sharing.unseen import unseen_feeds
from flows.suspect_feeds import feeds_of, suspect_feeds
from flows.weekly_result import Published
from models.blind_spots import dark_teams
from models.places import CHOSEN
from models.weeks import week_name

EXAMPLES_PER_RULE = 3
PAGE_WIDTH = 100


def show_week(published: Published, language: Language) -> None:
    """The week's flags, what was read, what was not seen, and where the result stands."""
    console, say = page_console(), language.say
    week = PublishedWeek(published.folder)
    console.print(say("week.title", week=week.week_name))
    _show_lag(console, published, language)
    _show_counts(console, week, language)
    if is_blind(week):
        console.print(say("week.blind", count=quiet_complexes(week)))
    console.print(flags_table(week, language))
    _show_explain(console, published, week, language)
    console.print(accounts_table(published.accounts, language))
    _show_set_apart(console, published.accounts, language)
    _show_stopped(console, published.accounts, language)
    _show_changed(console, published.accounts, language)
    _show_feeds(console, week, language)
    for line in answer_lines(published.accounts, language):
        console.print(line, soft_wrap=True)
    console.print(say("week.published", folder=published.folder), soft_wrap=True)
    pages = published.run.home.shared / week.week_name
    console.print(say("week.digests", folder=pages), soft_wrap=True)
    console.print(say("week.overview", file=pages / "overview.html"), soft_wrap=True)
    _show_attribution(console, week)


def show_status(week: PublishedWeek, language: Language) -> None:
    """The last good week: which it is, what stood in it, and the state of each source."""
    console, say = page_console(), language.say
    console.print(say("week.title", week=week.week_name))
    _show_counts(console, week, language)
    table = Table(box=SIMPLE)
    for heading in ("source", "state", "last_row"):
        table.add_column(say(f"column.{heading}"), no_wrap=True)
    for heading in ("read", "quarantined"):
        table.add_column(say(f"column.{heading}"), justify="right")
    for row in week.table("sources").to_dicts():
        table.add_row(
            say(f"source.{row['source']}"),
            say(f"state.{row['state']}"),
            language.day(row["last_row_on"]) if row["last_row_on"] else "",
            language.write(row["rows_read"]),
            language.write(row["rows_quarantined"]),
        )
    console.print(table)
    _show_feeds(console, week, language)
    _show_answered_draws(console, week, language)
    console.print(say("week.published", folder=week.folder), soft_wrap=True)
    _show_attribution(console, week)


def _show_feeds(console: Console, week: PublishedWeek, language: Language) -> None:
    """Feeds that broke, and the teams of whose evenings and nights no source knows."""
    feeds = feeds_of(week)
    for line in unseen_feeds(suspect_feeds(feeds), dark_teams(feeds, week.policy), language):
        console.print(line, soft_wrap=True)


def _show_answered_draws(console: Console, week: PublishedWeek, language: Language) -> None:
    """How right the list is, as far as the answers on drawn complexes can say."""
    found = week.manifest.get("answered_draws")
    if not found:
        return
    drawn, answered = found["n_drawn"], found["n_answered"]
    if "n_needed" in found:
        console.print(language.say("draws.not_yet", drawn=drawn, answered=answered, needed=found["n_needed"]))
        return
    console.print(language.say("draws.answered", drawn=drawn, answered=answered))
    for name in ("prevalence", "precision", "recall"):
        if share := found[name]:
            ends = {end: language.write(round(100 * share[end])) for end in ("value", "low", "high")}
            console.print(language.say(f"draws.{name}", **ends))


def show_check(report: CheckReport, language: Language) -> None:
    """What would become of each source, and examples of the rows that would be set apart."""
    console, say = page_console(), language.say
    console.print(accounts_table(report.accounts, language))
    _show_stopped(console, report.accounts, language)
    for account in report.accounts:
        for rule, count in account.rules.items():
            console.print(say("check.rule", source=account.source, what=_rule(rule, language), count=count))
            broken = report.quarantine.filter(pl.col("source") == account.source, pl.col("rules").list.contains(rule))
            for original in broken["original"].head(EXAMPLES_PER_RULE):
                console.print(f"    {original}", soft_wrap=True)
        if account.ignored:
            console.print(say("check.ignored", source=account.source, columns=", ".join(account.ignored)))
    _show_changed(console, report.accounts, language)
    good = "check.good" if any(account.rules for account in report.accounts) else "check.all_good"
    console.print(say("check.refused" if report.is_refused else good))


def flags_table(week: PublishedWeek, language: Language) -> Table:
    """The flags, one row each under their team. Of a safety matter only the name is shown."""
    say = language.say
    table = Table(box=SIMPLE, title=say("flags.title"), title_justify="left")
    table.add_column(say("column.complex"))
    table.add_column(say("column.homes"), justify="right")
    table.add_column(say("column.heard"), justify="right", no_wrap=True)
    table.add_column(say("column.why"))
    team = None
    for flag in week.flags.to_dicts():
        if flag["area_team"] != team:
            table.add_section()
            table.add_row(Text(flag["area_team"], style="bold"))
            team = flag["area_team"]
        table.add_row(
            f"{flag['name']} ({flag['complex_id']})",
            language.write(flag["homes"]),
            _heard(flag, language),
            why_flagged(flag, language),
        )
    return table


def accounts_table(accounts: tuple[Account, ...], language: Language) -> Table:
    """Rows read = kept + set apart + already known + forgotten, per source; withdrawn ones beside the sum.

    Forgotten and withdrawn ones are shown where there are any.
    """
    say = language.say
    shown = ["read", "kept", "quarantined", "already_known"]
    title = "accounts.title"
    if any(account.rows_forgotten for account in accounts):
        shown.append("forgotten")
        title = "accounts.title_forgotten"
    if any(account.rows_withdrawn for account in accounts):
        shown.append("withdrawn")
    table = Table(box=SIMPLE, title=say(title), title_justify="left")
    table.add_column(say("column.source"), no_wrap=True)
    for heading in shown:
        table.add_column(say(f"column.{heading}"), justify="right")
    for account in accounts:
        # A source that was not read has no figures, and says so in their place.
        told = [language.write(getattr(account, f"rows_{name}")) for name in shown]
        absent = [say(f"ingest.{account.state}")] + [""] * (len(shown) - 1)
        table.add_row(say(f"source.{account.source}"), *(told if account.state == "taken" else absent))
    return table


def _heard(flag: dict[str, Any], language: Language) -> str:
    """Reports seen and expected, for what the scores chose; a lot has no cause, and safety no figures."""
    if flag["why"] not in CHOSEN:
        return ""
    return language.say(
        "flags.heard",
        seen=flag["reports_seen"],
        expected=round(flag["reports_expected"]),
    )


def why_flagged(flag: dict[str, Any], language: Language) -> str:
    """Why a complex is on the list, in a few words."""
    said = [language.say(f"why.{flag['why']}")]
    if flag["why"] in CHOSEN:
        said.append(language.say(f"kind.{flag['silence_kind']}"))
    if flag["status"] != "new":
        said.append(language.say(f"status.{flag['status']}"))
    return " · ".join(said)


def _show_lag(console: Console, published: Published, language: Language) -> None:
    behind = (published.run.last_week - published.week).days // 7
    if behind > 0 and published.run.asked_week is None:
        console.print(language.say("week.lag", count=behind, last=week_name(published.run.last_week)))


def _show_counts(console: Console, week: PublishedWeek, language: Language) -> None:
    scores = week.table("scores")
    this_week = scores.filter(pl.col("week") == scores["week"].max())
    flags = week.table("flags")
    console.print(
        language.say(
            "week.counts",
            count=this_week.height,
            homes=int(this_week["homes"].sum()),
            teams=this_week["area_team"].n_unique(),
            flags=language.say("week.flags", count=flags.filter(pl.col("why") != "random_draw").height),
            drawn=flags.filter(pl.col("inclusion_probability").is_not_null()).height,
            small=language.say(
                "week.too_small",
                # Of one that is being emptied nothing is concluded, whatever its size.
                count=this_week.filter(pl.col("is_too_small_to_know"), pl.col("state") != "emptied").height,
            ),
        )
    )


def _show_explain(console: Console, published: Published, week: PublishedWeek, language: Language) -> None:
    """How to see the sum behind a flag; the figures in the table alone need not look like silence."""
    chosen = week.flags.filter(pl.col("why").is_in(CHOSEN))["complex_id"]
    if chosen.len():
        home = published.run.home.folder
        console.print(language.say("flags.explain", complex=chosen[0], home=home), soft_wrap=True)


def _show_set_apart(console: Console, accounts: tuple[Account, ...], language: Language) -> None:
    for account in accounts:
        for rule, count in account.rules.items():
            what = _rule(rule, language)
            console.print(language.say("accounts.set_apart", source=account.source, count=count, what=what))


def _show_changed(console: Console, accounts: tuple[Account, ...], language: Language) -> None:
    """Columns that were renamed or are gone, of sources that could be read all the same."""
    for account in accounts:
        for each in account.changed:
            console.print(language.tell(each), soft_wrap=True)


def _show_stopped(console: Console, accounts: tuple[Account, ...], language: Language) -> None:
    for account in accounts:
        if account.problem:
            console.print(f"{account.source}: {language.tell(account.problem)}")
            if account.has_earlier_rows:
                console.print(language.say("accounts.earlier_rows_stay", source=account.source))


def _show_attribution(console: Console, week: PublishedWeek) -> None:
    if week.manifest["attribution"]:
        console.print(week.manifest["attribution"])


def _rule(rule_id: str, language: Language) -> str:
    column, kind = rule_id.split(".", 1)
    return language.say(f"rule.{kind}", column=column)


def page_console() -> Console:
    """A console for people or a file."""
    # Values come from files: no markup of theirs is obeyed. A file or pipe has no width; a page has about this.
    return Console(markup=False, highlight=False, width=None if sys.stdout.isatty() else PAGE_WIDTH)
