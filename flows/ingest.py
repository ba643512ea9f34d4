"""Takes one source in: read, staged, checked, merged by key, and accounted for to the row."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import duckdb

from data_contracts.contract import Contract, contract
from data_contracts.expectations import RuleOutcome, breached, check_table
from data_contracts.note_columns import with_clean_notes
from data_contracts.problem import Problem
from data_contracts.row_rules import quoted
from data_contracts.set_apart import as_json, clean_staged, cleaned_originals
from data_contracts.staging import fate_select, original_select, staging_select
from flows.answers.account import AnswersAccount
from flows.answers.delivered import account_of_answers, with_answers
from flows.answers.slips import SOURCE as ANSWERED
from flows.answers.slips import is_bearable, without_slips
from flows.drift import changed_columns, retyped_column
from flows.keeping.forgotten import personal_variables
from flows.merging import NEVER_DELIVERED, merge
from flows.reading import ReadDelivery, SourceUnavailable
from flows.reading_in_time import read_in_time
from flows.run import Run
from flows.warehouse import set_variables, transaction

RuleCheck = Callable[[duckdb.DuckDBPyConnection, Contract, str, str, dict[str, float]], tuple[RuleOutcome, ...]]


@dataclass(frozen=True)
class Account:
    """What became of one source in one run.

    `rows_read = rows_kept + rows_quarantined + rows_already_known + rows_forgotten`

    Attributes:
        source: Contract name.
        state: `taken` (read), `missing` (the mapping has no such source) or `stopped` (a problem; see `problem`).
        problem: Why it stopped, or None.
        rows_withdrawn: Rows that a full delivery no longer has; shown apart [rows].
        rows_forgotten: Rows of weeks or of a reporter that were forgotten; nothing of them is written down [rows].
        rules: Rows that break a rule, by rule id [rows].
        ignored: Delivered columns that were not read.
        has_earlier_rows: Whether rows of earlier weeks stand in for a source that was not read.
        answers: What became of each file in the answers folder; for `outcomes` only.
        changed: Optional columns that were renamed or are gone, each with how to mend that.
    """

    source: str
    state: str
    problem: Problem | None = None
    rows_read: int = 0
    rows_kept: int = 0
    rows_quarantined: int = 0
    rows_already_known: int = 0
    rows_withdrawn: int = 0
    rows_forgotten: int = 0
    fingerprint: str = ""
    file: str = ""
    rules: dict[str, int] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    has_earlier_rows: bool = False
    answers: AnswersAccount | None = None
    changed: tuple[Problem, ...] = ()

    @property
    def may_pass(self) -> bool:
        """Whether trying again may help: the file is there, the disk or share did not answer."""
        return isinstance(self.problem, SourceUnavailable)


def take_in(con: duckdb.DuckDBPyConnection, run: Run, name: str) -> Account:
    """Takes in one source and writes its account. A problem of the source is told in the account, not raised.

    Args:
        con: The warehouse.
        run: This run.
        name: Contract name of the source.
    """
    promised = contract("inputs", name)
    folder = None
    try:
        delivery = read_in_time(promised, run.mapping, run.settings.policy.source_patience_minutes)
        if name == ANSWERED:
            delivery, folder = with_answers(con, run, promised, delivery)
        account = _missing(con, promised) if delivery is None else take_in_delivery(con, run, promised, delivery)
    except Problem as problem:
        account = Account(name, "stopped", problem, has_earlier_rows=_has_rows(con, name))
    if folder is not None:
        answers = account_of_answers(con, run, folder, is_taken=account.state == "taken")
        account = replace(account, answers=answers)
    if account.state != "taken":
        with transaction(con):
            write_account(con, run, account)
    return account


def take_in_delivery(
    con: duckdb.DuckDBPyConnection,
    run: Run,
    promised: Contract,
    delivery: ReadDelivery,
    check: RuleCheck | None = None,
) -> Account:
    """Stages, checks and merges one delivery, and writes its account.

    Args:
        con: The warehouse.
        run: This run.
        promised: The input contract.
        delivery: What was read.
        check: What counts the rows that break a rule, given connection, contract, schema, table and tolerances; Great
            Expectations where None. A trial counts by the same predicates, without the seconds.

    Raises:
        Problem: `ingest.no_rows`, `ingest.complexes_first`, `ingest.nothing_good`, `ingest.too_many_gone`,
            `ingest.column_retyped`, or `ingest.too_many_broken` with the worst rule.
    """
    name = promised.name
    read = delivery.rows.num_rows + len(delivery.rejected)
    if read == 0 and (promised.is_required or _has_delivered(con, name)):
        raise Problem("ingest.no_rows", file=delivery.file)
    if "complex_id" in promised.column_names and name != "complexes" and not _has_rows(con, "complexes"):
        # Without any complex every row would be said to be wrong, and the reader would mend the wrong file.
        raise Problem("ingest.complexes_first", file=delivery.file)
    rows, withheld = with_clean_notes(promised, delivery.rows)
    delivery = replace(delivery, rows=rows)
    forgotten = stage(con, run, promised, delivery)
    outcomes = (check or check_table)(con, promised, "staging", name, run.mapping.terms_of(name).tolerances)
    uncleaned = (RuleOutcome(f"{each}.cleaned", count, read, 1.0) for each, count in withheld.items())
    _write_outcomes(con, run, name, (*outcomes, *uncleaned))
    _refuse_if_breached(con, promised, outcomes, delivery, read)
    fates = dict(con.execute(f"select _fate, count(*) from staging.{name}_fates group by all").fetchall())
    has_good = fates.get("kept") or fates.get("already_known") or forgotten
    if read and not has_good and not is_bearable(con, promised, delivery):
        raise Problem("ingest.nothing_good", file=delivery.file, count=read)
    without = (Problem("ingest.notes_withheld", column=each, count=count) for each, count in withheld.items())
    changed = (*changed_columns(con, promised, delivery), *without)
    # Rows and their account together: a run killed between the two would leave rows that nobody counted.
    with transaction(con):
        account = Account(
            source=name,
            state="taken",
            rows_read=read,
            rows_kept=fates.get("kept", 0),
            rows_quarantined=fates.get("quarantined", 0) + len(delivery.rejected),
            rows_already_known=fates.get("already_known", 0),
            rows_withdrawn=merge(con, run, promised, delivery),
            rows_forgotten=forgotten,
            fingerprint=_fingerprint(con, promised, len(delivery.rejected)),
            file=delivery.file.name,
            rules={each.rule_id: each.breaches for each in outcomes if each.breaches},
            ignored=delivery.ignored,
            changed=changed,
            has_earlier_rows=True,
        )
        write_account(con, run, account)
    return account


def stage(con: duckdb.DuckDBPyConnection, run: Run, promised: Contract, delivery: ReadDelivery) -> int:
    """Makes `staging.NAME` of a delivery: typed, with helper columns; and `staging.NAME_fates`.

    Returns:
        Rows that were forgotten before; of them nothing is staged.
    """
    name = promised.name
    set_variables(con, {"read_at": run.read_at.replace(tzinfo=None)} | personal_variables(con, run.home))
    # Arrow that comes as one chunk is read by one thread; a table of our own is read by all.
    con.register("arriving", delivery.rows)
    con.execute("create or replace temp table delivery as from arriving")
    con.unregister("arriving")
    # What is known is every complex that ever was: a complaint may be about one that has gone.
    con.execute("create or replace temp table known_complexes as select distinct complex_id from raw.complexes")
    con.execute("create or replace temp table known_flags as select distinct flag_id from flags.flags")
    select = staging_select(promised, delivery.columns, run.timezone)
    # A temporary table is in memory: what was forgotten, or stands in a broken row, must not get into the file.
    con.execute(f"create or replace temp table arrived as {select}")
    set_variables(con, {"keys_cleaned": clean_staged(con, promised, "arrived")})
    good = "select * exclude (_is_forgotten) from arrived where not _is_forgotten"
    con.execute(f"create or replace table staging.{name} as {good}")
    out = f"{', '.join(promised.key)}, _key_versions, hash({', '.join(promised.column_names)}) as content"
    con.execute(f"create or replace temp table left_out as select {out} from arrived where _is_forgotten")
    con.execute("drop table arrived")
    fates = fate_select(promised, f"staging.{name}", f"raw.{name}")
    con.execute(f"create or replace table staging.{name}_fates as {fates}")
    found = con.execute("select count(*) from left_out").fetchone()
    return int(found[0]) if found else 0


def write_account(con: duckdb.DuckDBPyConnection, run: Run, account: Account) -> None:
    """Writes the account of a source into `checks.accounts`, replacing one of the same run; in a transaction."""
    reason = run.language.tell(_lasting(account.source, account.problem)) if account.problem else None
    con.execute("delete from checks.accounts where run_id = ? and source = ?", [run.run_id, account.source])
    con.execute(
        "insert into checks.accounts values (?, ?, ?, ?, ?, ?, ?::varchar[], ?, ?, ?, ?, ?, ?)",
        [
            run.run_id,
            account.source,
            account.state,
            reason,
            account.fingerprint,
            account.file,
            list(account.ignored),
            account.rows_read,
            account.rows_kept,
            account.rows_quarantined,
            account.rows_already_known,
            account.rows_withdrawn,
            account.rows_forgotten,
        ],
    )


def _lasting(source: str, problem: Problem) -> Problem:
    """The problem as it is kept and published: without whole rows, or numbers and moments out of them."""
    about = problem.figures.get("what")
    if "examples" not in problem.figures or not isinstance(about, Problem):
        return problem
    named = [each for each in contract("inputs", source).columns if each.name == about.figures.get("column")]
    is_word = any(each.logical_type == "string" and not each.is_key and not each.treatment for each in named)
    return problem if is_word else Problem(problem.message, **{**problem.figures, "examples": "…"})


def _refuse_if_breached(
    con: duckdb.DuckDBPyConnection,
    promised: Contract,
    outcomes: tuple[RuleOutcome, ...],
    delivery: ReadDelivery,
    read: int,
) -> None:
    if len(delivery.rejected) > max(promised.tolerance * read, 1 if promised.tolerance else 0):
        first = delivery.rejected[0]
        raise Problem(
            "ingest.bad_lines", file=delivery.file, count=len(delivery.rejected), line=first.line, why=first.why
        )
    worst = breached(without_slips(con, promised, outcomes, delivery))
    if retyped := retyped_column(con, promised, worst, delivery):
        raise retyped
    if worst:
        rule = next(rule for rule in promised.rules if rule.id == worst[0].rule_id)
        raise Problem(
            "ingest.too_many_broken",
            file=delivery.file,
            what=Problem(f"rule.{rule.id.split('.', 1)[1]}", column=rule.id.split(".")[0]),
            count=worst[0].breaches,
            rows=worst[0].rows,
            percent=round(100 * worst[0].tolerance, 1),
            examples=_examples(con, promised, rule.id, delivery),
        )


def _examples(con: duckdb.DuckDBPyConnection, promised: Contract, rule_id: str, delivery: ReadDelivery) -> str:
    """The most frequent values that break a rule, with how often they came; personal columns hashed, others cleaned."""
    column = rule_id.split(".")[0]
    shown = f"original->>'{column}'" if column in promised.column_names else "original"
    rows = f"select _row, _rules from staging.{promised.name}_fates where list_contains(_rules, {quoted(rule_id)})"
    found = con.execute(
        f"select arg_min(_rules, _row), arg_min(original, _row), count(*) as times "
        f"from ({original_select(promised, delivery.columns, rows)}) join ({rows}) using (_row) "
        f"group by {shown} order by times desc, {shown} limit 3"
    ).fetchall()
    cleaned = cleaned_originals(promised, [(rules, json.loads(original)) for rules, original, _ in found])
    told = [each.get(column) if column in promised.column_names else as_json(each) for each in cleaned]
    return ", ".join(
        f"{'–' if value is None else value[:80]} ({times}×)" for value, (*_, times) in zip(told, found, strict=True)
    )


def _fingerprint(con: duckdb.DuckDBPyConnection, promised: Contract, rejected: int) -> str:
    """What identifies a delivery whatever the order of its rows, so that reading it again is recognised.

    Rows that are left out by now count as well: what was forgotten since makes it no other delivery.
    """
    contents = f"select hash({', '.join(promised.column_names)}) as content from staging.{promised.name}"
    every = f"{contents} union all select content from left_out"
    query = f"select count(*), coalesce(sum(content::hugeint), 0) from ({every})"
    found = con.execute(query).fetchone()
    return f"{found[0]}-{found[1]:x}-{rejected}" if found else ""


def _write_outcomes(con: duckdb.DuckDBPyConnection, run: Run, name: str, outcomes: tuple[RuleOutcome, ...]) -> None:
    with transaction(con):
        con.execute("delete from checks.rule_outcomes where run_id = ? and source = ?", [run.run_id, name])
        con.executemany(
            "insert into checks.rule_outcomes values (?, ?, ?, ?, ?, ?)",
            [[run.run_id, name, each.rule_id, each.breaches, each.rows, each.tolerance] for each in outcomes],
        )


def _missing(con: duckdb.DuckDBPyConnection, promised: Contract) -> Account:
    return Account(promised.name, "missing", has_earlier_rows=_has_rows(con, promised.name))


def _has_delivered(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether rows stand that came from the source's own file; of the answers folder anything may be put away."""
    found = con.execute(f"select exists (from raw.{name} as old where true{NEVER_DELIVERED.get(name, '')})").fetchone()
    return bool(found and found[0])


def _has_rows(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    found = con.execute(f"select exists (from raw.{name})").fetchone()
    return bool(found and found[0])
