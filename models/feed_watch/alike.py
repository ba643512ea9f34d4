"""Whether rows came a second time: last week's week again, or every row twice, under new numbers.

Such a feed looks alive. What gives it away is that rows are alike to the second, far more often than chance or habit
makes them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import binom

from models.feed_watch.sequential import OVER, threshold
from models.streams import Floats

ALIKE_SQL = Path(__file__).with_name("alike.sql")
# A week is told to be last week's only where more than half of it is: fewer may be one file of several.
REPEATED_SHARE = 0.5
# A quarter of copies makes every complex a third louder.
COPIED_SHARE = 0.25
_TRAILING = 52
# Where no rows were alike so far, one in this many (and in those that were seen) may be.
_UNSEEN = 20
SCHEMA = {
    "source": pl.String,
    "area_team": pl.String,
    "kind": pl.String,
    "week": pl.Date,
    "n_alike": pl.Int64,
    "row_count": pl.Int64,
}


def weeks_alike(counts: pl.DataFrame, years: float) -> pl.DataFrame:
    """The weeks of a source in a team that came a second time.

    How often rows are alike by chance is read off the weeks before: the source's as a whole and the team's own,
    whichever is more.

    Args:
        counts: What `alike.sql` counts: `source`, `area_team`, `week`, `row_count`, `as_last_week`, `as_before` (two
            and three weeks ago together), `timed`, `copies`.
        years: Years in which one false alarm is borne, over all feeds together [years].

    Returns:
        `source`, `area_team`, `kind` (`repeated`, or `doubled` where rows came twice in the week), `week`, `n_alike`,
        `row_count`, sorted.
    """
    if counts.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    needed = threshold(counts.select("source", "area_team").n_unique(), years)
    told = counts.with_columns(pl.col("timed", "copies").fill_null(0))
    keys = told.select("source", "area_team").unique().sort("source", "area_team")
    weeks = told["week"].unique().sort()
    of_source = keys["source"].rank("dense").to_numpy().astype(np.int64) - 1
    array = {
        name: _array(told, name, keys, weeks) for name in ("row_count", "as_last_week", "as_before", "timed", "copies")
    }
    tests = (
        ("repeated", "as_last_week", "row_count", array["as_before"], 2 * array["row_count"], 0, REPEATED_SHARE),
        # Copies of a week say nothing of how often rows are alike by chance in that very week.
        ("doubled", "copies", "timed", array["copies"], array["timed"], 1, COPIED_SHARE),
    )
    found = []
    for kind, alike, of, by_chance, chances, lag, share in tests:
        is_told = _beyond_chance(array[alike], array[of], (by_chance, chances), lag, of_source, share, needed)
        rows, columns = np.nonzero(is_told)
        found.append(
            keys[rows].with_columns(
                kind=pl.lit(kind),
                week=weeks.gather(columns),
                n_alike=pl.Series(array[alike][rows, columns]).cast(pl.Int64),
                row_count=pl.Series(array[of][rows, columns]).cast(pl.Int64),
            )
        )
    return pl.concat(found).select(list(SCHEMA)).sort("source", "area_team", "week", "kind")


def _array(counts: pl.DataFrame, name: str, keys: pl.DataFrame, weeks: pl.Series) -> Floats:
    placed = counts.join(keys.with_row_index("row"), on=keys.columns).join(
        weeks.to_frame("week").with_row_index("column"), on="week"
    )
    found = np.zeros((keys.height, len(weeks)))
    found[placed["row"].to_numpy(), placed["column"].to_numpy()] = placed[name].to_numpy()
    return found


def _beyond_chance(
    alike: Floats,
    of: Floats,
    chance: tuple[Floats, Floats],
    lag: int,
    source: NDArray[np.int64],
    share: float,
    needed: float,
) -> NDArray[np.bool_]:
    """The weeks of which more than a share is alike, and more than chance or habit can explain (n_feeds, n_weeks).

    Args:
        alike: Rows that are alike [rows] (n_feeds, n_weeks).
        of: Among how many [rows].
        chance: Rows that were alike by chance, and among how many [rows].
        lag: From how many weeks before on that is asked [weeks].
        source: Number of the source of each feed, from 0 (n_feeds).
        share: Least share of the week [0-1].
        needed: How certain it must be [log].
    """
    found = np.zeros(alike.shape, dtype=np.bool_)
    # A week that was told is a fault, and no habit: what is like it says nothing of chance.
    usual = [each.copy() for each in chance]
    for week in range(alike.shape[1]):
        year = slice(max(0, week + 1 - lag - _TRAILING), max(0, week + 1 - lag))
        own = [each[:, year].sum(axis=1) for each in usual]
        whole = [np.bincount(source, each)[source] for each in own]
        rate = np.max([(a + 1) / (n + _UNSEEN) for a, n in (own, whole)], axis=0).clip(0, 1)
        certain = -binom.logsf(alike[:, week] - 1, of[:, week], rate)
        # What began is believed to go on sooner.
        bar = np.where(found[:, week - 1], OVER, needed) if week else np.full(len(alike), needed)
        found[:, week] = (certain >= bar) & (alike[:, week] > share * of[:, week])
        for each in usual:
            each[found[:, week], week] = 0
    return found
