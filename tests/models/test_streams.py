"""The streams as arrays: what is seen, against which exposure, and where nobody could see."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from data_contracts.contract import contract, contracts
from models.panel import STEPS
from models.silence import SOURCE_STREAMS
from models.streams import STREAMS, StreamSeries, stream_series

WEEKS = [date(2026, 1, 5) + timedelta(weeks=number) for number in range(3)]
COUNTS = {
    "complaints": 3,
    "normal_repairs": 5,
    "urgent_repairs": 2,
    "follow_up_reports": 4,
    "incident_days_open": 7.5,
    "visits": 6,
    "concerns": 1,
    "homes_inspected": 8,
    "bad_condition": 2,
    "vandalism_repairs": 9,
}
SCHEMA: dict[str, Any] = {
    "complex_id": pl.String,
    "week": pl.Date,
    "homes_in_use": pl.Int32,
    **{name: pl.Float64 if name == "incident_days_open" else pl.Int64 for name in COUNTS},
}


def panel(*rows: dict[str, Any]) -> pl.DataFrame:
    base = {"complex_id": "A", "week": WEEKS[0], "homes_in_use": 15, **COUNTS}
    return pl.DataFrame([base | row for row in rows], schema=SCHEMA)


def series_of(weekly: pl.DataFrame) -> dict[str, StreamSeries]:
    ids = weekly["complex_id"].unique().sort()
    return {each.stream.name: each for each in stream_series(weekly, ids, pl.Series(WEEKS))}


def test_streams_are_those_that_the_contracts_name() -> None:
    for table in ("streams", "reasons"):
        (rule,) = [rule for rule in contract("published", table).rules if rule.id == "stream.valid_values"]
        assert {stream.name for stream in STREAMS} == set(rule.predicate.split("'")[1::2])


def test_each_stream_has_an_input_and_a_panel_column() -> None:
    (weekly,) = [step.select for step in STEPS if step.name == "weekly"]
    for stream in STREAMS:
        assert stream.source in contracts("inputs")
        assert f" as {stream.name}," in weekly or f" as {stream.name}\n" in weekly


def test_loadings_are_those_of_the_model_page_and_the_anchors_move_with_one_thing_only() -> None:
    loadings = {stream.name: stream.loads_on for stream in STREAMS}
    assert loadings == {
        "complaints": (1, 0.8),
        "normal_repairs": (0.7, 0.6),
        "follow_up_reports": (1, 0),
        "urgent_repairs": (0.15, 0.7),
        "concerns": (0, 1),
        "bad_condition": (0, 0.8),
        "vandalism_repairs": (0.15, 0.7),
    }
    assert {loadings[stream.name] for stream in STREAMS if stream.is_anchor} == {(1, 0), (0, 1)}


def test_each_source_that_can_be_missing_shows_in_a_stream_of_its_own() -> None:
    sources = {stream.name: stream.source for stream in STREAMS}
    assert {source: sources[name] for source, name in SOURCE_STREAMS.items()} == {
        source: source for source in set(sources.values())
    }


def test_exposure_is_what_a_count_is_held_against() -> None:
    found = series_of(panel({}))
    exposure = {name: each.exposure[0, 0] for name, each in found.items()}
    assert exposure == {
        "complaints": 15,
        "normal_repairs": 15,
        "urgent_repairs": 15,
        "follow_up_reports": 7.5 * (15 / 60) ** 0.5,
        "concerns": 6,
        "bad_condition": 8,
        "vandalism_repairs": 15,
    }
    assert {name: each.seen[0, 0] for name, each in found.items()} == {name: COUNTS[name] for name in exposure}


@pytest.mark.parametrize("name", [stream.name for stream in STREAMS])
def test_an_empty_count_is_masked_and_a_zero_is_not(name: str) -> None:
    found = series_of(panel({name: None}, {"week": WEEKS[1], name: 0}))
    one = found.pop(name)
    assert one.is_masked[0].tolist() == [True, False, True]
    assert one.seen[0].tolist() == [0, 0, 0]
    assert one.exposure[0, 0] == 0 < one.exposure[0, 1]
    # The others are not touched.
    assert not any(each.is_masked[0, 0] for each in found.values())


def test_a_week_out_of_use_is_masked_in_every_stream() -> None:
    for each in series_of(panel({}, {"complex_id": "B", "week": WEEKS[2]})).values():
        assert each.is_masked.tolist() == [[False, True, True], [True, True, False]]
        assert not each.exposure[each.is_masked].any()
        assert not each.seen[each.is_masked].any()


def test_arrays_follow_the_given_order_whatever_the_order_of_rows() -> None:
    rng = np.random.default_rng(3)
    weekly = panel(
        *({"complex_id": name, "week": week, "complaints": int(rng.integers(99))} for name in "CAB" for week in WEEKS)
    )
    ids = pl.Series(["B", "C", "A"])
    straight, shuffled = (
        stream_series(rows, ids, pl.Series(WEEKS)) for rows in (weekly, weekly.sample(fraction=1, shuffle=True, seed=1))
    )
    for one, other in zip(straight, shuffled, strict=True):
        assert np.array_equal(one.seen, other.seen)
    for row, name in enumerate(ids):
        wanted = weekly.filter(pl.col("complex_id") == name).sort("week")["complaints"].to_list()
        assert straight[0].seen[row].tolist() == wanted
