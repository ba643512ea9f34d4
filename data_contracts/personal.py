"""What is somebody's, how it is made unrecognisable on the way in, and what of it was forgotten: pieces of SQL.

They read session variables of one installation: `secret` and `later_secrets`, the keys with which reporters are made
unrecognisable; `forgotten_before` (a Monday) and `forgotten_reporters` (marks). What is unset hashes or forgets nothing
more.
"""

from __future__ import annotations

from data_contracts.contract import Column, Contract

# Each row of these is somebody's: a report, a lease, a visit. The other inputs tell of buildings and of our own work.
SOMEBODYS = ("complaints", "repairs", "tenancies", "field_signals")
REPORTER = "reporter_key"


def reporter_of(contract: Contract) -> Column | None:
    """The column that says whose report it is, or None."""
    return next((column for column in contract.columns if column.name == REPORTER), None)


def unrecognisable(text: str) -> str:
    """SQL for a text hashed with every secret of this installation, the first one first.

    What was hashed before a secret was renewed is hashed once more with the new one, and is then what a delivery gives:
    so a secret can be renewed without losing who is who.
    """
    # Sixteen hexadecimal digits keep two reporters apart and cannot be turned back without the secret.
    first = f"left(sha256(getvariable('secret') || '|' || {text}), 16)"
    later = "getvariable('later_secrets')::varchar[]"
    return f"case when {later} is null then {first} else {hashed_again(first, later)} end"


def hashed_again(hashed: str, secrets: str) -> str:
    """SQL for a hash hashed with each of a list of secrets, the first one first."""
    return f"list_reduce(list_prepend({hashed}, {secrets}), lambda made, next: left(sha256(next || '|' || made), 16))"


def forgotten_mark(text: str) -> str:
    """SQL for what is remembered of a reporter who is forgotten: it tells that a row is theirs, and matches no key.

    Of the source's own key, not of its hash: else it could not be hashed again when the secret is renewed.
    """
    return unrecognisable(f"('forgotten|' || {text})")


def is_forgotten(contract: Contract) -> str:
    """SQL over a staged row and its `_mark`: whether it lies before the kept weeks, or its reporter is forgotten."""
    if contract.name not in SOMEBODYS:
        return "false"
    before = f"coalesce(_week < getvariable('forgotten_before')::date and {has_true_date(contract)}, false)"
    theirs = "coalesce(list_contains(getvariable('forgotten_reporters')::varchar[], _mark), false)"
    return f"({before} or {theirs})"


def has_true_date(contract: Contract) -> str:
    """SQL for whether the event has a date that can be true; a slip such as the year 26 leaves no row out."""
    limits = [f"({rule.predicate})" for rule in contract.rules if rule.id == f"{contract.event_column}.range"]
    return " and ".join([f"{contract.event_column} is not null", *limits])
