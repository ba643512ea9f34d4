"""What was rendered for a week and waits in `HOME/shared/WEEK`: read whole, and known by its fingerprint."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from data_contracts.problem import Problem
from flows.sharing.files import RUN_FILE, SAFETY_FILE, TEAMS_FILE

_IMAGE_IN_PAGE = re.compile(r"""cid:([^\s"'>)]+)""")


@dataclass(frozen=True)
class Enclosure:
    """A file that goes along: under which name, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class TeamPost:
    """What goes to one area team.

    Attributes:
        team: Area team.
        subject: Subject of its mail, on one line.
        notice: What a channel is told: only that the list is ready.
        is_news: Whether there is anything new; if not, channels stay silent.
        text: The mail as plain text.
        html: The mail as HTML; images are named as `cid:NAME`.
        images: Images in the mail.
        attachments: Files with the mail, under the names that people see.
        problem: Why there is nothing to send, or None.
    """

    team: str
    subject: str
    notice: str
    is_news: bool
    text: str = ""
    html: str = ""
    images: tuple[Enclosure, ...] = ()
    attachments: tuple[Enclosure, ...] = ()
    problem: Problem | None = None

    @property
    def fingerprint(self) -> str:
        """The same for the same contents, 16 characters."""
        files = [(each.name, each.content) for each in (*self.images, *self.attachments)]
        return fingerprint(self.subject, self.notice, self.text, self.html, *(part for file in files for part in file))


@dataclass(frozen=True)
class SafetyPost:
    """A safety matter: goes with each sending to the safety role by mail, and to nobody else."""

    subject: str
    text: str

    @property
    def fingerprint(self) -> str:
        """The same for the same matter, 16 characters."""
        return fingerprint(self.subject, self.text)


def fingerprint(*parts: str | bytes) -> str:
    """A short hash of texts and files; each counts with its length, so that no two lists run together."""
    told = blake2b(digest_size=8)
    for part in parts:
        raw = part.encode("utf-8", "replace") if isinstance(part, str) else part
        told.update(len(raw).to_bytes(8, "big") + raw)
    return told.hexdigest()


def read_posts(folder: Path) -> tuple[TeamPost, ...]:
    """What was rendered for each team, in the order of the list. A team with a file missing carries its problem.

    Raises:
        Problem: `send.nothing_rendered` or `send.unreadable_list`.
    """
    listed = _read_json(folder / TEAMS_FILE)
    if listed is None:
        raise Problem("send.nothing_rendered", folder=folder)
    try:
        return tuple(_post(said, folder) for said in listed)
    except (KeyError, TypeError, AttributeError) as error:
        raise Problem("send.unreadable_list", file=folder / TEAMS_FILE) from error


def read_safety(folder: Path) -> SafetyPost | None:
    """The safety matter of the week, where there is one.

    Raises:
        Problem: `send.unreadable_list`.
    """
    said = _read_json(folder / SAFETY_FILE)
    if said is None:
        return None
    try:
        return SafetyPost(_one_line(said["subject"]), _text(said["text"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise Problem("send.unreadable_list", file=folder / SAFETY_FILE) from error


def check_whole(folder: Path, run_id: str) -> None:
    """Holds that all of a week was written, and by its last run: else a safety matter may be missing from it.

    Raises:
        Problem: `send.not_whole`.
    """
    said = _read_json(folder / RUN_FILE)
    if not isinstance(said, dict) or said.get("run_id") != run_id:
        raise Problem("send.not_whole", folder=folder)


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Problem("send.unreadable_list", file=file) from error


def _post(said: dict[str, Any], folder: Path) -> TeamPost:
    files: dict[str, Any] = said["files"]
    team, place = str(said["team"]), (folder / said["folder"]).resolve()
    subject, notice, is_news = _one_line(said["subject"]), _one_line(said["notice"]), said["is_news"] is not False
    try:
        # The folder above holds what no team may read.
        if place.parent != folder.resolve():
            raise FileNotFoundError(2, "", place)
        post = TeamPost(
            team=team,
            subject=subject,
            notice=notice,
            is_news=is_news,
            text=_content(place, files["text"]).decode(),
            html=_content(place, files["html"]).decode(),
            images=tuple(Enclosure(name, _content(place, name)) for name in files.get("images", [])),
            attachments=tuple(
                Enclosure(_one_line(shown), _content(place, name))
                for name, shown in files.get("attachments", {}).items()
            ),
        )
        # A mail with a hole in it is worse than none: somebody would take it for the whole list.
        for named in _IMAGE_IN_PAGE.findall(post.html):
            if named not in {image.name for image in post.images}:
                raise FileNotFoundError(2, "", place / named)
    except (OSError, UnicodeDecodeError) as error:
        missing = Problem("send.not_made", file=Path(getattr(error, "filename", None) or place).name)
        return TeamPost(team, subject, notice, is_news, problem=missing)
    return post


def _content(place: Path, name: str) -> bytes:
    file = place / name
    # Nothing outside the team's own folder is ever sent, whatever the list says.
    if not file.resolve().is_relative_to(place):
        raise FileNotFoundError(2, "", file)
    return file.read_bytes()


def _text(said: str) -> str:
    return said.encode("utf-8", "replace").decode()


def _one_line(said: str) -> str:
    """A text as it may stand in the head of a mail or in a channel: no line end begins a header of its own."""
    return " ".join("".join(each if each.isprintable() else " " for each in _text(said)).split())
