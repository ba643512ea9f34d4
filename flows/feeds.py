"""The watch over feeds: reads the counts, asks the models, and writes down which feeds are suspect and how each stands.

Made anew in every run from the rows that are there: run again it says the same, and late rows heal it.
"""

from __future__ import annotations

from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from data_contracts.contract import contract
from data_contracts.freshness import feed_state
from data_contracts.problem import Problem
from flows.run import Run
from flows.warehouse import insert_rows, set_variables
from models.weeks import WEEK

if TYPE_CHECKING:
    from models.feed_watch.sequential import ByComplex, Watched
    from models.feed_watch.series import FeedSeries
    from models.policy import Policy

WATCHED = ("complaints", "field_signals", "repairs", "tenancies")
MODELS = Path(__file__).parents[1] / "models" / "feed_watch"
# Of which column a channel is, for the sources that have several.
CHANNELS = {"complaints": "channel", "field_signals": "source"}
ALIKE_WEEKS = 52

HOMES = "select area_team, week, sum(homes_in_use)::bigint as homes from panel.homes group by all order by all"
GAPS = """
    select gaps.source, 'all' as area_team, weeks.week
    from checks.gaps
    join (select distinct week from panel.homes) as weeks
      on weeks.week + 6 >= gaps.from_on and weeks.week <= gaps.until_on
"""
# A run that brought the very rows that the run for the week before it had brought: none new, and none completed.
UNCHANGED = """
    with told as (
      select accounts.source, runs.week, accounts.fingerprint, accounts.run_id
      from checks.accounts join checks.runs using (run_id)
      where accounts.state = 'taken' and accounts.rows_read > 0 and runs.week <= getvariable('last_week')
      qualify row_number() over (partition by accounts.source, runs.week order by accounts.run_id desc) = 1
    )
    select distinct told.source, told.week from told asof join told as before
      on told.source = before.source and told.week > before.week
    where told.fingerprint = before.fingerprint
      and told.source in ('complaints', 'field_signals', 'repairs', 'tenancies')
"""


def watch_feeds(con: duckdb.DuckDBPyConnection, run: Run, week: date) -> int:
    """Writes `checks.feed_alarms` and `checks.feeds`, and gives the number of alarms that go on.

    Args:
        con: The warehouse, with `panel.homes` and `panel.feed_rows` counted up to the week.
        run: The run.
        week: Monday of the week to judge.

    Raises:
        Problem: `feeds.unknown_trusted`, if the settings trust a feed that there is not.
    """
    from models.feed_watch.alarms import going_on

    found, alarms = find_alarms(con, week, run.settings.policy, run.timezone, run.read_at.date())
    _check_trusted(run, found)
    now = going_on(alarms)
    con.execute("delete from checks.feeds")
    insert_rows(con, "checks.feeds", _standing(con, run, week, found, now))
    return now.height


def find_alarms(
    con: duckdb.DuckDBPyConnection, week: date, policy: Policy, timezone: str, read_on: date
) -> tuple[Watched, pl.DataFrame]:
    """Watches all feeds up to a week and replaces `checks.feed_alarms`.

    Args:
        con: The warehouse, with `panel.homes` and `panel.feed_rows` counted up to the week.
        week: Monday of the week to judge.
        policy: The values in force.
        timezone: Zone of local time.
        read_on: Day on which the rows were read.

    Returns:
        What the watch found, and all alarms.
    """
    from models.feed_watch.alarms import feed_alarms
    from models.feed_watch.alike import weeks_alike
    from models.feed_watch.arrivals import learned_completeness
    from models.feed_watch.sequential import watched
    from models.feed_watch.series import ALL, feed_series

    set_variables(con, {"timezone": timezone, "since": week - ALIKE_WEEKS * WEEK, "until": week})
    alike = weeks_alike(_counted(con, "alike"), policy.feed_false_alarm_years)
    unchanged = con.execute(UNCHANGED).pl()
    known = [
        con.execute(GAPS).pl(),
        alike.select("source", "area_team", "week"),
        unchanged.select("source", area_team=pl.lit(ALL), week="week"),
    ]
    series = feed_series(
        con.execute("from panel.feed_rows order by all").pl(),
        con.execute(HOMES).pl(),
        _weeks(con, week),
        pl.concat(known),
        con.execute("from raw.registration_changes where _withdrawn_at is null and _valid_until is null").pl(),
        learned_completeness(_counted(con, "arrivals"), read_on),
    )
    found = watched(series, policy.feed_false_alarm_years, _by_complex(con, series))
    alarms = feed_alarms(found, alike, unchanged, policy)
    # Rows are held against each other over a year; what was found alike before that stays found.
    older = con.execute("from checks.feed_alarms where n_alike is not null and until_week < getvariable('since')").pl()
    con.execute("delete from checks.feed_alarms")
    insert_rows(con, "checks.feed_alarms", pl.concat([older.cast(alarms.schema), alarms]))
    return found, alarms


def _check_trusted(run: Run, found: Watched) -> None:
    """A name that is written wrong would trust nothing, and nobody would notice."""
    trusted = run.settings.policy.trusted_feeds
    if trusted:
        keys = found.series.keys.select("source", "area_team").unique().rows()
        feeds = sorted(f"{source}/{team}" for source, team in keys)
        for each in trusted:
            if each not in feeds:
                nearest = (get_close_matches(each, feeds, 1, 0.0) or ["-"])[0]
                raise Problem("feeds.unknown_trusted", file=run.home.settings, feed=each, nearest=nearest)


def _standing(con: duckdb.DuckDBPyConnection, run: Run, week: date, found: Watched, now: pl.DataFrame) -> pl.DataFrame:
    """How each feed stands at the end of the week, in the columns of the contract `feeds`."""
    from models.feed_watch.series import ALL, KEYS
    from models.feed_watch.standing import feeds_standing

    policy = run.settings.policy
    set_variables(con, {"since": week - (policy.honest_source_weeks - 1) * WEEK, "until": week})
    stands = feeds_standing(found, _last_days(con, week), _counted(con, "hours"), policy)
    states = dict(con.execute("select source, state from checks.accounts where run_id = ?", [run.run_id]).fetchall())
    silent = [
        {"source": source, "area_team": ALL, "channel": ALL}
        for source in WATCHED
        if source not in set(stands["source"])
    ]
    stands = pl.concat([stands, pl.DataFrame(silent, schema=dict.fromkeys(KEYS, pl.String))], how="diagonal")
    told = stands.join(now.select(*KEYS, alarm="kind", **{name: name for name in ALARM_COLUMNS}), on=KEYS, how="left")
    rows = []
    for row in told.sort(KEYS).to_dicts():
        state = feed_state(
            contract("inputs", row["source"]),
            states.get(row["source"], "missing"),
            row["last_row_on"],
            week,
            due_since=row["due_since"],
            few=policy.chance_gap_rows,
            alarm=row["alarm"],
        )
        rows.append({**row, "state": state, "is_masking": bool(row["is_masking"])})
    promised = contract("published", "feeds")
    frame = pl.DataFrame(rows, schema_overrides=FEED_TYPES, infer_schema_length=None)
    return frame.select(promised.column_names)


ALARM_COLUMNS = ("from_week", "found_week", "seen", "expected", "n_alike", "is_masking")
FEED_TYPES = {
    "last_row_on": pl.Date,
    "seen_recently": pl.Int64,
    "due_recently": pl.Float64,
    "from_week": pl.Date,
    "found_week": pl.Date,
    "seen": pl.Int64,
    "expected": pl.Float64,
    "n_alike": pl.Int64,
    "rows_timed": pl.Int64,
    "rows_evening": pl.Int64,
}


def _last_days(con: duckdb.DuckDBPyConnection, week: date) -> pl.DataFrame:
    """Day of the last row of each feed up to the end of the week: `source`, `area_team`, `channel`, `last_row_on`."""
    return con.execute(
        """
        select source, area_team, channel, least(max(last_row_on), $ends_on::date) as last_row_on
        from panel.feed_rows group by all order by all
        """,
        {"ends_on": week + timedelta(days=6)},
    ).pl()


def _by_complex(con: duckdb.DuckDBPyConnection, series: FeedSeries) -> ByComplex:
    """Asks for the rows of a series by complex, once; hardly any series is ever asked about."""
    known: dict[int, pl.DataFrame] = {}

    def ask(row: int) -> pl.DataFrame:
        if row not in known:
            source, team, channel = series.keys.row(row)
            column = CHANNELS.get(source)
            is_channel = f"and coalesce({column}, 'unknown') = $channel" if column else ""
            wanted: dict[str, Any] = {"first": series.weeks[0], "last": series.weeks[-1], "team": team}
            known[row] = con.execute(
                f"""
                select told.complex_id, (told._week - $first::date) // 7 as week, count(*) as row_count
                from raw.{source} as told
                join raw.complexes
                  on complexes.complex_id = told.complex_id
                  and told._week >= complexes._valid_from
                  and (complexes._valid_until is null or told._week < complexes._valid_until)
                where told._withdrawn_at is null and told._valid_until is null and complexes._withdrawn_at is null
                  and told._week between $first and $last and $team in (complexes.area_team, 'all')
                  {is_channel if channel != "all" else ""}
                group by all order by all
                """,
                wanted | ({"channel": channel} if column and channel != "all" else {}),
            ).pl()
        return known[row]

    return ask


def _weeks(con: duckdb.DuckDBPyConnection, week: date) -> list[date]:
    """The Mondays from the first week with a home in use to the week to judge."""
    found = con.execute("select min(week) from panel.homes").fetchone()
    first = found[0] if found and found[0] else week
    return [first + number * WEEK for number in range((week - first).days // 7 + 1)]


def _counted(con: duckdb.DuckDBPyConnection, name: str) -> pl.DataFrame:
    return con.execute((MODELS / f"{name}.sql").read_text(encoding="utf-8")).pl()
