"""Sums in blocks: every week in exactly one, and stepping gives what making them anew gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from latent_town import N_STREAMS, evidence

from models.blocks import BlockSums, block_starts, stepped, summed
from models.evidence import Evidence
from models.streams import Floats

FIRST = 1000


def town(n_weeks: int, seed: int, is_whole: bool = True) -> tuple[Floats, Floats, Floats]:
    """Counts, expectations and masks; expectations of whole numbers add up alike in any order."""
    rng = np.random.default_rng(seed)
    shape = (N_STREAMS, 2, n_weeks)
    seen = rng.poisson(2.0, shape).astype(np.float64)
    expected = rng.integers(0, 4, shape).astype(np.float64) if is_whole else rng.gamma(2, 1, shape)
    return seen, expected, rng.random(shape) < 0.2


def weeks_of(parts: tuple[Floats, Floats, Floats], first: int, end: int) -> Evidence:
    """The weeks from `first` until `end`, counted from `FIRST`."""
    seen, expected, hidden = (each[:, :, first:end] for each in parts)
    return evidence(seen, expected, hidden, FIRST + first)


def one_more(before: BlockSums, given: Evidence, first_week: int) -> BlockSums:
    """Stepped by the last week of the evidence."""
    return stepped(
        before,
        given.seen[:, :, -1],
        np.stack(given.expected)[:, :, -1],
        np.stack([~each.is_masked[:, -1] for each in given.series]).astype(np.float64),
        first_week,
    )


def assert_same(one: BlockSums, other: BlockSums, rtol: float = 0.0) -> None:
    assert np.array_equal(one.starts, other.starts)
    assert one.end == other.end
    for name in ("seen", "expected", "weeks_seen"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=rtol, atol=0, err_msg=name)


@settings(deadline=None, max_examples=40)
@given(
    start=st.integers(0, 20),
    n_before=st.integers(1, 120),
    moves=st.lists(st.integers(0, 3), min_size=1, max_size=60),
    seed=st.integers(0, 9),
)
def test_stepping_is_making_anew(start: int, n_before: int, moves: list[int], seed: int) -> None:
    # The history may grow, move on with the weeks, or lose some more of its beginning at once.
    parts = town(start + n_before + len(moves), seed)
    first, end = start, start + n_before
    sums = summed(weeks_of(parts, first, end))
    for move in moves:
        first, end = min(first + move, end), end + 1
        given_weeks = weeks_of(parts, first, end)
        sums = one_more(sums, given_weeks, FIRST + first)
        assert_same(sums, summed(given_weeks))


@pytest.mark.parametrize("history", [1, 16, 17, 26, 30, 52, 74, 75, 104])
def test_a_history_that_moves_on_every_week_loses_no_count(history: int) -> None:
    parts = town(history + 100, 0)
    sums = summed(weeks_of(parts, 0, history))
    for first in range(1, 100):
        given_weeks = weeks_of(parts, first, first + history)
        sums = one_more(sums, given_weeks, FIRST + first)
        assert_same(sums, summed(given_weeks))


def test_real_expectations_add_up_alike_but_for_rounding() -> None:
    parts = town(200, 1, is_whole=False)
    sums = summed(weeks_of(parts, 0, 100))
    for end in range(101, 201):
        sums = one_more(sums, weeks_of(parts, 0, end), FIRST)
    assert_same(sums, summed(weeks_of(parts, 0, 200)), rtol=1e-13)


@settings(deadline=None)
@given(first=st.integers(0, 3000), n_weeks=st.integers(1, 400))
def test_every_week_is_in_exactly_one_block(first: int, n_weeks: int) -> None:
    end = first + n_weeks
    starts = block_starts(first, end)
    lengths = np.diff(np.append(starts, end))
    assert np.all(lengths >= 1)
    assert lengths.sum() == end - starts[0]
    # Less than one block is left out at the beginning.
    assert first <= starts[0] < first + (8 if n_weeks > 60 else 4 if n_weeks > 16 else 1)
    assert lengths.max() <= 8


@settings(deadline=None)
@given(first=st.integers(0, 3000), n_weeks=st.integers(80, 400))
def test_last_month_counts_by_week_last_year_by_month(first: int, n_weeks: int) -> None:
    end = first + n_weeks
    starts = block_starts(first, end)
    lengths = np.diff(np.append(starts, end))
    ago = end - starts
    assert np.all(lengths[ago <= 16] == 1)
    assert np.all(lengths[ago > 68] == 8)
    assert np.all(lengths[(ago > 20) & (ago <= 60)] == 4)
    assert np.all(np.diff(lengths) <= 0)


@pytest.mark.parametrize("n_weeks", [1, 5, 16, 40, 130])
def test_counts_are_kept(n_weeks: int) -> None:
    seen, expected, hidden = town(n_weeks, 3)
    expected += 1
    sums = summed(evidence(seen, expected, hidden, FIRST))
    cut = n_weeks - sums.n_weeks
    for total, each in ((sums.seen, seen * ~hidden), (sums.expected, expected * ~hidden), (sums.weeks_seen, ~hidden)):
        np.testing.assert_array_equal(total.sum(axis=2), each[:, :, cut:].sum(axis=2))
    assert np.array_equal(sums.edges, sums.starts - sums.starts[0])
    assert sums.end == FIRST + n_weeks


def test_a_count_of_which_none_was_expected_is_in_no_block() -> None:
    # In a block of its own it would say nothing, and once that block is merged it would be a report too many.
    seen, expected = np.ones((N_STREAMS, 1, 30)), np.ones((N_STREAMS, 1, 30))
    expected[:, :, [3, 29]] = 0
    sums = summed(evidence(seen, expected, first_week=0))
    assert np.array_equal(sums.seen, sums.expected)
    later = stepped(sums, np.full((N_STREAMS, 1), 9.0), np.zeros((N_STREAMS, 1)), np.ones((N_STREAMS, 1)), 0)
    assert np.array_equal(later.seen, later.expected)
    assert later.weeks_seen.sum() == N_STREAMS * later.n_weeks


def test_stepping_leaves_the_checkpoint_as_it_was() -> None:
    parts = town(60, 2)
    before = summed(weeks_of(parts, 0, 59))
    arrays = (each.copy() for each in (before.seen, before.expected, before.weeks_seen))
    copy = BlockSums(before.starts.copy(), before.end, *arrays)
    one_more(before, weeks_of(parts, 0, 60), FIRST)
    assert_same(before, copy)
