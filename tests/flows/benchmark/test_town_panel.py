"""What a method may see of a town, and the truth in the same order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny_methods import TINY

from flows.benchmark.town_panel import NO_ONSET, TownPanel, town_panel
from models.simulation import Town

TOWN = Town(**TINY, habit_sd=0.0)
BIG_SHARES = replace(TOWN.shares, went_quiet=0.2, emptied=0.05)


@pytest.fixture(scope="module")
def panel() -> TownPanel:
    return town_panel(replace(TOWN, shares=BIG_SHARES), 101)


def test_rows_and_columns_are_those_of_the_town(panel: TownPanel) -> None:
    evidence, truth = panel.evidence, panel.truth
    assert (evidence.n_complexes, evidence.n_weeks) == (90, 78)
    assert truth.is_quiet_decline.shape == (90, 78)
    assert {len(each) for each in (truth.planted, truth.onset, truth.silence_kind, panel.area_team)} == {90}
    # Homes of a complex that is being emptied are known by the week in which it was written down.
    lasting = truth.planted != "emptied"
    assert np.array_equal(evidence.homes[lasting], panel.simulation.latents.occupied[lasting])


def test_counts_are_those_of_the_tables_row_by_row(panel: TownPanel) -> None:
    complaints = panel.simulation.tables["complaints"]["complex_id"].value_counts()
    delivered = dict(complaints.iter_rows())
    seen = panel.evidence.series[panel.evidence.place("complaints")].seen.sum(axis=1)
    wanted = np.array([delivered.get(name, 0) for name in panel.complexes["complex_id"]])
    # A report outside the weeks in use, or of a masked week, is not in the panel.
    assert (seen <= wanted).all()
    assert seen.sum() > 0.9 * wanted.sum()


def test_what_was_planted_stands_at_its_own_complex(panel: TownPanel) -> None:
    truth, planted = panel.truth, panel.simulation.truth
    assert truth.planted.tolist() == planted["planted_class"].to_list()
    assert truth.is_quiet_decline[:, -1].tolist() == planted["is_quiet_decline"].to_list()
    quiet = truth.planted == "went_quiet"
    assert quiet.sum() == 18
    assert ((truth.onset[quiet] >= 0) & (truth.onset[quiet] < 78)).all()
    assert (truth.onset[truth.planted == "ordinary"] == NO_ONSET).all()
    late = panel.simulation.latents.r[quiet, -1]
    before = panel.simulation.latents.r[np.nonzero(quiet)[0], np.maximum(truth.onset[quiet] - 1, 0)]
    assert (late < before + 0.5).all()


def test_a_complex_without_a_story_is_not_silent(panel: TownPanel) -> None:
    kinds = dict(zip(panel.truth.planted, panel.truth.silence_kind, strict=True))
    assert kinds["went_quiet"] in ("unknown", "not_registered")
    assert set(panel.truth.silence_kind[panel.truth.planted == "ordinary"]) <= {"none", "not_registered"}


def test_a_stream_that_nobody_delivers_is_masked_everywhere() -> None:
    evidence = town_panel(TOWN, 101, without=("follow_up_reports",)).evidence
    place = evidence.place("follow_up_reports")
    gone = evidence.series[place]
    assert gone.is_masked.all()
    assert not gone.exposure.any()
    assert not gone.seen.any()
    assert not evidence.expected[place].any()
    assert not evidence.series[evidence.place("complaints")].is_masked.all()


def test_expectations_add_up_to_what_came(panel: TownPanel) -> None:
    evidence = panel.evidence
    for place in (evidence.place("normal_repairs"), evidence.place("urgent_repairs")):
        assert evidence.expected[place].sum() == pytest.approx(evidence.series[place].seen.sum(), rel=0.02)
