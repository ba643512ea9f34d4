"""One run: everything that the steps of the weekly flow need to know, as plain values.

Steps may be sent to another machine, so a run holds no open connection and no global state.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from data_contracts.problem import Problem
from flows.home import Home
from flows.language import Language
from flows.mappings import Mapping, find_mapping
from flows.settings import Settings, read_settings
from models.weeks import last_whole_week, week_name

DEFAULT_TIMEZONE = "Europe/Amsterdam"


@dataclass(frozen=True)
class Run:
    """One weekly run.

    Attributes:
        home: Where the results go.
        mapping: Where the sources come from.
        settings: What this installation set for itself.
        asked_week: Monday of the week that the user asked for, or None for the latest there is.
        read_at: The moment of the run, in UTC; the only clock that anything below the command line sees.
        language_code: Language of what people read.
    """

    home: Home
    mapping: Mapping
    settings: Settings
    asked_week: date | None
    read_at: datetime
    language_code: str = "nl"

    @property
    def run_id(self) -> str:
        """Name of the run: its moment, to the microsecond."""
        return self.read_at.strftime("%Y%m%dT%H%M%S%fZ")

    @property
    def timezone(self) -> str:
        """Zone of weeks and of timestamps without a zone: the settings, else the mapping, else Amsterdam."""
        return self.settings.timezone or self.mapping.timezone or DEFAULT_TIMEZONE

    @property
    def last_week(self) -> date:
        """Monday of the last week that was over when the run began, by local time."""
        return last_whole_week(self.read_at.astimezone(ZoneInfo(self.timezone)).date())

    def for_week(self, week: date) -> Run:
        """The same run for a given week."""
        return replace(self, asked_week=week)

    @property
    def language(self) -> Language:
        """The language of what people read."""
        return Language(self.language_code)


def make_run(
    home: Path, sources: str, inbox: Path | None, asked_week: date | None, read_at: datetime, language: str
) -> Run:
    """A run, after its folders and settings were found to be in order.

    Raises:
        Problem: About the sources, the settings, the week or the home folder.
    """
    place = Home(home.resolve())
    mapping = find_mapping(sources, inbox)
    settings = read_settings(place.settings)
    run = Run(place, mapping, settings, asked_week, read_at, language)
    # By the organisation's own clock, not the machine's; and before a single row is read.
    if asked_week is not None and asked_week > run.last_week:
        raise Problem("week.not_over", week=week_name(asked_week), last=week_name(run.last_week))
    place.create()
    return run
