"""What check and status print, and what Prefect's pages show."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_town import SmallTown
from story import MONDAY_MORNING, quick_checks, write_town

from flows import cli
from flows.artifacts import flag_rows, source_rows
from flows.plain_week import plain_week
from flows.results import PublishedWeek
from flows.run import make_run


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("terminal")
    with quick_checks():
        plain_week(make_run(folder / "home", str(write_town(folder / "town")), None, None, MONDAY_MORNING, "nl"))
    return folder / "home"


def test_status_shows_the_last_week_and_every_source(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["status", "--home", str(home)]) == cli.DONE
    said = capsys.readouterr().out
    assert "week 2026-W46" in said
    for word in ("reparatieverzoeken", "actueel", str(home)):
        assert word in said


def test_check_says_which_rows_and_why_and_keeps_nothing(town: SmallTown, capsys: pytest.CaptureFixture[str]) -> None:
    rows = (town.sources / "complaints.csv").read_text() + "X1,C1,gisteren,SOC.GEL\n"
    town.write("complaints.csv", rows)
    assert cli.run(["check", "--sources", str(town.sources)]) == cli.DONE
    said = capsys.readouterr().out
    assert "1 rij zou apart gezet worden: reported_at is niet te lezen" in said
    assert '"reported_at":"gisteren"' in said
    assert not town.home.exists()


def test_check_ends_with_1_when_a_source_would_stop(town: SmallTown, capsys: pytest.CaptureFixture[str]) -> None:
    town.write("repairs.csv", "")
    assert cli.run(["check", "--sources", str(town.sources), "--language", "en"]) == cli.NOTHING_DONE
    assert "repairs.csv is empty (0 bytes)" in " ".join(capsys.readouterr().out.split())


def test_artifacts_show_the_flags_and_the_sums_and_no_reason_of_a_safety_matter(home: Path) -> None:
    week = PublishedWeek(home / "published" / "latest")
    flags = flag_rows(week)
    assert {row["why"] for row in flags} >= {"safety", "random_draw"}
    assert all(row["p_quiet_decline"] is None for row in flags if row["why"] == "safety")
    for row in source_rows(week):
        told = row["rows_kept"] + row["rows_quarantined"] + row["rows_already_known"] + row["rows_forgotten"]
        assert row["rows_read"] == told
