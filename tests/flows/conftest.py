"""A small corporation for the tests of reading and ingest."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_town import COMPLEXES, HEADER, SmallTown, complaints
from story import quick_checks

from flows.home import SECRET_VARIABLE


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallTown:
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    made = SmallTown(tmp_path / "sources", tmp_path / "home")
    made.sources.mkdir()
    made.write("complexes.csv", COMPLEXES)
    made.write("complaints.csv", HEADER + complaints(30))
    return made


@pytest.fixture(scope="module")
def checked_quickly() -> Iterator[None]:
    """For a file of tests in which nothing asks what Great Expectations counts."""
    with quick_checks():
        yield
