"""How much of the newest weeks can have come in."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from steady_feeds import week

from models.feed_watch.arrivals import learned_completeness

SCHEMA = {"source": pl.String, "week": pl.Date, "delay": pl.Int32, "row_count": pl.Int64}
MONDAYS = [week(place) for place in range(30)]
READ_ON = week(30)


def delays(n_weeks: int = 20, by_delay: tuple[int, ...] = (6, 3, 1)) -> pl.DataFrame:
    told = [("repairs", week(place), delay, n) for place in range(n_weeks) for delay, n in enumerate(by_delay)]
    return pl.DataFrame(told, SCHEMA, orient="row")


def test_the_share_that_is_in_is_learned_by_age() -> None:
    fewest, most = learned_completeness(delays(), READ_ON).of("repairs", MONDAYS)
    assert fewest[-4:].tolist() == most[-4:].tolist() == pytest.approx([1, 1, 0.9, 0.6])
    assert (fewest[:-2] == 1).all()


def test_of_a_source_that_was_not_read_live_for_long_nobody_knows() -> None:
    for known in (delays(6), delays(20, (1, 1)), delays(20).with_columns(source=pl.lit("complaints"))):
        fewest, most = learned_completeness(known, READ_ON).of("repairs", MONDAYS)
        assert (most == 1).all()
        assert fewest[-1] == 0.5
        assert (fewest[:-4] == 1).all()


def test_weeks_that_are_still_coming_in_teach_nothing() -> None:
    late = delays(30).with_columns(delay=pl.when(pl.col("week") > week(21)).then(0).otherwise("delay").cast(pl.Int32))
    assert learned_completeness(late, READ_ON).shares["repairs"][0] == pytest.approx(0.6)


def test_an_old_week_read_much_later_is_complete() -> None:
    fewest, _ = learned_completeness(delays(), READ_ON + timedelta(weeks=20)).of("repairs", MONDAYS)
    assert (fewest == 1).all()
