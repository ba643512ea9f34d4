"""Whether two homes say the same: the same rows by key, integers and texts exact, floats within 1e-9.

What must differ between a run and the same run done later is named in `may_differ.py`, and nothing else is set aside.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from may_differ import JSON_TEXTS, PER_RUN, RUNS, as_asked, comparable, without_runs

from data_contracts.contract import contracts
from data_contracts.row_rules import quoted

NEAR = 1e-9
"""Largest difference between two floats that are the same."""
SCHEMAS = ("raw", "panel", "scores", "flags", "checks")

SUM_OF_ROWS = ("rows_kept", "rows_quarantined", "rows_already_known", "rows_forgotten")
SUM_OF_ANSWERS = ("n_answers", "n_completing", "n_copies", "n_replaced", "n_set_apart", "n_empty")


@dataclass(frozen=True)
class Difference:
    """Where two homes differ.

    Attributes:
        where: Table or file.
        what: What is different there, in few words.
        rows_lost: Rows of the undisturbed home that the other one lacks [rows].
    """

    where: str
    what: str
    rows_lost: int = 0


def differences(home: Path, undisturbed: Path, allowed: Collection[str] = ()) -> list[Difference]:
    """All that differs between a home and an undisturbed one; none if nothing was lost.

    Args:
        home: The home that was disturbed.
        undisturbed: One in which the same weeks were run.
        allowed: What else must differ, out of `may_differ.ALLOWED`.
    """
    found = [*_of_tables(*(as_asked(_warehouse(each), allowed) for each in (home, undisturbed)))]
    # A week that was run twice stands there twice; the last one counts.
    last = {each.name.split(".")[0]: each for each in sorted((undisturbed / "published" / "weeks").iterdir())}
    for week, folder in last.items():
        ours = sorted((home / "published" / "weeks").glob(f"{week}.*"))
        if not ours:
            found.append(Difference(f"published {week}", "is not there", sum(map(len, _published(folder).values()))))
            continue
        found += _of_tables(*(as_asked(_published(each), allowed) for each in (ours[-1], folder)))
        found += _of_texts(f"published {week} run.json", ours[-1] / "run.json", folder / "run.json")
    found += _latest(home, undisturbed)
    found += _of_shared(home / "shared", undisturbed / "shared")
    found += [Difference(str(each.relative_to(home)), "half made") for each in home.rglob("*.making")]
    return found


def differences_of_weeks(ours: Path, theirs: Path) -> list[Difference]:
    """All that differs between the published tables of two runs of a week."""
    return list(_of_tables(_published(ours), _published(theirs)))


def tables_of_week(folder: Path) -> dict[str, pl.DataFrame]:
    """The published tables of a week, to the bit; read as `luisterpost status` does."""
    return {name: pl.read_parquet(folder / f"{name}.parquet") for name in contracts("published")}


def wrong_accounts(home: Path) -> list[str]:
    """Accounts of any run, of a source or of a file with answers, that do not add up."""
    with _read_only(home) as con:
        accounts = con.execute("from checks.accounts").pl()
        files = con.execute("from checks.answer_files").pl()
    return [*_not_adding_up(accounts, "rows_read", SUM_OF_ROWS), *_not_adding_up(files, "n_rows", SUM_OF_ANSWERS)]


def _not_adding_up(accounts: pl.DataFrame, read: str, became: Sequence[str]) -> list[str]:
    # An older version of the warehouse may not know one of them yet.
    known = [name for name in became if name in accounts.columns]
    wrong = accounts.filter(pl.col(read) != pl.sum_horizontal(known))
    return [f"{row}" for row in wrong.select("run_id", read, *known).rows()]


def _read_only(home: Path) -> duckdb.DuckDBPyConnection:
    """The warehouse as it lies there: the log of a killed run is read, and left for the next run."""
    con = duckdb.connect(":memory:")
    con.execute("set timezone = 'UTC'")
    con.execute(f"attach {quoted(home / 'warehouse.duckdb')} as warehouse (read_only)")
    con.execute("use warehouse")
    return con


def _warehouse(home: Path) -> dict[str, pl.DataFrame]:
    with _read_only(home) as con:
        names = con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'warehouse' order by all"
        ).fetchall()
        tables = {
            f"{schema}.{name}": con.execute(_select(schema, name)).pl() for schema, name in names if schema in SCHEMAS
        }
    tables["staging and publish"] = pl.DataFrame({"left": [f"{s}.{n}" for s, n in names if s not in SCHEMAS]})
    return tables


def _select(schema: str, name: str) -> str:
    table = f"{schema}.{name}"
    if table == "checks.runs":
        return RUNS
    if schema == "checks" and name in PER_RUN:
        return f"from {table} where run_id = (select max(run_id) from checks.runs where is_published)"
    return f"from {table}"


def _published(folder: Path) -> dict[str, pl.DataFrame]:
    return {f"published {folder.name.split('.')[0]} {name}": each for name, each in tables_of_week(folder).items()}


def _of_tables(ours: dict[str, pl.DataFrame], theirs: dict[str, pl.DataFrame]) -> Iterator[Difference]:
    for where in sorted(theirs.keys() | ours.keys()):
        one, other = ours.get(where), theirs.get(where)
        if one is None or other is None:
            yield Difference(
                where, "is not there" if one is None else "should not be there", 0 if other is None else len(other)
            )
        else:
            yield from _of_rows(where, one, other)


def _of_rows(where: str, ours: pl.DataFrame, theirs: pl.DataFrame) -> Iterator[Difference]:
    if ours.schema != theirs.schema:
        yield Difference(where, "has other columns", len(theirs))
        return
    ours, theirs = comparable(where, ours), comparable(where, theirs)
    key = _key(where, theirs)
    flat = [name for name in key if not theirs.schema[name].is_nested()]
    if ours.sort(flat).equals(theirs.sort(flat)):
        return
    rows, wanted = _by_key(ours, key), _by_key(theirs, key)
    lost, new = wanted.keys() - rows.keys(), rows.keys() - wanted.keys()
    doubled = len(ours) - len(rows) - (len(theirs) - len(wanted))
    if lost or new or doubled:
        example = next(iter(lost or new), "")
        yield Difference(where, f"lost {len(lost)}, new {len(new)}, double {doubled}: {example}", len(lost))
    for each in wanted.keys() & rows.keys():
        for column, one, other in zip(theirs.columns, rows[each], wanted[each], strict=True):
            if not same(one, other, is_text_of_json=column in JSON_TEXTS):
                yield Difference(where, f"{each}: {column} is {one!r:.80}, undisturbed {other!r:.80}")
                return


def _key(where: str, table: pl.DataFrame) -> list[str]:
    """The key by the contract, with the validity of dated rows; else every column that is no float."""
    promised = {**contracts("inputs"), **contracts("published")}
    room, name = where.replace(" ", ".").rsplit(".", 1)
    contract = promised.get(name) if room.split(".")[0] in ("raw", "scores", "flags", "published") else None
    if contract is None or not contract.key:
        return [column for column, kind in table.schema.items() if not kind.is_float() and column not in JSON_TEXTS]
    validity = [each for each in ("week", "_valid_from", "_valid_until") if each in table.columns]
    return list(dict.fromkeys([*contract.key, *validity]))


def _by_key(table: pl.DataFrame, key: list[str]) -> dict[str, tuple[Any, ...]]:
    keys = table.select(key).rows()
    return {str(each): row for each, row in zip(keys, table.rows(), strict=True)}


def same(one: Any, other: Any, *, is_text_of_json: bool = False) -> bool:
    """Whether two values are the same; floats within 1e-9, whatever they stand in."""
    if is_text_of_json and one is not None and other is not None:
        return same(json.loads(one), json.loads(other))
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other)) or abs(one - other) <= NEAR
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[each], other[each]) for each in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


def _of_texts(where: str, ours: Path, theirs: Path) -> Iterator[Difference]:
    one, other = (without_runs(json.loads(each.read_text(encoding="utf-8"))) for each in (ours, theirs))
    for name in one.keys() | other.keys():
        if not same(one.get(name), other.get(name)):
            yield Difference(where, f"{name} is {one.get(name)!r:.80}, undisturbed {other.get(name)!r:.80}")


def _latest(home: Path, undisturbed: Path) -> Iterator[Difference]:
    one, other = (each / "published" / "latest" for each in (home, undisturbed))
    if not one.is_dir() or one.resolve().name.split(".")[0] != other.resolve().name.split(".")[0]:
        yield Difference("published latest", f"is {one.resolve().name}, undisturbed {other.resolve().name}")


def _of_shared(ours: Path, theirs: Path) -> Iterator[Difference]:
    """What is shared is the same to the byte; of tables the rows, for their files name the run."""
    one, other = ({each.relative_to(root) for each in root.rglob("*") if each.is_file()} for root in (ours, theirs))
    for each in sorted(one ^ other):
        yield Difference(f"shared {each}", "should not be there" if each in one else "is not there")
    for each in sorted(one & other):
        if each.suffix == ".parquet":
            yield from _of_rows(f"shared {each}", pl.read_parquet(ours / each), pl.read_parquet(theirs / each))
        elif each.name == "run.json":
            yield from _of_texts(f"shared {each}", ours / each, theirs / each)
        elif (ours / each).read_bytes() != (theirs / each).read_bytes():
            yield Difference(f"shared {each}", "has other bytes")
