"""Runs the weekly flow on its schedule against a Prefect server; name and schedule stand in `prefect.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

import flows
from data_contracts.problem import Problem

DEPLOYMENTS = Path(flows.__file__).parent.parent / "prefect.yaml"


def planned(file: Path = DEPLOYMENTS) -> dict[str, Any]:
    """The one deployment in `prefect.yaml`.

    Raises:
        Problem: `serve.no_deployment`.
    """
    if file.exists():
        written = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        for deployment in written.get("deployments") or []:
            found: dict[str, Any] = deployment
            return found
    raise Problem("serve.no_deployment", file=file)


def check_server() -> None:
    """Finds the Prefect server that PREFECT_API_URL names.

    Raises:
        Problem: `serve.no_server`, if none is named or it does not answer.
    """
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL

    url = PREFECT_API_URL.value()
    if not url:
        raise Problem("serve.no_server", url="PREFECT_API_URL")
    with get_client(sync_client=True) as client:
        if client.api_healthcheck() is not None:
            raise Problem("serve.no_server", url=url)


def serve(sources: str, inbox: Path | None, home: Path, language: str) -> None:
    """Registers the deployment (one, updated when it is there) and waits for its hour. Ends with Ctrl-C.

    The schedule passes the calendar's week, so that a dead feed shows as an old source and not as an old week.

    Raises:
        Problem: `serve.no_deployment` or `serve.no_server`.
    """
    check_server()
    from prefect.client.schemas.schedules import CronSchedule

    from flows.weekly import weekly

    deployment = planned()
    schedules = [CronSchedule(cron=each["cron"], timezone=each["timezone"]) for each in deployment["schedules"]]
    weekly.serve(
        name=deployment["name"],
        description=deployment["description"],
        tags=deployment["tags"],
        schedules=schedules,
        parameters={
            **deployment["parameters"],
            "sources": str(Path(sources).resolve()) if Path(sources).is_dir() else sources,
            "inbox": str(inbox.resolve()) if inbox else None,
            "home": str(home.resolve()),
            "language": language,
        },
    )
