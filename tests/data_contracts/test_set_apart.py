"""A broken row keeps what its own rules allow and what is nobody's; the rest is cleaned, wherever it stands."""

import json
import re
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.contract import Contract, contract, contracts
from data_contracts.set_apart import Original, as_json, cleaned_originals, has_limits, rows_set_apart
from data_contracts.staging import fate_select, staging_select
from data_contracts.tables import create_table

COMPLAINTS = contract("inputs", "complaints")
REPAIRS = contract("inputs", "repairs")
GOOD = {
    "complaint_id": "M-2026-004512",
    "complex_id": "C1",
    "reported_at": "2026-11-09 21:40:00",
    "category": "SOC.GEL",
    "channel": "TEL",
    "location": "common",
    "reporter_key": "huurder-81723",
    "incident_key": "Z-88120",
    "resolved_at": "2026-11-10 09:00:00",
}


def set_apart(promised: Contract, *rows: dict[str, str | None]) -> list[Original]:
    """What the quarantine would keep of these rows, of which each is broken."""
    names = list(rows[0])
    con = duckdb.connect()
    con.execute(f"create table delivery (_row bigint, {', '.join(f'{name} varchar' for name in names)})")
    for number, row in enumerate(rows, 1):
        con.execute(f"insert into delivery values ({', '.join('?' * (len(names) + 1))})", [number, *row.values()])
    con.execute("create table known_complexes as select 'C1' as complex_id")
    con.execute("create table known_flags as select 'F1' as flag_id")
    con.execute("set variable read_at = timestamp '2026-11-16 05:00'")
    con.execute("set variable secret = 'a secret'")
    con.execute(f"create table staged as {staging_select(promised, set(names), 'Europe/Amsterdam')}")
    con.execute(create_table(promised, "taken"))
    con.execute(f"create table fates as {fate_select(promised, 'staged', 'taken')}")
    broken = "select _row, _rules from fates where _fate = 'quarantined'"
    apart = rows_set_apart(con, promised, set(names), broken)
    assert [each.row for each in apart] == list(range(1, len(rows) + 1)), "every row was meant to be broken"
    assert all(json.loads(each.as_json) == each.original for each in apart)
    return [each.original for each in apart]


def test_what_the_rules_allow_stays_so_that_the_source_can_be_mended() -> None:
    (kept,) = set_apart(COMPLAINTS, {**GOOD, "category": "XYZ"})
    reporter = kept.pop("reporter_key")
    assert kept == {name: value for name, value in {**GOOD, "category": "XYZ"}.items() if name != "reporter_key"}
    assert reporter is not None
    assert re.fullmatch("[0-9a-f]{16}", reporter)


@pytest.mark.parametrize(
    ("column", "value", "kept"),
    [
        ("category", "Fatima Yilmaz", "[naam]"),
        ("complex_id", "06-12345678", "[telefoon]"),
        ("reported_at", "14-03-1962", "[datum]"),
        ("reported_at", "dhr. P. de Vries", "dhr. [naam]"),
        ("channel", "p.devries@voorbeeld.nl", "[e-mail]"),
        ("location", "Beatrixstraat 14B", "[adres]"),
        # This column is read in capitals.
        (
            "category",
            "Buurman karim van 14 gooit vuil van het balkon",
            "BUURMAN [naam] VAN [adres] GOOIT VUIL VAN HET BALKON",
        ),
        ("complex_id", "C9999", "C9999"),
        ("complex_id", None, None),
        ("reported_at", "2026-11-31", "2026-11-31"),
        ("reported_at", "11/9/2026", "11/9/2026"),
        ("reported_at", "gisteren", "gisteren"),
        ("channel", "Telefoon", "Telefoon"),
    ],
)
def test_a_value_in_the_wrong_cell_is_cleaned(column: str, value: str | None, kept: str | None) -> None:
    (original,) = set_apart(COMPLAINTS, {**GOOD, column: value})
    assert original[column] == kept


def test_an_id_that_is_somebodys_number_is_cleaned_though_no_rule_forbids_it() -> None:
    rows = [
        {**GOOD, "category": "XYZ", "complaint_id": value, "incident_key": value}
        for value in ("123456782", "NL02ABNA0123456789", "0612345678", "Jansen", "20264512")
    ]
    kept = [(row["complaint_id"], row["incident_key"]) for row in set_apart(COMPLAINTS, *rows)]
    assert kept == [(value, value) for value in ("[bsn]", "[rekening]", "[telefoon]", "[naam]", "20264512")]


PEOPLE = ["Fatima Yilmaz", "0612345678", "NL02ABNA0123456789", "f.yilmaz@voorbeeld.nl", "Beatrixstraat 14", "123456782"]


@given(st.permutations(PEOPLE), st.integers(0, 6))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_row_that_is_shifted_holds_nobody(people: list[str], shift: int) -> None:
    cells = [*people, "SOC.GEL", "TEL", "common"]
    cells = cells[shift:] + cells[:shift]
    (kept,) = set_apart(COMPLAINTS, dict(zip(GOOD, cells, strict=True)))
    written = as_json(kept)
    assert not [each for each in PEOPLE if each in written]
    assert "Yilmaz" not in written


def test_a_column_has_limits_where_no_name_can_pass_its_rules() -> None:
    open_columns = {
        (each.name, column.name)
        for each in contracts("inputs").values()
        for column in each.columns
        if not has_limits(each, column)
    }
    assert {name for _, name in open_columns} == {
        "complaint_id", "incident_key", "complex_id", "name", "area_team", "signal_id", "visit_key", "intervention_id",
        "flag_id", "change_id", "source", "repair_id", "defect", "tenancy_id",
    }  # fmt: skip
    assert ("complexes", "complex_id") in open_columns
    assert ("complaints", "complex_id") not in open_columns


def test_every_value_with_limits_that_breaks_none_is_the_same_and_each_is_cleaned_once() -> None:
    came: list[tuple[tuple[str, ...], dict[str, Any]]] = [
        (("category.valid_code",), {"category": "Jansen", "channel": "TEL", "complaint_id": "Jansen"}),
        (("channel.valid_values",), {"category": "SOC.GEL", "channel": "Jansen", "complaint_id": None}),
    ]
    assert cleaned_originals(COMPLAINTS, came) == [
        {"category": "[naam]", "channel": "TEL", "complaint_id": "[naam]"},
        {"category": "SOC.GEL", "channel": "[naam]", "complaint_id": None},
    ]
    assert cleaned_originals(REPAIRS, [((), {"defect": "JANSEN", "cause": "wear"})]) == [
        {"defect": "[naam]", "cause": "wear"}
    ]
