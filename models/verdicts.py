"""The verdicts on the draws, and for how many complexes each of them speaks.

A verdict is *positive* when the team found worries and residents do not report (`worry`, `no`): truly quiet and
declining. Worries that residents do report (`worry`, `yes`) are a decline that is heard: not positive. Worries of which
the team could not say whether residents report are *undecided*. `not_looked`, like no answer at all, is non-response.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.places import CHOSEN
from models.streams import Floats

RAKING_ROUNDS = 50


def draws_with_answers(flags: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """Every draw so far, with the verdict on it.

    A flag that goes on may be drawn in several weeks: the first answer from the draw on counts, else the last before.

    Args:
        flags: The flags of all weeks: `flag_id`, `week`, `complex_id`, `area_team`, `why`, `inclusion_probability`,
            `p_quiet_decline`.
        answers: `flag_id`, `reviewed_on`, `verdict`, `do_residents_report`.

    Returns:
        One row per draw, sorted by week and complex: `week`, `complex_id`, `area_team`, `inclusion_probability`,
        `p_quiet_decline`, `is_flagged` (chosen by its scores), `verdict` and `do_residents_report` (empty where nobody
        looked).
    """
    drawn = flags.filter(pl.col("inclusion_probability").is_not_null())
    looked = answers.filter(pl.col("verdict") != "not_looked")
    said = (
        drawn.select("flag_id", "week")
        .join(looked, on="flag_id")
        .sort(
            "flag_id",
            "week",
            pl.col("reviewed_on") < pl.col("week"),
            (pl.col("reviewed_on") - pl.col("week")).abs(),
        )
        .unique(["flag_id", "week"], keep="first", maintain_order=True)
    )
    return (
        drawn.join(said, on=["flag_id", "week"], how="left")
        .select(
            "week",
            "complex_id",
            "area_team",
            "inclusion_probability",
            "p_quiet_decline",
            pl.col("why").is_in(CHOSEN).alias("is_flagged"),
            "verdict",
            "do_residents_report",
        )
        .sort("week", "complex_id")
    )


@dataclass(frozen=True)
class Verdicts:
    """The answered draws as arrays (n), sorted by week and complex.

    Attributes:
        probability: P(quiet and declining) at the draw [0-1].
        is_flagged: Whether the scores had put it on the list.
        is_positive: Truly quiet and declining.
        is_undecided: A worry of which it is not known whether residents report; its weight is 0.
        team: Number of its team.
        weight: Complexes and weeks that it speaks for: 1 / its chance, times what non-response adds.
    """

    probability: Floats
    is_flagged: NDArray[np.bool_]
    is_positive: NDArray[np.bool_]
    is_undecided: NDArray[np.bool_]
    team: NDArray[np.int64]
    weight: Floats

    @property
    def n(self) -> int:
        """How many."""
        return len(self.weight)


def verdicts(draws: pl.DataFrame) -> Verdicts:
    """The answered ones of the draws.

    Draws without an answer are spoken for by answered ones of the same team and of the same side of the list (raking);
    an undecided worry by the decided ones. Where no worry at all is decided, they count as not positive.

    Args:
        draws: As `draws_with_answers` gives them.

    Source:
        Deming & Stephan (1940).
    """
    draws = draws.sort("week", "complex_id")
    is_answered = (draws["verdict"].is_not_null() & (draws["verdict"] != "not_looked")).to_numpy()
    rows = draws.filter(is_answered)
    is_worry = (rows["verdict"] == "worry").to_numpy()
    reports = rows["do_residents_report"].fill_null("unknown")
    is_undecided = is_worry & (reports == "unknown").to_numpy()
    weight = _raked(draws, is_answered)
    decided = weight[is_worry & ~is_undecided].sum()
    if decided > 0:
        factor = np.where(is_worry, weight[is_worry].sum() / decided, 1.0)
        weight = np.where(is_undecided, 0.0, weight * factor)
    return Verdicts(
        probability=rows["p_quiet_decline"].to_numpy(),
        is_flagged=rows["is_flagged"].to_numpy(),
        is_positive=is_worry & (reports == "no").to_numpy(),
        is_undecided=is_undecided,
        team=rows["area_team"].rank("dense").cast(pl.Int64).to_numpy(),
        weight=weight,
    )


def _raked(draws: pl.DataFrame, is_answered: NDArray[np.bool_]) -> Floats:
    """Weights of the answered draws (n): per team, and on and off the list, they add up to those of all draws."""
    weight: Floats = 1 / draws["inclusion_probability"].to_numpy()
    answered = weight[is_answered]
    cells = []
    for column in ("area_team", "is_flagged"):
        cell = draws[column].rank("dense").cast(pl.Int64).to_numpy()
        cells.append((cell[is_answered], np.bincount(cell, weight)))
    for _ in range(RAKING_ROUNDS):
        for cell, wanted in cells:
            reached = np.bincount(cell, answered, minlength=len(wanted))
            # A team that never answered is spoken for by nobody in particular.
            answered = answered * (wanted[cell] / reached[cell])
    return answered
