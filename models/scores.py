"""From the panel to one row per complex and week: how quiet, how worrying, since when, how sure.

The steps, each in a room of its own: what the town teaches (`lesson`), counts beside what is expected (`evidence`),
sums of the past that go on from last week's (`checkpoint`), reporting and condition of every complex (`two_latents`),
the figures that people read beside them (`figures`), what to call it (`silence`). This file only puts them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from models.checkpoint import Checkpoint, first_counted_week, first_new_week, next_sums, sums_before, week_digests
from models.disclosure import weighed
from models.evidence import Evidence
from models.figures import Figures, week_figures
from models.history import earlier_sums
from models.lesson import Counted, Lesson, counted, estimator, gathered, learn
from models.policy import Policy
from models.posterior import Posterior
from models.quarters import Quarter, settled_quarters, told_counts
from models.silence import name_states
from models.streams import STREAMS
from models.two_latents import Parts

# What naming goes by beside the sums; all but the complex and the week may be corrected later.
_BESIDE = ("complex_id", "week", "area_team", "homes", "homes_in_use", "visits", "threat_signals")


@dataclass(frozen=True)
class Scored:
    """What one run knows about its weeks.

    Attributes:
        scores: One row per complex and newly scored week in use, as the contract `scores`.
        streams: One row per complex, week and stream, as the contract `streams`; all weeks that were asked for.
        history: Sums of before the weeks of `streams`, as the contract `history`.
        reasons: One row per complex and stream with sight in the last week, as the contract `reasons`.
        quarters: What may be told of the settled quarters (`models.quarters.told_counts`), with the `weight` of each
            stream when the last one was told (`models.disclosure.weighed`).
        lesson: What the town taught: the one that was given, or a new one.
        checkpoint: Where the next run may go on.
    """

    scores: pl.DataFrame
    streams: pl.DataFrame
    history: pl.DataFrame
    reasons: pl.DataFrame
    quarters: pl.DataFrame
    lesson: Lesson
    checkpoint: Checkpoint


def score_weeks(
    weekly: pl.DataFrame,
    complexes: pl.DataFrame,
    policy: Policy,
    n_weeks: int,
    *,
    changes: pl.DataFrame | None = None,
    interventions: pl.DataFrame | None = None,
    lesson: Lesson | None = None,
    checkpoint: Checkpoint | None = None,
) -> Scored:
    """Scores the last `n_weeks` weeks of a panel; of these, with a checkpoint, only what is new or changed.

    Args:
        weekly: `panel.weekly`: one row per complex and week in use.
        complexes: `complex_id`, `homes`, `building_type`, `built_year`, `audience`, as now valid.
        policy: The values in force.
        n_weeks: Weeks to score, the last of the panel included [weeks].
        changes: Announced changes of intake: `change_id`, `contract`, `area_team`, `starts_on`, `expected_effect`.
        interventions: What was done: `complex_id`, `area_team`, `starts_on`.
        lesson: What was learned earlier; without it the town is asked now.
        checkpoint: Where the last run with the same lesson and the same policy stood.

    Returns:
        Scores, streams and reasons. Nothing in them is NaN or infinite.
    """
    left_out = tuple(each.name for each in STREAMS if each.source in policy.sources_left_out)
    panel = counted(weekly, complexes, changes, interventions, left_out)
    known = lesson or learn(panel, policy)
    whole = gathered(panel, known, policy)
    before = checkpoint if lesson else None
    after = _after_interventions(panel.weeks, interventions, policy)
    audience = complexes.select("complex_id", "audience").filter(pl.col("complex_id").is_in(panel.ids.implode()))
    first_asked = whole.first_week + whole.n_weeks - min(n_weeks, whole.n_weeks)
    since = first_counted_week(whole, first_asked, policy.long_window_weeks)
    digests = week_digests(whole, [weekly.select(_BESIDE), *after], audience, since)
    first_new = first_new_week(before, panel.ids, whole, digests)
    # The last week is always told anew, with its reasons; the weeks before only where something in them is new.
    last = whole.first_week + whole.n_weeks - 1
    first = min(max(first_asked, first_new), last)
    model = estimator(policy).keep(known.learned)
    sums = sums_before(before, whole, first, first_new)
    frames = []
    for number in range(first, last + 1):
        sums = next_sums(sums, whole, number)
        until = whole.until(number - whole.first_week + 1)
        posterior = model.predict(sums)
        figures = week_figures(until, posterior, known, policy)
        frames.append(_frame(panel, number - whole.first_week, posterior, figures))
    assert sums is not None
    scores = name_states(_with_context(pl.concat(frames), weekly, complexes, after, policy), policy)
    asked = panel.weeks[first_asked - whole.first_week :]
    in_use = weekly.filter(pl.col("week") >= asked[0]).select("complex_id", "week")
    reasons = _reasons(panel, figures, model.parts(sums))
    return Scored(
        scores=scores,
        streams=_streams_frame(whole, panel, len(asked)).join(in_use, on=["complex_id", "week"], how="semi"),
        history=earlier_sums(whole, panel.ids, panel.weeks, len(asked)),
        reasons=reasons.join(in_use, on=["complex_id", "week"], how="semi"),
        quarters=_with_weights(
            _large_enough(
                told_counts(whole, panel.ids, panel.weeks, known.learned.habit_variance, policy), weekly, policy
            ),
            reasons,
            settled_quarters(panel.weeks[-1], policy)[-1],
            policy,
        ),
        lesson=known,
        checkpoint=Checkpoint(panel.ids, digests, sums),
    )


def _large_enough(told: pl.DataFrame, weekly: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Without the complexes that ever had so few homes that a count could point at one household."""
    smallest = weekly.group_by("complex_id").agg(pl.col("homes").min())
    large = smallest.filter(pl.col("homes") >= policy.smallest_shown_homes)
    return told.join(large, on="complex_id", how="semi", maintain_order="left")


def _with_weights(told: pl.DataFrame, reasons: pl.DataFrame, last: Quarter, policy: Policy) -> pl.DataFrame:
    """The last settled quarter with how much each stream weighs now; once told, neither changes."""
    is_last = pl.col("quarter_starts_on") == last.first_day
    return (
        told.join(weighed(reasons, policy), on=["complex_id", "stream"], how="left", maintain_order="left")
        .with_columns(weight=pl.when(is_last).then(pl.col("weight").fill_null("none")))
        .select(*told.columns, "weight")
    )


def _frame(panel: Counted, place: int, posterior: Posterior, figures: Figures) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "complex_id": panel.ids,
            "week": pl.repeat(panel.weeks[place], len(panel.ids), dtype=pl.Date, eager=True),
            **posterior.__dict__,
            **figures.columns(),
        }
    )


def _with_context(
    frame: pl.DataFrame,
    weekly: pl.DataFrame,
    complexes: pl.DataFrame,
    after: list[pl.DataFrame],
    policy: Policy,
) -> pl.DataFrame:
    """Adds what naming needs beside the figures: the complex in that week, and what was seen and done there."""
    recent = (
        weekly.sort("complex_id", "week")
        .rolling("week", period=f"{policy.long_window_weeks}w", group_by="complex_id")
        .agg(visits_recent=pl.col("visits").sum(), threats_recent=pl.col("threat_signals").sum())
    )
    in_use = weekly.select("complex_id", "week", "area_team", "homes", "homes_in_use")
    found = (
        frame.join(in_use, on=["complex_id", "week"], how="inner", maintain_order="left")
        .join(recent, on=["complex_id", "week"], how="left", maintain_order="left")
        .join(complexes.select("complex_id", "audience"), on="complex_id", how="left", maintain_order="left")
    )
    for number, touched in enumerate(after):
        found = found.join(
            touched.with_columns(pl.lit(True).alias(f"after_{number}")),
            on=touched.columns,
            how="left",
            maintain_order="left",
        )
    is_after = [pl.col(f"after_{number}").fill_null(False) for number in range(len(after))]
    return found.with_columns(is_after_intervention=pl.any_horizontal(pl.lit(False), *is_after))


def _after_interventions(weeks: pl.Series, interventions: pl.DataFrame | None, policy: Policy) -> list[pl.DataFrame]:
    """The weeks in the year after an intervention: by `complex_id` where it names one, else by `area_team`."""
    if interventions is None:
        return []
    begun = pl.col("starts_on").is_between(pl.col("week") - timedelta(weeks=policy.long_window_weeks), pl.col("week"))
    own = interventions.filter(pl.col("complex_id").is_not_null()).select("complex_id", "starts_on")
    of_team = interventions.filter(pl.col("complex_id").is_null(), pl.col("area_team").is_not_null())
    return [
        each.join(weeks.to_frame("week"), how="cross").filter(begun).drop("starts_on").unique()
        for each in (own, of_team.select("area_team", "starts_on"))
    ]


def _streams_frame(evidence: Evidence, panel: Counted, n_weeks: int) -> pl.DataFrame:
    keys = {
        "complex_id": pl.Series(np.repeat(panel.ids.to_numpy(), n_weeks), dtype=pl.String),
        "week": pl.concat([panel.weeks.tail(n_weeks)] * len(panel.ids)),
    }
    parts = []
    for series, expected in zip(evidence.series, evidence.expected, strict=True):
        parts.append(
            pl.DataFrame(
                keys
                | {
                    "stream": pl.repeat(series.stream.name, len(keys["week"]), eager=True),
                    "is_masked": series.is_masked[:, -n_weeks:].ravel(),
                    "seen": series.seen[:, -n_weeks:].ravel(),
                    "expected": expected[:, -n_weeks:].ravel(),
                    "exposure": series.exposure[:, -n_weeks:].ravel(),
                }
            ).with_columns(
                # What could not be observed has no count, and nothing was expected of it.
                pl.when(~pl.col("is_masked")).then(pl.col("seen")).cast(pl.Int64),
                pl.when(~pl.col("is_masked")).then(pl.col("expected").round(6)),
                pl.when(~pl.col("is_masked")).then(pl.col("exposure").round(6)),
            )
        )
    return (
        pl.concat(parts)
        .select("complex_id", "week", "stream", "seen", "expected", "exposure", "is_masked")
        .sort("complex_id", "week", "stream")
    )


def _reasons(panel: Counted, figures: Figures, parts: Parts) -> pl.DataFrame:
    n = len(panel.ids)
    return (
        pl.DataFrame(
            {
                "complex_id": pl.Series(np.repeat(panel.ids.to_numpy(), len(STREAMS)), dtype=pl.String),
                "week": pl.repeat(panel.weeks[-1], n * len(STREAMS), dtype=pl.Date, eager=True),
                "stream": np.tile([each.name for each in STREAMS], n),
                "seen": figures.seen.T.ravel(),
                "expected": figures.expected.T.ravel(),
                "log_odds": parts.streams.T.ravel(),
                "period_weeks": figures.period_weeks.T.ravel(),
                "start_log_odds": np.full(n * len(STREAMS), parts.start),
            }
        )
        .with_columns(
            pl.col("seen", "period_weeks").cast(pl.Int64),
            pl.col("expected", "log_odds", "start_log_odds").round(6),
        )
        # A stream that moved nothing and of which nothing was expected had no sight: it is not shown as a reason.
        .filter((pl.col("expected") > 0) | (pl.col("log_odds") != 0))
        .with_columns(pl.col("period_weeks").cast(pl.Int32))
        .sort("complex_id", "week", "stream")
    )
