"""Who gets it: mailboxes from the settings, and channels whose address stands in the environment."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from data_contracts.problem import Problem
from flows.sending.apprise_hushed import NotifyBase, service_at
from flows.sending.channels import service_name


@dataclass(frozen=True)
class Destination:
    """One address that something goes to.

    Attributes:
        label: How the record knows it: the mail address, or the service with a short keyed hash of its secret address.
        shown: What people see: the mail address, or the name of the service alone.
        service: The channel, where it is one; its address is a secret.
        problem: Why nothing can go there, or None.
    """

    label: str
    shown: str
    service: NotifyBase | None = field(default=None, repr=False, compare=False)
    problem: Problem | None = None

    @property
    def is_mailbox(self) -> bool:
        """Whether mail goes there."""
        return self.service is None and self.problem is None


def mailbox(address: str) -> Destination:
    """A mail address. It is known without regard to capitals, so that nobody is written to twice for one."""
    return Destination(address.casefold(), address)


def destinations(send_to: Iterable[str], environment: Mapping[str, str], secret: str) -> tuple[Destination, ...]:
    """The addresses of one team, each once.

    Args:
        send_to: Mail addresses and `$NAME`s, as the settings hold them.
        environment: Where the addresses of channels stand.
        secret: The installation's own, so that a record tells nobody the address of a channel.
    """
    found = (_destination(each, environment, secret) for each in send_to)
    return tuple({each.label: each for each in found}.values())


def _destination(said: str, environment: Mapping[str, str], secret: str) -> Destination:
    if not said.startswith("$"):
        return mailbox(said)
    variable = said.removeprefix("$")
    url = environment.get(variable, "").strip()
    if not url:
        return Destination(said, said, problem=Problem("send.variable_empty", variable=variable))
    service = service_at(url)
    if service is None:
        return Destination(said, said, problem=Problem("send.variable_unusable", variable=variable))
    name = service_name(service)
    known_by = hmac.new(secret.encode(), url.encode(), "sha256").hexdigest()[:8]
    return Destination(f"{name} {known_by}", name, service)
