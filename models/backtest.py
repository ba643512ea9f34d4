"""Did a score of then say anything about the next visit? Judged on what came after, with what was known before.

`pairs_at` puts a score beside the visit that came next, for one cut-off. `judge` asks of all pairs how often a
complex that turned out bad (or worse) stood above one that did not: the area under the ROC curve, with an interval,
next to the simple methods that a sceptic would use instead.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.streams import Floats

# A visit so soon after the one before is a second look or a mended date, not the next round.
LEAST_DAYS_BETWEEN = 180
# Fewer than this, and the interval is wider than any difference between two methods that could be hoped for.
ENOUGH_POSITIVES = 25
RESAMPLES = 1000
SHUFFLES = 200
# Wider bands would let the previous score itself, and regression to the mean, in again.
BANDS_PER_STEP = 5
# Resamples at a time: bounds the memory to this many rows of all pairs.
CHUNK = 100

FROM_SCORES = ("p_quiet_decline", "p_decline", "d_mean", "p_quiet")


def _rank(figure: pl.Expr) -> pl.Expr:
    """Place among the complexes of the same cut-off [0-1]."""
    return figure.rank("average").over("cutoff") / pl.len().over("cutoff")


_REPORTS = pl.col("events") + pl.col("standing")
_WORST_BEFORE = -pl.col("previous_score")

# Higher is said to be more at risk. The first four know nothing of our model.
PREDICTORS: dict[str, pl.Expr] = {
    "events": pl.col("events"),
    "standing": pl.col("standing"),
    "previous": _WORST_BEFORE,
    "previous_and_reports": _rank(_WORST_BEFORE) + _rank(_REPORTS),
    **{name: pl.col(name) for name in FROM_SCORES},
    "previous_and_ours": _rank(_WORST_BEFORE) + _rank(pl.col("p_quiet_decline")),
}


def pairs_at(
    cutoff: date, scores: pl.DataFrame, known: pl.DataFrame, visits: pl.DataFrame, reports: pl.DataFrame
) -> pl.DataFrame:
    """One row per complex that was scored, had a known visit before the cut-off, and had another one after it.

    Args:
        cutoff: Monday; what is judged comes on this day or later.
        scores: One row per complex: `complex_id` and `FROM_SCORES`, made from what was known before the cut-off.
        known: Visits known before the cut-off: `complex_id`, `observed_on`, `score`.
        visits: All visits there are, in the same columns.
        reports: `complex_id`, `events` (reports known before the cut-off), `standing` (weight of what stood open).

    Returns:
        `cutoff`, `complex_id`, `previous_on`, `previous_score`, `next_on`, `next_score`, `events`, `standing` and
        `FROM_SCORES`. Whoever was visited again within `LEAST_DAYS_BETWEEN` days is left out.
    """
    previous = (
        known.filter(pl.col("observed_on") < cutoff)
        .sort("complex_id", "observed_on")
        .group_by("complex_id", maintain_order=True)
        .agg(previous_on=pl.col("observed_on").last(), previous_score=pl.col("score").last())
    )
    following = (
        visits.filter(pl.col("observed_on") >= cutoff)
        .sort("complex_id", "observed_on")
        .group_by("complex_id", maintain_order=True)
        .agg(next_on=pl.col("observed_on").first(), next_score=pl.col("score").first())
    )
    return (
        scores.select("complex_id", *FROM_SCORES)
        .join(previous, on="complex_id")
        .join(following, on="complex_id")
        .filter((pl.col("next_on") - pl.col("previous_on")).dt.total_days() >= LEAST_DAYS_BETWEEN)
        .join(reports, on="complex_id", how="left")
        .select(
            pl.lit(cutoff).alias("cutoff"),
            "complex_id",
            "previous_on",
            "previous_score",
            "next_on",
            "next_score",
            pl.col("events").cast(pl.Float64).fill_null(0.0),
            pl.col("standing").cast(pl.Float64).fill_null(0.0),
            *FROM_SCORES,
        )
        .sort("complex_id")
    )


def judge(pairs: pl.DataFrame, bad_below: float, worse_by: float, seed: int = 2017) -> pl.DataFrame:
    """How well each predictor tells the complexes apart, for both questions, among all and among the quiet ones.

    Only complexes of one cut-off are compared with each other. With `is_same_previous`, only those with the same
    previous score as well (to a fifth of `worse_by`): what a predictor adds to that score.

    Args:
        pairs: Rows of `pairs_at`, of any number of cut-offs.
        bad_below: Below this next score a complex is bad [score].
        worse_by: This many points below the previous score it is worse [score].
        seed: Of the resampling and the shuffling.

    Returns:
        One row per `question` (`bad`, `worse`), `buildings` (`all`, `quiet`: no events and nothing open),
        `is_same_previous` and `predictor`, with `n_pairs`, `n_buildings`, `n_positives`, `auc`, its 95 % interval `low`
        and `high` (resampling complexes, each with all its cut-offs), and `shuffled`: the mean AUC when next scores are
        dealt out anew within a cut-off. That is .5 where a predictor can only know by knowing; anything else is
        arithmetic, such as regression to the mean. Empty where it cannot be said.

    Source:
        Clustered bootstrap percentile interval (Field & Welsh 2007); AUC as the Mann-Whitney probability.
    """
    rows = []
    for buildings in ("all", "quiet"):
        chosen = pairs if buildings == "all" else pairs.filter(_REPORTS == 0)
        previous, following = (chosen[name].to_numpy().astype(float) for name in ("previous_score", "next_score"))
        cutoffs = chosen["cutoff"].rank("dense").to_numpy().astype(np.int64)
        clusters = chosen["complex_id"].rank("dense").to_numpy().astype(np.int64) - 1
        band = np.floor(previous * BANDS_PER_STEP / worse_by).astype(np.int64)
        figures = {name: _figures(chosen, figure) for name, figure in PREDICTORS.items()}
        shuffled = _shuffled(following, cutoffs, seed)
        for question in ("bad", "worse"):
            limit = np.full_like(previous, bad_below) if question == "bad" else previous - worse_by
            # "Below 85" is bad, and "by 5 points" includes the fifth.
            is_positive = following < limit if question == "bad" else following <= limit
            by_chance = shuffled < limit if question == "bad" else shuffled <= limit
            for is_same_previous in (False, True):
                stratum = cutoffs * 100_000 + band if is_same_previous else cutoffs
                for predictor, figure in figures.items():
                    low, high = _interval(figure, stratum, is_positive, clusters, seed)
                    rows.append(
                        {
                            "question": question,
                            "buildings": buildings,
                            "is_same_previous": is_same_previous,
                            "predictor": predictor,
                            "n_pairs": chosen.height,
                            "n_buildings": chosen["complex_id"].n_unique(),
                            "n_positives": int(is_positive.sum()),
                            "auc": _said(concordance(figure, stratum, is_positive[None, :], ~is_positive[None, :])),
                            "low": low,
                            "high": high,
                            "shuffled": _said(concordance(figure, stratum, by_chance, ~by_chance)),
                        }
                    )
    return pl.DataFrame(rows, schema_overrides=dict.fromkeys(("auc", "low", "high", "shuffled"), pl.Float64))


def _figures(pairs: pl.DataFrame, figure: pl.Expr) -> Floats:
    """One predictor of each pair (n_pairs)."""
    found: Floats = pairs.select(figure.alias("figure"))["figure"].to_numpy().astype(np.float64)
    return found


def concordance(
    figure: Floats, stratum: NDArray[np.int64], positive: NDArray[np.generic], negative: NDArray[np.generic]
) -> Floats:
    """Probability that a positive stands above a negative of the same stratum; ties count half.

    Written out because `sklearn.metrics.roc_auc_score` knows neither strata nor many sets of weights at once; without
    strata it gives the same figure.

    Args:
        figure: Higher is said to be more at risk (n).
        stratum: Only equal ones are compared (n).
        positive: Weight of each as a positive, a row per resample (n_resamples, n).
        negative: The same as a negative (n_resamples, n).

    Returns:
        AUC per resample; NaN where no stratum holds both [0-1] (n_resamples).
    """
    if figure.size == 0:
        return np.full(positive.shape[0], np.nan)
    order = np.lexsort((figure, stratum))
    figure, stratum = figure[order], stratum[order]
    is_new_stratum = np.r_[True, stratum[1:] != stratum[:-1]]
    starts = np.flatnonzero(is_new_stratum | np.r_[True, figure[1:] != figure[:-1]])
    strata = np.flatnonzero(is_new_stratum[starts])
    above = np.add.reduceat(positive[:, order].astype(float), starts, axis=1)
    level = np.add.reduceat(negative[:, order].astype(float), starts, axis=1)
    below = np.cumsum(level, axis=1) - level
    below -= np.repeat(below[:, strata], np.diff(np.r_[strata, starts.size]), axis=1)
    wins = (above * (below + level / 2)).sum(axis=1)
    compared = (np.add.reduceat(above, strata, axis=1) * np.add.reduceat(level, strata, axis=1)).sum(axis=1)
    found: Floats = np.divide(wins, compared, out=np.full(wins.shape, np.nan), where=compared > 0)
    return found


def _interval(
    figure: Floats, stratum: NDArray[np.int64], is_positive: NDArray[np.bool_], clusters: NDArray[np.int64], seed: int
) -> tuple[float | None, float | None]:
    """95 % of the AUC over resamples of whole complexes: one of them counts at several cut-offs, and is one."""
    if not is_positive.any() or is_positive.all():
        return None, None
    # The same resamples for every predictor, so that two intervals differ by the predictors alone.
    rng = np.random.default_rng(seed)
    n_clusters = int(clusters.max()) + 1
    drawn = []
    for _ in range(RESAMPLES // CHUNK):
        times = rng.multinomial(n_clusters, np.full(n_clusters, 1 / n_clusters), size=CHUNK)[:, clusters]
        drawn.append(concordance(figure, stratum, times * is_positive, times * ~is_positive))
    found = np.concatenate(drawn)
    found = found[np.isfinite(found)]
    if found.size == 0:
        return None, None
    low, high = np.quantile(found, [0.025, 0.975])
    return round(float(low), 6), round(float(high), 6)


def _shuffled(following: Floats, cutoffs: NDArray[np.int64], seed: int) -> Floats:
    """Next scores dealt out anew among the complexes of one cut-off (SHUFFLES, n)."""
    rng = np.random.default_rng(seed)
    dealt = np.repeat(following[None, :], SHUFFLES, axis=0)
    for cutoff in np.unique(cutoffs):
        places = np.flatnonzero(cutoffs == cutoff)
        dealt[:, places] = rng.permuted(dealt[:, places], axis=1)
    return dealt


def _said(found: Floats) -> float | None:
    """The mean of what could be said; six decimals, as sums differ in the last bits from machine to machine."""
    finite = found[np.isfinite(found)]
    return round(float(finite.mean()), 6) if finite.size else None
