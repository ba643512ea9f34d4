"""One round along all addresses: tries, pauses, and a record of each. What fails stops nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data_contracts.problem import Problem
from flows.sending.channels import send_notice
from flows.sending.letters import address_letter, message_id, safety_letter, team_letter
from flows.sending.mail_server import MailServer, NotSentError
from flows.sending.plan import Errand
from flows.sending.record import Entry, State, write_entry
from flows.sending.rendered import SafetyPost

# Seconds between tries. A mail server that asks to come back later mostly takes the mail within a minute.
PAUSES = (5.0, 30.0)


@dataclass(frozen=True)
class Outcome:
    """What became of one errand.

    Attributes:
        errand: What it was.
        is_sent: Whether it went.
        problem: Why it did not, or None.
    """

    errand: Errand
    is_sent: bool = False
    problem: Problem | None = None

    @property
    def is_failed(self) -> bool:
        """Whether it should have gone and did not, or somebody must look at it."""
        return self.errand.is_trouble or (self.errand.is_due and not self.is_sent)


class Round:
    """Sends the errands of one week, in their order.

    Args:
        week: ISO name of the week.
        record: Where it is written down.
        server: The mail server; None where no mail is due.
        reply_to: Mailbox for answers, or None.
        clock: Gives the moment, with its zone.
        wait: Waits so many seconds.
    """

    def __init__(
        self,
        week: str,
        record: Path,
        server: MailServer | None,
        reply_to: str | None,
        clock: Callable[[], datetime],
        wait: Callable[[float], None],
    ) -> None:
        self.week, self.record, self.server, self.reply_to = week, record, server, reply_to
        self.clock, self.wait = clock, wait
        self._mail_pauses: tuple[float, ...] = PAUSES
        self._no_mail: NotSentError | None = None

    def run(self, errands: tuple[Errand, ...], announce: Callable[[Errand], None]) -> tuple[Outcome, ...]:
        """What became of each errand, in their order."""
        outcomes = []
        for errand in errands:
            if not errand.is_due:
                outcomes.append(Outcome(errand, problem=errand.problem))
                continue
            announce(errand)
            failure = self._tried(errand)
            outcomes.append(Outcome(errand, failure is None, failure.problem if failure else None))
        return tuple(outcomes)

    def _tried(self, errand: Errand) -> NotSentError | None:
        """Tries until it goes or has no chance."""
        # A login that was refused is not repeated sixty times: the account would be locked.
        if errand.is_mail and self._no_mail:
            return self._no_mail
        pauses = self._mail_pauses if errand.is_mail else PAUSES
        for pause in (*pauses, None):
            self._write(errand, "trying")
            try:
                self._send(errand)
            except NotSentError as failure:
                self._write(errand, "failed", failure)
                if pause is not None and failure.is_temporary:
                    self.wait(pause)
                    continue
                self._remember(errand, failure)
                return failure
            self._write(errand, "sent")
            return None
        raise AssertionError("the last try has no pause after it")

    def _remember(self, errand: Errand, failure: NotSentError) -> None:
        """What one mail taught of the server holds for the rest: one that is away is tried once a mail, not thrice."""
        if errand.is_mail and failure.is_for_all:
            self._mail_pauses = ()
            if not failure.is_temporary:
                self._no_mail = failure

    def _send(self, errand: Errand) -> None:
        post, destination = errand.post, errand.destination
        assert destination is not None
        if destination.service is not None:
            assert not isinstance(post, SafetyPost), "a safety matter never goes to a channel"
            send_notice(destination.service, post.notice)
            return
        server = self.server
        assert server is not None
        known_by = (errand.kind, errand.team or "", destination.label, post.fingerprint, str(errand.times_sent))
        letter = address_letter(
            safety_letter(post) if isinstance(post, SafetyPost) else team_letter(post),
            sender=server.sender,
            recipient=destination.shown,
            reply_to=server.reply_to or (self.reply_to if errand.kind == "mail" else None),
            message_id=message_id(server.sender.domain, self.week, *known_by),
            moment=self.clock(),
        )
        server.carry(letter, destination.shown)

    def _write(self, errand: Errand, state: State, failure: NotSentError | None = None) -> None:
        assert errand.destination is not None
        moment = self.clock().astimezone(UTC).isoformat(timespec="seconds")
        reason = failure.problem.message if failure else None
        address, digest = errand.destination.label, errand.post.fingerprint
        entry = Entry(moment, self.week, errand.kind, errand.team, address, digest, state, reason)
        write_entry(self.record, entry)
