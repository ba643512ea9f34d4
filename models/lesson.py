"""From the panel to evidence, and what is learned on the way: one lesson, kept with its date.

A lesson holds all that is estimated from the town as a whole: what like complexes have, what known breaks did, how
streams load and habits differ. Given a lesson, the evidence of a week depends on the panel alone.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.baseline import RateTable, building_classes, learned_rate
from models.breaks import Breaks, KnownChanges, known_changes, learned_breaks, with_breaks
from models.evidence import Evidence, homes_in_use
from models.feeds import mask_silent_feeds
from models.learned import Learned
from models.policy import Policy
from models.streams import STREAMS, Floats, StreamSeries, places_of, stream_series
from models.two_latents import TwoLatents
from models.weeks import week_number
from models.window import pearson_dispersion

# Goes up whenever a lesson means something else than before: then no kept one is used.
LESSON_VERSION = 1


@dataclass(frozen=True)
class Lesson:
    """What one town taught.

    Attributes:
        rates: What like complexes have, per stream in the order of `STREAMS`.
        breaks: What known breaks did.
        learned: Loadings, habits, and how common each story is.
        report_variance: How much complexes differ in what they report [variance of the ratio].
    """

    rates: tuple[RateTable, ...]
    breaks: Breaks
    learned: Learned
    report_variance: float

    def as_dict(self) -> dict[str, Any]:
        """As plain lists and figures, for keeping as JSON; streams by name, for reading."""
        return {
            "rates": {each.name: asdict(rate) for each, rate in zip(STREAMS, self.rates, strict=True)},
            "breaks": asdict(self.breaks),
            "learned": self.learned.as_dict(),
            "report_variance": self.report_variance,
        }

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> Self:
        """What `as_dict` gave."""
        return cls(
            tuple(RateTable.from_dict(kept["rates"][each.name]) for each in STREAMS),
            Breaks.from_dict(kept["breaks"]),
            Learned.from_dict(kept["learned"]),
            float(kept["report_variance"]),
        )


@dataclass(frozen=True)
class Counted:
    """The panel as arrays, before anything is expected.

    Attributes:
        ids: Complexes in use in any week, sorted: the row order.
        weeks: Mondays, the column order.
        series: All streams, in the order of `STREAMS`.
        homes: Homes in use (n_complexes, n_weeks).
        classes: `building_classes`, in row order.
        teams: Area team of each complex, numbered from 0 (n_complexes).
        known: Changes and interventions.
        is_deaf: Weeks in which the watch over feeds does not believe the reports of the team (n_complexes, n_weeks).
    """

    ids: pl.Series
    weeks: pl.Series
    series: list[StreamSeries]
    homes: Floats
    classes: pl.DataFrame
    teams: NDArray[np.int64]
    known: KnownChanges
    is_deaf: NDArray[np.bool_]


def counted(
    weekly: pl.DataFrame,
    complexes: pl.DataFrame,
    changes: pl.DataFrame | None = None,
    interventions: pl.DataFrame | None = None,
    without: tuple[str, ...] = (),
) -> Counted:
    """The panel as arrays.

    Args:
        weekly: `panel.weekly`: one row per complex and week in use.
        complexes: `complex_id`, `homes`, `building_type`, `built_year`, as now valid.
        changes: See `breaks.known_changes`.
        interventions: See `breaks.known_changes`.
        without: Streams to leave out, as if nobody delivered them.
    """
    ids = weekly["complex_id"].unique().sort()
    # A week in which no complex was in use has no row, and is a week all the same.
    weeks = weekly.select(week=pl.date_range(pl.col("week").min(), pl.col("week").max(), "1w"))["week"]
    latest = weekly.sort("week").group_by("complex_id").agg(pl.col("area_team").last())
    rows = (
        pl.DataFrame({"complex_id": ids})
        .join(complexes.drop("area_team", strict=False), on="complex_id", how="left", maintain_order="left")
        .join(latest, on="complex_id", how="left", maintain_order="left")
    )
    series = [_left_out(each) if each.stream.name in without else each for each in stream_series(weekly, ids, weeks)]
    return Counted(
        ids,
        weeks,
        series,
        homes_in_use(weekly, ids, weeks),
        building_classes(rows),
        rows["area_team"].rank("dense").to_numpy().astype(np.int64) - 1,
        known_changes(rows, weeks.to_list(), changes, interventions),
        _deaf_weeks(weekly, ids, weeks),
    )


def _deaf_weeks(weekly: pl.DataFrame, ids: pl.Series, weeks: pl.Series) -> NDArray[np.bool_]:
    """As an array; nobody is deaf in a panel that does not tell."""
    found = np.zeros((len(ids), len(weeks)), dtype=np.bool_)
    if "is_feed_suspect" in weekly.columns:
        deaf = weekly.filter(pl.col("is_feed_suspect"))
        found[places_of(deaf["complex_id"], ids), places_of(deaf["week"], weeks)] = True
    return found


def _left_out(series: StreamSeries) -> StreamSeries:
    nothing = np.zeros_like(series.seen)
    return replace(series, seen=nothing, exposure=nothing, is_masked=np.ones_like(series.is_masked))


def learn(panel: Counted, policy: Policy) -> Lesson:
    """Learns all that a town can teach.

    Args:
        panel: The panel as arrays.
        policy: The values in force.
    """
    rates, breaks, first = expectations(panel, policy)
    reports = [i for i, each in enumerate(STREAMS) if each.tells_of == "report"]
    variance = pearson_dispersion(
        np.sum([first.series[i].seen.sum(axis=1) for i in reports], axis=0),
        np.sum([first.expected[i].sum(axis=1) for i in reports], axis=0),
    )
    return Lesson(rates, breaks, estimator(policy).fit(first).learned_, max(variance, policy.habit_dispersion))


def expectations(panel: Counted, policy: Policy) -> tuple[tuple[RateTable, ...], Breaks, Evidence]:
    """What like complexes have and what known breaks did, and the evidence that follows."""
    weeks = panel.weeks.to_list()
    rates = _rates(panel.series, panel.classes, weeks)
    breaks = learned_breaks(panel.series, _plain(panel.series, rates, panel.classes, weeks), panel.known)
    first = evidence(panel, rates, breaks, policy)
    if not first.is_feed_suspect.any():
        return rates, breaks, first
    # Weeks without a feed must not lower what is expected of the others, so the rates are learned once more.
    rates = _rates(first.series, panel.classes, weeks)
    breaks = learned_breaks(first.series, _plain(first.series, rates, panel.classes, weeks), panel.known)
    return rates, breaks, evidence(panel, rates, breaks, policy)


def estimator(policy: Policy) -> TwoLatents:
    """The estimator with the policy's values, on two threads; its outcome does not depend on how many."""
    return TwoLatents(policy, n_jobs=2)


def gathered(panel: Counted, lesson: Lesson, policy: Policy) -> Evidence:
    """The evidence, as a lesson makes it of a panel."""
    return evidence(panel, lesson.rates, lesson.breaks, policy)


def evidence(panel: Counted, rates: tuple[RateTable, ...], breaks: Breaks, policy: Policy) -> Evidence:
    """Counts beside what is expected, masked where a feed failed."""
    weeks: list[date] = panel.weeks.to_list()
    plain = with_breaks(_plain(panel.series, rates, panel.classes, weeks), panel.series, panel.known, breaks)
    series, is_suspect = mask_silent_feeds(panel.series, plain, policy.silent_feed_expected, panel.teams)
    expected = [np.where(each.is_masked, 0.0, due) for each, due in zip(series, plain, strict=True)]
    return Evidence(series, expected, is_suspect | panel.is_deaf, panel.homes, week_number(weeks[0]))


def _rates(series: list[StreamSeries], classes: pl.DataFrame, weeks: list[date]) -> tuple[RateTable, ...]:
    return tuple(learned_rate(each, classes, weeks) for each in series)


def _plain(
    series: list[StreamSeries], rates: tuple[RateTable, ...], classes: pl.DataFrame, weeks: list[date]
) -> list[Floats]:
    return [each.exposure * rate.predict(classes, weeks) for each, rate in zip(series, rates, strict=True)]
