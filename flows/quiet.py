"""Prefect, kept quiet: no telemetry, and no log lines or tracebacks unless somebody asks for them."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import psutil

# Handed down to the temporary server, so that it can be recognised when its run is gone.
PARENT = "LUISTERPOST_RUN_PROCESS"
SERVER = "prefect.server.api.server:create_app"


def quieten_prefect(home: Path, *, is_debug: bool) -> None:
    """Sets Prefect's environment, before it is imported; what the user set himself stays.

    Args:
        home: Home folder, for Prefect's own files where the user has no home that can be written.
        is_debug: Whether its log lines are wanted.
    """
    wanted = {
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "INFO" if is_debug else "CRITICAL",
        "PREFECT_LOGGING_EXTRA_LOGGERS": "luisterpost",
        # A temporary server takes 15 seconds on a small machine; Prefect would give up after 20.
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    }
    for name, value in wanted.items():
        os.environ.setdefault(name, value)
    if not is_debug:
        # It speaks past Prefect's own level, where a run that was refused leaves before its events are stored.
        logging.getLogger("EventsWorker").setLevel(logging.CRITICAL)
    os.environ[PARENT] = str(os.getpid())
    for name in ("NO_PROXY", "no_proxy"):
        # The temporary server is on this machine; an office proxy would be asked for it in vain.
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1", "localhost"]))
    if not _can_write(Path(os.environ.get("PREFECT_HOME", Path.home() / ".prefect"))):
        os.environ["PREFECT_HOME"] = str(home / ".prefect")


def _can_write(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def end_orphaned_servers() -> int:
    """Ends temporary Prefect servers whose run was killed, and gives their number.

    A killed run cannot end its own server. Only servers that one of our runs started are looked at, and only those
    whose run is gone.
    """
    ended = 0
    for process in psutil.process_iter():
        try:
            if SERVER not in process.cmdline():
                continue
            parent = process.environ().get(PARENT)
            if parent and not psutil.pid_exists(int(parent)):
                process.terminate()
                ended += 1
        except psutil.Error:
            continue
    return ended
