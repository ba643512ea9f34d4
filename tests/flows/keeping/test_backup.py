"""What a backup holds comes back to the byte; nothing is overwritten, lost or written where it should not be."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from data_contracts.problem import Problem
from flows.home import SECRET_VARIABLE, Home
from flows.keeping.backup import backup
from flows.keeping.bundle import LOGBOOK, MANIFEST
from flows.keeping.compacting import rows_by_table
from flows.keeping.keeping_terminal import show_backup, show_restored
from flows.keeping.restore import restore
from flows.keeping.secret import renew_secret
from flows.keeping.swapping import READY
from flows.language import Language
from flows.warehouse import check_secret, open_warehouse, prepare_warehouse

AT = datetime(2026, 11, 16, 5, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 17, 5, 0, tzinfo=UTC)
DUTCH = Language("nl")
SAVED = 1_794_000_000.123456


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    return make_home(tmp_path / "home", "first")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup to be read, and tampered with in copies."""
    folder = tmp_path_factory.mktemp("bundle")
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv(SECRET_VARIABLE, raising=False)
        return backup(make_home(folder / "home", "first"), None, AT, DUTCH).file


def make_home(folder: Path, run_id: str) -> Home:
    """A home with a little of everything."""
    home = Home(folder)
    home.create()
    with open_warehouse(home) as con:
        prepare_warehouse(con, run_id, AT)
        check_secret(con, home)
    week = home.published / "weeks" / f"2026-W46.{run_id}"
    week.mkdir()
    (week / "run.json").write_text(f'{{"run_id": "{run_id}"}}')
    home.latest.symlink_to(Path("weeks") / week.name)
    (home.shared / "2026-W46" / "Noord é").mkdir(parents=True)
    (home.shared / "2026-W46" / "Noord é" / "page.html").write_text(f"<p>{run_id}")
    home.sent.mkdir()
    (home.sent / "2026-W46.jsonl").write_text(f'{{"run": "{run_id}"}}\n')
    answer = home.answers / "antwoord.eml"
    answer.write_bytes(b"Subject: fine\n\n" + run_id.encode())
    os.utime(answer, (SAVED, SAVED))
    home.logbook.write_text("begun\n")
    home.settings.write_text("[policy]\nbackfill_weeks = 4\n")
    return home


def kept(home: Home) -> dict[str, object]:
    """All that a backup should bring back, by name; of the warehouse its rows."""
    found: dict[str, object] = {"latest": str(home.latest.readlink()) if home.latest.is_symlink() else None}
    for path in sorted(home.folder.rglob("*")):
        name = path.relative_to(home.folder).as_posix()
        if path.is_file() and name.split("/")[0] in (
            "published",
            "shared",
            "sent",
            "answers",
            "luisterpost.toml",
            "logbook.txt",
        ):
            found[name] = path.read_bytes()
    if home.warehouse.exists():
        with open_warehouse(home) as con:
            found["rows"] = rows_by_table(con)
            found["runs"] = con.execute("from checks.runs order by all").fetchall()
    return found


def test_what_is_kept_comes_back_in_a_new_home(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = backup(home, None, AT, DUTCH)
    assert made.file == tmp_path / "luisterpost-2026-W46.20261116T050000Z.tar"
    assert made.file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob(".*")) == []
    secret = home.secret_file.read_text().strip()
    assert secret.encode() not in made.file.read_bytes()
    show_backup(made, home, DUTCH)
    assert str(home.secret_file) in capsys.readouterr().out

    other = Home(tmp_path / "other")
    restored = restore(other, made.file, LATER, DUTCH, sets_aside=False)
    assert kept(other) == kept(home)
    assert {path.stat().st_mode & 0o077 for path in other.folder.rglob("*") if not path.is_symlink()} == {0}
    assert other.latest.resolve().parent == other.published / "weeks"
    assert (other.answers / "antwoord.eml").stat().st_mtime == pytest.approx(SAVED, abs=1e-6)
    assert (restored.aside, restored.secret) == (None, "missing")
    show_restored(restored, other, DUTCH)
    assert "sleutel" in capsys.readouterr().out
    assert not other.secret_file.exists(), "a new secret would only be in the way of the old one"


@pytest.mark.parametrize(("secret", "state"), [("same", "same"), ("another", "other")])
def test_the_secret_is_held_against_the_warehouse(home: Home, tmp_path: Path, secret: str, state: str) -> None:
    made = backup(home, None, AT, DUTCH)
    other = Home(tmp_path / "other")
    other.create()
    shutil.copy(home.secret_file, other.secret_file)
    if secret == "another":
        other.secret_file.write_text("another, made elsewhere")
    before = other.secret_file.read_bytes()
    assert restore(other, made.file, LATER, DUTCH, sets_aside=False).secret == state
    assert other.secret_file.read_bytes() == before


def test_a_full_home_is_set_aside_only_when_asked(home: Home, tmp_path: Path) -> None:
    made = backup(home, None, AT, DUTCH)
    full = make_home(tmp_path / "full", "second")
    (full.sent / "2026-W40.jsonl").write_text("{}\n")
    before = kept(full)
    with pytest.raises(Problem, match=r"restore\.not_empty"):
        restore(full, made.file, LATER, DUTCH, sets_aside=False)
    assert kept(full) == before
    restored = restore(full, made.file, LATER, DUTCH, sets_aside=True)
    assert kept(full) == kept(home)
    assert full.logbook.read_text() == "begun\n"
    assert restored.aside == full.folder / "set-aside.20261117T050000Z"
    assert kept(Home(restored.aside)) == {name: each for name, each in before.items() if name != LOGBOOK}
    assert restore(full, made.file, LATER, DUTCH, sets_aside=True).aside == full.folder / "set-aside.20261117T050000Z.2"


def test_who_was_forgotten_since_stays_forgotten(home: Home) -> None:
    made = backup(home, None, AT, DUTCH)
    with open_warehouse(home) as con:
        con.execute("insert into checks.forgotten_reporters values ('mark')")
        con.execute("insert into checks.forgotten_weeks values (date '2026-01-05')")
    assert restore(home, made.file, LATER, DUTCH, sets_aside=True).n_forgotten == 1
    with open_warehouse(home) as con:
        assert con.execute("from checks.forgotten_reporters").fetchall() == [("mark",)]
        assert con.execute("select before::varchar from checks.forgotten_weeks").fetchall() == [("2026-01-05",)]
    assert restore(home, made.file, LATER, DUTCH, sets_aside=True).n_forgotten == 1, "the backup still knows of nobody"
    home.warehouse.write_bytes(b"no warehouse any more" * 1000)
    assert not restore(home, made.file, LATER, DUTCH, sets_aside=True).is_forgotten_known


@pytest.mark.parametrize("place", ["published/b.tar", "shared/b.tar", "sent/b.tar", "answers/b.tar", "answers"])
def test_a_backup_never_goes_into_what_it_keeps(home: Home, place: str) -> None:
    with pytest.raises(Problem, match=r"backup\.inside"):
        backup(home, home.folder / place, AT, DUTCH)


def test_a_backup_goes_where_it_is_told_and_overwrites_nothing(home: Home, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    assert backup(home, tmp_path / "disk", AT, DUTCH).file.parent == tmp_path / "disk"
    file = tmp_path / "mine"
    file.write_text("mine")
    with pytest.raises(Problem, match=r"backup\.no_folder"):
        backup(home, tmp_path / "not-mounted", AT, DUTCH)
    with pytest.raises(Problem, match=r"backup\.exists"):
        backup(home, file, AT, DUTCH)
    assert file.read_text() == "mine"
    with pytest.raises(Problem, match=r"backup\.cannot_write"):
        backup(home, tmp_path / "no" / "such" / "folder.tar", AT, DUTCH)
    with pytest.raises(Problem, match=r"backup\.nothing"):
        backup(Home(tmp_path / "nowhere"), None, AT, DUTCH)
    home.warehouse.write_bytes(b"no warehouse any more" * 1000)
    with pytest.raises(Problem, match=r"warehouse\.unreadable"):
        backup(home, tmp_path / "new.tar", AT, DUTCH)
    assert list(tmp_path.glob(".*")) == []


def test_neither_a_run_nor_a_sending_goes_on_meanwhile(home: Home) -> None:
    with Home(home.folder).alone(), pytest.raises(Problem, match=r"home\.busy"):
        backup(home, None, AT, DUTCH)
    with Home(home.folder).alone_sending(), pytest.raises(Problem, match=r"send\.busy"):
        backup(home, None, AT, DUTCH)


def test_links_are_left_out_and_named(home: Home, tmp_path: Path) -> None:
    (home.shared / "elsewhere").symlink_to("/etc")
    os.mkfifo(home.answers / "pipe")
    made = backup(home, None, AT, DUTCH)
    assert made.left_out == ("shared/elsewhere", "answers/pipe")
    restore(Home(tmp_path / "other"), made.file, LATER, DUTCH, sets_aside=False)
    assert not (tmp_path / "other" / "shared" / "elsewhere").is_symlink()


# One byte at each of many places, and a cut at each: what is said is a sentence, and nothing is put back.
@pytest.mark.parametrize("is_cut", [True, False])
def test_a_damaged_backup_changes_nothing(bundle: Path, tmp_path: Path, is_cut: bool) -> None:
    made = bundle.read_bytes()
    manifest_at = made.rindex(b'"format"')
    places = [0, 100, 156, 257, len(made) // 2, manifest_at - 300, manifest_at + 20, manifest_at + 200]
    full = make_home(tmp_path / "full", "second")
    before = kept(full)
    file = tmp_path / "damaged.tar"
    for place in places:
        file.write_bytes(made[:place] if is_cut else made[:place] + bytes([made[place] ^ 0x15]) + made[place + 1 :])
        with pytest.raises(Problem, match=r"restore\.(no_backup|damaged|unsafe|later_format)"):
            restore(full, file, LATER, DUTCH, sets_aside=True)
    assert kept(full) == before
    assert [each.name for each in full.folder.glob("*aside*")] == []


def written_by(tamper: Callable[[tarfile.TarInfo, dict[str, bytes]], None], made: Path, file: Path) -> None:
    """A bundle written by somebody who wants something: each member is theirs to change, and the manifest agrees."""
    with tarfile.open(made) as tar:
        members = {each.name: (tar.extractfile(each) or io.BytesIO()).read() for each in tar.getmembers()}
    said = json.loads(members.pop(MANIFEST).rpartition(b"\n")[0])
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in members.items():
            entry, more = tarfile.TarInfo(name), {"content": content}
            tamper(entry, more)
            entry.size = len(more["content"]) if entry.isreg() else 0
            said["members"].pop(name)
            said["members"][entry.name] = {
                "size": len(more["content"]),
                "sha256": sha256(more["content"]).hexdigest(),
                "written_at": 0.0,
            }
            tar.addfile(entry, io.BytesIO(more["content"]))
        content = json.dumps(said).encode()
        content += b"\n" + sha256(content).hexdigest().encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/tmp/outside",
        "answers/../../outside",
        "answers//outside",
        "answers/./outside",
        "answers\\..\\outside",
        "secret.key",
        ".run.lock",
        "answers",
        "published/latest",
        "other/file",
        "",
    ],
)
def test_a_member_that_is_no_place_of_a_home_is_refused(bundle: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / "made-up.tar"

    def rename(entry: tarfile.TarInfo, _more: dict[str, bytes]) -> None:
        if entry.name == "answers/antwoord.eml":
            entry.name = name

    written_by(rename, bundle, file)
    other = Home(tmp_path / "deep" / "other")
    with pytest.raises(Problem, match=r"restore\.unsafe"):
        restore(other, file, LATER, DUTCH, sets_aside=False)
    assert not any(path.name.startswith("outside") for path in tmp_path.rglob("*"))
    assert not other.warehouse.exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_a_member_that_is_no_plain_file_is_refused(bundle: Path, tmp_path: Path, kind: bytes) -> None:
    file = tmp_path / "made-up.tar"

    def link(entry: tarfile.TarInfo, _more: dict[str, bytes]) -> None:
        if entry.name == "answers/antwoord.eml":
            entry.type, entry.linkname = kind, "/etc/passwd"

    written_by(link, bundle, file)
    with pytest.raises(Problem, match=r"restore\.unsafe"):
        restore(Home(tmp_path / "other"), file, LATER, DUTCH, sets_aside=False)


@pytest.mark.parametrize("content", [b"", b"text", b"\x1f\x8b\x08gz", b"\0" * 10_240])
def test_what_is_no_backup_is_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    for given, problem in ((file, "no_backup"), (tmp_path, "no_backup"), (tmp_path / "none", "no_such_file")):
        with pytest.raises(Problem, match=rf"restore\.{problem}"):
            restore(Home(tmp_path / "home"), given, LATER, DUTCH, sets_aside=False)
    assert not (tmp_path / "home").exists()


def test_a_backup_of_a_later_version_is_refused(home: Home, tmp_path: Path) -> None:
    with open_warehouse(home) as con:
        con.execute("update checks.version set version = 99")
    made = backup(home, None, AT, DUTCH)
    with pytest.raises(Problem, match=r"warehouse\.later_version"):
        restore(Home(tmp_path / "other"), made.file, LATER, DUTCH, sets_aside=False)


KILLED = """
import os, sys
from datetime import datetime
from pathlib import Path
from flows.home import Home
from flows.keeping.restore import restore
from flows.language import Language
count, real = 0, os.rename
def rename(*arguments, **named):
    global count
    count += 1
    if count > 4:
        os.kill(os.getpid(), 9)
    real(*arguments, **named)
os.rename = rename
moment = datetime.fromisoformat("2026-11-17T05:00:00+00:00")
restore(Home(Path(sys.argv[1])), Path(sys.argv[2]), moment, Language("nl"), sets_aside=True)
"""


def stopped_at(nth: int, patched: pytest.MonkeyPatch) -> None:
    """Ends a restore at its nth rename, and does none of them."""
    real, count = Path.rename, 0

    def rename(path: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count > nth:
            raise KeyboardInterrupt
        return real(path, target)

    patched.setattr(Path, "rename", rename)


@pytest.mark.parametrize("nth", [0, 1, 2, 6, 7, 8, 11, "killed"])
def test_a_kill_in_the_middle_leaves_the_old_home_or_the_new_one(
    home: Home, bundle: Path, tmp_path: Path, nth: int | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = make_home(tmp_path / "full", "second")
    old, new = kept(full), kept(home)
    if isinstance(nth, int):
        with monkeypatch.context() as patched:
            stopped_at(nth, patched)
            with pytest.raises(KeyboardInterrupt):
                restore(full, bundle, LATER, DUTCH, sets_aside=True)
    else:
        killed = subprocess.run([sys.executable, "-c", KILLED, full.folder, bundle], check=False)
        assert killed.returncode == -signal.SIGKILL
    # A run begins with making folders, and then takes the home.
    full.create()
    with full.alone():
        pass
    assert kept(full) == (old if nth == 0 else new)
    assert not (full.folder / READY).exists()
    asides = list(full.folder.glob("set-aside.*"))
    # The logbook goes on.
    gone = {name: each for name, each in old.items() if name != LOGBOOK}
    assert [kept(Home(each)) for each in asides] == ([] if nth == 0 else [gone])


def test_a_killed_backup_leaves_no_half_file_in_its_place(home: Home, tmp_path: Path) -> None:
    script = f"""
import os
from datetime import datetime
from pathlib import Path
import flows.keeping.backup as room
from flows.home import Home
from flows.language import Language
room.check_bundle = lambda file: os.kill(os.getpid(), {int(signal.SIGKILL)})
room.backup(Home(Path({str(home.folder)!r})), None, datetime.fromisoformat({AT.isoformat()!r}), Language("nl"))
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -signal.SIGKILL
    assert [each.name for each in tmp_path.glob("*.tar")] == []
    assert [each.name for each in tmp_path.glob(".*")] == [".luisterpost-2026-W46.20261116T050000Z.tar.making"]
    backup(home, None, AT, DUTCH)
    assert list(tmp_path.glob(".*")) == []


def test_a_secret_that_was_renewed_since_is_told_so_and_one_half_renewed_is_finished_first(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup(home, None, AT, DUTCH)

    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("flows.keeping.secret.put_in_place", kill)
        with pytest.raises(KeyboardInterrupt):
            renew_secret(home, LATER, is_for_real=True)
    with pytest.raises(Problem, match=r"home\.half_renewed"):
        restore(home, made.file, LATER, DUTCH, sets_aside=True)
    renew_secret(home, LATER, is_for_real=True)
    assert restore(home, made.file, LATER, DUTCH, sets_aside=True).secret == "renewed"
