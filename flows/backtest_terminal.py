"""What `luisterpost backtest` prints: which Mondays, two questions, and what they can and cannot show."""

from __future__ import annotations

from typing import Any

import polars as pl
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from flows.backtest import Backtested
from flows.language import Language
from flows.terminal import page_console
from models.backtest import ENOUGH_POSITIVES, PREDICTORS
from models.weeks import week_name

CUTOFF_FIGURES = ("event_weeks", "n_visits_after", "n_pairs", "n_bad", "n_worse")
# Of the comparisons with one figure: then an AUC of .5 says that the score was blind, not that it was wrong.
NEARLY_ALL = 0.9
# Column of the table: which rows of the result stand in it.
COLUMNS = {"all": ("all", False), "quiet": ("quiet", False), "same": ("all", True)}


def show_backtest(found: Backtested, language: Language) -> None:
    """The cut-offs, a table per question, and in plain words what they mean."""
    console, say = page_console(), language.say
    console.print(cutoffs_table(found, language))
    _show_questions(console, found, "all", language)
    console.print(say("backtest.how_to_read"))
    _show_what_was_known(console, found, language)
    _show_events(console, found, language)
    console.print(say("backtest.undated"))
    if found.attribution:
        console.print(found.attribution)


def cutoffs_table(found: Backtested, language: Language) -> Table:
    """Each cut-off with what was known then and what came after."""
    table = Table(box=SIMPLE, title=language.say("backtest.cutoffs"), title_justify="left")
    table.add_column(language.say("backtest.column.cutoff"), no_wrap=True)
    for name in CUTOFF_FIGURES:
        table.add_column(language.say(f"backtest.column.{name}"), justify="right")
    for row in found.cutoffs.to_dicts():
        day = f"{language.day(row['cutoff'])} ({week_name(row['cutoff'])})"
        table.add_row(day, *(language.write(row[name]) for name in CUTOFF_FIGURES))
    return table


def question_table(rows: pl.DataFrame, title: str, language: Language) -> Table:
    """One question: a line per predictor, with its interval.

    Args:
        rows: Rows of one question and one set of cut-offs.
        title: Title of the table.
        language: Language of what people read.
    """
    table = Table(box=SIMPLE, title=title, title_justify="left")
    table.add_column(language.say("backtest.column.predictor"))
    for name in (*COLUMNS, "shuffled"):
        table.add_column(language.say(f"backtest.column.{name}"), justify="right", no_wrap=True)
    for predictor in PREDICTORS:
        own = rows.filter(pl.col("predictor") == predictor)
        cells = [_cell(_one(own, *which), language) for which in COLUMNS.values()]
        shuffled = _one(own, "all", False)["shuffled"]
        table.add_row(language.say(f"backtest.predictor.{predictor}"), *cells, _figure(shuffled, language))
    return table


def _show_questions(console: Console, found: Backtested, known: str, language: Language) -> None:
    for question, limit in (("bad", found.terms.bad_below), ("worse", found.terms.worse_by)):
        rows = found.rows.filter(pl.col("known") == known, pl.col("question") == question)
        title = language.say(f"backtest.question.{question}", limit=limit)
        console.print(question_table(rows, title, language))
        every, quiet = _one(rows, "all", False), _one(rows, "quiet", False)
        console.print(
            language.say(
                "backtest.counted",
                pairs=every["n_pairs"],
                buildings=every["n_buildings"],
                positives=every["n_positives"],
                quiet_pairs=quiet["n_pairs"],
                quiet_positives=quiet["n_positives"],
            )
        )
        if question == "worse":
            previous = _one(rows.filter(pl.col("predictor") == "previous"), "all", False)
            figures = {name: _figure(previous[name], language) for name in ("auc", "shuffled")}
            console.print(language.say("backtest.regression", **figures))


def _show_what_was_known(console: Console, found: Backtested, language: Language) -> None:
    """Tells when nearly all complexes of a cut-off got one figure: then the score told nothing apart."""
    same = found.pairs.group_by("cutoff").agg(pl.col("d_mean").value_counts(sort=True).first().struct.field("count"))
    n_same = int(same["count"].sum())
    if n_same > NEARLY_ALL * found.pairs.height:
        ago = (found.pairs["cutoff"] - found.pairs["previous_on"]).dt.total_days().median()
        weeks = round(ago / 7) if isinstance(ago, int | float) else 0
        figures = {"same": n_same, "pairs": found.pairs.height, "weeks": weeks}
        console.print(language.say("backtest.nothing_known", **figures))


def _show_events(console: Console, found: Backtested, language: Language) -> None:
    """What the observed weeks of reports can show, and what they cannot."""
    after = _one(found.rows.filter(pl.col("known") == "events", pl.col("question") == "bad"), "all", False)
    if not found.event_weeks or after["n_pairs"] == 0:
        console.print(language.say("backtest.no_events"))
    elif after["n_positives"] < ENOUGH_POSITIVES:
        console.print(
            language.say(
                "backtest.events_too_few",
                weeks=len(found.event_weeks),
                first=week_name(found.event_weeks[0]),
                last=week_name(found.event_weeks[-1]),
                pairs=after["n_pairs"],
                positives=after["n_positives"],
                enough=ENOUGH_POSITIVES,
            )
        )
    elif after["n_pairs"] < found.pairs.height:
        console.print(language.say("backtest.events_only"))
        _show_questions(console, found, "events", language)


def _one(rows: pl.DataFrame, buildings: str, is_same_previous: bool) -> dict[str, Any]:
    chosen = rows.filter(pl.col("buildings") == buildings, pl.col("is_same_previous") == is_same_previous)
    return chosen.row(0, named=True)


def _cell(row: dict[str, Any], language: Language) -> str:
    figure = _figure(row["auc"], language)
    if row["low"] is None:
        return figure
    return f"{figure} ({_figure(row['low'], language)}–{_figure(row['high'], language)})"


def _figure(value: float | None, language: Language) -> str:
    if value is None:
        return "-"
    text = f"{value:.2f}"
    return text.replace(".", ",") if language.code == "nl" else text
