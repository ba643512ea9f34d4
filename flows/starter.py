"""A folder to start from: for every input a mapping with comments, which runs as it stands on one example row.

All of it is generated from the contracts, so that it says what this version really reads. Required inputs are active.
The others wait under a name that is not read: an example row in an active mapping would claim a source that the
organisation does not have, and its silence would then be taken for the silence of people.
"""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path

from data_contracts.contract import Column, Contract, contracts
from data_contracts.problem import Problem
from data_contracts.row_rules import quoted
from flows.language import Language

README = {"nl": "LEESMIJ.md", "en": "README.md"}
INACTIVE = {"nl": ".voorbeeld", "en": ".example"}
WIDTH = 100

# The contracts' examples are of the year in which they were written. Example rows must lie in the past on any clock.
EARLIER = {"2026": "2024", "2027": "2025"}

# The example complex is in use, so it has no last day.
LEFT_EMPTY = {("complexes", "in_use_until")}

CSV_OPTIONS = (
    "header = true, skip = 0, delim = ';', quote = '\"', escape = '\"', encoding = 'CP1252', all_varchar = true"
)
EXPLAINED = {"valid_values": "init.allowed", "valid_code": "init.pattern", "range": "init.limits"}
STEPS = ("init.step_source", "init.step_columns", "init.step_leave_out")
TREATED = {"hash": "init.is_hashed", "clean": "init.is_cleaned", "withhold": "init.is_withheld"}
TITLE = {"nl": "Mijn corporatie", "en": "My corporation"}


def write_starter(folder: Path, language: Language) -> list[Path]:
    """Writes the folder and gives its files, the one to read first in front.

    Args:
        folder: A folder that is empty or does not exist yet.
        language: Language of the comments. Meanings of columns exist in Dutch; English gets names and Dutch terms.

    Raises:
        Problem: `init.folder_not_empty`, or `init.cannot_write`.
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise Problem("init.folder_not_empty", folder=folder)
    texts = {README[language.code]: readme(folder, language), "mapping.yaml": mapping_yaml(language)}
    for name, contract in contracts("inputs").items():
        ending = "" if contract.is_required else INACTIVE[language.code]
        texts[f"{name}.sql{ending}"] = template(contract, language)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem("init.cannot_write", folder=folder, why=error.strerror or type(error).__name__) from error
    return [folder / file for file in texts]


def template(contract: Contract, language: Language) -> str:
    """The mapping of one contract: a SELECT of one example row, with what each column means."""
    say = language.say
    lines = [
        *comment(say("init.table", **_about(contract))),
        "--",
        *comment(_whether_needed(contract, language)),
        "--",
        *(line for step in STEPS for line in comment(say(step), "-- ", "--    ")),
        "--",
        *comment(say("init.text")),
        *comment(say("init.dates")),
        "--   coalesce(strftime(try_strptime(\"Datum\", '%d.%m.%Y'), '%Y-%m-%d'), \"Datum\") as ...",
        *comment(say("init.excel_dates")),
        "--   strftime(date '1899-12-30' + try_cast(try_cast(\"Datum\" as double) as integer), '%Y-%m-%d') as ...",
        *comment(say("init.words")),
        "--   case \"Plek\" when 'Woning' then 'home' else \"Plek\" end as ...",
        *comment(say("init.keep_rows")),
        "",
        "select",
    ]
    for column in contract.columns:
        lines += [*column_comment(contract, column, language), f"  {_example(contract, column)} as {column.name},", ""]
    lines += [
        *comment(say("init.sources")),
        f"-- from read_csv(getvariable('inbox') || '/{contract.name}.csv', {CSV_OPTIONS})",
        f"-- from read_xlsx(getvariable('inbox') || '/{contract.name}.xlsx', header = true, all_varchar = true, "
        "stop_at_empty = false)",
        f"-- from read_parquet(getvariable('inbox') || '/{contract.name}.parquet')",
    ]
    return "\n".join(lines) + "\n"


def mapping_yaml(language: Language) -> str:
    """What no SELECT can say, with every key explained."""
    say = language.say
    lines = [
        *comment(say("init.yaml"), "# "),
        "",
        f"title: {TITLE[language.code]}",
        "",
        *comment(say("init.yaml_timezone"), "# "),
        "# timezone: Europe/Amsterdam",
        "",
        *comment(say("init.yaml_attribution"), "# "),
        "# attribution: ...",
        "",
        "contracts:",
        *comment(say("init.yaml_delivery"), "  # "),
        "  complexes:",
        "    delivery: full",
        "  complaints:",
        "    delivery: increment",
        "",
        *comment(say("init.yaml_tolerance"), "    # "),
        "    # tolerance_percent:",
        "    #   complex_id.known: 10",
        "",
        *comment(say("init.yaml_gaps"), "    # "),
        "    # gaps:",
        "    #   - {from: 2024-07-01, until: 2024-07-14}",
        "    # not_observed_before: 2022-01-01",
    ]
    return "\n".join(lines) + "\n"


def next_commands(folder: Path) -> tuple[str, str, str]:
    """What to type once the files are filled in; results go to a home of their own, and not among those of the demo."""
    place = folder if folder.name.strip(".") else folder.resolve()
    home = place.with_name(f"{place.name.removesuffix('-sources')}-home")
    sources, at_home = f"--sources {shlex.quote(str(folder))}", f"--home {shlex.quote(str(home))}"
    return (
        f"luisterpost check {sources}",
        f"luisterpost weekly {sources} {at_home}",
        f"luisterpost status {at_home}",
    )


def readme(folder: Path, language: Language) -> str:
    """What to type next, and then what to change."""
    say = language.say
    inputs = contracts("inputs").values()
    steps = zip(("init.readme_check", "init.readme_weekly", "init.readme_status"), next_commands(folder), strict=True)
    lines = [f"# {say('init.readme_title')}", "", *_wrapped(say("init.readme_about")), ""]
    for message, command in steps:
        lines += [*_wrapped(say(message)), "", f"    {command}", ""]
    lines += [*_wrapped(say("init.readme_own")), ""]
    for contract in inputs:
        needed = "init.needed" if contract.is_required else "init.may_be_missing"
        shown = contract.title if language.code == "nl" else contract.name
        ending = "" if contract.is_required else INACTIVE[language.code]
        lines.append(f"- `{contract.name}.sql{ending}`: {shown} ({say(needed)})")
    lines += [
        "",
        *_wrapped(say("init.readme_optional", ending=INACTIVE[language.code])),
        "",
        *_wrapped(say("init.readme_example")),
        "",
        *_wrapped(say("init.readme_privacy")),
    ]
    return "\n".join(lines) + "\n"


def column_comment(contract: Contract, column: Column, language: Language) -> Iterator[str]:
    """What a column means, what it may hold and how it is treated, as lines of SQL comment."""
    say = language.say
    needed = say("init.needed" if column.is_required else "init.optional")
    marks = f"{needed}, {say('init.key')}" if column.is_key else needed
    told = say("init.column", name=column.name, term=column.business_name, description=column.description, marks=marks)
    yield from comment(told, "  -- ")
    for rule, message in EXPLAINED.items():
        limits = limits_of(contract, f"{column.name}.{rule}")
        if limits:
            yield from comment(say(message, limits=limits), "  -- ")
    if column.treatment:
        yield from comment(say(TREATED[column.treatment]), "  -- ")
    if column.vera:
        yield from comment(f"VERA: {column.vera}", "  -- ")
    if (contract.name, column.name) in LEFT_EMPTY:
        yield from comment(say("init.example", example=column.example), "  -- ")


def limits_of(contract: Contract, rule_id: str) -> str:
    """What a rule allows: a list of values, a pattern, or limits as SQL writes them; empty without such a rule."""
    predicate = next((rule.predicate for rule in contract.rules if rule.id == rule_id), "")
    if rule_id.endswith(".range"):
        return predicate.removeprefix("coalesce(").removesuffix(", true)")
    return ", ".join(re.findall(r"'([^']*)'", predicate))


def _example(contract: Contract, column: Column) -> str:
    if column.example is None or (contract.name, column.name) in LEFT_EMPTY:
        return "null"
    example = column.example.lower() if column.logical_type == "boolean" else column.example
    for year, earlier in EARLIER.items():
        example = example.replace(year, earlier)
    return quoted(example)


def _about(contract: Contract) -> dict[str, str]:
    return {
        "name": contract.name,
        "title": contract.title,
        "grain": contract.grain,
        "purpose": contract.purpose,
        "usage": contract.usage,
        "limitations": contract.limitations,
    }


def _whether_needed(contract: Contract, language: Language) -> str:
    if contract.is_required:
        return language.say("init.table_needed")
    ending = INACTIVE[language.code]
    return language.say("init.table_optional", ending=ending, file=f"{contract.name}.sql")


def comment(text: str, mark: str = "-- ", later: str | None = None) -> list[str]:
    """A text as comment lines; `later` marks the second line and on, where that differs."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=mark,
        subsequent_indent=later or mark,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _wrapped(text: str) -> list[str]:
    return comment(text, "", "")
