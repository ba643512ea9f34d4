"""Silence of a feed is masked; silence of people is not."""

import numpy as np
import pytest

from models.feeds import mask_silent_feeds
from models.streams import STREAMS, Floats, StreamSeries

REPORT = [i for i, stream in enumerate(STREAMS) if stream.tells_of == "report"]
CONDITION = [i for i, stream in enumerate(STREAMS) if stream.tells_of == "condition"]
DUE = 7.0


def town(n_complexes: int, n_weeks: int, a_week: float, seed: int = 1) -> tuple[list[StreamSeries], list[Floats]]:
    """All streams; the report streams together expect `a_week` reports a week of each complex."""
    rng = np.random.default_rng(seed)
    expected = np.full((n_complexes, n_weeks), a_week / len(REPORT))
    nothing = np.zeros((n_complexes, n_weeks), dtype=np.bool_)
    exposure = np.full((n_complexes, n_weeks), 60.0)
    series = [StreamSeries(stream, rng.poisson(expected).astype(float), exposure, nothing) for stream in STREAMS]
    return series, [expected] * len(STREAMS)


def silenced(series: list[StreamSeries], complexes: slice, weeks: slice, only: list[int]) -> list[StreamSeries]:
    """The same with no count at all in these streams, complexes and weeks."""
    for i in only:
        series[i].seen[complexes, weeks] = 0
    return series


def test_a_planted_outage_is_masked_whole() -> None:
    series, expected = town(300, 104, a_week=1.5)
    series = silenced(series, slice(0, 30), slice(70, 90), REPORT)
    masked, is_suspect = mask_silent_feeds(series, expected, DUE)
    assert is_suspect[:30, 70:90].all()
    for i in REPORT:
        assert masked[i].is_masked[:30, 70:90].all()
        assert (masked[i].exposure[:30, 70:90] == 0).all()
    # Elsewhere at most a few weeks beside the outage, and hardly another complex.
    assert is_suspect[30:].any(axis=1).mean() < 0.05
    assert is_suspect[:30].sum() - 30 * 20 < 0.1 * 30 * 20


def test_no_other_stream_is_touched() -> None:
    series, expected = town(20, 60, a_week=2.0)
    series = silenced(series, slice(0, 10), slice(30, 50), list(range(len(STREAMS))))
    masked, is_suspect = mask_silent_feeds(series, expected, DUE)
    assert is_suspect.any()
    for i in CONDITION:
        assert masked[i] is series[i]


def test_weeks_outside_the_run_keep_their_counts() -> None:
    series, expected = town(50, 80, a_week=2.0)
    series = silenced(series, slice(0, 5), slice(40, 60), REPORT)
    masked, is_suspect = mask_silent_feeds(series, expected, DUE)
    for i in REPORT:
        assert np.array_equal(masked[i].seen[~is_suspect], series[i].seen[~is_suspect])
        assert np.array_equal(masked[i].exposure[~is_suspect], series[i].exposure[~is_suspect])
        assert np.array_equal(masked[i].is_masked, is_suspect)


def test_the_given_streams_are_not_changed() -> None:
    series, expected = town(10, 60, a_week=2.0)
    series = silenced(series, slice(0, 5), slice(30, 50), REPORT)
    before = [(each.seen.copy(), each.exposure.copy(), each.is_masked.copy()) for each in series]
    mask_silent_feeds(series, expected, DUE)
    for each, (seen, exposure, is_masked) in zip(series, before, strict=True):
        assert np.array_equal(each.seen, seen)
        assert np.array_equal(each.exposure, exposure)
        assert np.array_equal(each.is_masked, is_masked)


def test_a_truly_quiet_complex_is_not_masked() -> None:
    # Three in ten of what its peers report: clearly quiet, but now and then somebody speaks.
    series, expected = town(200, 104, a_week=0.8)
    quiet = [np.random.default_rng(i).poisson(0.3 * expected[i]).astype(float) for i in REPORT]
    series = [
        StreamSeries(each.stream, quiet[REPORT.index(i)], each.exposure, each.is_masked) if i in REPORT else each
        for i, each in enumerate(series)
    ]
    _, is_suspect = mask_silent_feeds(series, expected, DUE)
    # Against its peers' pace, as it once was, 96 in 100 of these lost weeks.
    assert is_suspect.any(axis=1).mean() < 0.05


def test_an_outage_of_a_quiet_complex_is_found_too_if_it_lasts() -> None:
    series, expected = town(50, 156, a_week=2.0)
    for i in REPORT:
        series[i].seen[:] = np.random.default_rng(i).poisson(0.4 * expected[i])
    series = silenced(series, slice(None), slice(100, 125), REPORT)
    _, is_suspect = mask_silent_feeds(series, expected, DUE)
    assert is_suspect[:, 100:125].mean() > 0.95


def test_chance_alone_masks_hardly_anything() -> None:
    masked = sum(mask_silent_feeds(*town(500, 104, 0.5, seed), DUE)[1].any(axis=1).sum() for seed in range(4))
    assert masked <= 0.03 * 4 * 500


@pytest.mark.parametrize("speaks", REPORT)
def test_one_report_stream_that_still_speaks_shows_that_people_can(speaks: int) -> None:
    series, expected = town(10, 60, a_week=3.0)
    series = silenced(series, slice(None), slice(20, 60), [i for i in REPORT if i != speaks])
    series[speaks].seen[:, 20::2] = 1
    _, is_suspect = mask_silent_feeds(series, expected, DUE)
    assert not is_suspect[:, 20:].any()


@pytest.mark.parametrize(("n_weeks", "is_a_fault"), [(6, False), (7, False), (8, True)])
def test_only_more_than_was_due_is_a_fault(n_weeks: int, is_a_fault: bool) -> None:
    series, expected = town(1, 30, a_week=1.0)
    for i in REPORT:
        series[i].seen[:] = 1
        series[i].seen[0, 10 : 10 + n_weeks] = 0
    # A little more than seven, so that rounding in the sums does not decide.
    _, is_suspect = mask_silent_feeds(series, expected, DUE + 1e-9)
    assert np.flatnonzero(is_suspect[0]).tolist() == (list(range(10, 10 + n_weeks)) if is_a_fault else [])


def test_runs_do_not_add_up_over_a_report_between_them() -> None:
    series, expected = town(1, 41, a_week=1.0)
    for i in REPORT:
        series[i].seen[0, :20] = 0
        series[i].seen[0, 20:] = 1
    series[REPORT[0]].seen[0, [6, 13]] = 1
    _, is_suspect = mask_silent_feeds(series, expected, DUE)
    assert not is_suspect.any()
    series[REPORT[0]].seen[0, 13] = 0
    _, is_suspect = mask_silent_feeds(series, expected, DUE)
    assert np.flatnonzero(is_suspect[0]).tolist() == list(range(7, 20))


def test_a_run_may_reach_from_the_first_week_to_the_last() -> None:
    series, expected = town(2, 26, a_week=1.0)
    for i in REPORT:
        series[i].seen[0] = 0
        series[i].seen[1] = 1
    _, is_suspect = mask_silent_feeds(series, expected, DUE)
    assert is_suspect.tolist() == [[True] * 26, [False] * 26]


def test_a_small_complex_is_never_a_broken_feed() -> None:
    series, expected = town(100, 156, a_week=0.03)
    silenced(series, slice(None), slice(None), REPORT)
    _, is_suspect = mask_silent_feeds(series, expected, DUE)
    assert not is_suspect.any()


TEAMS = np.repeat(np.arange(5), 10)


def test_a_whole_team_without_a_report_is_a_fault_where_one_complex_is_not() -> None:
    series, expected = town(50, 80, a_week=0.5)
    series = silenced(series, slice(10, 20), slice(60, 63), REPORT)
    _, is_suspect = mask_silent_feeds(series, expected, DUE, TEAMS)
    assert is_suspect[10:20, 60:63].all()
    # Fifteen reports were due of the ten together, one and a half of each.
    assert not mask_silent_feeds(series, expected, DUE)[1][10:20, 60:63].any()
    is_suspect[10:20, 60:63] = False
    assert is_suspect.sum(axis=1).max() <= 20
    assert is_suspect.any(axis=1).mean() < 0.1


def test_one_voice_in_a_team_shows_that_its_feed_works() -> None:
    series, expected = town(50, 80, a_week=0.5)
    series = silenced(series, slice(10, 20), slice(60, 64), REPORT)
    series[REPORT[0]].seen[10, 60:64] = 1
    _, is_suspect = mask_silent_feeds(series, expected, DUE, TEAMS)
    assert not is_suspect[11:20, 60:64].all(axis=1).any()


def test_a_team_that_reports_little_is_not_taken_for_a_broken_feed() -> None:
    # A quiet district: a quarter of what its peers report, but it speaks.
    series, expected = town(50, 104, a_week=0.5)
    for i in REPORT:
        series[i].seen[10:20] = np.random.default_rng(i).poisson(0.25 * expected[i][10:20])
    _, is_suspect = mask_silent_feeds(series, expected, DUE, TEAMS)
    assert is_suspect[10:20].mean() < 0.02


def test_a_complex_of_which_nothing_was_due_is_no_part_of_its_teams_fault() -> None:
    series, expected = town(50, 80, a_week=0.5)
    expected = [each.copy() for each in expected]
    for each in expected:
        each[12] = 0
    series = silenced(series, slice(10, 20), slice(60, 64), REPORT)
    _, is_suspect = mask_silent_feeds(series, expected, DUE, TEAMS)
    assert is_suspect[[10, 11, 13], 60:64].all()
    assert not is_suspect[12].any()
