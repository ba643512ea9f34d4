"""What one town teaches: how much complexes differ, how its streams load, and which stories are common there.

Learned about once a month and kept with its date, so that between two lessons a trend has no steps that come from
refitting, and any week can be made again exactly.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Self

import numpy as np

from models.streams import STREAMS, Floats


@dataclass(frozen=True)
class Learned:
    """Everything that is estimated from the town as a whole; streams in the order of `STREAMS`.

    Attributes:
        loadings: How the log rate moves with reporting and condition (n_streams, 2).
        level: Log of the factor on what was expected of an ordinary complex (n_streams).
        habit_variance: Variance of a complex's lasting habit in a stream [variance of the ratio] (n_streams).
        dispersion: Variance of a good or bad week [variance of the ratio] (n_streams).
        group_weights: How common each group of paths is; adds up to 1 (n_groups).
    """

    loadings: Floats
    level: Floats
    habit_variance: Floats
    dispersion: Floats
    group_weights: Floats

    @classmethod
    def nothing(cls, group_weights: Floats) -> Self:
        """Before anything is learned: the loadings of docs/model.md and habits of an ordinary town."""
        n = len(STREAMS)
        return cls(
            loadings=np.array([each.loads_on for each in STREAMS]),
            level=np.zeros(n),
            habit_variance=np.full(n, ORDINARY_HABIT),
            dispersion=np.zeros(n),
            group_weights=group_weights,
        )

    def as_dict(self) -> dict[str, Any]:
        """As lists, for keeping."""
        return {name: value.tolist() for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> Self:
        """What `as_dict` gave."""
        return cls(**{each.name: np.array(kept[each.name]) for each in fields(cls)})


# Real complexes have lasting habits: .08 is the variance of the log ratio in Chicago's 26-week sums (docs/model.md).
ORDINARY_HABIT = 0.08
