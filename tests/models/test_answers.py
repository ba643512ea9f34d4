"""What the verdicts teach, held against a simulated town of which the truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from scipy.special import expit, logit

from models.answers import Estimates, NotYet, Recalibration, estimates, recalibrate
from models.policy import Policy
from models.verdicts import draws_with_answers

POLICY = Policy()
MONDAY = date(2026, 1, 5)
N_TEAMS = 12


@dataclass(frozen=True)
class Population:
    """Complexes with a known truth; arrays (n_complexes)."""

    team: NDArray[np.int64]
    size: NDArray[np.int64]
    probability: NDArray[np.float64]
    is_positive: NDArray[np.bool_]
    is_flagged: NDArray[np.bool_]

    @property
    def truth(self) -> dict[str, float]:
        both = (self.is_positive & self.is_flagged).sum()
        return {
            "prevalence": self.is_positive.mean(),
            "precision": both / self.is_flagged.sum(),
            "recall": both / self.is_positive.sum(),
        }


def population(rng: np.random.Generator) -> Population:
    size = rng.integers(20, 80, N_TEAMS)
    team = np.repeat(np.arange(N_TEAMS), size)
    chance = expit(rng.normal(0, 2.5, len(team)) + rng.normal(0, 0.5, N_TEAMS)[team] - 4.5)
    return Population(team, size, chance, rng.random(len(team)) < chance, chance > np.quantile(chance, 0.94))


def drawn(
    town: Population,
    rng: np.random.Generator,
    n_weeks: int = 52,
    answering: float = 1.0,
    flagged_answering: float | None = None,
    undecided: float = 0.0,
) -> pl.DataFrame:
    """Draws as the lot makes them, with the verdicts that the truth gives; one in twelve worries is a loud one."""
    first = np.cumsum(town.size) - town.size
    row = (first + (rng.random((n_weeks, N_TEAMS)) * town.size).astype(np.int64)).ravel()
    is_worry = town.is_positive[row] | (rng.random(len(row)) < 0.08)
    likely = np.where(town.is_flagged[row], answering if flagged_answering is None else flagged_answering, answering)
    is_answered = rng.random(len(row)) < likely
    knows = rng.random(len(row)) >= undecided
    return pl.DataFrame(
        {
            "week": np.repeat(np.arange(n_weeks), N_TEAMS),
            "complex_id": [f"C{i}" for i in row],
            "area_team": [f"T{i}" for i in town.team[row]],
            "inclusion_probability": 1 / town.size[town.team[row]],
            "p_quiet_decline": town.probability[row],
            "is_flagged": town.is_flagged[row],
            "verdict": np.where(is_answered, np.where(is_worry, "worry", "fine"), "not_looked"),
            "do_residents_report": np.where(knows, np.where(town.is_positive[row], "no", "yes"), "unknown"),
        }
    )


def estimated(draws: pl.DataFrame) -> Estimates:
    found = estimates(draws, POLICY)
    assert isinstance(found, Estimates)
    return found


@pytest.mark.parametrize(
    "setting",
    [{}, {"n_weeks": 10}, {"answering": 0.5, "flagged_answering": 0.8, "undecided": 0.1}],
    ids=["a year", "ten weeks", "half of them answered"],
)
def test_over_many_lots_the_estimates_are_right_and_so_are_their_intervals(setting: dict[str, Any]) -> None:
    """The town is drawn from 240 times; 95 % of the intervals should hold its truth (± 1.4 points by chance)."""
    rng = np.random.default_rng(7)
    off: dict[str, list[float]] = {"prevalence": [], "precision": [], "recall": []}
    holds: dict[str, list[bool]] = {name: [] for name in off}
    for _ in range(6):
        town = population(rng)
        for _ in range(40):
            found = estimated(drawn(town, rng, **setting))
            for name, truth in town.truth.items():
                share = getattr(found, name)
                if share is not None:
                    off[name].append(share.value - truth)
                    holds[name].append(share.low <= truth <= share.high)
    for name in off:
        assert len(off[name]) > 200
        assert abs(np.mean(off[name])) < 3.5 * np.std(off[name]) / np.sqrt(len(off[name])), name
        assert 0.91 < np.mean(holds[name]) < 0.99, name


def test_counting_the_draws_as_they_are_would_be_biased() -> None:
    """Why the chance of being drawn counts: a small team is drawn as often as a large one."""
    rng = np.random.default_rng(3)
    size = np.array([10, 90] * 6)
    team = np.repeat(np.arange(N_TEAMS), size)
    bad = (team % 2 == 0) & (rng.random(len(team)) < 0.5)
    town = Population(team, size, np.full(len(team), 0.1), bad, bad)
    draws = drawn(town, rng, 200)
    plain = ((draws["verdict"] == "worry") & (draws["do_residents_report"] == "no")).mean()
    truth = town.truth["prevalence"]
    assert isinstance(plain, float)
    assert plain > 3 * truth
    assert estimated(draws).prevalence.value == pytest.approx(truth, rel=0.25)


def plain_draws(*verdicts: tuple[str | None, str | None, bool]) -> pl.DataFrame:
    """Draws of equal chance as (verdict, do residents report, is flagged); two teams in turn."""
    return pl.DataFrame(
        {
            "week": np.arange(len(verdicts)) // 2,
            "complex_id": [f"C{i:03d}" for i in range(len(verdicts))],
            "area_team": ["A" if i % 2 else "B" for i in range(len(verdicts))],
            "inclusion_probability": 0.02,
            "p_quiet_decline": 0.1,
            "is_flagged": [each[2] for each in verdicts],
            "verdict": pl.Series([each[0] for each in verdicts], dtype=pl.String),
            "do_residents_report": pl.Series([each[1] for each in verdicts], dtype=pl.String),
        }
    )


QUIET, LOUD, FINE = ("worry", "no", False), ("worry", "yes", False), ("fine", "yes", False)


def test_only_worries_of_which_nobody_speaks_are_positive() -> None:
    others = [("other", "no", False), ("known_already", "no", False), ("fine", "no", False), LOUD]
    found = estimated(plain_draws(*[QUIET] * 20, *others * 25))
    assert found.prevalence.value == pytest.approx(20 / 120, abs=1e-6)
    assert found.precision is None, "no flagged complex was drawn"
    assert found.recall is not None
    assert found.recall.value == 0
    assert (found.n_drawn, found.n_answered, found.n_undecided, found.response) == (120, 120, 0, 1)


def test_precision_and_recall_count_what_they_say() -> None:
    hit, miss = ("worry", "no", True), ("fine", "yes", True)
    found = estimated(plain_draws(*[hit] * 12, *[miss] * 4, *[QUIET] * 12, *[FINE] * 100))
    assert found.precision is not None
    assert found.recall is not None
    assert (found.precision.value, found.precision.n) == (0.75, 16)
    assert (found.recall.value, found.recall.n) == (0.5, 24)
    for share in (found.prevalence, found.precision, found.recall):
        assert 0 <= share.low < share.value < share.high <= 1


def test_no_positive_at_all_still_has_an_upper_limit() -> None:
    found = estimated(plain_draws(*[FINE] * 100))
    assert (found.prevalence.value, found.prevalence.low) == (0, 0)
    # Wilson at 0 of 100: z² / (100 + z²).
    assert found.prevalence.high == pytest.approx(3.8415 / 103.8415, abs=1e-4)
    assert found.recall is None


def test_equal_chances_give_the_plain_interval() -> None:
    """Without weights and with one team this is Wilson's interval of a plain share."""
    draws = plain_draws(*[QUIET] * 30, *[FINE] * 90).with_columns(area_team=pl.lit("A"))
    share = estimated(draws).prevalence
    assert share.value == 0.25
    # Wilson at 30 of 120, by its formula.
    assert (share.low, share.high) == (pytest.approx(0.1811, abs=1e-3), pytest.approx(0.3344, abs=1e-3))


def test_who_did_not_look_is_shown_and_spoken_for_by_the_same_side_of_the_list() -> None:
    hit, unseen = ("worry", "no", True), ("not_looked", None, False)
    rows = [*[hit] * 20, *[FINE] * 100, *[unseen] * 60, *[(None, None, False)] * 40]
    found = estimated(plain_draws(*rows))
    assert (found.n_drawn, found.n_answered) == (220, 120)
    assert found.response == pytest.approx(120 / 220)
    # The flagged all answered: the hundred that nobody looked at are like the others off the list.
    assert found.prevalence.value == pytest.approx(20 / 220)


def test_an_undecided_worry_is_shown_and_spoken_for_by_the_decided() -> None:
    found = estimated(plain_draws(*[QUIET] * 10, *[LOUD] * 10, *[("worry", None, False)] * 20, *[FINE] * 80))
    assert (found.n_answered, found.n_undecided) == (120, 20)
    assert found.prevalence.value == pytest.approx(20 / 120, abs=1e-6)


@pytest.mark.parametrize("n_answered", [0, 1, 99])
def test_below_a_hundred_answered_draws_nothing_is_said(n_answered: int) -> None:
    draws = plain_draws(*[QUIET] * n_answered, *[("not_looked", None, False)] * 200)
    assert estimates(draws, POLICY) == NotYet(n_answered + 200, n_answered, 100)
    said = recalibrate(draws, POLICY)
    assert said == Recalibration(0.0, 1.0, n_answered, is_used=False)
    p = np.array([0.0, 0.2, 1.0])
    assert said.probability(p) is p


@pytest.mark.parametrize(("shift", "slope"), [(-1.5, 1.0), (1.0, 1.6), (0.0, 0.5)])
def test_probabilities_that_are_off_come_closer_to_the_truth(shift: float, slope: float) -> None:
    rng = np.random.default_rng(11)
    town = population(rng)
    said = expit((logit(town.probability) - shift) / slope)
    wrong = Population(town.team, town.size, said, town.is_positive, town.is_flagged)
    before, after = [], []
    for _ in range(20):
        found = recalibrate(drawn(wrong, rng), POLICY)
        before.append(np.abs(said - town.probability).mean())
        after.append(np.abs(found.probability(said) - town.probability).mean())
    assert np.mean(after) < 0.6 * np.mean(before)


def test_right_probabilities_are_hardly_moved() -> None:
    rng = np.random.default_rng(12)
    moved = []
    for _ in range(20):
        town = population(rng)
        found = recalibrate(drawn(town, rng), POLICY)
        moved.append((found.shift, found.slope))
    assert np.mean(moved, axis=0) == pytest.approx([0, 1], abs=0.2)


def test_few_draws_are_held_back_by_the_prior() -> None:
    """Twice as many of the same draws move further from the identity, and a hundred without a positive move little."""
    rows = [QUIET] * 60 + [FINE] * 60
    few = recalibrate(plain_draws(*rows), POLICY)
    many = recalibrate(plain_draws(*rows * 5), POLICY)
    at = np.array([0.1])
    assert 0.1 < few.probability(at)[0] < many.probability(at)[0] < 0.5
    nothing = recalibrate(plain_draws(*[FINE] * 100), POLICY)
    assert 0.005 < nothing.probability(at)[0] < 0.1


def test_recalibration_never_turns_the_order_round() -> None:
    rows = plain_draws(*[QUIET] * 100, *[FINE] * 100)
    turned = rows.with_columns(p_quiet_decline=pl.Series([0.01] * 100 + [0.99] * 100))
    found = recalibrate(turned, POLICY)
    assert found.slope >= 0
    p = found.probability(np.linspace(0, 1, 101))
    assert (np.diff(p) >= 0).all()
    assert ((p >= 0) & (p <= 1)).all()


def test_the_order_of_the_draws_changes_nothing() -> None:
    rng = np.random.default_rng(5)
    draws = drawn(population(rng), rng, answering=0.7, undecided=0.1)
    mixed = draws.sample(fraction=1, shuffle=True, seed=1)
    assert estimates(mixed, POLICY) == estimates(draws, POLICY)
    assert recalibrate(mixed, POLICY) == recalibrate(draws, POLICY)


def test_each_draw_gets_the_answer_that_was_given_to_it() -> None:
    def flag(flag_id: str, week: int, why: str, chance: float | None) -> dict[str, Any]:
        return {
            "flag_id": flag_id,
            "week": MONDAY + timedelta(weeks=week),
            "complex_id": flag_id,
            "area_team": "A",
            "why": why,
            "inclusion_probability": chance,
            "p_quiet_decline": 0.5,
        }

    flags = pl.DataFrame(
        [
            flag("on", 0, "went_quiet", None),
            flag("on", 4, "went_quiet", 0.1),
            flag("on", 9, "quiet_decline", 0.1),
            flag("off", 4, "random_draw", 0.1),
            flag("unseen", 4, "random_draw", 0.1),
            flag("fire", 4, "safety", 0.1),
        ],
        infer_schema_length=None,
    )
    said = pl.DataFrame(
        [
            {"flag_id": flag_id, "reviewed_on": MONDAY + timedelta(days=day), "verdict": verdict}
            | {"do_residents_report": "no"}
            for flag_id, day, verdict in [
                ("on", 8, "other"),
                ("on", 30, "not_looked"),
                ("on", 40, "worry"),
                ("on", 60, "fine"),
                ("off", 33, "fine"),
                ("unseen", 33, "not_looked"),
            ]
        ]
    )
    found = draws_with_answers(flags, said).select("complex_id", "is_flagged", "verdict")
    assert found.rows() == [
        ("fire", False, None),
        ("off", False, "fine"),
        ("on", True, "worry"),
        ("unseen", False, None),
        ("on", True, "fine"),
    ]
    nobody = draws_with_answers(flags, said.clear())
    assert nobody["verdict"].null_count() == nobody.height == 5
    assert estimates(nobody, POLICY) == NotYet(5, 0, 100)
