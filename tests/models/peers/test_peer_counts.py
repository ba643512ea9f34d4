"""What counts when a feed failed: weeks in which everybody who reports could be heard, and no others."""

import numpy as np
from peer_town import masked, of_counts

from models.peers.counts import in_sight, recent_counts, recent_sum, report_streams

WEEKS = np.ones((3, 8))
EVIDENCE = of_counts(dict.fromkeys(("complaints", "normal_repairs", "follow_up_reports"), WEEKS), WEEKS * 10)
REPORTS = report_streams(EVIDENCE)


def test_reports_are_what_somebody_has_to_say() -> None:
    names = [EVIDENCE.series[i].stream.name for i in REPORTS]
    assert names == ["complaints", "normal_repairs", "follow_up_reports"]


def test_a_week_counts_only_if_all_could_be_heard() -> None:
    partly = masked(EVIDENCE, "normal_repairs", (1, slice(5, None)))
    sight = in_sight(partly, REPORTS)
    assert sight[[0, 2]].all()
    np.testing.assert_array_equal(sight[1], [True] * 5 + [False] * 3)
    # The complaints of those weeks do not count either: their homes are not held against them.
    np.testing.assert_array_equal(recent_counts(partly, REPORTS, 4, sight), [12, 3, 12])
    np.testing.assert_array_equal(recent_counts(partly, REPORTS, 99, sight), [24, 15, 24])


def test_a_stream_that_nobody_delivers_hides_no_other() -> None:
    never = masked(EVIDENCE, "follow_up_reports")
    sight = in_sight(never, REPORTS)
    assert sight.all()
    np.testing.assert_array_equal(recent_counts(never, REPORTS, 4, sight), [8, 8, 8])


def test_without_any_stream_nothing_is_in_sight() -> None:
    never = EVIDENCE
    for place in REPORTS:
        never = masked(never, EVIDENCE.series[place].stream.name)
    assert not in_sight(never, REPORTS).any()


def test_the_last_weeks() -> None:
    np.testing.assert_array_equal(recent_sum(np.arange(6.0).reshape(2, 3), 2), [3, 9])
