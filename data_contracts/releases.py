"""What each release promised: its contracts, frozen in `released/VERSION.json`, one line per column and rule.

The files are written by `python -m data_contracts.changes --release VERSION` and never edited by hand. What a contract
leaves empty is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields
from functools import cache
from pathlib import Path
from typing import Any, get_args

from data_contracts.contract import Column, Contract, Room, contracts
from data_contracts.row_rules import RowRule

FOLDER = Path(__file__).parent / "released"
ROOMS: tuple[Room, ...] = get_args(Room)


def current(room: Room) -> Mapping[str, Contract]:
    """The contracts of a room as they stand, by name."""
    return contracts(room)


def last_release() -> str:
    """Version of the last release.

    Raises:
        ValueError: If there is none.
    """
    found = sorted((file.stem for file in FOLDER.glob("*.json")), key=lambda each: [int(n) for n in each.split(".")])
    if not found:
        raise ValueError(f"{FOLDER.name}: no release yet; python -m data_contracts.changes --release VERSION makes one")
    return found[-1]


@cache
def released(version: str, room: Room) -> Mapping[str, Contract]:
    """The contracts of a room as a release promised them, by name."""
    said: dict[str, Any] = json.loads((FOLDER / f"{version}.json").read_text(encoding="utf-8"))
    return {name: thawed(name, room, each) for name, each in said[room].items()}


def freeze(version: str, folder: Path = FOLDER) -> Path:
    """Writes the contracts as they stand as a release.

    Args:
        version: Such as 0.2.0.
        folder: Where releases stand.

    Raises:
        ValueError: If the version is none, or was released before: a promise is not taken back.
    """
    file = folder / f"{version}.json"
    if len(version.split(".")) != 3 or not all(part.isdecimal() for part in version.split(".")):
        raise ValueError(f"{version}: a release has three numbers, such as 0.2.0")
    if file.exists():
        raise ValueError(f"{file.name} was released; what it promised stands. Take a higher version")
    said = {room: {name: frozen(each) for name, each in current(room).items()} for room in ROOMS}
    file.write_text(_written(said), encoding="utf-8")
    return file


def frozen(contract: Contract) -> dict[str, Any]:
    """A contract as plain values, without what is empty and what its place says."""
    said = _filled(asdict(contract))
    return {key: value for key, value in said.items() if key not in ("name", "room")}


def thawed(name: str, room: Room, said: dict[str, Any]) -> Contract:
    """The contract of plain values; `thawed(name, room, frozen(contract)) == contract`."""
    columns = tuple(_made(Column, each) for each in said["columns"])
    rules = tuple(_made(RowRule, each) for each in said.get("rules", ()))
    lists = {"columns": columns, "rules": rules, "sorted_by": tuple(said.get("sorted_by", ()))}
    made: Contract = _made(Contract, {**said, **lists, "name": name, "room": room})
    return made


def _filled(said: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty; its columns and rules likewise."""
    filled = {}
    for key, value in said.items():
        if isinstance(value, tuple):
            value = [_filled(each) if isinstance(each, dict) else each for each in value]
        # A tolerance of nought is not empty.
        if value or (value == 0.0 and not isinstance(value, bool)):
            filled[key] = value
    return filled


def _made(kind: Any, said: dict[str, Any]) -> Any:
    """One of ours from what was written: what was left out is empty; what later versions added has its default."""
    empty = {"str": "", "bool": False}
    known = {each.name: each for each in fields(kind)}
    left_out = {
        name: empty.get(str(each.type)) if each.default is MISSING else each.default
        for name, each in known.items()
        if name not in said
    }
    return kind(**left_out, **{name: value for name, value in said.items() if name in known})


def _written(said: Mapping[Room, Any]) -> str:
    """JSON with one line per column and rule, so that what differs between two releases can be seen."""
    lines = []
    for room, its in said.items():
        tables = []
        for name, each in its.items():
            parts = []
            for key, value in each.items():
                listed = value if key in ("columns", "rules") else None
                inside = ",\n".join(f"    {_line(part)}" for part in listed or ())
                parts.append(f"   {_line(key)}: " + (f"[\n{inside}\n   ]" if listed else _line(value)))
            tables.append(f"  {_line(name)}: {{\n" + ",\n".join(parts) + "\n  }")
        lines.append(f" {_line(room)}: {{\n" + ",\n".join(tables) + "\n }")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
