"""What changed between two versions of a contract, and how far its version must go up for it.

Compatible means something else on either side. An *input* is compatible as long as a delivery that was good is still
good: it may ask less, never more. What we make ourselves (*published*, *shared*) is compatible as long as who read it
still can: it may promise more, never less. So a word more in a list is nothing to who delivers, and news to who reads.

Run `python -m data_contracts.changes` to see what changed since the last release, and with `--release VERSION` to
freeze the contracts as they stand (`releases.py`).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from data_contracts.contract import OURS, Column, Contract
from data_contracts.limits import direction
from data_contracts.releases import ROOMS, current, freeze, last_release, released
from data_contracts.row_rules import RowRule

Needs = Literal["patch", "minor", "major"]
LEVELS: tuple[Needs, ...] = get_args(Needs)
# Rules that only say again what the column says of itself.
OF_THE_COLUMN = ("type", "present")
TEXTS = ("title", "purpose", "usage", "limitations", "grain", "vera")
TEXTS_OF_COLUMN = ("business_name", "description", "example", "vera", "added_in")


@dataclass(frozen=True)
class Change:
    """One difference between two versions of a contract.

    Attributes:
        where: Column, rule or attribute; the contract's own name where all of it came or went.
        what: What happened to it, such as `added`, `retyped` or `wider`.
        needs: Which part of the version must go up for it.
    """

    where: str
    what: str
    needs: Needs

    def __str__(self) -> str:
        """What it is, for who raises the version."""
        return f"{self.where} {self.what} ({self.needs})"


def changes(old: Contract, new: Contract) -> tuple[Change, ...]:
    """Every difference between two versions of a contract, the heaviest first; none where they are the same.

    Args:
        old: As it was released.
        new: As it stands, in the same room.
    """
    found = [*_columns(old, new), *_rules(old, new), *_table(old, new)]
    return tuple(sorted(found, key=lambda change: -LEVELS.index(change.needs)))


def room_changes(old: Mapping[str, Contract], new: Mapping[str, Contract]) -> dict[str, tuple[Change, ...]]:
    """The changes of each contract of a room, by name; contracts without any are left out.

    Args:
        old: The room as it was released.
        new: The room as it stands.
    """
    found = {name: changes(old[name], new[name]) for name in old if name in new}
    found |= {name: (Change(name, "removed", "major"),) for name in old if name not in new}
    found |= {name: (Change(name, "added", "minor"),) for name in new if name not in old}
    return {name: each for name, each in found.items() if each}


def check_version(old: Contract, new: Contract) -> None:
    """Holds the version of a contract against what changed in it since a release.

    Raises:
        ValueError: With the least version that is high enough, and why.
    """
    found = changes(old, new)
    needed = least_version(old, found)
    if _numbers(new.version) < _numbers(needed):
        why = "; ".join(map(str, found)) or "a version never goes down"
        raise ValueError(f"{new.room}/{new.name}: {new.version} must be at least {needed}: {why}")


def check_room(old: Mapping[str, Contract], new: Mapping[str, Contract]) -> None:
    """Holds a whole room against a release.

    Raises:
        ValueError: For the first contract that went, or of which the version is too low.
    """
    for name, contract in old.items():
        if name not in new:
            raise ValueError(f"{contract.room}/{name}: whoever delivers or reads it would be left with nothing")
        check_version(contract, new[name])


def least_version(old: Contract, found: tuple[Change, ...]) -> str:
    """The lowest version that a contract may have after these changes."""
    major, minor, patch = _numbers(old.version)
    match max((change.needs for change in found), key=LEVELS.index, default=None):
        case "major":
            return f"{major + 1}.0.0"
        case "minor":
            return f"{major}.{minor + 1}.0"
        case "patch":
            return f"{major}.{minor}.{patch + 1}"
    return old.version


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


def _columns(old: Contract, new: Contract) -> Iterator[Change]:
    for name in old.column_names:
        if name not in new.column_names:
            yield Change(name, "removed", "major")
    for column in new.columns:
        if column.name in old.column_names:
            yield from _column(old.column(column.name), column, new)
        elif column.is_required and new.room not in OURS:
            # Who delivers cannot have what was never asked.
            yield Change(column.name, "added, required", "major")
        else:
            yield Change(column.name, "added", "minor")
    if [name for name in old.column_names if name in new.column_names] != [
        name for name in new.column_names if name in old.column_names
    ]:
        # Rows go into their tables by position.
        yield Change("columns", "in another order", "major")
    if old.key != new.key:
        yield Change("key", "changed", "major")


def _column(old: Column, new: Column, contract: Contract) -> Iterator[Change]:
    if (old.logical_type, old.physical_type) != (new.logical_type, new.physical_type):
        yield Change(new.name, "retyped", "major")
    if old.is_required != new.is_required:
        yield Change(new.name, *_turned("narrower" if new.is_required else "wider", contract, "required"))
    if old.treatment != new.treatment:
        # Whoever delivers it was promised what is kept of it.
        yield Change(new.name, "treated otherwise", "major")
    if old.transform != new.transform:
        yield Change(new.name, "read otherwise", "major")
    for text in TEXTS_OF_COLUMN:
        if getattr(old, text) != getattr(new, text):
            yield Change(new.name, f"{text} reworded", "patch")


def _rules(old: Contract, new: Contract) -> Iterator[Change]:
    before, after = _own_rules(old, new), _own_rules(new, old)
    added = [name for name in new.column_names if name not in old.column_names]
    for rule_id in before.keys() - after.keys():
        yield Change(rule_id, *_turned("wider", new, "removed"))
    for rule_id, rule in after.items():
        if rule_id not in before:
            # A rule is satisfied where a column that it compares is absent, as it is in every delivery of before.
            is_about_news = any(name in rule.predicate for name in added) and rule.predicate.startswith("coalesce(")
            yield (
                Change(rule_id, "added", "minor")
                if is_about_news
                else Change(rule_id, *_turned("narrower", new, "added"))
            )
            continue
        turn = direction(before[rule_id], rule)
        if turn != "same":
            yield Change(rule_id, *_turned(turn, new, turn))
        if before[rule_id].description != rule.description:
            yield Change(rule_id, "reworded", "patch")


def _own_rules(contract: Contract, other: Contract) -> dict[str, RowRule]:
    """The rules that are no part of a column, nor of a column that only one of both has."""
    apart = {name for name in contract.column_names if name not in other.column_names}
    found = {}
    for rule in contract.rules:
        column, kind = rule.id.split(".", 1)
        if column not in apart and not (column in contract.column_names and kind in OF_THE_COLUMN):
            found[rule.id] = rule
    return found


def _table(old: Contract, new: Contract) -> Iterator[Change]:
    if old.is_required != new.is_required:
        yield Change(new.name, *_turned("narrower" if new.is_required else "wider", new, "required"))
    if old.tolerance != new.tolerance:
        turn: Literal["wider", "narrower"] = "wider" if new.tolerance > old.tolerance else "narrower"
        yield Change("tolerance", *_turned(turn, new, turn))
    if old.event_column != new.event_column:
        yield Change("event_column", "changed", "major")
    if old.max_age_days != new.max_age_days:
        # When a source is called old; no row is refused for it.
        yield Change("max_age_days", "changed", "minor")
    if old.sorted_by != new.sorted_by:
        yield Change("sorted_by", "changed", "major" if new.room in OURS else "patch")
    for text in TEXTS:
        if getattr(old, text) != getattr(new, text):
            yield Change(text, "reworded", "patch")


def _turned(turn: str, contract: Contract, what: str) -> tuple[str, Needs]:
    """What a wider or narrower promise asks of the version: of an input the other way round than of ours."""
    harmless = "narrower" if contract.room in OURS else "wider"
    if what == "required":
        what = "made required" if turn == "narrower" else "made optional"
    return what, "minor" if turn == harmless else "major"


def main() -> None:
    """Prints what changed since the last release, or freezes the contracts as a new one."""
    asked = argparse.ArgumentParser(prog="python -m data_contracts.changes", description=__doc__)
    asked.add_argument("--release", metavar="VERSION", help="freeze the contracts as they stand as this release")
    version = asked.parse_args().release
    if version:
        print(f"{freeze(version).name}: {sum(len(current(room)) for room in ROOMS)} contracts")
        return
    for room in ROOMS:
        for name, found in room_changes(released(last_release(), room), current(room)).items():
            print(f"{room}/{name}: {'; '.join(map(str, found))}")


if __name__ == "__main__":
    main()
