"""A town in which everything that must not get out is marked, so that it is found wherever it turns up."""

from __future__ import annotations

import gzip
import re
import sqlite3
import zipfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import polars as pl
from pypdf import PdfReader
from story import write_town

from models.simulation import RICH_RATES, Shares

# The moments of two reports, to the second: nobody else in the town reports at such a time.
MOMENTS = (datetime(2026, 11, 3, 13, 37, 59), datetime(2026, 11, 12, 22, 47, 58))
TIMES = ("13:37:59", "22:47:58", "13:37", "22:47", "14:37:59", "12:37:59", "23:47:58", "21:47:58")
"""As they were noted, and an hour to either side: Amsterdam and UTC."""
IN_ROWS = {
    "reporter": "KANARIEMELDER",
    "home": "KANARIEWONING",
    "complaint": "KANARIEKLACHT",
    "repair": "KANARIEREPARATIE",
    "visit": "KANARIEBEZOEK",
    "signal": "KANARIESIGNAAL",
    "incident": "KANARIEZAAK",
    "name": "Zwaluwenburg",
    "word": "kanariewoord",
}
"""What is planted in the rows of sources, by what it stands for."""
IN_ANSWERS = {
    "sender": "kanarie.afzender",
    "body": "kanariebriefje",
    "file": "kanariebestand",
    "note": "kanarieantwoord",
}
"""What is planted in the answers folder and in answers' notes."""
SECRETS = {
    "LUISTERPOST_SECRET": "geheim-kanarie-4f1c9d2e7b",
    "LUISTERPOST_MAIL": "mailtos://post:wachtwoord-kanarie-7788@mail.example.nl?from=luisterpost@example.nl",
    "TEAM_NOORD": "https://example.nl/hooks/kanariehaak-556677",
}
SECRET_WORDS = ("geheim-kanarie-4f1c9d2e7b", "wachtwoord-kanarie-7788", "kanariehaak-556677")
"""What of those environment variables is the secret."""


@dataclass(frozen=True)
class Planted:
    """Where it all stands before a run.

    Attributes:
        sources: The town.
        home: The installation, with settings and answers.
        user: An empty home of the user, where Prefect puts its files.
    """

    sources: Path
    home: Path
    user: Path


def plant(folder: Path) -> Planted:
    """Writes a town with marks in every personal column, settings that name secrets, and an answer from somebody."""
    planted = Shares(quiet_decline=0.07, went_quiet=0.07, afraid=0.07)
    sources = write_town(folder / "town", 30, 60, seed=1, rates=RICH_RATES, median_homes=60, shares=planted)
    _mark(sources, "complaints", complaint_id="complaint", reporter_key="reporter", incident_key="incident")
    _mark(sources, "repairs", repair_id="repair", reporter_key="reporter", incident_key="incident")
    _mark(sources, "tenancies", home_key="home")
    _mark(sources, "field_signals", signal_id="signal", visit_key="visit")
    note = f"Mevrouw {IN_ROWS['name']} van nummer 12 ({IN_ROWS['word']}) durft niets te zeggen"
    _changed(sources, "field_signals", note=pl.lit(note))
    _at_odd_moments(sources)
    _break_a_row(sources)
    home = folder / "home"
    home.mkdir()
    settings = '[policy]\nbackfill_weeks = 4\n\n[delivery]\nanswers_to = "antwoord@example.nl"\n'
    teams = pl.read_parquet(sources / "complexes.parquet")["area_team"].unique().sort()
    settings += f'\n[teams."{teams[0]}"]\nsend_to = ["$TEAM_NOORD"]\n'
    (home / "luisterpost.toml").write_text(settings, encoding="utf-8")
    _answer(home / "answers", sources)
    user = folder / "user"
    user.mkdir()
    return Planted(sources, home, user)


def _changed(sources: Path, name: str, **columns: pl.Expr) -> None:
    file = sources / f"{name}.parquet"
    rows = pl.read_parquet(file)
    rows.with_columns(**columns).cast(dict(rows.schema)).write_parquet(file)


def _mark(sources: Path, name: str, **columns: str) -> None:
    """Puts a mark before every key; which rows belong together stays as it is."""
    _changed(sources, name, **{column: pl.format(f"{IN_ROWS[mark]}-{{}}", column) for column, mark in columns.items()})


def _at_odd_moments(sources: Path) -> None:
    file = sources / "complaints.parquet"
    rows = pl.read_parquet(file)
    last = rows.sort("reported_at", nulls_last=False).tail(2)
    odd = last.with_columns(
        complaint_id=pl.format("{}-odd", "complaint_id"),
        reported_at=pl.Series(MOMENTS, dtype=rows.schema["reported_at"]),
        resolved_at=pl.lit(None),
    )
    pl.concat([rows, odd.cast(dict(rows.schema))]).write_parquet(file)


def _break_a_row(sources: Path) -> None:
    """One row that breaks a rule: it is set apart, with its personal columns."""
    file = sources / "complaints.parquet"
    rows = pl.read_parquet(file)
    broken = rows.tail(1).with_columns(
        complaint_id=pl.format("{}-broken", "complaint_id"), complex_id=pl.lit("nowhere")
    )
    pl.concat([rows, broken]).write_parquet(file)


def _answer(folder: Path, sources: Path) -> None:
    """A saved mail from somebody with a name, and an answer with a note, on a flag that may be."""
    folder.mkdir()
    where = pl.read_parquet(sources / "complexes.parquet")["complex_id"].sort()[0]
    mail = EmailMessage()
    mail["Subject"] = f"Re: Luisterpost [2026-W46-{where}] zorgen"
    mail["From"] = f"Kanarie Afzender <{IN_ANSWERS['sender']}@example.nl>"
    mail["Date"] = "Thu, 12 Nov 2026 09:15:00 +0100"
    mail.set_content(f"{IN_ANSWERS['body']}: ik was er met mijn collega")
    (folder / f"{IN_ANSWERS['file']}.eml").write_bytes(mail.as_bytes())
    row = {"flag_id": f"2026-W46-{where}", "reviewed_on": "2026-11-12", "verdict": "fine", "note": IN_ANSWERS["note"]}
    (sources / "outcomes.parquet").unlink(missing_ok=True)
    pl.DataFrame([row]).write_csv(sources / "outcomes.csv")


# Reading every byte.


def readings(file: Path) -> Iterator[bytes]:
    """A file as it is, and all that anybody could unpack of it: parts, pages, tables, rows."""
    content = file.read_bytes()
    yield content
    match file.suffix:
        case ".parquet":
            # Every cell, and what is said beside the rows.
            table = pl.read_parquet(file)
            yield table.write_json().encode()
            yield repr(pl.read_parquet_metadata(file)).encode()
        case ".xlsx" | ".zip" | ".docx":
            with zipfile.ZipFile(file) as book:
                for name in book.namelist():
                    yield name.encode()
                    yield book.read(name)
        case ".pdf":
            pdf = PdfReader(file)
            yield "\n".join(page.extract_text() for page in pdf.pages).encode()
            yield repr(pdf.metadata).encode()
        case ".gz":
            yield gzip.decompress(content)
    if content.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as con, suppress(sqlite3.DatabaseError):
            yield "\n".join(con.iterdump()).encode()


def files_in(*folders: Path) -> list[Path]:
    """Every file in the folders, links not followed."""
    return [
        file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file() and not file.is_symlink()
    ]


def found_in(files: Iterable[Path], words: Iterable[str]) -> dict[str, set[str]]:
    """Which words stand in which files, in plain or in UTF-16, whatever their case."""
    wanted = {word: (word.lower().encode(), word.lower().encode("utf-16-le")) for word in words}
    found: dict[str, set[str]] = {}
    for file in files:
        for reading in readings(file):
            lower = reading.lower()
            for word, forms in wanted.items():
                if any(form in lower for form in forms):
                    found.setdefault(word, set()).add(file.name)
    return found


def keys_in(files: Iterable[Path], keys: Collection[str]) -> dict[str, set[str]]:
    """Which of many keys stand in which files; a key is a word of letters and figures, all of one length."""
    (length,) = {len(key) for key in keys}
    wanted = {key.encode() for key in keys}
    word = re.compile(rb"(?<![0-9A-Za-z])[0-9A-Za-z]{%d}(?![0-9A-Za-z])" % length)
    found: dict[str, set[str]] = {}
    for file in files:
        for reading in readings(file):
            for key in wanted.intersection(word.findall(reading)):
                found.setdefault(key.decode(), set()).add(file.name)
    return found
