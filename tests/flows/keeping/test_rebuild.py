"""A warehouse made again from the published weeks says the same as one that was never damaged."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from kept_town import ANSWERED, WEEK, KeptTown, said_of, tables_of
from polars.testing import assert_frame_equal
from story import LAST_WEEK, quick_checks

from data_contracts.problem import Problem
from flows.home import Home
from flows.keeping.keeping_terminal import show_rebuilt
from flows.keeping.kept_rows import alike_to_keep, put_rows_back
from flows.keeping.rebuild import rebuild
from flows.keeping.swapping import SET_ASIDE
from flows.language import LANGUAGES, Language
from flows.warehouse import check_not_gone, open_warehouse

AT = datetime(2026, 11, 16, 4, 0, tzinfo=UTC)
DUTCH = Language("nl")


@pytest.fixture
def home(lasting_town: KeptTown, tmp_path: Path) -> Home:
    copied = Home(tmp_path / "home")
    shutil.copytree(lasting_town.home.folder, copied.folder, symlinks=True)
    return copied


def damage(home: Home) -> bytes:
    whole = bytearray(home.warehouse.read_bytes())
    whole[12_288:] = bytes(len(whole) - 12_288)
    home.warehouse.write_bytes(whole)
    return bytes(whole)


def test_the_next_week_is_as_if_nothing_had_happened(
    lasting_town: KeptTown, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = Home(tmp_path / "undisturbed")
    shutil.copytree(lasting_town.home.folder, undisturbed.folder, symlinks=True)
    damaged = damage(home)
    rebuilt = rebuild(home, AT, DUTCH, sets_aside=False)
    assert rebuilt.aside is not None
    assert (rebuilt.aside / "warehouse.duckdb").read_bytes() == damaged
    assert (rebuilt.first, rebuilt.last, rebuilt.n_weeks) == (LAST_WEEK - 2 * WEEK, LAST_WEEK - WEEK, 2)
    assert rebuilt.rows["lessons"] == 1, "the second week was judged by the lesson of the first"
    n_complexes = pl.read_parquet(lasting_town.home.latest / "complexes.parquet").height
    assert (rebuilt.rows["answers"], rebuilt.rows["versions"]) == (3, n_complexes + 1), "one of them changed"
    with quick_checks():
        folders = [lasting_town.judge(LAST_WEEK, each) for each in (undisturbed, home)]
    want, have = (tables_of(folder) for folder in folders)
    for name in want:
        if name == "sources":
            # All rows are new to a new warehouse.
            alike = ["source", "state", "rows_read", "rows_quarantined", "last_row_on"]
            assert_frame_equal(have[name].select(alike), want[name].select(alike))
        else:
            assert want[name].height > 0, name
            assert_frame_equal(have[name], want[name], check_exact=False, rel_tol=0, abs_tol=1e-9)
    told, retold = (said_of(folder) for folder in folders)
    for name in ("fell_off", "answered_draws", "learned", "lesson", "rows"):
        assert retold[name] == told[name], name


def test_what_came_back_stands_where_it_stood(lasting_town: KeptTown, home: Home) -> None:
    kept = {
        "flags.flags": "flag_id, week",
        "flags.lives": "flag_id, week",
        "scores.quarters": "complex_id, quarter_starts_on, stream",
        "scores.lessons": "run_id",
        "checks.fell_off": "week, area_team",
        "checks.runs": "run_id",
        "checks.feed_alarms": "source, from_week",
    }
    # Too long ago to be found again.
    alike = {"source": "repairs", "area_team": "Noord", "channel": "all", "kind": "alike", "n_alike": 7}
    alike |= {"from_week": "2024-01-01", "until_week": "2024-01-08"}
    with open_warehouse(home) as con:
        con.execute("delete from checks.feed_alarms")
        put_rows_back(con, "checks.feed_alarms", [alike])
        said = said_of(home.latest) | {"alike": alike_to_keep(con)}
        (home.latest / "run.json").write_text(json.dumps(said))
        want = {name: con.execute(f"from {name} order by {order}").pl() for name, order in kept.items()}
        answers = con.execute("select * exclude (note, _first_seen_at) from raw.outcomes order by flag_id").pl()
    rebuild(home, AT, DUTCH, sets_aside=True)
    with open_warehouse(home) as con:
        for name, order in kept.items():
            assert_frame_equal(con.execute(f"from {name} order by {order}").pl(), want[name])
        assert_frame_equal(
            con.execute("select * exclude (note, _first_seen_at) from raw.outcomes order by flag_id").pl(), answers
        )
        assert answers["is_overruled"].to_list() == [None, None, True]
        assert con.execute("select count(fingerprint) from checks.accounts").fetchone() == (16,), "eight in two runs"
        noted = con.execute("select reviewed_on, count(*) from checks.folder_answers group by all").fetchall()
        assert noted == [(ANSWERED, 3)], "no delivery withdraws what it may never have had"


def test_a_warehouse_that_can_be_read_is_not_set_aside_unasked(home: Home) -> None:
    before = home.warehouse.read_bytes()
    with pytest.raises(Problem, match=r"restore\.is_whole"):
        rebuild(home, AT, DUTCH, sets_aside=False)
    assert home.warehouse.read_bytes() == before
    assert list(home.folder.glob(f"{SET_ASIDE}*")) == []
    rebuilt = rebuild(home, AT, DUTCH, sets_aside=True)
    assert list(home.folder.glob(f"{SET_ASIDE}*")) == [rebuilt.aside]


def test_without_a_warehouse_there_is_nothing_to_set_aside(home: Home) -> None:
    home.warehouse.unlink()
    assert rebuild(home, AT, DUTCH, sets_aside=False).aside is None
    assert home.warehouse.stat().st_mode & 0o777 == 0o600


def test_without_a_published_week_there_is_nothing_to_make_it_from(tmp_path: Path) -> None:
    for made in (False, True):
        home = Home(tmp_path / "empty")
        if made:
            home.create()
        with pytest.raises(Problem, match=r"restore\.nothing_published"):
            rebuild(home, AT, DUTCH, sets_aside=True)


def test_who_was_forgotten_stays_forgotten(home: Home) -> None:
    with open_warehouse(home) as con:
        con.execute("insert into checks.forgotten_weeks values (date '2026-01-05')")
        con.execute("insert into checks.forgotten_reporters values ('mark')")
    assert rebuild(home, AT, DUTCH, sets_aside=True).is_forgotten_known
    with open_warehouse(home) as con:
        assert con.execute("select before::varchar from checks.forgotten_weeks").fetchall() == [("2026-01-05",)]
        assert con.execute("from checks.forgotten_reporters").fetchall() == [("mark",)]
    damage(home)
    assert not rebuild(home, AT, DUTCH, sets_aside=False).is_forgotten_known


def test_a_folder_that_cannot_be_read_is_named_and_the_run_before_it_stands_in(home: Home) -> None:
    weeks = home.published / "weeks"
    last = home.latest.resolve()
    run_id = "20261109T060000000000Z"
    again = weeks / f"{last.name.split('.')[0]}.{run_id}"
    shutil.copytree(last, again)
    (again / "flags.parquet").write_bytes(b"PAR1 half")
    gone = weeks / "2026-W01.20260112T060000000000Z"
    gone.mkdir()
    rebuilt = rebuild(home, AT, DUTCH, sets_aside=True)
    assert rebuilt.unreadable == (gone.name,), "the link names the run that counts, so the later one is not looked at"
    home.latest.unlink()
    home.latest.symlink_to(Path("weeks") / again.name)
    assert rebuild(home, AT, DUTCH, sets_aside=True).unreadable == (gone.name, again.name)
    with open_warehouse(home) as con:
        [[n_flags]] = con.execute("select count(*) from flags.flags where week = ?", [LAST_WEEK - WEEK]).fetchall()
        assert n_flags == pl.read_parquet(last / "flags.parquet").height


def test_an_answer_that_a_later_run_had_no_more_does_not_come_back(home: Home) -> None:
    # A run that is later and knows of the first week only: it says nothing of answers after that week.
    first = sorted((home.published / "weeks").iterdir())[0]
    later = first.with_name(f"{first.name.split('.')[0]}.20261110T060000000000Z")
    shutil.copytree(first, later)
    said = said_of(later) | {"run_id": later.name.split(".")[1]}
    (later / "run.json").write_text(json.dumps(said))
    assert rebuild(home, AT, DUTCH, sets_aside=True).rows["answers"] == 3, "given in the week after"
    newest = home.latest.resolve() / "answers.parquet"
    pl.read_parquet(newest).head(2).write_parquet(newest)
    assert rebuild(home, AT, DUTCH, sets_aside=True).rows["answers"] == 2


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_says_what_came_back_and_what_cannot(home: Home, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    for run in home.published.glob("weeks/*/run.json"):
        said = json.loads(run.read_text())
        run.write_text(json.dumps({name: each for name, each in said.items() if name != "lesson"}))
    (home.published / "weeks" / "2026-W01.20260112T060000000000Z").mkdir()
    damage(home)
    rebuilt = rebuild(home, AT, Language(code), sets_aside=False)
    show_rebuilt(rebuilt, Language(code))
    told = capsys.readouterr().out
    assert "2026-W44" in told
    assert "2026-W45" in told
    assert str(rebuilt.aside) in told
    for name in ("restore.no_lesson", "restore.not_back", "restore.from_sources", "restore.forgotten_unknown"):
        assert Language(code).say(name) in told
    assert "2026-W01.20260112T060000000000Z" in told


def test_a_week_is_not_run_over_a_warehouse_that_is_gone(home: Home) -> None:
    home.warehouse.unlink()
    with pytest.raises(Problem) as found:
        check_not_gone(home)
    assert found.value.message == "warehouse.gone"
    rebuild(home, AT, DUTCH, sets_aside=False)
    check_not_gone(home)
