"""The demo inbox, read back through its mapping: it gives the simulated tables, and nothing is lost on the way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from data_contracts.contract import contracts
from data_contracts.problem import Problem
from flows.demo import FILES, README, simulated_town, write_demo
from flows.demo_exports import BROKEN_ROWS, LEFT_OUT, SPELLED_NAMES
from flows.ingest import Account, take_in
from flows.mappings import SHIPPED, find_mapping
from flows.run import make_run
from flows.warehouse import open_warehouse, prepare_warehouse
from models.simulation import Simulation

LAST_WEEK = date(2026, 11, 9)
SUNDAY = LAST_WEEK + timedelta(days=6)
N_COMPLEXES, SEED = 30, 3
MAPPING = SHIPPED / "demo"
HASHED = ("reporter_key", "home_key")

# What each planted row breaks, in the order of BROKEN_ROWS.
RULES = {
    "complexes": ["homes.range"],
    "complaints": ["complex_id.known", "reported_at.type", "reported_at.past", "row.not_before_reported"],
    "repairs": ["complex_id.known", "urgency.valid_values"],
    "tenancies": ["complex_id.known", "ended_on.type", "found_condition.range"],
    "field_signals": ["complex_id.known", "severity.range", "kind.not_refused"],
    "interventions": ["row.not_before_start"],
}


@dataclass(frozen=True)
class Taken:
    """A demo that was written, read and taken in."""

    inbox: Path
    rows: dict[str, int]
    town: Simulation
    secret: str
    accounts: dict[str, Account]
    con: duckdb.DuckDBPyConnection

    def raw(self, name: str) -> pl.DataFrame:
        columns = ", ".join(contracts("inputs")[name].column_names)
        return self.con.execute(f"select {columns} from raw.{name}").pl()

    def quarantine(self, name: str) -> list[tuple[list[str], dict[str, str]]]:
        found = self.con.execute("select rules, original from checks.quarantine where source = ?", [name]).fetchall()
        return [(rules, json.loads(original)) for rules, original in found]


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    inbox = tmp_path_factory.mktemp("demo") / "inbox"
    rows = write_demo(inbox, LAST_WEEK, N_COMPLEXES, SEED)
    home = tmp_path_factory.mktemp("home")
    run = make_run(home, "demo", inbox, None, datetime(2026, 11, 16, 5, tzinfo=UTC), "nl")
    with open_warehouse(run.home) as con:
        prepare_warehouse(con, run.run_id, run.read_at)
        accounts = {name: take_in(con, run, name) for name in contracts("inputs")}
        town = simulated_town(LAST_WEEK, N_COMPLEXES, SEED)
        yield Taken(inbox, rows, town, run.home.secret(), accounts, con)


def expected(taken: Taken, name: str) -> pl.DataFrame:
    """The simulated table as the warehouse should hold it."""
    table = taken.town.delivered(SUNDAY)[name]
    if name == "complexes":
        plain = table["name"].to_list()[len(SPELLED_NAMES) :]
        table = table.with_columns(pl.Series("name", [*SPELLED_NAMES, *plain]))
    if name == "complaints":
        # The case system shows no seconds.
        table = table.with_columns(pl.col("reported_at", "resolved_at").dt.truncate("1m"))
    for column in contracts("inputs")[name].columns:
        if column.treatment == "hash":
            table = table.with_columns(
                pl.col(column.name).map_elements(lambda key: hashed(taken.secret, key), return_dtype=pl.String)
            )
        if column.treatment == "withhold":
            table = table.with_columns(pl.lit(None, pl.String).alias(column.name))
    return table


def hashed(secret: str, key: str) -> str:
    return hashlib.sha256(f"{secret}|{key}".encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", FILES)
def test_what_is_read_back_is_what_was_simulated(taken: Taken, name: str) -> None:
    wanted, found = expected(taken, name), taken.raw(name)
    key = list(contracts("inputs")[name].key)
    assert found.columns == wanted.columns
    types = {column: dtype for column, dtype in found.schema.items() if dtype != wanted.schema[column]}
    assert all(dtype.is_integer() for dtype in types.values())
    assert found.sort(key).equals(wanted.cast(types).sort(key))
    assert wanted.height > 0 or name == "outcomes"


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_accounted_for(taken: Taken, name: str) -> None:
    account = taken.accounts[name]
    assert (account.state, account.problem, account.ignored) == ("taken", None, ())
    assert account.rows_read == taken.rows[FILES[name][0]]
    told = account.rows_kept + account.rows_quarantined + account.rows_already_known + account.rows_forgotten
    assert account.rows_read == told
    once, twice = (taken.town.delivered(SUNDAY, with_duplicates=each)[name].height for each in (False, True))
    assert account.rows_kept == once
    assert account.rows_already_known == (1 if name == "complexes" else twice - once)


@pytest.mark.parametrize("name", FILES)
def test_broken_rows_are_set_aside_with_their_rule(taken: Taken, name: str) -> None:
    key = contracts("inputs")[name].key[0]
    broken = {row[key]: rules for rules, row in taken.quarantine(name) if "category.in_scope" not in rules}
    planted = {
        BROKEN_ROWS[name][number].get("Complexnr", "") if name == "complexes" else f"X{number + 1:04}": [rule]
        for number, rule in enumerate(RULES.get(name, []))
    }
    assert broken == planted
    assert len(planted) == len(BROKEN_ROWS.get(name, ()))


def test_cases_about_money_and_about_us_are_left_out_and_counted(taken: Taken) -> None:
    others = [row["category"] for rules, row in taken.quarantine("complaints") if rules == ["category.in_scope"]]
    assert set(others) == set(LEFT_OUT)
    assert taken.accounts["complaints"].rules["category.in_scope"] == len(others)


def test_health_codes_are_in_the_file_and_nowhere_after_it(taken: Taken) -> None:
    text = (taken.inbox / "meldingen.csv").read_text(encoding="utf-8-sig")
    assert ";SOC;PSY;" in text
    assert ";SOC;VER;" in text
    kept = [row for _, row in taken.quarantine("complaints")] + taken.raw("complaints").to_dicts()
    assert not {"SOC.PSY", "SOC.VER"} & {row["category"] for row in kept}


def test_letters_of_every_encoding_arrive(taken: Taken) -> None:
    assert (
        "".join(SPELLED_NAMES).count("é") + "".join(SPELLED_NAMES).count("’") + "".join(SPELLED_NAMES).count("€") == 4
    )
    assert set(SPELLED_NAMES) <= set(taken.raw("complexes")["name"])
    assert "’t Carré".encode("cp1252") in (taken.inbox / "complexen.csv").read_bytes()
    for file, encoding in FILES.values():
        starts_with_mark = (taken.inbox / file).read_bytes().startswith(b"\xef\xbb\xbf")
        assert starts_with_mark == (encoding == "utf-8-sig")


def test_local_time_becomes_utc_in_summer_and_winter(taken: Taken) -> None:
    """Held against the cells of the file itself, worked out by hand: one hour off in winter, two in summer."""
    stored = dict(taken.raw("complaints").select("complaint_id", "reported_at").iter_rows())
    offsets = set()
    for line in (taken.inbox / "meldingen.csv").read_text(encoding="utf-8-sig").splitlines()[1:]:
        number, _, written = line.split(";")[:3]
        if number in stored:
            local = datetime.strptime(written, "%d-%m-%Y %H:%M")
            offset = local - stored[number]
            assert offset == timedelta(hours=2 if 4 <= local.month <= 9 else 1) or local.month in (3, 10)
            offsets.add(offset)
    assert offsets == {timedelta(hours=1), timedelta(hours=2)}


def test_nothing_planted_is_in_the_inbox(taken: Taken) -> None:
    assert {file.name for file in taken.inbox.iterdir()} == {README, *(file for file, _ in FILES.values())}
    assert "verzonnen" in (taken.inbox / README).read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------------------ the mapping


@pytest.mark.parametrize("name", contracts("inputs"))
def test_each_mapping_is_one_select_of_every_column(name: str) -> None:
    sql = (MAPPING / f"{name}.sql").read_text(encoding="utf-8")
    (parsed,) = duckdb.execute("select json_serialize_sql($1)", [sql]).fetchone() or ("",)
    tree = json.loads(parsed)
    assert not tree["error"]
    assert len(tree["statements"]) == 1
    selected = [each["alias"] for each in tree["statements"][0]["node"]["select_list"]]
    assert selected == list(contracts("inputs")[name].column_names)
    assert "where" not in sql.lower().split("from read_")[1]


def test_the_mapping_says_how_each_source_is_delivered(tmp_path: Path) -> None:
    mapping = find_mapping("demo", tmp_path)
    assert mapping.attribution is None
    assert {name for name in mapping.terms if mapping.terms_of(name).delivery == "full"} == {"complexes"}
    assert set(mapping.terms) == set(contracts("inputs"))


# ----------------------------------------------------------------------------------------------- the writing


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_same_week_and_seed_same_files_and_an_earlier_demo_is_replaced(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    write_demo(inbox, LAST_WEEK, 3, 1)
    first = contents(inbox)
    write_demo(inbox, LAST_WEEK, 3, 2)
    assert contents(inbox) != first
    write_demo(inbox, LAST_WEEK, 3, 1)
    assert contents(inbox) == first
    assert list(tmp_path.iterdir()) == [inbox]


def test_a_killed_demo_leaves_no_half_inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = tmp_path / "inbox"
    with monkeypatch.context() as patched:
        patched.setattr("flows.demo._readme", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            write_demo(inbox, LAST_WEEK, 3, 1)
    assert not inbox.exists()
    write_demo(inbox, LAST_WEEK, 3, 1)
    assert list(tmp_path.iterdir()) == [inbox]


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "werk.csv").write_text("a;b", encoding="utf-8")
    for place in (tmp_path, tmp_path / "werk.csv"):
        with pytest.raises(Problem) as caught:
            write_demo(place, LAST_WEEK, 3, 1)
        assert caught.value.message == "demo.folder_not_empty"
    with pytest.raises(Problem) as caught:
        write_demo(tmp_path / "werk.csv" / "inbox", LAST_WEEK, 3, 1)
    assert caught.value.message == "demo.cannot_write"
    assert contents(tmp_path) == {"werk.csv": b"a;b"}
