"""What is forgotten and what is not: the edge of a week, answers, files, what a kill leaves, what retention does."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from every_byte import files_of, found_in
from small_town import COMPLEXES, HEADER, MONDAY, SmallTown

from data_contracts.problem import Problem
from flows.exploring.connect_your_data.mapping_trial import counted_by_predicate
from flows.home import SECRET_VARIABLE, Home
from flows.keeping.carried import Forgotten, forgotten_in
from flows.keeping.forgetting import Forgetting, forget_before, forget_reporter
from flows.keeping.forgetting_terminal import show_forgetting
from flows.keeping.forgotten import forgotten_before
from flows.keeping.old_files import files_before
from flows.keeping.retention import LetGo, let_go
from flows.language import LANGUAGES, Language
from flows.warehouse import open_warehouse
from models.weeks import week_name

LAST_WEEK = date(2026, 11, 9)
SUNDAY_NIGHT, MONDAY_MORNING = "2026-10-04 23:59:59", "2026-10-05 00:00:00"
CUT = date(2026, 10, 5)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallTown:
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    monkeypatch.setattr("flows.ingest.check_table", counted_by_predicate)
    made = SmallTown(tmp_path / "sources", tmp_path / "home")
    made.sources.mkdir()
    made.write("complexes.csv", COMPLEXES)
    deliver(made, SUNDAY_NIGHT, MONDAY_MORNING, "2026-11-10 10:00:00", "")
    made.take_in("complexes", "complaints")
    publish_only_its_name(Home(made.home), LAST_WEEK)
    return made


def deliver(town: SmallTown, *moments: str) -> None:
    rows = "".join(f"M{number},C1,{moment},SOC.GEL,anna-1\n" for number, moment in enumerate(moments))
    town.write("complaints.csv", HEADER.strip() + ",reporter_key\n" + rows)


def publish_only_its_name(home: Home, week: date) -> None:
    folder = home.published / "weeks" / f"{week_name(week)}.RUN"
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps({"week": week_name(week)}))
    home.latest.symlink_to(Path("weeks") / folder.name)


def ids(town: SmallTown) -> list[str]:
    return [each for (each,) in town.ask("select complaint_id from raw.complaints order by all")]


def forget(town: SmallTown, day: date = CUT, *, is_for_real: bool = True) -> Forgetting:
    return forget_before(Home(town.home), day, MONDAY + timedelta(hours=1), is_for_real=is_for_real)


@pytest.mark.parametrize("day", [CUT, CUT + timedelta(days=6)])
def test_whole_weeks_go_by_local_time_and_undated_rows_by_when_they_came(town: SmallTown, day: date) -> None:
    forgetting = forget(town, day, is_for_real=False)
    assert ids(town) == ["M0", "M1", "M2", "M3"]
    assert (forgetting.before, forgetting.rows.by_source["complaints"]) == (CUT, 1)
    forget(town, day)
    assert ids(town) == ["M1", "M2", "M3"]
    # Seen first more than a year ago by now, and nobody knows when it was.
    town.ask("update raw.complaints set _first_seen_at = timestamp '2025-01-01' where complaint_id = 'M3'")
    forget(town, day)
    assert ids(town) == ["M1", "M2"]


def test_the_last_weeks_cannot_be_forgotten(town: SmallTown) -> None:
    with pytest.raises(Problem) as told:
        forget(town, date(2026, 10, 26))
    assert (told.value.message, told.value.figures["latest"]) == ("forget.too_recent", date(2026, 10, 19))
    assert ids(town) == ["M0", "M1", "M2", "M3"]
    forget(town, date(2026, 10, 25))
    assert ids(town) == ["M2", "M3"]


def test_what_was_forgotten_is_known_when_the_warehouse_is_not(town: SmallTown) -> None:
    home = Home(town.home)
    forget(town)
    forget_reporter(home, "anna-1", MONDAY, is_for_real=True)
    known = forgotten_in(home)
    assert known is not None
    assert (known.before, len(known.marks)) == (CUT, 1)
    assert home.forgotten_file.stat().st_mode & 0o777 == 0o600
    home.warehouse.write_bytes(b"noise" * 5000)
    assert forgotten_in(home) == known
    home.forgotten_file.write_text("half a p")
    assert forgotten_in(home) is None
    home.warehouse.unlink()
    assert forgotten_in(home) is None, "weeks were published, so there was a warehouse that may have known"
    assert forgotten_in(Home(town.home / "new")) == Forgotten()


def test_a_reporter_who_was_forgotten_before_is_told_so(town: SmallTown, capsys: pytest.CaptureFixture[str]) -> None:
    for is_for_real in (True, False):
        show_forgetting(forget_reporter(Home(town.home), "anna-1", MONDAY, is_for_real=is_for_real), Language("nl"))
    assert capsys.readouterr().out.splitlines()[-1].startswith("Deze melder was al vergeten")
    for no_key in ("  ", "anna\udcff"):
        with pytest.raises(Problem, match=r"forget\.no_key"):
            forget_reporter(Home(town.home), no_key, MONDAY, is_for_real=True)


def test_an_earlier_day_brings_nothing_back(town: SmallTown) -> None:
    forget(town)
    assert forget(town, CUT - timedelta(weeks=30)).before == CUT
    assert town.take_in("complaints")[0].rows_forgotten == 1


def test_a_row_that_says_by_now_that_it_is_older_leaves(town: SmallTown) -> None:
    forget(town)
    deliver(town, SUNDAY_NIGHT, "2026-10-02 10:00:00", "2026-11-10 10:00:00", "")
    account = town.take_in("complaints")[0]
    assert (account.rows_forgotten, account.rows_already_known, ids(town)) == (2, 2, ["M2", "M3"])


def test_a_file_with_nothing_but_forgotten_rows_is_no_mistake(town: SmallTown) -> None:
    forget(town)
    deliver(town, SUNDAY_NIGHT)
    account = town.take_in("complaints")[0]
    assert (account.state, account.rows_read, account.rows_forgotten) == ("taken", 1, 1)


def test_why_a_source_stopped_is_kept_without_the_rows_that_it_quotes(town: SmallTown) -> None:
    twice = "M1,C1,2026-11-01 10:00:00,SOC.GEL,anna-1\nM1,C1,2026-11-02 10:00:00,SOC.GEL,anna-1\n"
    town.write("complaints.csv", HEADER.strip() + ",reporter_key\n" + twice)
    [account] = town.take_in("complaints")
    assert account.problem is not None
    assert "M1" in str(account.problem.figures["examples"])
    [(reason,)] = town.ask("select reason from checks.accounts where source = 'complaints' and state = 'stopped'")
    assert "M1" not in reason
    deliver(town, *["2026-11-10 10:00:00"] * 30)
    town.write("complaints.csv", (town.sources / "complaints.csv").read_text().replace("SOC.GEL", "NIX"))
    town.take_in("complaints")
    [(reason,)] = town.ask("select reason from checks.accounts where source = 'complaints' and state = 'stopped'")
    assert "NIX (30" in reason


def test_an_answer_stays_and_loses_what_was_typed_beside_it(town: SmallTown) -> None:
    town.ask(
        "insert into raw.outcomes by name select 'F' || n as flag_id, date '2026-10-04' + n as reviewed_on, "
        "'worry' as verdict, 'aalbes' as note, 'aalbes' as next_step from unnest([0, 1]) as t(n)"
    )
    forget(town)
    asked = "select flag_id, verdict, note, next_step from raw.outcomes order by all"
    assert town.ask(asked) == [("F0", "worry", None, None), ("F1", "worry", "aalbes", "aalbes")]


def test_only_what_is_named_after_an_older_week_goes_and_never_outside_the_home(
    town: SmallTown, tmp_path: Path
) -> None:
    home, elsewhere = Home(town.home), tmp_path / "answers of the organisation"
    elsewhere.mkdir()
    kept = [
        home.published / "weeks" / "2026-W41.RUN",
        home.shared / "2026-W41",
        home.shared / "flags.parquet",
        home.shared / "2026-W99",
        home.folder / "notes of 2026-W01",
    ]
    gone = [
        home.published / "weeks" / "2026-W40.RUN",
        home.published / "weeks" / "2026-W40.OTHER",
        home.shared / "2026-W39",
        home.folder / "replayed" / "2026-W40",
        home.sent / "2026-W40.jsonl",
    ]
    for each in [*kept, *gone]:
        each.mkdir(parents=True) if each.suffix != ".jsonl" else each.parent.mkdir()
        (each if each.suffix == ".jsonl" else each / "file").write_text("x")
    for folder in (home.answers, elsewhere):
        for name, day in (("old.xlsx", 4), ("new.xlsx", 5)):
            (folder / name).write_text("x")
            os.utime(folder / name, (datetime(2026, 10, day, 12, tzinfo=UTC).timestamp(),) * 2)
    files = forget(town).files
    assert (files.n_weeks, len(files.sent), len(files.answers), files.n_elsewhere) == (2, 1, 1, 0)
    assert not any(each.exists() for each in [*gone, home.answers / "old.xlsx"])
    assert all(each.exists() for each in [*kept, home.answers / "new.xlsx", home.latest])
    files = files_before(home, CUT, elsewhere)
    assert (files.all, files.n_elsewhere) == ((), 1)


@pytest.mark.parametrize("step", ["remove_files", "compact_warehouse"])
def test_what_a_kill_leaves_undone_is_done_by_running_it_again_or_by_the_next_week(
    town: SmallTown, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    home = Home(town.home)
    (home.shared / "2026-W40").mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(f"flows.keeping.forgetting.{step}", kill)
        with pytest.raises(KeyboardInterrupt):
            forget(town)
    assert ids(town) == ["M1", "M2", "M3"]
    assert town.ask("from checks.to_compact") == [(True,)]
    if step == "remove_files":
        forget(town)
    else:
        let_go(town.run(), LAST_WEEK)
    assert town.ask("from checks.to_compact") == []
    assert not (home.shared / "2026-W40").exists()


def test_a_kill_within_the_tables_leaves_them_as_they_were(town: SmallTown, monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    for step, act in (
        ("_clear_work", lambda: forget(town)),
        ("_clear_work", lambda: forget_reporter(Home(town.home), "anna-1", MONDAY, is_for_real=True)),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(f"flows.keeping.removing.{step}", kill)
            with pytest.raises(KeyboardInterrupt):
                act()
        assert ids(town) == ["M0", "M1", "M2", "M3"]
        assert town.ask("from checks.forgotten_weeks") == town.ask("from checks.forgotten_reporters") == []


def test_retention_removes_what_the_policy_no_longer_keeps_and_says_so(
    town: SmallTown, caplog: pytest.LogCaptureFixture
) -> None:
    home = Home(town.home)
    home.settings.write_text("[policy]\nkeep_rows_weeks = 26\n")
    deliver(town, "2026-05-17 12:00:00", "2026-05-18 12:00:00", "2026-11-10 10:00:00")
    town.take_in("complaints")
    with open_warehouse(home) as con:
        from flows.estimate import count_panel

        count_panel(con, town.run(), LAST_WEEK)
    found = let_go(town.run(), LAST_WEEK)
    assert (found.before, found.rows.by_source["complaints"], ids(town)) == (date(2026, 5, 18), 1, ["M1", "M2", "M3"])
    assert "18 May 2026, because kept long enough: 1 rows" in caplog.text
    assert town.take_in("complaints")[0].rows_forgotten == 1
    before, files = home.warehouse.stat().st_ino, files_of(home)
    # In the same week nothing more is due, and nothing is written anew.
    assert let_go(town.run(), LAST_WEEK).rows.total == 0
    # A week of long ago that is run again moves the edge nowhere.
    assert let_go(town.run(), LAST_WEEK - timedelta(weeks=40)) == LetGo(found.before, *_nothing(town, found.before))
    assert (home.warehouse.stat().st_ino, files_of(home)) == (before, files)
    with open_warehouse(home) as con:
        assert forgotten_before(con) == found.before


def _nothing(town: SmallTown, before: date) -> tuple[object, object]:
    from flows.keeping.removing import rows_before

    with open_warehouse(Home(town.home)) as con:
        return rows_before(con, before, "Europe/Amsterdam"), files_before(Home(town.home), before)


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_told_names_every_figure_and_no_key(
    town: SmallTown, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(town.home)
    (home.folder / "set-aside.20260101T000000Z").mkdir()
    for forgetting in (
        forget(town, is_for_real=False),
        forget(town),
        forget_reporter(home, "anna-1", MONDAY, is_for_real=False),
        forget_reporter(home, "anna-1", MONDAY + timedelta(hours=2), is_for_real=True),
    ):
        show_forgetting(forgetting, Language(code))
        told = capsys.readouterr().out
        assert "--for-real" in told or forgetting.is_for_real
        assert str(forgetting.rows.by_source["complaints"]) in told
        assert ("set-aside.2026" in told) == forgetting.is_for_real
        assert "anna" not in told
    assert ids(town) == []
    assert set(found_in(home, ["anna-1"])) == set()


def test_a_home_without_results_has_nothing_to_forget(tmp_path: Path) -> None:
    home = Home(tmp_path / "none")
    with pytest.raises(Problem, match=r"results\.none_yet"):
        forget_before(home, CUT, MONDAY, is_for_real=True)
    with pytest.raises(Problem, match=r"forget\.nothing_yet"):
        forget_reporter(home, "anna-1", MONDAY, is_for_real=True)
    assert not home.folder.exists()


@pytest.mark.parametrize("folder", [".", "published", "replayed"])
def test_a_folder_of_answers_that_holds_more_loses_nothing(town: SmallTown, folder: str) -> None:
    home = Home(town.home)
    home.settings.write_text(f'[delivery]\nanswers_folder = "{folder}"\n', encoding="utf-8")
    home.secret()
    (home.folder / folder).mkdir(exist_ok=True)
    (home.folder / folder / "kept.txt").write_text("no answer", encoding="utf-8")
    for file in home.folder.rglob("*"):
        os.utime(file, (0, 0), follow_symlinks=False)
    before = {file for file in home.folder.rglob("*") if file.is_file()}
    assert forget(town).files.answers == ()
    assert {file for file in before if not file.exists()} == set()
