"""The log says each week in ten lines what was read, refused, scored, flagged and sent, and names nobody."""

import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from small_town import COMPLEXES, SmallTown
from story import MONDAY_MORNING, quick_checks, write_town

from data_contracts.problem import Problem
from flows.home import Home
from flows.language import Language
from flows.logbook import last_problem, note_keeping, note_sending, noting_problems
from flows.plain_week import plain_week
from flows.results import PublishedWeek, latest_week
from flows.run import make_run

NL = Language("nl")
LINES_A_WEEK = 10


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("logged")
    town = write_town(folder / "town", n_complexes=30, n_weeks=60)
    broken = pl.read_parquet(town / "complaints.parquet").with_columns(
        category=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("SOC.NIKS")).otherwise("category")
    )
    broken.write_parquet(town / "complaints.parquet")
    (town / "repairs.parquet").write_bytes(b"no parquet")
    run = make_run(folder / "home", str(town), None, None, MONDAY_MORNING, "nl")
    with quick_checks():
        plain_week(run)
    at = datetime(2026, 11, 16, 9, 10, tzinfo=ZoneInfo("Europe/Amsterdam"))
    note_sending(run.home, "2026-W46", 4, 1, at, NL)
    return run.home


def lines(home: Home) -> list[str]:
    return home.logbook.read_text(encoding="utf-8").splitlines()


def figures(line: str) -> list[int]:
    return [int(each.replace(".", "")) for each in re.findall(r"\d[\d.]*", line)]


def test_a_week_is_ten_lines_at_most_with_the_sending(home: Home) -> None:
    said = lines(home)
    assert len(said) <= LINES_A_WEEK
    assert said[0].startswith("2026-W46 · gedraaid op 16 november 2026 6:00")
    words = [line.split("  ")[1].strip() for line in said[1:]]
    wanted = ["gelezen", "geweigerd", "apart gezet", "niet gezien", "beoordeeld", "op de lijst", "antwoorden"]
    assert words == [*wanted, "gemaakt", "verstuurd"]


def test_the_sum_of_rows_adds_up_and_is_the_published_one(home: Home) -> None:
    _, read, *parts = figures(lines(home)[1])
    assert read == sum(parts)
    assert read == latest_week(home).table("sources").filter(pl.col("channel") == "all")["rows_read"].sum()


def test_what_was_refused_and_set_apart_is_named(home: Home) -> None:
    refused, apart = lines(home)[2:4]
    assert "repairs.parquet" in refused
    assert figures(apart) == [1]


def test_scores_and_flags_are_those_of_the_week(home: Home) -> None:
    week = latest_week(home)
    flags = week.table("flags")
    new, open_, drawn, off = figures(lines(home)[6])
    assert new + open_ + drawn == flags.height
    assert drawn == flags.filter(pl.col("why") == "random_draw").height
    assert off == sum(week.manifest["fell_off"].values())
    assert figures(lines(home)[5])[0] == week.table("complexes").height


def test_no_complex_is_in_it_and_it_is_for_its_owner(home: Home) -> None:
    text = home.logbook.read_text(encoding="utf-8")
    complexes = PublishedWeek(home.latest).table("complexes")
    assert not [each for each in [*complexes["complex_id"], *complexes["name"]] if each in text]
    assert stat.S_IMODE(home.logbook.stat().st_mode) == 0o600


def test_a_run_that_published_nothing_says_why_until_one_does(town: SmallTown) -> None:
    town.write("complexes.csv", COMPLEXES)
    run = town.run()
    assert last_problem(run.home) is None
    with pytest.raises(Problem), noting_problems(run):
        raise Problem("sources.required_missing", name="complaints")
    note_sending(run.home, "2026-W45", 1, 0, datetime(2026, 11, 16, 8, tzinfo=UTC), NL)
    said = last_problem(run.home)
    assert said is not None
    assert "complaints" in said
    with run.home.logbook.open("a") as log:
        log.write("2026-W46 · run on 16 November\n  read\n")
    assert last_problem(run.home) is None


def test_a_second_run_of_a_week_is_told_as_well(home: Home, tmp_path: Path) -> None:
    before = len(lines(home))
    town = home.folder.parent / "town"
    plain_week(make_run(home.folder, str(town), None, None, MONDAY_MORNING + timedelta(hours=1), "nl"))
    assert len(lines(home)) == 2 * before - 1


def test_a_logbook_that_cannot_be_written_stops_nothing(home: Home, tmp_path: Path) -> None:
    broken = Home(tmp_path)
    broken.logbook.mkdir()
    note_sending(broken, "2026-W46", 4, 0, datetime(2026, 11, 16, 9, tzinfo=ZoneInfo("Europe/Amsterdam")), NL)
    assert last_problem(broken) is None
    broken.logbook.rmdir()
    broken.logbook.write_bytes(b"\xff\xfe by another program\n")
    assert last_problem(broken) is not None


def test_what_was_kept_and_forgotten_is_one_line_each(tmp_path: Path) -> None:
    kept, at = Home(tmp_path), datetime(2026, 11, 16, 9, tzinfo=UTC)
    for name in ("log.forgot_reporter", "log.renewed", "log.backed_up", "log.restored", "log.rebuilt"):
        note_keeping(kept, at, Problem(name), NL)
    note_keeping(kept, at, Problem("log.forgot_weeks", before=at.date()), NL)
    assert lines(kept)[-1].strip() == "16 november 2026 10:00 · vergeten: de weken voor 16 november 2026"
    assert (len(lines(kept)), last_problem(kept)) == (6, None)
