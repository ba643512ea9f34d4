"""Writes each area team its folder: the digest in every form, and its answer sheets.

Beside the folders stand two lists for `luisterpost send`: `teams.json`, what goes to each team, and, only where there
is a safety matter, `safety.json`: the names for the safety role, and nothing that tells what is going on there.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from flows.answers.sheets_out import AskedFlag, sheet_csv, sheet_workbook
from flows.home import OWNER_ONLY_FOLDER
from flows.language import Language
from flows.sharing.asking import stands_on_sheet
from flows.sharing.charts import drawing, picture
from flows.sharing.composing import digests
from flows.sharing.digest import Digest
from flows.sharing.files import SAFETY_FILE, TEAMS_FILE, write_aside
from flows.sharing.lists import digest_csv, digest_workbook
from flows.sharing.mail import mail_html, mail_text
from flows.sharing.page import digest_page
from flows.sharing.paper import digest_paper
from flows.sharing.shown_names import file_title, folder_name, shown_name
from flows.sharing.tier import SharedWeek


@dataclass(frozen=True)
class TeamFolder:
    """What was written for one area team.

    Attributes:
        team: Area team, as the source has it.
        folder: Its folder.
        files: The files in it, by name.
        is_news: Whether there is a new complex.
    """

    team: str
    folder: Path
    files: tuple[Path, ...]
    is_news: bool


def write_digests(shared: SharedWeek, folder: Path, language: Language) -> list[TeamFolder]:
    """Writes the digest of every team. The same week gives the same bytes.

    Args:
        shared: The week.
        folder: Where to, such as `HOME/shared/2026-W46`; folders of teams that are gone are removed from it.
        language: Of the digests.

    Returns:
        One per team, in the order of their names.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY_FOLDER)
    told = digests(shared, language)
    teams = {digest.team for digest in told}
    made = [_write_team(digest, shared, folder / folder_name(digest.team, teams), language) for digest in told]
    # A page of a team that was renamed or emptied since would be read as this week's.
    for old in {each for each in folder.iterdir() if each.is_dir()} - {each.folder for each, _ in made}:
        shutil.rmtree(old, ignore_errors=True)
    write_aside(folder / TEAMS_FILE, _json([listed for _, listed in made]))
    _write_safety(shared, folder, language)
    return [each for each, _ in made]


def _write_team(
    digest: Digest, shared: SharedWeek, place: Path, language: Language
) -> tuple[TeamFolder, dict[str, Any]]:
    place.mkdir(exist_ok=True, mode=OWNER_ONLY_FOLDER)
    drawings = [drawing(entry.chart) if entry.chart else "" for entry in digest.new]
    images = [f"chart-{number}.png" if svg else "" for number, svg in enumerate(drawings, start=1)]
    contents = {
        "digest.html": digest_page(digest, drawings, language).encode(),
        "mail.html": mail_html(digest, images, language).encode(),
        "mail.txt": mail_text(digest).encode(),
        "digest.pdf": digest_paper(digest, drawings, shared, language),
        "list.xlsx": digest_workbook(digest, shared, language),
        "list.csv": digest_csv(digest, shared, language),
        **{name: picture(svg) for name, svg in zip(images, drawings, strict=True) if name},
        **_sheets(digest, shared, language),
    }
    files = tuple(write_aside(place / name, content) for name, content in sorted(contents.items()))
    for old in {each for each in place.iterdir() if each.is_file()} - set(files):
        old.unlink()
    listed = _listed(digest, place.name, contents, [name for name in images if name], shared, language)
    return TeamFolder(digest.team, place, files, digest.n_new > 0), listed


def _sheets(digest: Digest, shared: SharedWeek, language: Language) -> dict[str, bytes]:
    """The answer sheets of a team; none where nothing is asked."""
    flags = shared.flags.filter(pl.col("area_team") == digest.team).to_dicts()
    asked = tuple(_asked(flag, language) for flag in flags if stands_on_sheet(flag))
    if not asked:
        return {}
    return {
        "answers.xlsx": sheet_workbook(asked, shared.week, digest.team, language),
        "answers.csv": sheet_csv(asked, language, has_mark=shared.terms.csv_bom),
    }


def _asked(flag: dict[str, Any], language: Language) -> AskedFlag:
    kind = "random_draw" if flag["why"] == "random_draw" else flag["silence_kind"]
    return AskedFlag(flag["flag_id"], flag["name"], flag["homes"], language.say(f"flag.question.{kind}"))


def _listed(
    digest: Digest,
    place: str,
    contents: dict[str, bytes],
    images: list[str],
    shared: SharedWeek,
    language: Language,
) -> dict[str, Any]:
    """What `luisterpost send` reads of one team. Attachments bear names that people recognise among their downloads."""
    number = shared.week.isocalendar().week
    about: dict[str, Any] = {"week": number, "team": digest.shown_team}
    subject = (
        language.say("team.subject.new", count=digest.n_new, **about)
        if digest.n_new
        else language.say("team.subject.nothing", **about)
    )
    named = {"week": shared.week_name, "team": file_title(digest.team)}
    attached = {
        "digest.pdf": f"{language.say('team.attached.digest', **named)}.pdf",
        "answers.xlsx": f"{language.say('team.attached.answers', **named)}.xlsx",
    }
    return {
        "team": digest.team,
        "folder": place,
        "subject": subject,
        "notice": language.say("team.notice", **about),
        "is_news": digest.n_new > 0,
        "files": {
            "html": "mail.html",
            "text": "mail.txt",
            "images": images,
            "attachments": {name: shown for name, shown in attached.items() if name in contents},
        },
    }


def _write_safety(shared: SharedWeek, folder: Path, language: Language) -> None:
    """The word to the safety role: where, and nothing else; small complexes too, for it goes to nobody else."""
    if shared.safety.is_empty():
        (folder / SAFETY_FILE).unlink(missing_ok=True)
        return
    names: dict[str, list[str]] = {}
    for row in shared.safety.sort("area_team", "name").to_dicts():
        names.setdefault(row["area_team"], []).append(shown_name(row["name"]))
    rows = [language.say("team.safety_row", team=shown_name(team), names=named) for team, named in names.items()]
    said = {
        "subject": language.say("team.safety_subject", week=shared.week.isocalendar().week),
        "text": "\n".join([language.say("team.safety_text"), "", *rows]) + "\n",
        "teams": list(names),
    }
    write_aside(folder / SAFETY_FILE, _json(said))


def _json(said: Any) -> bytes:
    return (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode()
