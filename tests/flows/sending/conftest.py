"""A post room with three teams, and a mail server that takes everything."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from post_room import SETTINGS, MailBox, PostRoom, mail_service

from flows.home import SECRET_VARIABLE


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PostRoom:
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    made = PostRoom(tmp_path)
    made.render("Noord")
    made.render("Oost")
    made.settings(SETTINGS)
    return made


@pytest.fixture
def box() -> Iterator[MailBox]:
    with mail_service(MailBox()) as started:
        yield started
