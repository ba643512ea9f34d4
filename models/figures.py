"""The figures that people read beside a probability: seen and expected in a period, and how many weeks had sight."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from models.evidence import Evidence
from models.lesson import Lesson
from models.policy import Policy
from models.posterior import Posterior
from models.streams import STREAMS, Floats
from models.window import window_sums

# Of an ordinary complex, nine in ten counts lie above the low end and nine in ten below the high end.
BAND = (0.1, 0.9)
# Damage that fewer than one in fifty ordinary complexes have is no accident.
_DAMAGE_BY_CHANCE = 0.02
_REPORTS = [i for i, each in enumerate(STREAMS) if each.tells_of == "report"]
_DAMAGE = [each.name for each in STREAMS].index("vandalism_repairs")


@dataclass(frozen=True)
class Figures:
    """What one week says of each complex; all arrays (n_complexes).

    Attributes:
        reports_seen: Reports in the period.
        reports_expected: Reports that a like complex would have in it.
        reports_low: Low end of what is ordinary [reports].
        reports_high: High end of it [reports].
        window_weeks: Weeks of the period in which any report stream was observed [weeks].
        silence_chance: Chance that an ordinary complex of this size is not heard of at all in a whole year.
        is_heard_of: Whether any report stream was observed in the past year.
        known_weeks: Weeks since any report stream was first observed, this one included [weeks].
        has_damage: More vandalism and fire in the past year than chance explains.
        is_feed_suspect: Whether the report feed fails this week.
        stream_weeks: Weeks of the past year with sight, by stream (n_streams, n_complexes).
        seen: Counts in the period (n_streams, n_complexes).
        expected: Expected counts in it (n_streams, n_complexes).
        period_weeks: Weeks of the period with sight (n_streams, n_complexes).
    """

    reports_seen: Floats
    reports_expected: Floats
    reports_low: Floats
    reports_high: Floats
    window_weeks: Floats
    silence_chance: Floats
    is_heard_of: NDArray[np.bool_]
    known_weeks: Floats
    has_damage: NDArray[np.bool_]
    is_feed_suspect: NDArray[np.bool_]
    stream_weeks: Floats
    seen: Floats
    expected: Floats
    period_weeks: Floats

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """All that is one figure per complex, by name, and the weeks with sight as `observed_STREAM`."""
        own = {each.name: getattr(self, each.name) for each in fields(self)}
        observed = {f"observed_{each.name}": self.stream_weeks[i] for i, each in enumerate(STREAMS)}
        return {name: value for name, value in own.items() if value.ndim == 1} | observed


def week_figures(evidence: Evidence, posterior: Posterior, lesson: Lesson, policy: Policy) -> Figures:
    """The figures of the last week of the evidence.

    The period is half a year where it became quiet within half a year, and a year elsewhere: a year would hide what
    changed last month behind ten months of voices.

    Args:
        evidence: Up to and including that week.
        posterior: What is believed that week.
        lesson: What the town taught.
        policy: The values in force.
    """
    is_short = (posterior.p_quiet >= policy.clear_from) & (posterior.quiet_weeks <= policy.short_window_weeks)
    sight = [(~each.is_masked).astype(np.float64) for each in evidence.series]
    any_report = np.max([sight[i] for i in _REPORTS], axis=0)

    def over(values: list[Floats], n_weeks: int) -> Floats:
        return np.stack([window_sums(each, n_weeks, 1)[:, 0] for each in values])

    def period(values: list[Floats]) -> Floats:
        return np.where(is_short, over(values, policy.short_window_weeks), over(values, policy.long_window_weeks))

    seen = period([each.seen for each in evidence.series])
    expected = period(evidence.expected)
    year = over(evidence.expected, policy.long_window_weeks)
    reports_expected = expected[_REPORTS].sum(axis=0)
    low, high = ordinary_band(reports_expected, lesson.report_variance)
    habit = lesson.learned.habit_variance
    return Figures(
        reports_seen=seen[_REPORTS].sum(axis=0),
        reports_expected=reports_expected,
        reports_low=low,
        reports_high=high,
        window_weeks=period([any_report])[0],
        silence_chance=np.prod([(1 + habit[i] * year[i]) ** (-1 / habit[i]) for i in _REPORTS], axis=0, initial=1.0),
        is_heard_of=over([any_report], policy.long_window_weeks)[0] > 0,
        known_weeks=np.where(any_report.any(axis=1), evidence.n_weeks - any_report.argmax(axis=1), 0.0),
        has_damage=_has_damage(
            over([evidence.series[_DAMAGE].seen], policy.long_window_weeks)[0], year[_DAMAGE], float(habit[_DAMAGE])
        ),
        is_feed_suspect=evidence.is_feed_suspect[:, -1],
        stream_weeks=over(sight, policy.long_window_weeks),
        seen=seen,
        expected=expected,
        period_weeks=period(sight),
    )


def _has_damage(seen: Floats, expected: Floats, variance: float) -> NDArray[np.bool_]:
    """Two at least, and more than chance explains."""
    size = 1 / variance
    chance = nbinom.sf(seen - 1, size, size / (size + expected))
    found: NDArray[np.bool_] = (seen >= 2) & (chance < _DAMAGE_BY_CHANCE)
    return found


def ordinary_band(expected: Floats, variance: float) -> tuple[Floats, Floats]:
    """Where the count of an ordinary complex lies, nine times in ten on either side.

    Args:
        expected: What like complexes have, of any shape [counts].
        variance: How much ordinary complexes differ lastingly [variance of the ratio], above 0.

    Returns:
        The low and the high end, whole numbers in the shape of `expected`; 0 where nothing is expected [counts].
    """
    size = 1 / variance
    probability = size / (size + expected)
    low, high = (np.nan_to_num(nbinom.ppf(share, size, probability)) for share in BAND)
    return np.where(expected > 0, low, 0.0), np.where(expected > 0, high, 0.0)
