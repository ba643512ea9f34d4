"""What it costs to move a slider in the notebook `what_if`, for 300 and 5,000 complexes (`make bench`).

Prints seconds per step, as ratios to a group-by over the same counts. It judges nothing: seconds depend on the machine.
"""

from __future__ import annotations

import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "flows" / "exploring" / "what_if"))

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402
from tried_week import scored_town, write_week  # noqa: E402

from flows.exploring.what_if.charts import calendar_chart, length_chart  # noqa: E402
from flows.exploring.what_if.trial import TRIED_WEEKS, Ground, prepare, tried  # noqa: E402
from flows.exploring.what_if.words import list_rows, summary  # noqa: E402
from flows.language import Language  # noqa: E402
from flows.results import PublishedWeek  # noqa: E402
from models.policy import Policy  # noqa: E402
from models.what_if.rejudging import every_set, judged_again  # noqa: E402

SIZES, COMPLEXES_PER_TEAM, TIMES = (300, 5_000), 25, 9
MOVES: tuple[dict[str, Any], ...] = (
    {"false_discovery_rate": 0.5},
    {"quiet_below": 0.7, "decline_above": 1.2},
    {"sources_left_out": ("tenancies",)},
    {"long_window_weeks": 40, "silence_by_chance": 0.2},
    {"flags_per_team": 5, "in_hand_per_team": 10, "attention_share": 0.3},
)


def main() -> None:
    """Measures both sizes and prints a table each."""
    print(f"Python {platform.python_version()}, {platform.machine()}; medians of {TIMES}")
    scored = scored_town()
    with tempfile.TemporaryDirectory() as name:
        week = write_week(Path(name) / "week", scored)
        for n_complexes in SIZES:
            _measure(n_complexes, week)


def _measure(n_complexes: int, week: PublishedWeek) -> None:
    ground = _enlarged(prepare(week, n_weeks=1), n_complexes)
    assert ground.grounds is not None
    streams = _repeated(week.table("streams"), n_complexes)
    began = time.perf_counter()
    ground = replace(ground, chances=judged_again(ground.grounds, TRIED_WEEKS, every_set(ground.sources)))
    once = time.perf_counter() - began
    now = tried(ground, ground.policy)
    steps: dict[str, Callable[[], Any]] = {
        "group-by over the counts": lambda: streams.group_by("complex_id", "stream").agg(pl.col("seen").sum())
    }
    for move in MOVES:
        steps[", ".join(move)] = lambda move=move: _redraw(ground, now, replace(ground.policy, **move))
    seconds = {step: _median(action) for step, action in steps.items()}
    base = seconds["group-by over the counts"]
    print(f"\n{n_complexes:,} complexes; once, when opened: {once:.1f} s, all sets of sources")
    for step, each in seconds.items():
        print(f"  {step:<60} {each:8.3f} s  {each / base:8.0f} x")


def _redraw(ground: Ground, now: Any, policy: Policy) -> None:
    """All that one move makes anew: the lists, the words, the table and both pictures."""
    language = Language("nl")
    then = tried(ground, policy)
    summary(now, then, language)
    list_rows(ground, now, then, language)
    length_chart(now, then, language).to_dict()
    calendar = calendar_chart(ground, now, then, language)
    if calendar:
        calendar.to_dict()


def _enlarged(ground: Ground, n_complexes: int) -> Ground:
    """The same complexes over and over, each a little different, in teams of an ordinary size."""
    assert ground.grounds is not None
    rng = np.random.default_rng(1)
    rows = np.resize(np.arange(len(ground.past.ids)), n_complexes)
    ids = pl.Series("complex_id", [f"C{number:05}" for number in range(n_complexes)])
    arrays = {
        each.name: getattr(ground.past, each.name)[rows]
        for each in fields(ground.past)
        if isinstance(getattr(ground.past, each.name), np.ndarray)
    }
    n_teams = -(-n_complexes // COMPLEXES_PER_TEAM)
    arrays["team"] = np.where(arrays["team"] >= 0, (np.arange(n_complexes) // COMPLEXES_PER_TEAM)[:, None], -1)
    arrays["probability"] = np.clip(arrays["probability"] * rng.uniform(0.6, 1.1, (n_complexes, 1)), 0, 1)
    past = replace(ground.past, ids=ids, teams=tuple(f"Team {number}" for number in range(n_teams)), **arrays)
    counts = {name: getattr(ground.grounds, name)[:, rows] for name in ("seen", "expected", "sight")}
    return replace(ground, past=past, grounds=replace(ground.grounds, ids=ids, **counts), names={})


def _repeated(streams: pl.DataFrame, n_complexes: int) -> pl.DataFrame:
    times = -(-n_complexes // streams["complex_id"].n_unique())
    copies = [streams.with_columns(complex_id=pl.format("{}-{}", pl.lit(n), "complex_id")) for n in range(times)]
    return pl.concat(copies)


def _median(action: Callable[[], Any]) -> float:
    def seconds() -> float:
        began = time.perf_counter()
        action()
        return time.perf_counter() - began

    seconds()
    return statistics.median(seconds() for _ in range(TIMES))


if __name__ == "__main__":
    main()
