"""Weeks, days and the hours of the day: local time in, UTC out.

Inside the rooms a moment is a whole number of local seconds since Monday 00:00 of the first week, and a day a
whole number of days since that Monday. Weeks, evenings and nights are local (the contracts), storage is UTC.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from models.simulation.draws import Bools, Ints, picks
from models.simulation.town import Town

DAY = 86_400
TIMEZONE = "Europe/Amsterdam"

# Reports come in on working days; Monday has the weekend's share in it. Assumed.
WEEKDAYS = (0.21, 0.19, 0.18, 0.17, 0.15, 0.06, 0.04)
EVERY_DAY = (0.15, 0.14, 0.14, 0.14, 0.15, 0.15, 0.13)
# The caretaker leaves at 16:30 (text 001) and does not work at weekends.
WORKING_DAYS = (0.2, 0.2, 0.2, 0.2, 0.2, 0.0, 0.0)


def first_monday(town: Town) -> date:
    """Monday of the town's first week."""
    return town.last_week - timedelta(weeks=town.n_weeks - 1)


def end_second(town: Town) -> int:
    """First local second after the last week."""
    return town.n_weeks * 7 * DAY


def report_seconds(
    rng: np.random.Generator,
    weeks: Ints,
    weekday_weights: tuple[float, ...],
    office_share: float,
    night_share: float,
) -> tuple[Ints, Bools]:
    """The moment of each report within its week, and whether the office was open.

    Args:
        rng: The room's generator.
        weeks: Week of each event [0 .. n_weeks - 1].
        weekday_weights: Weight of Monday to Sunday.
        office_share: Share between 08:00 and 17:00 on a working day [0-1].
        night_share: Share between 23:00 and 06:00 [0-1]; the rest is early morning, evening and weekend.

    Returns:
        Local seconds since the first Monday, and a flag for office hours.
    """
    n = weeks.size
    weekday = picks(rng, weekday_weights, n)
    part = rng.random(n)
    is_office = (part < office_share) & (weekday < 5)
    is_night = part >= 1 - night_share
    # A triangle peaks at ten in the office and at half past eight in the evening.
    hour = np.where(is_office, rng.triangular(8, 10, 17, n), rng.triangular(6, 20.5, 23, n))
    hour = np.where(is_night, (23 + 7 * rng.random(n)) % 24, hour)
    seconds = np.minimum((hour * 3600).astype(np.int64), DAY - 1)
    return (weeks * 7 + weekday) * DAY + seconds, is_office


def working_moments(rng: np.random.Generator, seconds: Ints, not_before: Ints) -> Ints:
    """The same days between 08:00 and 17:00, weekends moved to Monday; never before `not_before`."""
    day = seconds // DAY
    weekday = day % 7
    day = day + np.where(weekday >= 5, 7 - weekday, 0)
    moved = day * DAY + 8 * 3600 + (rng.random(seconds.size) * 9 * 3600).astype(np.int64)
    return np.asarray(np.maximum(moved, not_before), dtype=np.int64)


def visit_days(rng: np.random.Generator, weeks: Ints) -> Ints:
    """A working day in each week, as days since the first Monday."""
    days: Ints = weeks * 7 + picks(rng, WORKING_DAYS, weeks.size)
    return days


def utc_column(town: Town, seconds: Ints, is_known: Bools | None = None) -> pl.Series:
    """UTC timestamps without a zone, from local seconds; empty where not known.

    In the hour that does not exist in March a moment moves one hour on; in the one that comes twice in
    October the first is meant.
    """
    offset = (first_monday(town) - date(1970, 1, 1)).days * DAY
    local = pl.Series((seconds + offset) * 1_000_000).cast(pl.Datetime("us"))
    if is_known is not None:
        local = pl.select(pl.when(pl.lit(pl.Series(is_known))).then(pl.lit(local))).to_series()
    missing = local.null_count()
    zoned = local.dt.replace_time_zone(TIMEZONE, ambiguous="earliest", non_existent="null")
    if zoned.null_count() > missing:
        later = local.dt.offset_by("1h").dt.replace_time_zone(TIMEZONE, ambiguous="earliest", non_existent="null")
        zoned = zoned.zip_with(zoned.is_not_null(), later)
    return zoned.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def date_column(town: Town, days: Ints, is_known: Bools | None = None) -> pl.Series:
    """Dates from days since the first Monday; empty where not known."""
    epoch_day = (first_monday(town) - date(1970, 1, 1)).days
    column = pl.Series((days + epoch_day).astype(np.int32)).cast(pl.Date)
    if is_known is None:
        return column
    return pl.select(pl.when(pl.lit(pl.Series(is_known))).then(pl.lit(column))).to_series()
