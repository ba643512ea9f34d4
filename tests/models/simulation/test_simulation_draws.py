"""The draws that rooms share: independent rooms, right shares, right spread."""

import numpy as np
import pytest

from models.simulation.draws import (
    cells,
    lasting_uniform,
    overdispersed_counts,
    picks,
    reporter_homes,
    room_generator,
    slow_waves,
)


def test_rooms_and_seeds_draw_independently() -> None:
    first = room_generator(1, "complaints").random(2000)
    assert (first == room_generator(1, "complaints").random(2000)).all()
    for other in (room_generator(1, "repairs"), room_generator(2, "complaints")):
        assert abs(np.corrcoef(first, other.random(2000))[0, 1]) < 0.1


def test_picks_follow_their_weights() -> None:
    drawn = picks(np.random.default_rng(0), (2, 0, 1, 1), 20_000)
    assert np.bincount(drawn, minlength=4) / 20_000 == pytest.approx([0.5, 0, 0.25, 0.25], abs=0.02)


def test_counts_have_the_dispersion_asked_for() -> None:
    mean = np.full(100_000, 4.0)
    for dispersion in (0.0, 0.5):
        counts = overdispersed_counts(np.random.default_rng(0), mean, dispersion)
        assert counts.mean() == pytest.approx(4, rel=0.02)
        assert counts.var() == pytest.approx(4 + dispersion * 16, rel=0.05)


def test_cells_repeat_each_place_as_often_as_counted() -> None:
    complexes, weeks = cells(np.array([[0, 2], [1, 0]]))
    assert complexes.tolist() == [0, 0, 1]
    assert weeks.tolist() == [1, 1, 0]


def test_few_reporters_make_many_reports() -> None:
    homes = reporter_homes(np.random.default_rng(0), np.full(10_000, 80), concentration=3.0)
    assert homes.min() >= 0
    assert homes.max() <= 79
    assert (homes < 10).mean() == pytest.approx(0.5, abs=0.03)


def test_a_lasting_habit_depends_on_its_keys_and_is_even() -> None:
    complexes, homes = np.divmod(np.arange(20_000), 200)
    drawn = lasting_uniform(7, complexes, homes)
    assert (drawn == lasting_uniform(7, complexes, homes)).all()
    assert np.histogram(drawn, bins=10, range=(0, 1))[0] == pytest.approx(2000, rel=0.1)
    assert (drawn != lasting_uniform(8, complexes, homes)).all()


def test_waves_are_slow_and_have_the_sd_asked_for() -> None:
    waves = slow_waves(np.random.default_rng(0), 4000, 156, 0.2)
    assert waves.std() == pytest.approx(0.2, rel=0.05)
    assert np.abs(np.diff(waves, axis=1)).mean() < 0.02
