"""What is said while a mapping is being written: of a file, of a contract, and of a trial; as Markdown.

Names and values come from files, so they are shown letter for letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from data_contracts.contract import Contract
from data_contracts.problem import Spoken
from flows.exploring.connect_your_data.broken_rules import BrokenRule
from flows.exploring.connect_your_data.file_look import ColumnLook, FileLook, ListedFile
from flows.exploring.connect_your_data.mapping_trial import Trial
from flows.exploring.connect_your_data.workbench import Workbench
from flows.exploring.markdown_table import markdown_table
from flows.exploring.plain_text import bullets, capital, plain
from flows.language import Language

# How people call what DuckDB calls CP1252, and what nobody can see.
ENCODINGS = {"CP1252": "Windows-1252", "utf-8": "UTF-8"}
KB = 1000  # bytes


def file_options(bench: Workbench, language: Language) -> dict[str, ListedFile]:
    """The files to choose from, by what they are called and how large they are."""
    say, options = language.say, {}
    for each in bench.files:
        options[say("connect.file_option", name=each.file.name, size=max(1, round(each.size / KB)))] = each
    return options


def contract_options(names: tuple[str, ...], language: Language) -> dict[str, str]:
    """The sources to choose from, in the reader's words."""
    return {capital(language.say(f"source.{name}")): name for name in names}


def look_in_words(look: FileLook, language: Language) -> str:
    """How a file is written, what its columns hold, and its first rows."""
    say = language.say
    told = [f"{_kind(look, language)} {_rows(look, language)}"]
    if look.rejected:
        first = look.rejected[0]
        told.append(say("connect.look.rejected", count=len(look.rejected), line=first.line, why=first.why))
    if look.has_doubtful_header:
        told.append(say("connect.look.doubtful_header"))
    headings = [say(f"connect.column.{each}") for each in ("name", "empty", "distinct", "written", "examples")]
    columns = markdown_table(headings, [_column_row(each, language) for each in look.columns], language)
    rows = _wide(look.first_rows.columns, look.first_rows.rows(), language)
    return "\n\n".join([*map(plain, told), columns, f"**{say('connect.look.first')}**", rows])


def contract_in_words(contract: Contract, language: Language) -> str:
    """What a source is for, whether it is needed, and which of its columns are."""
    say = language.say
    needed = "connect.is_needed" if contract.is_required else "connect.may_be_missing"
    columns = [each.name for each in contract.columns if each.is_required]
    told = [say(needed), say(f"connect.without.{contract.name}"), say("connect.needed_columns", columns=columns)]
    # The contracts speak Dutch only.
    about = [contract.purpose, contract.usage] if language.code == "nl" else []
    return "\n\n".join(plain(" ".join(each)) for each in (about, told) if each)


def columns_in_words(contract: Contract, language: Language) -> str:
    """Every column of a contract with the field's own word for it and its meaning."""
    say = language.say
    headings = [say(f"connect.column.{each}") for each in ("name", "term", "needed", "means")]
    rows = [
        (
            each.name,
            each.business_name,
            say("init.needed" if each.is_required else "init.optional"),
            each.description,
        )
        for each in contract.columns
    ]
    return markdown_table(headings, rows, language)


def trial_in_words(trial: Trial, contract: Contract, language: Language) -> str:
    """The sum that adds up, each broken rule with its rows and how to mend it, and the first rows."""
    say = language.say
    if trial.rows_read == 0:
        return "" if trial.trouble else plain(say("connect.no_rows_yet"))
    figures = {
        "read": trial.rows_read,
        "kept": trial.rows_kept,
        "apart": trial.rows_set_apart,
        "known": trial.rows_known,
    }
    told = [f"**{plain(say('connect.sum', **figures))}**"]
    if trial.has_more_rows:
        told.append(plain(say("connect.first_only", count=trial.rows_read)))
    told += [broken_in_words(each, language) for each in trial.broken] or [plain(say("connect.all_good"))]
    told += [plain(say("connect.result")), _result(trial, language)]
    if trial.without:
        told.append(plain(say("connect.not_given", columns=list(trial.without))))
    if trial.ignored:
        told.append(plain(say("check.ignored", source=contract.name, columns=", ".join(trial.ignored))))
    return "\n\n".join(told)


def broken_in_words(broken: BrokenRule, language: Language) -> str:
    """One broken rule: how many rows, what it means, what stands there, which rows, and how to mend it."""
    say, outcome = language.say, broken.outcome
    allowed = language.share(outcome.tolerance)
    what = language.tell(broken.what)
    # The name of a column stays as it is written.
    what = what if what.startswith(outcome.rule_id.split(".")[0]) else capital(what)
    heading = say("connect.rule", what=what, count=outcome.breaches, rows=outcome.rows, allowed=allowed)
    told = [say("connect.rule_apart" if outcome.is_within_tolerance else "connect.rule_stops")]
    if language.code == "nl" and broken.why:
        told.append(broken.why)
    told.append(language.tell(broken.mend))
    if broken.values:
        empty = say("connect.value_empty")
        values = [say("connect.value", value=value or empty, times=count) for value, count in broken.values]
        told.append(say("connect.values", values=", ".join(values)))
    headings = [say("connect.column.row"), *broken.examples.columns[1:]]
    rows = _wide(headings, broken.examples.rows(), language)
    return "\n\n".join([f"### {plain(heading)}", plain(" ".join(told)), plain(say("connect.examples")), rows])


def missing_in_words(bench: Workbench, language: Language) -> str:
    """The sources that the mapping does not give, and what the result cannot see without each."""
    say = language.say
    if not bench.missing:
        return plain(say("connect.nothing_missing"))
    told = bullets(say(f"connect.without.{name}") for name in bench.missing)
    return f"{told}\n\n{plain(say('unseen.condition'))}" if bench.is_blind else told


def _kind(look: FileLook, language: Language) -> str:
    n_columns = len(look.columns)
    if look.head is None:
        return language.say(f"connect.look.{look.kind}", columns=n_columns)
    delimiter = look.head.delimiter.replace("\t", language.say("connect.look.tab"))
    encoding = ENCODINGS[look.head.encoding]
    return language.say("connect.look.csv", encoding=encoding, delimiter=delimiter, columns=n_columns)


def _rows(look: FileLook, language: Language) -> str:
    told = "connect.look.first_rows" if look.has_more_rows else "connect.look.rows"
    return language.say(told, count=look.n_rows)


def _column_row(column: ColumnLook, language: Language) -> tuple[object, ...]:
    examples = ", ".join(column.examples)
    if column.forbidden:
        examples = language.say("connect.look.hidden", reason=Spoken(f"forbidden.{column.forbidden}"))
    empty = language.share(column.empty_share)
    return column.name, empty, column.n_distinct, "" if column.forbidden else _form(column, language), examples


def _form(column: ColumnLook, language: Language) -> str:
    if column.n_distinct == 0:
        return ""
    if column.has_excel_days:
        return language.say("connect.form.excel_days")
    if "%" not in column.form:
        return language.say(f"connect.form.{column.form}")
    letters = dict(zip("dmYHMS", language.say("connect.form.letters").split(), strict=True))
    pattern = "".join(letters.get(each, each) for each in column.form.replace("%", ""))
    return language.say("connect.form.day", pattern=pattern)


def _result(trial: Trial, language: Language) -> str:
    say = language.say
    rows = [(row, say(f"column.{fate}"), *cells) for row, fate, *cells in trial.first_rows.rows()]
    headings = [say("connect.column.row"), say("connect.column.fate"), *trial.first_rows.columns[2:]]
    return _wide(headings, rows, language)


def _wide(headings: Sequence[str], rows: Iterable[Sequence[object]], language: Language) -> str:
    """A table that may be wider than the page, and then moves by itself; headings too may come from a file."""
    head = _line("th", headings, language)
    body = "".join(_line("td", row, language) for row in rows)
    table = f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"
    return f'<div style="overflow-x: auto; white-space: nowrap">{table}</div>'


def _line(tag: str, cells: Iterable[object], language: Language) -> str:
    written = (f'<{tag} style="text-align: left">{_cell(each, language)}</{tag}>' for each in cells)
    return f"<tr>{''.join(written)}</tr>"


def _cell(value: object, language: Language) -> str:
    return "–" if value is None else " ".join(plain(language.write(value)).split())
