"""A notebook as its reader has it: `luisterpost explore` for real, and headless Chromium on it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import psutil
from playwright.sync_api import Browser, Page

HERE = "127.0.0.1"
# Long, for a machine that does much else at the same time [s].
PATIENCE_SECONDS = 90.0
LEAVE_SECONDS = 30.0
# Wide enough for two things beside each other, high enough for what one sees first.
WIDTH, HEIGHT = 1280, 900


@dataclass(frozen=True)
class Explored:
    """`luisterpost explore` at work.

    Attributes:
        process: The command.
        address: What it printed, with the key.
        said: All that it printed until then.
    """

    process: subprocess.Popen[str]
    address: str
    said: str

    def of(self, notebook: str, **query: str) -> str:
        """The address of one notebook."""
        parts = urlsplit(self.address)
        asked = urlencode({"file": f"{notebook}.py", **query})
        return urlunsplit(parts._replace(query=f"{asked}&{parts.query}"))


@contextmanager
def explored(home: Path, *options: str, cwd: Path | None = None) -> Iterator[Explored]:
    """Starts the command as one types it; afterwards Ctrl-C is pressed, and nothing of it may be left."""
    command = [sys.executable, "-P", "-m", "flows.cli", "explore", "--no-browser", "--home", str(home), *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd or home
    ) as process:
        try:
            said = _read_until_address(process)
            family = psutil.Process(process.pid).children(recursive=True)
            yield Explored(process, re.findall(r"http://\S+", said)[0], said)
            family += psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=LEAVE_SECONDS)
            assert (process.returncode, err) == (0, "")
            assert family, "it served something"
            assert [each for each in family if each.is_running()] == []
        finally:
            process.kill()


def _read_until_address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    assert process.stderr is not None
    said = ""
    for line in process.stdout:
        said += line
        if "http://" in line:
            return said
    raise AssertionError(f"no address: {said}{process.stderr.read()}")


@dataclass
class Driven:
    """One notebook in the browser.

    Attributes:
        page: Its page.
        runs: How often all that had to run was ready.
        working: Cells that are waiting or at work.
        complaints: Cells that failed, errors of the page, and anything that was asked of another machine.
    """

    page: Page
    runs: int = 0
    working: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def after(self, act: Callable[[], object]) -> None:
        """Does something, and waits until the cells that it concerns have run."""
        before = self.runs
        act()
        self.wait(before)

    def wait(self, runs: int = 0) -> None:
        """Waits until more than so many runs are ready and no cell is at work."""
        last = time.monotonic() + PATIENCE_SECONDS
        while self.runs <= runs or self.working:
            if time.monotonic() > last:
                raise AssertionError(
                    f"at work: {self.working}; {self.complaints}; {self.page.inner_text('body')[:400]}"
                )
            self.page.wait_for_timeout(50)
        self.check()

    def check(self) -> None:
        """Fails on the first complaint."""
        assert self.complaints == [], self.complaints

    def hear(self, frame: str | bytes) -> None:
        """What the kernel says: which cell is at work, and which one failed."""
        said = json.loads(frame)
        about: dict[str, Any] = said.get("data") or {}
        match said.get("op"):
            case "completed-run":
                self.runs += 1
            case "cell-op":
                cell, output = about["cell_id"], about.get("output") or {}
                if about.get("status") in ("queued", "running"):
                    self.working.add(cell)
                elif about.get("status") is not None:
                    self.working.discard(cell)
                if output.get("channel") == "marimo-error":
                    self._hear_error(output["data"])
            case "alert" | "banner":
                self.complaints.append(str(about))

    def _hear_error(self, errors: list[dict[str, Any]]) -> None:
        # Cells that wait for one that stopped on purpose are no error.
        self.complaints += [str(each) for each in errors if each.get("type") != "ancestor-stopped"]


@contextmanager
def driven(browser: Browser, address: str, height: int = HEIGHT) -> Iterator[Driven]:
    """Opens a notebook and waits until all its cells have run.

    Args:
        browser: Headless Chromium.
        address: Of the notebook, with the key.
        height: Of the window [px].
    """
    # One context for all: what a browser knows already it does not ask for again.
    context = browser.contexts[0] if browser.contexts else browser.new_context()
    page = context.new_page()
    page.set_viewport_size({"width": WIDTH, "height": height})
    shown = Driven(page)

    def note(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != HERE:
            shown.complaints.append(f"asked of another machine: {url}")

    page.on("request", lambda request: note(request.url))
    page.on("websocket", lambda socket: (note(socket.url), socket.on("framereceived", shown.hear)))
    page.on("pageerror", lambda error: shown.complaints.append(str(error)))
    page.on("console", lambda said: shown.complaints.append(said.text) if said.type == "error" else None)
    try:
        page.goto(address)
        shown.wait()
        yield shown
        shown.check()
    finally:
        page.close()
