"""Peers that go by reports alone find the silence, and cannot tell whether it is a bad sign."""

import numpy as np
import pytest
from peer_town import ALWAYS_QUIET, CALM, LOUD, N_ORDINARY, QUIET_DECLINE, drawn, masked, place_of, story

from models.peers import Funnel, LowCount, MostComplaints, OwnHistoryBound, Peer, Simaerep
from models.peers.funnel import funnel_z

BY_REPORTS: tuple[Peer, ...] = (Simaerep(), Funnel(), LowCount())


@pytest.mark.parametrize("peer", BY_REPORTS, ids=lambda peer: peer.name)
def test_the_silent_come_first(peer: Peer) -> None:
    score = peer.judge(story()).score
    assert score[[QUIET_DECLINE, ALWAYS_QUIET]].min() > score[:N_ORDINARY].max()
    assert place_of(score, LOUD) > N_ORDINARY


@pytest.mark.parametrize("peer", BY_REPORTS, ids=lambda peer: peer.name)
def test_blind_to_the_condition(peer: Peer) -> None:
    # Where all is well fewer reports come too, and these peers put it before every ordinary complex.
    score = peer.judge(story()).score
    assert score[CALM] > score[:N_ORDINARY].max()


def test_the_lowest_count_is_blind_to_size_and_the_others_are_not() -> None:
    ones = np.ones((30, 60))
    reporting, homes = ones.copy(), ones * 40
    reporting[0], homes[1] = 0.3, 5
    evidence = drawn(reporting, ones, homes)
    low, funnel, resampled = (peer.judge(evidence).score for peer in (LowCount(), Funnel(), Simaerep()))
    assert place_of(low, 1) == 0
    # Follow-up reports do not go by homes in this town, so the small one is loud per home.
    assert place_of(funnel, 0) == place_of(resampled, 0) == 0
    assert place_of(funnel, 1) > 20


@pytest.mark.parametrize("peer", [Simaerep(), Funnel(), OwnHistoryBound()], ids=lambda peer: peer.name)
def test_a_broken_feed_is_no_silence(peer: Peer) -> None:
    evidence = story()
    for stream in ("complaints", "normal_repairs", "follow_up_reports"):
        evidence = masked(evidence, stream, (0, slice(-40, None)))
    before, after = peer.judge(story()).score[0], peer.judge(evidence).score[0]
    assert after < peer.judge(evidence).score[QUIET_DECLINE]
    # Weeks without a feed leave less to go by, so nothing gets more extreme.
    assert abs(after) < abs(before) + 1


def test_most_complaints_puts_the_quiet_one_last() -> None:
    score = MostComplaints().judge(story()).score
    assert place_of(score, LOUD) == 0
    assert max(place_of(score, row) for row in (QUIET_DECLINE, ALWAYS_QUIET)) == N_ORDINARY + 3
    assert min(place_of(score, row) for row in (QUIET_DECLINE, ALWAYS_QUIET)) >= N_ORDINARY + 1


def test_counts_are_those_of_the_last_year() -> None:
    evidence = story()
    places = [evidence.place(name) for name in ("complaints", "normal_repairs", "follow_up_reports")]
    np.testing.assert_array_equal(LowCount().judge(evidence).score, -evidence.seen[places, :, -52:].sum(axis=(0, 2)))
    np.testing.assert_array_equal(MostComplaints(13).judge(evidence).score, evidence.seen[0, :, -13:].sum(axis=1))


def test_the_funnel_by_hand() -> None:
    # μ = 12/40 = .3; before overdispersion z = -.2/√.03, .1/√.015 and 0, so φ = (4/3 + 2/3)/3 = 2/3.
    found = funnel_z(np.array([1.0, 8.0, 3.0]), np.array([10.0, 20.0, 10.0]))
    np.testing.assert_allclose(found, [-np.sqrt(2), 1, 0], atol=1e-12)


def test_the_funnel_without_exposure_or_differences() -> None:
    assert funnel_z(np.array([0.0, 3.0, 5.0]), np.array([0.0, 9.0, 9.0]))[0] == 0
    np.testing.assert_array_equal(funnel_z(np.array([3.0, 6.0, 9.0]), np.array([0.3, 0.6, 0.9])), [0, 0, 0])
    np.testing.assert_array_equal(funnel_z(np.array([7.0]), np.array([3.0])), [0])
    np.testing.assert_array_equal(funnel_z(np.zeros(3), np.ones(3)), [0, 0, 0])
