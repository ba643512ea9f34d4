"""What becomes of a source of which somebody mistyped the SELECT, and of settings with slips in them."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from bench import MONDAY, Bench, Outcome
from originals import PERSONAL, Original
from texts import SAID, SQL, Slip, with_slips
from written import as_bytes

from data_contracts.contract import contract, contracts
from data_contracts.problem import Problem
from flows.delivery import EXAMPLE
from flows.mappings import SHIPPED, Mapping, read_mapping
from flows.reading import needed_extensions
from flows.settings import read_settings

SETTINGS = f"""\
timezone = "Europe/Amsterdam"

[policy]
flags_per_team = 2
list_share = 0.1

{EXAMPLE}
"""
KINDS = ("mapping.yaml", "luisterpost.toml")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def try_select(bench: Bench, original: Original, slips: tuple[Slip, ...]) -> Outcome:
    """Reads an export by its SELECT with slips in it, and holds what comes of it against what must hold.

    The rows are counted by a `count(*)` over the same text: a slip may well ask for other rows.
    """
    text = (SHIPPED / "demo" / f"{original.contract}.sql").read_text(encoding="utf-8")
    inbox = bench.inboxes / str(next(bench.numbers))
    inbox.mkdir()
    content = as_bytes(original.table, original.ending, original.encoding, original.delimiter)
    (inbox / original.file).write_bytes(content)
    file = inbox / f"{original.contract}.sql"
    written = with_slips(text, slips, SQL)
    file.write_text(written, encoding="utf-8")
    mapping = Mapping(inbox, inbox, None, None, {})
    promised = contract("inputs", original.contract)
    bench.reset(original)
    before = bench.state(promised)
    try:
        delivery = bench.read(promised, mapping, inbox)
        assert delivery is not None
        account = bench.take_in(promised, mapping, delivery, MONDAY)
    except Problem as problem:
        # What a slip writes into the text may be quoted; what stands in the files may not.
        bench.check_told(problem, quiet=PERSONAL not in written)
        assert bench.state(promised) == before
        return Outcome(problem.message)
    else:
        with bench.sandboxes.cursor(needed_extensions(file)) as con:
            con.execute("set variable inbox = $inbox", {"inbox": str(inbox)})
            con.execute(f"create temp view counted as {written}")
            counted = con.execute("select count(*) from counted").fetchone()
        is_sheet = original.ending == ".xlsx"
        assert counted is not None
        assert account.rows_read == counted[0] or (is_sheet and account.rows_read < counted[0])
        bench.check_sums(promised, account)
        bench.check_rows(promised, account, before, is_full=False)
        return Outcome("rows set apart" if account.rows_quarantined else "taken", counted=not is_sheet)
    finally:
        shutil.rmtree(inbox, ignore_errors=True)


def try_said(bench: Bench, kind: str, slips: tuple[Slip, ...]) -> Outcome:
    """Reads mapping.yaml or luisterpost.toml with slips in it: what was meant, or one sentence; never a traceback."""
    folder = bench.inboxes / str(next(bench.numbers))
    folder.mkdir()
    file = folder / kind
    text = SETTINGS if kind == "luisterpost.toml" else (SHIPPED / "toronto" / kind).read_text(encoding="utf-8")
    # As bytes: a text file would turn a lone carriage return into something else.
    file.write_bytes(with_slips(text, slips, SAID).encode())
    try:
        if kind == "luisterpost.toml":
            _check_settings(file)
        else:
            mapping = read_mapping(folder, None)
            assert mapping.terms.keys() <= contracts("inputs").keys()
            assert all(first <= last for terms in mapping.terms.values() for first, last in terms.gaps)
    except Problem as problem:
        bench.check_told(problem)
        return Outcome(problem.message)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Outcome("taken")


def _check_settings(file: Path) -> None:
    settings = read_settings(file)
    for team, terms in settings.teams.items():
        assert isinstance(team, str)
        assert isinstance(terms.is_paused(LONG_AGO.date()), bool)
    assert all(isinstance(number, int) for number in settings.capacity.values())
