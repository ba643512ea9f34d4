"""The two-latent model on small towns: edge cases, and what must move when something is planted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from latent_town import (
    CONDITION,
    N_STREAMS,
    NAMES,
    REPORT,
    WEEKS,
    arrays,
    assert_alike,
    assert_sound,
    counts,
    due,
    evidence,
    flat,
    model,
    ordinary,
)
from sklearn.base import clone

from models.blocks import stepped, summed
from models.evidence import Evidence
from models.policy import Policy
from models.posterior import Posterior, log_odds
from models.streams import Floats
from models.two_latents import TwoLatents

N_ORDINARY = 40
QUIET_DECLINE, CALM, LOUD, ALWAYS_QUIET = range(N_ORDINARY, N_ORDINARY + 4)


def judged(given: Evidence, **settings: Any) -> Posterior:
    """Learned from the town and read in its last week; sound whatever the town."""
    found = model(**settings).fit(given).predict(summed(given))
    assert_sound(found, given.n_complexes)
    return found


def changed(
    given: Evidence, seen: Floats | None = None, expected: Floats | None = None, hidden: Any = None
) -> Evidence:
    """The same weeks with other counts, expectations or masks."""
    return evidence(
        given.seen if seen is None else seen,
        np.stack(given.expected) if expected is None else expected,
        np.stack([each.is_masked for each in given.series]) if hidden is None else hidden,
        given.first_week,
    )


@pytest.fixture(scope="module")
def town() -> Evidence:
    """Ordinary complexes, and one each: quiet and worse since 26 weeks, calm, loud and worse, always quiet and bad."""
    r, d = np.zeros((2, N_ORDINARY + 4, WEEKS))
    r[QUIET_DECLINE, -26:], d[QUIET_DECLINE, -26:] = -1.2, 0.9
    r[CALM, -52:], d[CALM, -52:] = -0.5, -0.8
    d[LOUD, -40:] = 0.9
    r[ALWAYS_QUIET], d[ALWAYS_QUIET] = -1.2, 0.9
    expected = due(N_ORDINARY + 4, times=2.0)
    return evidence(counts(r, d, expected), expected)


@pytest.fixture(scope="module")
def fitted(town: Evidence) -> TwoLatents:
    return model(n_paths=2500).fit(town)


@pytest.fixture(scope="module")
def found(fitted: TwoLatents, town: Evidence) -> Posterior:
    return fitted.predict(summed(town))


# ------------------------------------------------------------------------------------------------- what was planted


def test_planted_stories_are_told_apart(found: Posterior) -> None:
    assert_sound(found, N_ORDINARY + 4)
    p = found.p_quiet_decline
    assert p[QUIET_DECLINE] > 0.8
    assert p[ALWAYS_QUIET] > 0.8
    assert max(p[CALM], p[LOUD]) < 0.05
    # Of forty ordinary ones a few look it by chance.
    assert p[:N_ORDINARY].mean() < 0.03
    assert p[:N_ORDINARY].max() < min(p[QUIET_DECLINE], p[ALWAYS_QUIET])
    assert found.p_decline[LOUD] > 0.8 > 0.2 > found.p_quiet[LOUD]
    assert found.p_became_quiet[QUIET_DECLINE] > 0.8
    assert found.p_became_quiet[ALWAYS_QUIET] < 0.2
    assert found.d_mean[CALM] < -0.15
    assert found.p_quiet[:N_ORDINARY].mean() < 0.05


def test_a_quiet_decline_gets_more_than_a_calm_one_with_the_same_complaints() -> None:
    # As few complaints and repairs here as there; only what needs no voice tells the two apart.
    r, d = np.zeros((2, 42, WEEKS))
    r[40, -52:], d[40, -52:] = -1.2, 0.8
    expected = due(42, times=2.0)
    given = evidence(counts(r, d, expected), expected)
    seen = given.seen.copy()
    for k in (NAMES.index("complaints"), NAMES.index("normal_repairs")):
        seen[k, 41] = seen[k, 40]
    for k in CONDITION:
        seen[k, 41] = np.random.default_rng(k).poisson(0.6 * expected[k, 41])
    found = judged(changed(given, seen), n_paths=2500)
    assert found.p_quiet_decline[40] > 0.8
    assert found.p_quiet_decline[41] < 0.1
    assert found.d_mean[41] < found.d_mean[40] - 0.7


@pytest.mark.parametrize("since", [12, 20, 40])
def test_who_went_quiet_is_said_to_be_so_since_about_then(since: int) -> None:
    n = 12
    r, d = np.zeros((2, N_ORDINARY + n, WEEKS))
    r[N_ORDINARY:, -since:], d[N_ORDINARY:, -since:] = -1.2, 0.7
    expected = due(N_ORDINARY + n, times=2.0)
    found = judged(evidence(counts(r, d, expected), expected), n_paths=2500)
    gone = slice(N_ORDINARY, None)
    assert np.median(found.p_became_quiet[gone]) > 0.8
    assert np.median(found.quiet_weeks[gone]) == pytest.approx(since, abs=0.3 * since)
    about = 0.15 * since
    assert np.median(found.quiet_weeks_least[gone]) - about <= since <= np.median(found.quiet_weeks_most[gone]) + about


def test_voices_that_came_back_are_heard_again() -> None:
    n = 8
    r = flat(*np.zeros(N_ORDINARY + n))
    r[N_ORDINARY:, :-26] = -1.2
    expected = due(N_ORDINARY + n, times=2.0)
    town = evidence(counts(r, 0 * r, expected), expected)
    back = slice(N_ORDINARY, None)
    found, before = judged(town, n_paths=2500), judged(town.until(WEEKS - 26), n_paths=2500)
    assert np.median(before.p_quiet[back]) > 0.9
    assert np.median(before.p_louder[back]) < 0.1
    assert np.median(found.p_recovered[back]) > 0.8
    assert np.median(found.p_louder[back]) > 0.9
    assert found.p_recovered[:N_ORDINARY].mean() < 0.1


@pytest.mark.parametrize("name", ["follow_up_reports", "all reports"])
def test_more_reports_mean_more_reporting(fitted: TwoLatents, town: Evidence, found: Posterior, name: str) -> None:
    seen = town.seen.copy()
    seen[REPORT if name == "all reports" else NAMES.index(name), :, -26:] += 1
    more = fitted.predict(summed(changed(town, seen)))
    assert np.all(more.r_mean > found.r_mean)
    assert np.all(more.p_quiet < found.p_quiet + 1e-9)


def test_more_complaints_raise_reporting_in_nearly_all(fitted: TwoLatents, town: Evidence, found: Posterior) -> None:
    # They may as well be about more trouble: there the condition takes some of it.
    seen = town.seen.copy()
    seen[NAMES.index("complaints"), :, -26:] += 1
    more = fitted.predict(summed(changed(town, seen)))
    assert np.mean(more.r_mean > found.r_mean) > 0.9
    assert np.all(more.r_mean + more.d_mean > found.r_mean + found.d_mean)


def test_where_reporting_is_well_known_the_condition_moves_alone() -> None:
    # Many follow-up reports pin reporting down; concerns on visits then move the condition and hardly that.
    nothing, expected = np.zeros((N_ORDINARY, WEEKS)), due(N_ORDINARY, times=2.0)
    expected[NAMES.index("follow_up_reports")] *= 20
    seen = counts(nothing, nothing, expected)
    given = evidence(seen, expected)
    worse = seen.copy()
    worse[[NAMES.index("concerns"), NAMES.index("bad_condition")], :, -26:] += 1
    fitted = model(n_paths=2500).fit(given)
    before, after = fitted.predict(summed(given)), fitted.predict(summed(changed(given, worse)))
    moved_d, moved_r = after.d_mean - before.d_mean, after.r_mean - before.r_mean
    assert np.mean(moved_d > 0.05) > 0.9
    assert np.abs(moved_r).mean() < 0.35 * np.abs(moved_d).mean()


def test_the_worse_it_is_seen_to_be_the_less_the_same_reports_say(
    fitted: TwoLatents, town: Evidence, found: Posterior
) -> None:
    seen = town.seen.copy()
    seen[NAMES.index("concerns"), :, -26:] += 1
    more = fitted.predict(summed(changed(town, seen)))
    assert np.mean(more.d_mean > found.d_mean) > 0.9
    assert np.mean(more.r_mean < found.r_mean) > 0.9


@pytest.mark.parametrize("share", [0.05, 0.33])
def test_a_silent_district_does_not_become_normal(share: float) -> None:
    n, n_silent = 60, int(60 * share)
    is_silent = (np.arange(n) < n_silent)[:, None] * np.ones(WEEKS)
    expected = due(n, times=2.0)
    found = judged(evidence(counts(-1.2 * is_silent, 0.8 * is_silent, expected), expected))
    assert found.p_quiet[:n_silent].mean() > 0.9
    assert found.p_quiet_decline[:n_silent].mean() > 0.8
    assert found.r_mean[:n_silent].max() < found.r_mean[n_silent:].min()
    assert found.p_quiet_decline[n_silent:].mean() < 0.02


def test_a_district_that_never_said_a_word_is_quiet() -> None:
    expected = due(60)
    nothing = np.zeros((60, WEEKS))
    seen = counts(nothing, nothing, expected)
    seen[REPORT, :20] = 0
    found = judged(evidence(seen, expected))
    assert found.p_quiet[:20].min() > 0.95
    assert found.p_quiet[20:].mean() < 0.1


# ------------------------------------------------------------------------------------------------------- edge cases


def test_all_zeros_is_alike_everywhere_and_no_decline() -> None:
    found = judged(evidence(np.zeros((N_STREAMS, 20, WEEKS)), due(20)))
    assert np.all(found.p_quiet_decline < 0.02)
    assert np.all(found.p_decline < 0.5)
    for name, each in arrays(found).items():
        assert np.ptp(each) < 1e-12, name


def test_where_nothing_is_heard_nor_seen_few_reports_are_due_and_no_decline_is_said() -> None:
    given = ordinary(times=2.0)
    seen = given.seen.copy()
    seen[:, 0] = 0
    found = judged(changed(given, seen), n_paths=2500)
    assert found.p_few[0] > 0.95
    assert found.p_decline[0] < 0.05
    assert found.r_mean[0] + found.d_mean[0] < -1.5
    assert found.p_few[1:].mean() < 0.05


def test_everything_quiet_stays_quiet() -> None:
    quiet = flat(*np.full(40, -1.2))
    expected = due(40, times=2.0)
    found = judged(evidence(counts(quiet, 0 * quiet, expected), expected))
    assert found.p_quiet.mean() > 0.8
    assert found.r_mean.mean() < -0.5


def test_one_complex_alone() -> None:
    found = judged(ordinary(1))
    assert found.p_quiet_decline[0] < 0.2


def test_no_complex_at_all() -> None:
    nobody = ordinary(3).of(np.array([], dtype=np.int64))
    assert_sound(judged(nobody), 0)
    assert model().fit(nobody).parts(summed(nobody)).streams.shape == (N_STREAMS, 0)


@pytest.mark.parametrize("n_weeks", [1, 2, 5])
def test_a_few_weeks_say_little(n_weeks: int) -> None:
    found = judged(ordinary(30, n_weeks))
    assert np.all(found.r_sd > 0.15)
    assert found.p_quiet_decline.max() < 0.3
    assert np.all(found.quiet_weeks_most <= n_weeks)


@pytest.mark.parametrize("n_weeks", [1, 30, 200])
@pytest.mark.parametrize("history", [26, 60])
def test_history_and_bank_need_not_be_of_one_length(n_weeks: int, history: int) -> None:
    judged(ordinary(12, n_weeks), policy=Policy(history_weeks=history), n_rounds=2)


def test_where_nobody_could_see_the_prior_is_told() -> None:
    given = ordinary(20)
    hidden = np.zeros(given.seen.shape, dtype=np.bool_)
    hidden[:, :5] = True
    fitted = model().fit(changed(given, hidden=hidden))
    found = fitted.predict(summed(changed(given, hidden=hidden)))
    assert_sound(found, 20)
    assert not found.heard[:5].any()
    assert not found.looked[:5].any()
    assert np.all(found.heard[5:] > 0.3)
    parts = fitted.parts(summed(changed(given, hidden=hidden)))
    np.testing.assert_allclose(parts.streams[:, :5], 0, atol=1e-12)
    np.testing.assert_allclose(log_odds(found.p_quiet_decline[:5]), parts.start, atol=1e-9)
    nothing = judged(changed(given, hidden=np.ones_like(hidden)))
    assert np.ptp(nothing.p_quiet_decline) < 1e-12


@pytest.mark.parametrize("k", range(N_STREAMS))
def test_a_stream_that_nobody_delivers_is_as_if_it_did_not_exist(k: int) -> None:
    given = ordinary(12, 40)
    hidden = np.zeros(given.seen.shape, dtype=np.bool_)
    hidden[k] = True
    without = changed(given, hidden=hidden)
    fitted = model(n_rounds=2).fit(without)
    assert_sound(fitted.predict(summed(without)), 12)
    assert np.abs(fitted.parts(summed(without)).streams[k]).max() < 1e-12
    assert fitted.learned_.level[k] == 0


def test_streams_that_start_halfway_are_no_change() -> None:
    given = ordinary(times=2.0)
    hidden = np.zeros(given.seen.shape, dtype=np.bool_)
    late = slice(0, 10)
    hidden[REPORT, late, : WEEKS // 2 + 10] = True
    fitted = model().fit(given)
    whole, halfway, zeros = (
        fitted.predict(summed(each))
        for each in (given, changed(given, hidden=hidden), changed(given, np.where(hidden, 0.0, given.seen)))
    )
    assert_sound(halfway, N_ORDINARY)
    assert np.abs(halfway.r_mean - whole.r_mean).max() < 0.25
    assert halfway.p_louder.max() < 0.2
    assert np.array_equal(halfway.r_mean[10:], whole.r_mean[10:])
    # Taken for zeros, the same weeks would be complexes that found their voice.
    assert np.median(zeros.p_louder[late]) > 0.9


def test_homes_that_come_into_use_change_what_is_expected_and_nothing_else() -> None:
    expected = due(N_ORDINARY, times=2.0)
    expected[:, 0, -40:] *= 3
    expected[:, 1, -40:] *= 3
    nothing = np.zeros((N_ORDINARY, WEEKS))
    seen = counts(nothing, nothing, expected, habit=0.0)
    # The second grew too, and nobody who moved in says a word.
    rng = np.random.default_rng(9)
    seen[:, 1, -40:] = rng.poisson(expected[:, 1, -40:] / 3)
    found = judged(evidence(seen, expected))
    assert abs(found.r_mean[0]) < 0.3
    assert found.p_quiet[0] < 0.05
    assert found.p_quiet[1] > 0.8


def test_a_feed_that_dies_and_comes_back_leaves_no_silence() -> None:
    given = ordinary(times=2.0)
    hidden = np.zeros(given.seen.shape, dtype=np.bool_)
    hidden[REPORT, 0, 50:80] = True
    masked = changed(given, hidden=hidden)
    fitted = model().fit(given)
    whole, kept = (fitted.predict(summed(each)) for each in (given, masked))
    assert_sound(kept, N_ORDINARY)
    assert abs(kept.r_mean[0] - whole.r_mean[0]) < 0.2
    assert kept.p_recovered[0] < 0.1
    # While it is dead little is known, and it is not called quiet; unmasked it would be.
    dead = fitted.predict(summed(masked.until(80)))
    zeros = fitted.predict(summed(changed(given, seen=np.where(hidden, 0.0, given.seen)).until(80)))
    assert dead.p_quiet[0] < 0.2
    assert zeros.p_quiet[0] > 0.9
    assert dead.r_sd[0] > fitted.predict(summed(given.until(80))).r_sd[0]


@pytest.mark.parametrize("where", ["one week", "one complex", "everywhere"])
def test_wild_counts_break_nothing(where: str) -> None:
    given = ordinary(20)
    seen = given.seen.copy()
    if where == "one week":
        seen[:, 3, -1] = 1e5
    elif where == "one complex":
        seen[0, 3] = 1e5
    else:
        seen[:] = 1e5
    wild = changed(given, seen)
    fitted = model().fit(wild)
    found = fitted.predict(summed(wild))
    assert_sound(found, 20)
    assert np.isfinite(fitted.parts(summed(wild)).streams).all()
    if where != "everywhere":
        # The others hardly notice.
        others = np.arange(20) != 3
        assert np.abs(found.r_mean - judged(given).r_mean)[others].max() < 0.3


def test_hardly_anything_expected_is_hardly_anything_known() -> None:
    found = judged(evidence(np.zeros((N_STREAMS, 10, WEEKS)), due(10, times=1e-6)))
    assert np.all(found.heard < 0.01)
    assert np.all(found.p_quiet_decline < 0.1)


# ----------------------------------------------------------------------------------------- order, threads, repetition


def test_identical_complexes_get_identical_figures(town: Evidence, fitted: TwoLatents) -> None:
    rows = np.concatenate([np.arange(town.n_complexes), np.full(300, QUIET_DECLINE)])
    found = arrays(fitted.predict(summed(town.of(rows))))
    for name, each in found.items():
        np.testing.assert_allclose(each[town.n_complexes :], each[QUIET_DECLINE], rtol=0, atol=1e-12, err_msg=name)


def test_the_order_of_complexes_does_not_count(town: Evidence) -> None:
    order = np.random.default_rng(0).permutation(town.n_complexes)
    straight, shuffled = model().fit(town), model().fit(town.of(order))
    one, other = straight.predict(summed(town)), shuffled.predict(summed(town.of(order)))
    for name, each in arrays(one).items():
        np.testing.assert_allclose(getattr(other, name), each[order], rtol=0, atol=1e-9, err_msg=name)
    np.testing.assert_allclose(
        shuffled.parts(summed(town.of(order))).streams,
        straight.parts(summed(town)).streams[:, order],
        rtol=0,
        atol=1e-6,
    )


def test_threads_change_nothing() -> None:
    given = ordinary(450, 30)
    one, two = (model(n_jobs=n, n_rounds=2).fit(given) for n in (1, 2))
    assert_alike(one.predict(summed(given)), two.predict(summed(given)), atol=1e-12)
    np.testing.assert_allclose(one.parts(summed(given)).streams, two.parts(summed(given)).streams, rtol=0, atol=1e-12)


def test_fitting_twice_gives_the_same(town: Evidence, fitted: TwoLatents, found: Posterior) -> None:
    assert_alike(clone(fitted).fit(town).predict(summed(town)), found, atol=1e-12)


def test_it_is_a_scikit_learn_estimator() -> None:
    settings = {"policy": Policy(), "n_paths": 7, "n_rounds": 2, "n_learned": 5, "seed": 3, "n_jobs": 2}
    one = TwoLatents(**settings)  # type: ignore[arg-type]
    assert one.get_params() == settings == clone(one).get_params()
    assert clone(one).set_params(seed=4).get_params() == settings | {"seed": 4}
    assert one.fit(ordinary(3, 5)) is one
    assert not hasattr(clone(one), "learned_")
    assert one.get_params() == settings


# ------------------------------------------------------------------------------------------- learning and keeping it


def test_what_was_learned_earlier_is_taken_over(town: Evidence, fitted: TwoLatents, found: Posterior) -> None:
    kept = model(n_paths=2500).keep(fitted.learned_)
    assert_alike(kept.predict(summed(town)), found, atol=0)


def test_the_learned_level_is_a_factor_on_what_was_expected(fitted: TwoLatents, town: Evidence) -> None:
    level = np.linspace(-0.3, 0.4, N_STREAMS)
    plain, scaled = (replace(fitted.learned_, level=each) for each in (np.zeros(N_STREAMS), level))
    less = changed(town, expected=np.stack(town.expected) * np.exp(-level)[:, None, None])
    one, other = (model(n_paths=2500).keep(each) for each in (plain, scaled))
    assert_alike(one.predict(summed(town)), other.predict(summed(less)), atol=1e-9)
    np.testing.assert_allclose(one.parts(summed(town)).streams, other.parts(summed(less)).streams, atol=1e-7)


def test_a_week_more_goes_on_from_the_sums_of_last_week(fitted: TwoLatents, town: Evidence, found: Posterior) -> None:
    sums = summed(town.until(WEEKS - 5))
    for week in range(WEEKS - 5, WEEKS):
        sums = stepped(
            sums,
            town.seen[:, :, week],
            np.stack(town.expected)[:, :, week],
            np.stack([~each.is_masked[:, week] for each in town.series]).astype(np.float64),
            town.first_week,
        )
    assert_alike(fitted.predict(sums), found, atol=1e-9)


def test_a_complex_with_a_wrong_number_of_homes_teaches_nothing() -> None:
    given = ordinary(20)
    seen = given.seen.copy()
    seen[:, 0] *= 20
    with_it, without = model().fit(changed(given, seen)), model().fit(given.of(np.arange(1, 20)))
    for name, each in with_it.learned_.as_dict().items():
        np.testing.assert_array_equal(each, without.learned_.as_dict()[name], err_msg=name)


def test_it_learns_from_no_more_complexes_than_it_is_told(town: Evidence) -> None:
    chosen = model(n_learned=10, seed=1)._lot(town)
    assert chosen.size == np.unique(chosen).size == 10
    assert np.array_equal(chosen, model(n_learned=10, seed=1)._lot(town))
    assert not np.array_equal(chosen, model(n_learned=10, seed=2)._lot(town))
    assert model(n_learned=10).fit(town).predict(summed(town)).r_mean.shape == (town.n_complexes,)


def test_other_thresholds_ask_other_questions(town: Evidence, found: Posterior) -> None:
    strict = replace(Policy(history_weeks=WEEKS), quiet_below=0.3, decline_above=3.0)
    stricter = judged(town, n_paths=2500, policy=strict)
    assert stricter.p_quiet[:N_ORDINARY].mean() < found.p_quiet[:N_ORDINARY].mean() + 1e-3
    assert stricter.p_quiet[ALWAYS_QUIET] < found.p_quiet[ALWAYS_QUIET]
    assert stricter.p_decline[LOUD] < found.p_decline[LOUD]


# ------------------------------------------------------------------------------------------------- reasons, and judges


def test_parts_add_up_to_the_log_odds(fitted: TwoLatents, town: Evidence, found: Posterior) -> None:
    parts = fitted.parts(summed(town))
    assert parts.streams.shape == (N_STREAMS, town.n_complexes)
    np.testing.assert_allclose(
        parts.start + parts.streams.sum(axis=0), log_odds(found.p_quiet_decline), rtol=0, atol=1e-9
    )
    assert log_odds(0.0) < parts.start < 0


def test_parts_tell_which_stream_spoke() -> None:
    r, d = np.zeros((2, 41, WEEKS))
    expected = due(41, times=2.0)
    seen = counts(r, d, expected, habit=0.0)
    k, rng = NAMES.index("concerns"), np.random.default_rng(4)
    seen[k, 40, -52:] = rng.poisson(3 * expected[k, 40, -52:])
    given = evidence(seen, expected)
    parts = model().fit(given).parts(summed(given)).streams[:, 40]
    assert np.argmax(parts) == k
    assert parts[k] > 1


def test_judging_is_the_posterior_of_the_last_week(town: Evidence) -> None:
    judged_town, posterior = model().judge(town), judged(town)
    assert judged_town.probability is not None
    np.testing.assert_array_equal(judged_town.score, judged_town.probability)
    np.testing.assert_array_equal(judged_town.probability, posterior.p_quiet_decline)
    np.testing.assert_array_equal(model().judge_reporting(town), posterior.p_quiet)


def test_an_earlier_week_is_judged_by_what_was_known_then(town: Evidence) -> None:
    asked = [70, 76, WEEKS]
    found = model().judge_weeks(town, asked)
    seen = town.seen.copy()
    seen[:, :, 76:] = 50
    other = model().judge_weeks(changed(town, seen), asked)
    for one, same in zip(found[:2], other[:2], strict=True):
        np.testing.assert_array_equal(one.score, same.score)
    assert np.any(found[2].score != other[2].score)
    # The last is more than a quarter later: learned anew.
    np.testing.assert_array_equal(found[2].score, model().judge(town).score)
    kept = model().fit(town.until(70)).predict(summed(town.until(76)))
    np.testing.assert_array_equal(found[1].score, kept.p_quiet_decline)
