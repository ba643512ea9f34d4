"""What the registration does to the records: outages that lose every report, and changed intake rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.simulation.buildings import Buildings
from models.simulation.draws import Bools, Floats, Ints, room_generator
from models.simulation.moments import date_column
from models.simulation.names import team_names
from models.simulation.town import Town


@dataclass(frozen=True, slots=True)
class Feeds:
    """How reports become records.

    Attributes:
        is_unregistered: Weeks in which every report is lost, (n_complexes, n_weeks).
        outage_from: First such week of each complex, or -1, (n_complexes,).
        outage_until: Last such week of each complex, or -1, (n_complexes,).
        kept_complaints: Share of complaints that are registered, (n_complexes, n_weeks) [0-1].
        is_digital: Weeks in which the portal has replaced desk and telephone, (n_complexes, n_weeks).
        table: The contract table `registration_changes`: rule changes only. Nobody announces an outage.
    """

    is_unregistered: Bools
    outage_from: Ints
    outage_until: Ints
    kept_complaints: Floats
    is_digital: Bools
    table: pl.DataFrame


def _outages(rng: np.random.Generator, town: Town, team: Ints, broken_teams: Ints) -> tuple[Ints, Ints]:
    """First and last week without reports per complex, -1 for none; towns under 20 weeks have none."""
    n = town.n_complexes
    start = np.full(n, -1, dtype=np.int64)
    length = np.zeros(n, dtype=np.int64)
    own_start = rng.integers(0, max(1, town.n_weeks - 16), size=n)
    own_length = rng.integers(5, 13, size=n)
    has_own = rng.random(n) < town.outage_share
    # In the last year, so that a reader of the latest weeks meets it.
    team_start = rng.integers(max(0, town.n_weeks - 40), max(1, town.n_weeks - 12), size=town.n_area_teams)
    team_length = rng.integers(5, 10, size=town.n_area_teams)
    if town.n_weeks < 20:
        return start, start.copy()
    start[has_own], length[has_own] = own_start[has_own], own_length[has_own]
    is_team = np.isin(team, broken_teams)
    start[is_team], length[is_team] = team_start[team[is_team]], team_length[team[is_team]]
    return start, np.where(start >= 0, start + length - 1, -1)


def planted_feeds(town: Town, buildings: Buildings, seed: int) -> Feeds:
    """Draw which team loses its reports, which stops registering nuisance, and which moves to the portal."""
    rng = room_generator(seed, "feeds")
    order = rng.permutation(town.n_area_teams)
    broken = order[: town.team_outages]
    # Other teams than the broken ones, as long as there are enough.
    ruled = np.roll(order, -town.team_outages)[: town.rule_changes]
    digital = np.roll(order, -town.team_outages - town.rule_changes)[:1]
    outage_from, outage_until = _outages(rng, town, buildings.team, broken)
    weeks = np.arange(town.n_weeks)[None, :]
    is_unregistered = (weeks >= outage_from[:, None]) & (weeks <= outage_until[:, None]) & (outage_from >= 0)[:, None]

    latest = max(1, town.n_weeks - 12)
    rule_week = int(rng.integers(town.n_weeks // 3, max(town.n_weeks // 3 + 1, latest)))
    digital_week = int(rng.integers(town.n_weeks // 4, max(town.n_weeks // 4 + 1, latest)))
    is_ruled = np.isin(buildings.team, ruled)[:, None] & (weeks >= rule_week)
    is_digital = np.isin(buildings.team, digital)[:, None] & (weeks >= digital_week)
    rows = [
        (
            int(team),
            rule_week,
            "fewer",
            "Burenoverlast wordt alleen nog geregistreerd als er een dossier komt.",
        )
        for team in ruled
    ] + [(int(team), digital_week, "other_channel", "Balie gesloten; melden gaat via het portaal.") for team in digital]
    names = team_names(town.n_area_teams)
    table = pl.DataFrame(
        {
            "change_id": [f"RC{number + 1:03d}" for number in range(len(rows))],
            "contract": ["complaints"] * len(rows),
            "area_team": [names[row[0]] for row in rows],
            "source": pl.Series([None] * len(rows), dtype=pl.String),
            "starts_on": date_column(town, np.array([row[1] * 7 for row in rows], dtype=np.int64)),
            "expected_effect": [row[2] for row in rows],
            "description": [row[3] for row in rows],
        }
    )
    kept = np.where(is_ruled, town.rule_kept_share, 1.0)
    return Feeds(is_unregistered, outage_from, outage_until, kept, is_digital, table)
