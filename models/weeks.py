"""Weeks are Mondays. People write them as ISO weeks: 2026-W46."""

from __future__ import annotations

import re
from datetime import date, timedelta

from data_contracts.problem import Problem

WEEK = timedelta(weeks=1)


def week_of(day: date) -> date:
    """The Monday of the week that `day` falls in."""
    return day - timedelta(days=day.weekday())


def parse_week(text: str) -> date:
    """The Monday of an ISO week written as `2026-W46`.

    Raises:
        Problem: `week.unreadable`, if it is written otherwise or does not exist.
    """
    found = re.fullmatch(r"(\d{4})-?[Ww](\d{1,2})", text.strip())
    if found:
        try:
            return date.fromisocalendar(int(found[1]), int(found[2]), 1)
        except ValueError:
            pass
    raise Problem("week.unreadable", text=text)


def week_name(week: date) -> str:
    """The ISO name of a week, such as `2026-W46`."""
    year, number, _ = week.isocalendar()
    return f"{year:04d}-W{number:02d}"


def last_whole_week(today: date) -> date:
    """The Monday of the last week that had ended before `today`."""
    return week_of(today) - WEEK


def week_number(week: date) -> int:
    """Weeks since the Monday on which 0001-01-01 fell: neighbours differ by one."""
    return (week.toordinal() - 1) // 7
