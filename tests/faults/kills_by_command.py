"""kill -9 of the command itself, with Prefect and its temporary server, at instants spread over the whole run."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import psutil
from attempts import Attempt, judged, wrong_now
from fault_towns import LANGUAGE, SECRET
from kills import KILLED, SEED
from stage import Stage

FAULT = "kill -9 of `luisterpost weekly`, with Prefect's temporary server"
NONE = "none: the same week with Prefect and without it"
PATIENCE = 600.0
"""Longest that the command may take [s]."""
TRIES = 6


class Commands:
    """Runs of the command `weekly`, with a record of every process of ours."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.started: set[int] = set()
        user = stage.folder / "user"
        user.mkdir(exist_ok=True)
        named = {"HOME": str(user), "LUISTERPOST_LANGUAGE": LANGUAGE, "LUISTERPOST_SECRET": SECRET, "COLUMNS": "200"}
        self._environment = {**os.environ, **named}

    def begin(self, home: Path, sources: Path) -> subprocess.Popen[str]:
        """Types the command."""
        typed = [sys.executable, "-m", "flows.cli", "weekly", "--sources", str(sources), "--home", str(home)]
        process = subprocess.Popen(
            typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._environment,
            cwd=self.stage.folder,
        )
        self.started.add(process.pid)
        return process

    def run(self, home: Path, sources: Path) -> tuple[int, str]:
        """Its exit code, and what it prints."""
        process = self.begin(home, sources)
        printed, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, printed

    def servers_left(self) -> list[int]:
        """Processes of temporary servers that our commands started, after the orphans were ended."""
        from flows.quiet import PARENT, SERVER, end_orphaned_servers

        end_orphaned_servers()
        left: list[int] = []
        for _ in range(100):
            left = []
            for process in psutil.process_iter():
                try:
                    is_server = SERVER in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
                    if is_server and int(process.environ().get(PARENT, "0")) in self.started:
                        left.append(process.pid)
                except psutil.Error:
                    continue
            if not left:
                break
            time.sleep(0.1)
        return left


def undisturbed(commands: Commands, stage: Stage) -> tuple[Attempt, float]:
    """The next week as the command runs it, held against the same steps without Prefect; and how long it took [s]."""
    home = stage.home(stage.next_week, "by command")
    began = time.monotonic()
    code, printed = commands.run(home, stage.next_week.sources)
    seconds = time.monotonic() - began
    wrong = [] if code == 0 else [f"left with {code}: {printed[-300:]}"]
    return judged(NONE, "undisturbed", home, stage.next_week, wrong), seconds


def killed(commands: Commands, stage: Stage, seconds: float, share: tuple[float, float]) -> Attempt:
    """Kills the command somewhere in a part of its time, types it again, and judges what is left."""
    scenario = stage.next_week
    chance = random.Random(f"{SEED} command {share}")
    for _ in range(TRIES):
        delay = seconds * chance.uniform(*share)
        home = stage.home(scenario, f"command {share[0]:.2f}")
        process = commands.begin(home, scenario.sources)
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.kill()
        # Its server holds the same screen open: nothing is waited for but the process itself.
        process.wait()
        if process.stdout:
            process.stdout.close()
        if process.returncode == KILLED:
            break
        seconds *= 0.8
    else:
        return Attempt(FAULT, f"{share}", ("the run ended before it could be killed",))
    wrong = wrong_now(home, scenario)
    code, printed = commands.run(home, scenario.sources)
    if code != 0 or "Traceback" in printed:
        wrong.append(f"the next run left with {code}: {printed[-300:]}")
    return judged(FAULT, f"after {delay:.1f} of {seconds:.1f} s", home, scenario, wrong)
