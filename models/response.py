"""What the draws without an answer leave open, and how long until there are enough answers.

An answer that did not come is a gap in what we know, never a mark against who did not send it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import ceil

import numpy as np
import polars as pl

from models.answers import NotYet
from models.policy import Policy
from models.verdicts import verdicts
from models.weeks import WEEK


@dataclass(frozen=True)
class Pace:
    """How fast answered draws come in.

    Attributes:
        n_missing: Answered draws that are still needed.
        drawn_per_week: Draws a week, of late.
        answered_per_week: Of those, how many have an answer by now.
        weeks: Weeks until there are enough at that pace; None while none comes in.
        weeks_if_all: Weeks until there are enough if every draw were answered; None while nothing is drawn.
    """

    n_missing: int
    drawn_per_week: float
    answered_per_week: float
    weeks: int | None
    weeks_if_all: int | None


@dataclass(frozen=True)
class Unanswered:
    """What the estimates would be if the unanswered draws were otherwise than the answered ones.

    Attributes:
        n_drawn: Draws.
        n_answered: Draws with a verdict.
        n_undecided: Of those, worries of which it is not known whether residents report.
        n_silent_teams: Teams with draws of which none was answered: nobody in particular speaks for their complexes.
        n_worth: Plain draws that would tell as much as these weighted ones (Kish) [draws].
        heaviest: Share of all weight that the heaviest single answer has [0-1]: the only answered draw of a team
            speaks for all of its draws.
        as_answered: Share of truly quiet and declining among the answered alone [0-1].
        corrected: The same, once each team and each side of the list counts for all its draws [0-1].
        lowest: The share if none of the unanswered and undecided were [0-1].
        highest: The share if all of them were [0-1].
    """

    n_drawn: int
    n_answered: int
    n_undecided: int
    n_silent_teams: int
    n_worth: float
    heaviest: float
    as_answered: float
    corrected: float
    lowest: float
    highest: float

    @property
    def response(self) -> float:
        """Share of the draws that was answered [0-1]."""
        return self.n_answered / self.n_drawn


def pace(draws: pl.DataFrame, policy: Policy) -> Pace:
    """How many answered draws are missing, and how long that takes at the pace of the last half year.

    The draws of the last weeks may still get their answer, so the pace is rather too low than too high.

    Args:
        draws: As `verdicts.draws_with_answers` gives them.
        policy: The values in force; the half year is `short_window_weeks`.
    """
    n_missing = max(0, policy.least_answered_draws - verdicts(draws).n)
    if draws.is_empty():
        return Pace(n_missing, 0.0, 0.0, None, None)
    first: date = draws["week"].min()  # type: ignore[assignment]
    last: date = draws["week"].max()  # type: ignore[assignment]
    # Every week counts, those in which nothing was run too: they will come again.
    n_weeks = min((last - first).days // 7 + 1, policy.short_window_weeks)
    late = draws.filter(pl.col("week") > last - n_weeks * WEEK)
    drawn, answered = late.height / n_weeks, verdicts(late).n / n_weeks
    return Pace(n_missing, drawn, answered, ceil(n_missing / answered) if answered else None, ceil(n_missing / drawn))


def unanswered(draws: pl.DataFrame, policy: Policy) -> Unanswered | NotYet:
    """What non-response may hide: the share as answered, as corrected, and its bounds without any assumption.

    Args:
        draws: As `verdicts.draws_with_answers` gives them.
        policy: The values in force.

    Returns:
        The shares, or how many answered draws are still missing.

    Source:
        Bounds: Manski (1989), Journal of Human Resources 24; effective number: Kish (1965), Survey Sampling.
    """
    found = verdicts(draws)
    if found.n < policy.least_answered_draws:
        return NotYet(draws.height, found.n, policy.least_answered_draws)
    rows = draws.sort("week", "complex_id").with_columns(
        weight=1 / pl.col("inclusion_probability"),
        is_answered=(pl.col("verdict") != "not_looked").fill_null(value=False),
    )
    teams = rows.group_by("area_team").agg(pl.col("is_answered").any())
    answered = rows.filter("is_answered")["weight"].to_numpy()
    total = float(rows["weight"].sum())
    positive = float(answered[found.is_positive].sum())
    decided = float(answered[~found.is_undecided].sum())
    return Unanswered(
        n_drawn=draws.height,
        n_answered=found.n,
        n_undecided=int(found.is_undecided.sum()),
        n_silent_teams=int((~teams["is_answered"]).sum()),
        n_worth=float(found.weight.sum() ** 2 / (found.weight**2).sum()),
        heaviest=float(found.weight.max() / found.weight.sum()),
        as_answered=positive / decided if decided else 0.0,
        corrected=float(np.average(found.is_positive, weights=found.weight)),
        lowest=positive / total,
        highest=(positive + total - decided) / total,
    )
