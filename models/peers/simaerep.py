"""simaerep: how improbable are so few reports, if the homes of this complex are like all homes?

Made to find trial sites that report too few adverse events. There a site's patients are drawn again and again from the
patients of all sites; here a complex's home-weeks are drawn from those of the whole town.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.stats import binom

from models.evidence import Evidence, Judged
from models.peers.counts import YEAR, in_sight, recent_counts, recent_sum, report_streams, weekly_counts
from models.streams import Floats

# Sums farther than this from their mean are left to wrap around: they weigh less than the transform's rounding.
LARGEST_DEVIATION = 12.0

# Cells of a distribution held at once [values], 32 MB.
CHUNK = 4_000_000

# Exposures transformed at once, in order of size: they share the length that the largest of them needs.
BATCH = 64


@dataclass(frozen=True)
class Simaerep:
    """One minus the chance that resampled home-weeks give at most the reports of this complex.

    Drawing home-weeks with replacement ever more often tends to the n-fold convolution of their pooled counts, which
    one Fourier transform per exposure gives exactly. Which home a report came from is not known: within a complex and
    week it is taken to be any of the homes alike.

    Blind to the condition: quiet complexes where nothing is wrong come as high as those where much is; and every
    lasting difference between buildings is taken as silence.

    Attributes:
        weeks: Length of the window [weeks].

    Source:
        Koneswarakantha, Barmaz, Ménard et al. (2021) on bootstrap resampling against under-reporting of adverse
        events; Koneswarakantha, Adyanthaya, Emerson et al. (2024), the open-source R package simaerep.
    """

    name: ClassVar[str] = "simaerep"
    weeks: int = YEAR

    def judge(self, evidence: Evidence) -> Judged:
        """Scores by one minus the lower tail; it has no probability of being quiet and declining.

        Args:
            evidence: Counts and expectations.
        """
        return Judged(1 - self.lower_tail(evidence))

    def lower_tail(self, evidence: Evidence) -> Floats:
        """Chance of at most the reports that came [0-1]; 1 without exposure (n_complexes).

        Args:
            evidence: Counts and expectations.
        """
        places = report_streams(evidence)
        sight = in_sight(evidence, places) & (evidence.homes >= 1)
        counts = recent_counts(evidence, places, self.weeks, sight)
        exposure = recent_sum(evidence.homes * sight, self.weeks)
        recent = sight[:, -self.weeks :]
        reports, homes = (each[:, -self.weeks :][recent] for each in (weekly_counts(evidence, places), evidence.homes))
        pooled = per_home_counts(reports, homes)
        return convolved_tail(pooled, counts.astype(np.int64), np.rint(exposure).astype(np.int64))


def per_home_counts(reports: Floats, homes: Floats) -> Floats:
    """How many reports one home-week gives, pooled over all.

    Args:
        reports: Reports of a complex in a week [reports] (n).
        homes: Homes they came from, each alike (>= 1) [homes] (n).

    Returns:
        Probability of 0, 1, 2, ... reports (n_values).
    """
    if reports.size == 0:
        return np.ones(1)
    most = int(reports.max())
    # Few pairs of reports and homes occur, and very often.
    whole = np.rint(homes).astype(np.int64)
    pairs, times = np.unique(whole * (most + 1) + reports.astype(np.int64), return_counts=True)
    in_pair, came = np.divmod(pairs, most + 1)
    weight = times * in_pair
    chances = binom.pmf(np.arange(most + 1)[:, None], came, 1 / in_pair)
    found: Floats = chances @ weight / weight.sum()
    # Nobody calls seventy times: what cannot be told from never only makes the transform longer.
    return found[: int(np.flatnonzero(found > 1e-15)[-1]) + 1]


def convolved_tail(pooled: Floats, counts: NDArray[np.int64], times: NDArray[np.int64]) -> Floats:
    """Chance that the sum of `times` independent draws is at most `counts`.

    Args:
        pooled: Probability of 0, 1, 2, ... in one draw (n_values).
        counts: The sums held against it (n_complexes).
        times: How many draws; 0 gives a chance of 1 (n_complexes).

    Returns:
        Chances [0-1] (n_complexes).
    """
    values = np.arange(pooled.size)
    mean = float(pooled @ values)
    sd = float(np.sqrt(pooled @ (values - mean) ** 2))
    distinct, place = np.unique(times, return_inverse=True)
    # Wide enough that nothing of weight comes round from the far end into the lower tail.
    widths = distinct * mean + LARGEST_DEVIATION * (sd * np.sqrt(distinct) + pooled.size)
    found = np.ones(times.size)
    order = np.argsort(place, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=distinct.size))])
    first = 0
    while first < distinct.size:
        last = min(first + BATCH, distinct.size)
        length = int(next_fast_len(int(np.ceil(widths[last - 1])) + 1, real=True))
        last = min(last, first + max(1, CHUNK // length))
        powers = rfft(pooled, length)[None, :] ** distinct[first:last, None]
        lower = np.cumsum(irfft(powers, length, axis=1), axis=1)
        rows = order[bounds[first] : bounds[last]]
        found[rows] = lower[place[rows] - first, np.clip(counts[rows], 0, length - 1)]
        first = last
    clipped: Floats = np.where(times > 0, np.clip(found, 0.0, 1.0), 1.0)
    return clipped
