"""Opens a published week for a notebook: the one asked for, the latest there is, or the demo corporation's.

A notebook never shows a traceback for what its reader can mend: what is wrong comes back as one sentence.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from data_contracts.contract import contract, contracts
from data_contracts.problem import Problem
from flows.exploring.demo_week import demo_home
from flows.home import DEFAULT_HOME, Home
from flows.language import Language, known_language
from flows.results import PublishedWeek, check_readable, latest_week, published_week
from models.weeks import parse_week


@dataclass(frozen=True)
class Opened:
    """What a notebook looks at.

    Attributes:
        home: Home folder that the week is from.
        week: The published week; None where `trouble` says why there is none.
        language: Of what the notebook says.
        is_demo: Whether it is the demo corporation, for want of a published week.
        trouble: One sentence: what is wrong, where, how to mend; or None.
        asked_home: The folder that was asked for, where the demo took its place too.
    """

    home: Home
    week: PublishedWeek | None
    language: Language
    is_demo: bool = False
    trouble: str | None = None
    asked_home: Path | None = None

    @property
    def notice(self) -> str:
        """A sentence on which week this is, and of whom; where there is none, what is wrong."""
        if self.week is None:
            return self.trouble or ""
        about = "explore.this_is_the_demo" if self.is_demo else "explore.this_is_week"
        return self.language.say(about, week=self.week.week_name, home=self.asked_home or self.home.folder)


def open_week(arguments: Mapping[str, object], needs: tuple[str, ...] | None = None) -> Opened:
    """Opens what the arguments name; what is wrong with it comes back as a sentence.

    Args:
        arguments: `home` (folder; else `luisterpost-home` here), `week` (such as 2026-W46; else the latest), `language`
            (`nl` or `en`; else what LUISTERPOST_LANGUAGE says), `demo` (a home with the demo's week, where one was made
            already). Anything else is ignored.
        needs: Published tables that the notebook reads; else all of them.
    """
    try:
        return find_week(arguments, needs)
    except Problem as problem:
        folder, language = _folder(arguments), language_of(arguments)
        return Opened(Home(folder), None, language, trouble=language.tell(problem), asked_home=folder)


def find_week(arguments: Mapping[str, object], needs: tuple[str, ...] | None = None) -> Opened:
    """What `open_week` opens, for whoever tells a problem otherwise.

    Raises:
        Problem: `results.*`, `week.unreadable`, `explore.damaged` or `explore.no_column`.
    """
    language, week = language_of(arguments), str(arguments.get("week") or "")
    home, is_demo = asked_home(arguments)
    place = _demo(arguments, language) if is_demo else home
    try:
        found = published_week(place, parse_week(week)) if week else latest_week(place)
        _check_whole(found, tuple(contracts("published")) if needs is None else needs)
    except (OSError, ValueError, KeyError, TypeError) as error:
        # The latest week is looked at even where another is asked for.
        raise Problem("explore.damaged", file=place.latest, why=_why(error)) from error
    return Opened(place, found, language, is_demo, asked_home=home.folder)


def asked_home(arguments: Mapping[str, object]) -> tuple[Home, bool]:
    """The home folder that the arguments name, and whether the demo takes its place: nothing was published there yet.

    Raises:
        Problem: `explore.damaged`, for a folder of somebody else or one that cannot be.
    """
    folder = _folder(arguments)
    try:
        home = Home(folder.expanduser().resolve())
        # A link to a week that is gone is damage.
        was_published = home.latest.is_symlink() or home.latest.exists()
    except (OSError, RuntimeError, ValueError) as error:
        # The last one: a name with a sign in it that no file can have.
        raise Problem("explore.damaged", file=folder, why=_why(error)) from error
    return home, not was_published and not arguments.get("week")


def _folder(arguments: Mapping[str, object]) -> Path:
    return Path(str(arguments.get("home") or DEFAULT_HOME))


def _demo(arguments: Mapping[str, object], language: Language) -> Home:
    made = arguments.get("demo")
    return Home(Path(str(made))) if made else demo_home(language.code)


def _check_whole(week: PublishedWeek, needs: tuple[str, ...]) -> None:
    """Holds a week against what a run leaves behind, so that damage is told here and not as a traceback later.

    Raises:
        Problem: `explore.damaged` or `explore.no_column`, with the file; `results.other_version`.
    """
    file = week.folder / "run.json"
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        if not (isinstance(said["contracts"], dict) and isinstance(said.get("policy", {}), dict)):
            raise TypeError
        parse_week(str(said["week"]))
    except (OSError, ValueError, KeyError, TypeError, Problem) as error:
        raise Problem("explore.damaged", file=file, why=_why(error)) from error
    check_readable(week, needs)
    for name in needs:
        file = week.folder / f"{name}.parquet"
        try:
            # A folder may have brackets in its name; they are no pattern.
            columns = pl.scan_parquet(file, glob=False).collect_schema()
        except (OSError, pl.exceptions.PolarsError) as error:
            raise Problem("explore.damaged", file=file, why=_why(error)) from error
        for each in contract("published", name).column_names:
            if each not in columns:
                raise Problem("explore.no_column", file=file, column=each)


def _why(error: Exception) -> str:
    # What polars says of a broken file is a paragraph.
    return getattr(error, "strerror", None) or type(error).__name__


def language_of(arguments: Mapping[str, object]) -> Language:
    """The language that the arguments name, else what LUISTERPOST_LANGUAGE says, else Dutch."""
    return known_language(arguments.get("language"))
