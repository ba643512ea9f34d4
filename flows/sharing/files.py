"""The lists beside the team folders of a shared week, and how any file of it is written."""

from __future__ import annotations

from pathlib import Path

from flows.home import OWNER_ONLY_FILE

TEAMS_FILE = "teams.json"
"""What goes to each team."""
SAFETY_FILE = "safety.json"
"""Names for the safety role; only where there is a matter."""
RUN_FILE = "run.json"
"""Written last, with the run that was shared: where it is not, or another run's, what stands there is not whole."""


def write_aside(file: Path, content: bytes) -> Path:
    """Writes a file aside and renames it, so that nobody reads half of it; for the owner only."""
    making = file.with_name(f".{file.name}.making")
    making.write_bytes(content)
    making.chmod(OWNER_ONLY_FILE)
    return making.replace(file)
