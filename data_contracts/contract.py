"""What one table promises, read from its Open Data Contract Standard file.

The YAML files in `inputs/`, `published/`, `shared/` and `backtest/` are the only place where a column's name, type,
unit, Dutch meaning, VERA term, allowed values and checks stand. Everything else asks this module.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from open_data_contract_standard import model as odcs

from data_contracts.row_rules import RowRule, rules_of

# What a backtest reads is delivered like any input, but no weekly run asks for it.
Room = Literal["inputs", "published", "shared", "backtest"]
# We make these ourselves, so their rules need no predicate for rows that others delivered.
OURS = ("published", "shared")
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    Attributes:
        name: English name, as in the SQL.
        business_name: Dutch term of the field.
        description: Dutch meaning, B1.
        logical_type: ODCS type: string, date, timestamp, integer, number, boolean, array.
        physical_type: DuckDB type; timestamps are UTC.
        is_required: Whether the column may not be empty.
        is_key: Whether it is part of the key.
        treatment: `hash`, `clean` or `withhold` for personal columns, else None.
        transform: SQL over the raw text that normalises it on the way in, or None.
        example: One valid value as text, or None.
        vera: VERA term, or None.
        added_in: Version of the contract that added it, or None; tables made before get it empty.
    """

    name: str
    business_name: str
    description: str
    logical_type: str
    physical_type: str
    is_required: bool
    is_key: bool
    treatment: Literal["hash", "clean", "withhold"] | None
    transform: str | None
    example: str | None
    vera: str | None
    added_in: str | None = None


@dataclass(frozen=True)
class Contract:
    """One table: its columns, its key, its rules and what we expect of its delivery.

    Attributes:
        name: Stem of the file, the table and the mapping.
        room: `inputs`, `published` or `backtest`.
        is_required: Whether the weekly run needs this input at all.
        event_column: The column that says in which week a row falls, or None.
        max_age_days: Days without a new row after which the source is called old, or None [d].
        tolerance: Share of broken rows above which the source stops [0-1].
        sorted_by: Row order of the published file.
        rules: One predicate per row rule (`data_contracts.row_rules`).
    """

    name: str
    room: Room
    version: str
    title: str
    purpose: str
    usage: str
    limitations: str
    grain: str
    vera: str | None
    is_required: bool
    event_column: str | None
    max_age_days: int | None
    tolerance: float
    sorted_by: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[RowRule, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns, in order."""
        return tuple(column.name for column in self.columns if column.is_key)

    def column(self, name: str) -> Column:
        """The column called `name`.

        Raises:
            KeyError: If the contract has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns, in the contract's order."""
        return tuple(column.name for column in self.columns)


@cache
def contracts(room: Room) -> dict[str, Contract]:
    """All contracts of a room by name; required inputs first, `complexes` before what refers to it.

    Raises:
        ValueError: If a file does not follow the standard, or says something that we would not read.
    """
    found = [read_contract(path) for path in sorted((HERE / room).glob("*.odcs.yaml"))]
    found.sort(key=lambda contract: (contract.name != "complexes", not contract.is_required, contract.name))
    return {contract.name: contract for contract in found}


def contract(room: Room, name: str) -> Contract:
    """The contract `name` of a room.

    Raises:
        KeyError: If there is none.
    """
    return contracts(room)[name]


def read_contract(path: Path) -> Contract:
    """Reads one YAML file through the standard's own schema and pydantic model.

    The pydantic model drops unknown keys silently, so the file is also held against the package's JSON schema.

    Args:
        path: A `NAME.odcs.yaml` file in the folder of its room.

    Raises:
        ValueError: If the file breaks the standard or misses something that Luisterpost needs.

    Source:
        Open Data Contract Standard 3.1, Bitol (Linux Foundation AI & Data).
    """
    written: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    _check_against_the_standard(written, path)
    parsed = odcs.OpenDataContractStandard.model_validate(written)
    if not parsed.schema_ or len(parsed.schema_) != 1:
        raise ValueError(f"{path.name}: a contract describes exactly one table")
    table = parsed.schema_[0]
    said = _custom(table.customProperties)
    description = parsed.description or odcs.Description()
    columns = tuple(_column(each, path) for each in table.properties or [])
    latency = [sla for sla in parsed.slaProperties or [] if sla.property == "latency"]
    tolerance = float(said.get("tolerancePercent", 0)) / 100
    return Contract(
        name=path.name.removesuffix(".odcs.yaml"),
        room=_room(path),
        version=parsed.version or "",
        title=table.businessName or table.name or "",
        purpose=_line(description.purpose),
        usage=_line(description.usage),
        limitations=_line(description.limitations),
        grain=_line(table.dataGranularityDescription),
        vera=said.get("vera"),
        is_required=bool(said.get("isRequired", False)),
        event_column=said.get("eventColumn"),
        max_age_days=int(str(latency[0].value)) if latency else None,
        tolerance=tolerance,
        sorted_by=tuple(said.get("sortedBy", ())),
        columns=columns,
        rules=rules_of(table, is_input=_room(path) not in OURS, tolerance=tolerance),
    )


def _room(path: Path) -> Room:
    rooms: dict[str, Room] = {"inputs": "inputs", "backtest": "backtest", "shared": "shared"}
    return rooms.get(path.parent.name, "published")


@cache
def _standard() -> Any:
    from jsonschema import Draft201909Validator

    schema = json.loads((Path(odcs.__file__).parent / "schema.json").read_text(encoding="utf-8"))
    return Draft201909Validator(schema)


def _check_against_the_standard(written: dict[str, Any], path: Path) -> None:
    broken = sorted(_standard().iter_errors(written), key=lambda error: list(map(str, error.path)))
    if broken:
        where = "/".join(str(step) for step in broken[0].path) or "the file"
        raise ValueError(f"{path.name}: {where}: {broken[0].message}")
    if written["apiVersion"] != "v3.1.0":
        raise ValueError(f"{path.name}: apiVersion must be v3.1.0, not {written['apiVersion']}")


def _column(written: odcs.SchemaProperty, path: Path) -> Column:
    said = _custom(written.customProperties)
    if not (written.name and written.physicalType and written.logicalType and written.description):
        raise ValueError(f"{path.name}: column {written.name}: name, both types and a description are needed")
    treatment = said.get("treatment")
    if written.classification == "personal" and treatment not in ("hash", "clean", "withhold"):
        raise ValueError(f"{path.name}: column {written.name} is personal and has no treatment")
    return Column(
        name=written.name,
        business_name=written.businessName or written.name,
        description=_line(written.description),
        logical_type=written.logicalType,
        physical_type=written.physicalType,
        is_required=bool(written.required),
        is_key=bool(written.primaryKey),
        treatment=treatment,
        transform=written.transformLogic,
        example=str(written.examples[0]) if written.examples else None,
        vera=said.get("vera"),
        added_in=_added_in(written, said, path),
    )


def _added_in(written: odcs.SchemaProperty, said: dict[str, Any], path: Path) -> str | None:
    added = said.get("addedIn")
    if added is not None and written.required:
        raise ValueError(f"{path.name}: column {written.name} was added later, so it cannot be required")
    return None if added is None else str(added)


def _custom(properties: list[odcs.CustomProperty] | None) -> dict[str, Any]:
    return {each.property: each.value for each in properties or [] if each.property}


def _line(text: str | None) -> str:
    return " ".join((text or "").split())
