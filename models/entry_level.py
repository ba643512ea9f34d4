"""From which probability on a week counts for the list: it depends on how sure the others are.

`episodes.fdr_set` takes the most probable for as long as the set as a whole is right often enough. A complex beside
many that are nearly certain gets in with less than one that stands alone.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from scipy.special import expit, logit

from models.answers import AS_THEY_ARE, Recalibration
from models.episodes import IS_JUDGED
from models.policy import Policy
from models.streams import Floats


def entry_level(others: Floats, rate: float) -> float:
    """The least probability with which one more would be in `fdr_set(others and that one, rate)`.

    Args:
        others: P(quiet and declining) of the others that can be in the set [0-1] (n).
        rate: Expected share of the set that is wrong [0-1].

    Returns:
        The level [0-1]. Whoever is above it is in the set, whoever is below it is not.
    """
    falling = np.sort(others)[::-1]
    n_above = np.arange(len(falling) + 1)
    wrong_above = np.concatenate([[0.0], np.cumsum(1 - falling)])
    # With so many above it, this keeps the set within the rate; below the next one it would have more above it.
    needed = 1 - (rate * (n_above + 1) - wrong_above)
    next_below = np.concatenate([falling, [0.0]])
    room_up_to = np.concatenate([[1.0], falling])
    levels = np.maximum(needed, next_below)[needed <= room_up_to]
    return float(np.clip(levels.min(initial=1.0), 0.0, 1.0))


def as_published(level: float, taught: Recalibration) -> float:
    """The published probability that the answers have taught to mean a level [0-1].

    Args:
        level: In probabilities as the list takes them [0-1].
        taught: What the answers made of the published ones.
    """
    if not taught.is_used:
        return level
    if taught.slope == 0:
        # Every published probability means the same, so all are at the level or none is.
        return 0.0 if expit(taught.shift) >= level else 1.0
    return float(expit((logit(level) - taught.shift) / taught.slope))


def entry_levels(
    scores: pl.DataFrame, complex_id: str, policy: Policy, taught: Recalibration = AS_THEY_ARE
) -> pl.DataFrame:
    """From which probability on each week counts for the list, for one complex beside all others.

    Args:
        scores: `complex_id`, `week`, `p_quiet_decline`, `state`, `is_private_small`, `is_too_small_to_know`; one row
            per complex and week.
        complex_id: The complex that it is asked for.
        policy: The values in force.
        taught: What the answers made of the published probabilities when the list was chosen.

    Returns:
        One row per week of `scores`, sorted: `week`, `level` (in published probabilities [0-1]). Never below the one
        that means `leave_below`: under that no complex is in the set.
    """
    meant = pl.Series("p_quiet_decline", taught.probability(scores["p_quiet_decline"].to_numpy()))
    able = scores.with_columns(meant).filter(
        IS_JUDGED, pl.col("p_quiet_decline") >= policy.leave_below, pl.col("complex_id") != complex_id
    )
    by_week: dict[date, Floats] = {week: rows["p_quiet_decline"].to_numpy() for (week,), rows in able.group_by("week")}
    weeks = scores["week"].unique().sort()
    nobody = np.zeros(0)
    levels = [
        max(entry_level(by_week.get(week, nobody), policy.false_discovery_rate), policy.leave_below) for week in weeks
    ]
    told = [as_published(level, taught) for level in levels]
    return pl.DataFrame({"week": weeks, "level": pl.Series(told, dtype=pl.Float64)})
