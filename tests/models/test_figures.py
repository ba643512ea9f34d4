"""The figures beside a probability: what was seen and expected in the period; what silence and damage would prove."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from scipy.stats import nbinom

from models.breaks import Breaks
from models.evidence import Evidence
from models.figures import Figures, week_figures
from models.learned import Learned
from models.lesson import Lesson
from models.policy import Policy
from models.posterior import Posterior
from models.streams import STREAMS, Floats, StreamSeries

N_WEEKS = 80
POLICY = Policy()
PLACE = {each.name: place for place, each in enumerate(STREAMS)}
REPORTS = [place for place, each in enumerate(STREAMS) if each.tells_of == "report"]
VANDALISM = PLACE["vandalism_repairs"]


def lesson(habit: float = 0.1, report_variance: float = 0.2) -> Lesson:
    learned = Learned.nothing(np.ones(1))
    kept = Learned(learned.loadings, learned.level, np.full(len(STREAMS), habit), learned.dispersion, np.ones(1))
    return Lesson((), Breaks({}), kept, report_variance)


def posterior(n: int = 1, **changes: Any) -> Posterior:
    nothing = {each.name: np.zeros(n) for each in fields(Posterior)}
    return Posterior(**nothing | {name: np.broadcast_to(np.asarray(each, float), n) for name, each in changes.items()})


def evidence(
    expected: float | Floats = 1.0, seen: Callable[[int], Any] = lambda place: 0.0, n: int = 1, n_weeks: int = N_WEEKS
) -> Evidence:
    """The same is expected of every stream; what is seen is given by place."""
    shape = (n, n_weeks)
    due = np.broadcast_to(np.asarray(expected, dtype=np.float64), shape)
    nothing = np.zeros(shape, dtype=np.bool_)
    return Evidence(
        [
            StreamSeries(stream, np.array(np.broadcast_to(seen(i), shape), float), due.copy(), nothing.copy())
            for i, stream in enumerate(STREAMS)
        ],
        [due.copy() for _ in STREAMS],
        nothing,
        np.full(shape, 50.0),
    )


def figures(of: Evidence, believed: Posterior | None = None, **known: Any) -> Figures:
    return week_figures(of, believed or posterior(of.n_complexes), lesson(**known), POLICY)


def masked(of: Evidence, weeks: Any, *places: int) -> Evidence:
    for place in places:
        of.series[place].seen[:, weeks] = 0
        of.series[place].is_masked[:, weeks] = True
        of.expected[place][:, weeks] = 0
    return of


def test_the_period_is_half_a_year_where_it_became_quiet_within_half_a_year() -> None:
    believed = posterior(6, p_quiet=[0.9, 0.9, 0.9, 0.5, 0.49, 0.0], quiet_weeks=[10, 26, 27, 26, 10, 1])
    found = figures(evidence(n=6), believed)
    assert found.window_weeks.tolist() == [26, 26, 52, 26, 52, 52]
    assert found.reports_expected.tolist() == [len(REPORTS) * each for each in found.window_weeks]
    assert (found.period_weeks == found.window_weeks).all()
    assert (found.expected == found.window_weeks).all()
    # How sure a source is and what silence would prove is always told of a whole year.
    assert (found.stream_weeks == 52).all()
    assert np.unique(found.silence_chance).size == 1


def test_reports_are_those_of_the_report_streams() -> None:
    found = figures(evidence(seen=lambda place: 10.0**place))
    assert found.reports_seen.item() == 52 * sum(10.0**place for place in REPORTS)
    assert found.seen[:, 0].tolist() == [52 * 10.0**place for place in range(len(STREAMS))]


def test_only_the_past_year_counts() -> None:
    loud_before = np.where(np.arange(N_WEEKS) < N_WEEKS - 52, 1000.0, 0.0)
    found = figures(evidence(expected=1 + loud_before, seen=lambda _: loud_before))
    assert (found.seen == 0).all()
    assert (found.expected == 52).all()
    assert not found.has_damage.any()
    # The history may be shorter than the period.
    assert figures(evidence(n_weeks=7)).window_weeks.item() == 7


def test_weeks_without_sight_are_counted_out() -> None:
    found = figures(masked(evidence(), slice(70, None), PLACE["complaints"], PLACE["concerns"]))
    assert found.stream_weeks[:, 0].tolist() == [
        42 if each.name in ("complaints", "concerns") else 52 for each in STREAMS
    ]
    # One report stream that still speaks is enough to be seen.
    assert found.window_weeks.item() == 52
    found = figures(masked(evidence(), slice(70, None), *REPORTS))
    assert found.window_weeks.item() == 42
    assert found.is_heard_of.item()
    found = figures(masked(evidence(), slice(N_WEEKS - 52, None), *REPORTS))
    assert found.window_weeks.item() == found.reports_expected.item() == 0
    assert not found.is_heard_of.item()
    assert found.silence_chance.item() == 1
    assert found.reports_low.item() == found.reports_high.item() == 0


def test_known_since_the_first_week_in_which_it_could_be_heard() -> None:
    assert figures(evidence()).known_weeks.item() == N_WEEKS
    assert figures(masked(evidence(), slice(0, 60), *REPORTS)).known_weeks.item() == 20
    assert figures(masked(evidence(), slice(0, 60), *REPORTS[1:])).known_weeks.item() == N_WEEKS
    # What was lost since does not make it younger.
    assert figures(masked(evidence(), slice(20, 60), *REPORTS)).known_weeks.item() == N_WEEKS
    assert figures(masked(evidence(), slice(None), *REPORTS)).known_weeks.item() == 0


@pytest.mark.parametrize("variance", [0.1, 0.5])
@pytest.mark.parametrize("a_week", [0.02, 0.3, 5.0])
def test_the_band_is_where_eight_in_ten_ordinary_counts_lie(a_week: float, variance: float) -> None:
    found = figures(evidence(a_week), report_variance=variance)
    rng = np.random.default_rng(1)
    drawn = rng.poisson(found.reports_expected.item() * rng.gamma(1 / variance, variance, 20_000))
    assert (drawn < found.reports_low.item()).mean() <= 0.105
    assert (drawn > found.reports_high.item()).mean() <= 0.105
    assert ((drawn >= found.reports_low.item()) & (drawn <= found.reports_high.item())).mean() >= 0.79


@pytest.mark.parametrize("habit", [1e-3, 0.1, 1.0])
def test_the_chance_of_silence_is_that_of_no_report_in_any_stream(habit: float) -> None:
    found = figures(evidence(0.02), habit=habit).silence_chance.item()
    # Each stream has a lasting habit of its own, so each is silent by itself.
    none = nbinom.pmf(0, 1 / habit, 1 / (1 + habit * 52 * 0.02))
    assert found == pytest.approx(none ** len(REPORTS), rel=1e-9)
    rng = np.random.default_rng(2)
    drawn = rng.poisson(52 * 0.02 * rng.gamma(1 / habit, habit, (len(REPORTS), 200_000)))
    assert found == pytest.approx((drawn.sum(axis=0) == 0).mean(), abs=0.004)


def test_silence_proves_more_where_more_was_due() -> None:
    found = figures(evidence(np.array([[0.0], [0.001], [0.1], [10.0], [1e5]]), n=5)).silence_chance
    assert found[0] == 1
    assert (np.diff(found) < 0).all()
    assert found[-1] == pytest.approx(0, abs=1e-30)


def damage(expected: float, seen: int, habit: float = 0.1) -> bool:
    """Whether so many in the last week are called damage, where so many were expected in the year."""
    last = np.where(np.arange(N_WEEKS) == N_WEEKS - 1, float(seen), 0.0)
    of = evidence(expected / 52, lambda place: last if place == VANDALISM else 0.0)
    return bool(figures(of, habit=habit).has_damage.item())


@pytest.mark.parametrize(
    ("expected", "seen", "is_damage"),
    # Once is nothing, however rare; twice where hardly any was due is something; many where many were due is nothing.
    [(0.01, 0, False), (0.01, 1, False), (0.01, 2, True), (0.5, 2, False), (0.5, 4, True), (10, 12, False),
     (10, 25, True), (0.0, 1, False), (1e5, 100_000, False)],
)  # fmt: skip
def test_damage_is_what_chance_does_not_explain(expected: float, seen: int, is_damage: bool) -> None:
    assert damage(expected, seen) is is_damage


def test_where_habits_differ_more_it_takes_more_to_be_damage() -> None:
    assert damage(10, 25, habit=0.1)
    assert not damage(10, 25, habit=1.0)


def test_ordinary_complexes_are_hardly_ever_damaged() -> None:
    rng = np.random.default_rng(3)
    n = 4000
    ratio = rng.gamma(1 / 0.1, 0.1, (n, 1))
    counts = rng.poisson(np.full((n, N_WEEKS), 2 / 52) * ratio)
    of = evidence(2 / 52, lambda place: counts if place == VANDALISM else 0.0, n=n)
    assert figures(of).has_damage.mean() < 0.02


def test_a_failing_feed_is_that_of_this_week() -> None:
    of = evidence(n=2)
    of.is_feed_suspect[0, :-1] = True
    of.is_feed_suspect[1, -1] = True
    assert figures(of).is_feed_suspect.tolist() == [False, True]


def test_columns_are_all_figures_of_a_complex_by_name() -> None:
    found = figures(masked(evidence(n=3), slice(70, None), PLACE["complaints"])).columns()
    assert all(each.shape == (3,) for each in found.values())
    assert found["observed_complaints"].tolist() == [42] * 3
    assert {f"observed_{each.name}" for each in STREAMS} <= set(found)
    assert "stream_weeks" not in found
    for each in found.values():
        assert np.isfinite(each.astype(np.float64)).all()
