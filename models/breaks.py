"""Known breaks: what the organisation itself changed, so that nobody takes it for a change in people.

A new intake rule lowers what is registered in a whole team from one day on; how much is read off all its complexes
together, and from then on so much less is expected there. After an intervention people speak up for a while; how much
is read off all interventions, and so much more is expected, fading. A complex that falls more than its rule, or rises
more than the echo, still stands out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.streams import Floats, StreamSeries
from models.weeks import week_of

# Pseudo-events towards "nothing changed here": a rule that touched ten reports teaches little.
_CAUTION = 10.0
_BEFORE_WEEKS = 104
# In which direction an announced change may move what is registered.
_DIRECTIONS = {"fewer": (0.05, 1.0), "more": (1.0, 20.0), "other_channel": (0.05, 20.0)}
ECHO_HALF_LIFE = 13
_ECHO_WEEKS, _MOST_ECHO = 52, 0.7


@dataclass(frozen=True)
class Breaks:
    """What known breaks did.

    Attributes:
        factors: By change and stream, the factor on what is registered from then on, as `CHANGE|STREAM`.
        echo: Rise in reporting right after an intervention; halves every `ECHO_HALF_LIFE` weeks [log].
    """

    factors: Mapping[str, float]
    echo: float = 0.0

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """What `dataclasses.asdict` gave."""
        return cls(dict(kept["factors"]), kept["echo"])


@dataclass(frozen=True)
class KnownChanges:
    """What the organisation wrote down, placed on the arrays.

    Attributes:
        intake: Per change, in order of begin: its id, its contract, its effect, first week (place; 0 where it began
            before the weeks there are) and complexes hit (places).
        echo: Interventions so far, halved every `ECHO_HALF_LIFE` weeks (n_complexes, n_weeks).
    """

    intake: list[tuple[str, str, str, int, NDArray[np.int64]]]
    echo: Floats


def known_changes(
    complexes: pl.DataFrame,
    weeks: list[date],
    changes: pl.DataFrame | None,
    interventions: pl.DataFrame | None,
) -> KnownChanges:
    """Places changes and interventions on the arrays.

    Args:
        complexes: `complex_id`, `area_team`, in row order.
        weeks: Mondays, in column order.
        changes: `change_id`, `contract`, `area_team` (empty for all), `starts_on`, `expected_effect`.
        interventions: `complex_id`, `area_team` (one of them; one without either counts nowhere), `starts_on`.
    """
    team = complexes["area_team"].to_numpy()
    row_of = {each: i for i, each in enumerate(complexes["complex_id"])}
    everyone = np.arange(complexes.height)
    intake = []
    for each in [] if changes is None else changes.sort("starts_on", "change_id").to_dicts():
        hit = everyone if each["area_team"] is None else np.flatnonzero(team == each["area_team"])
        begin = (week_of(each["starts_on"]) - weeks[0]).days // 7
        if hit.size and begin < len(weeks):
            intake.append((each["change_id"], each["contract"], each["expected_effect"], max(begin, 0), hit))
    started, keep = np.zeros((complexes.height, len(weeks))), 0.5 ** (1 / ECHO_HALF_LIFE)
    for each in [] if interventions is None else interventions.to_dicts():
        begin = (week_of(each["starts_on"]) - weeks[0]).days // 7 + 1
        if each["complex_id"] is not None:
            hit = np.array([row_of[each["complex_id"]]] if each["complex_id"] in row_of else [], dtype=np.int64)
        else:
            hit = np.flatnonzero(team == each["area_team"]) if each["area_team"] is not None else everyone[:0]
        if begin < len(weeks):
            # Of one from before the first week the rest is still heard.
            started[hit, max(begin, 0)] = np.maximum(started[hit, max(begin, 0)], keep ** max(-begin, 0))
    echo = np.zeros((complexes.height, len(weeks)))
    for week in range(len(weeks)):
        # Two letters in one quarter are heard once: the echo does not add up beyond one intervention's.
        before = keep * echo[:, week - 1] if week else 0.0
        echo[:, week] = np.maximum(before, started[:, week])
    echo[echo < 0.5 ** (_ECHO_WEEKS / ECHO_HALF_LIFE)] = 0
    return KnownChanges(intake, echo)


def learned_breaks(series: list[StreamSeries], expected: list[Floats], known: KnownChanges) -> Breaks:
    """Reads off what each change did.

    Args:
        series: All streams, in order.
        expected: What would be expected without any change, each (n_complexes, n_weeks).
        known: The changes.
    """
    factors: dict[str, float] = {}
    expected = [due.copy() for due in expected]
    for place, (name, contract, effect, begin, hit) in enumerate(known.intake):
        # What a later rule did to the same complexes is not this one's doing; what earlier ones did is expected by now.
        nexts = [
            later
            for _, other, _, later, rows in known.intake[place + 1 :]
            if other == contract and later > begin and np.isin(rows, hit).any()
        ]
        weeks = slice(max(0, begin - _BEFORE_WEEKS), begin), slice(begin, min(nexts, default=None))
        for each, due in zip(series, expected, strict=True):
            if each.stream.source == contract and begin > 0:
                before, after = ((each.seen[hit, part].sum(), due[hit, part].sum()) for part in weeks)
                factor = float(np.clip(_risen(after, before), *_DIRECTIONS[effect]))
                factors[f"{name}|{each.stream.name}"] = factor
                due[hit, begin:] *= factor
    return Breaks(factors, _learned_echo(series, expected, known.echo))


def _risen(after: tuple[float, float], before: tuple[float, float]) -> float:
    """How much higher the ratio of seen to due is after than before; 1 where either tells nothing."""
    # Held against their own level, or a quiet team without a past would be taken for the work of a rule.
    own = (after[0] + before[0] + _CAUTION) / (after[1] + before[1] + _CAUTION)
    levels = [(seen + _CAUTION) / (own * due + _CAUTION) for seen, due in (after, before)]
    return levels[0] / levels[1]


def _learned_echo(series: list[StreamSeries], expected: list[Floats], echo: Floats) -> float:
    """Rise of all reports in the quarter after an intervention, against the same complexes' other weeks."""
    reports = [i for i, each in enumerate(series) if each.stream.tells_of == "report"]
    if not reports or not echo.any():
        return 0.0
    seen = np.sum([series[i].seen for i in reports], axis=0)
    due = np.sum([expected[i] for i in reports], axis=0)
    is_after = echo >= 0.5
    others = np.logical_and(echo.any(axis=1, keepdims=True), echo == 0)
    rise = np.log(_risen(*((float(seen[where].sum()), float(due[where].sum())) for where in (is_after, others))))
    # Over its first quarter an echo is worth about three quarters of its beginning, and less in streams that need
    # less of a voice.
    voice = np.average(
        [series[i].stream.loads_on[0] for i in reports],
        weights=[expected[i][is_after].sum() + 1e-9 for i in reports],
    )
    return float(np.clip(rise / (0.72 * voice), 0, _MOST_ECHO))


def with_breaks(
    expected: list[Floats], series: list[StreamSeries], known: KnownChanges, breaks: Breaks
) -> list[Floats]:
    """What is expected once the breaks are known, each (n_complexes, n_weeks)."""
    found = []
    for each, due in zip(series, expected, strict=True):
        changed = due.copy()
        for name, _, _, begin, hit in known.intake:
            factor = breaks.factors.get(f"{name}|{each.stream.name}")
            if factor is not None:
                changed[hit, begin:] *= factor
        if breaks.echo and each.stream.tells_of == "report":
            changed *= np.exp(each.stream.loads_on[0] * breaks.echo * known.echo)
        found.append(changed)
    return found
