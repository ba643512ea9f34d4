"""What a good method has to do, in figures: rank the right complexes first, and know how sure it is.

Every figure is of one town in one week. The truth is the planted one (`Latents.is_quiet_decline`): the complexes that
are truly quiet and truly declining are the positives. How early they are found is in `delay.py`.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score

from models.streams import Floats

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

LIST_PER_TEAM = 3
NOMINAL_RATES = (0.1, 0.2, 0.3, 0.4, 0.5)
CALIBRATION_BINS = 10


def ranking_figures(score: Floats, is_positive: Bools, team: NDArray[np.generic]) -> dict[str, float]:
    """How well an order puts the positives first.

    - `auc`: chance that a random positive stands above a random other complex, ties counting half (Hanley & McNeil
      1982).
    - `ap`: average precision, Σ (recallₙ - recallₙ₋₁) precisionₙ over the distinct scores, without interpolation.
      With few positives it says more than the AUC (Davis & Goadrich 2006); a random order has the share of positives.
    - `precision_at_3`: share of positives among the three highest of each area team, all teams together.

    Args:
        score: Higher is more probably quiet and declining (n_complexes).
        is_positive: The truth (n_complexes).
        team: Area team of each (n_complexes).

    Returns:
        The three figures, each [0-1]; `auc` and `ap` are NaN where all complexes are alike.
    """
    has_both = bool(is_positive.any() and not is_positive.all())
    return {
        "auc": float(roc_auc_score(is_positive, score)) if has_both else float("nan"),
        "ap": float(average_precision_score(is_positive, score)) if has_both else float("nan"),
        "precision_at_3": precision_per_team(score, is_positive, team),
    }


def precision_per_team(
    score: Floats, is_positive: Bools, team: NDArray[np.generic], per_team: int = LIST_PER_TEAM
) -> float:
    """Share of positives among the `per_team` highest of each area team, over all teams together [0-1].

    Args:
        score: (n_complexes); of equal scores the first rows come first.
        is_positive: (n_complexes).
        team: (n_complexes); a team with fewer complexes gives all that it has.
        per_team: Length of each team's list [complexes].
    """
    order = np.argsort(-score, kind="stable")
    rank = pl.DataFrame({"team": team[order]}).select(place=pl.int_range(pl.len()).over("team"))["place"].to_numpy()
    return float(is_positive[order[rank < per_team]].mean())


def highest(score: Floats, length: int) -> Ints:
    """Rows of the `length` highest scores; of equal scores the first rows come first."""
    return np.argsort(-score, kind="stable")[:length].astype(np.int64)


def discovery_set(probability: Floats, nominal: float) -> Ints:
    """The largest set whose expected share of false members is at most `nominal`.

    Members are taken by falling probability; the set is the longest beginning of that order with
    mean(1 - P) <= nominal. If the probabilities are right, that is its false discovery rate.

    Args:
        probability: P(quiet and declining) [0-1] (n_complexes).
        nominal: Wanted rate [0-1].

    Returns:
        Rows in the set, most probable first; empty where no set is good enough.

    Source:
        The Bayesian false discovery rate (Newton, Noueiry, Sarkar & Ahlquist 2004; Müller, Parmigiani & Rice 2007).
    """
    order = np.argsort(-probability, kind="stable")
    expected_rate = np.cumsum(1 - probability[order]) / np.arange(1, len(order) + 1)
    # Sorted so, the mean of 1 - P never falls as the set grows; the margin is for the rounding of sums only.
    return order[: int(np.count_nonzero(expected_rate <= nominal + 1e-12))].astype(np.int64)


def discovery_figures(probability: Floats, is_positive: Bools, nominal: float) -> dict[str, float]:
    """What becomes of the set that promises at most `nominal` false members.

    Args:
        probability: [0-1] (n_complexes).
        is_positive: (n_complexes).
        nominal: Wanted rate [0-1].

    Returns:
        `fdr@q` (realised share of false members; NaN for an empty set), `recall@q` (share of all positives in it; NaN
        without positives) and `members@q` [complexes].
    """
    chosen = discovery_set(probability, nominal)
    hits = float(is_positive[chosen].sum())
    n_positive = float(is_positive.sum())
    return {
        f"fdr@{nominal:g}": 1 - hits / len(chosen) if len(chosen) else float("nan"),
        f"recall@{nominal:g}": hits / n_positive if n_positive else float("nan"),
        f"members@{nominal:g}": float(len(chosen)),
    }


def calibration_error(probability: Floats, is_positive: Bools, n_bins: int = CALIBRATION_BINS) -> float:
    """Expected calibration error over bins of equal count [0-1].

    The complexes, sorted by probability, are cut into `n_bins` groups as equal in number as can be, the larger first;
    the figure is Σ_b (n_b / n) |mean probability of b - share of positives in b|. Bins of equal count, since most
    probabilities are near 0 and bins of equal width would hold nearly all of them in one.

    Args:
        probability: [0-1] (n_complexes).
        is_positive: (n_complexes).
        n_bins: How many groups.

    Source:
        Naeini, Cooper & Hauskrecht 2015; with bins of equal count Nguyen & O'Connor 2015.
    """
    parts = np.array_split(np.argsort(probability, kind="stable"), n_bins)
    off = [len(part) * abs(probability[part].mean() - is_positive[part].mean()) for part in parts if len(part)]
    return float(sum(off) / len(probability))


def probability_figures(probability: Floats, is_positive: Bools) -> dict[str, float]:
    """All figures of a method that states probabilities: `calibration`, and the sets at each of `NOMINAL_RATES`."""
    found = {"calibration": calibration_error(probability, is_positive)}
    for nominal in NOMINAL_RATES:
        found |= discovery_figures(probability, is_positive, nominal)
    return found


def kinds_table(planted: pl.Series, named: pl.Series) -> pl.DataFrame:
    """How often each planted kind of silence was given each name.

    Args:
        planted: Planted kind of each complex; "none" where nothing is silent (n_complexes).
        named: The kind that was named; "none" where none was (n_complexes).

    Returns:
        `planted`, `named`, `n_complexes`, for the pairs that occur, sorted.
    """
    return (
        pl.DataFrame({"planted": planted, "named": named})
        .group_by("planted", "named")
        .agg(n_complexes=pl.len().cast(pl.Int64))
        .sort("planted", "named")
    )
