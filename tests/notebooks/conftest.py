"""The published homes, each made once for all workers together."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from filelock import FileLock

# The simulated town and the browser stand in rooms beside this one.
_FLOWS = Path(__file__).parents[1] / "flows"
sys.path += [str(_FLOWS), str(_FLOWS / "sharing" / "overview")]

from homes import AFTER, HOMES, Published  # noqa: E402


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Published:
    """A home by its name in HOMES. Tests look at it, or work on a copy."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "published-homes"
    shared.mkdir(exist_ok=True)

    def home(name: str) -> Path:
        if name in AFTER:
            home(AFTER[name])
        place = shared / name
        with FileLock(shared / f"{name}.lock"):
            if not (place / "made").exists():
                place.mkdir()
                HOMES[name](place)
                (place / "made").touch()
        return place / "home"

    return home
