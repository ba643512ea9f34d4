"""Puts the weekly run through every fault, prints a table and writes `docs/faults.md`: `make faults`."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from attempts import Attempt
from disk_faults import FULL, READ_ONLY, full_at, read_only, why_no_disk
from faults_page import page, table, write_page
from kills import (
    BOUNDARIES,
    FIRST_RUN,
    INSIDE_ONE,
    INSTANTS,
    PUTTING_OUT,
    REMOVING,
    SEED,
    UPGRADING,
    at_instant,
    at_point,
    shares,
)
from kills_by_command import Commands, killed, undisturbed
from moment_faults import at_once, set_back
from source_faults import endless_select, pipe, replaced, written_in_place
from stage import Stage
from warehouse_faults import DAMAGES, damaged, older, older_scenario

KILLS, FIRST_RUN_KILLS, OTHER_POINTS, UPGRADE_POINTS, INSIDE_REMOVING = 180, 20, 16, 6, 4
COMMAND_KILLS = 20
# Room on the disk at which a run ends somewhere else each time.
ROOMS = (0, 64, 256, 1024, 4096, 8192, 12288)
"""[KiB]"""
CLOCK_BACK = (timedelta(hours=3), timedelta(weeks=3), timedelta(days=3653))
WORKERS = 2
MOST_SHOWN = 20
PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
Trial = Callable[[], Attempt]


def main() -> int:
    """Tries everything; 1 if something was lost."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--date", type=date.fromisoformat, required=True, help="day of the trial")
    asked.add_argument("--part", choices=("kills", "command", "others"), help="only a part; nothing is written")
    asked.add_argument("--only", default="", help="only faults with this in what is called; nothing is written")
    given = asked.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="luisterpost-faults-") as folder:
        stage = Stage(Path(folder) / "town", last_monday(given.date))
        attempts, skipped = [], {}
        if given.part in (None, "kills"):
            attempts += progressing([each for each in kills(stage) if given.only in str(each)], WORKERS)
        if given.part in (None, "others"):
            trials, skipped = others(stage)
            attempts += progressing([each for each in trials if given.only in str(each)], 1)
        if given.part in (None, "command"):
            attempts += by_command(stage)
    minutes = (time.monotonic() - began) / 60
    for row in table(attempts):
        print(" | ".join(row))
    print(f"\n{minutes:.0f} minutes")
    if given.part is None and not given.only:
        write_page(PAGE, page(attempts, skipped, given.date, minutes))
    return int(any(each.wrong for each in attempts))


def last_monday(day: date) -> date:
    """Monday of the last week that is over."""
    return day - timedelta(days=day.weekday() + 7)


def kills(stage: Stage) -> list[Trial]:
    """All kills without Prefect."""
    week, first = stage.next_week, stage.first_run
    points = stage.points
    chance = random.Random(SEED)
    inside, putting_out = points.in_transactions(chance), points.putting_out(chance, OTHER_POINTS)
    upgraded = older_scenario(stage, week)
    trials = [partial(at_point, stage, week, number, BOUNDARIES) for number in points.boundaries]
    trials += [partial(at_point, stage, week, number, INSIDE_ONE) for number in inside]
    trials += [partial(at_point, stage, week, number, PUTTING_OUT) for number in putting_out]
    forgetful = Stage(stage.folder / "forgetful", stage.second_week, is_forgetful=True)
    removing = forgetful.points.removing(chance, INSIDE_REMOVING)
    trials += [partial(at_point, forgetful, forgetful.next_week, number, REMOVING) for number in removing]
    trials += [partial(at_point, stage, upgraded, number, UPGRADING) for number in range(UPGRADE_POINTS)]
    trials += [partial(at_instant, stage, first, part, FIRST_RUN) for part in shares(FIRST_RUN_KILLS)]
    n_left = max(KILLS - len(trials), 20)
    trials += [partial(at_instant, stage, week, part, INSTANTS) for part in shares(n_left)]
    return trials


def others(stage: Stage) -> tuple[list[Trial], dict[str, str]]:
    """All that is no kill, and what can't be tried here."""
    week = stage.next_week
    trials: list[Trial] = []
    why_not = why_no_disk(stage)
    if why_not is None:
        trials += [partial(full_at, stage, week, room) for room in ROOMS]
        trials += [partial(read_only, stage, week)]
    trials += [partial(fault, stage, week) for fault in (pipe, endless_select, replaced, written_in_place)]
    trials += [partial(at_once, stage, week, number) for number in range(3)]
    trials += [partial(set_back, stage, week, back) for back in CLOCK_BACK]
    trials += [partial(older, stage, week)]
    trials += [partial(damaged, stage, week, damage) for damage in DAMAGES]
    return trials, {} if why_not is None else {f"{FULL}, {READ_ONLY}": why_not}


def by_command(stage: Stage) -> list[Attempt]:
    """Kills of the command, one after the other; at the end no server may be left."""
    commands = Commands(stage)
    first, seconds = undisturbed(commands, stage)
    trials = [lambda: first, *(partial(killed, commands, stage, seconds, part) for part in shares(COMMAND_KILLS))]
    attempts = progressing(trials, 1)
    left = commands.servers_left()
    print(f"temporary servers left: {len(left)}", flush=True)
    wrong = (*attempts[-1].wrong, *(f"a temporary server is left: {each}" for each in left))
    return [
        *attempts[:-1],
        replace(attempts[-1], wrong=wrong, seen=(f"temporary servers left at the end: {len(left)}",)),
    ]


def progressing(trials: Iterable[Trial], workers: int) -> list[Attempt]:
    """Does all trials and says how each ended, as it ends."""
    listed = list(trials)
    done: list[Attempt] = []
    with ThreadPoolExecutor(workers) as pool:
        for number, attempt in enumerate(pool.map(_tried, listed), 1):
            state = "WRONG" if attempt.wrong else "survived"
            print(f"{number:4}/{len(listed)} {attempt.fault}, {attempt.at}: {state}", flush=True)
            for each in attempt.wrong[:MOST_SHOWN]:
                print(f"       {each:.300}", flush=True)
            done.append(attempt)
    return done


def _tried(trial: Trial) -> Attempt:
    """One trial; a mistake of the harness itself ends no other."""
    try:
        return trial()
    except Exception as error:
        told = "".join(traceback.format_exception(error, limit=-3))
        return Attempt(f"{trial}", "the harness itself", (told,))


if __name__ == "__main__":
    sys.exit(main())
