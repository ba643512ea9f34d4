"""A home with rendered weeks, a mail server, and a service that takes webhooks; all on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from data_contracts.problem import Problem
from flows.home import Home
from flows.sending.command import Asked, Sending, send

WEEK = "2026-W46"
MONDAY = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
PASSWORD = "geheim-Wachtwoord7"
PNG = bytes.fromhex("89504e470d0a1a0a") + b"picture" * 40
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8
TEXT = (
    "Deze week in Noord: één complex.\n\nDe Kolken. Wat trof je aan?\nzorgen: mailto:a@example.nl?subject=F1%20zorgen\n"
)
HTML = (
    "<html><body><table><tr><td><p>Één complex: De Kolken</p><img src='cid:chart-1.png' alt='8 van 18'></td></tr>"
    '<tr><td><img src="cid:chart-2.png"><a href="mailto:a@example.nl">zorgen</a></td></tr></table></body></html>'
)

SETTINGS = """\
[delivery]
answers_to = "antwoord@example.nl"
safety_to = ["veiligheid@example.nl"]

[teams.Noord]
send_to = ["noord@example.nl"]

[teams.Oost]
send_to = ["oost@example.nl"]
"""


class PostRoom:
    """A home on disk with what other rooms leave there, and a clock that goes a minute at a time."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home")
        self.home.create()
        published = self.home.published / "weeks" / f"{WEEK}.1"
        published.mkdir()
        (published / "run.json").write_text(json.dumps({"week": WEEK, "run_id": "1"}))
        self.home.latest.symlink_to(published)
        self.folder = self.home.shared / WEEK
        self.folder.mkdir()
        self.shared_by("1")
        self.listed: list[dict[str, Any]] = []
        self.waited: list[float] = []
        self.told: list[Problem] = []
        self.minutes = 0
        self.began_at = MONDAY

    def render(self, team: str, *, is_news: bool = True, files: bool = True) -> Path:
        place = self.folder / team
        place.mkdir(exist_ok=True)
        if files:
            (place / "mail.html").write_text(HTML, encoding="utf-8")
            (place / "mail.txt").write_text(TEXT, encoding="utf-8")
            for number in (1, 2):
                (place / f"chart-{number}.png").write_bytes(PNG + bytes([number]))
            (place / "digest.pdf").write_bytes(PDF)
            (place / "answers.xlsx").write_bytes(b"PK\x03\x04 sheet")
        self.listed.append(
            {
                "team": team,
                "folder": team,
                "subject": f"Luisterpost week 46, {team}: één nieuw complex",
                "notice": f"De lijst van {team} voor week 46 staat klaar.",
                "is_news": is_news,
                "files": {
                    "html": "mail.html",
                    "text": "mail.txt",
                    "images": ["chart-1.png", "chart-2.png"],
                    "attachments": {
                        "digest.pdf": f"Luisterpost 2026-W46 {team}.pdf",
                        "answers.xlsx": f"Antwoorden 2026-W46 {team} (één).xlsx",
                    },
                },
            }
        )
        self.list_teams()
        return place

    def shared_by(self, run_id: str) -> None:
        (self.folder / "run.json").write_text(json.dumps({"week": WEEK, "run_id": run_id}), encoding="utf-8")

    def list_teams(self) -> None:
        (self.folder / "teams.json").write_text(json.dumps(self.listed), encoding="utf-8")

    def safety(self, text: str = "Overleg over het complex aan de Dijk.") -> None:
        said = {"subject": "Vertrouwelijk: veiligheid, week 46", "text": text, "teams": ["Noord"]}
        (self.folder / "safety.json").write_text(json.dumps(said), encoding="utf-8")

    def settings(self, text: str) -> None:
        self.home.settings.write_text(text, encoding="utf-8")

    def clock(self) -> datetime:
        self.minutes += 1
        return self.began_at + timedelta(minutes=self.minutes)

    def send(self, environment: dict[str, str], *, wait: Any = None, **asked: Any) -> Sending:
        self.told = []
        return send(
            self.home,
            Asked(**{"is_for_real": True, **asked}),
            clock=self.clock,
            tell=self.told.append,
            announce=lambda _: None,
            environment=environment,
            wait=wait or self.waited.append,
        )

    @property
    def record(self) -> list[dict[str, Any]]:
        file = self.home.sent / f"{WEEK}.jsonl"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]

    def states(self, address: str) -> list[str]:
        return [each["state"] for each in self.record if each["address"] == address]


@dataclass
class MailBox:
    """What a mail server takes, refuses and is told.

    Attributes:
        refuse_first: How many recipients it puts off before it takes any.
        no_such: Addresses that do not exist.
        no_such_answer: What it says of those.
    """

    port: int = 0
    refuse_first: int = 0
    no_such: tuple[str, ...] = ()
    no_such_answer: str = "no such mailbox"
    raw: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    n_asked: int = 0
    logins: set[Any] = field(default_factory=set)

    async def handle_RCPT(  # noqa: N802 - the name that the server calls
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        self.n_asked += 1
        if address in self.no_such:
            return f"550 5.1.1 {self.no_such_answer}"
        if self.n_asked <= self.refuse_first:
            return "451 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.raw.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 taken"

    def login(self, _server: Any, session: Any, _envelope: Any, _mechanism: str, said: Any) -> AuthResult:
        # One login may try several ways of saying the password.
        self.logins.add(session.peer)
        if said.password == PASSWORD.encode():
            return AuthResult(success=True)
        # As a careless server: it repeats what it was told.
        return AuthResult(success=False, handled=False, message=f"535 5.7.8 no, not {said.password.decode()}")

    @property
    def mails(self) -> list[EmailMessage]:
        """What arrived, as a mail client reads it."""
        found = [message_from_bytes(content, policy=policy.default) for _, _, content in self.raw]
        return [mail for mail in found if isinstance(mail, EmailMessage)]

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]

    @property
    def environment(self) -> dict[str, str]:
        return {"LUISTERPOST_MAIL": f"mailto://127.0.0.1:{self.port}?from=luisterpost@example.nl"}

    def environment_with(self, password: str) -> dict[str, str]:
        url = f"mailto://luisterpost:{password}@127.0.0.1:{self.port}?from=luisterpost@example.nl&mode=insecure"
        return {"LUISTERPOST_MAIL": url}


class _AnyPort(Controller):
    """A server on a port that the system chooses: it is known once the server listens."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_service(box: MailBox, *, has_login: bool = False) -> Iterator[MailBox]:
    login = {"authenticator": box.login, "auth_require_tls": False} if has_login else {}
    server = _AnyPort(box, hostname="127.0.0.1", port=0, **login)
    server.start()
    box.port = server.port
    try:
        yield box
    finally:
        server.stop()


@dataclass
class Channel:
    """What a webhook service was told, and what it answers."""

    port: int = 0
    status: int = 200
    heard: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"json://bot:{PASSWORD}@127.0.0.1:{self.port}/hooks/T0KEN-zeer-geheim"


@contextmanager
def channel_service(status: int = 200) -> Iterator[Channel]:
    channel = Channel(status=status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            channel.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(channel.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    channel.port = server.server_address[1]
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    serving.start()
    try:
        yield channel
    finally:
        server.shutdown()
        server.server_close()
        serving.join(timeout=5)
