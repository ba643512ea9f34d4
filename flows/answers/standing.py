"""Which answer stands: one per flag and day, the latest word on each question. Pure.

What somebody fills in is a *given* answer. Several that belong together become one row of `outcomes`; what becomes of
each is told, so that the rows of the files add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from flows.answers.wording import UNCLEAR, VERDICT

# What became of a given answer before the contract looks at it.
Fate = Literal["stands", "completes", "copy", "replaced"]
# A sheet is named after the week that was over when it was made, and went out after it.
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Given:
    """What one row of a sheet, or one mail, answers.

    Attributes:
        flag_id: The flag, or None where the sheet does not say.
        values: Column of `outcomes` → value; only what was filled in, without the day.
        own_day: The day that was filled in, as `2026-11-24`; `?` for something else; None if empty.
        given_at: When the file was saved or the mail sent [UTC].
        place: Number of its file, of its sheet or mail within, and of its row; settles what came at the same moment.
        made_at: When its workbook was made, or None: later versions of one workbook have the same.
    """

    flag_id: str | None
    values: Mapping[str, str]
    own_day: str | None
    given_at: datetime
    place: tuple[int, int]
    made_at: datetime | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it answers the first question, without which there is no answer."""
        return VERDICT.name in self.values

    @property
    def is_clear(self) -> bool:
        """Whether everything in it is on the list."""
        return self.flag_id is not None and UNCLEAR not in (*self.values.values(), self.own_day)


@dataclass(frozen=True)
class Standing:
    """One row of `outcomes`.

    Attributes:
        flag_id: The flag, or None where nobody said.
        day: Day of the answer; `?` where it cannot be read, None where saying it would hide another answer.
        values: Column → value.
        from_place: The given answer that it rests on, and stands or falls with.
        copies: Given answers that say the same once more.
    """

    flag_id: str | None
    day: str | None
    values: Mapping[str, str]
    from_place: tuple[int, int]
    copies: tuple[tuple[int, int], ...] = ()


@dataclass
class Stand:
    """What stands, and what became of every given answer, by its place."""

    rows: list[Standing] = field(default_factory=list)
    fates: dict[tuple[int, int], Fate] = field(default_factory=dict)


# The answers that are in the warehouse: flag → day → column → value.
Earlier = Mapping[str, Mapping[date, Mapping[str, str]]]


def what_stands(given: Iterable[Given], zone: str, earlier: Earlier, taken: Iterable[tuple[str, str]] = ()) -> Stand:
    """One row per flag and day.

    An answer without a verdict belongs to the last one before it that has a verdict, else to the first after it. A row
    of a workbook that was only saved again keeps its day. Of two answers to one question the later counts; an empty
    cell takes nothing back. What is not clear stands apart from the rest, so that it can spoil nothing.

    Args:
        given: In any order.
        zone: The organisation's timezone, for the day of a moment.
        earlier: Answers that were taken in by earlier runs.
        taken: Flags and days on which the organisation's own source has the word.
    """
    stand = Stand()
    ordered = sorted(given, key=lambda each: (each.given_at, each.place))
    by_flag: dict[str, list[Given]] = {}
    unclear = []
    for each in ordered:
        if each.is_clear:
            by_flag.setdefault(str(each.flag_id), []).append(each)
        else:
            unclear.append(each)
    said = set(taken)
    for flag_id, answers in sorted(by_flag.items()):
        for day, together in _by_day(answers, zone, earlier.get(flag_id, {})).items():
            _settle(stand, flag_id, day, together, is_taken=(flag_id, day) in said)
            said.add((flag_id, day))
    for each in unclear:
        day = each.own_day or _local_day(each, zone)
        key = (each.flag_id or "", day)
        # Beside a clear answer of that day it would be a contradiction, and both would be set apart.
        stand.rows.append(Standing(each.flag_id, None if key in said else day, each.values, each.place))
        stand.fates[each.place] = "stands"
        said.add(key)
    return stand


def _by_day(answers: Sequence[Given], zone: str, earlier: Mapping[date, Mapping[str, str]]) -> dict[str, list[Given]]:
    """The answers to one flag by the day on which they count, in the order in which they were given."""
    days: dict[tuple[int, int], str] = {}
    whole = [each for each in answers if each.is_whole]
    for number, each in enumerate(whole):
        before = next((one for one in reversed(whole[:number]) if _is_saved_again(each, one)), None)
        kept = days[before.place] if before else _day_in(earlier, each, zone)
        days[each.place] = each.own_day or kept or _local_day(each, zone)
    for each in answers:
        if each.is_whole:
            continue
        earlier_ones = [one for one in whole if one.given_at <= each.given_at]
        nearest = next(iter(earlier_ones[-1:] or whole[:1]), None)
        if each.own_day in days.values() or nearest is None:
            days[each.place] = each.own_day or _local_day(each, zone)
        else:
            days[each.place] = days[nearest.place]
    together: dict[str, list[Given]] = {}
    for each in answers:
        together.setdefault(days[each.place], []).append(each)
    return together


def _settle(stand: Stand, flag_id: str, day: str, together: Sequence[Given], *, is_taken: bool) -> None:
    values: dict[str, str] = {}
    for each in together:
        values |= each.values
    last = next((each for each in reversed(together) if each.is_whole), together[-1])
    copies = []
    for each in together:
        if is_taken or not each.values.items() <= values.items():
            fate: Fate = "replaced"
        elif each.values.items() <= last.values.items():
            fate = "copy"
        else:
            fate = "completes"
        if each is last and not is_taken:
            fate = "stands"
        if fate == "copy":
            copies.append(each.place)
        stand.fates[each.place] = fate
    if not is_taken:
        stand.rows.append(Standing(flag_id, day, values, last.place, tuple(copies)))


def _is_saved_again(each: Given, before: Given) -> bool:
    """Whether this is an unchanged row of a later version of the same workbook."""
    is_version = each.made_at is not None and each.made_at == before.made_at
    return is_version and each.values.items() <= before.values.items()


def _day_in(earlier: Mapping[date, Mapping[str, str]], each: Given, zone: str) -> str | None:
    """The day on which an earlier version of the workbook, overwritten since, was taken in with the same answer."""
    if each.made_at is None:
        return None
    first, last = (each.made_at + WEEK).date(), date.fromisoformat(_local_day(each, zone))
    between = [day for day in earlier if first <= day <= last]
    if between and each.values.items() <= earlier[max(between)].items():
        return max(between).isoformat()
    return None


def _local_day(each: Given, zone: str) -> str:
    return each.given_at.astimezone(ZoneInfo(zone)).date().isoformat()
