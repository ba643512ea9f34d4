"""What every method gets to see: cut by complex, cut by week, and never changed."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from latent_town import N_STREAMS, NAMES, evidence

from models.evidence import Evidence, homes_in_use
from models.streams import STREAMS

SHAPE = (N_STREAMS, 5, 7)


@pytest.fixture
def given_town() -> Evidence:
    rng = np.random.default_rng(0)
    found = evidence(
        rng.poisson(3.0, SHAPE).astype(float), rng.gamma(2, 1, SHAPE), rng.random(SHAPE) < 0.2, first_week=70
    )
    found.is_feed_suspect[:] = rng.random(SHAPE[1:]) < 0.3
    found.homes[:] = rng.integers(1, 90, SHAPE[1:])
    return found


def everything(given_town: Evidence) -> list[np.ndarray]:
    """All arrays, complexes first."""
    of_series = [x for each in given_town.series for x in (each.seen, each.exposure, each.is_masked)]
    return [*of_series, *given_town.expected, given_town.is_feed_suspect, given_town.homes]


def test_it_says_how_much_there_is(given_town: Evidence) -> None:
    assert (given_town.n_complexes, given_town.n_weeks) == (5, 7)
    assert given_town.seen.shape == SHAPE
    for k, each in enumerate(given_town.series):
        assert np.array_equal(given_town.seen[k], each.seen)


def test_streams_are_found_by_name(given_town: Evidence) -> None:
    assert [given_town.place(name) for name in NAMES] == list(range(N_STREAMS))
    with pytest.raises(ValueError, match="nonsense"):
        given_town.place("nonsense")


@pytest.mark.parametrize("rows", [[4, 0, 0], [], [1]])
def test_some_complexes_keep_all_of_theirs(given_town: Evidence, rows: list[int]) -> None:
    chosen = np.array(rows, dtype=np.int64)
    found = given_town.of(chosen)
    assert (found.n_complexes, found.n_weeks, found.first_week) == (len(rows), 7, 70)
    for one, whole in zip(everything(found), everything(given_town), strict=True):
        assert np.array_equal(one, whole[chosen])
    assert [each.stream for each in found.series] == list(STREAMS)


@pytest.mark.parametrize("n_weeks", [1, 4, 7])
def test_until_a_week_nothing_later_is_known(given_town: Evidence, n_weeks: int) -> None:
    found = given_town.until(n_weeks)
    assert (found.n_complexes, found.n_weeks, found.first_week) == (5, n_weeks, 70)
    for one, whole in zip(everything(found), everything(given_town), strict=True):
        assert np.array_equal(one, whole[:, :n_weeks])


def test_homes_follow_the_order_that_is_asked_and_none_is_nothing() -> None:
    weeks = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(3)]
    weekly = pl.DataFrame(
        {"complex_id": ["A", "B", "A"], "week": [weeks[2], weeks[0], weeks[0]], "homes_in_use": [12, 30, 10]}
    )
    found = homes_in_use(weekly, pl.Series(["B", "A"]), pl.Series(weeks))
    assert found.tolist() == [[30, 0, 0], [10, 0, 12]]
