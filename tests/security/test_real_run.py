"""One real run, with everything secret or personal marked beforehand; then every byte that is left is looked through.

The command line in a process of its own, with `--debug`, Prefect's own database and all: as an administrator would who
hunts for a fault.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import psutil
import pytest
from planted import IN_ANSWERS, IN_ROWS, SECRET_WORDS, SECRETS, TIMES, Planted, files_in, found_in, keys_in, plant
from running import ABOUT_A_WEEK, run_notebook

from data_contracts.problem import Problem
from flows.exploring.gallery import FOLDER
from flows.home import Home
from flows.language import Language
from flows.settings import read_settings

MARKS = (*IN_ROWS.values(), *IN_ANSWERS.values())


@dataclass(frozen=True)
class Done:
    """What a run left behind.

    Attributes:
        planted: What it was run on.
        home: The installation.
        said: All that it printed.
        arguments: Command lines of every process that it started, as anybody on the machine can read them.
    """

    planted: Planted
    home: Home
    said: str
    arguments: frozenset[str]

    @property
    def told(self) -> list[Path]:
        """All that is published or shared."""
        return files_in(self.home.published, self.home.shared)


def environment(planted: Planted) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {**known, **SECRETS, "HOME": str(planted.user), "LUISTERPOST_LANGUAGE": "nl", "COLUMNS": "200"}


def luisterpost(planted: Planted, *arguments: str, has_home: bool = True) -> subprocess.CompletedProcess[str]:
    where = ["--home", str(planted.home)] if has_home else []
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", *arguments, *where],
        capture_output=True,
        text=True,
        env=environment(planted),
        cwd=planted.user,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    planted = plant(tmp_path_factory.mktemp("real"))
    # As careless as a machine may be: whatever is made is for everybody, unless we see to it.
    before = os.umask(0o022)
    try:
        with subprocess.Popen(
            [
                sys.executable,
                "-m",
                "flows.cli",
                "weekly",
                "--debug",
                "--sources",
                str(planted.sources),
                "--home",
                str(planted.home),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(planted),
            cwd=planted.user,
        ) as process:
            seen: set[str] = set()
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                seen |= _family(process.pid)
        assert process.returncode == 0, "".join(lines)[-3000:]
    finally:
        os.umask(before)
    assert seen
    return Done(planted, Home(planted.home.resolve()), "".join(lines), frozenset(seen))


def _family(pid: int) -> set[str]:
    found = set()
    with suppress(psutil.Error):
        main = psutil.Process(pid)
        for each in (main, *main.children(recursive=True)):
            with suppress(psutil.Error):
                found.add(" ".join(each.cmdline()))
    return found


def hashed(done: Done) -> set[str]:
    """Reporters and homes as the warehouse knows them."""
    with duckdb.connect(str(done.home.warehouse), read_only=True) as con:
        asked = [("complaints", "reporter_key"), ("repairs", "reporter_key"), ("tenancies", "home_key")]
        keys = {
            row[0]
            for table, column in asked
            for row in con.execute(f"select distinct {column} from raw.{table} where {column} is not null").fetchall()
        }
    assert len(keys) > 50
    return keys


def spoken(text: str, done: Done) -> list[str]:
    """Marks and keys in what a screen or a notebook shows."""
    lower = text.lower()
    return [mark for mark in MARKS if mark.lower() in lower] + sorted(hashed(done) & set(re.findall(r"\w+", text)))


def test_the_marks_were_read(done: Done) -> None:
    """Else finding none would prove nothing."""
    marked = found_in(files_in(done.planted.sources), MARKS)
    assert set(IN_ROWS.values()) - set(marked) == set()
    with duckdb.connect(str(done.home.warehouse), read_only=True) as con:
        assert con.execute(
            "select count(*) from raw.complaints where complaint_id like 'KANARIEKLACHT%'"
        ).fetchone() != (0,)
        assert con.execute("select count(*) from checks.quarantine").fetchone() != (0,)


def test_nothing_personal_is_published_or_shared(done: Done) -> None:
    assert len(done.told) > 30
    assert {file.suffix for file in done.told} >= {".parquet", ".pdf", ".xlsx", ".csv", ".html", ".txt", ".json"}
    assert found_in(done.told, MARKS) == {}
    assert keys_in(done.told, hashed(done)) == {}


def test_no_moment_of_a_report_is_published_or_shared(done: Done) -> None:
    readable = [file for file in done.told if file.suffix not in (".png", ".pdf")]
    assert found_in(readable, TIMES[:2]) == {}
    for file in done.told:
        if file.suffix == ".parquet":
            kinds = {
                name: kind for name, kind in pl.read_parquet_schema(file).items() if kind in (pl.Datetime, pl.Time)
            }
            assert kinds == {}, file.name
    texts = [file for file in done.told if file.suffix in (".csv", ".txt")]
    assert texts
    for file in texts:
        assert not re.search(r"\d\d:\d\d", file.read_text(encoding="utf-8-sig")), file.name


def test_no_reporter_home_or_note_stands_in_the_home_as_it_was_delivered(done: Done) -> None:
    """The warehouse has ids, to know a row again; who and where only as what nobody can turn back."""
    # What a team put into the answers folder is its own, and stays there.
    ours = [file for file in files_in(done.home.folder) if done.home.answers not in file.parents]
    assert done.home.warehouse in ours
    personal = [IN_ROWS[each] for each in ("reporter", "home", "name")]
    assert found_in(ours, [*personal, IN_ANSWERS["sender"], IN_ANSWERS["body"], IN_ANSWERS["file"]]) == {}


@pytest.mark.parametrize("notebook", ABOUT_A_WEEK)
def test_no_notebook_shows_a_person_or_a_moment(notebook: str, done: Done) -> None:
    shown = run_notebook(FOLDER / f"{notebook}.py", {"home": str(done.home.folder), "language": "nl"}).shown.lower()
    assert len(shown) > 1000
    assert spoken(shown, done) == []
    assert not [each for each in TIMES[:2] if each in shown]


def test_no_secret_is_printed_logged_or_kept(done: Done) -> None:
    """In the home, in Prefect's database and files, on the screen with --debug, in the arguments of any process."""
    assert "INFO" in done.said or "DEBUG" in done.said, "--debug does say more"
    everywhere = files_in(done.home.folder, done.planted.user)
    assert any(file.suffix == ".db" or "prefect" in str(file) for file in everywhere), "Prefect kept something"
    assert found_in(everywhere, SECRET_WORDS) == {}
    for word in SECRET_WORDS:
        assert word not in done.said
        assert not [line for line in done.arguments if word in line]


def test_prefect_and_the_screen_hold_no_person(done: Done) -> None:
    prefect = files_in(done.planted.user)
    assert found_in(prefect, [*MARKS, *TIMES[:2]]) == {}
    assert keys_in(prefect, hashed(done)) == {}
    assert spoken(done.said, done) == []


def test_all_that_a_run_leaves_is_for_its_owner_only(done: Done) -> None:
    """Also what libraries wrote, with a umask that would give it to everybody."""
    # A folder that was there before keeps the rights that somebody gave it.
    given = {done.home.folder, done.home.settings, done.home.answers, *done.home.answers.iterdir()}
    for place in (done.home.folder, done.planted.user):
        for path in place.rglob("*"):
            if path not in given and not path.is_symlink():
                assert path.stat().st_mode & 0o077 == 0, path
    assert done.home.latest.resolve().is_relative_to(done.home.folder)
    assert not list(done.planted.user.glob(".tmp")), "what does not fit into memory goes to the home"


def test_what_goes_wrong_tells_no_secret_and_no_person(tmp_path: Path) -> None:
    """A traceback with --debug shows lines of code, and never what they worked on."""
    bad, home = tmp_path / "bad", tmp_path / "home"
    for folder in (bad, home):
        folder.mkdir()
    (bad / "complexes.csv").write_text("complex_id,name,area_team,homes\nC1,Linde,Noord,40\n", encoding="utf-8")
    row = f"M1,C1,{IN_ROWS['word']},{IN_ROWS['name']},{IN_ROWS['reporter']}"
    header = "complaint_id,complex_id,reported_at,category,reporter_key"
    (bad / "complaints.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    found = luisterpost(Planted(bad, home, tmp_path), "check", "--sources", str(bad), has_home=False)
    assert found.returncode != 0
    assert [word for word in (*SECRET_WORDS, *MARKS) if word in found.stdout + found.stderr] == []
    # Somebody put an address with a password in it where the name of a variable should be.
    for written in (
        f'[teams.Noord]\nsend_to = ["https://example.nl/{SECRET_WORDS[2]}"]\n',
        f"[delivery\n{SECRET_WORDS[2]} = 1",
    ):
        (home / "luisterpost.toml").write_text(written, encoding="utf-8")
        with pytest.raises(Problem) as told:
            read_settings(home / "luisterpost.toml")
        said = "".join(traceback.format_exception(told.value)) + Language("nl").tell(told.value)
        assert "Traceback" in said
        assert SECRET_WORDS[2] not in said


def test_explain_and_status_tell_no_secret_and_no_person(done: Done) -> None:
    flags = pl.read_parquet(done.home.latest / "flags.parquet")
    said = ""
    for arguments in (("explain", str(flags["complex_id"][0])), ("status",), ("send",)):
        found = luisterpost(done.planted, *arguments)
        said += found.stdout + found.stderr
    assert str(flags["complex_id"][0]) in said
    assert spoken(said, done) == []
    assert not [word for word in SECRET_WORDS if word in said]
