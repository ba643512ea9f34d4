"""The answers folder as part of the source `outcomes`: one delivery, one account, and an account per file beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count

import duckdb
import pyarrow as pa

from data_contracts.contract import Contract
from data_contracts.problem import Problem
from flows.answers.account import AnswerFile, AnswersAccount, why_set_apart
from flows.answers.folder import ReadAnswers, answers_folder, read_answers
from flows.answers.slips import SOURCE
from flows.answers.standing import Standing
from flows.answers.wording import ASKED, READ, VERDICT, value_of
from flows.reading import ReadDelivery
from flows.run import Run
from flows.warehouse import transaction


@dataclass(frozen=True)
class FolderDelivery:
    """What the folder adds to a delivery.

    Attributes:
        answers: What was read.
        places: For each `_row` of the folder, its file, and whether it is a copy of what stands.
    """

    answers: ReadAnswers
    places: dict[int, tuple[int, bool]]


def with_answers(
    con: duckdb.DuckDBPyConnection, run: Run, promised: Contract, delivery: ReadDelivery | None
) -> tuple[ReadDelivery | None, FolderDelivery]:
    """The rows of the answers folder behind those that the mapping delivers.

    On a flag and day that the mapping delivers, the mapping has the word. Without any row in the folder the delivery is
    what it was.

    Args:
        con: The warehouse.
        run: This run.
        promised: The contract `outcomes`.
        delivery: What the mapping delivers, or None if it has no such source.

    Raises:
        SourceUnavailable: If the folder is there and cannot be listed.
    """
    folder = answers_folder(run)
    answers = read_answers(folder, run.timezone, _earlier(con), _taken(delivery))
    first = 1 + max(delivery.rows["_row"].to_pylist(), default=0) if delivery else 1
    numbers = count(first)
    rows, places = [], {}
    for standing in answers.rows:
        for place in (standing.from_place, *standing.copies):
            number = next(numbers)
            rows.append({"_row": number, **_cells(standing)})
            places[number] = (place[0], place != standing.from_place)
    found = FolderDelivery(answers, places)
    if not rows:
        return delivery, found
    table = pa.Table.from_pylist(rows, schema=_schema())
    if delivery is None:
        return ReadDelivery(folder, table, (), (), by_hand_from=first), found
    both = pa.concat_tables([delivery.rows, table], promote_options="permissive")
    return replace(delivery, rows=both, by_hand_from=first), found


def account_of_answers(
    con: duckdb.DuckDBPyConnection, run: Run, found: FolderDelivery, *, is_taken: bool
) -> AnswersAccount:
    """Completes and writes the account of every file, and notes which answers came from the folder.

    Args:
        con: The warehouse, in which the source was staged and merged, or stopped.
        run: This run.
        found: What the folder added.
        is_taken: Whether the source went in.
    """
    files = list(found.answers.files)
    if is_taken and found.places:
        files = _judged(con, files, found)
    elif found.places:
        files = [replace(each, state="waiting") if each.state == "read" else each for each in files]
    account = AnswersAccount(str(found.answers.folder), found.answers.is_there, tuple(files))
    with transaction(con):
        if is_taken and found.places:
            _note_origin(con, min(found.places))
        con.execute("delete from checks.answer_files where run_id = ?", [run.run_id])
        for each in files:
            con.execute(
                "insert into checks.answer_files values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [run.run_id, each.kept_name, each.state, each.n_rows, each.n_answers, each.n_completing, each.n_copies,
                 each.n_replaced, each.n_set_apart, each.n_empty, _reason(each, run)],
            )  # fmt: skip
    return account


def _judged(con: duckdb.DuckDBPyConnection, files: list[AnswerFile], found: FolderDelivery) -> list[AnswerFile]:
    """The files with what the contract decided about their rows."""
    counts: list[Counter[str]] = [Counter() for _ in files]
    broken: list[set[str]] = [set() for _ in files]
    fates = con.execute(f"select _row, _fate, _rules from staging.{SOURCE}_fates where _row >= ?", [min(found.places)])
    for row, fate, rules in fates.fetchall():
        number, is_copy = found.places[row]
        counts[number]["set_apart" if fate == "quarantined" else "copy" if is_copy else "stands"] += 1
        broken[number] |= set(rules)
    judged = []
    for each, counted, rules in zip(files, counts, broken, strict=True):
        problems = each.problems
        if apart := counted["set_apart"]:
            problems += (Problem("answers.set_apart", file=each.name, count=apart, why=why_set_apart(rules)),)
        judged.append(
            replace(each, n_answers=counted["stands"], n_copies=counted["copy"], n_set_apart=apart, problems=problems)
        )
    return judged


def _note_origin(con: duckdb.DuckDBPyConnection, first: int) -> None:
    """A mapping that delivers all it has does not withdraw what it never had."""
    con.execute(
        f"""
        insert into checks.folder_answers
        select distinct flag_id, reviewed_on from staging.{SOURCE} as staged
        semi join (from staging.{SOURCE}_fates where _fate <> 'quarantined' and _row >= ?) as good
          on good._row = staged._row
        where not exists (
          from checks.folder_answers as noted
          where noted.flag_id = staged.flag_id and noted.reviewed_on = staged.reviewed_on)
    """,
        [first],
    )


def _reason(file: AnswerFile, run: Run) -> str | None:
    """The problems of a file as they are kept."""
    kept = [
        Problem(each.message, **{**each.figures, **({"file": file.kept_name} if "file" in each.figures else {})})
        for each in file.problems
    ]
    return " ".join(run.language.tell(each) for each in kept) or None


def _earlier(con: duckdb.DuckDBPyConnection) -> dict[str, dict[date, dict[str, str]]]:
    """The answers that are known: flag → day → column → value, as a sheet would give them."""
    names = [column.name for column in ASKED if column.name != "reviewed_on"]
    cells = ", ".join(f"cast({name} as varchar)" for name in names)
    known: dict[str, dict[date, dict[str, str]]] = {}
    query = f"select flag_id, reviewed_on, {cells} from raw.{SOURCE} where _withdrawn_at is null"
    for flag_id, day, *values in con.execute(query).fetchall():
        filled = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        known.setdefault(flag_id, {})[day] = filled
    return known


def _taken(delivery: ReadDelivery | None) -> list[tuple[str, str]]:
    """Flags and days that the mapping delivers."""
    if delivery is None or not {"flag_id", "reviewed_on"} <= delivery.columns:
        return []
    day = next(column for column in ASKED if column.name == "reviewed_on")
    pairs: Sequence[tuple[str | None, str | None]] = list(
        zip(delivery.rows["flag_id"].to_pylist(), delivery.rows["reviewed_on"].to_pylist(), strict=True)
    )
    return [(flag_id.strip(), value_of(day, said)) for flag_id, said in pairs if flag_id and said]


def _cells(standing: Standing) -> dict[str, str | None]:
    return {"flag_id": standing.flag_id, "reviewed_on": standing.day, VERDICT.name: None, **standing.values}


def _schema() -> pa.Schema:
    return pa.schema([("_row", pa.int64()), *((column.name, pa.string()) for column in READ)])
