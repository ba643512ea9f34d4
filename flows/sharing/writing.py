"""Writes all that is shared of a published week: tables, the overview, and each area team its folder."""

from __future__ import annotations

import json
import re
from pathlib import Path

from data_contracts.contract import contracts
from flows.home import OWNER_ONLY_FOLDER, Home
from flows.language import Language
from flows.results import PublishedWeek
from flows.sharing.files import RUN_FILE, write_aside
from flows.sharing.overview import overview_page
from flows.sharing.tables import write_tables
from flows.sharing.team_folder import TeamFolder, write_digests
from flows.sharing.tier import shared_week
from models.weeks import parse_week


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
    write_aside(folder / "overview.html", overview_page(shared, language).encode())
    teams = tuple(write_digests(shared, folder, language))
    said = {"run_id": shared.run_id, "week": shared.week_name, "language": language.code}
    write_aside(folder / RUN_FILE, (json.dumps(said, indent=2) + "\n").encode())
    return teams


def share_with_all(published: PublishedWeek, home: Home, language: Language) -> tuple[TeamFolder, ...]:
    """Writes the week into `HOME/shared/WEEK`, and its tables into `HOME/shared` where it is the newest."""
    folder = home.shared / published.week_name
    written = share(published, folder, language)
    if _is_newest(published, home):
        for name in contracts("shared"):
            write_aside(home.shared / f"{name}.parquet", (folder / f"{name}.parquet").read_bytes())
    return written


def _is_newest(published: PublishedWeek, home: Home) -> bool:
    """Reports of teams read one place: an older week that is run later must not stand there."""
    weeks = [parse_week(each.name) for each in home.shared.iterdir() if re.fullmatch(r"\d{4}-W\d\d", each.name)]
    return parse_week(published.week_name) >= max(weeks)
