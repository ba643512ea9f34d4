"""What sharing a week costs: digests in every form and the overview, for 60 teams and 5,000 complexes (`make bench`).

Prints seconds per step, as ratios to reading the same tables from Parquet, and the size of what is made. It judges
nothing: seconds depend on the machine, ratios less so.
"""

from __future__ import annotations

import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "flows" / "sharing"))

import polars as pl  # noqa: E402
from shared_town import shared_town  # noqa: E402

from flows.language import Language  # noqa: E402
from flows.sharing.overview import overview_page  # noqa: E402
from flows.sharing.tables import write_tables  # noqa: E402
from flows.sharing.team_folder import write_digests  # noqa: E402

SIZES = ((300, 12), (5_000, 60))
TIMES = 3


def main() -> None:
    """Measures both organisations and prints a table each."""
    print(f"Python {platform.python_version()}, {platform.machine()}; medians of {TIMES}")
    for n_complexes, n_teams in SIZES:
        _measure(n_complexes, n_teams)


def _measure(n_complexes: int, n_teams: int) -> None:
    shared, language = shared_town(n_complexes, n_teams), Language("nl")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_tables(shared, folder)
        steps: dict[str, Callable[[], Any]] = {
            "read the shared tables": lambda: [pl.read_parquet(file) for file in folder.glob("*.parquet")],
            "tables": lambda: write_tables(shared, folder),
            "overview": lambda: (folder / "overview.html").write_text(overview_page(shared, language), "utf-8"),
            "digests, all forms": lambda: write_digests(shared, folder, language),
        }
        seconds = {step: _median(action) for step, action in steps.items()}
        base = seconds["read the shared tables"]
        print(f"\n{n_complexes:,} complexes, {n_teams} teams")
        for step, each in seconds.items():
            print(f"  {step:<24} {each:8.3f} s  {each / base:8.0f} x")
        total = sum(each for step, each in seconds.items() if step != "read the shared tables")
        print(f"  {'together':<24} {total:8.3f} s  {total / base:8.0f} x")
        sizes = {file.suffix: 0 for file in folder.rglob("*") if file.is_file()}
        for file in folder.rglob("*"):
            if file.is_file():
                sizes[file.suffix] += file.stat().st_size
        print("  made: " + ", ".join(f"{kind} {size / 1e6:.1f} MB" for kind, size in sorted(sizes.items())))
        print(f"  overview.html {(folder / 'overview.html').stat().st_size / 1e6:.2f} MB")


def _median(action: Callable[[], Any]) -> float:
    found = []
    for _ in range(TIMES):
        began = time.perf_counter()
        action()
        found.append(time.perf_counter() - began)
    return statistics.median(found)


if __name__ == "__main__":
    main()
