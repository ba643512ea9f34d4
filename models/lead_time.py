"""Lead time: the weeks between the first flag of a complex and the week in which its trouble became loud without us.

Trouble is *loud* in the first week, from that of the flag on, in which one of these is so (in the week of the flag
itself the flag came no sooner, and that is told apart):

- the complex is called `loud_declining`: it goes badly and residents say so, so no list is needed to see it;
- there is a safety matter: arson or threats reach us by other ways than this list;
- the police or the municipality were there: others saw it before we went.

What a corporation does itself (a visit with an answer, a letter, a guard) is no escalation: it is what a flag asks for.
From then on nobody knows what would have happened without it, so the flag is followed no further (censored). So it is
when the flag is closed, when the complex is gone, and in the last week there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri

from models.answers import LEVEL
from models.places import CHOSEN
from models.policy import Policy
from models.rests import LOOKED, READ_AFTER
from models.streams import Floats

ENDS = ("loud", "known_elsewhere", "taken_up", "closed", "running")
"""How following ends; of two in one week the first counts. Only the first two are escalations."""
ESCALATIONS = ENDS[:2]
# A team that finds it fine has looked, and says so in an answer.
_CLOSED = ("norm_met", "gone", "overruled")


@dataclass(frozen=True)
class LeadTime:
    """How long flags stay ahead of trouble that becomes loud (Kaplan–Meier).

    Attributes:
        n_flags: First flags that were followed for at least a week.
        n_escalated: Of those, whose trouble became loud.
        curve: One row per week with an escalation: `weeks` since the flag, `n_at_risk`, `n_escalated`, `still` (share
            that is not loud yet, 0-1), `low`, `high` (its 95 % interval).
        median: Weeks after which half of them is loud; None where it never came to half.
        median_low: Lower end of its 95 % interval [weeks]; None where the curve never came so low.
        median_high: Upper end [weeks]; None where it cannot be told.
    """

    n_flags: int
    n_escalated: int
    curve: pl.DataFrame
    median: int | None
    median_low: int | None
    median_high: int | None


def followed_flags(
    flags: pl.DataFrame,
    states: pl.DataFrame,
    lives: pl.DataFrame,
    answers: pl.DataFrame,
    events: pl.DataFrame,
    weeks: tuple[date, date],
    policy: Policy,
) -> pl.DataFrame:
    """The first flag of each complex, and how following it ended.

    A complex that had a flag before the first week is left out: what happened before then was not seen.

    Args:
        flags: The lists of all weeks: `flag_id`, `week`, `first_week`, `complex_id`, `area_team`, `why`.
        states: `complex_id`, `week`, `state`, as told in each week; a complex that is gone has no row any more.
        lives: Of all weeks: `flag_id`, `closed_on`, `closed_because`.
        answers: `complex_id`, `reviewed_on`, `verdict`.
        events: `complex_id`, `occurred_on`, `kind`, `description`, of all weeks.
        weeks: Monday of the first and of the last week that is known.
        policy: The values in force.

    Returns:
        One row per complex: `flag_id`, `complex_id`, `area_team`, `first_week`, `weeks` (from the flag to its end,
        0 where trouble was loud in the week of the flag itself, or there has been no week since), `end` (`ENDS`).
    """
    chosen = flags.filter(pl.col("why").is_in(CHOSEN))
    first = chosen.sort("first_week", "flag_id").unique("complex_id", keep="first", maintain_order=True)
    begin, last = weeks
    own = first.filter(pl.col("first_week") >= begin).select("flag_id", "complex_id", "area_team", "first_week")
    ends = pl.concat(
        [
            *(
                own.join(happened, on="complex_id").filter(pl.col("ended") >= pl.col("first_week"))
                for happened in (_loud(states), _known_elsewhere(flags, events, policy), _taken_up(answers, events))
            ),
            own.join(_closed(lives), on="flag_id"),
            own.with_columns(ended=pl.lit(last), end=pl.lit("running")),
        ]
    )
    return (
        ends.filter(pl.col("ended") < last + READ_AFTER)
        .with_columns(pl.col("end").cast(pl.Enum(ENDS)))
        .sort("flag_id", "ended", "end")
        .unique("flag_id", keep="first", maintain_order=True)
        .select(*own.columns, weeks=(pl.col("ended") - pl.col("first_week")).dt.total_days() // 7, end="end")
        .with_columns(pl.col("end").cast(pl.String))
        .sort("first_week", "complex_id")
    )


def lead_time(followed: pl.DataFrame) -> LeadTime:
    """Kaplan–Meier over flags that were followed for at least a week.

    It says how long flags stayed ahead where nobody had gone there yet, as if those that were taken up had been like
    the others. A team goes first where it is worst, so they were probably not: it shows what waiting costs, not what
    going there brings.

    Args:
        followed: As `followed_flags` gives them.

    Source:
        Kaplan & Meier (1958); interval: Greenwood's variance on the log-log scale, Kalbfleisch & Prentice (1980);
        of the median: Brookmeyer & Crowley (1982).
    """
    ahead = followed.filter(pl.col("weeks") > 0)
    weeks = ahead["weeks"].to_numpy()
    curve = kaplan_meier(weeks, ahead["end"].is_in(ESCALATIONS).to_numpy())
    return LeadTime(
        ahead.height,
        int(curve["n_escalated"].sum()),
        curve,
        *(_first_week_at_half(curve, name) for name in ("still", "low", "high")),
    )


def kaplan_meier(weeks: NDArray[np.int64], is_escalated: NDArray[np.bool_]) -> pl.DataFrame:
    """Share that is not loud yet, after each week in which one became so.

    Args:
        weeks: Weeks followed, at least 1 (n).
        is_escalated: Whether following ended because trouble became loud (n).

    Returns:
        As `LeadTime.curve`.
    """
    at = np.unique(weeks[is_escalated])
    n_at_risk = np.array([np.count_nonzero(weeks >= week) for week in at], dtype=np.int64)
    n_escalated = np.array([np.count_nonzero((weeks == week) & is_escalated) for week in at], dtype=np.int64)
    still: Floats = np.cumprod(1 - n_escalated / n_at_risk, dtype=np.float64)
    low, high = _log_log_interval(still, n_at_risk, n_escalated)
    return pl.DataFrame(
        {
            "weeks": pl.Series(at, dtype=pl.Int64),
            "n_at_risk": pl.Series(n_at_risk, dtype=pl.Int64),
            "n_escalated": pl.Series(n_escalated, dtype=pl.Int64),
            "still": pl.Series(still, dtype=pl.Float64),
            "low": pl.Series(low, dtype=pl.Float64),
            "high": pl.Series(high, dtype=pl.Float64),
        }
    )


def _log_log_interval(
    still: Floats, n_at_risk: NDArray[np.int64], n_escalated: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    z = float(ndtri((1 + LEVEL) / 2))
    is_some = still > 0
    left = np.where(is_some, n_at_risk - n_escalated, 1)
    greenwood = np.cumsum(n_escalated / (n_at_risk * left))
    log_still = np.log(np.where(is_some, still, 0.5))
    spread = np.exp(z * np.sqrt(greenwood) / np.abs(log_still))
    low = np.where(is_some, np.exp(log_still * spread), 0.0)
    high = np.exp(log_still / spread)
    # With nobody left there is no variance to go by; more than the week before it cannot be.
    high = np.where(is_some, high, high[is_some][-1] if is_some.any() else 1.0)
    return low, high


def _first_week_at_half(curve: pl.DataFrame, name: str) -> int | None:
    there = curve.filter(pl.col(name) <= 0.5)["weeks"]
    return int(there[0]) if len(there) else None


def _loud(states: pl.DataFrame) -> pl.DataFrame:
    loud = states.filter(pl.col("state") == "loud_declining")
    return loud.select("complex_id", ended="week", end=pl.lit("loud"))


def _known_elsewhere(flags: pl.DataFrame, events: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Safety matters, and visits of the police or the municipality; which of them it was is not told apart."""
    safety = flags.filter(pl.col("why") == "safety").select("complex_id", ended="first_week")
    came = events.filter(pl.col("kind") == "visit", pl.col("description").is_in(policy.professional_sources))
    visits = came.select("complex_id", ended=pl.col("occurred_on").dt.truncate("1w"))
    return pl.concat([safety, visits]).with_columns(end=pl.lit("known_elsewhere"))


def _taken_up(answers: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """When we went there or did something there ourselves; a letter to a whole area is about no flag in particular."""
    looked = answers.filter(LOOKED).select("complex_id", ended="reviewed_on")
    done = events.filter(pl.col("kind") == "intervention", pl.col("complex_id").is_not_null())
    both = pl.concat([looked, done.select("complex_id", ended="occurred_on")])
    return both.select("complex_id", pl.col("ended").dt.truncate("1w"), end=pl.lit("taken_up"))


def _closed(lives: pl.DataFrame) -> pl.DataFrame:
    closed = lives.filter(pl.col("closed_because").is_in(_CLOSED))
    return closed.select("flag_id", ended=pl.col("closed_on").dt.truncate("1w"), end=pl.lit("closed"))
