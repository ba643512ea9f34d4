"""Peers that see trouble, from one ratio or from many features, and what each cannot see."""

import numpy as np
import pytest
from peer_town import (
    ALWAYS_QUIET,
    CALM,
    LOUD,
    N_ORDINARY,
    QUIET_DECLINE,
    SPECIAL,
    drawn,
    many,
    masked,
    of_counts,
    place_of,
    story,
)

from models.peers import ConcernRate, IsolationOutlier, Supervised, UrgentPerComplaint, WindowModel
from models.peers.features import log_ratios
from models.policy import Policy

QUIET = [QUIET_DECLINE, ALWAYS_QUIET]

# Ordinary, calm, loud and declining, quiet and declining: ratios of reporting and of condition to peers.
KINDS = [(1.0, 1.0), (0.5, 0.5), (1.0, 2.5), (0.2, 2.5)]


def four_kinds(last_weeks: dict[int, slice]) -> tuple[np.ndarray, np.ndarray]:
    """Fifteen complexes of each kind; some of the ordinary ones are quiet and declining for a while only."""
    reporting, condition = (np.repeat(each, 15)[:, None] * np.ones((1, 156)) for each in np.array(KINDS).T)
    for row, when in last_weeks.items():
        reporting[row, when], condition[row, when] = KINDS[-1]
    return reporting, condition


def test_the_window_model_finds_the_quiet_decline_only() -> None:
    judged = WindowModel().judge(many(KINDS, 15, seed=8))
    assert judged.probability is not None
    np.testing.assert_array_equal(judged.score, judged.probability)
    assert judged.probability[45:].mean() > 0.2
    assert judged.probability[45:].min() > 10 * judged.probability[:45].max()


def test_the_window_model_takes_the_window_that_worries_most() -> None:
    # Row 0 changed half a year ago; row 1 a year ago, and is ordinary again since a few weeks.
    changed = {0: slice(-26, None), 1: slice(-52, -12)}
    probability = WindowModel().judge(drawn(*four_kinds(changed))).score
    assert probability[:2].min() > 10 * probability[2:15].max()
    assert probability[0] > 0.2
    short, long = (
        WindowModel(Policy(short_window_weeks=n, long_window_weeks=n)).judge(drawn(*four_kinds(changed))).score
        for n in (26, 52)
    )
    np.testing.assert_array_equal(probability, np.maximum(short, long))
    assert short[0] > long[0]
    assert long[1] > short[1]


def test_the_window_model_is_blind_to_a_change_within_its_window() -> None:
    probability = WindowModel().judge(drawn(*four_kinds({0: slice(-8, None)}))).score
    # Eight weeks of what the last fifteen have shown all along, and it is all but ruled out.
    assert probability[0] < 0.1 * probability[45:].min()


def test_urgent_repairs_without_complaints() -> None:
    score = UrgentPerComplaint().judge(story()).score
    assert {place_of(score, row) for row in QUIET} == {0, 1}


def test_urgent_per_complaint_by_hand() -> None:
    counts = {"urgent_repairs": np.array([[3.0], [0.0]]), "complaints": np.array([[0.0], [1.0]])}
    score = UrgentPerComplaint().judge(of_counts(counts, np.full((2, 1), 9.0))).score
    np.testing.assert_allclose(score, np.log([7, 1 / 3]))


def test_without_any_complaints_there_is_no_ratio() -> None:
    assert (UrgentPerComplaint().judge(masked(story(), "complaints")).score == 0).all()


def test_urgent_per_complaint_is_blind_to_what_moves_both() -> None:
    reporting, condition = np.ones((2, 40, 156))
    evidence = drawn(reporting, condition)
    # Nobody calls any more, not even for what cannot wait.
    for name in ("complaints", "urgent_repairs"):
        seen = evidence.series[evidence.place(name)].seen
        seen[0] = np.round(seen[0].sum() / 4) / seen.shape[1]
    assert 4 < place_of(UrgentPerComplaint().judge(evidence).score, 0) < 36


def test_concerns_on_visits_see_decline_and_are_blind_to_silence() -> None:
    score = ConcernRate().judge(story()).score
    assert {place_of(score, row) for row in (*QUIET, LOUD)} == {0, 1, 2}


def test_concerns_are_blind_where_nobody_goes() -> None:
    score = ConcernRate().judge(masked(story(), "concerns", QUIET_DECLINE)).score
    assert 5 < place_of(score, QUIET_DECLINE) < N_ORDINARY


def test_one_visit_with_a_concern_is_no_certainty() -> None:
    visits = np.array([[1.0], [20.0], [0.0], [79.0]])
    concerns = np.array([[1.0], [12.0], [0.0], [7.0]])
    evidence = of_counts({"concerns": concerns}, np.full((4, 1), 9.0), {"concerns": visits})
    np.testing.assert_allclose(ConcernRate().judge(evidence).score, [0.6, 12.2 / 21, 0.2, 7.2 / 80])


def test_the_isolation_forest_finds_what_is_odd_in_any_direction() -> None:
    score = IsolationOutlier().judge(story()).score
    assert {place_of(score, row) for row in SPECIAL} == {0, 1, 2, 3}
    # Loud decline and calm are no quiet decline, but as odd as it is.
    assert score[[LOUD, CALM]].min() > score[:N_ORDINARY].max()


def test_labels_teach_what_to_look_for() -> None:
    model = Supervised().fit(many(KINDS, 40, seed=7), np.arange(160) >= 120)
    judged = model.judge(many(KINDS, 15, seed=8))
    assert judged.probability is not None
    np.testing.assert_array_equal(judged.score, judged.probability)
    assert judged.score[45:].min() > judged.score[:45].max()
    assert judged.score[45:].mean() > 0.9


def test_labels_are_blind_to_what_the_training_town_did_not_have() -> None:
    # There all who declined were loud; here the quiet come behind.
    model = Supervised().fit(many([(1.0, 1.0), (1.0, 2.5)], 60, seed=7), np.arange(120) >= 60)
    score = model.judge(many([(1.0, 1.0), (1.0, 2.5), (0.1, 2.5)], 30, seed=8)).score
    assert score[30:60].mean() > 0.9
    assert score[60:].mean() < score[30:60].mean() - 0.1


@pytest.mark.parametrize("label", [True, False])
def test_labels_of_one_kind_teach_nothing(label: bool) -> None:
    with pytest.raises(ValueError, match="alike"):
        Supervised().fit(story(), np.full(N_ORDINARY + len(SPECIAL), label))


def test_what_comes_from_an_empty_complex_is_no_feature() -> None:
    homes = np.full((2, 60), 9.0)
    homes[1, 30:] = 0
    there, gone = np.ones((2, 60)), np.where(homes > 0, 1.0, 0.0)
    found, without = (log_ratios(of_counts({"complaints": each}, homes), (26,))[1, 0] for each in (there, gone))
    assert found == without == 0


def test_features_by_hand() -> None:
    counts = np.array([[1.0, 0.0, 4.0], [1.0, 0.0, 0.0]])
    evidence = of_counts({"complaints": counts}, np.full((2, 3), 9.0))
    # The pooled rate gives one complaint a week; what nobody delivers is as expected.
    found = log_ratios(masked(evidence, "urgent_repairs"), (1, 2, 9))
    assert found.shape == (2, 3 * len(evidence.series))
    np.testing.assert_allclose(
        found[:, :3], np.log([[4.5 / 1.5, 4.5 / 2.5, 5.5 / 3.5], [0.5 / 1.5, 0.5 / 2.5, 1.5 / 3.5]])
    )
    np.testing.assert_allclose(found[:, 3:], 0)
