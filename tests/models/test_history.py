"""What lies before the told weeks is summed by blocks, and nothing of it is lost or counted twice."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from latent_town import ordinary

from models.evidence import Evidence
from models.history import earlier_sums, spread
from models.streams import STREAMS

IDS = pl.Series("complex_id", [f"C{n}" for n in range(4)])


def town(n_weeks: int = 130, first_week: int = 1003) -> tuple[Evidence, pl.Series]:
    made = ordinary(4, n_weeks)
    rng = np.random.default_rng(5)
    for series, expected in zip(made.series, made.expected, strict=True):
        series.is_masked[rng.random(series.is_masked.shape) < 0.3] = True
        series.seen[series.is_masked] = 0
        expected[series.is_masked] = 0
    weeks = pl.Series("week", np.datetime64("2024-01-01") + 7 * np.arange(n_weeks)).cast(pl.Date)
    return Evidence(made.series, made.expected, made.is_feed_suspect, made.homes, first_week), weeks


@pytest.mark.parametrize("n_told", [1, 53, 129])
def test_sums_hold_all_that_was_before_the_told_weeks(n_told: int) -> None:
    evidence, weeks = town()
    found = earlier_sums(evidence, IDS, weeks, n_told)
    for series, expected in zip(evidence.series, evidence.expected, strict=True):
        rows = found.filter(pl.col("stream") == series.stream.name)
        before = slice(0, evidence.n_weeks - n_told)
        assert rows["seen"].sum() == series.seen[:, before].sum()
        assert rows["expected"].sum() == pytest.approx(expected[:, before].sum(), abs=1e-3)
        assert rows["weeks_seen"].sum() == (~series.is_masked[:, before]).sum()


def test_a_block_ends_where_the_next_begins_and_the_last_where_told_weeks_begin() -> None:
    evidence, weeks = town()
    found = earlier_sums(evidence, IDS, weeks, 53).filter(
        pl.col("stream") == "complaints", pl.col("complex_id") == "C0"
    )
    starts = [weeks.to_list().index(each) for each in found["starts_on"]]
    lengths = found["n_weeks"].to_list()
    assert all(start + length <= later for start, length, later in zip(starts, lengths, [*starts[1:], 77], strict=True))
    assert set(lengths[1:-1]) <= {4, 8}


@pytest.mark.parametrize("n_told", [130, 500])
def test_where_everything_is_told_nothing_was_before(n_told: int) -> None:
    evidence, weeks = town()
    assert earlier_sums(evidence, IDS, weeks, n_told).is_empty()


def test_spread_out_again_each_block_has_its_sums() -> None:
    evidence, weeks = town()
    history = earlier_sums(evidence, IDS, weeks, 53)
    nothing = pl.DataFrame(
        schema={
            "complex_id": pl.String,
            "week": pl.Date,
            "stream": pl.String,
            "seen": pl.Int64,
            "expected": pl.Float64,
            "is_masked": pl.Boolean,
        }
    )
    seen, expected, sight = spread(nothing, history, IDS, weeks)
    for k, stream in enumerate(STREAMS):
        rows = history.filter(pl.col("stream") == stream.name)
        for array, column in ((seen, "seen"), (expected, "expected"), (sight, "weeks_seen")):
            assert array[k].sum() == pytest.approx(rows[column].sum(), rel=1e-5)
    assert not seen[:, :, 77:].any(), "the told weeks come from elsewhere"


def test_counts_of_a_week_in_which_nothing_was_due_tell_nothing() -> None:
    evidence, weeks = town()
    evidence.expected[0][:, 10], evidence.series[0].seen[:, 10] = 0.0, 50.0
    found = earlier_sums(evidence, IDS, weeks, 53).filter(pl.col("stream") == STREAMS[0].name)
    assert found["seen"].sum() == np.delete(evidence.series[0].seen[:, :77], 10, axis=1).sum()
