"""What the settings say about delivery: who gets the digest, where answers come in, whom a safety matter goes to.

Secrets never stand here. A channel such as Teams or Slack is an address with a password in it, so the settings hold
only the name of the environment variable that has it: `$LUISTERPOST_NOORD`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from data_contracts.problem import Problem

DELIVERY_SETTINGS = ("answers_to", "answers_folder", "csv_bom", "safety_role", "safety_to")
TEAM_DELIVERY_SETTINGS = ("send_to", "paused_from", "paused_until")
# It stands in the middle of a sentence of the digest, which is read in two minutes.
LONGEST_ROLE = 80
# As browsers hold a mail address, but with a dot in its domain: without one it is nearly always a slip.
ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
LONGEST_ADDRESS = 254
VARIABLE = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*")

EXAMPLE = """\
[delivery]
answers_to = "antwoord@example.nl"         # mailbox of the answer links
answers_folder = "antwoorden"              # returned sheets and saved mails; beside this file, or a whole path
csv_bom = true                             # for versions of Excel that show é as Ã©
safety_role = "de coördinator veiligheid"  # whom to consult first, as the digest says it; a role, no name
safety_to = ["veiligheid@example.nl"]      # safety matters go here with each send, by mail only

[teams.Waterlanden]
# A mailbox, and a channel whose secret address stands in the environment variable WATERLANDEN_TEAMS.
send_to = ["waterlanden@example.nl", "$WATERLANDEN_TEAMS"]
paused_from = 2026-12-21                   # a holiday: nothing is sent from this day
paused_until = 2027-01-03                  # up to and including this one
"""
"""A settings block with every key of delivery; the documentation shows it and a test reads it."""


@dataclass(frozen=True)
class Delivery:
    """What an installation set for what it hands out and takes back.

    Attributes:
        answers_to: Mailbox for answers by mail; None where there is none.
        answers_folder: Folder with returned answers; None where there is none.
        csv_bom: Whether CSV files begin with a mark that they are UTF-8.
        safety_role: How the digest names whom to consult first [at most 80 characters].
        safety_to: Mail addresses of the safety role.
    """

    answers_to: str | None = None
    answers_folder: Path | None = None
    csv_bom: bool = False
    safety_role: str | None = None
    safety_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class TeamDelivery:
    """Where the digest of one area team goes.

    Attributes:
        send_to: Mail addresses, and `$NAME` for a channel whose address stands in the environment variable NAME.
        paused_from: First day on which nothing is sent.
        paused_until: Last day on which nothing is sent.
    """

    send_to: tuple[str, ...] = ()
    paused_from: date | None = None
    paused_until: date | None = None

    def is_paused(self, day: date) -> bool:
        """Whether nothing is sent on `day`."""
        return bool(self.paused_from and self.paused_until and self.paused_from <= day <= self.paused_until)


def read_delivery(written: dict[str, Any], file: Path) -> Delivery:
    """The section `[delivery]`; its keys are known to be right.

    Raises:
        Problem: `settings.wrong_type`, `settings.not_an_address`, `settings.secret_in_file`,
            `settings.role_too_long` or `settings.no_such_user`.
    """
    role = _text(written, "safety_role", EXAMPLE_OF["safety_role"], file)
    if role is not None and len(role) > LONGEST_ROLE:
        raise Problem("settings.role_too_long", file=file, key="safety_role", most=LONGEST_ROLE)
    answers_to = _text(written, "answers_to", EXAMPLE_OF["answers_to"], file)
    if answers_to is not None:
        _check_address(answers_to, "answers_to", 1, file)
    folder = _text(written, "answers_folder", EXAMPLE_OF["answers_folder"], file)
    has_mark = written.get("csv_bom", False)
    if not isinstance(has_mark, bool):
        raise Problem("settings.wrong_type", file=file, key="csv_bom", wanted=EXAMPLE_OF["csv_bom"])
    return Delivery(
        answers_to=answers_to,
        # Wherever the command is typed, it is the same folder.
        answers_folder=None if folder is None else file.parent / _without_tilde(folder, file),
        csv_bom=has_mark,
        safety_role=role,
        safety_to=_addresses(written, "safety_to", "safety_to", file, has_channels=False),
    )


def read_team_delivery(team: str, written: dict[str, Any], file: Path) -> TeamDelivery:
    """Where the digest of a team goes; its keys are known to be right.

    Raises:
        Problem: `settings.wrong_type`, `settings.not_an_address`, `settings.secret_in_file`, `settings.half_a_pause`
            or `settings.backward_pause`.
    """
    days = []
    for name in ("paused_from", "paused_until"):
        day = written.get(name)
        # A moment is a date to Python, and no day to us.
        if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
            raise Problem("settings.wrong_type", file=file, key=f"teams.{team}.{name}", wanted=EXAMPLE_OF[name])
        days.append(day)
    first, last = days
    if (first is None) != (last is None):
        raise Problem("settings.half_a_pause", file=file, team=team)
    if first and last and first > last:
        raise Problem("settings.backward_pause", file=file, team=team)
    send_to = _addresses(written, "send_to", f"teams.{team}.send_to", file, has_channels=True)
    return TeamDelivery(send_to, first, last)


EXAMPLE_OF = {
    "answers_to": 'answers_to = "antwoord@example.nl"',
    "answers_folder": 'answers_folder = "antwoorden"',
    "csv_bom": "csv_bom = true",
    "safety_role": 'safety_role = "de coördinator veiligheid"',
    "safety_to": 'safety_to = ["veiligheid@example.nl"]',
    "send_to": 'send_to = ["noord@example.nl", "$TEAM_NOORD"]',
    "paused_from": "paused_from = 2026-12-21",
    "paused_until": "paused_until = 2027-01-03",
}


def _text(written: dict[str, Any], key: str, example: str, file: Path) -> str | None:
    said = written.get(key)
    if said is None:
        return None
    # It stands in mails and on pages: one line, with something on it.
    if not isinstance(said, str) or not said.strip() or not said.isprintable():
        raise Problem("settings.wrong_type", file=file, key=key, wanted=example)
    return said.strip()


def _without_tilde(folder: str, file: Path) -> Path:
    try:
        return Path(folder).expanduser()
    except RuntimeError as error:
        user = Path(folder).parts[0]
        raise Problem("settings.no_such_user", file=file, key="answers_folder", user=user) from error


def _addresses(written: dict[str, Any], name: str, key: str, file: Path, *, has_channels: bool) -> tuple[str, ...]:
    said = written.get(name, [])
    if not (isinstance(said, list) and all(isinstance(each, str) for each in said)):
        raise Problem("settings.wrong_type", file=file, key=key, wanted=EXAMPLE_OF[name])
    once: dict[str, str] = {}
    for number, each in enumerate(said, start=1):
        if not (has_channels and VARIABLE.fullmatch(each)):
            _check_address(each, key, number, file)
        # Nobody gets the same digest twice for a capital letter. Names of variables do differ by it.
        once.setdefault(each if each.startswith("$") else each.casefold(), each)
    return tuple(once.values())


def _check_address(said: str, key: str, number: int, file: Path) -> None:
    # What is wrong is not repeated: it may be a password in the wrong place.
    if "://" in said:
        raise Problem("settings.secret_in_file", file=file, key=key, number=number)
    if len(said) > LONGEST_ADDRESS or not ADDRESS.fullmatch(said):
        raise Problem("settings.not_an_address", file=file, key=key, number=number)
