"""Holds the pinned dependencies against the known weaknesses: `make audit`; with `--strict` it fails where it cannot.

Whoever asks pip-audit where the advisories cannot be reached is told "no known vulnerabilities": every package is left
out, and none was found. So what was left out is counted here, and nothing is called safe that nobody looked at.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-notebooks.lock", "requirements-dev.lock")
SAFE, WEAK, CANNOT = 0, 1, 2
PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Audit:
    """What is known of one lock file.

    Attributes:
        lock: Its name.
        n_audited: Packages that were held against the advisories.
        n_left_out: Packages of which nothing could be learned.
        weak: One line per known weakness: package, version, what it is called, where it is mended.
    """

    lock: str
    n_audited: int
    n_left_out: int
    weak: tuple[str, ...]

    @property
    def said(self) -> str:
        """One line for a person, and one per weakness."""
        if not self.n_audited:
            return f"{self.lock}: NOT audited: the advisories could not be reached. Try again where PyPI can be."
        left_out = f", {self.n_left_out} could not be looked up" if self.n_left_out else ""
        found = f"{len(self.weak)} known weaknesses" if self.weak else "no known weakness"
        return "\n".join([f"{self.lock}: {found} in {self.n_audited} packages{left_out}", *self.weak])


def audit_of(lock: str, found: Sequence[dict[str, Any]]) -> Audit:
    """What pip-audit says of each package, counted.

    Args:
        lock: Name of the lock file.
        found: The part `dependencies` of its JSON.
    """
    audited = [each for each in found if "skip_reason" not in each]
    weak = tuple(
        f"  {each['name']} {each['version']}: {one['id']}, mended in {_mended(one)}"
        for each in audited
        for one in each["vulns"]
    )
    return Audit(lock, len(audited), len(found) - len(audited), weak)


def _mended(weakness: dict[str, Any]) -> str:
    return ", ".join(weakness["fix_versions"]) or "no version yet"


def audited(lock: str) -> Audit:
    """Asks pip-audit about one lock file; the pins are taken as they stand, and nothing is installed."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--requirement",
        str(ROOT / lock),
        "--disable-pip",
        "--require-hashes",
    ]
    command += ["--format", "json", "--progress-spinner", "off"]
    try:
        # What it says beside the JSON is a page of warnings, one per package.
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
        return audit_of(lock, json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError, subprocess.TimeoutExpired):
        return Audit(lock, 0, 0, ())


def exit_code(audits: Sequence[Audit], *, is_strict: bool) -> int:
    """0 nothing known; 1 a known weakness; 2, if strict, something could not be looked at."""
    if any(each.weak for each in audits):
        return WEAK
    is_dark = any(not each.n_audited or each.n_left_out for each in audits)
    return CANNOT if is_dark and is_strict else SAFE


if __name__ == "__main__":
    made = []
    for name in LOCKS:
        made.append(audited(name))
        print(made[-1].said)
    sys.exit(exit_code(made, is_strict="--strict" in sys.argv))
