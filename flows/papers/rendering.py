"""Fills in a page: the templates hold the sentences, everything that can differ comes from the facts."""

from __future__ import annotations

import re
import textwrap
from functools import cache
from typing import Any, NoReturn

from jinja2 import Environment, PackageLoader, StrictUndefined

from data_contracts.contract import Column
from data_contracts.forbidden import forbidden_names
from data_contracts.personal import SOMEBODYS
from flows.benchmark.figures import Spread
from flows.language import Language
from flows.papers.facts import Facts
from flows.papers.measured import FOUND_WEEKS
from models.policy import MAY_BE_LEFT_OUT, Policy
from models.quarters import ROUNDED_TO, SMALL
from models.streams import STREAMS

TO_FILL_IN = re.compile(r"\[in te vullen: ([^\]]+)\]")
"""What only the organisation knows, as it stands in every paper."""
WIDTH = 120
_DECIMAL = re.compile(r"(?<![\d.])(\d*)\.(\d+)")


def rendered(name: str, facts: Facts, language: Language) -> str:
    """The text of one paper.

    Args:
        name: Of a template in `flows/templates/papers/`, with the language that it is in: `nl/dpia.md`.
        facts: What it may say.
        language: How numbers are written.
    """
    from flows.reference.policy_page import policy_groups, written

    told = {
        "facts": facts,
        "policy": facts.policy,
        "default": Policy(),
        "groups": policy_groups(),
        "written": written,
        "commands": _commands(),
        "streams": STREAMS,
        "may_be_left_out": MAY_BE_LEFT_OUT,
        "small": SMALL,
        "rounded_to": ROUNDED_TO,
        "found_weeks": FOUND_WEEKS,
    }
    text = _pages(language.code).get_template(name).render(told)
    return _wrapped(re.sub(r"\s*\n\n\s*?(?=\S)", "\n\n", re.sub(r" +$", "", text, flags=re.MULTILINE))) + "\n"


def words(language: Language) -> Any:
    """What the papers of a language call a thing, as `words.md` has it."""
    return _pages(language.code).get_template(f"{language.code}/words.md").module


def left_open(text: str) -> list[str]:
    """What is still to be filled in, once each, in the order of the text."""
    return list(dict.fromkeys(" ".join(each.split()) for each in TO_FILL_IN.findall(text)))


@cache
def _commands() -> frozenset[str]:
    """Names of the commands that there are: a paper promises no other."""
    from flows.commands.group import commands

    return frozenset(commands(Language("nl"), _no_clock).commands)


def _no_clock() -> NoReturn:
    raise AssertionError("a page has no need of the time")


@cache
def _pages(code: str) -> Environment:
    from flows.keeping.removing import ANSWERS

    language = Language(code)
    pages = Environment(
        loader=PackageLoader("flows", "templates/papers"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    # What is refused, whose rows go after a while, and whose free text does.
    pages.globals |= {"forbidden": forbidden_names().words, "somebodys": SOMEBODYS, "answers": ANSWERS}
    pages.filters |= {
        "n": language.write,
        "share": language.share,
        "fixed": language.fixed,
        "spread": lambda value: _spread(value, language),
        "decimals": lambda text: _DECIMAL.sub(r"0,\2" if code == "nl" else r"0.\2", text),
        "cell": lambda value: str(value).replace("|", "\\|"),
        "capital": lambda text: text[:1].upper() + text[1:],
        "listed": lambda values: language.write(list(values)),
        "names": lambda columns: language.write([each.business_name for each in columns]),
        "untreated": lambda columns: [each for each in columns if each.treatment is None],
        "treatments": _treatments,
        "say": language.say,
    }
    return pages


def _spread(value: Spread | None, language: Language) -> str:
    """A figure over the seeds as a percentage, with the smallest and the largest."""
    if value is None:
        return "–"
    return f"{language.share(value.mean)} ({language.share(value.low)} – {language.share(value.high)})"


def _treatments(columns: dict[str, tuple[Column, ...]]) -> dict[str, Any]:
    """Personal columns by what is done to them on the way in: business names, once each."""
    found: dict[str, dict[str, None]] = {}
    for each in (column for some in columns.values() for column in some):
        found.setdefault(str(each.treatment), {})[each.business_name] = None
    return {treatment: list(names) for treatment, names in found.items()}


def _wrapped(text: str) -> str:
    """Paragraphs and items filled to one width, whatever stands in them; tables and headings as they are."""
    blocks = []
    for block in text.strip().split("\n\n"):
        is_plain = not block.startswith(("#", "|"))
        items = re.split(r"\n(?=- |\d+\. )", block)
        blocks.append("\n".join(_filled(each) for each in items) if is_plain else block)
    return "\n\n".join(blocks)


def _filled(paragraph: str) -> str:
    mark = re.match(r"- |\d+\. ", paragraph)
    indent = " " * len(mark[0]) if mark else ""
    return textwrap.fill(
        " ".join(paragraph.split()), WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
