"""The long form: thousands of mutations with other seeds each, counted per kind of file and per level.

Run `make mutations`. It ends at the first mutation that breaks a promise, shrunk to the smallest that still does; else
it prints the counts and writes `docs/mutations.md`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from pathlib import Path

from bench import Bench, open_bench
from hypothesis import HealthCheck, Phase, given, seed, settings
from steps import LEVELS
from tried import TRIED

from flows.home import SECRET_VARIABLE

PAGE = Path(__file__).parents[2] / "docs" / "mutations.md"
# Before what became of a file of which nothing is told (`returned.py`).
OF_A_FILE = "file: "
SEEDS = (1, 2, 3)
PER_SEED = {"sources": 100, "answers": 25, "SELECTs": 50, "settings": 120}
SEARCH = settings(
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
INTRODUCTION = """\
# What bad luck does to an inbox

`make mutations` wrote this page; nobody edits it. Files as a corporation delivers them are changed by chance, one to
three steps at a time, and taken in twice by the weekly run's own reader, rules and merge. Of every mutation is asked:

- no traceback: it is taken in, or one sentence in Dutch and English says which file, what is wrong and what to mend;
- no silent drop: rows read = kept + set apart + already known + forgotten, and rows read is what `csv`, `openpyxl` or
  `polars` counts in the file (where quotes open that never close, a row has no meaning; then only the sum must hold);
- each row that was set apart stands in the quarantine, copies counted;
- what stands grows by exactly what was kept and replaced nothing; a source that stops changes nothing at all;
- the same delivery once more changes nothing;
- nothing of a column that may not be kept as it comes stands in a sentence, in the quarantine or in the warehouse.

The rules are counted by their own predicates, which a test holds equal to Great Expectations; the short form in the
tests sends a few through the suite itself. It tries some {short} of these mutations, the same ones each time.

The first numbers of a row say how many mutations of each level were tried. `columns`, `rows` and `values` change the
table, `bytes` the file that was written of it, `files` what lies in the folder. `words` are slips in a text that
somebody writes by hand (a SELECT, `mapping.yaml`, `luisterpost.toml`): words left out, swapped, doubled, misspelt, or
others in their place. An empty cell is a level that was not tried on this kind of file. The last three numbers say what
became of them.
"""
WHY_FEWER_COUNTED = """\
Fewer were counted than were read, for not all that is read has rows that somebody else can count: settings and mails
have none, a returned sheet is counted only where nothing but its rows changed, a workbook may end at another place by
its SELECT, and where quotes never close a row has no meaning.
"""
STATES = """\
The others are {count:,} files in the answers folder with nothing wrong and nothing to take in: no sentence is told of
each, the run counts them ({states}). `no_answer` is a mail without an answer to a flag; `read` is
a sheet or mail in which no question was answered.
"""


class Tally:
    """What was tried, and what came of it."""

    def __init__(self) -> None:
        self.tried: Counter[tuple[str, str]] = Counter()
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.messages: Counter[str] = Counter()
        self.counted = 0

    def add(self, label: str, level: str, told: str, *, counted: bool) -> None:
        """One more mutation."""
        self.tried[label, level] += 1
        kind = told if told in ("taken", "rows set apart") else "told"
        self.outcomes[label, kind] += 1
        self.messages[told] += 1
        self.counted += counted

    def page(self, seeds: tuple[int, ...], short: int) -> str:
        """The page, in English."""
        total, held = self.tried.total(), self.messages["taken"] + self.messages["rows set apart"]
        levels = [*LEVELS, "words"]
        heads = ["file", *levels, "taken whole", "rows set apart", "stopped or told"]
        lines = [INTRODUCTION.format(short=short)]
        lines += [
            f"**{total:,} mutations** (seeds {', '.join(map(str, seeds))}); {held:,} were read, and of {self.counted:,}"
        ]
        lines[-1] += " of these the rows were counted independently. None broke a promise.\n"
        lines += [WHY_FEWER_COUNTED]
        lines += [_row(heads), _row(["---", *["---:"] * (len(heads) - 1)])]
        for label in sorted({label for label, _ in self.tried}):
            counts = [self.tried[label, level] or "" for level in levels]
            became = [self.outcomes[label, kind] or "" for kind in ("taken", "rows set apart", "told")]
            lines.append(_row([label, *counts, *became]))
        lines += ["", "What was told, by the name of its sentence in `flows/language/en.po`:", ""]
        lines += [_row(["sentence", "times"]), _row(["---", "---:"])]
        named = self.messages.most_common()
        lines += [_row([f"`{name}`", f"{count:,}"]) for name, count in named if "." in name]
        if states := {name.removeprefix(OF_A_FILE): count for name, count in named if name.startswith(OF_A_FILE)}:
            told = ", ".join(f"`{name}`: {count:,}" for name, count in states.items())
            lines += ["", STATES.format(count=sum(states.values()), states=told).rstrip()]
        return "\n".join(lines) + "\n"


def try_all(bench: Bench, seeds: tuple[int, ...], share: float) -> Tally:
    """Tries every kind of mutation with every seed.

    Raises:
        AssertionError: For the first mutation that breaks a promise; hypothesis prints it, made as small as it gets.
    """
    tally = Tally()
    for number in seeds:
        for what in TRIED:
            _try_some(bench, what, number, max(1, round(share * PER_SEED[what.split(":")[0]])), tally)
            print(f"seed {number}, {what}: {tally.tried.total():,} so far", flush=True)
    return tally


def _try_some(bench: Bench, what: str, number: int, most: int, tally: Tally) -> None:
    level, trial, drawn = TRIED[what]

    @seed(number)
    @settings(SEARCH, max_examples=most)
    @given(each=drawn)
    def try_one(each: object) -> None:
        label, outcome = trial(bench, each)
        tally.add(label, level, outcome.told, counted=outcome.counted)

    try_one()


def _row(cells: list[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    """Tries, prints and writes."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    asked.add_argument("--share", type=float, default=1.0, help="of the usual number; below 1 no page is written")
    said = asked.parse_args()
    os.environ.pop(SECRET_VARIABLE, None)
    with tempfile.TemporaryDirectory(prefix="luisterpost-mutations-") as folder, open_bench(Path(folder)) as bench:
        page = try_all(bench, tuple(said.seeds), said.share).page(tuple(said.seeds), 130)
    print(page)
    if said.share >= 1:
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
