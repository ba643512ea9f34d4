"""kill -9: at every task boundary, before a commit, while files are put out, and at random instants."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from attempts import Attempt, survived
from fault_towns import run_week
from nursery import begin, end
from stage import Scenario, Stage
from striking import strike_at

SEED = 23
"""Seed of the instants."""
KILLED = -9
BOUNDARIES = "kill -9 at a task boundary"
INSIDE_ONE = "kill -9 between two statements of one transaction"
PUTTING_OUT = "kill -9 before a commit, and while files are put out"
UPGRADING = "kill -9 while an older warehouse is upgraded"
INSTANTS = "kill -9 at a random instant"
FIRST_RUN = "kill -9 at a random instant of the very first run"
REMOVING = "kill -9 while rows that are too old are removed and the warehouse is written anew"
# A kill that came after the end hit nothing; another instant of the same part is taken.
TRIES = 6


def at_point(stage: Stage, scenario: Scenario, number: int, fault: str) -> Attempt:
    """Has a run kill itself at a point, and judges what is left."""
    home = stage.home(scenario, f"{scenario.name} {number}")
    at = f"point {number}, {stage.points.names[number]}"
    code = end(begin(strike_at, home, scenario.sources, scenario.moment, number))
    if code != KILLED:
        return Attempt(fault, at, (f"the run was not killed but ended with {code}",))
    return survived(fault, at, home, scenario)


def at_instant(stage: Stage, scenario: Scenario, share: tuple[float, float], fault: str) -> Attempt:
    """Kills a run from outside, somewhere in a part of its time, and judges what is left.

    Args:
        stage: Where the homes stand.
        scenario: The run.
        share: The part of its time, from and until [0-1].
        fault: Name of the fault.
    """
    chance, seconds = random.Random(f"{SEED} {scenario.name} {share}"), stage.points.seconds
    for _ in range(TRIES):
        delay = seconds * chance.uniform(*share)
        home = stage.home(scenario, f"{scenario.name} instant {share[0]:.3f}")
        if killed_after(delay, home, scenario, scenario.moment):
            return survived(fault, f"after {delay:.2f} of {seconds:.2f} s", home, scenario)
        # The machine is faster than it was.
        seconds *= 0.8
    return Attempt(fault, f"{share}", ("the run ended before it could be killed",))


def killed_after(delay: float, home: Path, scenario: Scenario, moment: datetime) -> bool:
    """Whether a run was killed from outside after so long [s], or ended before."""
    child = begin(run_week, home, scenario.sources, moment)
    child.join(delay)
    child.kill()
    child.join()
    return child.exitcode == KILLED


def shares(n: int) -> Iterator[tuple[float, float]]:
    """The time of a run in so many equal parts."""
    return ((part / n, (part + 1) / n) for part in range(n))
