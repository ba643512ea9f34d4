"""Names from a source as they may stand on a page, in a folder or in the name of a file.

A source may call a complex anything: too long for a phone, in letters that run from right to left, or with marks in it
that turn the rest of the line around.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import blake2b

LONGEST = 60
"""Characters of a name on a page; the list and the sheets hold it whole."""
MORE = "…"

# A name with letters from right to left is put apart, so that it does not reorder what stands around it.
_APART, _TOGETHER = "\u2068", "\u2069"
_FROM_RIGHT = ("R", "AL", "AN")
_JOINER = "\u200d"
# Windows takes these for devices, whatever their case.
_DEVICE = re.compile(r"con|prn|aux|nul|(com|lpt)\d")
_HASHED = re.compile(r".*-[0-9a-f]{8}")
_NOT_IN_FILE_NAMES = re.compile(r'[\\/:*?"<>|]+')


def shown_name(name: str, longest: int = LONGEST) -> str:
    """A name on one line, of at most `longest` characters, that changes nothing around it.

    Args:
        name: As the source has it.
        longest: Most characters that are seen; what is cut off is told by "…".
    """
    plain = _one_line(name)
    if len(plain) > longest:
        plain = _cut(plain, longest - len(MORE)).rstrip() + MORE
    if any(unicodedata.bidirectional(each) in _FROM_RIGHT for each in plain):
        return f"{_APART}{plain}{_TOGETHER}"
    return plain


def folder_name(team: str, teams: Iterable[str] = ()) -> str:
    """A folder name for a team, whatever the source called it: no path, no surprise, no two teams in one folder.

    Args:
        team: As the source has it.
        teams: All teams that get a folder in the same place. Names that differ only in case are one name to some
            systems, so those of them get a mark.
    """
    plain = re.sub(r"[^\w-]+", "-", team, flags=re.UNICODE).strip("-")[:60]
    if plain and plain == team and not _is_taken(team, teams):
        return plain
    return f"{plain or 'team'}-{blake2b(team.encode(), digest_size=4).hexdigest()}"


def file_title(team: str) -> str:
    """The name of a team as it may stand in the name of an attachment, on any system."""
    plain = _NOT_IN_FILE_NAMES.sub(" ", _one_line(team))
    return _cut(" ".join(plain.split()), LONGEST).strip(" .") or "team"


def _is_taken(name: str, teams: Iterable[str]) -> bool:
    """Whether a folder of this name would be another's on some system: a device, a team, a name with a mark."""
    one = _any_case(name)
    return (
        bool(_DEVICE.fullmatch(one) or _HASHED.fullmatch(one))
        or sum(_any_case(each) == one for each in set(teams) | {name}) > 1
    )


def _any_case(name: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _one_line(name: str) -> str:
    """Without line ends, and without marks that nobody sees and that turn text around; emoji keep their joiner."""
    kept = (each if each == _JOINER or not unicodedata.category(each).startswith("C") else " " for each in name)
    return " ".join("".join(kept).split())


def _cut(text: str, length: int) -> str:
    """The first characters of a text, never with a part of a character that is seen as one."""
    if len(text) <= length:
        return text
    end = length
    while end > 0 and (_clings(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    if end > 0 and _is_flag_half(text[end]):
        # Flags are pairs: an odd number of halves before the cut means that it goes through one.
        halves = 0
        while halves < end and _is_flag_half(text[end - 1 - halves]):
            halves += 1
        end -= halves % 2
    return text[:end]


def _clings(character: str) -> bool:
    """Whether it is drawn on the character before it: accents, joiners, variants, skin tones."""
    is_skin = "\U0001f3fb" <= character <= "\U0001f3ff"
    return character == _JOINER or is_skin or unicodedata.category(character) in ("Mn", "Me", "Mc")


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
