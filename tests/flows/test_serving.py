"""The schedule stands in prefect.yaml, and without a server nobody waits in vain."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from data_contracts.problem import Problem
from flows.serving import DEPLOYMENTS, check_server, planned

ROOT = Path(__file__).parents[2]


def test_the_plan_is_monday_six_in_amsterdam() -> None:
    deployment = planned()
    assert deployment["name"] == "monday"
    assert deployment["schedules"] == [{"cron": "0 6 * * 1", "timezone": "Europe/Amsterdam"}]
    assert deployment["parameters"]["week"] == "calendar"


def test_the_plan_names_a_flow_that_exists() -> None:
    file, name = planned()["entrypoint"].split(":")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [None, "", "deployments: []"])
def test_without_a_plan_there_is_one_sentence(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / DEPLOYMENTS.name
    if text is not None:
        file.write_text(text)
    with pytest.raises(Problem, match=r"serve\.no_deployment"):
        planned(file)


def test_without_a_server_there_is_one_sentence() -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings(restore_defaults={PREFECT_API_URL}), pytest.raises(Problem, match=r"serve\.no_server"):
        check_server()
    with socket.socket() as taken:
        # Bound and not listening: whoever knocks is refused at once.
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/api"
        with temporary_settings({PREFECT_API_URL: url}), pytest.raises(Problem, match=r"serve\.no_server"):
            check_server()
