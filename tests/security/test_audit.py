"""What is said of an audit: a weakness is told, and what nobody looked at is never called safe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from audit import CANNOT, LOCKS, SAFE, WEAK, audit_of, exit_code

GOOD: dict[str, Any] = {"name": "click", "version": "8.5.0", "vulns": []}
BAD = {"name": "jinja2", "version": "3.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.6"], "aliases": []}]}
OPEN = {"name": "rich", "version": "14.0", "vulns": [{"id": "PYSEC-2", "fix_versions": [], "aliases": []}]}
UNKNOWN = {"name": "polars", "skip_reason": "Dependency not found on PyPI and could not be audited"}


@pytest.mark.parametrize(
    ("found", "code", "told"),
    [
        ([GOOD, GOOD], SAFE, "no known weakness in 2 packages"),
        ([GOOD, BAD], WEAK, "1 known weaknesses in 2 packages"),
        ([OPEN, UNKNOWN], WEAK, "mended in no version yet"),
        ([GOOD, UNKNOWN], CANNOT, "1 could not be looked up"),
        ([UNKNOWN, UNKNOWN], CANNOT, "NOT audited"),
        ([], CANNOT, "NOT audited"),
    ],
)
def test_an_audit_says_what_it_looked_at(found: list[dict[str, Any]], code: int, told: str) -> None:
    audit = audit_of("requirements.lock", found)
    assert exit_code([audit], is_strict=True) == code
    assert exit_code([audit], is_strict=False) == (WEAK if code == WEAK else SAFE)
    assert told in audit.said


def test_a_weakness_is_told_with_where_it_is_mended() -> None:
    assert "jinja2 3.0: PYSEC-1, mended in 3.1.6" in audit_of("requirements.lock", [GOOD, BAD]).said


def test_one_safe_file_does_not_speak_for_another() -> None:
    safe, dark = audit_of("a", [GOOD]), audit_of("b", [])
    assert exit_code([safe, dark], is_strict=True) == CANNOT
    assert exit_code([safe, safe], is_strict=True) == SAFE


def test_every_lock_file_is_audited() -> None:
    root = Path(__file__).parents[2]
    assert {file.name for file in root.glob("*.lock")} == set(LOCKS)
