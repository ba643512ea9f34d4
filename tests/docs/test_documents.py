"""What the documents tell a reader to type, to open or to write down is there and works."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import click
import duckdb
import pytest
import yaml
from documents import DOCUMENTS, GENERATED, ROOT, Block, anchors, blocks, links, name, named_commands, typed_lines

from data_contracts.contract import contract, contracts
from data_contracts.problem import Problem
from data_contracts.tables import create_table
from flows import cli
from flows.commands.group import commands
from flows.exploring.connect_your_data.mapping_trial import known_complexes, try_select
from flows.exploring.connect_your_data.workbench import workbench
from flows.home import Home
from flows.language import Language
from flows.mappings import find_mapping
from flows.settings import read_settings
from models import streams

TUTORIAL = ROOT / "docs" / "tutorial.md"
# Two rows as the made-up corporation delivers them; only the columns that the tutorial reads.
EXPORTS = {
    "complexen.csv": """\
Complexnr;Complexnaam;Gebiedsteam;Aantal VHE;Woningtype;Bouwjaar
C0001;Carré;Havenrand;41;TUS;2014
""",
    "meldingen.csv": """\
Zaaknr;Complexnr;Ontvangen op;Zaaksoort;Detailsoort;Relatienr
M1;C0001;27-11-2023 9:14;SOC;AGR;p4
""",
}


def blocks_of(language: str) -> list[Block]:
    return [block for document in DOCUMENTS for block in blocks(document, language)]


def commands_in_english() -> click.Group:
    return commands(Language("en"), lambda: datetime(2026, 1, 5, tzinfo=UTC))


@pytest.mark.parametrize("document", [each for each in DOCUMENTS if each.name not in GENERATED], ids=name)
def test_every_command_that_is_typed_can_be_typed(document: Path) -> None:
    group = commands_in_english()
    for words in typed_lines(document, "luisterpost"):
        if words[1].startswith("-"):
            continue
        assert words[1] in group.commands, words
        group.commands[words[1]].make_context(words[1], words[2:])


@pytest.mark.parametrize("document", [each for each in DOCUMENTS if each.name not in GENERATED], ids=name)
def test_every_command_in_a_sentence_exists_with_its_options(document: Path) -> None:
    group = commands_in_english()
    for words in named_commands(document):
        assert words[1] in group.commands or words[1] == "COMMAND", words
        for option in (each.partition("=")[0] for each in words[2:] if each.startswith("--")):
            assert option in [name for each in group.commands[words[1]].params for name in each.opts], words


def test_the_documents_are_read_at_all() -> None:
    typed = {words[1] for document in DOCUMENTS for words in typed_lines(document, "luisterpost")}
    assert {"init", "check", "weekly", "explain", "send", "replay", "status", "explore"} <= typed
    assert len(typed_lines(TUTORIAL, "luisterpost")) >= 8


def test_every_room_of_tests_is_run() -> None:
    """They are listed, so that the slow ones go first; one that is left out would pass for ever."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    rooms = {file.relative_to(ROOT).parts[:2] for file in (ROOT / "tests").rglob("test_*.py")}
    assert {tuple(each.split("/")) for each in listed["testpaths"]} == rooms


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for document in DOCUMENTS:
        named = {words[1] for words in typed_lines(document, "make")}
        named |= set(re.findall(r"`make ([a-z-]+)`", document.read_text(encoding="utf-8")))
        assert named <= targets, name(document)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in links(document):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_page_stands_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    named = {(index.parent / link.partition("#")[0]).resolve() for link in links(index)}
    assert {page.resolve() for page in ROOT.glob("docs/**/*.md")} - {index.resolve()} <= named


@pytest.mark.parametrize("block", blocks_of("toml"), ids=lambda block: name(block.document))
def test_every_setting_that_is_shown_is_a_setting(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "luisterpost.toml"
    file.write_text(block.text, encoding="utf-8")
    assert tomllib.loads(block.text)
    read_settings(file)


@pytest.mark.parametrize("block", blocks_of("yaml"), ids=lambda block: name(block.document))
def test_every_mapping_that_is_shown_is_a_mapping(block: Block, tmp_path: Path) -> None:
    assert yaml.safe_load(block.text)["contracts"]
    (tmp_path / "mapping.yaml").write_text(block.text, encoding="utf-8")
    for required in ("complexes", "complaints"):
        (tmp_path / f"{required}.sql").write_text("select 1 as one", encoding="utf-8")
    assert find_mapping(str(tmp_path), None).folder == tmp_path.resolve()


def test_the_selects_of_the_tutorial_are_content(tmp_path: Path) -> None:
    sources = tmp_path / "our-sources"
    assert cli.run(["init", str(sources)]) == cli.DONE
    for file, text in EXPORTS.items():
        (sources / file).write_text(text, encoding="cp1252" if file == "complexen.csv" else "utf-8")
    selects = {}
    for block in blocks(TUTORIAL, "sql"):
        first, _, select = block.text.partition("\n")
        file = sources / Path(first.removeprefix("-- ")).name
        file.write_text(select, encoding="utf-8")
        selects[file.stem] = select
    assert set(selects) == {"complexes", "complaints"}
    bench = workbench(str(sources), str(sources), datetime(2026, 1, 5, tzinfo=UTC))
    assert not isinstance(bench, Problem)
    known = known_complexes(contract("inputs", "complexes"), bench)
    for name_, select in selects.items():
        trial = try_select(contract("inputs", name_), select, known)
        assert (trial.trouble, trial.rows_read, trial.rows_kept) == (None, 1, 1)
        assert trial.ignored == ()
    # And with the mistake that the tutorial shows.
    wrong = selects["complexes"].replace('"Aantal VHE"', '"Aantal woningen"')
    trouble = try_select(contract("inputs", "complexes"), wrong, known).trouble
    assert trouble is not None
    assert trouble.figures["nearest"] == "Aantal VHE"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a published week in which nothing is published: every table as its contract says, without rows."""
    place = tmp_path_factory.mktemp("empty") / "luisterpost-home"
    week = Home(place).latest
    week.mkdir(parents=True)
    with duckdb.connect(":memory:") as con:
        for table, promised in contracts("published").items():
            con.execute(create_table(promised, table))
            con.execute(f"alter table {table} add column if not exists _none integer")
            columns = ", ".join(f'"{each.name}"' for each in promised.columns)
            con.execute(f"copy (select {columns} from {table}) to '{week / table}.parquet'")
    versions = {table: promised.version for table, promised in contracts("published").items()}
    manifest = {"week": "2026-W46", "contracts": versions, "policy": {}, "attribution": None}
    (week / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    return place


@pytest.mark.parametrize("block", blocks_of("python"), ids=lambda block: name(block.document))
def test_every_program_that_is_shown_runs(
    block: Block, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / home.name).symlink_to(home)
    monkeypatch.chdir(tmp_path)
    if "import marimo\n" in block.text:
        file = tmp_path / "our_question.py"
        file.write_text(block.text, encoding="utf-8")
        spec = spec_from_file_location("our_question", file)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        _, defined = module.app.run(defs={"arguments": {"home": str(home)}})
        assert defined["week"] is not None
    elif block.text.startswith("Stream("):
        # One line of a tuple that stands in the model.
        exec(block.text, vars(streams).copy())
    else:
        exec(compile(block.text, name(block.document), "exec"), {})
