"""What the lists of published weeks were chosen by, as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.answers import AS_THEY_ARE, Recalibration
from models.policy import Policy
from models.streams import STREAMS, Floats, places_of


@dataclass(frozen=True)
class Past:
    """What the lists of the published weeks were chosen by; arrays are (n_complexes, n_weeks).

    Attributes:
        ids: Complexes, sorted.
        weeks: Mondays.
        teams: Names of the area teams.
        team: Place in `teams`; -1 where the complex was not in use.
        homes: Homes; 0 where not in use [homes].
        in_use: Homes in use, as far as a stream tells; else all [homes].
        probability: P(quiet and declining), the model's own [0-1].
        is_emptied: Whether it was called emptied.
        is_suspect: Whether its report feed was suspect.
        is_too_small: Whether its silence would prove nothing.
        answers: The columns of `rests.ANSWER_COLUMNS`.
        capacity: New flags a week of the teams that set their own number.
        recalibration: What answers taught the chances to mean.
        policy: The values that were in force.
    """

    ids: pl.Series
    weeks: pl.Series
    teams: tuple[str, ...]
    team: NDArray[np.int64]
    homes: Floats
    in_use: Floats
    probability: Floats
    is_emptied: NDArray[np.bool_]
    is_suspect: NDArray[np.bool_]
    is_too_small: NDArray[np.bool_]
    answers: pl.DataFrame
    capacity: Mapping[str, int]
    recalibration: Recalibration
    policy: Policy

    @classmethod
    def of(
        cls,
        scores: pl.DataFrame,
        streams: pl.DataFrame,
        answers: pl.DataFrame,
        policy: Policy,
        capacity: Mapping[str, int] | None = None,
        recalibration: Recalibration | None = None,
    ) -> Past:
        """The past as the published tables tell it.

        Args:
            scores: The published table `scores`.
            streams: The published table `streams`.
            answers: The columns of `rests.ANSWER_COLUMNS`.
            policy: The values that were in force.
            capacity: New flags a week of the teams that set their own number.
            recalibration: What answers taught the chances to mean; else nothing.
        """
        ids, weeks = scores["complex_id"].unique().sort(), scores["week"].unique().sort()
        teams = tuple(scores["area_team"].unique().sort())
        rows, columns = places_of(scores["complex_id"], ids), places_of(scores["week"], weeks)

        def spread(values: pl.Series | NDArray[Any], empty: Any) -> NDArray[Any]:
            array = np.asarray(values)
            found = np.full((len(ids), len(weeks)), empty, dtype=array.dtype)
            found[rows, columns] = array
            return found

        homes = spread(scores["homes"].cast(pl.Float64), 0.0)
        in_use = homes.copy()
        counted = streams.filter(pl.col("stream") == STREAMS[0].name, ~pl.col("is_masked")).join(
            scores.select("complex_id", "week"), on=["complex_id", "week"], how="semi"
        )
        in_use[places_of(counted["complex_id"], ids), places_of(counted["week"], weeks)] = counted["exposure"]
        return cls(
            ids,
            weeks,
            teams,
            spread(places_of(scores["area_team"], pl.Series(teams)), -1),
            homes,
            in_use,
            spread(scores["p_quiet_decline"], 0.0),
            spread(scores["state"] == "emptied", False),
            spread(scores["state"] == "feed_suspect", False),
            spread(scores["is_too_small_to_know"], True),
            answers,
            capacity or {},
            recalibration or AS_THEY_ARE,
            policy,
        )

    @property
    def is_there(self) -> NDArray[np.bool_]:
        """Whether the complex was in use."""
        return self.team >= 0
