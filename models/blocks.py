"""What is remembered of the past: sums of seen and expected in blocks of weeks, long ones for long ago.

The paths are smooth, so last month counts week by week, last year by four weeks and what is older by eight. A block
begins at a fixed week of the calendar, so the sums of one week more follow from those of last week: that is the
checkpoint. Stepping and making them anew give the same sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evidence import Evidence
from models.streams import Floats

_WEEKLY, SHORT_BLOCK, LONG_BLOCK = 16, 4, 8
SHORT_UNTIL = 60


@dataclass(frozen=True)
class BlockSums:
    """Sums over blocks of weeks, up to and including one week.

    Attributes:
        starts: First week of each block, as weeks since a fixed Monday (n_blocks).
        end: The week after the last, likewise.
        seen: Counts of the weeks in which any were expected (n_streams, n_complexes, n_blocks).
        expected: Expected counts; 0 where masked (n_streams, n_complexes, n_blocks).
        weeks_seen: Weeks with sight (n_streams, n_complexes, n_blocks) [weeks].
    """

    starts: NDArray[np.int64]
    end: int
    seen: Floats
    expected: Floats
    weeks_seen: Floats

    @property
    def n_weeks(self) -> int:
        """Weeks covered."""
        return int(self.end - self.starts[0])

    @property
    def edges(self) -> NDArray[np.int64]:
        """First week of each block, counted from the first (n_blocks)."""
        found: NDArray[np.int64] = self.starts - self.starts[0]
        return found


def block_starts(first: int, end: int) -> NDArray[np.int64]:
    """Where blocks begin.

    Args:
        first: First week there is, as weeks since a fixed Monday.
        end: The week after the last.

    Returns:
        First weeks of the blocks, rising. The first few weeks are left out, up to where a block begins: where the
        history moves on with the weeks, a block that is cut off could not be made from last week's sums.
    """
    long_until = (end - SHORT_UNTIL) // LONG_BLOCK * LONG_BLOCK
    short_until = (end - _WEEKLY) // SHORT_BLOCK * SHORT_BLOCK
    length = LONG_BLOCK if first < long_until else SHORT_BLOCK if first < short_until else 1
    begin = -(-first // length) * length
    return np.concatenate(
        [
            np.arange(begin, long_until, LONG_BLOCK, dtype=np.int64),
            np.arange(max(begin, long_until), short_until, SHORT_BLOCK, dtype=np.int64),
            np.arange(max(begin, short_until), end, dtype=np.int64),
        ]
    )


def summed(evidence: Evidence) -> BlockSums:
    """The sums, made anew from all weeks."""
    first, end = evidence.first_week, evidence.first_week + evidence.n_weeks
    starts = block_starts(first, end)
    # Stream by stream: all weeks of all streams at once are gigabytes in a large corporation.
    seen, expected, sight = (
        np.stack([np.add.reduceat(each, starts - first, axis=1) for each in streams])
        for streams in (
            (telling_counts(each.seen, due) for each, due in zip(evidence.series, evidence.expected, strict=True)),
            evidence.expected,
            ((~each.is_masked).astype(np.float64) for each in evidence.series),
        )
    )
    return BlockSums(starts, end, seen, expected, sight)


def stepped(before: BlockSums, seen: Floats, expected: Floats, sight: Floats, first: int) -> BlockSums:
    """The sums one week later.

    Args:
        before: The sums up to last week.
        seen: Counts of the new week (n_streams, n_complexes).
        expected: Expected counts (n_streams, n_complexes).
        sight: 1 where the week could be observed (n_streams, n_complexes).
        first: First week that counts now, as weeks since a fixed Monday; never before that of last week.

    Returns:
        The same as `summed` over all weeks, but for the order in which they were added up.
    """
    starts = block_starts(first, before.end + 1)
    kept = int(np.searchsorted(before.starts, starts[0]))
    known = np.append(before.starts[kept:], before.end)
    merge = np.searchsorted(known, starts)
    sums = [
        np.add.reduceat(np.concatenate([old[:, :, kept:], new[:, :, None]], axis=2), merge, axis=2)
        for old, new in (
            (before.seen, telling_counts(seen, expected)),
            (before.expected, expected),
            (before.weeks_seen, sight),
        )
    ]
    return BlockSums(starts, before.end + 1, sums[0], sums[1], sums[2])


def telling_counts(seen: Floats, expected: Floats) -> Floats:
    """Counts where any were expected: others say nothing of any path, and would do so once their block grew longer."""
    found: Floats = np.where(expected > 0, seen, 0.0)
    return found
