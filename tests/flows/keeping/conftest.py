"""Two published weeks, and a third that nobody has run yet."""

from __future__ import annotations

from pathlib import Path

import pytest
from kept_town import KeptTown
from story import quick_checks

from flows.home import SECRET_VARIABLE


@pytest.fixture(scope="session")
def lasting_town(tmp_path_factory: pytest.TempPathFactory) -> KeptTown:
    """Not to be changed; copy its home."""
    town = KeptTown(Path(tmp_path_factory.mktemp("kept")))
    with pytest.MonkeyPatch.context() as patched, quick_checks():
        patched.delenv(SECRET_VARIABLE, raising=False)
        town.begin()
        town.two_weeks()
    return town
