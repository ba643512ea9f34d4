"""Prefect, kept quiet: no telemetry, and no log lines or tracebacks unless somebody asks for them."""

from __future__ import annotations

import os

import psutil

# Handed down to the temporary server, so that it can be recognised when its run is gone.
PARENT = "LUISTERPOST_RUN_PROCESS"
SERVER = "prefect.server.api.server:create_app"


def quieten_prefect(*, is_debug: bool) -> None:
    """Sets Prefect's environment, before it is imported; what the user set himself stays.

    Args:
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
    os.environ[PARENT] = str(os.getpid())


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
