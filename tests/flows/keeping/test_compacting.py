"""What was deleted is gone from the bytes as well; a kill leaves the old warehouse or the new one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb
import pytest

from data_contracts.problem import Problem
from flows.home import Home
from flows.keeping.compacting import MAKING, compact_warehouse, log_of, rows_by_table
from flows.warehouse import open_warehouse, prepare_warehouse

AT = datetime(2026, 11, 16, 5, 0, tzinfo=UTC)
GONE = "q7Zk-wie-dit-schreef-wil-vergeten-worden-9xV2"
KEPT = "m3Lp-wie-dit-schreef-blijft-bij-ons-staan-5tR8"
WRITER = """
import os, sys
from pathlib import Path
from flows.home import Home
from flows.warehouse import open_warehouse
with open_warehouse(Home(Path(sys.argv[1]))) as con:
    con.execute("insert into checks.runs values (?, null, null, false)", [sys.argv[2]])
    os.kill(os.getpid(), 9)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    # Squeezed together, a text could not be searched for.
    legible = partial(duckdb.connect, config={"force_compression": "uncompressed"})
    monkeypatch.setattr(duckdb, "connect", legible)
    made = Home(tmp_path / "home")
    made.create()
    with open_warehouse(made) as con:
        prepare_warehouse(con, "first", AT)
        con.execute(
            "insert into checks.runs select if(i % 2 = 0, ?, ?) || '-' || i, null, null, false from range(4000) t(i)",
            [KEPT, GONE],
        )
    return made


def bytes_of(home: Home) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(home.folder.rglob("*")) if file.is_file())


def delete_half(home: Home) -> None:
    with open_warehouse(home) as con:
        con.execute("delete from checks.runs where run_id like ?", [f"{GONE}%"])


def test_a_deleted_string_is_nowhere_in_the_home(home: Home) -> None:
    delete_half(home)
    assert GONE.encode() in bytes_of(home), "deleting alone leaves the bytes"
    with open_warehouse(home) as con:
        before = rows_by_table(con)
    compact_warehouse(home)
    left = bytes_of(home)
    assert (GONE.encode() in left, KEPT.encode() in left) == (False, True)
    with open_warehouse(home) as con:
        assert rows_by_table(con) == before
        assert con.execute("select count(*) from checks.runs where run_id like ?", [f"{KEPT}%"]).fetchone() == (2000,)
        prepare_warehouse(con, "second", AT)
    assert home.warehouse.stat().st_mode & 0o777 == 0o600
    assert not (home.folder / MAKING).exists()


def test_what_a_killed_run_left_in_the_log_is_taken_over(home: Home) -> None:
    delete_half(home)
    killed = subprocess.run([sys.executable, "-c", WRITER, home.folder, "in the log"], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert log_of(home.warehouse).exists(), "the killed run left a log"
    compact_warehouse(home)
    assert not log_of(home.warehouse).exists()
    assert GONE.encode() not in bytes_of(home)
    with open_warehouse(home) as con:
        assert con.execute("select count(*) from checks.runs where run_id = 'in the log'").fetchone() == (1,)


def test_what_a_killed_one_left_half_made_is_cleared(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    delete_half(home)
    half = home.folder / MAKING / "warehouse.duckdb"
    half.parent.mkdir()
    half.write_text(GONE)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = home.warehouse.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr("flows.keeping.compacting.put_in_place", stop)
        with pytest.raises(KeyboardInterrupt):
            compact_warehouse(home)
    assert home.warehouse.read_bytes() == before
    compact_warehouse(home)
    assert GONE.encode() not in bytes_of(home)


def test_a_home_without_a_warehouse_stays_without(tmp_path: Path) -> None:
    home = Home(tmp_path)
    compact_warehouse(home)
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - hidden names as well
    home.warehouse.write_bytes(b"this is text, not a database" * 500)
    with pytest.raises(Problem, match=r"warehouse\.unreadable"):
        compact_warehouse(home)
