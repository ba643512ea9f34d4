"""Pairs hold nothing of the future but the outcome, and the figures are what a library and plain arithmetic say."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from models import backtest
from models.backtest import FROM_SCORES, PREDICTORS, concordance, judge, pairs_at

CUTOFF = date(2026, 3, 2)
LONG_AGO = CUTOFF - timedelta(days=400)


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtest, "RESAMPLES", 200)
    monkeypatch.setattr(backtest, "SHUFFLES", 40)


def visits(*rows: tuple[str, date, float]) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema={"complex_id": pl.String, "observed_on": pl.Date, "score": pl.Float64}, orient="row"
    )


def scores(*ids: str) -> pl.DataFrame:
    return pl.DataFrame({"complex_id": ids, **{name: [0.5] * len(ids) for name in FROM_SCORES}})


NO_REPORTS = pl.DataFrame(schema={"complex_id": pl.String, "events": pl.Float64, "standing": pl.Float64})


def pair(known: pl.DataFrame, later: pl.DataFrame, reports: pl.DataFrame = NO_REPORTS) -> pl.DataFrame:
    return pairs_at(CUTOFF, scores("A", "B"), known, pl.concat([known, later]), reports)


def test_the_next_visit_is_the_first_on_or_after_the_cutoff_and_the_previous_the_last_before_it() -> None:
    known = visits(("A", LONG_AGO, 80), ("A", LONG_AGO - timedelta(days=300), 70))
    later = visits(("A", CUTOFF + timedelta(days=90), 60), ("A", CUTOFF, 90), ("B", CUTOFF, 50))
    (row,) = pair(known, later).to_dicts()
    found = (row["complex_id"], row["previous_on"], row["previous_score"], row["next_on"], row["next_score"])
    assert found == ("A", LONG_AGO, 80, CUTOFF, 90)
    assert (row["events"], row["standing"]) == (0, 0)


def test_a_visit_before_the_cutoff_that_was_not_yet_known_is_neither() -> None:
    known = visits(("A", LONG_AGO, 80))
    later = visits(("A", CUTOFF - timedelta(days=1), 40), ("A", CUTOFF + timedelta(days=1), 90))
    (row,) = pair(known, later).to_dicts()
    assert (row["previous_score"], row["next_score"]) == (80, 90)


def test_a_known_visit_after_the_cutoff_is_no_previous_one() -> None:
    known = visits(("A", LONG_AGO, 80), ("A", CUTOFF, 40))
    assert pair(known, visits()).row(0, named=True)["previous_score"] == 80


@pytest.mark.parametrize(("days", "n_pairs"), [(179, 0), (180, 1)])
def test_a_second_look_is_no_next_visit(days: int, n_pairs: int) -> None:
    known = visits(("A", CUTOFF - timedelta(days=9), 80))
    assert pair(known, visits(("A", CUTOFF + timedelta(days=days - 9), 60))).height == n_pairs


def made_up(n: int = 400, seed: int = 5, cutoffs: int = 2) -> pl.DataFrame:
    """Pairs in which the score of then knows the next score, through what no other predictor knows."""
    rng = np.random.default_rng(seed)
    lasting, hidden = rng.normal(size=(2, n))
    previous = np.round(88 + 5 * lasting + rng.normal(0, 4, n))
    following = np.round(88 + 5 * lasting - 5 * hidden + rng.normal(0, 4, n))
    told = {name: hidden if name != "p_quiet" else rng.normal(size=n) for name in FROM_SCORES}
    one = pl.DataFrame(
        {
            "complex_id": [f"C{number}" for number in range(n)],
            "previous_score": previous,
            "next_score": following,
            "events": (rng.random(n) < 0.2).astype(float),
            "standing": np.zeros(n),
            **told,
        }
    )
    return pl.concat([one.with_columns(cutoff=pl.lit(CUTOFF + timedelta(weeks=4 * each))) for each in range(cutoffs)])


def figures(rows: pl.DataFrame, predictor: str, question: str = "bad", **which: object) -> dict[str, float]:
    which = {"buildings": "all", "is_same_previous": False, **which, "predictor": predictor, "question": question}
    return rows.filter([pl.col(name) == value for name, value in which.items()]).row(0, named=True)


def test_without_strata_it_is_the_auc_of_the_library() -> None:
    rng = np.random.default_rng(1)
    figure = rng.integers(0, 9, 200).astype(float)
    positive = rng.random(200) < 0.3
    weight = rng.integers(0, 4, 200)
    found = concordance(figure, np.zeros(200, int), (positive * weight)[None, :], (~positive * weight)[None, :])
    assert found[0] == pytest.approx(roc_auc_score(positive, figure, sample_weight=weight))


def test_only_equals_are_compared() -> None:
    # Within each stratum the positive stands above; over both it would not.
    figure, stratum = np.array([1.0, 2.0, 8.0, 9.0]), np.array([0, 0, 1, 1])
    positive = np.array([[False, True, False, True]])
    assert concordance(figure, stratum, positive, ~positive)[0] == 1
    assert concordance(figure, np.zeros(4, int), positive, ~positive)[0] == 0.75


def test_nothing_to_compare_is_said_and_not_guessed() -> None:
    assert np.isnan(concordance(np.ones(2), np.zeros(2, int), np.ones((1, 2)), np.zeros((1, 2)))).all()
    fine = made_up().with_columns(next_score=pl.lit(99.0), previous_score=pl.lit(99.0))
    assert judge(fine, 85, 5)["auc"].null_count() == judge(fine, 85, 5).height
    assert judge(fine.clear(), 85, 5)["n_pairs"].sum() == 0


def test_a_score_that_knows_is_seen_to_know_and_an_interval_holds_it() -> None:
    rows = judge(made_up(), 85, 5)
    ours, chance = figures(rows, "d_mean"), figures(rows, "p_quiet")
    assert ours["low"] < ours["auc"] < ours["high"]
    assert ours["low"] > 0.7
    assert chance["low"] < 0.5 < chance["high"]
    assert figures(rows, "d_mean", is_same_previous=True)["auc"] > 0.75


def test_one_complex_at_four_cutoffs_is_no_more_sure_than_at_one() -> None:
    once, often = (figures(judge(made_up(cutoffs=n), 85, 5), "d_mean") for n in (1, 4))
    assert often["n_pairs"] == 4 * once["n_pairs"]
    assert often["n_buildings"] == once["n_buildings"]
    assert (often["low"], often["high"]) == pytest.approx((once["low"], once["high"]))


def test_shuffled_outcomes_give_a_coin_for_bad() -> None:
    rows = judge(made_up(), 85, 5)
    for predictor in PREDICTORS:
        assert figures(rows, predictor)["shuffled"] == pytest.approx(0.5, abs=0.03)
    # And so does the whole judgment when the next scores themselves are dealt out anew.
    pairs = made_up(cutoffs=1)
    dealt = pairs.with_columns(next_score=pl.col("next_score").shuffle(seed=4))
    destroyed = figures(judge(dealt, 85, 5), "d_mean")
    assert destroyed["low"] < 0.5 < destroyed["high"]


def test_regression_to_the_mean_stands_upside_down_and_is_gone_at_the_same_previous_score() -> None:
    rows = judge(made_up(n=1500, cutoffs=1), 85, 5)
    previous = figures(rows, "previous", "worse")
    assert previous["auc"] < 0.45
    assert previous["shuffled"] < 0.3
    level = figures(rows, "previous", "worse", is_same_previous=True)
    assert (level["auc"], level["shuffled"]) == (0.5, 0.5)
    assert figures(rows, "d_mean", "worse", is_same_previous=True)["low"] > 0.6


def test_quiet_ones_have_no_event_and_nothing_open() -> None:
    pairs = made_up(cutoffs=1).with_columns(standing=pl.when(pl.col("complex_id") == "C0").then(3.0).otherwise(0.0))
    quiet = figures(judge(pairs, 85, 5), "events", buildings="quiet")
    assert quiet["n_pairs"] == pairs.filter(pl.col("events") == 0, pl.col("complex_id") != "C0").height
    assert quiet["auc"] == 0.5


def test_bad_is_below_and_worse_includes_the_last_point() -> None:
    pairs = (
        made_up(cutoffs=1)
        .head(4)
        .with_columns(
            previous_score=pl.Series([90.0, 90.0, 90.0, 90.0]), next_score=pl.Series([85.0, 84.0, 86.0, 85.5])
        )
    )
    rows = judge(pairs, 85, 5)
    assert figures(rows, "events")["n_positives"] == 1
    assert figures(rows, "events", "worse")["n_positives"] == 2


def test_the_same_pairs_give_the_same_rows() -> None:
    assert judge(made_up(), 85, 5).equals(judge(made_up(), 85, 5))
