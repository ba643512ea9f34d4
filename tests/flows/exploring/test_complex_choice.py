"""One complex opens by itself, one is found by its number, and who mistypes is told the nearest."""

from __future__ import annotations

from pathlib import Path

from quiet_street import DRAWN, FLAGGED, HOSTILE, SUSPECT, write_street

from flows.exploring.one_complex.complex_choice import complex_choice


def test_what_is_on_the_list_comes_first_then_the_lot_then_by_name(tmp_path: Path) -> None:
    found = complex_choice(write_street(tmp_path), None)
    assert list(found.options.values())[:2] == [FLAGGED, DRAWN]
    assert list(found.options)[2:] == sorted(list(found.options)[2:])
    assert (found.opened, found.trouble) == (f"{HOSTILE} ({FLAGGED})", None)
    assert len(found.options) == 6


def test_without_a_list_the_first_by_name_opens(tmp_path: Path) -> None:
    assert complex_choice(write_street(tmp_path, has_flags=False), "").opened == f"Aalhof ({DRAWN})"


def test_a_link_opens_its_complex_in_any_case(tmp_path: Path) -> None:
    found = complex_choice(write_street(tmp_path), SUSPECT.lower())
    assert (found.options[found.opened], found.trouble) == (SUSPECT, None)


def test_an_unknown_number_is_told_the_nearest_and_the_first_opens(tmp_path: Path) -> None:
    found = complex_choice(write_street(tmp_path), "C055")
    assert found.options[found.opened] == FLAGGED
    assert found.trouble is not None
    assert found.trouble.message == "explain.unknown"
    assert f"{SUSPECT} (Zandpad)" in found.trouble.figures["nearest"]  # type: ignore[operator]
