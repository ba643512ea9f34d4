"""A line in Teams, Slack or another service: only that the list is ready, never what stands on it."""

from __future__ import annotations

import re

from data_contracts.problem import Problem
from flows.sending.apprise_hushed import Apprise, NotifyBase, NotifyFormat, hushed
from flows.sending.mail_server import NotSentError

_STATUS = re.compile(r"error=(\d{3})")
# A service that is busy or slow may answer later; one that knows no such address will not.
LATER = (408, 425, 429)


def service_name(service: NotifyBase) -> str:
    """What people call the service; the only part of its address that may be shown."""
    return str(service.service_name or "").strip() or service.__class__.__name__


def send_notice(service: NotifyBase, notice: str) -> None:
    """Tells a channel one line.

    Raises:
        NotSentError: With the status that the service answered, where it gave one; never with its address.
    """
    teller = Apprise()
    teller.add(service)
    with hushed() as heard:
        is_told = teller.notify(body=notice, body_format=NotifyFormat.TEXT)
    if is_told:
        return
    # Only the number is taken over: the rest of what is heard may hold the address, which is a secret.
    found = [int(each) for line in heard for each in _STATUS.findall(line)]
    if not found:
        raise NotSentError(Problem("send.why.no_answer"), is_temporary=True)
    code = found[-1]
    is_temporary = code >= 500 or code in LATER
    raise NotSentError(Problem("send.why.service", code=str(code)), is_temporary=is_temporary)
