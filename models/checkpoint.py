"""Where the last run stood: sums of the past, and a digest of every week that went into them.

A week whose digest is the same needs no second look. Late rows change a digest; then everything from the earliest
changed week on is made anew, and comes out as if it had been made from scratch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import polars as pl

from models.blocks import BlockSums, block_starts, stepped, summed
from models.evidence import Evidence
from models.weeks import week_number


@dataclass(frozen=True)
class Checkpoint:
    """What is kept from one run to the next.

    Attributes:
        ids: Complexes, in the row order of the sums.
        digests: Of each week that went in, by number of the week: its counts, and what is told beside them.
        sums: Seen and expected in blocks, up to and including the last week.
    """

    ids: pl.Series
    digests: Mapping[int, str]
    sums: BlockSums


def week_digests(
    evidence: Evidence,
    beside: Sequence[pl.DataFrame] = (),
    of_all_weeks: pl.DataFrame | None = None,
    since: int | None = None,
) -> dict[int, str]:
    """A digest of everything that decides what is said of a week and later ones, by number of the week.

    Args:
        evidence: What the week adds to the sums.
        beside: What naming goes by beside the sums, with a column `week`; each row at most once, in any order.
        of_all_weeks: What it goes by in every week; each row at most once, in any order.
        since: The first week that counts, by number; else the first there is.
    """
    columns = [each.seen for each in evidence.series] + evidence.expected + [each.is_masked for each in evidence.series]
    # Week by week in memory, or every week would be picked from all over.
    by_week = [np.ascontiguousarray(each.T) for each in [*columns, evidence.is_feed_suspect]]
    named = [_hash_by_week(each) for each in beside]
    always = 0 if of_all_weeks is None or of_all_weeks.is_empty() else of_all_weeks.hash_rows().bitwise_xor()
    # Sums that begin at another week differ in every week.
    begin = _begin(evidence)
    found = {}
    for place in range(0 if since is None else since - evidence.first_week, evidence.n_weeks):
        number = evidence.first_week + place
        digest = blake2b(digest_size=16)
        for each in by_week:
            digest.update(each[place].tobytes())
        digest.update(repr([begin, always, *(each.get(number) for each in named)]).encode())
        found[number] = digest.hexdigest()
    return found


def first_counted_week(evidence: Evidence, first_asked: int, memory_weeks: int) -> int:
    """The first week that any figure of the asked weeks rests on, by number.

    A long history slides, and what lies at its edge changes with every week: a team's first row, an incident that began
    before. The sums leave a few weeks out there; so weeks before them need no digest.

    Args:
        evidence: Up to the last week.
        first_asked: The first week to be told of, by number.
        memory_weeks: How far what is told beside the sums looks back [weeks].
    """
    begin = _begin(evidence)
    return begin if first_asked - memory_weeks >= begin else evidence.first_week


def _begin(evidence: Evidence) -> int:
    """The first week of the sums."""
    return int(block_starts(evidence.first_week, evidence.first_week + evidence.n_weeks)[0])


def _hash_by_week(frame: pl.DataFrame) -> dict[int, int]:
    """One hash for all rows of a week, whatever their order, by number of the week."""
    hashed = frame.select("week", row=frame.hash_rows()).group_by("week").agg(pl.col("row").bitwise_xor())
    return {week_number(week): row for week, row in hashed.iter_rows()}


def first_new_week(before: Checkpoint | None, ids: pl.Series, evidence: Evidence, digests: Mapping[int, str]) -> int:
    """The earliest week that is new or changed, by number; the first of all where nothing can be taken over."""
    if before is None or not before.ids.equals(ids):
        return evidence.first_week
    for number in sorted(digests):
        if before.digests.get(number) != digests[number]:
            return number
    return evidence.first_week + evidence.n_weeks


def sums_before(before: Checkpoint | None, evidence: Evidence, number: int, first_new: int) -> BlockSums | None:
    """The sums up to the week before `number`; None where that is the first week of all.

    Args:
        before: The last run's; used where it stands just there and nothing in it has changed since.
        evidence: Up to the last week.
        number: Number of a week.
        first_new: The earliest week that is new or changed (`first_new_week`).
    """
    n_known = number - evidence.first_week
    if n_known <= 0:
        return None
    # Late rows may lie before all weeks that are asked for: those are not scored again, but they are in the sums.
    if before is not None and before.sums.end == number <= first_new:
        return before.sums
    return summed(evidence.until(n_known))


def next_sums(sums: BlockSums | None, evidence: Evidence, number: int) -> BlockSums:
    """The sums one week later, that week included.

    Args:
        sums: Up to the week before, or None.
        evidence: Holds that week.
        number: Number of the week.
    """
    place = number - evidence.first_week
    if sums is None:
        return summed(evidence.until(place + 1))
    return stepped(
        sums,
        np.stack([each.seen[:, place] for each in evidence.series]),
        np.stack([each[:, place] for each in evidence.expected]),
        np.stack([~each.is_masked[:, place] for each in evidence.series]).astype(np.float64),
        evidence.first_week,
    )
