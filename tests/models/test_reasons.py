"""Reasons add up to the posterior, stream by stream, and say which way each points."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import logit

from models.policy import Policy
from models.reasons import LEAST_PROBABILITY, stream_reasons
from models.streams import STREAMS, Floats
from models.window import SharedRatio

# A busy machine is no fault of the code.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

KINDS = [stream.tells_of for stream in STREAMS]
REPORT = [i for i, kind in enumerate(KINDS) if kind == "report"]
CONDITION = [i for i, kind in enumerate(KINDS) if kind == "condition"]
POLICY = Policy()

COUNTS = st.one_of(st.just(0), st.integers(0, 30), st.integers(0, 100_000)).map(float)
EXPECTATIONS = st.one_of(st.just(0.0), st.floats(1e-6, 1e5))
TOWNS = st.integers(1, 5).flatmap(
    lambda n: st.tuples(arrays(np.float64, (6, n), elements=COUNTS), arrays(np.float64, (6, n), elements=EXPECTATIONS))
)


def town(n_complexes: int = 200, seed: int = 1) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    expected = rng.gamma(1, 8, (6, n_complexes))
    return rng.poisson(expected * rng.gamma(3, 1 / 3, (6, n_complexes))).astype(np.float64), expected


def parts_of(seen: Floats, expected: Floats, kinds: list[str], policy: Policy) -> Floats:
    """The reasons where the ratios were learned from the very counts that they judge."""
    ratios = {}
    for kind in ("report", "condition"):
        used = [i for i, each in enumerate(kinds) if each == kind]
        ratios[kind] = SharedRatio(policy.habit_dispersion).fit(seen[used], expected[used])
    return stream_reasons(seen, expected, kinds, ratios, policy)


def risen(seen: Floats, expected: Floats, used: list[int], policy: Policy = POLICY) -> Floats:
    """How far the log-odds lie above those of a complex of which nothing is known, straight from the model."""
    model = SharedRatio(policy.habit_dispersion).fit(seen[used], expected[used])
    told, prior = model.predict(seen[used], expected[used]), model.predict(0 * seen[used], 0 * expected[used])
    if used == REPORT:
        pair = told.below(policy.quiet_below), prior.below(policy.quiet_below)
    else:
        pair = told.above(policy.decline_above), prior.above(policy.decline_above)
    after, before = (logit(np.clip(each, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)) for each in pair)
    return after - before


@patient
@given(TOWNS)
def test_parts_add_up_to_the_whole(counts: tuple[Floats, Floats]) -> None:
    seen, expected = counts
    parts = parts_of(seen, expected, KINDS, POLICY)
    assert np.isfinite(parts).all()
    for used in (REPORT, CONDITION):
        assert parts[used].sum(axis=0) == pytest.approx(risen(seen, expected, used), abs=1e-9)


def test_parts_add_up_where_nothing_is_clipped() -> None:
    seen, expected = town()
    parts = parts_of(seen, expected, KINDS, POLICY)
    model = SharedRatio(POLICY.habit_dispersion).fit(seen[REPORT], expected[REPORT])
    p_quiet = model.predict(seen[REPORT], expected[REPORT]).below(POLICY.quiet_below)
    prior = model.predict(np.zeros((3, 1)), np.zeros((3, 1))).below(POLICY.quiet_below)
    inside = (p_quiet > LEAST_PROBABILITY) & (p_quiet < 1 - LEAST_PROBABILITY)
    assert inside.mean() > 0.8
    found = parts[REPORT].sum(axis=0)[inside]
    assert found == pytest.approx(logit(p_quiet[inside]) - logit(prior), abs=1e-9)


@patient
@given(TOWNS, st.integers(0, 5))
def test_a_stream_without_exposure_says_exactly_nothing(counts: tuple[Floats, Floats], stream: int) -> None:
    seen, expected = counts
    expected[stream] = 0
    assert (parts_of(seen, expected, KINDS, POLICY)[stream] == 0).all()


@pytest.mark.parametrize("stream", range(6))
def test_the_only_stream_with_exposure_says_it_all(stream: int) -> None:
    seen, expected = town()
    others = [i for i in range(6) if i != stream]
    seen[others], expected[others] = 0, 0
    used = REPORT if stream in REPORT else CONDITION
    parts = parts_of(seen, expected, KINDS, POLICY)
    assert parts[stream] == pytest.approx(risen(seen, expected, used), abs=1e-9)
    assert np.ptp(parts[stream]) > 1


def test_streams_that_say_the_same_have_the_same_part() -> None:
    seen, expected = town()
    seen[REPORT[1]], expected[REPORT[1]] = seen[REPORT[0]], expected[REPORT[0]]
    parts = parts_of(seen, expected, KINDS, POLICY)
    assert parts[REPORT[0]] == pytest.approx(parts[REPORT[1]], abs=1e-9)


def test_nobodys_part_depends_on_who_was_named_first() -> None:
    seen, expected = town()
    order = [4, 2, 5, 0, 3, 1]
    shuffled = parts_of(seen[order], expected[order], [KINDS[i] for i in order], POLICY)
    assert shuffled == pytest.approx(parts_of(seen, expected, KINDS, POLICY)[order], abs=1e-9)


def test_one_side_never_speaks_for_the_other() -> None:
    seen, expected = town()
    before = parts_of(seen, expected, KINDS, POLICY)
    seen[REPORT] = 0
    after = parts_of(seen, expected, KINDS, POLICY)
    assert (after[CONDITION] == before[CONDITION]).all()
    assert (after[REPORT] != before[REPORT]).any()


def test_each_stream_points_where_its_counts_do() -> None:
    # The case of docs/model.md: complaints look normal, and yet it is quiet, as the follow-up reports tell.
    seen, expected = town()
    names = [stream.name for stream in STREAMS]
    case = {
        "complaints": (82, 94),
        "normal_repairs": (40, 41),
        "follow_up_reports": (9, 81),
        "urgent_repairs": (461, 134),
        "concerns": (243, 39),
        "bad_condition": (1, 1),
    }
    seen[:, 0], expected[:, 0] = np.array([case[name] for name in names], dtype=float).T
    parts = dict(zip(names, parts_of(seen, expected, KINDS, POLICY)[:, 0], strict=True))
    assert parts["follow_up_reports"] > 1 > 0 > max(parts["complaints"], parts["normal_repairs"])
    assert min(parts["urgent_repairs"], parts["concerns"]) > 1
    assert abs(parts["bad_condition"]) < 0.5


@patient
@given(st.integers(0, 60), st.integers(1, 60))
def test_fewer_reports_of_a_stream_raise_its_own_part(seen: int, more: int) -> None:
    counts, expected = town(60)
    twice = np.repeat(counts[:, :1], 2, axis=1), np.repeat(expected[:, :1], 2, axis=1)
    twice[0][REPORT[0]] = seen, seen + more
    # The pair beside a fixed town, so that what is learned from all of them is the same for both.
    parts = parts_of(np.hstack([twice[0], counts]), np.hstack([twice[1], expected]), KINDS, POLICY)
    assert parts[REPORT[0], 0] >= parts[REPORT[0], 1]
