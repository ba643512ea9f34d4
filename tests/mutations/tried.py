"""Which mutations are tried, and on what: the short form of the tests and the long form draw from the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench import Bench, Outcome
from hand_written import KINDS, try_said, try_select
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from returned import LEVELS_OF, returned_files, try_returned
from steps import LEVELS, steps_of
from texts import SLIPS

# Drawn by number, so that the strategies need no warehouse.
ORIGINALS = st.integers(0, 1_000)
SHORT = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
Trial = Callable[[Bench, Any], tuple[str, Outcome]]


def source(bench: Bench, drawn: Any) -> tuple[str, Outcome]:
    """One source file of any kind; gives its label and what became of it."""
    number, steps, is_full = drawn
    original = bench.originals[number % len(bench.originals)]
    return original.label, bench.try_out(original, steps, is_full=is_full)


def select(bench: Bench, drawn: Any) -> tuple[str, Outcome]:
    """One SELECT of the made-up corporation's mapping."""
    number, slips = drawn
    exports = [each for each in bench.originals if each.kind == "export"]
    return "SELECT", try_select(bench, exports[number % len(exports)], slips)


def said(bench: Bench, drawn: Any) -> tuple[str, Outcome]:
    """mapping.yaml or luisterpost.toml."""
    kind, slips = drawn
    return kind, try_said(bench, kind, slips)


def answer(bench: Bench, drawn: Any) -> tuple[str, Outcome]:
    """One file in the answers folder."""
    kind, steps = drawn
    returned = next(each for each in returned_files() if each.kind == kind)
    return f"answers {kind}", try_returned(bench, returned, steps)


def _answers(level: str) -> st.SearchStrategy[Any]:
    kinds = [kind for kind, levels in LEVELS_OF.items() if level in levels]
    return st.tuples(st.sampled_from(kinds), steps_of(level))


# What is tried → its level, what it does, and what it draws.
TRIED: dict[str, tuple[str, Trial, st.SearchStrategy[Any]]] = {
    **{f"sources: {level}": (level, source, st.tuples(ORIGINALS, steps_of(level), st.booleans())) for level in LEVELS},
    **{f"answers: {level}": (level, answer, _answers(level)) for level in ("columns", "rows", "values", "bytes")},
    "SELECTs": ("words", select, st.tuples(ORIGINALS, SLIPS)),
    "settings": ("words", said, st.tuples(st.sampled_from(KINDS), SLIPS)),
}
