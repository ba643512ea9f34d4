"""Reports taken away, and whether a method ranks those complexes first."""

from __future__ import annotations

import numpy as np

from models.benchmark.thinning import thin_reports, thinned_complexes, true_positive_rate
from models.evidence import Evidence
from models.streams import STREAMS, StreamSeries

SHAPE = (200, 60)


def evidence() -> Evidence:
    nothing = np.zeros(SHAPE, dtype=np.bool_)
    series = [StreamSeries(each, np.full(SHAPE, 8.0), np.ones(SHAPE), nothing) for each in STREAMS]
    return Evidence(series, [np.full(SHAPE, 8.0) for _ in STREAMS], nothing, np.ones(SHAPE))


def thinned(taken: float) -> tuple[Evidence, np.ndarray]:
    chosen = thinned_complexes(np.random.default_rng(1), np.ones(SHAPE[0], dtype=np.bool_))
    return thin_reports(evidence(), chosen, taken, 20, np.random.default_rng(2)), chosen


def test_one_in_ten_is_drawn_and_only_from_those_that_may() -> None:
    eligible = np.arange(SHAPE[0]) < 100
    chosen = thinned_complexes(np.random.default_rng(1), eligible)
    assert chosen.sum() == 10
    assert not chosen[~eligible].any()


def test_only_reports_of_the_drawn_in_the_last_weeks_are_thinned() -> None:
    found, chosen = thinned(0.5)
    for each in found.series:
        is_report = each.stream.tells_of == "report"
        assert (each.seen[~chosen] == 8).all()
        assert (each.seen[chosen, :40] == 8).all()
        late = each.seen[chosen, 40:]
        assert (late < 8).any() == is_report
        if is_report:
            assert abs(late.mean() / 8 - 0.5) < 0.05
            assert (late == late.round()).all()


def test_the_evidence_itself_is_left_alone() -> None:
    whole = evidence()
    everyone = np.ones(SHAPE[0], dtype=np.bool_)
    silent = thin_reports(whole, everyone, 1.0, SHAPE[1], np.random.default_rng(3))
    assert all((each.seen == 8).all() for each in whole.series)
    assert all((each.seen == 0).all() == (each.stream.tells_of == "report") for each in silent.series)


def test_rate_at_one_percent_of_the_others() -> None:
    # 100 others at 1 … 100, so one of them (at 100) may stand above the threshold: those at 99.5 and 101 are found.
    score = np.concatenate([np.arange(1.0, 101.0), [101.0, 99.5, 98.5, 0.0]])
    is_thinned = np.arange(104) >= 100
    assert true_positive_rate(score, is_thinned) == 0.5


def test_equal_scores_gain_nothing() -> None:
    assert true_positive_rate(np.zeros(110), np.arange(110) < 10) == 0


def test_a_rate_needs_both_kinds() -> None:
    assert np.isnan(true_positive_rate(np.zeros(4), np.zeros(4, dtype=np.bool_)))
    assert np.isnan(true_positive_rate(np.zeros(4), np.ones(4, dtype=np.bool_)))
