"""Writes all that is shared of a published week: tables, the overview, and each area team its folder."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from flows.home import OWNER_ONLY_FILE, OWNER_ONLY_FOLDER, Home
from flows.language import Language
from flows.results import PublishedWeek
from flows.sharing.overview import overview_page
from flows.sharing.tables import write_tables
from flows.sharing.team_folder import TeamFolder, write_digests
from flows.sharing.tier import SHARED_TABLES, shared_week
from models.weeks import parse_week

RUN_FILE = "run.json"
"""Written last, with the run that was shared: where it is not, or another run's, what stands there is not whole."""


def share(published: PublishedWeek, folder: Path, language: Language) -> tuple[TeamFolder, ...]:
    """Writes the shared tier of one published week. The same week gives the same bytes.

    Args:
        published: The week.
        folder: Where to, such as `HOME/shared/2026-W46`; what stood there of teams that are gone is removed.
        language: Of what people read.
    """
    shared = shared_week(published)
    folder.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY_FOLDER)
    (folder / RUN_FILE).unlink(missing_ok=True)
    write_tables(shared, folder)
    _write(folder / "overview.html", overview_page(shared, language))
    teams = tuple(write_digests(shared, folder, language))
    said = {"run_id": shared.run_id, "week": shared.week_name, "language": language.code}
    _write(folder / RUN_FILE, json.dumps(said, indent=2) + "\n")
    return teams


def share_with_all(published: PublishedWeek, home: Home, language: Language) -> tuple[TeamFolder, ...]:
    """Writes the week into `HOME/shared/WEEK`, and its tables into `HOME/shared` where it is the newest."""
    folder = home.shared / published.week_name
    written = share(published, folder, language)
    if _is_newest(published, home):
        for name in SHARED_TABLES:
            making = home.shared / f".{name}.making"
            shutil.copyfile(folder / f"{name}.parquet", making)
            making.chmod(OWNER_ONLY_FILE)
            making.replace(home.shared / f"{name}.parquet")
    return written


def _is_newest(published: PublishedWeek, home: Home) -> bool:
    """Reports of teams read one place: an older week that is run later must not stand there."""
    weeks = [parse_week(each.name) for each in home.shared.iterdir() if re.fullmatch(r"\d{4}-W\d\d", each.name)]
    return parse_week(published.week_name) >= max(weeks)


def _write(file: Path, text: str) -> None:
    making = file.with_name(f".{file.name}.making")
    making.write_text(text, encoding="utf-8")
    making.chmod(OWNER_ONLY_FILE)
    making.replace(file)
