"""What people read, in Dutch or English, from the catalogues in `language/*.po`.

A message is asked for by its name. Numbers, dates and plurals follow the language through babel.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import Translations

from data_contracts.problem import Problem, Spoken

LANGUAGES = ("nl", "en")
LANGUAGE_VARIABLE = "LUISTERPOST_LANGUAGE"
"""Names the language where nothing else does."""
CATALOGUES = Path(__file__).parent / "language"


@dataclass(frozen=True)
class Language:
    """One language that Luisterpost speaks.

    Args:
        code: `nl` or `en`.
    """

    code: str

    def say(self, message: str, **figures: Any) -> str:
        """The sentence called `message`, with its figures filled in.

        Args:
            message: Name in the catalogues.
            **figures: Values; `count` chooses the plural. Numbers and dates are written as the language does.

        Raises:
            KeyError: If the catalogue has no such message: a fault of ours, held by a test.
        """
        if not self.has(message):
            raise KeyError(f"{self.code}: {message}")
        spoken = _translations(self.code)
        text = spoken.ngettext(message, message, figures["count"]) if "count" in figures else spoken.gettext(message)
        return text.format(**{name: self.write(value) for name, value in figures.items()})

    def has(self, message: str) -> bool:
        """Whether the catalogue has this message."""
        return catalogue(self.code).get(message) is not None

    def tell(self, problem: Problem) -> str:
        """The one sentence of a problem: what, where, how to mend."""
        return self.say(problem.message, **problem.figures)

    def write(self, value: Any) -> str:
        """A value as people write it: 1.234 and 0,5 in Dutch; texts stay as they are."""
        if isinstance(value, Spoken):
            return self.say(value)
        if isinstance(value, Problem):
            return self.tell(value)
        if isinstance(value, bool) or value is None:
            return str(value)
        if isinstance(value, int | float):
            return format_decimal(value, locale=self._locale)
        if isinstance(value, datetime):
            return format_datetime(value, "d MMMM y H:mm", locale=self._locale)
        if isinstance(value, date):
            return format_date(value, "d MMMM y", locale=self._locale)
        if isinstance(value, list | tuple):
            return format_list([self.write(each) for each in value], locale=self._locale) if value else ""
        return str(value)

    def day(self, value: date) -> str:
        """A date in few characters: 14-11-2026 in Dutch, 14 Nov 2026 in English."""
        return format_date(value, "dd-MM-y" if self.code == "nl" else "d MMM y", locale=self._locale)

    def share(self, value: float) -> str:
        """A share as a percentage without decimals."""
        return format_percent(value, "#,##0 %" if self.code == "nl" else "#,##0%", locale=self._locale)

    def chance(self, value: float) -> str:
        """A chance as a percentage with one decimal."""
        return format_percent(value, "#,##0.0 %" if self.code == "nl" else "#,##0.0%", locale=self._locale)

    def fixed(self, value: float, digits: int) -> str:
        """A figure with exactly so many decimals, for columns and for sums."""
        # Rounded first: a nought has no sign.
        return format_decimal(round(value, digits) + 0.0, "#,##0." + "0" * digits, locale=self._locale)

    @property
    def _locale(self) -> Locale:
        return Locale.parse(self.code)


def known_language(asked: object = None) -> Language:
    """The language that is asked for, else the one that the environment names, else Dutch.

    Args:
        asked: A code; one that we do not speak counts as none.
    """
    for code in (asked, os.environ.get(LANGUAGE_VARIABLE)):
        if code in LANGUAGES:
            return Language(str(code))
    return Language(LANGUAGES[0])


@cache
def catalogue(code: str) -> Catalog:
    """All messages of a language."""
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)


@cache
def _translations(code: str) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, catalogue(code))
    compiled.seek(0)
    return Translations(compiled)
