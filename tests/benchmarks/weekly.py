"""What the weekly run costs, per step, as ratios to a bare group-by over the same files: `make bench`.

Prints seconds and peak memory for corporations of three sizes, each in a process of its own, and the fixed costs
(imports, Prefect's temporary server) apart. It judges nothing: seconds depend on the machine, ratios less so.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import psutil

SIZES = (300, 3_000, 30_000)
SEED = 1
LAST_WEEK = date(2026, 11, 9)
READ_AT = datetime(2026, 11, 16, 5, tzinfo=UTC)
# Complexes per area team, as in the demo.
PER_TEAM = 25
EVENTS = {
    "complaints": "reported_at",
    "repairs": "requested_at",
    "tenancies": "ended_on",
    "field_signals": "observed_on",
}
FIXED = {
    "import polars, duckdb": "import polars, duckdb",
    "import scikit-learn": "import sklearn.linear_model, sklearn.pipeline",
    "import Great Expectations": "import great_expectations",
    "import prefect": "import prefect",
    "an empty Prefect flow": (
        "from pathlib import Path\n"
        "from flows.quiet import quieten_prefect\n"
        "quieten_prefect(Path('.'), is_debug=False)\n"
        "from prefect import flow\n"
        "flow(lambda: None, name='empty')()"
    ),
}


class Meter:
    """Seconds and peak memory of named steps."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peak_mb: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measures one step; memory is looked at every 10 ms."""
        me, is_over, peak = psutil.Process(), threading.Event(), [0]

        def watch() -> None:
            while not is_over.wait(0.01):
                peak[0] = max(peak[0], me.memory_info().rss)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0) + time.perf_counter() - began
            is_over.set()
            watcher.join()
            self.peak_mb[name] = max(self.peak_mb.get(name, 0), peak[0] / 1e6, me.memory_info().rss / 1e6)


def main() -> None:
    """Measures everything and prints two tables."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(int(sys.argv[1]))))
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, seed {SEED}\n")
    print("Fixed costs [s], median of 3")
    for name, code in FIXED.items():
        print(f"  {name:28} {sorted(_seconds_of(code) for _ in range(3))[1]:7.1f}")
    for size in SIZES:
        finished = subprocess.run(
            [sys.executable, __file__, str(size)], check=True, capture_output=True, text=True, timeout=3600
        )
        _print(json.loads(finished.stdout.splitlines()[-1]))


def measure(n_complexes: int) -> dict[str, object]:
    """Runs the steps of one week for one size, without Prefect, after all imports."""
    import duckdb
    import great_expectations
    import sklearn.linear_model  # noqa: F401

    from data_contracts.contract import contracts
    from flows.estimate import choose_flags, choose_week, count_panel, score
    from flows.following import follow_flags
    from flows.ingest import take_in
    from flows.publishing import publish
    from flows.results import PublishedWeek
    from flows.run import make_run
    from flows.sharing.writing import share_with_all
    from flows.warehouse import open_warehouse, prepare_warehouse
    from models.simulation import Town, simulate

    assert great_expectations
    meter = Meter()
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder) / "sources"
        sources.mkdir()
        town = Town(n_complexes=n_complexes, n_area_teams=max(1, n_complexes // PER_TEAM), last_week=LAST_WEEK)
        rows = 0
        for name, table in simulate(town, SEED).tables.items():
            table.write_parquet(sources / f"{name}.parquet")
            rows += table.height
        with meter.step("bare group-by"):
            for name, moment in EVENTS.items():
                duckdb.sql(
                    f"select complex_id, date_trunc('week', {moment}) as week, count(*) "
                    f"from '{sources / name}.parquet' group by all"
                ).fetchnumpy()
        run = make_run(Path(folder) / "home", str(sources), None, None, READ_AT, "nl")
        with open_warehouse(run.home) as con:
            prepare_warehouse(con, run.run_id, run.read_at)
            for name in contracts("inputs"):
                with meter.step("take in"):
                    account = take_in(con, run, name)
                assert account.problem is None, account.problem
            week = choose_week(con, run)
            later: dict[str, Callable[[], object]] = {
                "count the panel": lambda: count_panel(con, run, week),
                "model": lambda: score(con, run, week),
                "choose flags": lambda: choose_flags(con, run, week),
                "follow flags": lambda: follow_flags(con, run, week),
                "publish": lambda: publish(con, run, week),
            }
            for name, action in later.items():
                with meter.step(name):
                    action()
        with meter.step("digests"):
            share_with_all(PublishedWeek(run.home.latest.resolve()), run.home, run.language)
    return {"complexes": n_complexes, "rows": rows, "seconds": meter.seconds, "peak_mb": meter.peak_mb}


def _seconds_of(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return time.perf_counter() - began


def _print(measured: dict[str, object]) -> None:
    seconds, peak = measured["seconds"], measured["peak_mb"]
    assert isinstance(seconds, dict)
    assert isinstance(peak, dict)
    base = seconds["bare group-by"]
    print(f"\n{measured['complexes']:,} complexes, {measured['rows']:,} rows")
    print(f"  {'step':18} {'seconds':>9} {'× group-by':>11} {'peak MB':>9}")
    for name, took in seconds.items():
        print(f"  {name:18} {took:9.2f} {took / base:11.1f} {peak[name]:9.0f}")
    rest = sum(took for name, took in seconds.items() if name not in ("bare group-by", "model"))
    print(f"  {'all but the model':18} {rest:9.2f} {rest / base:11.1f}")
    print(f"  per million rows, without the model: {1e6 * rest / int(str(measured['rows'])):.1f} s")


if __name__ == "__main__":
    main()
