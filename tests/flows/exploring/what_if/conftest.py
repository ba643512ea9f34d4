"""The week is scored once for all tests of trying."""

from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits
from tried_week import scored_town, write_week

from flows.exploring.what_if.trial import Ground, prepare
from flows.results import PublishedWeek
from models.scores import Scored


@pytest.fixture(scope="session")
def scored() -> Scored:
    with threadpool_limits(1):
        return scored_town()


@pytest.fixture(scope="session")
def week(scored: Scored, tmp_path_factory: pytest.TempPathFactory) -> PublishedWeek:
    return write_week(tmp_path_factory.mktemp("trying") / "week", scored)


@pytest.fixture(scope="session")
def ground(week: PublishedWeek) -> Ground:
    return prepare(week)


@pytest.fixture
def old_week(scored: Scored, tmp_path: Path) -> PublishedWeek:
    return write_week(tmp_path / "old", scored, is_old=True)
