"""Why a complex has the chance that it has, taken from one published week: all figures, nothing worded.

`explain_terminal.py` says it.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
import polars as pl

from data_contracts.problem import Problem
from flows.results import PublishedWeek, check_readable
from models.disclosure import LEAST_DAMAGE
from models.policy import Policy
from models.streams import STREAMS
from models.weeks import WEEK, parse_week

# Decimals of every log-odds that is shown.
DECIMALS = 3
# Half the width of the interval in which a normal figure lies nine times in ten [standard deviations].
NINE_IN_TEN = 1.645
NEAREST = 3


@dataclass(frozen=True)
class Step:
    """One line of the sum.

    Attributes:
        stream: What was counted; None for where every complex begins.
        seen: Counted in the period.
        expected: What a like complex would have in it.
        period_weeks: Weeks of the period with sight; 0 where only earlier weeks tell [weeks].
        weight: What it adds, rounded so that the totals add up to the last digit [log-odds].
        total: The sum so far, rounded [log-odds].
    """

    stream: str | None
    seen: int | None
    expected: float | None
    period_weeks: int | None
    weight: float
    total: float


@dataclass(frozen=True)
class Explanation:
    """What is known of one complex in one week.

    Attributes:
        complex: Its row of the published table `complexes`.
        score: Its row of `scores`.
        flag: Its row of `flags`, or None.
        steps: From where every complex begins to its own log-odds, in order.
        unseen: Streams of which nothing could be counted in the past year.
        visits: Visits in the past year, or None where nobody writes them down.
        damage: Seen and expected vandalism and fire in the past year, or None where no repairs are known.
        weeks: How much of that year was published [weeks].
        policy: The values that were in force.
        sources: The published table `sources`.
        attribution: A line that must stand with the result.
    """

    complex: dict[str, Any]
    score: dict[str, Any]
    flag: dict[str, Any] | None
    steps: tuple[Step, ...]
    unseen: tuple[str, ...]
    visits: int | None
    damage: tuple[int, float] | None
    weeks: int
    policy: Policy
    sources: pl.DataFrame
    attribution: str | None

    @property
    def chance(self) -> float:
        """The chance that the shown sum becomes."""
        return chance_of(self.steps[-1].total)

    @property
    def kind(self) -> str | None:
        """The kind of silence by the evidence that decided it; None where it is not silent, or safety goes first."""
        if self.flag and self.flag["why"] == "safety":
            return None
        kind = self.score["silence_kind"]
        seen, expected = self.damage or (0, 0.0)
        # Two rules lead to `afraid`; without more damage than elsewhere it was the other one.
        return "threatened" if kind == "afraid" and (seen < LEAST_DAMAGE or seen <= expected) else kind

    @property
    def start_chance(self) -> float:
        """The chance of a complex of which nothing is known yet."""
        return chance_of(self.steps[0].total)

    def interval(self, latent: str) -> tuple[float, float]:
        """Between which ratios to like complexes it lies, nine times in ten.

        Args:
            latent: `r` for reporting, `d` for the condition.
        """
        mean, sd = self.score[f"{latent}_mean"], self.score[f"{latent}_sd"]
        return float(np.exp(mean - NINE_IN_TEN * sd)), float(np.exp(mean + NINE_IN_TEN * sd))


def explain(week: PublishedWeek, asked: str) -> Explanation:
    """Gathers what a published week says of one complex.

    Args:
        week: The published week.
        asked: Number of the complex as somebody typed it.

    Raises:
        Problem: `explain.unknown`, with the nearest numbers; `explain.not_in_use`; `results.other_version`.
    """
    check_readable(week, ("scores", "reasons", "streams"))
    complexes = week.table("complexes")
    row = find_complex(complexes, asked, week)
    here, monday = pl.col("complex_id") == row["complex_id"], parse_week(week.week_name)
    scores = week.table("scores").filter(here, pl.col("week") == monday)
    if scores.is_empty():
        raise Problem("explain.not_in_use", complex=_called(row), week=week.week_name)
    score = scores.row(0, named=True)
    every_reason = week.table("reasons")
    reasons = every_reason.filter(here, pl.col("week") == monday)
    start = _start(reasons, every_reason, score["p_quiet_decline"])
    oldest = monday - week.policy.long_window_weeks * WEEK
    streams = week.table("streams").filter(here, pl.col("week") > oldest)
    year = _sums(streams)
    flags = week.table("flags").filter(here)
    return Explanation(
        complex=row,
        score=score,
        flag=flags.row(0, named=True) if flags.height else None,
        steps=tuple(sum_up(start, reasons)),
        unseen=tuple(each.name for each in STREAMS if not year.get(each.name, {}).get("exposure")),
        visits=round(year["concerns"]["exposure"]) if "concerns" in year else None,
        damage=_damage(year.get("vandalism_repairs")),
        weeks=streams["week"].n_unique(),
        policy=week.policy,
        sources=week.table("sources"),
        attribution=week.manifest["attribution"],
    )


def sum_up(start: float, reasons: pl.DataFrame) -> list[Step]:
    """The sum, line by line, strongest reason first.

    What is rounded are the totals, and a weight is the step from one to the next: so who adds up what is shown comes
    out at what is shown.

    Args:
        start: Where every complex begins [log-odds].
        reasons: Rows of the published table `reasons` of one complex and week.
    """
    exact, total = start, round(start, DECIMALS)
    steps = [Step(None, None, None, None, total, total)]
    for row in reasons.sort(pl.col("log_odds").abs(), "stream", descending=[True, False]).to_dicts():
        exact += row["log_odds"]
        before, total = total, round(exact, DECIMALS)
        weight = round(total - before, DECIMALS)
        steps.append(Step(row["stream"], row["seen"], row["expected"], row["period_weeks"], weight, total))
    return steps


def chance_of(log_odds: float) -> float:
    """The chance of a log-odds [0-1]."""
    return float(1 / (1 + np.exp(-log_odds)))


def find_complex(complexes: pl.DataFrame, asked: str, week: PublishedWeek) -> dict[str, Any]:
    """The row of the complex that somebody asked for by its number.

    Args:
        complexes: The published table `complexes`.
        asked: The number as it was typed.
        week: The week that the answer names.

    Raises:
        Problem: `explain.unknown`, with the nearest numbers.
    """
    wanted = asked.strip().casefold()
    rows = {each["complex_id"]: each for each in complexes.sort("complex_id").to_dicts()}
    same = [asked] if asked in rows else [each for each in rows if each.casefold() == wanted]
    if len(same) == 1:
        return rows[same[0]]
    # Who types a name is told its number.
    nearest = [each for each in rows.values() if wanted and wanted in each["name"].casefold()][:NEAREST]
    by_id = {each.casefold(): each for each in rows}
    close = [rows[by_id[each]] for each in get_close_matches(wanted, by_id, NEAREST, 0.0)]
    raise Problem(
        "explain.unknown", complex=asked, week=week.week_name, nearest=[_called(each) for each in nearest or close]
    )


def _called(row: dict[str, Any]) -> str:
    return f"{row['complex_id']} ({row['name']})"


def _start(own: pl.DataFrame, every: pl.DataFrame, chance: float) -> float:
    """Where every complex begins. Without any sight nothing was added, so the chance itself is the beginning."""
    for rows in (own, every):
        if rows.height:
            return float(rows["start_log_odds"][0])
    kept = min(max(chance, 1e-6), 1 - 1e-6)
    return float(np.log(kept / (1 - kept)))


def _sums(streams: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Seen, expected and exposure, of the streams with sight."""
    seen = streams.filter(~pl.col("is_masked"))
    sums = seen.group_by("stream").agg(pl.col("seen", "expected", "exposure").sum())
    return {each["stream"]: each for each in sums.to_dicts()}


def _damage(year: dict[str, Any] | None) -> tuple[int, float] | None:
    return (int(year["seen"]), float(year["expected"])) if year else None
