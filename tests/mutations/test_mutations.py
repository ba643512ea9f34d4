"""Whatever happens to a file on its way: it is taken in and adds up, or one sentence says what to mend.

The short form of `make mutations`: the same mutations, fewer of them, always the same ones.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench import MONDAY, Bench
from hypothesis import given, settings
from steps import Step
from tried import SHORT, TRIED
from written import as_bytes

from data_contracts.contract import contract
from data_contracts.expectations import check_table
from flows import ingest
from flows.exploring.connect_your_data.mapping_trial import counted_by_predicate
from flows.ingest import take_in

N_TRIED = {"sources: columns": 18, "sources: rows": 18, "sources: values": 14, "sources: bytes": 20, "settings": 30}
FEW = 5


@pytest.mark.parametrize("what", TRIED)
def test_a_mutated_file_is_taken_in_or_told_and_every_row_is_accounted_for(bench: Bench, what: str) -> None:
    _, trial, drawn = TRIED[what]
    found = []

    @settings(SHORT, max_examples=N_TRIED.get(what, FEW))
    @given(each=drawn)
    def try_some(each: object) -> None:
        found.append(trial(bench, each)[1].told)

    try_some()
    assert len(found) >= FEW


def test_an_original_that_nothing_happens_to_is_taken_in_whole(bench: Bench) -> None:
    """Else the mutations would only show that what is wrong anyway stops."""
    nothing = (Step("rows", "swapped"),)
    for original in bench.originals:
        if original.table.rows and (original.kind == "export" or original.ending == ".csv"):
            outcome = bench.try_out(original, nothing)
            assert outcome.told in ("taken", "rows set apart"), (original.label, original.contract)
            assert outcome.counted


@pytest.mark.parametrize("step", [Step("rows", "same_key", 4, 5), Step("values", "cell", 4, 5, 12)])
def test_great_expectations_counts_the_same_rows(bench: Bench, step: Step) -> None:
    """The trials count broken rows by the rules' predicates; these go through the suite itself."""
    original = next(each for each in bench.originals if each.label == "plain csv" and each.contract == "interventions")
    outcome = bench.try_out(original, (step,), check=check_table)
    assert outcome.told == "rows set apart"
    assert bench.try_out(original, (step,)) == outcome


def test_the_weekly_runs_own_task_writes_the_same_account(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the file to `checks.accounts`, where the trials begin with an open sandbox."""
    monkeypatch.setattr(ingest, "check_table", counted_by_predicate)
    for original in bench.originals:
        if original.contract not in ("complexes", "complaints") or original.kind != "export":
            continue
        inbox = bench.inboxes / f"whole-{original.contract}"
        inbox.mkdir()
        content = as_bytes(original.table, original.ending, original.encoding, original.delimiter)
        (inbox / original.file).write_bytes(content)
        bench.reset(original)
        run = replace(bench.run, mapping=bench.mapping(original, inbox, is_full=False), read_at=MONDAY)
        account = take_in(bench.con, run, original.contract)
        assert account.rows_read == len(original.table.rows)
        bench.check_sums(contract("inputs", original.contract), account)
        written = bench.con.execute(
            "select rows_read, rows_kept from checks.accounts where source = ?", [original.contract]
        )
        assert written.fetchall()[-1] == (account.rows_read, account.rows_kept)
