"""What `luisterpost init` writes: it runs as it stands, names every column, and overwrites nothing."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
import yaml

from data_contracts.contract import contracts
from data_contracts.problem import Problem
from flows.extensions import load_extension
from flows.ingest import take_in
from flows.language import Language
from flows.mappings import find_mapping
from flows.reading import read_delivery
from flows.run import make_run
from flows.starter import INACTIVE, README, next_commands, write_starter
from flows.warehouse import open_warehouse, prepare_warehouse

# Early on any clock that runs this: the example rows must lie before it.
READ_AT = datetime(2025, 1, 6, 5, tzinfo=UTC)
OPTIONAL = [name for name, contract in contracts("inputs").items() if not contract.is_required]


@dataclass(frozen=True)
class Echo(Language):
    """A language that says the name of each message and its figures, so that no catalogue is needed."""

    def say(self, message: str, **figures: object) -> str:
        return " ".join([message, *(f"{name}={value}" for name, value in figures.items())])


@pytest.fixture(params=["nl", "en"])
def language(request: pytest.FixtureRequest) -> Language:
    return Echo(request.param)


@pytest.fixture
def folder(tmp_path: Path, language: Language) -> Path:
    write_starter(tmp_path / "bronnen", language)
    return tmp_path / "bronnen"


def activate(folder: Path, language: Language) -> None:
    for file in folder.glob(f"*{INACTIVE[language.code]}"):
        file.rename(file.with_suffix(""))


def test_required_tables_are_active_and_the_others_wait(folder: Path, language: Language) -> None:
    mapping = find_mapping(str(folder), None)
    present = [name for name in contracts("inputs") if mapping.source_file(name)]
    assert present == ["complexes", "complaints"]
    waiting = sorted(file.name for file in folder.glob(f"*{INACTIVE[language.code]}"))
    assert waiting == sorted(f"{name}.sql{INACTIVE[language.code]}" for name in OPTIONAL)


def test_the_file_to_read_first_is_given_first_and_names_three_commands(tmp_path: Path, language: Language) -> None:
    folder = tmp_path / "onze bronnen"
    files = write_starter(folder, language)
    assert files[0] == folder / README[language.code]
    assert sorted(files) == sorted(folder.iterdir())
    commands = re.findall(r"^    (luisterpost .*)$", files[0].read_text(encoding="utf-8"), re.MULTILINE)
    assert commands == [
        f"luisterpost check --sources '{folder}'",
        f"luisterpost weekly --sources '{folder}' --home '{folder}-home'",
        f"luisterpost status --home '{folder}-home'",
    ]


@pytest.mark.parametrize(
    ("typed", "home"), [("../our-sources", "../our-home"), ("/data/bron", "/data/bron-home"), (".", None)]
)
def test_results_go_beside_the_sources_and_not_among_those_of_the_demo(typed: str, home: str | None) -> None:
    expected = home or f"{Path.cwd()}-home"
    assert next_commands(Path(typed))[2] == f"luisterpost status --home {shlex.quote(expected)}"


def test_every_table_takes_its_example_row_in(tmp_path: Path) -> None:
    folder, language = tmp_path / "bronnen", Echo("nl")
    write_starter(folder, language)
    activate(folder, language)
    run = make_run(tmp_path / "home", str(folder), None, None, READ_AT, language.code)
    with open_warehouse(run.home) as con:
        prepare_warehouse(con, run.run_id, run.read_at)
        for name, contract in contracts("inputs").items():
            account = take_in(con, run, name)
            told = (account.state, account.problem, account.rules, account.ignored)
            assert told == ("taken", None, {}, ()), name
            assert (account.rows_read, account.rows_kept) == (1, 1)
            if "complex_id" in contract.column_names:
                assert con.execute(f"select complex_id from raw.{name}").fetchall() == [("C0042",)]
        assert con.execute("select in_use_until from raw.complexes").fetchall() == [(None,)]


def test_each_file_tells_every_column(folder: Path, language: Language) -> None:
    activate(folder, language)
    for name, contract in contracts("inputs").items():
        text = (folder / f"{name}.sql").read_text(encoding="utf-8")
        assert tuple(column[0] for column in duckdb.execute(text).description) == contract.column_names
        told = " ".join(text.replace("--", " ").split())
        for column in contract.columns:
            assert f"term={column.business_name}" in told
            assert f"description={column.description}" in told
        assert max(map(len, text.splitlines())) < 180


def test_allowed_values_and_limits_come_from_the_contract(folder: Path) -> None:
    complexes = (folder / "complexes.sql").read_text(encoding="utf-8")
    assert "init.allowed limits=single_family, porch, gallery, lift_flat, other" in complexes
    assert "init.limits limits=homes >= 1 and homes <= 20000" in complexes
    assert "init.pattern limits=BU[0-9]{8}|WK[0-9]{6}" in complexes
    assert "init.example example=2027-06-30" in complexes


def as_csv(file: Path) -> None:
    file.with_suffix(".csv").write_bytes("Nummer;Naam\r\n7;’t Café\r\n8;Molen\r\n".encode("cp1252"))


def as_parquet(file: Path) -> None:
    copy = f"copy (select 7 as Nummer union all select 8) to '{file.with_suffix('.parquet')}' (format parquet)"
    duckdb.execute(copy)


def as_xlsx(file: Path) -> None:
    with duckdb.connect() as con:
        load_extension(con, "excel")
        copy = (
            f"copy (select 7 as Nummer union all select 8) to '{file.with_suffix('.xlsx')}' (format xlsx, header true)"
        )
        con.execute(copy)


@pytest.mark.parametrize(("reader", "write"), [("csv", as_csv), ("parquet", as_parquet), ("xlsx", as_xlsx)])
def test_each_way_to_read_a_file_works_once_uncommented(
    tmp_path: Path, reader: str, write: Callable[[Path], None]
) -> None:
    folder = tmp_path / "bronnen"
    write_starter(folder, Echo("nl"))
    file = folder / "complexes.sql"
    text = file.read_text(encoding="utf-8")
    write(file)
    text = text.replace(f"-- from read_{reader}", f"from read_{reader}").replace("'C0042' as", '"Nummer" as')
    file.write_text(text, encoding="utf-8")
    delivery = read_delivery(contracts("inputs")["complexes"], find_mapping(str(folder), None))
    assert delivery is not None
    assert delivery.rows["complex_id"].to_pylist() == ["7", "8"]


def test_the_settings_say_what_they_say_also_when_all_is_uncommented(folder: Path) -> None:
    file = folder / "mapping.yaml"
    text = file.read_text(encoding="utf-8")
    said = yaml.safe_load(text)
    assert said["contracts"] == {"complexes": {"delivery": "full"}, "complaints": {"delivery": "increment"}}
    file.write_text(re.sub(r"^( *)# ((?!init\.).*)$", r"\1\2", text, flags=re.MULTILINE), encoding="utf-8")
    mapping = find_mapping(str(folder), None)
    assert mapping.timezone == "Europe/Amsterdam"
    terms = mapping.terms_of("complaints")
    assert terms.tolerances == {"complex_id.known": 0.1}
    assert len(terms.gaps) == 2


def test_nothing_is_overwritten(tmp_path: Path, language: Language) -> None:
    write_starter(tmp_path / "nieuw" / "dieper", language)
    (tmp_path / "leeg").mkdir()
    write_starter(tmp_path / "leeg", language)
    (tmp_path / "vol").mkdir()
    (tmp_path / "vol" / "werk.sql").write_text("select 1", encoding="utf-8")
    (tmp_path / "bestand").write_text("", encoding="utf-8")
    for name in ("leeg", "vol", "bestand"):
        with pytest.raises(Problem) as caught:
            write_starter(tmp_path / name, language)
        assert (caught.value.message, caught.value.figures["folder"]) == ("init.folder_not_empty", tmp_path / name)
    assert [file.name for file in (tmp_path / "vol").iterdir()] == ["werk.sql"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, language: Language) -> None:
    (tmp_path / "bestand").write_text("", encoding="utf-8")
    with pytest.raises(Problem) as caught:
        write_starter(tmp_path / "bestand" / "bronnen", language)
    assert caught.value.message == "init.cannot_write"
