"""What the estimators cost at 80,000 complexes × 260 weeks, as ratios to a bare group-by: `make bench`.

Counts are made by chance around a corporation's rates. Each size runs in a process of its own, so that its peak memory
is its own. It judges nothing: seconds depend on the machine, ratios less so.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import polars as pl

from models.blocks import stepped, summed
from models.evidence import Evidence
from models.plain_filter import PlainFilter
from models.policy import Policy
from models.streams import STREAMS, StreamSeries
from models.two_latents import TwoLatents

SIZES = (300, 8_000, 80_000)
N_WEEKS = 260
SEED = 1
# Events a home and week, as docs/domain.md has them.
RATES = {
    "complaints": 0.0007,
    "normal_repairs": 0.021,
    "follow_up_reports": 0.0006,
    "urgent_repairs": 0.0065,
    "concerns": 0.0001,
    "bad_condition": 0.00015,
    "vandalism_repairs": 0.0002,
}


def main() -> None:
    """Measures every size with both estimators and prints them."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(int(sys.argv[1]), sys.argv[2])))
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, seed {SEED}")
    print(f"{N_WEEKS} weeks, {len(STREAMS)} streams; seconds, and peak memory in GB with the counts themselves\n")
    for which in ("plain filter", "path bank"):
        for size in SIZES:
            finished = subprocess.run(
                [sys.executable, __file__, str(size), which], check=True, capture_output=True, text=True, timeout=3600
            )
            found = json.loads(finished.stdout.splitlines()[-1])
            bare = found["seconds"]["bare group-by"]
            print(f"{which}, {size:,} complexes, {found['events']:,} events, counts {found['counts_gb']:.1f} GB")
            for name, seconds in found["seconds"].items():
                print(f"  {name:34} {seconds:8.2f} s {seconds / bare:8.1f} ×")
            print(f"  {'peak':34} {found['peak_gb']:8.1f} GB\n")


def measure(n_complexes: int, which: str) -> dict[str, object]:
    """Runs one estimator on one size."""
    evidence = made_up(n_complexes)
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[[], object]) -> object:
        began = time.perf_counter()
        found = work()
        seconds[name] = time.perf_counter() - began
        return found

    if which == "plain filter":
        model = PlainFilter()
        timed("learn", lambda: model.fit(evidence))
        state = timed("all weeks", lambda: model.filter(evidence))
        timed("probabilities", lambda: model.tails(state))
    else:
        bank = TwoLatents(Policy(history_weeks=N_WEEKS), n_jobs=os.cpu_count())
        timed("learn", lambda: bank.fit(evidence))
        before = timed("sums of all weeks", lambda: summed(evidence.until(N_WEEKS - 1)))
        last = [
            np.stack([each[:, -1] for each in arrays])
            for arrays in ([each.seen for each in evidence.series], evidence.expected)
        ]
        after = timed(
            "one week's step",
            lambda: stepped(before, last[0], last[1], np.ones_like(last[0]), evidence.first_week),
        )
        timed("judge one week", lambda: bank.predict(after))
        timed("reasons of all", lambda: bank.parts(after))
    # The peak before the events are written out one by one, which no estimator needs.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    n_events = timed("bare group-by", partial(grouped, events_of(evidence)))
    return {
        "events": n_events,
        "counts_gb": 2 * len(STREAMS) * n_complexes * N_WEEKS * 8 / 1e9,
        "seconds": seconds,
        "peak_gb": peak,
    }


def grouped(events: pl.DataFrame) -> int:
    """The bare group-by; gives the number of events."""
    return int(events.group_by("complex", "week", "stream").len()["len"].sum())


def made_up(n_complexes: int) -> Evidence:
    """Counts by chance around a corporation's rates; exposure is expectation."""
    rng = np.random.default_rng(SEED)
    homes = np.clip(rng.lognormal(np.log(35), 1.05, n_complexes), 5, 900)
    is_masked = np.zeros((n_complexes, N_WEEKS), dtype=np.bool_)
    series, expected = [], []
    for stream in STREAMS:
        mean = np.repeat((homes * RATES[stream.name])[:, None], N_WEEKS, axis=1)
        series.append(StreamSeries(stream, rng.poisson(mean).astype(np.float64), mean, is_masked))
        expected.append(mean)
    return Evidence(series, expected, is_masked, np.repeat(homes[:, None], N_WEEKS, axis=1), 100_000)


def events_of(evidence: Evidence) -> pl.DataFrame:
    """One row per event: what a bare group-by would have to count."""
    parts = []
    for place, each in enumerate(evidence.series):
        rows, weeks = np.nonzero(each.seen)
        times = each.seen[rows, weeks].astype(np.int64)
        parts.append(
            pl.DataFrame(
                {
                    "complex": np.repeat(rows, times).astype(np.int32),
                    "week": np.repeat(weeks, times).astype(np.int32),
                }
            ).with_columns(stream=pl.lit(place, pl.Int8))
        )
    return pl.concat(parts)


if __name__ == "__main__":
    main()
