"""The mail server, named by an apprise URL in the environment, and what it can answer.

apprise reads the URL and knows the servers, ports and ways of securing of the usual providers. Its own message is not
used: its plain text leaves out every link and the text of every image, and it puts attachments where several mail
clients do not show them. So a mail goes out as `letters.py` made it.
"""

from __future__ import annotations

import smtplib
import ssl
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import quote

from data_contracts.problem import Problem
from flows.sending.apprise_hushed import NotifyEmail, PGPMode, SecureMailMode, service_at

MAIL_VARIABLE = "LUISTERPOST_MAIL"
LONGEST_ANSWER = 120
OUR_NAME = "Luisterpost"


class NotSentError(Exception):
    """Why something did not go.

    Args:
        problem: Told in one clause; never holds a secret.
        is_temporary: Whether another try may help.
        is_for_all: Whether it says something of the server, not of this mail.
    """

    def __init__(self, problem: Problem, *, is_temporary: bool, is_for_all: bool = False) -> None:
        self.problem, self.is_temporary, self.is_for_all = problem, is_temporary, is_for_all
        super().__init__(problem.message)


@dataclass(frozen=True)
class MailServer:
    """A mail server as apprise knows it, that takes a mail as we made it.

    Args:
        host: Where it is.
        port: Its port.
        mode: How the line is secured: `starttls`, `ssl` or `insecure`.
        user: Who logs in; empty for nobody.
        password: The password of `user`.
        sender: Who the mails are from.
        reply_to: Where replies go, as the URL says; None where it does not.
        is_verified: Whether its certificate must be right.
        timeout: How long to wait for an answer [seconds].
    """

    host: str
    port: int
    mode: str
    user: str
    password: str = field(repr=False)
    sender: Address
    reply_to: str | None
    is_verified: bool
    timeout: float

    def carry(self, letter: EmailMessage, recipient: str) -> None:
        """Hands one mail for one recipient to the server.

        Raises:
            NotSentError: Whatever went wrong, without a secret.
        """
        try:
            line = self._connect()
            try:
                if self.user and self.password:
                    line.login(self.user, self.password)
                line.send_message(letter, self.sender.addr_spec, [recipient])
            finally:
                # A mail that was taken is not called lost because the goodbye failed.
                with suppress(OSError, smtplib.SMTPException):
                    line.quit()
                line.close()
        except (OSError, smtplib.SMTPException) as error:
            raise _why(error, self._secrets()) from None

    def _connect(self) -> smtplib.SMTP:
        secure = ssl.create_default_context()
        if not self.is_verified:
            secure.check_hostname = False
            secure.verify_mode = ssl.CERT_NONE
        if self.mode == SecureMailMode.SSL:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=secure)
        line = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        if self.mode == SecureMailMode.STARTTLS:
            try:
                line.starttls(context=secure)
            except BaseException:
                line.close()
                raise
        return line

    def _secrets(self) -> tuple[str, ...]:
        if not self.password:
            return ()
        in_login = (self.password, f"\0{self.user}\0{self.password}")
        return (self.password, quote(self.password), *(b64encode(each.encode()).decode() for each in in_login))


def mail_server(environment: Mapping[str, str]) -> MailServer:
    """The mail server that the environment names.

    Raises:
        Problem: `send.no_mail_server`, `send.bad_mail_server` or `send.mail_server_extras`; none repeats the URL.
    """
    url = environment.get(MAIL_VARIABLE, "").strip()
    if not url:
        raise Problem("send.no_mail_server", variable=MAIL_VARIABLE)
    account = service_at(url)
    if not isinstance(account, NotifyEmail) or not account.smtp_host:
        raise Problem("send.bad_mail_server", variable=MAIL_VARIABLE)
    name, address = (str(each or "") for each in account.from_addr)
    # What would be left out silently, or would let a digest out to somebody who stands in no settings.
    has_others = account.cc or account.bcc or [to for _, to in account.targets] != [address]
    if has_others or account.headers or account.pgp_mode != PGPMode.NONE:
        raise Problem("send.mail_server_extras", variable=MAIL_VARIABLE)
    user, password = account.user or "", account.password or ""
    # SMTP knows no other letters here. Looked at, not tried: an error would hold the password.
    sender = _sender(name, address) if (address + user + password).isascii() else None
    if sender is None:
        raise Problem("send.bad_mail_server", variable=MAIL_VARIABLE)
    return MailServer(
        host=account.smtp_host,
        port=int(account.port or 0),
        mode=account.secure_mode or SecureMailMode.INSECURE,
        user=user,
        password=password,
        sender=sender,
        reply_to=min(account.reply_to, default=None),
        is_verified=bool(account.verify_certificate),
        timeout=account.socket_connect_timeout,
    )


def _sender(name: str, address: str) -> Address | None:
    try:
        return Address(name or OUR_NAME, addr_spec=address)
    except (ValueError, MessageError):
        return None


def _why(error: Exception, secrets: tuple[str, ...]) -> NotSentError:
    match error:
        case smtplib.SMTPAuthenticationError():
            is_temporary = _is_temporary(error.smtp_code)
            problem = Problem("send.why.login", code=str(error.smtp_code))
            return NotSentError(problem, is_temporary=is_temporary, is_for_all=True)
        case smtplib.SMTPRecipientsRefused():
            return _answered(*next(iter(error.recipients.values())), secrets)
        case smtplib.SMTPResponseException():
            return _answered(error.smtp_code, error.smtp_error, secrets)
        case smtplib.SMTPNotSupportedError() | ssl.SSLError():
            return NotSentError(Problem("send.why.not_secure"), is_temporary=False, is_for_all=True)
    return NotSentError(Problem("send.why.unreachable"), is_temporary=True, is_for_all=True)


def _answered(code: int, said: bytes | str, secrets: tuple[str, ...]) -> NotSentError:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    # A server may repeat what it was told.
    if any(secret in text for secret in secrets):
        text = ""
    plain = " ".join("".join(each if each.isprintable() else " " for each in text).split())[:LONGEST_ANSWER]
    is_temporary = _is_temporary(code)
    told = "send.why.not_now" if is_temporary else "send.why.refused"
    return NotSentError(Problem(told, answer=f"{code} {plain}".strip()), is_temporary=is_temporary)


def _is_temporary(code: int) -> bool:
    # -1: the line broke.
    return not 500 <= code <= 599
