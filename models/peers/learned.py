"""Peers that learn from features: one that finds what is odd, one that was told what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest

from models.evidence import Evidence, Judged
from models.peers.features import WINDOWS, log_ratios


@dataclass(frozen=True)
class IsolationOutlier:
    """Oddest first: how few random cuts set a complex apart from the others.

    Blind to direction: what is loud or well kept is as odd as what is quiet and declining.

    Attributes:
        windows: Windows of the features [weeks].
        n_trees: Trees [number].
        seed: Fixes the cuts.

    Source:
        Isolation forest (Liu, Ting & Zhou 2008); scikit-learn's `IsolationForest`.
    """

    name: ClassVar[str] = "isolation forest"
    windows: tuple[int, ...] = WINDOWS
    n_trees: int = 200
    seed: int = 0

    def judge(self, evidence: Evidence) -> Judged:
        """Scores by the anomaly score of the forest, grown on the very complexes that it judges.

        Args:
            evidence: Counts and expectations.
        """
        features = log_ratios(evidence, self.windows)
        forest = IsolationForest(n_estimators=self.n_trees, random_state=self.seed).fit(features)
        return Judged(-forest.score_samples(features))


class Supervised(BaseEstimator):  # type: ignore[misc]
    """Gradient boosting on labels: an upper reference, for nobody has labels of what nobody reports.

    Blind to what its training town did not have: other rates, other streams, other kinds of silence.

    Args:
        windows: Windows of the features [weeks].
        n_trees: Trees [number].
        learning_rate: Step of each tree (> 0).
        seed: Fixes the draws.

    Attributes:
        model_: The fitted classifier.

    Source:
        Gradient boosting (Friedman 2001); scikit-learn's `HistGradientBoostingClassifier`. With labels on clinical
        trial sites: Ménard, Barmaz, Koneswarakantha et al. (2019).
    """

    name: ClassVar[str] = "supervised (labels)"

    def __init__(
        self, windows: tuple[int, ...] = WINDOWS, n_trees: int = 100, learning_rate: float = 0.05, seed: int = 0
    ) -> None:
        self.windows = windows
        self.n_trees = n_trees
        self.learning_rate = learning_rate
        self.seed = seed

    def fit(self, evidence: Evidence, is_positive: NDArray[np.bool_]) -> Self:
        """Learns from a town of which the truth is known.

        Args:
            evidence: Another town than the one to be judged.
            is_positive: Which complexes are quiet and declining in its last week (n_complexes).

        Raises:
            ValueError: All labels are alike, so there is nothing to tell apart.
        """
        if np.all(is_positive) or not np.any(is_positive):
            msg = "all labels are alike: learning needs complexes of both kinds"
            raise ValueError(msg)
        # Small trees and strong leaves: a town has a few dozen positives.
        self.model_ = HistGradientBoostingClassifier(
            learning_rate=self.learning_rate,
            max_iter=self.n_trees,
            max_leaf_nodes=8,
            min_samples_leaf=20,
            l2_regularization=1.0,
            early_stopping=False,
            random_state=self.seed,
        ).fit(log_ratios(evidence, self.windows), np.asarray(is_positive, dtype=np.bool_))
        return self

    def judge(self, evidence: Evidence) -> Judged:
        """Gives the probability of being quiet and declining, which is the score too.

        Args:
            evidence: Counts and expectations.
        """
        probability = np.asarray(self.model_.predict_proba(log_ratios(evidence, self.windows))[:, 1], dtype=np.float64)
        return Judged(probability, probability)
