"""True reporting and condition of every complex in every week, and the truth table that follows from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.simulation.buildings import Buildings
from models.simulation.classes import ALWAYS, SILENCE_KINDS, Plan
from models.simulation.draws import Bools, Floats, Ints, room_generator, slow_waves, words
from models.simulation.feeds import Feeds
from models.simulation.moments import date_column
from models.simulation.town import CLASSES, Loadings, Town

QUIET_BELOW = float(np.log(0.6))
"""Truly quiet: r below this [log]; docs/model.md's policy value."""

DECLINE_ABOVE = float(np.log(1.4))
"""Truly declining: d above this [log]; docs/model.md's policy value."""


@dataclass(frozen=True, slots=True)
class Latents:
    """What nobody can observe; arrays of shape (n_complexes, n_weeks) unless said otherwise.

    Attributes:
        r: Lasting reporting on the log scale, 0 = as peers.
        d: Condition on the log scale, 0 = as peers, up is worse.
        echo: Passing change in reporting after visits and interventions, on top of r.
        loadings: The town's own loadings, in the order of STREAMS.
        offsets: Lasting unit × stream noise on the log scale, (n_complexes, n_streams).
        expected: By count stream of `habits.py`: mean reports at r = d = 0, without unit noise, exposure
            included.
        occupied: Homes in use.
        is_unregistered: Weeks in which an outage lost every report.
        kept_complaints: Share of complaints that the intake rule of that week registers [0-1].
        incidents: One row per common-area incident that became known, before any outage: `incident_key`,
            `complex_index`, `week` (of onset), `onset_at`, `first_at` (UTC), `completed_at` (UTC, also when
            later than the last week), `days_open` (from the first report until completion or the end of the
            last week), `is_found_by_staff`, `is_from_fear`, `follow_ups` (further reporters;
            some of them report again), `expected_follow_ups` (their true mean).
        visits: One row per routine or drawn visit: `visit_key`, `complex_index`, `week`, `is_draw`,
            `p_concern`.
    """

    r: Floats
    d: Floats
    echo: Floats
    loadings: Loadings
    offsets: Floats
    expected: dict[str, Floats]
    occupied: Ints
    is_unregistered: Bools
    kept_complaints: Floats
    incidents: pl.DataFrame
    visits: pl.DataFrame

    @property
    def is_quiet_decline(self) -> Bools:
        """The positive class of the benchmark, per complex and week: truly quiet and truly declining."""
        both: Bools = (self.r < QUIET_BELOW) & (self.d > DECLINE_ABOVE)
        return both


def _ramp(onset: Ints, length: Ints, n_weeks: int) -> Floats:
    """Part of the planted change that has happened, (n_complexes, n_weeks) [0-1]; a length of 1 is a step."""
    passed = np.arange(n_weeks)[None, :] - onset[:, None] + 1
    part: Floats = np.clip(passed / length[:, None], 0, 1)
    return part


def planted_paths(town: Town, plan: Plan, buildings: Buildings, seed: int) -> tuple[Floats, Floats]:
    """True reporting r and condition d, (n_complexes, n_weeks), on the log scale.

    A planted ramp or step, plus a lasting level of its own (Student t with 5 degrees of freedom for heavier
    tails than the model assumes; smaller where something is planted), plus slow waves.
    """
    rng = room_generator(seed, "latents")
    n, n_weeks = town.n_complexes, town.n_weeks
    # The variance of a t with 5 degrees of freedom is 5/3.
    own = rng.standard_t(5, size=(2, n)) / np.sqrt(5 / 3)
    own = own * np.where(plan.is_class("ordinary"), 1.0, 0.4)
    r = plan.r_from[:, None] + (plan.r_to - plan.r_from)[:, None] * _ramp(plan.r_onset, plan.r_ramp, n_weeks)
    d = plan.d_from[:, None] + (plan.d_to - plan.d_from)[:, None] * _ramp(plan.d_onset, plan.d_ramp, n_weeks)
    r = r + town.reporting_sd * own[0][:, None] + slow_waves(rng, n, n_weeks, town.drift_sd)
    d = d + town.condition_sd * own[1][:, None] + slow_waves(rng, n, n_weeks, town.drift_sd)
    # Stress cases of docs/model.md: whole area teams quiet, or a third of all complexes.
    quiet_teams = rng.permutation(town.n_area_teams) < round(town.quiet_team_share * town.n_area_teams)
    is_lowered = quiet_teams[buildings.team] | (rng.random(n) < town.quiet_share)
    r = r - 0.8 * (is_lowered & np.isin(plan.planted, [CLASSES.index("ordinary"), CLASSES.index("calm")]))[:, None]
    return r, d


def true_since(is_true: Bools) -> Ints:
    """First week of the run of true weeks that lasts until the last week; -1 where the last week is false.

    Args:
        is_true: (n_complexes, n_weeks).
    """
    n_weeks = is_true.shape[1]
    run = np.cumprod(is_true[:, ::-1], axis=1).sum(axis=1).astype(np.int64)
    return np.where(run > 0, n_weeks - run, -1)


def truth_table(town: Town, plan: Plan, buildings: Buildings, r: Floats, d: Floats, feeds: Feeds) -> pl.DataFrame:
    """One row per complex: what was planted, since when, and how things truly stand in the last week.

    Returns:
        `complex_id`, `planted_class` (CLASSES), `silence_kind` (as planted, empty for other classes),
        `since_week` (Monday on which the planted change began; empty = always), `reporting` exp(r) and
        `condition` exp(d) in the last week, `is_quiet`, `is_declining`, `is_quiet_decline` (in the last
        week), `quiet_decline_since` (Monday since which that holds without a break), `outage_from` and
        `outage_until` (Mondays of the first and last week without any report; not_registered).
    """
    kinds = [SILENCE_KINDS.get(name) for name in CLASSES]
    is_quiet, is_declining = r < QUIET_BELOW, d > DECLINE_ABOVE
    since = true_since(is_quiet & is_declining)
    return pl.DataFrame(
        {
            "complex_id": buildings.ids,
            "planted_class": words(CLASSES, plan.planted),
            "silence_kind": words(kinds, plan.planted),
            "since_week": date_column(town, np.maximum(plan.onset, 0) * 7, plan.onset != ALWAYS),
            "reporting": np.exp(r[:, -1]),
            "condition": np.exp(d[:, -1]),
            "is_quiet": is_quiet[:, -1],
            "is_declining": is_declining[:, -1],
            "is_quiet_decline": (is_quiet & is_declining)[:, -1],
            "quiet_decline_since": date_column(town, since * 7, since >= 0),
            "outage_from": date_column(town, feeds.outage_from * 7, feeds.outage_from >= 0),
            "outage_until": date_column(town, feeds.outage_until * 7, feeds.outage_from >= 0),
        }
    )
