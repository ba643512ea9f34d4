"""The weekly run, end to end: through the real command line, repeated, late, and with sources that fail."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from story import LAST_WEEK, MONDAY_MORNING, quick_checks, write_town

from data_contracts.contract import contracts
from data_contracts.problem import Problem
from flows.ingest import Account
from flows.plain_week import plain_week
from flows.results import PublishedWeek
from flows.run import Run, make_run
from models.learned import Learned
from models.what_if.rejudging import Grounds, judged_again


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def calm(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one undisturbed run. Tests look at it, or work on a copy."""
    home = tmp_path_factory.mktemp("calm") / "home"
    weekly(run_of(home, town))
    return home


@pytest.fixture
def home(calm: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "home"
    shutil.copytree(calm, copy, symlinks=True)
    return copy


@pytest.fixture
def sources(town: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "sources"
    shutil.copytree(town, copy)
    return copy


def run_of(home: Path, sources: Path, read_at: datetime = MONDAY_MORNING) -> Run:
    return make_run(home, str(sources), None, None, read_at, "nl")


def new_home(folder: Path) -> Path:
    """A home whose first run scores only a few weeks."""
    folder.mkdir()
    (folder / "luisterpost.toml").write_text("[policy]\nbackfill_weeks = 2\n", encoding="utf-8")
    return folder


def weekly(run: Run) -> tuple[Path, tuple[Account, ...]]:
    """The whole run without Prefect, quickly."""
    with quick_checks():
        return plain_week(run)


def tables(folder: Path) -> dict[str, pl.DataFrame]:
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in contracts("published")}


def assert_same(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> None:
    for name, table in one.items():
        assert table.equals(other[name]), name


def test_the_command_line_from_files_to_flags(town: Path, tmp_path: Path) -> None:
    """The real thing: a new process, an empty home of the user, Prefect's temporary server."""
    user = tmp_path / "user"
    user.mkdir()
    environment = {**os.environ, "HOME": str(user), "LUISTERPOST_LANGUAGE": "en", "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "weekly", "--sources", str(town), "--home", str(tmp_path / "home")],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "Where do we go and look?" in done.stdout
    assert str((tmp_path / "home").resolve()) in done.stdout
    for word in ("Traceback", "Warning", "INFO", "ERROR"):
        assert word not in done.stderr
    week = PublishedWeek(tmp_path / "home" / "published" / "latest")
    assert week.table("scores").height > 0
    assert (tmp_path / "home" / "shared" / week.week_name).is_dir()


def test_a_second_run_changes_no_published_row(town: Path, home: Path) -> None:
    before = tables(home / "published" / "latest")
    folder, accounts = weekly(run_of(home, town, MONDAY_MORNING + timedelta(hours=1)))
    assert_same(before, tables(folder))
    for account in accounts:
        assert account.rows_kept == 0
        assert account.rows_already_known == account.rows_read


def test_the_first_run_backfills_a_year(calm: Path) -> None:
    weeks = tables(calm / "published" / "latest")["scores"]["week"].unique().sort()
    assert weeks.to_list() == [LAST_WEEK - timedelta(weeks=i) for i in range(52, -1, -1)]


def test_every_published_table_is_there_and_keeps_its_contract(calm: Path) -> None:
    week = PublishedWeek(calm / "published" / "latest")
    for name, promised in contracts("published").items():
        assert tuple(week.table(name).columns) == promised.column_names
    sources = week.table("sources")
    assert sources.height == len(contracts("inputs"))
    told = pl.sum_horizontal("rows_kept", "rows_quarantined", "rows_already_known", "rows_forgotten")
    assert sources.filter(pl.col("rows_read") != told).is_empty()
    for column in ("week", "first_week"):
        assert week.table("flags")[column].dt.weekday().eq(1).all()
    streams = week.table("streams")
    assert streams.filter(pl.col("is_masked") != pl.col("seen").is_null()).is_empty()


def test_a_published_week_can_be_judged_again_as_it_was(calm: Path) -> None:
    week = PublishedWeek(calm / "published" / "latest")
    learned = Learned.from_dict(week.manifest["learned"])
    grounds = Grounds.of(week.table("streams"), week.table("history"), learned, week.policy)
    again = judged_again(grounds, 26).at(week.policy.quiet_below, week.policy.decline_above)
    said = week.table("scores").pivot("complex_id", index="week", values="p_quiet_decline").sort("week").tail(26)
    np.testing.assert_allclose(again, said.select(grounds.ids.to_list()).fill_null(0).to_numpy(), atol=1e-3)


def test_a_source_may_be_missing_and_is_named(sources: Path, tmp_path: Path) -> None:
    for name in contracts("inputs"):
        if name not in ("complexes", "complaints"):
            (sources / f"{name}.parquet").unlink()
    folder, _ = weekly(run_of(new_home(tmp_path / "home"), sources))
    week = PublishedWeek(folder)
    assert set(week.flags["missing_sources"].explode()) == {"repairs", "tenancies", "field_signals"}
    page = next((tmp_path / "home" / "shared").glob("*/*/digest.html")).read_text(encoding="utf-8")
    told = re.search(r"We krijgen geen ([^<]*)\.", page)
    assert told
    assert sorted(re.split(", | en ", told[1])) == ["huurcontracten", "reparatieverzoeken", "signalen uit de wijk"]


def test_a_broken_source_stops_alone_and_its_earlier_rows_stay(sources: Path, home: Path) -> None:
    before = tables(home / "published" / "latest")
    (sources / "repairs.parquet").write_bytes((sources / "repairs.parquet").read_bytes()[:5000])
    folder, accounts = weekly(run_of(home, sources, MONDAY_MORNING + timedelta(hours=1)))
    stopped = [account for account in accounts if account.state == "stopped"]
    assert [account.source for account in stopped] == ["repairs"]
    assert isinstance(stopped[0].problem, Problem)
    after = tables(folder)
    assert after["scores"].equals(before["scores"])
    said = after["sources"].filter(pl.col("source") == "repairs").to_dicts()[0]
    assert said["state"] == "stopped"
    assert "repairs.parquet" in said["reason"]


def test_late_rows_arrive_in_their_own_week(sources: Path, home: Path) -> None:
    before = tables(home / "published" / "latest")["streams"]
    repairs = pl.read_parquet(sources / "repairs.parquet")
    # At home and normal, so that it is one request of one week; half a year before the end, at noon.
    noon = datetime.combine(LAST_WEEK - timedelta(weeks=26), datetime.min.time()) + timedelta(days=2, hours=12)
    model = repairs.filter(pl.col("location") == "home", pl.col("urgency") == "normal").head(1)
    late = model.with_columns(repair_id=pl.lit("LATE"), requested_at=noon, completed_at=pl.lit(None, pl.Datetime("us")))
    pl.concat([repairs, late.cast(dict(repairs.schema))]).write_parquet(sources / "repairs.parquet")
    after = tables(weekly(run_of(home, sources, MONDAY_MORNING + timedelta(hours=1)))[0])["streams"]
    key = ["complex_id", "week", "stream"]
    changed = after.join(before, on=key).filter(pl.col("seen") != pl.col("seen_right"))
    assert changed.select(key).rows() == [(late["complex_id"][0], LAST_WEEK - timedelta(weeks=26), "normal_repairs")]
    assert changed["seen"].to_list() == [changed["seen_right"][0] + 1]


def test_a_week_is_over_by_the_organisations_own_clock(town: Path, tmp_path: Path) -> None:
    """On Sunday at 23:30 in UTC it is Monday in Amsterdam; an hour earlier the week goes on there too."""
    late = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)
    assert make_run(tmp_path / "home", str(town), None, LAST_WEEK, late, "nl").last_week == LAST_WEEK
    with pytest.raises(Problem, match=r"week\.not_over"):
        make_run(tmp_path / "other", str(town), None, LAST_WEEK, late - timedelta(hours=1), "nl")
    assert not (tmp_path / "other").exists(), "it is told before anything is made or read"


def test_an_older_week_run_later_changes_no_flag_of_the_newest(town: Path, home: Path) -> None:
    before = tables(home / "published" / "latest")["flags"]
    newest = (home / "published" / "latest").resolve().name.split(".")[0]
    older = run_of(home, town, MONDAY_MORNING + timedelta(hours=1)).for_week(LAST_WEEK - timedelta(weeks=1))
    folder, _ = weekly(older)
    assert PublishedWeek(folder).week_name != newest
    assert (home / "published" / "latest").resolve().name.startswith(newest)
    weekly(run_of(home, town, MONDAY_MORNING + timedelta(hours=2)))
    assert tables(home / "published" / "latest")["flags"].equals(before)


def test_a_page_of_a_team_that_is_no_more_does_not_stay(town: Path, home: Path) -> None:
    week = PublishedWeek(home / "published" / "latest").week_name
    old = home / "shared" / week / "Renamed-since"
    old.mkdir()
    (old / "digest.html").write_text("old flags")
    weekly(run_of(home, town, MONDAY_MORNING + timedelta(hours=1)))
    assert not old.exists()
    assert len([each for each in (home / "shared" / week).iterdir() if each.is_dir()]) == 4


def test_another_secret_is_told_and_not_taken(town: Path, home: Path) -> None:
    (home / "secret.key").unlink()
    with pytest.raises(Problem, match=r"home\.no_secret"):
        weekly(run_of(home, town, MONDAY_MORNING + timedelta(hours=1)))
    assert not (home / "secret.key").exists()
    (home / "secret.key").write_text("made by somebody else\n")
    with pytest.raises(Problem, match=r"home\.other_secret"):
        weekly(run_of(home, town, MONDAY_MORNING + timedelta(hours=1)))


def test_a_latest_that_is_no_link_is_told(town: Path, home: Path) -> None:
    latest = home / "published" / "latest"
    target = latest.resolve()
    latest.unlink()
    shutil.copytree(target, latest)
    with pytest.raises(Problem, match=r"publishing\.latest_is_no_link"):
        weekly(run_of(home, town, MONDAY_MORNING + timedelta(hours=1)))


def test_a_complex_out_of_use_everywhere_is_told(sources: Path, tmp_path: Path) -> None:
    complexes = pl.read_parquet(sources / "complexes.parquet")
    gone = complexes.with_columns(in_use_from=pl.lit(None, pl.Date), in_use_until=pl.date(2024, 1, 1))
    gone.write_parquet(sources / "complexes.parquet")
    with pytest.raises(Problem, match=r"week\.no_complexes"):
        weekly(run_of(tmp_path / "home", sources))


def test_names_hold_nothing_that_a_screen_obeys(sources: Path, tmp_path: Path) -> None:
    complexes = pl.read_parquet(sources / "complexes.parquet")
    name = "De\n\x1b[31mLier\u202e\x07"
    complexes.with_columns(name=pl.lit(name)).write_parquet(sources / "complexes.parquet")
    folder, _ = weekly(run_of(new_home(tmp_path / "home"), sources))
    assert PublishedWeek(folder).table("complexes")["name"].unique().to_list() == ["De [31mLier"]
