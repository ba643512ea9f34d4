"""A real warehouse in which one mutated source after another is taken in, and what must hold of each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
from counted import counted_rows
from laid import laid_out
from originals import N_ROWS, PERSONAL, Original, export_originals, plain_originals
from steps import TABLE_STEPS, Step, changed_bytes, changed_table
from written import as_bytes

from data_contracts.contract import Contract, contract, contracts
from data_contracts.problem import Problem
from flows.exploring.connect_your_data.mapping_trial import counted_by_predicate
from flows.exploring.connect_your_data.open_sandboxes import OpenSandboxes
from flows.home import Home
from flows.ingest import Account, RuleCheck, take_in_delivery
from flows.language import LANGUAGES, Language
from flows.mappings import SHIPPED, Mapping, SourceTerms, read_mapping
from flows.reading import ReadDelivery, needed_extensions, read_source
from flows.reading_in_time import read_in_time
from flows.run import Run
from flows.settings import Settings
from flows.warehouse import open_warehouse, prepare_warehouse

BEFORE, MONDAY, LATER = (datetime(2026, 11, day, 5, tzinfo=UTC) for day in (9, 16, 23))
N_KNOWN = N_ROWS // 2
PATIENCE = 5.0  # for a file that does not lie as it should [min]


@dataclass(frozen=True)
class Outcome:
    """What became of one mutated source: `taken`, `rows set apart`, or the name of the sentence that stopped it."""

    told: str
    counted: bool = False


@dataclass
class Bench:
    """The warehouse, the folders, and the originals that stand in it."""

    con: duckdb.DuckDBPyConnection
    run: Run
    inboxes: Path
    sandboxes: OpenSandboxes
    originals: tuple[Original, ...]
    numbers: Iterator[int]

    def try_out(
        self, original: Original, steps: tuple[Step, ...], *, is_full: bool = False, check: RuleCheck | None = None
    ) -> Outcome:
        """Lets the steps happen to a source, takes it in twice, and holds what comes of it against what must hold.

        Args:
            original: The source as it should be.
            steps: What happens to it.
            is_full: Whether the source delivers all it has.
            check: What counts broken rows; the predicates themselves where None.
        """
        inbox = self.inboxes / str(next(self.numbers))
        inbox.mkdir()
        file = _laid(original, steps, inbox)
        mapping = self.mapping(original, inbox, is_full=is_full)
        promised = contract("inputs", original.contract)
        self.reset(original)
        before = self.state(promised)
        is_quiet = not any(step.moves_cells for step in steps)
        try:
            try:
                delivery = self.read(promised, mapping, inbox, is_real=steps[0].level == "files")
                if delivery is None:
                    # Nothing of this name lies there: so nothing was dropped either.
                    assert not any(each.stem.lower() == original.contract for each in inbox.iterdir())
                    return Outcome("missing")
                account = self.take_in(promised, mapping, delivery, MONDAY, check)
            except Problem as problem:
                self.check_told(problem, quiet=is_quiet or problem.message.startswith("reading."))
                assert self.state(promised) == before, "a source that stops changes nothing"
                return Outcome(problem.message)
            self.check_sums(promised, account)
            counted = counted_rows(file, original.delimiter if original.kind == "export" else None)
            assert counted is None or account.rows_read == counted, (account, counted)
            self.check_rows(promised, account, before, is_full=mapping.terms_of(promised.name).delivery == "full")
            for each in account.changed:
                self.check_told(each, quiet=is_quiet)
            if is_quiet:
                self._check_nothing_personal(promised)
            self._check_again(promised, mapping, delivery, account)
            return Outcome("rows set apart" if account.rows_quarantined else "taken", counted is not None)
        finally:
            shutil.rmtree(inbox, ignore_errors=True)

    def read(self, promised: Contract, mapping: Mapping, inbox: Path, *, is_real: bool = False) -> ReadDelivery | None:
        """What the reader makes of a source; where `is_real`, in a sandbox of its own and within a time."""
        file = mapping.source_file(promised.name)
        if is_real or file is None:
            return read_in_time(promised, mapping, PATIENCE)
        # Opening a sandbox takes most of the time that reading takes, so this one stays open.
        with self.sandboxes.cursor(needed_extensions(file)) as con:
            con.execute("set variable inbox = $inbox", {"inbox": str(inbox)})
            return read_source(promised, mapping, file, opened=con)

    def take_in(
        self, promised: Contract, mapping: Mapping, delivery: ReadDelivery, at: datetime, check: RuleCheck | None = None
    ) -> Account:
        run = replace(self.run, mapping=mapping, read_at=at)
        return take_in_delivery(self.con, run, promised, delivery, check or counted_by_predicate)

    def mapping(self, original: Original, inbox: Path, *, is_full: bool) -> Mapping:
        if original.kind == "export":
            return read_mapping(SHIPPED / "demo", inbox)
        terms = {original.contract: SourceTerms("full" if is_full else "increment")}
        return Mapping(inbox, inbox, None, None, terms)

    # --- What must hold ----------------------------------------------------------------------------------------------

    def check_told(self, problem: Problem, *, quiet: bool = True) -> None:
        """One line in both languages, with the file, and nothing personal."""
        for code in LANGUAGES:
            told = Language(code).tell(problem)
            assert told.strip() == told
            assert len(told.splitlines()) == 1, told
            # Of settings the last thing told is what to write, to be copied.
            assert told.endswith((".", "?", ")")) or problem.message.startswith("settings."), told
            assert len(told) < 2_000, told
            file = problem.figures.get("file") or problem.figures.get("folder")
            assert file is not None
            assert Path(str(file)).name in told
            if quiet:
                assert PERSONAL not in told, told

    def check_sums(self, promised: Contract, account: Account) -> None:
        """Every row that was read is somewhere, and each that was set apart stands in the quarantine."""
        parts = (account.rows_kept, account.rows_quarantined, account.rows_already_known, account.rows_forgotten)
        assert all(part >= 0 for part in parts)
        assert account.rows_read == sum(parts), account
        copies = "select coalesce(sum(copies), 0) from checks.quarantine where source = ?"
        assert self.con.execute(copies, [promised.name]).fetchone() == (account.rows_quarantined,)

    def check_rows(self, promised: Contract, account: Account, before: dict[Any, Any], *, is_full: bool) -> None:
        """What stands grows by exactly what was kept and did not replace; all else stands as it stood."""
        kept = set(self._kept_keys(promised))
        assert len(kept) == account.rows_kept
        after = self.state(promised)
        assert len(after) == len(before) + len(kept - before.keys())
        n_withdrawn = 0
        for key, row in before.items():
            if key not in kept and after[key] != row:
                assert is_full
                n_withdrawn += 1
        assert n_withdrawn == account.rows_withdrawn

    def _check_nothing_personal(self, promised: Contract) -> None:
        for table in (f"raw.{promised.name}", "checks.quarantine"):
            found = self.con.execute(f"select count(*) from {table} as t where contains(t::varchar, ?)", [PERSONAL])
            assert found.fetchone() == (0,), table

    def _check_again(self, promised: Contract, mapping: Mapping, delivery: ReadDelivery, first: Account) -> None:
        before = self.state(promised)
        again = self.take_in(promised, mapping, delivery, LATER)
        known = first.rows_kept + first.rows_already_known
        assert (again.rows_read, again.rows_kept, again.rows_already_known) == (first.rows_read, 0, known)
        assert (again.rows_quarantined, again.rows_withdrawn) == (first.rows_quarantined, 0)
        assert again.fingerprint == first.fingerprint
        assert self.state(promised) == before, "reading the same delivery again changes nothing"

    def _kept_keys(self, promised: Contract) -> Iterator[tuple[Any, ...]]:
        key = ", ".join(promised.key)
        yield from self.con.execute(
            f"select {key} from staging.{promised.name} semi join "
            f"(from staging.{promised.name}_fates where _fate = 'kept') using (_row)"
        ).fetchall()

    def state(self, promised: Contract) -> dict[Any, Any]:
        """The rows in force by their key: what was delivered, and whether they were withdrawn."""
        n_keys = len(promised.key)
        rows = self.con.execute(
            f"select {', '.join(promised.key)}, * exclude (_first_seen_at, _week, _valid_from, _valid_until) "
            f"from raw.{promised.name} where _valid_until is null"
        ).fetchall()
        found = {row[:n_keys]: row[n_keys:] for row in rows}
        assert len(found) == len(rows), "a key stands once"
        return found

    # --- What stands before ------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Takes in the complexes, and half of every original as an earlier delivery: the state that comes back."""
        for name in contracts("inputs"):
            for kind in ("plain", "export"):
                self.con.execute(f"create table kept.{kind}_{name} as from raw.{name} where false")
        earlier = [each for each in self.originals if each.kind == "export" or each.ending == ".csv"]
        for original in sorted(earlier, key=lambda each: each.contract != "complexes"):
            table = original.table
            if original.contract != "complexes":
                table = replace(table, rows=table.rows[:N_KNOWN])
            if not table.rows:
                continue
            self.reset(original)
            inbox = self.inboxes / str(next(self.numbers))
            inbox.mkdir()
            (inbox / original.file).write_bytes(as_bytes(table, original.ending, original.encoding, original.delimiter))
            mapping = replace(self.mapping(original, inbox, is_full=False), terms={})
            promised = contract("inputs", original.contract)
            delivery = self.read(promised, mapping, inbox)
            assert delivery is not None
            self.take_in(promised, mapping, delivery, BEFORE)
            name = f"{original.kind}_{original.contract}"
            self.con.execute(f"create or replace table kept.{name} as from raw.{original.contract}")

    def reset(self, original: Original) -> None:
        for name in {"complexes", original.contract}:
            self.con.execute(f"delete from raw.{name}")
            self.con.execute(f"insert into raw.{name} from kept.{original.kind}_{name}")
        self.con.execute("delete from checks.quarantine")
        self.con.execute("delete from checks.rule_outcomes")


def _laid(original: Original, steps: tuple[Step, ...], inbox: Path) -> Path:
    """Writes the source with all that happens to it, and gives the file that tells how many rows there are."""
    table = original.table
    for step in steps:
        if step.level in TABLE_STEPS:
            table = changed_table(table, step)
    content = as_bytes(table, original.ending, original.encoding, original.delimiter)
    for step in steps:
        if step.level == "bytes":
            content = changed_bytes(content, step)
    file = inbox / original.file
    if steps[0].level == "files":
        return laid_out(file, content, steps[0].name)
    file.write_bytes(content)
    return file


@contextmanager
def open_bench(folder: Path) -> Iterator[Bench]:
    """A bench in a folder that somebody else throws away."""
    originals = (*plain_originals(), *export_originals(folder / "demo"))
    inboxes = folder / "inboxes"
    inboxes.mkdir()
    home = Home(folder / "home")
    home.create()
    run = Run(home, Mapping(inboxes, inboxes, None, None, {}), Settings(), None, MONDAY, "en")
    sandboxes = OpenSandboxes(inboxes, SHIPPED / "demo")
    with open_warehouse(home) as con:
        prepare_warehouse(con, run.run_id, BEFORE)
        con.execute("create schema warehouse.kept")
        bench = Bench(con, run, inboxes, sandboxes, originals, count())
        try:
            bench.prepare()
            yield bench
        finally:
            sandboxes.close()
