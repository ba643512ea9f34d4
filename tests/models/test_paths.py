"""The bank of candidate paths: the stories it holds, for histories of any length."""

import numpy as np
import pytest

from models.paths import KINDS, PathBank, candidate_paths

LENGTHS = [1, 2, 5, 52, 260]
STABLE, REPORTING, CONDITION, BOTH, RECOVERY = range(len(KINDS))


@pytest.fixture(params=LENGTHS)
def bank(request: pytest.FixtureRequest) -> PathBank:
    return candidate_paths(request.param, 400, 0)


def test_every_kind_is_there_and_the_weights_are_shares(bank: PathBank) -> None:
    assert np.array_equal(np.unique(bank.kind), np.arange(len(KINDS)))
    assert bank.weight.sum() == pytest.approx(1, abs=1e-12)
    assert bank.weight.min() > 0
    shares = np.bincount(bank.kind, bank.weight)
    assert shares[STABLE] > 0.7
    assert np.all(shares[1:] > 0.009)


def test_shapes_fit_and_nothing_is_infinite(bank: PathBank) -> None:
    assert bank.r.shape == bank.d.shape == (bank.n_paths, bank.n_lags)
    assert bank.kind.shape == bank.onset.shape == bank.weight.shape == (bank.n_paths,)
    for each in (bank.r, bank.d, bank.onset, bank.weight):
        assert np.isfinite(each).all()


@pytest.mark.parametrize("n_lags", LENGTHS)
@pytest.mark.parametrize("seed", [0, 2, 25])
def test_levels_stay_within_a_factor_of_twelve(n_lags: int, seed: int) -> None:
    # These seeds draw points so far out that the tails of a t would reach a factor of a hundred and more.
    bank = candidate_paths(n_lags, 5000, seed)
    assert np.abs(bank.r).max() <= 2.5
    assert np.abs(bank.d).max() <= 2.5


def test_only_what_the_kind_names_changes(bank: PathBank) -> None:
    moves = {name: np.ptp(getattr(bank, name), axis=1) > 1e-9 for name in ("r", "d")}
    assert not moves["r"][np.isin(bank.kind, (STABLE, CONDITION))].any()
    assert not moves["d"][np.isin(bank.kind, (STABLE, REPORTING))].any()
    if bank.n_lags >= 52:
        assert moves["r"][bank.kind == REPORTING].all()
        assert moves["d"][bank.kind == CONDITION].all()
        # Decline may have come, and stayed, before the first week of the bank.
        assert moves["r"][bank.kind == BOTH].all()
        assert moves["d"][bank.kind == BOTH].mean() > 0.9


@pytest.mark.parametrize("n_lags", [52, 260])
def test_the_onset_is_when_the_first_change_began(n_lags: int) -> None:
    bank = candidate_paths(n_lags, 400, 0)
    for i in np.flatnonzero(bank.kind != STABLE):
        moving = [np.flatnonzero(np.abs(each - each[-1]) > 1e-12) for each in (bank.r[i], bank.d[i])]
        # What condition did before the weeks there are cannot be seen to begin.
        if bank.onset[i] < n_lags - 1:
            assert max(each.max(initial=-1) for each in moving) == pytest.approx(bank.onset[i], abs=1)
    assert np.all(bank.onset[bank.kind == STABLE] == n_lags)


@pytest.mark.parametrize("n_lags", [52, 260])
def test_a_change_goes_one_way_and_is_over_within_a_year_or_so(n_lags: int) -> None:
    bank = candidate_paths(n_lags, 400, 0)
    for each in (bank.r, bank.d):
        steps = np.diff(each[:, ::-1], axis=1)
        assert np.all((steps.min(axis=1) >= -1e-12) | (steps.max(axis=1) <= 1e-12))
        assert (np.abs(steps) > 1e-12).sum(axis=1).max() <= 54


def test_recent_changes_are_drawn_more_often_than_they_weigh() -> None:
    bank = candidate_paths(208, 2000, 0)
    is_one = bank.kind == REPORTING
    is_recent = is_one & (bank.onset < 26)
    assert is_recent.sum() / is_one.sum() > 0.4
    # By weight a change is as likely in any week.
    assert bank.weight[is_recent].sum() / bank.weight[is_one].sum() == pytest.approx(24 / 202, abs=0.02)


def test_the_same_seed_gives_the_same_bank_and_another_does_not() -> None:
    candidate_paths.cache_clear()
    first = candidate_paths(52, 400, 3)
    candidate_paths.cache_clear()
    again, other = candidate_paths(52, 400, 3), candidate_paths(52, 400, 4)
    for name in ("r", "d", "kind", "onset", "weight"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert not np.array_equal(first.r, other.r)


@pytest.mark.parametrize("name", ["r", "d", "kind", "onset", "weight"])
def test_nobody_can_change_the_bank_that_all_share(name: str) -> None:
    with pytest.raises(ValueError, match="read-only"):
        getattr(candidate_paths(52, 400, 0), name)[0] = 0


@pytest.mark.parametrize("n_paths", [1, 4, 17, 2500])
def test_about_as_many_paths_as_were_asked_for(n_paths: int) -> None:
    bank, grid = candidate_paths(30, n_paths, 0), 11 * 9
    assert max(n_paths - 4, 5) <= bank.n_paths - grid <= max(n_paths, 5)
    assert bank.weight.sum() == pytest.approx(1, abs=1e-12)


def test_groups_are_cells_of_one_kind_numbered_without_gaps(bank: PathBank) -> None:
    reporting, condition = (-0.9, -0.5, 0.2), (-0.1, 0.3)
    groups = bank.groups(reporting, condition)
    assert np.array_equal(np.unique(groups), np.arange(groups.max() + 1))
    cells = list(
        zip(bank.kind, np.digitize(bank.r[:, 0], reporting), np.digitize(bank.d[:, 0], condition), strict=True)
    )
    for group in range(groups.max() + 1):
        assert len({cells[i] for i in np.flatnonzero(groups == group)}) == 1
    assert len(set(cells)) == groups.max() + 1


def test_block_means_are_means_of_the_weeks_oldest_first() -> None:
    bank = candidate_paths(12, 40, 0)
    edges = np.array([0, 4, 7, 11])
    r, d = bank.block_means(edges, 12)
    for found, path in ((r, bank.r), (d, bank.d)):
        weeks = path[:, ::-1]
        wanted = [weeks[:, a:b].mean(axis=1) for a, b in ((0, 4), (4, 7), (7, 11), (11, 12))]
        np.testing.assert_allclose(found, np.stack(wanted, axis=1), atol=1e-14)


def test_before_the_first_week_of_the_bank_all_was_as_in_it() -> None:
    bank = candidate_paths(5, 40, 0)
    r, _ = bank.block_means(np.array([0, 3, 8]), 12)
    np.testing.assert_allclose(r[:, 0], bank.r[:, -1], atol=1e-14)
    # Lags 8 to 4: the bank knows lag 4 only.
    np.testing.assert_allclose(r[:, 1], bank.r[:, -1], atol=1e-14)
    np.testing.assert_allclose(r[:, 2], bank.r[:, :4].mean(axis=1), atol=1e-14)


def test_a_short_history_sees_the_end_of_the_paths_only() -> None:
    bank = candidate_paths(52, 40, 0)
    r, d = bank.block_means(np.arange(3), 3)
    np.testing.assert_array_equal(r, bank.r[:, 2::-1])
    np.testing.assert_array_equal(d, bank.d[:, 2::-1])


def test_a_recovery_comes_from_below_and_a_wholly_silent_complex_finds_a_story() -> None:
    bank = candidate_paths(104, 2000, 3)
    back = bank.kind == RECOVERY
    assert back.sum() >= 90
    assert (bank.r[back, -1] < bank.r[back, 0]).mean() > 0.7
    assert (bank.d[back, -1] > bank.d[back, 0]).mean() > 0.7
    # A coarse grid of stable levels reaches the corners, where no drawn point may lie.
    for r, d in ((-2.4, -1.4), (-2.4, 1.8), (1.1, -1.4), (1.1, 1.8)):
        distance = np.abs(bank.r[:, 0] - r) + np.abs(bank.d[:, 0] - d)
        assert distance[bank.kind == STABLE].min() < 1e-9
