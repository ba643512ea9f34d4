"""Puts a backup back: checked whole first, unpacked aside, and swapped in; what stood there is set aside."""

from __future__ import annotations

import logging
import os
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import duckdb

from data_contracts.problem import Problem
from flows.home import SECRET_VARIABLE, Home
from flows.keeping.bundle import FOLDERS, LOGBOOK, SETTINGS, WAREHOUSE, Manifest
from flows.keeping.carried import carry_forgotten, forgotten_in, looked_into
from flows.keeping.compacting import log_of
from flows.keeping.secret import is_half_renewed
from flows.keeping.swapping import room_for_new, swap_in
from flows.keeping.unpacking import check_bundle, unpack_bundle
from flows.language import Language
from flows.warehouse import VERSION, check_of, connect_warehouse

SecretState = Literal["same", "renewed", "other", "missing", "unknown"]
REPLACED = (WAREHOUSE, log_of(Path(WAREHOUSE)).name, SETTINGS, *FOLDERS)
"""What of a home a backup takes the place of. The secret stays."""
log = logging.getLogger("luisterpost")


@dataclass(frozen=True)
class Restored:
    """What was put back.

    Attributes:
        manifest: What the backup said of itself.
        aside: Folder with what stood in the home, or None where nothing did.
        secret: Whether the home's secret is the one that the warehouse was made with, or was renewed since; `unknown`
            where no run used one.
        n_forgotten: Reporters who were forgotten after the backup was made; their rows are back.
        is_forgotten_known: Whether the warehouse that stood there could still say who was forgotten.
    """

    manifest: Manifest
    aside: Path | None
    secret: SecretState
    n_forgotten: int
    is_forgotten_known: bool


def restore(home: Home, file: Path, moment: datetime, language: Language, *, sets_aside: bool) -> Restored:
    """Puts a backup in a home.

    Args:
        home: The home; it need not exist.
        file: The backup.
        moment: Now; names the folder with what stood there.
        language: Of what is said on the way.
        sets_aside: Whether a home with a warehouse or published weeks may be set aside.

    Raises:
        Problem: `restore.not_empty`, `home.half_renewed`, `home.busy`; what `check_bundle` raises;
            `warehouse.later_version`.
    """
    log.info(language.say("restore.step.check"))
    manifest = check_bundle(file)
    if manifest.warehouse_version > VERSION:
        raise Problem("warehouse.later_version", found=manifest.warehouse_version, wanted=VERSION)
    home.create()
    with home.alone(), home.alone_sending():
        if not sets_aside and (home.warehouse.exists() or any(home.published.glob("weeks/*"))):
            raise Problem("restore.not_empty", home=home.folder)
        if home.warehouse.exists() and home.next_secret_file.exists():
            _refuse_half_renewed(home)
        with room_for_new(home) as new:
            log.info(language.say("restore.step.unpack"))
            unpack_bundle(file, new)
            if home.logbook.exists():
                # It is only ever added to.
                (new / LOGBOOK).unlink(missing_ok=True)
            secret = _secret_state(home, file, new / WAREHOUSE)
            forgotten, n_forgotten = forgotten_in(home), 0
            if forgotten:
                with closing(connect_warehouse(new / WAREHOUSE)) as con:
                    n_forgotten = carry_forgotten(con, forgotten)
            aside = swap_in(home, new, REPLACED, moment)
    home.create()
    return Restored(manifest, aside, secret, n_forgotten, forgotten is not None)


def _secret_state(home: Home, file: Path, warehouse: Path) -> SecretState:
    """Whether this home has the secret that a warehouse was made with; none is made here."""
    try:
        with looked_into(warehouse) as con:
            found = con.execute("select secret_check from checks.secret").fetchone()
    except duckdb.Error as error:
        raise Problem("restore.damaged", file=file, member=WAREHOUSE) from error
    if found is None:
        return "unknown"
    if not os.environ.get(SECRET_VARIABLE) and not home.secret_file.exists():
        return "missing"
    in_force = home.secrets()
    if found[0] == check_of(in_force):
        return "same"
    return "renewed" if found[0] in {check_of(in_force[:n]) for n in range(1, len(in_force))} else "other"


def _refuse_half_renewed(home: Home) -> None:
    """A secret that is half renewed is finished first: else who was forgotten is known by marks of both."""
    try:
        with looked_into(home.warehouse) as con:
            is_half = is_half_renewed(con, home)
    except duckdb.Error:
        return
    if is_half:
        raise Problem("home.half_renewed", file=home.secret_file)
