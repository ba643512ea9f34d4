"""The contracts themselves: they follow the standard, and nothing in them is read past or contradicts itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from data_contracts.contract import Contract, contract, contracts, read_contract
from data_contracts.staging import fate_select, staging_select
from data_contracts.tables import create_table

INPUTS = list(contracts("inputs").values())
PUBLISHED = list(contracts("published").values())
COMPLAINTS = Path(__file__).parents[2] / "data_contracts" / "inputs" / "complaints.odcs.yaml"

ADDED = {"property": "addedIn", "value": "1.1.0"}
Change = Callable[[dict[str, Any]], object]


def changed(tmp_path: Path, change: Change) -> Path:
    """The contract of complaints with one thing changed, in a folder of inputs."""
    written = yaml.safe_load(COMPLAINTS.read_text(encoding="utf-8"))
    change(written)
    file = tmp_path / "inputs" / COMPLAINTS.name
    file.parent.mkdir(exist_ok=True)
    file.write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
    return file


def column_of(written: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in written["schema"][0]["properties"] if each["name"] == name)


def test_an_unchanged_contract_reads_the_same_from_anywhere(tmp_path: Path) -> None:
    assert read_contract(changed(tmp_path, lambda written: None)) == contract("inputs", "complaints")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda written: written.update(apiVersion="v3.0.2"), "apiVersion"),
        (lambda written: written.pop("apiVersion"), "apiVersion"),
        (lambda written: written.update(kind="Table"), "kind"),
        (lambda written: written.update(owner="me"), "owner"),
        (lambda written: written["schema"][0].update(tolerance=5), "tolerance"),
        (lambda written: column_of(written, "channel").update(requierd=True), "requierd"),
        (lambda written: column_of(written, "channel").update(logicalType="text"), "text"),
        (lambda written: column_of(written, "channel")["quality"][0].update(mustbe=5), "mustbe"),
        (lambda written: column_of(written, "channel").pop("description"), "channel"),
        (lambda written: column_of(written, "channel").pop("physicalType"), "channel"),
        (lambda written: column_of(written, "reporter_key").pop("customProperties"), "no treatment"),
        (lambda written: column_of(written, "category").update(customProperties=[ADDED]), "cannot be required"),
        (lambda written: written["schema"].append(dict(written["schema"][0], name="other")), "exactly one table"),
        (lambda written: written["schema"].clear(), "one table"),
    ],
)
def test_a_contract_that_breaks_the_standard_or_says_what_nobody_reads_is_refused(
    tmp_path: Path, change: Change, told: str
) -> None:
    with pytest.raises(ValueError, match=r"complaints\.odcs\.yaml") as refused:
        read_contract(changed(tmp_path, change))
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("quality", "told"),
    [
        ({"id": "count", "metric": "rowCount", "mustBe": 3}, "no row rule"),
        ({"id": "values", "metric": "invalidValues", "arguments": {"x": 1}, "mustBe": 0}, "validValues or a pattern"),
        (
            {
                "id": "other",
                "type": "custom",
                "engine": "greatExpectations",
                "implementation": {"expectation_type": "expect_column_values_to_be_json_parseable"},
            },
            "no predicate",
        ),
        ({"id": "valid_values", "metric": "invalidValues", "arguments": {"pattern": "x"}, "mustBe": 0}, "occur twice"),
    ],
)
def test_a_check_that_we_would_not_run_is_refused(tmp_path: Path, quality: dict[str, Any], told: str) -> None:
    file = changed(tmp_path, lambda written: column_of(written, "channel")["quality"].append(quality))
    with pytest.raises(ValueError, match=told):
        read_contract(file)


def test_complexes_come_before_what_refers_to_them() -> None:
    assert [each.name for each in INPUTS][:2] == ["complexes", "complaints"]
    assert [each.name for each in INPUTS if each.is_required] == ["complexes", "complaints"]


def test_a_table_or_column_that_does_not_exist_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        contract("inputs", "complaint")
    with pytest.raises(KeyError):
        contract("inputs", "complaints").column("adres")


@pytest.mark.parametrize("promised", [*INPUTS, *PUBLISHED], ids=lambda each: f"{each.room}.{each.name}")
def test_a_contract_is_whole(promised: Contract) -> None:
    names = promised.column_names
    assert promised.key
    assert len(set(names)) == len(names)
    assert promised.event_column is None or promised.event_column in names
    assert set(promised.sorted_by) <= set(names)
    assert 0 <= promised.tolerance < 1
    assert promised.title
    assert promised.purpose
    assert promised.grain
    for column in promised.columns:
        assert column.business_name
        assert column.description.endswith((".", ")")), column.name
        assert not column.is_key or column.is_required, column.name


@pytest.mark.parametrize("promised", INPUTS, ids=lambda each: each.name)
def test_the_example_row_of_an_input_satisfies_its_own_rules(promised: Contract) -> None:
    assert [column.name for column in promised.columns if column.example is None] == []
    con = duckdb.connect()
    names = promised.column_names
    con.execute(f"create table delivery (_row bigint, {', '.join(f'{name} varchar' for name in names)})")
    row = [column.example for column in promised.columns]
    con.execute(f"insert into delivery values (1, {', '.join('?' * len(row))})", row)
    con.execute("create table known_complexes as select 'C0042' as complex_id")
    con.execute("create table known_flags as select '2026-W46-C0042' as flag_id")
    con.execute("set variable read_at = timestamp '2030-01-01'")
    con.execute("set variable secret = 'x'")
    con.execute(f"create table staged as {staging_select(promised, set(names), 'Europe/Amsterdam')}")
    con.execute(create_table(promised, "taken"))
    assert con.execute(fate_select(promised, "staged", "taken")).fetchall() == [(1, [], "kept")]


@pytest.mark.parametrize("promised", PUBLISHED, ids=lambda each: each.name)
def test_the_example_row_of_a_published_table_satisfies_its_own_rules(promised: Contract) -> None:
    con = duckdb.connect()
    casts = ", ".join(f'cast(? as {column.physical_type}) as "{column.name}"' for column in promised.columns)
    # A list of records has no example that fits one cell.
    row = [
        column.example if "[]" not in column.physical_type else "[]" if column.is_required else None
        for column in promised.columns
    ]
    con.execute(f"create table example as select {casts}", row)
    broken = [
        rule.id
        for rule in promised.rules
        if con.execute(f"select count(*) from example where not ({rule.predicate})").fetchone() != (0,)
    ]
    assert broken == []
