"""Every peer on the edges: one complex, one week, nothing seen, nothing delivered, ties, rows in another order."""

import numpy as np
import pytest
from peer_town import ALWAYS_QUIET, N_ORDINARY, QUIET_DECLINE, masked, of_counts, story, taken

from models.evidence import Evidence
from models.peers import PEERS, IsolationOutlier, Peer, Supervised
from models.streams import STREAMS


def labels(evidence: Evidence) -> np.ndarray:
    return np.isin(np.arange(evidence.n_complexes), [QUIET_DECLINE, ALWAYS_QUIET])


# Few trees find the same edges, sooner.
ALL: tuple[Peer, ...] = (
    *(each for each in PEERS if not isinstance(each, IsolationOutlier)),
    IsolationOutlier(n_trees=20),
    Supervised(n_trees=5).fit(story(2), labels(story(2))),
)
NOTHING = np.zeros((5, 60))


def everything_masked() -> Evidence:
    evidence = story()
    for stream in STREAMS:
        evidence = masked(evidence, stream.name)
    return evidence


def without_sight_of_one() -> Evidence:
    evidence = story()
    for stream in STREAMS:
        evidence = masked(evidence, stream.name, 3)
    return evidence


def one_that_was_emptied() -> Evidence:
    # A report still came from where nobody lives any more.
    homes = np.full((5, 60), 30.0)
    homes[2, 20:] = 0
    return of_counts({"complaints": np.ones((5, 60)), "urgent_repairs": np.ones((5, 60))}, homes)


EDGES = {
    "one complex": taken(story(), [0]),
    "one week": story().until(1),
    "half a year": story().until(26),
    "all zeros": of_counts({}, NOTHING + 30),
    "no homes": of_counts({}, NOTHING),
    "everything masked": everything_masked(),
    "one complex without sight": without_sight_of_one(),
    "one emptied": one_that_was_emptied(),
    **{f"no {stream.name}": masked(story(), stream.name) for stream in STREAMS},
}


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("peer", ALL, ids=lambda peer: peer.name)
def test_every_edge_gives_a_finite_score(peer: Peer, edge: str) -> None:
    evidence = EDGES[edge]
    judged = peer.judge(evidence)
    assert judged.score.shape == (evidence.n_complexes,)
    assert judged.score.dtype == np.float64
    assert np.isfinite(judged.score).all()
    if judged.probability is not None:
        assert judged.probability.shape == (evidence.n_complexes,)
        assert (judged.probability >= 0).all()
        assert (judged.probability <= 1).all()


@pytest.mark.parametrize("peer", ALL, ids=lambda peer: peer.name)
def test_who_looks_alike_is_judged_alike(peer: Peer) -> None:
    score = peer.judge(taken(story(), [0, 1, QUIET_DECLINE, 0, QUIET_DECLINE, 1])).score
    np.testing.assert_allclose(score[[0, 1, 2]], score[[3, 5, 4]], rtol=1e-12)


# The forest draws its cuts from the rows as they come.
IN_ANY_ORDER = [each for each in ALL if not isinstance(each, IsolationOutlier)]


@pytest.mark.parametrize("peer", IN_ANY_ORDER, ids=lambda peer: peer.name)
def test_the_order_of_the_rows_does_not_matter(peer: Peer) -> None:
    evidence = story()
    order = list(np.random.default_rng(3).permutation(evidence.n_complexes))
    np.testing.assert_allclose(peer.judge(taken(evidence, order)).score, peer.judge(evidence).score[order], rtol=1e-9)


@pytest.mark.parametrize("peer", ALL, ids=lambda peer: peer.name)
def test_a_peer_keeps_nothing_from_the_town_before(peer: Peer) -> None:
    first = peer.judge(story()).score
    peer.judge(story(5))
    np.testing.assert_array_equal(peer.judge(story()).score, first)


def test_each_has_a_name_of_its_own() -> None:
    names = [each.name for each in ALL]
    assert len(set(names)) == len(names) == 10
    assert all(names)


@pytest.mark.parametrize("peer", ALL, ids=lambda peer: peer.name)
def test_it_says_something_of_the_story(peer: Peer) -> None:
    # A peer that gives every complex one score would pass all of the above.
    assert len(np.unique(peer.judge(story()).score)) > N_ORDINARY / 4
