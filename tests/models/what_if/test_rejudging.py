"""From what is published, every week is judged again as it was; and other thresholds and sources as a run would."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import polars as pl
import pytest
from tried_town import N_WEEKS, POLICY, grounds, scored

from models.blocks import BlockSums, block_starts
from models.policy import Policy
from models.posterior import Posterior, path_facts
from models.scores import Scored
from models.two_latents import TwoLatents
from models.weeks import week_number
from models.what_if.rejudging import NOTHING_LEFT_OUT, Chances, Grounds, every_set, judged_again

# What is published has six decimals, and is judged again in half the digits.
ALIKE = 1e-3


class Asked(TwoLatents):
    """The model in force, asked another question: the same paths with the same weights."""

    question: Policy

    def predict(self, sums: BlockSums) -> Posterior:
        facts = path_facts(self.bank, sums.n_weeks, self.question)
        return Posterior.joined(self._chunks(sums, partial(self._judged, facts=facts)))


def published(of: Scored, chances: Chances) -> np.ndarray:
    """The chances that were published, in the shape of those that were judged again."""
    table = of.scores.pivot("complex_id", index="week", values="p_quiet_decline").sort("week")
    return table.tail(len(chances.weeks)).select(chances.ids.to_list()).to_numpy()


@pytest.fixture(scope="module")
def chances(town: Scored) -> Chances:
    return judged_again(grounds(town), N_WEEKS, every_set(grounds(town).sources))


def test_by_the_values_in_force_every_week_comes_out_as_published(town: Scored, chances: Chances) -> None:
    found = chances.at(POLICY.quiet_below, POLICY.decline_above)
    assert found.shape == (N_WEEKS, 16)
    assert found.max() > 0.5, "the town has a complex to speak of"
    np.testing.assert_allclose(found, published(town, chances), atol=ALIKE)


@pytest.mark.parametrize(("quiet", "decline"), [(0.8, 1.4), (0.6, 1.1), (0.45, 2.0)])
def test_by_other_thresholds_a_week_comes_out_as_the_model_says(
    town: Scored, chances: Chances, quiet: float, decline: float
) -> None:
    of = grounds(town)
    first, n_weeks = week_number(of.weeks[0]), len(of.weeks)
    starts = block_starts(first, first + n_weeks)
    sums = [np.add.reduceat(each.astype(float), starts - first, axis=2) for each in (of.seen, of.expected, of.sight)]
    asked = Asked(POLICY).keep(of.learned)
    asked.question = replace(POLICY, quiet_below=quiet, decline_above=decline)
    said = asked.predict(BlockSums(starts, first + n_weeks, *sums)).p_quiet_decline
    np.testing.assert_allclose(chances.at(quiet, decline)[-1], said, atol=ALIKE)


@pytest.mark.parametrize("left_out", [("repairs",), ("tenancies",), ("field_signals",), ("field_signals", "tenancies")])
def test_without_a_source_a_week_comes_out_as_a_run_that_leaves_it_out(
    town: Scored, chances: Chances, left_out: tuple[str, ...]
) -> None:
    run = scored(replace(POLICY, sources_left_out=left_out), town.lesson)
    found = chances.at(POLICY.quiet_below, POLICY.decline_above, frozenset(left_out))
    # With fewer reports due, fewer feeds are suspect; whether one is, stays as published when a week is judged again.
    here = pl.col("stream") == "complaints"
    masks = [each.streams.filter(here).select("complex_id", "week", "is_masked") for each in (town, run)]
    other = masks[0].join(masks[1], on=masks[0].columns, how="anti")["complex_id"].unique()
    alike = ~chances.ids.is_in(other.implode()).to_numpy()
    assert alike.sum() >= 14
    np.testing.assert_allclose(found[:, alike], published(run, chances)[:, alike], atol=ALIKE)
    assert np.abs(found - chances.at(POLICY.quiet_below, POLICY.decline_above)).max() > 0.01, "it did count"


def test_a_laxer_threshold_never_lowers_a_chance(chances: Chances) -> None:
    for table in chances.table.values():
        steps = table.astype(int)
        assert (np.diff(steps, axis=2) >= 0).all(), "quiet below more is more often quiet"
        assert (np.diff(steps, axis=3) <= 0).all(), "declining above more is less often declining"


def test_the_values_in_force_are_on_the_grid_whatever_they_are(town: Scored) -> None:
    odd = replace(grounds(town), policy=replace(POLICY, quiet_below=0.333, decline_above=4.9))
    found = judged_again(odd, 1)
    assert found.at(0.333, 4.9).shape == (1, 16)
    with pytest.raises(ValueError, match=r"0\.334"):
        found.at(0.334, 4.9)
    with pytest.raises(KeyError):
        found.at(0.333, 4.9, frozenset({"repairs"}))


def test_more_weeks_than_there_are_gives_those_there_are_and_progress_is_told(town: Scored) -> None:
    of = grounds(town)
    short = Grounds.of(of_weeks(town, 3), town.history.clear(), town.lesson.learned, POLICY)
    told: list[tuple[int, int]] = []
    found = judged_again(short, 26, tell=lambda done, of_all: told.append((done, of_all)))
    assert len(found.weeks) == 3
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert of.sources == ("repairs", "tenancies", "field_signals")


def of_weeks(town: Scored, n: int) -> pl.DataFrame:
    weeks = town.streams["week"].unique().sort().tail(n)
    return town.streams.filter(pl.col("week").is_in(weeks.implode()))


def test_without_any_evidence_everybody_has_the_chance_of_the_town(town: Scored) -> None:
    blind = of_weeks(town, 2).with_columns(is_masked=pl.lit(value=True), seen=None, expected=None)
    found = judged_again(Grounds.of(blind, town.history.clear(), town.lesson.learned, POLICY), 2)
    assert np.ptp(found.at(POLICY.quiet_below, POLICY.decline_above)) < ALIKE


def test_sets_of_sources_begin_with_nothing() -> None:
    assert every_set(["b", "a"]) == [NOTHING_LEFT_OUT, {"a"}, {"b"}, {"a", "b"}]
    assert every_set([]) == [NOTHING_LEFT_OUT]
