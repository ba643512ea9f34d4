"""What each DuckDB may reach: the sandbox its inbox, the warehouse its home, and nobody the network."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from small_town import COMPLEXES, HEADER, SmallTown, complaints

from data_contracts.problem import Problem
from flows.home import Home
from flows.keeping.compacting import copy_into
from flows.language import LANGUAGES, Language
from flows.sandbox import lock
from flows.warehouse import SPILL, connect_warehouse, open_warehouse

ROOM = Path(__file__).parents[2]
CANARY = "kanarie-81723"
SELECT = "select 'M1' as complaint_id, 'C1' as complex_id, 'SOC.GEL' as category, {} as reporter_key"
# Two files of our own making, and arrays that never leave memory: nothing that anybody delivers reaches these.
UNLOCKED = {
    "flows/demo.py": "writes a workbook of made-up rows to where the user asked for it",
    "flows/benchmark/town_panel.py": "counts a simulated town in memory; no text of anybody is in it",
}


@pytest.fixture
def town(tmp_path: Path) -> SmallTown:
    made = SmallTown(tmp_path / "sources", tmp_path / "home")
    made.sources.mkdir()
    made.write("complexes.csv", COMPLEXES)
    made.write("complaints.csv", HEADER + complaints(3))
    (tmp_path / "outside.txt").write_text(CANARY)
    (tmp_path / "outside.csv").write_text(f"a,b\n{CANARY},2\n")
    (tmp_path / "outside.json").write_text(f'{{"a": "{CANARY}"}}')
    return made


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and what it was asked for."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"a,b\n{CANARY},2\n".encode())

        do_HEAD = do_GET  # noqa: N815 - so http.server asks for it

        def log_message(self, *_: object) -> None:
            """Nothing: it would go to the screen."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def refused(town: SmallTown, reporter: str, rest: str = "") -> Problem:
    town.write("complaints.sql", f"{SELECT.format(reporter)} {rest}")
    with pytest.raises(Problem) as told:
        town.read()
    for code in LANGUAGES:
        assert CANARY not in Language(code).tell(told.value)
    return told.value


WAYS_OUT = [
    ("content", "from read_text(getvariable('inbox') || '/../outside.txt')"),
    ("a", "from read_csv(getvariable('inbox') || '/../outside.csv')"),
    ("content::varchar", "from read_blob('{outside}/outside.txt')"),
    ("file", "from glob('{outside}/*')"),
    ("a", "from '{outside}/outside.csv'"),
    ("columns::varchar", "from sniff_csv('{outside}/outside.csv')"),
    ("json::varchar", "from read_json_objects('{outside}/outside.json')"),
    ("content", "from read_text('/proc/self/environ')"),
    ("content", "from read_text('/proc/self/cwd/outside.txt')"),
    ("a", "from query('select a from ''{outside}/outside.csv''')"),
]


@pytest.mark.parametrize(("reporter", "rest"), WAYS_OUT)
def test_a_mapping_finds_no_way_out_of_its_inbox(
    town: SmallTown, reporter: str, rest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(town.sources.parent)
    rest = rest.replace("{outside}", str(town.sources.parent))
    with duckdb.connect(":memory:") as con:
        con.execute("set variable inbox = $inbox", {"inbox": str(town.sources)})
        assert con.execute(f"select {reporter} {rest}").fetchall(), "without the sandbox it is one"
    assert refused(town, reporter, rest).message == "reading.mapping_failed"


def test_a_link_in_the_inbox_that_leads_out_is_not_followed_by_a_mapping(town: SmallTown) -> None:
    """The mapping may be somebody else's than who put the link there."""
    (town.sources / "beside.csv").symlink_to(town.sources.parent / "outside.csv")
    (town.sources / "above").symlink_to(town.sources.parent)
    for name in ("beside.csv", "above/outside.csv", "above/home/secret.key"):
        refused(town, "a", f"from read_csv(getvariable('inbox') || '/{name}')")


def test_a_source_may_itself_be_a_link_and_nothing_beside_it_is_read(town: SmallTown) -> None:
    """A network drive is often linked in; whoever puts the link there chose that one file."""
    elsewhere = town.sources.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "complaints.csv").write_text(HEADER + complaints(2))
    (town.sources / "complaints.csv").unlink()
    (town.sources / "complaints.csv").symlink_to(elsewhere / "complaints.csv")
    assert town.values("complaint_id") == ["M0", "M1"]
    refused(town, "content", f"from read_text('{elsewhere}/complaints.csv')")


def test_a_mapping_asks_the_network_for_nothing(town: SmallTown, listener: tuple[str, list[str]]) -> None:
    url, asked = listener
    for select in ("read_csv('{}/x.csv')", "read_text('{}/x.txt')", "read_parquet('{}/x.parquet')", "'{}/x.csv'"):
        refused(town, "1", f"from {select.format(url)}")
    assert asked == []


def test_nothing_is_left_beside_the_inbox_whatever_a_mapping_tries(town: SmallTown) -> None:
    before = sorted(town.sources.iterdir())
    for statement in (
        f"copy (select 1) to '{town.sources}/x.csv'",
        f"attach '{town.sources}/x.db'",
        f"export database '{town.sources}/x'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set global allowed_directories = ['/']",
        "reset allowed_directories",
        "set lock_configuration = false",
        "pragma enable_logging",
        "call enable_logging()",
        f"pragma profiling_output = '{town.sources}/x.json'",
        "select * from enable_logging()",
        "import database '/tmp'",
        "create secret s (type http)",
        "checkpoint",
        "vacuum",
    ):
        town.write("complaints.sql", statement)
        with pytest.raises(Problem, match=r"reading\."):
            town.read()
        (town.sources / "complaints.sql").unlink()
    assert sorted(town.sources.iterdir()) == before


# The warehouse itself.


@pytest.fixture
def home(tmp_path: Path) -> Home:
    # What a folder may be called.
    made = Home(tmp_path / """thuis 'n "map" [1] {a,b} 100%;--""")
    made.create()
    return made


def test_the_warehouse_reaches_its_home_and_nothing_else(
    home: Home, tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    (tmp_path / "outside.txt").write_text(CANARY)
    (home.folder.parent / f"{home.folder.name}-too").mkdir()
    (home.folder / "link").symlink_to(tmp_path / "outside.txt")
    quoted = str(home.folder).replace("'", "''")
    with open_warehouse(home) as con:
        con.execute("create schema if not exists x")
        con.execute("create table x.t as select 1 as a")
        for outside in (
            f"from read_text('{tmp_path}/outside.txt')",
            f"from read_text('{quoted}/link')",
            f"from read_text('{quoted}/../outside.txt')",
            f"copy x.t to '{tmp_path}/x.parquet'",
            f"copy x.t to '{quoted}-too/x.parquet'",
            f"attach '{tmp_path}/other.db'",
            "from glob('/etc/*')",
            "from read_text('/etc/hostname')",
            f"from read_csv('{listener[0]}/x.csv')",
            "install httpfs",
            "load httpfs",
            "set enable_external_access = true",
            "set temp_directory = '/tmp'",
            "set lock_configuration = false",
        ):
            with pytest.raises(duckdb.Error):
                con.execute(outside)
    assert listener[1] == []
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(
        ["outside.txt", home.folder.name, f"{home.folder.name}-too"]
    )


def test_the_warehouse_does_all_that_a_run_asks_of_it(home: Home) -> None:
    """Arrow in and out, Parquet in the home, a copy of itself, a cursor for Great Expectations, variables."""
    with open_warehouse(home) as con:
        con.register("arriving", pa.table({"a": [1, 2]}))
        con.execute("create table t as from arriving")
        con.unregister("arriving")
        con.execute("set variable week = $week", {"week": 3})
        cursor = con.cursor()
        cursor.execute("use warehouse")
        assert cursor.execute("select count(*), max(getvariable('week')) from t").fetchall() == [(2, None)]
        assert con.execute("from t").pl().height == 2
        quoted = str(home.published).replace("'", "''")
        con.execute(f"copy t to '{quoted}/t.parquet' (format parquet)")
        copy_into(con, home.folder / "copy.duckdb")
    with closing(connect_warehouse(home.folder / "copy.duckdb")) as con:
        assert con.execute("select sum(a) from t").fetchone() == (3,)


def test_what_does_not_fit_into_memory_stays_in_the_home(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else rows about people would lie in whatever folder the command was typed in."""
    monkeypatch.chdir(tmp_path)
    with open_warehouse(home) as con:
        found = con.execute("select current_setting('temp_directory')").fetchone()
    assert found == (str(home.folder / SPILL),)
    assert not (tmp_path / ".tmp").exists()


def test_a_lock_cannot_be_undone() -> None:
    with duckdb.connect(":memory:") as con:
        lock(con)
        for undoing in (
            "set enable_external_access = true",
            "set allowed_directories = ['/']",
            "reset lock_configuration",
        ):
            with pytest.raises(duckdb.Error):
                con.execute(undoing)


def test_every_connection_in_the_code_is_locked_or_says_why_not() -> None:
    opening = {
        file.relative_to(ROOM).as_posix(): file.read_text(encoding="utf-8")
        for room in ("flows", "models", "data_contracts", "notebooks")
        for file in (ROOM / room).rglob("*.py")
        if "duckdb.connect(" in file.read_text(encoding="utf-8")
    }
    assert len(opening) >= 4
    unlocked = set()
    for name, text in opening.items():
        opened, locked = len(re.findall(r"duckdb\.connect\(", text)), len(re.findall(r"^\s+lock\(con", text, re.M))
        if opened > locked:
            unlocked.add(name)
    assert unlocked == set(UNLOCKED)
