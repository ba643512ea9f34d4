"""Six weeks of pages in the hands of somebody who wants to know who reported, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attacks import (
    FALLS_WITH,
    RISES_WITH,
    WEIGHTS,
    Heard,
    exact_counts,
    from_changes,
    from_drawings,
    from_overview,
    from_tables,
    from_the_seed,
    levels,
    packed,
    ranks,
    told_as,
    weights,
)
from many_weeks import WEEKS, Change, World, go_on, world
from scipy.stats import binom

from models.disclosure import told_week, weighed
from models.policy import Policy
from models.quarters import SMALL, settled_quarters

POLICY = Policy()
# Of as many attacks as there are here, one in a hundred would look this good by luck.
LUCK = 0.001
SECRET = "0" * 64
KEY = "huishouden-4711"
# The week in which the household reports, and the one in which a report of a told quarter comes in late.
REPORTED, CAME_LATE, LAST = 2, 3, 4


@dataclass(frozen=True)
class Worlds:
    """The same town, but for one report by one household.

    Attributes:
        base: Without it.
        more: With a complaint in an open quarter.
        late: With a complaint about a quarter that was told already, which comes in late.
        of: The complex where that household lives.
    """

    base: World
    more: World
    late: World
    of: str


def one_complaint(complex_id: str, number: int, moment: datetime) -> Change:
    """Adds a complaint to the delivery of one week."""

    def change(week: int, sources: Path) -> None:
        if week == number:
            file = sources / "complaints.parquet"
            rows = pl.read_parquet(file)
            # Some column may be all empty in the row that it is made after.
            one = rows.filter(pl.col("category").str.starts_with("SOC")).head(1)
            one = one.with_columns(
                complaint_id=pl.lit("EXTRA-1"),
                complex_id=pl.lit(complex_id),
                reporter_key=pl.lit(KEY),
                reported_at=pl.lit(moment),
                resolved_at=pl.lit(None),
                incident_key=pl.lit(None),
            )
            pl.concat([rows, one.cast(dict(rows.schema))]).write_parquet(file)

    return change


def quietest(base: World) -> str:
    """A complex that is told to be quiet and is not on the list: where a single report is the most that one hears."""
    flags = base.shared(WEEKS[LAST], "flags")["complex_id"]
    told = base.shared(WEEKS[REPORTED], "quarters").filter(pl.col("stream") == "complaints", pl.col("seen").is_null())
    return str(
        base.shared(WEEKS[REPORTED], "complexes")
        .filter(pl.col("complex_id").is_in(told["complex_id"].implode()), ~pl.col("complex_id").is_in(flags.implode()))
        .sort("quiet_level", "complex_id", descending=[True, False], nulls_last=True)["complex_id"][0]
    )


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    folder = tmp_path_factory.mktemp("worlds")
    base = world(folder, keep=(REPORTED, CAME_LATE))
    where = quietest(base)
    more = one_complaint(where, REPORTED, datetime(2026, 10, 21, 19, 47, 31))
    late = one_complaint(where, CAME_LATE, datetime(2026, 8, 12, 19, 47, 31))
    return Worlds(
        base,
        go_on(folder / f"before-{REPORTED}", REPORTED, LAST, more),
        go_on(folder / f"before-{CAME_LATE}", CAME_LATE, LAST, late),
        where,
    )


@pytest.fixture(scope="module")
def base(worlds: Worlds) -> World:
    return worlds.base


# Counts.


def test_no_two_weeks_together_tell_more_of_a_count_than_one(base: World) -> None:
    claims, true = from_tables(base), exact_counts(base)
    assert len(claims) > 1000
    for cell, claim in claims.items():
        assert claim.width >= (SMALL if claim.most < SMALL else 3), cell
        assert cell not in true or claim.least <= true[cell] <= claim.most, cell
    # The attack is one: what it leaves possible holds, wherever the truth is known.
    assert len(claims.keys() & true.keys()) > 200
    few = [true[cell] for cell in claims.keys() & true.keys() if 1 <= true[cell] <= 4]
    assert len(few) > 50, "there is something to find"
    assert all(claims[cell] == told_as(None) for cell in claims.keys() & true.keys() if 1 <= true[cell] <= 4)


def test_the_overview_tells_of_counts_what_the_tables_tell_and_nothing_else(base: World) -> None:
    assert from_overview(base) == from_tables(base)
    known = packed(base, WEEKS[-1])
    assert set(known) == {
        "language", "week", "read_on", "teams", "streams", "tells_of", "quarters", "complexes", "told", "reasons",
        "events", "flags", "messages",
    }  # fmt: skip
    assert all(set(flag) == {"complex", "is_listed", "is_lot", "why", "status", "sentences"} for flag in known["flags"])


def test_bars_cannot_be_measured_finer_than_they_are_told(base: World) -> None:
    heights = from_drawings(base)
    assert len(heights) >= 3
    for height in heights:
        nearest = SMALL - 1 if height < SMALL - 0.5 else 5 * round(height / 5)
        assert height == pytest.approx(nearest, abs=0.01)


def test_what_is_expected_of_a_handful_of_events_is_as_coarse_as_the_count(base: World) -> None:
    own = ("follow_up_reports", "concerns", "bad_condition")
    for week in WEEKS:
        expected = base.shared(week, "quarters").filter(pl.col("stream").is_in(own))["expected"].drop_nulls()
        assert (expected % 5 == 0).all()
        assert (expected >= SMALL).all()


def test_no_event_on_a_page_is_a_report_or_a_visit(base: World) -> None:
    for week in WEEKS:
        assert set(base.shared(week, "events")["kind"]) <= {"intervention", "intake_change", "flag"}


# Weeks.


def is_luck(heard: Heard) -> bool:
    """Whether a blind guess is right as often, but for luck."""
    if not heard.n:
        return True
    return bool(binom.sf(heard.n_right - 1, heard.n, heard.by_guessing) > LUCK)


def test_words_move_with_the_quarter_and_steps_once_a_month(base: World) -> None:
    n_still = 0
    for one, other in pairwise(WEEKS):
        if settled_quarters(one, POLICY) == settled_quarters(other, POLICY):
            assert base.shared(one, "reasons").equals(base.shared(other, "reasons")), other
            n_still += 1
        if told_week(one, POLICY) == told_week(other, POLICY):
            stands = [base.shared(week, "complexes").drop("missing_sources") for week in (one, other)]
            assert stands[0].equals(stands[1]), other
            n_still += 1
    assert n_still > 4


@pytest.mark.parametrize("stream", FALLS_WITH)
def test_a_word_that_falls_tells_no_week_of_a_report(base: World, stream: str) -> None:
    assert is_luck(from_changes(base, weights(base, stream), [stream], falls=True))


@pytest.mark.parametrize("stream", RISES_WITH)
def test_a_word_that_rises_tells_no_week_of_trouble(base: World, stream: str) -> None:
    assert is_luck(from_changes(base, weights(base, stream), [stream], falls=False))


def test_a_step_that_falls_or_a_place_that_is_lost_tells_no_week_of_a_report(base: World) -> None:
    assert is_luck(from_changes(base, levels(base, "quiet_level"), FALLS_WITH, falls=True))
    assert is_luck(from_changes(base, levels(base, "worry_level"), RISES_WITH, falls=False))
    assert is_luck(from_changes(base, ranks(base), FALLS_WITH, falls=True))


def test_the_same_attack_would_succeed_on_words_that_are_told_each_week(base: World) -> None:
    """Else the attack would prove nothing. This is how it was, and why it is no more."""

    def weekly(stream: str) -> Any:
        return lambda week: weighed(
            base.published(week).table("reasons").filter(pl.col("stream") == stream), POLICY
        ).select("complex_id", key="stream", level=pl.col("weight").replace_strict(WEIGHTS, return_dtype=pl.Int64))

    found = [from_changes(base, weekly(stream), [stream], falls=True) for stream in FALLS_WITH]
    found += [from_changes(base, weekly(stream), [stream], falls=False) for stream in RISES_WITH]
    n, n_right = sum(each.n for each in found), sum(each.n_right for each in found)
    by_guessing = sum(each.n * each.by_guessing for each in found) / n
    assert n >= 15
    assert n_right / n > by_guessing + 0.3
    assert not is_luck(Heard(n, n_right, by_guessing))


# One household.


def bytes_of(found: World, number: int) -> dict[str, bytes]:
    folder = found.folder(WEEKS[number])
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


# In this week all is learned anew, from every report there is: then the list may be another one, and only the list.
LEARNED = 4
OF_THE_LIST = re.compile(
    r"[^/]+/(answers|list|digest|mail|chart-\d)\.(csv|xlsx|html|pdf|txt|png)|"
    r"flags\.parquet|events\.parquet|overview\.html|teams\.json"
)


def differing(one: World, other: World, number: int) -> list[str]:
    with_it, without = bytes_of(one, number), bytes_of(other, number)
    return [name for name in with_it | without if with_it.get(name) != without.get(name)]


def exactly(found: World, of: str) -> int:
    """How many complaints the analysts see of a complex."""
    streams = found.published(WEEKS[LAST]).table("streams")
    return int(streams.filter(pl.col("complex_id") == of, pl.col("stream") == "complaints")["seen"].sum())


@pytest.mark.parametrize(("name", "since"), [("more", REPORTED), ("late", CAME_LATE)])
def test_a_single_report_changes_no_byte_that_is_shared_until_the_model_learns_anew(
    worlds: Worlds, name: str, since: int
) -> None:
    """Whether it comes in time, or late for a quarter that was told; the two worlds are otherwise the same."""
    found: World = getattr(worlds, name)
    for number in range(since, LEARNED):
        assert differing(found, worlds.base, number) == [], WEEKS[number]
    assert exactly(found, worlds.of) == exactly(worlds.base, worlds.of) + 1, "analysts do see it"


@pytest.mark.parametrize("name", ["more", "late"])
def test_what_is_told_of_a_complex_is_the_same_with_and_without_a_report(worlds: Worlds, name: str) -> None:
    found: World = getattr(worlds, name)
    names = differing(found, worlds.base, LEARNED)
    assert [each for each in names if not OF_THE_LIST.fullmatch(each)] == []
    pages = [packed(each, WEEKS[LEARNED]) for each in (found, worlds.base)]
    assert {key for key in pages[0] if pages[0][key] != pages[1][key]} <= {"flags", "events"}


# The lot.


def test_nobody_without_the_secret_draws_the_lot_again(base: World) -> None:
    """Who could would see which complex it passed over, and that is one with a safety matter."""
    n, right = from_the_seed(base)
    assert n == 4 * len(WEEKS)
    # Ten complexes a team.
    assert right <= binom.ppf(1 - LUCK, n, 0.15)
    assert from_the_seed(base, SECRET)[1] >= n - 4, "with the secret it is drawn alike"
