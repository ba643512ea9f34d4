"""marimo as a child process: reached with a key, from this machine only, and gone when we leave.

No update check, no telemetry, nothing from the network.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode

import psutil

from data_contracts.problem import Problem
from flows.language import LANGUAGE_VARIABLE

HOST = "127.0.0.1"
FIRST_PORT = 2718
LAST_PORT = 65535
PORTS_TRIED = 100
# A small machine at its first start, when nothing is compiled yet [s].
START_SECONDS = 120.0
# After that it is no longer asked, but ended [s].
LEAVE_SECONDS = 5.0


@dataclass(frozen=True)
class Serving:
    """What is to be served.

    Attributes:
        folder: Of the notebooks.
        port: Free port.
        is_edit: Whether the notebooks may be changed, and are then shown with their code.
        arguments: What each notebook gets as `mo.cli_args()`.
        language: `nl` or `en`.
        log: File for what marimo complains of; None shows it.
    """

    folder: Path
    port: int
    is_edit: bool
    arguments: Mapping[str, str]
    language: str
    log: Path | None = None


@dataclass(frozen=True)
class Server:
    """marimo at work.

    Attributes:
        process: The child.
        port: Where it listens.
        key: Without it nothing is shown.
    """

    process: subprocess.Popen[bytes]
    port: int
    key: str

    def address(self, notebook: str | None = None, **query: str) -> str:
        """Where to go for the gallery, or for one notebook; the key is in it."""
        shown = {"file": f"{notebook}.py"} if notebook else {}
        return f"http://{HOST}:{self.port}/?{urlencode({**shown, **query, 'access_token': self.key})}"


def free_port(asked: int | None) -> int:
    """The asked port, or the first free one from 2718 on.

    Raises:
        Problem: `explore.port_in_use`, with a free one; `explore.no_port`.
    """
    if asked is not None and _is_free(asked):
        return asked
    first = FIRST_PORT if asked is None else asked + 1
    for port in range(first, min(first + PORTS_TRIED, LAST_PORT + 1)):
        if _is_free(port):
            if asked is None:
                return port
            raise Problem("explore.port_in_use", port=str(asked), free=str(port))
    raise Problem("explore.no_port", first=str(first), host=HOST)


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        # As the server itself does; else a port stays taken for a minute after it is left.
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((HOST, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


@contextmanager
def served(serving: Serving) -> Iterator[Server]:
    """Starts marimo, and gives it when it answers; afterwards it is gone, with all that it started.

    Raises:
        Problem: `explore.marimo_failed`, if it stops while starting.
    """
    key = secrets.token_urlsafe(16)
    output = serving.log.open("ab") if serving.log else None
    try:
        process = subprocess.Popen(
            _command(serving),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env=_environment(serving),
            # Ctrl-C is ours: we end it in order.
            start_new_session=True,
        )
    finally:
        if output:
            output.close()
    try:
        # Through a pipe: a command line can be read by everybody on the machine. What died at once reads nothing.
        with suppress(BrokenPipeError), process.stdin or nullcontext() as pipe:
            if pipe:
                pipe.write(key.encode())
        server = Server(process, serving.port, key)
        _wait_until_it_answers(server, serving)
        yield server
    finally:
        _end(process)
        # In edit mode marimo keeps what was shown, exact counts too, to show it again after a reload.
        shutil.rmtree(serving.folder / "__marimo__" / "session", ignore_errors=True)


def _command(serving: Serving) -> list[str]:
    # -P: a file of that name in the folder where we were started must not take the place of a package.
    # It warns of the gallery's titles each time that it reads a notebook.
    marimo = [sys.executable, "-P", "-m", "marimo", "--quiet", "--yes", "--log-level", "error"]
    own = ["edit", "--skip-update-check"] if serving.is_edit else ["run", "--execute-opengraph-generators"]
    reached = ["--headless", "--host", HOST, "--port", str(serving.port), "--no-sandbox"]
    keyed = ["--token", "--token-password-file", "-"]
    arguments = [word for name, value in serving.arguments.items() for word in (f"--{name}", value)]
    return [*marimo, *own, *reached, *keyed, str(serving.folder), "--", *arguments]


def _environment(serving: Serving) -> dict[str, str]:
    return {
        **os.environ,
        LANGUAGE_VARIABLE: serving.language,
        "MARIMO_SKIP_UPDATE_CHECK": "1",
        # It leaves when we are killed.
        "MARIMO_ANCESTOR_PID": str(os.getpid()),
    }


def _wait_until_it_answers(server: Server, serving: Serving) -> None:
    # Whatever proxy the office has, it is not asked for this machine.
    ask = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
    last = time.monotonic() + START_SECONDS
    while server.process.poll() is None and time.monotonic() < last:
        try:
            with ask(f"http://{HOST}:{server.port}/health", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    said = serving.log.read_text(encoding="utf-8", errors="replace").strip() if serving.log else ""
    raise Problem("explore.marimo_failed", why=said.splitlines()[-1] if said else server.process.poll())


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends marimo and its kernels; it is asked first."""
    try:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    for each in family:
        if each.is_running() and each.pid != process.pid:
            each.kill()
    process.wait()
