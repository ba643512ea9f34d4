"""Three weeks in a row of one town, and everything that was shared of them: what leaks, what comes back, what stays.

Between the weeks rows come in late for a quarter that was told already, and a team returns its sheet. Some complexes
bear names that no screen or spreadsheet should obey.
"""

from __future__ import annotations

import csv
import re
import shutil
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import polars as pl
import pytest
from pypdf import PdfReader
from story import LAST_WEEK, MONDAY_MORNING, quick_checks, write_town

from flows.home import Home
from flows.plain_week import plain_week
from flows.results import PublishedWeek
from flows.run import make_run
from flows.sharing.replay import replay
from models.quarters import TOLD
from models.simulation import RICH_RATES
from models.weeks import week_name

WEEKS = [LAST_WEEK - timedelta(weeks=2), LAST_WEEK - timedelta(weeks=1), LAST_WEEK]
QUARTER = date(2026, 7, 1)
LATE = 7
NOTE = "Mevrouw Zandbergen van nummer 12 durft niets te zeggen"
NAMES = ('<script>alert("luister")</script>', '=HYPERLINK("https://example.com";"klik")', "Hof 🌻 برج & 'Zand'")


@dataclass(frozen=True)
class Told:
    """A home with three shared weeks.

    Attributes:
        home: The installation.
        town: Its sources.
        late: The complex for which repairs of a told quarter came in late.
        small: Names of complexes under ten homes.
        threatened: Names of complexes with a safety matter and no flag, large enough to be named.
        flagged: Flag that was on the list when a safety matter came up beside it, in the last week.
        answered: The flag on which a team answered.
    """

    home: Home
    town: Path
    late: str
    small: tuple[str, ...]
    threatened: tuple[str, ...]
    flagged: str
    answered: dict[str, Any]

    def published(self, week: date) -> PublishedWeek:
        return PublishedWeek(sorted(self.home.published.glob(f"weeks/{week_name(week)}.*"))[-1])

    def shared(self, week: date) -> Path:
        return self.home.shared / week_name(week)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("told")
    town = write_town(folder / "town", n_complexes=80, rates=RICH_RATES)
    small = _rename_and_plant(town)
    home = Home((folder / "home").resolve())
    late, answered, flagged = "", {}, {}
    for number, week in enumerate(WEEKS):
        run = make_run(home.folder, str(town), None, week, MONDAY_MORNING + timedelta(minutes=number), "nl")
        with quick_checks():
            published = PublishedWeek(plain_week(run)[0])
        if number == 0:
            late = _let_rows_come_late(town, published)
        if number == 1:
            answered = _answer(home, published)
            flagged = published.flags.filter(
                pl.col("why").is_in(["quiet_decline", "went_quiet"]), pl.col("flag_id") != answered["flag_id"]
            ).row(0, named=True)
            _plant_fire(town, flagged["complex_id"], date(2026, 11, 11))
    safety = published.flags.filter(pl.col("why") == "safety", pl.col("homes") >= 10)
    assert flagged["complex_id"] in safety["complex_id"], "the flag has a safety matter beside it now"
    threatened = safety.filter(pl.col("complex_id") != flagged["complex_id"])["name"]
    return Told(home, town, late, small, tuple(threatened), flagged["flag_id"], answered)


def _rename_and_plant(town: Path) -> tuple[str, ...]:
    """Gives complexes names to watch for, plants notes, and a threat in a small complex."""
    complexes = pl.read_parquet(town / "complexes.parquet").sort("complex_id")
    large = complexes.filter(pl.col("homes") >= 10)["complex_id"]
    hostile = dict(zip(["C0007", "C0079", large[3]], NAMES, strict=True))
    is_small = pl.col("homes") < 10
    renamed = complexes.with_columns(
        name=pl.when(is_small)
        .then(pl.format("Kleinhofje {}", "complex_id"))
        .otherwise(pl.col("complex_id").replace_strict(hostile, default=pl.col("name")))
    )
    renamed.write_parquet(town / "complexes.parquet")
    small = renamed.filter(is_small)
    assert small.height, "the town has small complexes to hide"
    signals = pl.read_parquet(town / "field_signals.parquet").with_columns(note=pl.lit(NOTE))
    signals.write_parquet(town / "field_signals.parquet")
    _plant_fire(town, small["complex_id"][0], date(2026, 10, 28))
    return tuple(small["name"])


def _plant_fire(town: Path, complex_id: str, day: date) -> None:
    """Adds one sign of arson, which is a safety matter by itself."""
    signals = pl.read_parquet(town / "field_signals.parquet")
    fire = signals.head(1).with_columns(
        signal_id=pl.lit(f"FIRE-{complex_id}"),
        complex_id=pl.lit(complex_id),
        observed_on=pl.lit(day),
        finding=pl.lit("concern"),
        kind=pl.lit("AGR.BRA"),
        severity=pl.lit(3, pl.Int64),
    )
    pl.concat([signals, fire.cast(dict(signals.schema))]).write_parquet(town / "field_signals.parquet")


def _let_rows_come_late(town: Path, published: PublishedWeek) -> str:
    """Adds repairs of the told quarter to a complex, enough to change what would be told of it."""
    counts = published.table("quarters").filter(
        pl.col("quarter_starts_on") == QUARTER, pl.col("stream") == "normal_repairs", pl.col("seen").is_not_null()
    )
    complex_id = str(counts.sort("complex_id")["complex_id"][0])
    repairs = pl.read_parquet(town / "repairs.parquet")
    model = repairs.filter(pl.col("location") == "home", pl.col("urgency") == "normal", pl.col("cause") == "wear").head(
        1
    )
    late = [
        model.with_columns(
            repair_id=pl.lit(f"LATE{i}"),
            complex_id=pl.lit(complex_id),
            reporter_key=pl.lit(f"late-{i}"),
            requested_at=pl.datetime(2026, 8, 3 + i, 12),
            completed_at=pl.lit(None, pl.Datetime("us")),
            incident_key=pl.lit(None, pl.String),
        ).cast(dict(repairs.schema))
        for i in range(LATE)
    ]
    pl.concat([repairs, *late]).write_parquet(town / "repairs.parquet")
    return complex_id


def _answer(home: Home, published: PublishedWeek) -> dict[str, Any]:
    """A team fills in one row of its sheet and drops it into the answers folder, under another name."""
    flag = published.flags.filter(pl.col("why").is_in(["quiet_decline", "went_quiet"])).to_dicts()[0]
    for sheet in (home.shared / published.week_name).glob("*/answers.xlsx"):
        book = openpyxl.load_workbook(sheet)
        page = book.active
        # A heading may have a hint behind it.
        cells = {str(cell.value).split(" (")[0]: cell for row in page.iter_rows() for cell in row if cell.value}
        if flag["flag_id"] not in cells:
            continue
        row = cells[flag["flag_id"]].row
        page.cell(row, cells["Wat trof je aan?"].column).value = "wist ik al"
        page.cell(row, cells["Weten bewoners ons te vinden?"].column).value = "nee"
        page.cell(row, cells["Beantwoord op"].column).value = date(2026, 11, 10)
        home.answers.mkdir(exist_ok=True)
        book.save(home.answers / "blad van ons.xlsx")
        return flag
    raise AssertionError("the flag stands on no sheet")


@cache
def text_of(file: Path) -> str:
    """All that a reader, or a curious one, can read in a file."""
    match file.suffix:
        case ".pdf":
            return "\n".join(page.extract_text() for page in PdfReader(file).pages)
        case ".xlsx":
            book = openpyxl.load_workbook(file)
            cells = (cell.value for page in book for row in page.iter_rows() for cell in row)
            return "\n".join(_cell(value) for value in cells if value is not None)
        case ".parquet":
            return pl.read_parquet(file).write_json()
        case ".png":
            return ""
    return file.read_text(encoding="utf-8-sig")


def _cell(value: Any) -> str:
    """A day comes out of a workbook as its midnight; that is no moment that anybody noted."""
    return str(value.date() if isinstance(value, datetime) and value.time() == time() else value)


def files_of(told: Told) -> list[Path]:
    found = [file for file in told.home.shared.rglob("*") if file.is_file()]
    kinds = {file.suffix for file in found}
    assert kinds >= {".html", ".txt", ".pdf", ".xlsx", ".csv", ".json", ".parquet"}
    return found


def test_no_small_complex_stands_anywhere_but_in_the_word_to_the_safety_role(told: Told) -> None:
    where = {file.name for file in files_of(told) for name in told.small if name in text_of(file)}
    assert where == {"safety.json"}


def test_no_reporter_home_note_or_moment_leaves(told: Told) -> None:
    with duckdb.connect(str(told.home.warehouse), read_only=True) as con:
        query = "select reporter_key from raw.{} where reporter_key is not null"
        hashed = {row[0] for name in ("complaints", "repairs") for row in con.execute(query.format(name)).fetchall()}
        homes = {
            row[0] for row in con.execute("select home_key from raw.tenancies where home_key is not null").fetchall()
        }
    assert hashed
    assert homes
    secrets = hashed | homes | {"Zandbergen", "LATE0"}
    for file in files_of(told):
        text = text_of(file)
        assert not secrets & set(re.split(r"[^\w-]+", text)), file.name
        assert "FIRE-" not in text, file.name
        # A time of day, as in 14:05 or T10:00; styles and links have colons too, but no two digits on both sides.
        assert not re.search(r"[ T]\d\d:\d\d(:\d\d)?\b", text), file.name


def test_what_was_told_of_a_quarter_never_changes_whatever_comes_in(told: Told) -> None:
    """The difference between two weeks' outputs would be the rows that came in late, to the row."""
    exact = [
        told.published(week)
        .table("streams")
        .filter(
            pl.col("complex_id") == told.late,
            pl.col("stream") == "normal_repairs",
            pl.col("week").is_between(date(2026, 7, 6), date(2026, 9, 28)),
        )["seen"]
        .sum()
        for week in WEEKS
    ]
    assert exact[1] == exact[0] + LATE, "the rows did come in, and analysts see them"
    tables = [pl.read_parquet(told.shared(week) / "quarters.parquet") for week in WEEKS]
    for one, other in pairwise(tables):
        assert one.select(list(TOLD)).equals(other.select(list(TOLD)))
        assert one.height > 100


def test_every_told_count_leaves_several_counts_possible(told: Told) -> None:
    for week in WEEKS:
        seen = pl.read_parquet(told.shared(week) / "quarters.parquet")["seen"]
        assert seen.null_count() > 0
        assert seen.drop_nulls().is_in(list(range(5, 5000, 5))).all()


def test_no_shared_table_holds_a_total_or_a_figure_that_moves_weekly(told: Told) -> None:
    """A total beside its parts would tell small parts; decimals would tell in which week a report came."""
    for file in told.shared(LAST_WEEK).glob("*.parquet"):
        table = pl.read_parquet(file)
        decimals = [name for name, kind in table.schema.items() if kind in (pl.Float32, pl.Float64)]
        assert set(decimals) <= {"latitude", "longitude"}, file.name
        assert not [name for name in table.columns if name.startswith(("p_", "reports_", "r_", "d_"))]


def test_a_safety_matter_is_one_sentence_to_the_team_and_a_name_to_the_role(told: Told) -> None:
    assert told.threatened, "the town has a safety matter in a complex that may be named"
    shared = told.shared(LAST_WEEK)
    for name in told.threatened:
        where = {file.name for file in shared.rglob("*") if file.is_file() and name in text_of(file)}
        listed = {"complexes.parquet", "overview.html", "safety.json"}
        assert where - listed <= {"digest.html", "mail.html", "mail.txt", "digest.pdf"}, name
        flags = pl.read_parquet(shared / "flags.parquet")
        assert name not in flags["name"].to_list()
    for file in shared.rglob("*"):
        if file.is_file():
            assert not re.search(r"brand ?stichting|dreiging|AGR|bedreig", text_of(file)), file.name


def test_a_flag_stays_where_it_was_when_a_safety_matter_comes_up_beside_it(told: Told) -> None:
    """A flag that left the list, a gap in the ranks or a team without a lot would each tell that there is one."""
    before, after = (pl.read_parquet(told.shared(week) / "flags.parquet") for week in WEEKS[1:])
    row = after.filter(pl.col("flag_id") == told.flagged)
    assert row.select("is_listed", "status", "why").rows() == [(True, "open", "quiet_decline")]
    assert before.filter(pl.col("flag_id") == told.flagged)["is_listed"].to_list() == [True]
    for table in (before, after):
        listed = table.filter("is_listed")
        for team in listed.partition_by("area_team"):
            assert team["rank"].sort().to_list() == list(range(1, team.height + 1))
            assert team["is_drawn"].sum() == 1
    events = [pl.read_parquet(told.shared(week) / "events.parquet") for week in WEEKS[1:]]
    flags_of = [table.filter(pl.col("kind") == "flag").select("complex_id", "occurred_on") for table in events]
    assert flags_of[0].join(flags_of[1], on=["complex_id", "occurred_on"], how="anti").is_empty()


def test_names_from_a_source_are_obeyed_by_nobody(told: Told) -> None:
    for file in told.shared(LAST_WEEK).rglob("*"):
        if file.suffix == ".html":
            assert NAMES[0] not in file.read_text(encoding="utf-8"), file.name
        if file.suffix == ".xlsx":
            for page in openpyxl.load_workbook(file):
                assert not [cell for row in page.iter_rows() for cell in row if cell.data_type == "f"], file.name
        if file.suffix == ".csv":
            rows = csv.reader(file.read_text(encoding="utf-8-sig").splitlines(), delimiter=";")
            assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and len(cell) > 1], file.name


def test_an_answer_comes_back_in_the_next_digest_and_gives_the_flag_its_rest(told: Told) -> None:
    flag = told.answered
    answers = told.published(LAST_WEEK).table("answers")
    assert answers.select("flag_id", "verdict", "do_residents_report").rows() == [
        (flag["flag_id"], "known_already", "no")
    ]
    lives = told.published(LAST_WEEK).table("lives").filter(pl.col("flag_id") == flag["flag_id"])
    assert lives.select("status", "rests_until").rows() == [("snoozed", date(2026, 11, 10) + timedelta(weeks=13))]
    pages = {file.parent.name: text_of(file) for file in told.shared(LAST_WEEK).glob("*/mail.txt")}
    saying = [team for team, text in pages.items() if "wist" in text.lower() and "9 februari 2027" in text]
    assert len(saying) == 1, "the team that answered, and no other, reads what was done with it"


def test_a_past_week_is_rendered_again_to_the_byte(told: Told, tmp_path: Path) -> None:
    """Also after later weeks, with other rows, answers and settings in force."""
    copy = tmp_path / "home"
    shutil.copytree(told.home.folder, copy, symlinks=True)
    (copy / "luisterpost.toml").write_text('[delivery]\nsafety_role = "iemand anders"\n', encoding="utf-8")
    for week in WEEKS:
        again = replay(Home(copy.resolve()), week, None)
        assert again.differing == (), week
        assert again.n_files > 20


def test_a_rerun_of_the_same_week_shares_the_same_bytes(told: Told, tmp_path: Path) -> None:
    copy = tmp_path / "home"
    shutil.copytree(told.home.folder, copy, symlinks=True)
    run = make_run(copy, str(told.town), None, LAST_WEEK, MONDAY_MORNING + timedelta(hours=1), "nl")
    with quick_checks():
        plain_week(run)
    for file in told.shared(LAST_WEEK).rglob("*"):
        # Tables and the mark that all is there say by which run they were made.
        if file.is_file() and file.suffix != ".parquet" and file.name != "run.json":
            again = copy / "shared" / week_name(LAST_WEEK) / file.relative_to(told.shared(LAST_WEEK))
            assert again.read_bytes() == file.read_bytes(), file.name


def test_every_digest_is_read_in_two_minutes(told: Told) -> None:
    for week in WEEKS:
        for file in told.shared(week).glob("*/mail.txt"):
            assert 10 < len(text_of(file).split()) <= 280


def test_what_is_shared_is_for_its_owner_only(told: Told) -> None:
    for path in [told.home.shared, *told.home.shared.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path
