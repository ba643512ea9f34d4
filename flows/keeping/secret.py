"""Renews the secret with which reporters are made unrecognisable, or takes one over where the earlier one is lost.

A renewed secret does not replace the earlier ones: keys are hashed with all of them, one after the other. So the hashes
that stand here are hashed once more with the new one, and are then what the next delivery gives: reports of a reporter
stay together, and who was forgotten stays so. Who learned an earlier secret can no longer turn a key back.

Where the earlier secret is lost nobody can say whose an earlier report was. Reports of a reporter still belong
together, before the loss and after it; across it one reporter counts as two, and who was forgotten is not known again.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import datetime

import duckdb

from data_contracts.contract import contracts
from data_contracts.personal import hashed_again
from data_contracts.problem import Problem
from flows.home import OWNER_ONLY_FILE, RENEWED, SECRET_VARIABLE, Home
from flows.keeping.durable import put_in_place, to_disk
from flows.keeping.forgetting import write_anew
from flows.warehouse import check_of, open_warehouse, prepare_warehouse, transaction

# A restore puts marks of now beside those of the backup.
MARKS_OF_BOTH = "union all select mark from checks.forgotten_reporters"


@dataclass(frozen=True)
class Renewal:
    """What became of the secret; nothing of the secret itself.

    Attributes:
        is_taken_over: Whether the earlier secret is lost, so that the one now in force counts from here on.
        n_reporters: Reporters, homes included, that are known by a hash.
        n_forgotten: Reporters who are forgotten, and after a loss can't be told any more.
        is_for_real: Whether anything was done.
    """

    is_taken_over: bool
    n_reporters: int
    n_forgotten: int
    is_for_real: bool


def renew_secret(home: Home, moment: datetime, *, is_for_real: bool) -> Renewal:
    """Renews the secret of a home, or takes over the one in force where it is not the one that was used.

    First the secrets as they will be are written beside the file, then every hash is hashed again in one transaction,
    then the file is put in place. A kill in between leaves a home that says how to go on, and mixes nothing.

    Args:
        home: The installation.
        moment: Now, in UTC.
        is_for_real: Whether anything is done at all.

    Raises:
        Problem: `secret.nothing_yet`, `secret.in_environment`, `home.busy`, or why the secret can't be read.
    """
    if not home.warehouse.exists():
        raise Problem("secret.nothing_yet", home=home.folder)
    with home.alone():
        with open_warehouse(home) as con:
            if is_for_real:
                prepare_warehouse(con, f"renew-{moment:%Y%m%dT%H%M%S%fZ}", moment)
            if is_half_renewed(con, home):
                if is_for_real:
                    put_in_place(home.next_secret_file, home.secret_file)
                renewal = Renewal(False, _n_hashes(con), _n_forgotten(con), is_for_real)
            else:
                renewal = _renewed(con, home, is_for_real=is_for_real)
        if is_for_real:
            write_anew(home)
    return renewal


def _renewed(con: duckdb.DuckDBPyConnection, home: Home, *, is_for_real: bool) -> Renewal:
    found = con.execute("from checks.secret").fetchone()
    if found is None:
        raise Problem("secret.nothing_yet", home=home.folder)
    if not is_for_real and not os.environ.get(SECRET_VARIABLE) and not home.secret_file.exists():
        # None is made before it is for real.
        return Renewal(True, _n_hashes(con), _n_forgotten(con), is_for_real)
    used, in_force = found[0], home.secrets()
    # Less than all of them: a backup of before the secret was renewed was put back.
    n_used = next((n for n in range(1, len(in_force) + 1) if used == check_of(in_force[:n])), 0)
    renewal = Renewal(n_used == 0, _n_hashes(con), _n_forgotten(con), is_for_real)
    if n_used == len(in_force) and os.environ.get(SECRET_VARIABLE):
        raise Problem("secret.in_environment", variable=SECRET_VARIABLE)
    if not is_for_real:
        return renewal
    if n_used < len(in_force):
        # What stood ready for an earlier secret is of no use any more.
        home.next_secret_file.unlink(missing_ok=True)
        _hash_all_again(con, in_force[n_used:], in_force, marks=MARKS_OF_BOTH if n_used else "where false")
        return renewal
    made = secrets.token_hex(32)
    _write_next(home, (*in_force, made))
    _hash_all_again(con, (made,), (*in_force, made))
    put_in_place(home.next_secret_file, home.secret_file)
    return renewal


def _hash_all_again(
    con: duckdb.DuckDBPyConnection, made: tuple[str, ...], in_force: tuple[str, ...], *, marks: str = ""
) -> None:
    """Hashes what stands here with later secrets, and notes which ones are in force, in one transaction."""
    with transaction(con):
        _hash_again(con, list(made))
        mark = hashed_again("mark", "$made::varchar[]")
        con.execute(
            f"create or replace temp table marks as select {mark} as mark from checks.forgotten_reporters {marks}",
            {"made": list(made)},
        )
        con.execute("delete from checks.forgotten_reporters")
        con.execute("insert into checks.forgotten_reporters from marks")
        con.execute("update checks.secret set secret_check = ?", [check_of(in_force)])


def _hash_again(con: duckdb.DuckDBPyConnection, made: list[str]) -> None:
    """Hashes every hash of a person or home once more, wherever one stands."""
    for name, column in _hashed_columns():
        again = hashed_again(column, "$made::varchar[]")
        con.execute(f"update raw.{name} set {column} = {again} where {column} is not null", {"made": made})
        value = f"(original->>'{column}')"
        pair = f"""'"{column}":"' || {{}} || '"'"""
        changed = f"replace(original, {pair.format(value)}, {pair.format(hashed_again(value, '$made::varchar[]'))})"
        con.execute(
            f"update checks.quarantine set original = {changed} where source = '{name}' and {value} is not null",
            {"made": made},
        )
    # Made of single rows, and made again by the next run.
    for step in ("common_reports", "incidents"):
        con.execute(f"drop table if exists panel.{step}")
    for schema in ("staging", "publish"):
        con.execute(f"drop schema if exists {schema} cascade")
        con.execute(f"create schema {schema}")
    con.execute("insert into checks.to_compact select true where not exists (from checks.to_compact)")


def _write_next(home: Home, all_secrets: tuple[str, ...]) -> None:
    """Writes the secrets as they will be, through to the disk, for the owner only."""
    home.next_secret_file.unlink(missing_ok=True)
    handle = os.open(home.next_secret_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY_FILE)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(RENEWED.join(all_secrets) + "\n")
    to_disk(home.next_secret_file)
    to_disk(home.folder)


def is_half_renewed(con: duckdb.DuckDBPyConnection, home: Home) -> bool:
    """Whether the tables were hashed with the secrets that stand ready, and only the file is still to be replaced."""
    if os.environ.get(SECRET_VARIABLE):
        return False
    return con.execute("from checks.secret").fetchone() == (check_of(home.next_secrets()),)


def _n_hashes(con: duckdb.DuckDBPyConnection) -> int:
    every = " union ".join(f"select {column} as hashed from raw.{name}" for name, column in _hashed_columns())
    found = con.execute(f"select count(hashed) from ({every})").fetchone()
    return int(found[0]) if found else 0


def _n_forgotten(con: duckdb.DuckDBPyConnection) -> int:
    found = con.execute("select count(*) from checks.forgotten_reporters").fetchone()
    return int(found[0]) if found else 0


def _hashed_columns() -> list[tuple[str, str]]:
    return [
        (name, column.name)
        for name, each in contracts("inputs").items()
        for column in each.columns
        if column.treatment == "hash"
    ]
