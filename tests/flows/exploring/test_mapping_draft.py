"""A draft runs as it stands, guesses what names point at, and leaves null what nothing points at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from connecting_town import COMPLEXES, opened
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.contract import Contract, contract, contracts
from data_contracts.problem import Problem
from flows.demo import FILES, write_demo
from flows.exploring.connect_your_data.column_matching import likeness, matched_columns, nearest_contract, nearest_file
from flows.exploring.connect_your_data.file_look import ColumnLook, FileLook, look_at
from flows.exploring.connect_your_data.mapping_draft import converted, draft_select, unread_words
from flows.exploring.connect_your_data.mapping_trial import try_select
from flows.exploring.connect_your_data.workbench import Workbench
from flows.language import Language
from flows.mappings import SHIPPED
from flows.starter import template

DUTCH = Language("nl")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    inbox = tmp_path_factory.mktemp("demo") / "inbox"
    write_demo(inbox, date(2026, 11, 9), 25)
    bench = opened(inbox)
    yield bench
    bench.sandboxes.close()


@pytest.fixture(scope="module")
def looks(demo: Workbench) -> dict[str, FileLook]:
    return {name: look_at(demo.mapping.inbox / file, demo.sandboxes) for name, (file, _) in FILES.items()}


def one_column(name: str, form: str = "text", **more: object) -> ColumnLook:
    return ColumnLook(name, form, n_distinct=3, **more)  # type: ignore[arg-type]


def test_of_the_demos_files_most_columns_are_guessed_and_none_wrongly(looks: dict[str, FileLook]) -> None:
    guessed = 0
    for name, look in looks.items():
        promised = contract("inputs", name)
        written = (SHIPPED / "demo" / f"{name}.sql").read_text(encoding="utf-8")
        for column, found in matched_columns(promised, look.columns).items():
            # What stands before `as COLUMN` in the mapping that a person wrote.
            before = re.split(rf"\bas {column}\b(?!\()", written)[0].split(",\n")[-1]
            assert found.name in before, (name, column, found.name)
            guessed += 1
    assert guessed >= 60, "of 75 columns"


def test_the_demos_files_are_recognised(looks: dict[str, FileLook]) -> None:
    heads = {name: look.head for name, look in looks.items() if look.head}
    assert {head.delimiter for head in heads.values()} == {";"}
    assert (heads["complexes"].encoding, heads["complaints"].encoding) == ("CP1252", "utf-8")
    assert "’t Carré" in looks["complexes"].first_rows["Complexnaam"]
    assert {name: nearest_contract(look) for name, look in looks.items()} == {name: name for name in looks}
    files = tuple(look.file for look in looks.values())
    assert nearest_file(contract("inputs", "complexes"), files).name == "complexen.csv"
    assert nearest_file(contract("inputs", "complexes"), (Path("zzz.csv"), Path("qqq.csv"))) == Path("zzz.csv")


def n_rows(bench: Workbench, draft: str) -> int:
    """Rows that a draft gives where SELECTs are tried."""
    extensions = ("encodings",) if "CP1252" in draft else ("excel",) if "xlsx" in draft else ()
    with bench.sandboxes.cursor(extensions) as con:
        con.execute(f"create temp view drafted as {draft}")
        assert [row[0] for row in con.execute("describe from drafted").fetchall()] == list_of_columns(draft)
        return int(con.execute("select count(*) from drafted").fetchall()[0][0])


def list_of_columns(draft: str) -> list[str]:
    return re.findall(r" as (\w+),$", draft, re.MULTILINE)


def test_every_draft_runs_in_both_languages(demo: Workbench, looks: dict[str, FileLook]) -> None:
    for name, look in looks.items():
        promised = contract("inputs", name)
        for language in (DUTCH, Language("en")):
            draft = draft_select(promised, look, language)
            assert list_of_columns(draft) == list(promised.column_names)
            assert n_rows(demo, draft) == look.n_rows


def test_dates_and_decimals_of_the_demo_are_read(demo: Workbench, looks: dict[str, FileLook]) -> None:
    for name, columns in (("complexes", ("latitude", "longitude")), ("tenancies", ("started_on", "ended_on"))):
        promised = contract("inputs", name)
        trial = try_select(promised, draft_select(promised, looks[name], DUTCH), demo, None)
        broken = {each.outcome.rule_id: each.values for each in trial.broken}
        for column in columns:
            # The demo holds one day that does not exist.
            assert [day[:5] for day, _ in broken.get(f"{column}.type", ())] in ([], ["30-2-"])
            assert trial.first_rows[column].drop_nulls().len() > 0


def test_without_a_file_the_draft_is_the_starters_example(looks: dict[str, FileLook]) -> None:
    unreadable = replace(looks["complexes"], trouble=Problem("reading.empty_file", file="a.csv"))
    for look in (None, unreadable):
        assert draft_select(COMPLEXES, look, DUTCH) == template(COMPLEXES, DUTCH)


def test_a_draft_says_what_every_column_means(looks: dict[str, FileLook]) -> None:
    told = " ".join(draft_select(COMPLEXES, looks["complexes"], DUTCH).replace("--", " ").split())
    for column in COMPLEXES.columns:
        assert column.business_name in told
        assert column.description in told


def test_a_forbidden_column_is_never_guessed() -> None:
    promised = contract("inputs", "tenancies")
    found = (ColumnLook("Geboortedatum", "%d-%m-%Y", forbidden="birth"), one_column("Contractnr"))
    assert {each.name for each in matched_columns(promised, found).values()} == {"Contractnr"}


def test_what_a_column_holds_counts() -> None:
    started = contract("inputs", "tenancies").column("started_on")
    as_day, as_word = (one_column("Begin", form) for form in ("%d-%m-%Y", "text"))
    assert likeness(started, as_day) > likeness(started, as_word)


@pytest.mark.parametrize(
    ("name", "found", "value", "wanted"),
    [
        ("in_use_from", one_column("x", "%d.%m.%Y"), "9.11.2026", "2026-11-09"),
        ("in_use_from", one_column("x", "%Y%m%d"), "20261109", "2026-11-09"),
        ("in_use_from", one_column("x", "%d-%m-%Y"), "31-2-2026", "31-2-2026"),
        ("in_use_from", one_column("x", "point", has_excel_days=True), "45257.0", "2023-11-27"),
        ("in_use_from", one_column("x", "point", has_excel_days=True), "9-11-2026", "2026-11-09"),
        ("in_use_from", one_column("x", "point", has_excel_days=True), "9e15", "9e15"),
        ("in_use_until", one_column("x", "%d-%m-%Y", examples=("31-12-9999",)), "31-12-9999", None),
        ("latitude", one_column("x", "comma"), "52,5", "52.5"),
        ("latitude", one_column("x", "thousands_comma"), "1.234,5", "1234.5"),
        ("latitude", one_column("x", "thousands_comma"), "52.37", "52.37"),
        ("homes", one_column("x", "thousands"), "1.234", "1234"),
        ("homes", one_column("x", "thousands"), "1.2", "1.2"),
        ("latitude", one_column("x", "thousands"), "52.526", "52.526"),
        ("name", one_column('a "b"', "text"), "Linde", "Linde"),
    ],
)
def test_a_value_is_handed_on_as_luisterpost_reads_it(
    name: str, found: ColumnLook, value: str, wanted: str | None
) -> None:
    with duckdb.connect() as con:
        con.execute(f'create table t ("{found.name.replace(chr(34), chr(34) * 2)}" varchar)')
        con.execute("insert into t values (?)", [value])
        assert con.execute(f"select {converted(COMPLEXES.column(name), found)} from t").fetchone() == (wanted,)


def test_words_that_the_contract_reads_itself_are_not_asked_for() -> None:
    repairs = contract("inputs", "repairs")
    found = {
        "urgency": one_column("u", values=("Spoed", "Regulier", "Ooit")),
        "location": one_column("l", values=("home",)),
    }
    assert unread_words(repairs, found) == {"urgency": ("Ooit",)}


@given(
    names=st.lists(
        st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1, max_size=12),
        min_size=1,
        max_size=5,
        unique_by=lambda name: name.strip().lower(),
    ),
    value=st.text(alphabet="ab';-\"é* 1,.", max_size=8),
    promised=st.sampled_from(list(contracts("inputs").values())),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_draft_runs_whatever_the_columns_are_called(
    tmp_path: Path, names: list[str], value: str, promised: Contract
) -> None:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    file = tmp_path / "x.csv"
    file.write_text(f"{';'.join(map(cell, names))}\n{';'.join(cell(value) for _ in names)}\n", encoding="utf-8")
    bench = opened(tmp_path)
    assert n_rows(bench, draft_select(promised, look_at(file, bench.sandboxes), DUTCH)) == 1
    bench.sandboxes.close()
