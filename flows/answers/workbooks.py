"""A returned workbook: its cells as text, wherever they stand, and what it says of itself.

The cells are read by DuckDB in its sandbox; of the rest only the list of sheets and two moments are looked at.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

import duckdb

from data_contracts.problem import Problem
from data_contracts.row_rules import quoted
from flows.sandbox import DAMAGED, first_line, sandbox

# An answer sheet has some rows and a dozen columns; whoever puts those of all teams together has some hundreds.
MOST_ROWS, LAST_COLUMN = 5_000, "AZ"
# A small file can unpack to more than a disk holds.
MOST_UNPACKED = 50 << 20
OLE_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
DAY_ZERO, DAY_ZERO_1904 = date(1899, 12, 30), date(1904, 1, 1)

Cells = list[list[str | None]]


@dataclass(frozen=True)
class Workbook:
    """What one workbook holds.

    Attributes:
        sheets: The cells of each sheet, in the order of the workbook.
        made_at: When it was made; copies and later versions keep that [UTC].
        saved_at: When it was last saved, or None if the program did not write that down [UTC].
        day_zero: Day from which it counts its dates.
    """

    sheets: tuple[Cells, ...]
    made_at: datetime | None
    saved_at: datetime | None
    day_zero: date


def read_workbook(content: bytes, file: str) -> Workbook:
    """Reads the bytes of an XLSX file.

    Args:
        content: The file.
        file: Its name, for people.

    Raises:
        Problem: `answers.locked`, `answers.unreadable`, `answers.too_big` or `answers.too_long`.
    """
    if content.startswith(OLE_FILE):
        raise Problem("answers.locked", file=file)
    parts = _parts(content, file)
    names, is_1904, made_at, saved_at = _told(parts, file)
    # The name that a file was sent with may hold what a reader takes for a pattern.
    with tempfile.TemporaryDirectory(prefix="luisterpost-answers-") as folder:
        place = Path(folder) / "sheet.xlsx"
        _pack(parts, place)
        with sandbox(place, ["excel"]) as con:
            sheets = _sheets(con, place, names, file)
    # A program that does not write down when it saved leaves our own moment standing.
    was_saved = saved_at is not None and (made_at is None or saved_at > made_at)
    return Workbook(sheets, made_at, saved_at if was_saved else None, DAY_ZERO_1904 if is_1904 else DAY_ZERO)


def _parts(content: bytes, file: str) -> dict[str, bytes]:
    """The XML parts of a workbook, each one sound. Pictures and macros are left where they are."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            inside = [each for each in book.infolist() if each.filename.endswith((".xml", ".rels"))]
            if sum(each.file_size for each in inside) > MOST_UNPACKED:
                raise Problem("answers.too_big", file=file, most=MOST_UNPACKED >> 20)
            parts = {each.filename: book.read(each) for each in inside}
        for part in parts.values():
            expat.ParserCreate(namespace_separator=" ").Parse(part, True)
    except (*DAMAGED, OSError, LookupError, expat.ExpatError) as error:
        raise Problem("answers.unreadable", file=file, why=first_line(str(error))) from error
    return parts


def _pack(parts: dict[str, bytes], place: Path) -> None:
    """Packs them anew: on a file with a byte wrong between its parts DuckDB's reader may never come back."""
    with zipfile.ZipFile(place, "w") as book:
        for name, part in parts.items():
            book.writestr(zipfile.ZipInfo(name), part)


def _told(parts: dict[str, bytes], file: str) -> tuple[list[str], bool, datetime | None, datetime | None]:
    if "xl/workbook.xml" not in parts:
        raise Problem("answers.unreadable", file=file, why="xl/workbook.xml")
    inside = ElementTree.fromstring(parts["xl/workbook.xml"])
    names = [each.get("name", "") for each in inside.iterfind("{*}sheets/{*}sheet")]
    counts = inside.find("{*}workbookPr")
    is_1904 = counts is not None and counts.get("date1904") in ("1", "true")
    about = ElementTree.fromstring(parts["docProps/core.xml"]) if "docProps/core.xml" in parts else None
    return names, is_1904, _moment(about, "created"), _moment(about, "modified")


def _moment(about: ElementTree.Element | None, name: str) -> datetime | None:
    written = about.findtext(f"{{*}}{name}") if about is not None else None
    try:
        moment = datetime.fromisoformat(written.strip()) if written else None
    except ValueError:
        return None
    return moment and (moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC))


def _sheets(con: duckdb.DuckDBPyConnection, place: Path, names: list[str], file: str) -> tuple[Cells, ...]:
    found, failures = [], []
    for name in names:
        reader = f"read_xlsx({quoted(place)}, sheet = {quoted(name)}, header = false, all_varchar = true, stop_at_empty"
        try:
            # Told where to look: by itself the reader looks no further to the right than the title goes.
            rows = con.execute(f"from {reader} = false, range = 'A1:{LAST_COLUMN}{MOST_ROWS + 1}')").fetchall()
        except duckdb.Error as error:
            failures.append(first_line(str(error)))
            continue
        if any(rows[-1]):
            raise Problem("answers.too_long", file=file, most=MOST_ROWS)
        found.append([[_text(cell) for cell in row] for row in rows if any(row)])
    if not found:
        # One sheet may be a chart; when none can be read, something is wrong with the file.
        raise Problem("answers.unreadable", file=file, why=failures[0] if failures else "xl/workbook.xml")
    return tuple(found)


def _text(cell: str | None) -> str | None:
    """The text of a cell; what XML cannot hold is written `_x0007_` in a workbook."""
    if cell is None or "_x" not in cell:
        return cell
    written = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found.group(1), 16)), cell)
    return written.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
