"""The town that the pictures are of: simulated, counted, learned from and judged as a real one.

It has richer evidence than most corporations have (`RICH_RATES`: more reports, more visits), so that one complex has
enough to show. What the model is worth at usual rates: `docs/benchmark.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from flows.benchmark.town_panel import town_panel
from models.blocks import BlockSums, summed
from models.episodes import episodes
from models.evidence import Evidence
from models.lesson import Lesson, counted, estimator, gathered
from models.policy import Policy
from models.scores import score_weeks
from models.simulation import RICH_RATES, Town
from models.two_latents import TwoLatents

SEED = 7
TOWN = Town(n_complexes=300, n_area_teams=12, n_weeks=156, rates=RICH_RATES)
# Weeks that are judged: what the picture of the weeks shows.
N_WEEKS = 64
# Chosen because they show what the page is about; what was planted in them is said on the page.
QUIET, TWIN, WAVERING = "C0059", "C0045", "C0099"
"""A quiet complex, one of the same size with the same complaints, and one that comes and goes."""


@dataclass(frozen=True)
class JudgedTown:
    """A simulated town with everything that the model says of it.

    Attributes:
        policy: The values in force: the defaults.
        complexes: The input table.
        planted: What was planted in each complex; columns `complex_id`, `planted_class`, `since_week`, and the rest of
            the simulation's truth.
        scores: As the contract `scores`, the last weeks.
        streams: As the contract `streams`, likewise.
        reasons: As the contract `reasons`, the last week.
        episodes: `models.episodes.episodes` of the scores.
        evidence: Counts and expectations of all weeks; rows in the order of `complexes`.
        sums: The same in blocks.
        model: The estimator, with what the town taught.
        lesson: What the town taught.
    """

    policy: Policy
    complexes: pl.DataFrame
    planted: pl.DataFrame
    scores: pl.DataFrame
    streams: pl.DataFrame
    reasons: pl.DataFrame
    episodes: pl.DataFrame
    evidence: Evidence
    sums: BlockSums
    model: TwoLatents
    lesson: Lesson

    @property
    def last_week(self) -> date:
        """Monday of the last week."""
        found = self.scores["week"].max()
        assert isinstance(found, date)
        return found

    @property
    def now(self) -> pl.DataFrame:
        """The scores of the last week, most probable first."""
        scores = self.scores.filter(pl.col("week") == self.last_week)
        return scores.sort("p_quiet_decline", "complex_id", descending=[True, False])

    @property
    def year(self) -> pl.DataFrame:
        """Seen and expected of the past year, one row per complex and stream with sight."""
        since = self.last_week - timedelta(weeks=self.policy.long_window_weeks)
        told = self.streams.filter(pl.col("week") > since, ~pl.col("is_masked"))
        return told.group_by("complex_id", "stream").agg(pl.col("seen", "expected").sum())

    def place(self, complex_id: str) -> int:
        """Row of a complex in the evidence."""
        return self.complexes["complex_id"].to_list().index(complex_id)


def judged_town(town: Town = TOWN, seed: int = SEED, n_weeks: int = N_WEEKS) -> JudgedTown:
    """Simulates a town and judges it, with the default policy.

    Args:
        town: The settings.
        seed: Seed of the simulation.
        n_weeks: Weeks to judge, the last included [weeks].
    """
    policy = Policy()
    panel = town_panel(town, seed)
    tables = panel.simulation.tables
    changes, interventions = tables["registration_changes"], tables["interventions"]
    scored = score_weeks(panel.weekly, panel.complexes, policy, n_weeks, changes=changes, interventions=interventions)
    evidence = gathered(counted(panel.weekly, panel.complexes, changes, interventions), scored.lesson, policy)
    return JudgedTown(
        policy,
        panel.complexes,
        panel.simulation.truth,
        scored.scores,
        scored.streams,
        scored.reasons,
        episodes(scored.scores, policy),
        evidence,
        summed(evidence),
        estimator(policy).keep(scored.lesson.learned),
        scored.lesson,
    )
