"""A SELECT to begin with: every column of a contract, and for each the column of the file that its name points at.

It runs as it stands. What is guessed is for somebody to look at; what nothing points at is null, and says so.
"""

from __future__ import annotations

import re
from datetime import datetime

import duckdb
import polars as pl

from data_contracts.contract import Column, Contract
from data_contracts.row_rules import quoted
from data_contracts.staging import staging_select
from flows.exploring.connect_your_data.column_matching import matched_columns
from flows.exploring.connect_your_data.file_look import ColumnLook, FileLook
from flows.language import Language
from flows.reading import identifier
from flows.run import DEFAULT_TIMEZONE
from flows.sandbox import lock
from flows.starter import column_comment, comment, template
from flows.warehouse import set_variables

# More words than this are no list that somebody types over.
MOST_WORDS = 15
# Any moment will do: what a word means does not hang on it.
SOME_MOMENT = datetime(2026, 1, 1)  # noqa: DTZ001 - UTC, as DuckDB wants it


def draft_select(contract: Contract, look: FileLook | None, language: Language) -> str:
    """The draft of `CONTRACT.sql`.

    Args:
        contract: The input contract.
        look: The file that it reads. Without one, or where it cannot be read, the draft is the starter's example row.
        language: Language of the comments.
    """
    if look is None or look.trouble is not None or not look.columns:
        return template(contract, language)
    matched = matched_columns(contract, look.columns)
    unread = unread_words(contract, matched)
    say = language.say
    lines = [
        # The contracts speak Dutch only.
        *comment(f"{contract.title} ({contract.name}). {contract.grain}" if language.code == "nl" else contract.name),
        "--",
        *comment(say("connect.draft_guessed")),
        *comment(say("init.keep_rows")),
        "",
        "select",
    ]
    for column in contract.columns:
        lines += column_comment(contract, column, language)
        found = matched.get(column.name)
        if found is None:
            lines += [*comment(say("connect.draft_nothing_found"), "  -- "), f"  null as {column.name},", ""]
        elif unread.get(column.name):
            lines += comment(say("connect.draft_words"), "  -- ")
            lines += [*_words(found, unread[column.name]), f"  end as {column.name},", ""]
        else:
            lines += [f"  {converted(column, found)} as {column.name},", ""]
    return "\n".join([*lines, f"from {look.source}"]) + "\n"


def converted(column: Column, found: ColumnLook) -> str:
    """SQL that hands a column on as Luisterpost reads it; a value that does not fit goes on as it is."""
    cell = identifier(found.name)
    match column.logical_type:
        case "date" | "timestamp":
            return _day(cell, found, has_time=column.logical_type == "timestamp")
        case "number" if found.form == "comma":
            return f"replace({cell}, ',', '.')"
        case "number" if found.form == "thousands_comma":
            plain = f"replace(replace({cell}, '.', ''), ',', '.')"
            return _where(cell, "[+-]?[0-9]{1,3}([.][0-9]{3})*(,[0-9]+)?", plain)
        case "integer" if found.form in ("thousands", "thousands_comma"):
            return _where(cell, "[+-]?[0-9]{1,3}([.][0-9]{3})+", f"replace({cell}, '.', '')")
    return cell


def unread_words(contract: Contract, matched: dict[str, ColumnLook]) -> dict[str, tuple[str, ...]]:
    """Per column with a list of allowed words, the words in the file that Luisterpost does not know.

    They pass the same steps as a delivery, so VERA codes and Dutch words that the contract reads itself are known.
    """
    rules = {rule.id.split(".")[0]: rule.predicate for rule in contract.rules if rule.id.endswith(".valid_values")}
    lists = {name: list(matched[name].values) for name in rules if name in matched and matched[name].values}
    if not lists:
        return {}
    longest = max(map(len, lists.values()))
    padded = {name: [*values, *[None] * (longest - len(values))] for name, values in lists.items()}
    words = pl.DataFrame({"_row": range(longest), **padded}, schema_overrides=dict.fromkeys(lists, pl.String))
    with duckdb.connect(":memory:") as con:
        lock(con)
        set_variables(con, {"read_at": SOME_MOMENT, "secret": ""})
        con.execute("create table known_complexes (complex_id varchar)")
        con.execute("create table known_flags (flag_id varchar)")
        con.register("delivery", words.to_arrow())
        con.execute(f"create table staged as {staging_select(contract, set(lists), DEFAULT_TIMEZONE)}")
        unread = {
            name: con.execute(f"select _row from staged where not ({rules[name]}) order by _row").fetchall()
            for name in lists
        }
    return {name: tuple(lists[name][row] for (row,) in rows) for name, rows in unread.items() if rows}


def _day(cell: str, found: ColumnLook, *, has_time: bool) -> str:
    endless = next((each for each in found.examples if "9999" in each), None)
    if endless:
        # Some systems want an end date, and say with this one that there is none.
        cell = f"nullif({cell}, {quoted(endless)})"
    if found.has_excel_days:
        serial = f"try_cast({cell} as double)"
        days = f"case when {serial} between 1 and 100000 then {serial} end"
        moment = f"timestamp '1899-12-30' + to_seconds(round(({days}) * 86400)::bigint)"
        day = f"date '1899-12-30' + ({days})::integer"
        told = f"strftime({moment}, '%Y-%m-%d %H:%M')" if has_time else f"strftime({day}, '%Y-%m-%d')"
        return f"coalesce({told}, strftime(try_strptime({cell}, '%d-%m-%Y'), '%Y-%m-%d'), {cell})"
    if "%" not in found.form:
        return cell
    out = "%Y-%m-%d" + (found.form[found.form.index(" ") :] if " " in found.form else "")
    return f"coalesce(strftime(try_strptime({cell}, {quoted(found.form)}), {quoted(out)}), {cell})"


def _where(cell: str, written: str, then: str) -> str:
    return f"case when regexp_full_match({cell}, {quoted(written)}) then {then} else {cell} end"


def _words(found: ColumnLook, words: tuple[str, ...]) -> list[str]:
    cell = identifier(found.name)
    plain = [word for word in words if word.isprintable() and not re.search(r"['\"]", word)]
    lines = [f"    when {quoted(word)} then {quoted(word)}" for word in plain[:MOST_WORDS]]
    return [f"  case {cell}", *(lines or ["    when '...' then '...'"]), f"    else {cell}"]
