"""Which column of a file is meant by which column of a contract: a guess by name, for somebody to look at.

A wrong guess that looks right costs more than an empty place, so what is far-fetched is not guessed at all.
"""

from __future__ import annotations

from pathlib import Path

from data_contracts.column_names import LEAST_LIKENESS, column_likeness, name_likeness
from data_contracts.contract import Column, Contract, contracts
from flows.exploring.connect_your_data.file_look import ColumnLook, FileLook

# What a column holds can plead for a guess (added) or against it (multiplied).
SAME_KIND, OTHER_KIND = 0.12, 0.5
DATES = ("date", "timestamp")


def matched_columns(contract: Contract, found: tuple[ColumnLook, ...]) -> dict[str, ColumnLook]:
    """For each column of the contract that was found, the column of the file; nearest pairs first, each used once.

    Columns that no source may have are never matched. Where one day is left in the file, it is the day of the event.
    """
    pairs = [
        (likeness(column, each), -place, column.name, each)
        for place, column in enumerate(contract.columns)
        for each in found
        if each.forbidden is None or each.name.lower() == column.name
    ]
    matched: dict[str, ColumnLook] = {}
    taken: set[str] = set()
    for score, _, name, each in sorted(pairs, key=lambda pair: pair[:2], reverse=True):
        if score >= LEAST_LIKENESS and name not in matched and each.name not in taken:
            matched[name] = each
            taken.add(each.name)
    days = [each for each in found if _is_date(each) and each.name not in taken and each.forbidden is None]
    if contract.event_column and contract.event_column not in matched and len(days) == 1:
        matched[contract.event_column] = days[0]
    return matched


def nearest_contract(look: FileLook) -> str:
    """The input that a file most looks like, by its columns and its name; a contract name."""
    found = look.columns

    def alike(contract: Contract) -> float:
        matched = matched_columns(contract, found)
        # Of what the contract asks for, and of what the file has.
        given, used = len(matched) / len(contract.columns), len(matched) / max(len(found), 1)
        return given + used + 2 * _file_likeness(contract, look.file)

    return max(contracts("inputs").values(), key=alike).name


def nearest_file(contract: Contract, files: tuple[Path, ...]) -> Path:
    """The file whose name looks most like the contract's; the first where none does."""
    nearest = max(files, key=lambda file: _file_likeness(contract, file))
    return nearest if _file_likeness(contract, nearest) >= LEAST_LIKENESS else files[0]


def likeness(column: Column, found: ColumnLook) -> float:
    """How much a column of a file looks like one of the contract, by name and by what it holds [0-1.1]."""
    if found.name.lower() == column.name:
        return 1.1
    by_name = column_likeness(column, found.name)
    if column.logical_type in DATES and _is_date(found):
        return by_name + SAME_KIND
    return by_name * OTHER_KIND if _holds_something_else(column, found) else by_name


def _file_likeness(contract: Contract, file: Path) -> float:
    titles = (contract.name, *contract.title.split(" en "))
    return max(name_likeness(title, file.stem) for title in titles)


def _is_date(found: ColumnLook) -> bool:
    return found.has_excel_days or found.form == "iso" or "%" in found.form


def _holds_something_else(column: Column, found: ColumnLook) -> bool:
    if found.n_distinct == 0:
        return False
    # Twenty million may be a number and may be a day.
    is_number = found.form in ("whole", "thousands", "point", "comma", "thousands_comma", "%Y%m%d")
    match column.logical_type:
        case "date" | "timestamp":
            return not _is_date(found)
        case "integer" | "number":
            return not is_number
        case _:
            return _is_date(found) and not is_number
