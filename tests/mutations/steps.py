"""What can happen to a file on its way: one step each, at five levels, as hypothesis draws them.

`columns`, `rows` and `values` change the table; `bytes` changes the file that was written of it; `files` changes what
lies in the folder.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from hypothesis import strategies as st
from originals import Table

LEVELS = ("columns", "rows", "values", "bytes", "files")


@dataclass(frozen=True)
class Step:
    """One thing that happens.

    Attributes:
        level: One of LEVELS.
        name: What happens, as in the functions below.
        place: Which row, column or byte; taken modulo how many there are.
        other: A second place.
        piece: What is put there, as a number into a list.
    """

    level: str
    name: str
    place: int = 0
    other: int = 0
    piece: int = 0

    @property
    def moves_cells(self) -> bool:
        """Whether what is personal may stand in another column afterwards, where nobody can know it."""
        return self.level == "bytes" or self.name in MOVING


MOVING = (
    "renamed_to_other", "swapped_cells", "swapped_names", "dutch", "no_header", "cell_less", "cell_more", "twice_named",
    "other_text",
)  # fmt: skip
NAMES = (
    "x'); drop table y; --", "_row", "a.b", "select", "{batch}", "é☂", "1", "{{ jinja }}", "<script>", "a" * 300,
    "regel\nmet einde", "\u202eomgekeerd", "[/red]", "complex_id", "Opmerkingen", "reported_at ", "%s", "BSN", "None",
)  # fmt: skip
DUTCH = (
    "Melddatum", "Zaaknummer", "Complexnr", "Soort melding", "Kanaal", "Toelichting", "Datum", "Woningen", "Team",
)  # fmt: skip
TEXTS = (
    "", " ", "NULL", "null", "\N{PILE OF POO}\N{ZERO WIDTH JOINER}\N{FIRE}", "\u202eevil\u202c", "\x07\x1b[31m",
    "\x00", "a\rb", "a\nb\n\nc", 'zeg "nee"', "'; drop table raw.complaints; --", "=cmd|' /C calc'!A0", "@SUM(1+1)",
    "../../secret.key", "{{ 7*7 }}", "{x}", "%s%d", "<script>alert(1)</script>", "x" * 5_000, "ﾊﾝｶｸ", "’t Carré €",
    "0000-00-00", "9999-12-31", "30-2-2026", "2026-02-30", "31-12-9999", "11/14/2026", "45975", "45975.5", "1.234,56",
    "1,234.56", "1.234", "1e309", "nan", "inf", "-0", "+5", "0x10", "ja", "nee", "J", "TRUE", "2026-11-09T10:00:00Z",
    "2026-11-09 10:00:00+01:00", "2026-11-09 25:61:61", "2026-03-29 02:30", "294247-01-10 04:00:54", "infinity",
    "today", "12:00", "C1", "C9", "SOC.GEL", "1", "-1", "99999999999999999999", "\ufeffx", "\ud7ffx", "a;b,c\td|e",
    "\u2028", "'",
)  # fmt: skip
PIECES = (
    b"\x00", b"\xef\xbb\xbf", b'"', b'""', b";", b",", b"\t", b"|", b"\r", b"\n", b"\r\n", b"\n\n", b"\x81",
    b"\xff\xfe", b"'", b"\\", b"\x1a", b" ", b"\xe2\x80\xa8", b"\xc3", b"PK\x03\x04", b"PAR1", b"x" * 70_000,
    b'"' + b"y" * 5_000, b"NULL", b"#", b"-- ", b"sep=;\n", b"\x0c", b"\x85",
)  # fmt: skip


# --- Tables ----------------------------------------------------------------------------------------------------------


def _columns(table: Table, step: Step) -> Table:
    header = list(table.header)
    at, other = step.place % len(header), step.other % len(header)
    rows = [list(row) for row in table.rows]
    match step.name:
        case "typo":
            name = header[at]
            cut = step.other % len(name)
            header[at] = name[:cut] + name[cut + 1 :] or "x"
        case "upper":
            header[at] = header[at].upper()
        case "spaced":
            header[at] = f" {header[at].replace('_', ' ')} "
        case "dutch":
            header[at] = DUTCH[step.piece % len(DUTCH)]
        case "renamed_to_other":
            header[at] = NAMES[step.piece % len(NAMES)]
        case "twice_named":
            header[at] = header[other]
        case "swapped_names":
            header[at], header[other] = header[other], header[at]
        case "reordered":
            order = sorted(range(len(header)), key=lambda place: (place * (2 * step.other + 1)) % (len(header) + 1))
            return Table(
                tuple(header[place] for place in order),
                tuple(tuple(row[place] for place in order if place < len(row)) for row in rows),
            )
        case "added":
            header.insert(at, NAMES[step.piece % len(NAMES)])
            for row in rows:
                row.insert(at, TEXTS[step.other % len(TEXTS)])
        case "dropped":
            if len(header) > 1:
                del header[at]
                for row in rows:
                    del row[at : at + 1]
        case "retyped":
            for row in rows:
                if at < len(row):
                    row[at] = RETYPED[step.piece % len(RETYPED)](row[at])
    return Table(tuple(header), tuple(map(tuple, rows)))


def _number(cell: Any) -> float:
    return float(sum(map(ord, str(cell))))


RETYPED: tuple[Callable[[Any], Any], ...] = (
    lambda cell: f"{11}/{1 + len(str(cell)) % 28}/2026",
    lambda cell: 45_000 + len(str(cell)),
    lambda cell: 45_000.5 + len(str(cell)),
    lambda cell: f"{_number(cell):,.2f}".replace(",", "x").replace(".", ",").replace("x", "."),
    lambda cell: f"{_number(cell) * 1000:,.0f}",
    lambda cell: len(str(cell)) % 2 == 0,
    lambda cell: datetime(2026, 11, 9, 10, 30),
    lambda cell: date(2026, 11, 9),
    lambda cell: "2026-11-09T10:00:00+05:30",
    lambda cell: "0000-00-00",
    lambda cell: "9999-12-31",
    lambda cell: "30-2-2026",
    lambda cell: None,
    lambda cell: f" {cell} ",
    lambda cell: f'"{cell}"',
    lambda cell: -1,
)


def _rows(table: Table, step: Step) -> Table:
    rows = list(table.rows)
    if step.name == "no_rows":
        return replace(table, rows=())
    if step.name == "no_header":
        return Table(tuple(str(cell) for cell in rows[0]), tuple(rows[1:])) if rows else table
    if not rows:
        return table
    at, other = step.place % len(rows), step.other % len(rows)
    match step.name:
        case "dropped":
            del rows[at]
        case "doubled":
            rows.insert(other, rows[at])
        case "swapped":
            rows[at], rows[other] = rows[other], rows[at]
        case "same_key":
            rows.append((*rows[at][:1], *rows[other][1:]))
        case "swapped_cells":
            row = list(rows[at])
            if row:
                one, two = step.piece % len(row), step.other % len(row)
                row[one], row[two] = row[two], row[one]
            rows[at] = tuple(row)
        case "cell_more":
            rows[at] = (*rows[at], TEXTS[step.piece % len(TEXTS)])
        case "cell_less":
            rows[at] = rows[at][:-1]
        case "empty_line":
            rows.insert(at, ())
        case "blank_cells":
            rows[at] = tuple(None for _ in rows[at])
        case "header_again":
            rows.insert(at, table.header)
        case "far_away":
            rows += [()] * 40 + [rows[at]]
    return replace(table, rows=tuple(rows))


def _values(table: Table, step: Step) -> Table:
    if not table.rows:
        return table
    rows = [list(row) for row in table.rows]
    text = TEXTS[step.piece % len(TEXTS)]
    column = step.other % len(table.header)
    for number, row in enumerate(rows):
        if column < len(row) and (step.name == "column" or number == step.place % len(rows)):
            row[column] = text
    return replace(table, rows=tuple(map(tuple, rows)))


# --- Bytes -----------------------------------------------------------------------------------------------------------


def changed_bytes(content: bytes, step: Step) -> bytes:
    """The file with its bytes changed."""
    at = step.place % (len(content) + 1)
    match step.name:
        case "flipped":
            at = min(at, len(content) - 1)
            return content[:at] + bytes([content[at] ^ (1 << step.piece % 8)]) + content[at + 1 :]
        case "cut":
            return content[:at]
        case "hole":
            return content[:at] + content[at + 1 + step.other % 60 :]
        case "inserted":
            return content[:at] + PIECES[step.piece % len(PIECES)] + content[at:]
        case "behind":
            return content + PIECES[step.piece % len(PIECES)]
        case "before":
            return PIECES[step.piece % len(PIECES)] + content
        case "repeated":
            return content[:at] + content[max(0, at - 1 - step.other % 300) :]
        case "other_text":
            return _other_text(content, step)
    raise AssertionError(step.name)


def _other_text(content: bytes, step: Step) -> bytes:
    """The same text in another encoding, or with other line ends or separators."""
    text = content.decode("utf-8-sig", errors="replace")
    kinds: tuple[Callable[[], bytes], ...] = (
        lambda: text.encode("utf-16"),
        lambda: text.encode("utf-16-be"),
        lambda: text.encode("cp1252", errors="replace"),
        lambda: text.replace("-", "’€").encode("cp1252", errors="replace"),
        lambda: b"\xef\xbb\xbf" + text.encode(),
        lambda: text.replace("\r\n", "\n").encode(),
        lambda: text.replace("\r\n", "\r").encode(),
        lambda: text.replace("\r\n", "\n", 1 + step.other % 5).encode(),
        lambda: text.replace(";", ",").encode(),
        lambda: text.replace(",", ";").encode(),
        lambda: text.replace(";", "\t").replace(",", "\t").encode(),
        lambda: text.replace(";", "~").replace(",", "~").encode(),
        lambda: text.rstrip("\r\n").encode(),
        lambda: (text + "\r\n\r\n  \r\n").encode(),
    )
    return kinds[step.piece % len(kinds)]()


# --- Drawn -----------------------------------------------------------------------------------------------------------

STEPS: dict[str, tuple[str, ...]] = {
    "columns": ("typo", "upper", "spaced", "dutch", "renamed_to_other", "twice_named", "swapped_names", "reordered",
                "added", "dropped", "retyped"),
    "rows": ("dropped", "doubled", "swapped", "same_key", "swapped_cells", "cell_more", "cell_less", "empty_line",
             "blank_cells", "header_again", "no_header", "no_rows", "far_away"),
    "values": ("cell", "cell", "column"),
    "bytes": ("flipped", "cut", "hole", "inserted", "behind", "before", "repeated", "other_text"),
    "files": ("folder", "link", "dangling", "empty", "other_format", "upper_ending", "two_endings", "unreadable",
              "loop"),
}  # fmt: skip
TABLE_STEPS = {"columns": _columns, "rows": _rows, "values": _values}
PLACES = st.integers(0, 5_000)


def changed_table(table: Table, step: Step) -> Table:
    """The table with one thing changed."""
    return TABLE_STEPS[step.level](table, step)


def steps_of(level: str) -> st.SearchStrategy[tuple[Step, ...]]:
    """One to three steps of a level, most often one."""
    one = st.builds(
        Step, st.just(level), st.sampled_from(STEPS[level]), place=PLACES, other=PLACES, piece=st.integers(0, 200)
    )
    if level == "files":
        return st.tuples(one)
    return st.one_of(st.tuples(one), st.tuples(one), st.tuples(one, one), st.tuples(one, one, one))
