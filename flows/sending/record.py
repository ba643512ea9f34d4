"""What was sent: one line per event in `HOME/sent/WEEK.jsonl`, on the disk before and after each try.

A try without an outcome means that nobody knows whether it arrived: the machine stopped in between.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Literal

from data_contracts.problem import Problem
from flows.home import OWNER_ONLY_FILE, OWNER_ONLY_FOLDER

Kind = Literal["safety", "mail", "notice"]
State = Literal["trying", "sent", "failed"]


@dataclass(frozen=True)
class Entry:
    """One event of one sending.

    Attributes:
        moment: When, as ISO 8601 in UTC.
        week: ISO name of the week.
        kind: A safety matter, a team's mail, or a line in a channel.
        team: Area team; None for a safety matter.
        address: Mail address, or the service with a short keyed hash of its secret address.
        digest: Fingerprint of what was sent.
        state: `trying` before, `sent` or `failed` after.
        reason: Name of the reason of a failure in the catalogues.
    """

    moment: str
    week: str
    kind: Kind
    team: str | None
    address: str
    digest: str
    state: State
    reason: str | None = None

    @property
    def at(self) -> datetime:
        """When."""
        return datetime.fromisoformat(self.moment)


@dataclass(frozen=True)
class Past:
    """What became of something until now.

    Attributes:
        sent: The last time that it went, or None.
        unknown: A try of which nobody knows the outcome, or None.
        times_sent: How often it went.
    """

    sent: Entry | None = None
    unknown: Entry | None = None
    times_sent: int = 0


def record_file(sent: Path, week: str) -> Path:
    """The record of a week."""
    return sent / f"{week}.jsonl"


def read_record(file: Path) -> tuple[Entry, ...]:
    """All events of a week, oldest first. A last line that was cut off is none: nothing was sent before it was whole.

    Raises:
        Problem: `send.unreadable_record`; guessing would send twice.
    """
    try:
        lines = file.read_bytes().split(b"\n")
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise Problem("send.unreadable_record", file=file) from error
    names = {each.name for each in fields(Entry)}
    try:
        found = [json.loads(line) for line in lines[:-1]]
        entries = tuple(Entry(**{name: value for name, value in each.items() if name in names}) for each in found)
        # A moment that is none would be found out only after something was sent.
        if not all(entry.at.tzinfo for entry in entries):
            raise ValueError
    except (ValueError, TypeError, AttributeError) as error:
        raise Problem("send.unreadable_record", file=file) from error
    return entries


def write_entry(file: Path, entry: Entry) -> None:
    """Adds an event and returns when it is on the disk. Only one process writes (`Home.alone_sending`)."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY_FOLDER)
    is_new = not file.exists()
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, OWNER_ONLY_FILE)
    try:
        _drop_torn_line(handle)
        with os.fdopen(handle, "ab", closefd=False) as stream:
            stream.write(json.dumps(asdict(entry), ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
    if is_new:
        _keep_name(file.parent)


def past(entries: tuple[Entry, ...], kind: Kind, team: str | None, address: str, digest: str | None = None) -> Past:
    """What became of one thing for one address.

    Args:
        entries: Events of the week, oldest first.
        kind: What it is.
        team: Area team, or None for a safety matter.
        address: As the record knows it.
        digest: Only events of this very content; None for any.
    """
    own = [
        entry
        for entry in entries
        if (entry.kind, entry.team, entry.address) == (kind, team, address) and digest in (None, entry.digest)
    ]
    sent = [entry for entry in own if entry.state == "sent"]
    is_open = bool(own) and own[-1].state == "trying"
    return Past(sent[-1] if sent else None, own[-1] if is_open else None, len(sent))


def _drop_torn_line(handle: int) -> None:
    size = os.fstat(handle).st_size
    whole = os.pread(handle, size, 0).rfind(b"\n") + 1
    if whole < size:
        os.ftruncate(handle, whole)


def _keep_name(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
