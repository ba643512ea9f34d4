"""One attempt at a fault, and how a home is judged after it."""

from __future__ import annotations

import io
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from comparing_homes import Difference, differences, differences_of_weeks, wrong_accounts
from stage import Scenario, ran

_ONE_SCREEN = Lock()


@dataclass(frozen=True)
class Attempt:
    """One try at a fault.

    Attributes:
        fault: Name of the fault; the row of the table in which it is counted.
        at: Where or when it struck.
        wrong: All that is not as it should be; none if it was survived.
        rows_lost: Rows of an undisturbed home that are not there after the next run [rows].
        seen: What was seen, for the table: told once per wording, with how often.
    """

    fault: str
    at: str
    wrong: tuple[str, ...] = ()
    rows_lost: int = 0
    seen: tuple[str, ...] = ()


def wrong_now(home: Path, scenario: Scenario, *, has_warehouse: bool = True, is_as_it_was: bool = True) -> list[str]:
    """What is wrong right after a fault: published results that are unreadable or no week's, sums that do not hold.

    Args:
        home: The home.
        scenario: The run that was disturbed.
        has_warehouse: Whether there is one that can be read.
        is_as_it_was: Whether what is published must be a week as it was before, or as in the undisturbed home. Else it
            need only be readable, for it lacks a source or is of another week.
    """
    code, printed = command("status", "--home", str(home))
    is_none_yet = not (scenario.before / "published" / "latest").is_dir()
    wrong = []
    if "Traceback" in printed or (code != 0 and not (is_none_yet and printed.count("\n") == 1)):
        wrong.append(f"status ended with {code}: {printed[-300:]}")
    elif code == 0 and is_as_it_was:
        wrong += [f"{each.where} {each.what}" for each in _of_published(home, scenario)]
    if has_warehouse and (home / "warehouse.duckdb").exists():
        wrong += [f"does not add up: {each}" for each in wrong_accounts(home)]
    return wrong


def _of_published(home: Path, scenario: Scenario) -> Iterable[Difference]:
    folder = (home / "published" / "latest").resolve()
    for known in (scenario.before, scenario.undisturbed):
        latest = (known / "published" / "latest").resolve()
        if latest.name.split(".")[0] == folder.name.split(".")[0]:
            return differences_of_weeks(folder, latest)
    return [Difference(folder.name, "is a week that nobody ran")]


def survived(
    fault: str,
    at: str,
    home: Path,
    scenario: Scenario,
    *,
    seen: tuple[str, ...] = (),
    is_as_it_was: bool = True,
) -> Attempt:
    """Judges a home after a fault, runs the week again, and holds it against the undisturbed one."""
    wrong = wrong_now(home, scenario, is_as_it_was=is_as_it_was)
    stands = {"": "nothing was published yet", published_week(scenario.undisturbed): "the new week stood there already"}
    seen = (*seen, stands.get(published_week(home), "the week before stood there"))
    try:
        problems = ran(home, scenario.sources, scenario.again_at)
        wrong += [f"{source} stopped: {problem}" for source, problem in problems.items() if problem]
    except AssertionError as error:
        wrong.append(f"the next run: {error}")
    return judged(fault, at, home, scenario, wrong, seen)


def judged(
    fault: str,
    at: str,
    home: Path,
    scenario: Scenario,
    wrong: Iterable[str] = (),
    seen: tuple[str, ...] = (),
) -> Attempt:
    """Holds a home after the next run against the undisturbed one, or the one that was run twice."""
    found = differences(home, scenario.undisturbed, scenario.allowed)
    if found and scenario.undisturbed_twice:
        found = min(found, differences(home, scenario.undisturbed_twice, scenario.allowed), key=len)
    told = [*wrong, *(f"{each.where} {each.what}" for each in found)]
    told += [f"does not add up: {each}" for each in wrong_accounts(home)]
    return Attempt(fault, at, tuple(told), sum(each.rows_lost for each in found), seen)


def published_week(home: Path) -> str:
    """Name of the latest published week, or ""."""
    latest = home / "published" / "latest"
    return latest.resolve().name.split(".")[0] if latest.is_dir() else ""


def command(*arguments: str) -> tuple[int, str]:
    """What a command of the command line gives back and prints."""
    from flows.cli import run

    printed = io.StringIO()
    with _ONE_SCREEN, redirect_stdout(printed), redirect_stderr(printed):
        code = run([*arguments, "--language", "en"])
    return code, printed.getvalue()
