"""Tries and pauses; and what fails stops nothing else."""

from __future__ import annotations

import socket

import pytest
from post_room import PASSWORD, MailBox, PostRoom, mail_service

from data_contracts.problem import Problem
from flows.sending.rounds import PAUSES


@pytest.mark.parametrize(("n_refused", "waited"), [(1, 1), (2, 2)])
def test_a_server_that_asks_to_come_back_is_asked_again(
    room: PostRoom, box: MailBox, n_refused: int, waited: int
) -> None:
    box.refuse_first = n_refused
    sending = room.send(box.environment, teams=("Noord",))
    assert (sending.n_sent, sending.has_trouble) == (1, False)
    assert room.waited == list(PAUSES[:waited])
    assert len(box.mails) == 1
    assert room.states("noord@example.nl") == ["trying", "failed"] * n_refused + ["trying", "sent"]


def test_after_three_tries_it_is_told_and_the_next_team_is_served(room: PostRoom, box: MailBox) -> None:
    box.refuse_first = 3
    sending = room.send(box.environment)
    assert [each.is_sent for each in sending.outcomes] == [False, True]
    problem = sending.outcomes[0].problem
    assert problem is not None
    assert (problem.message, problem.figures["answer"]) == ("send.why.not_now", "451 4.7.1 come back later")
    assert (sending.n_sent, sending.n_failed, sending.is_in_vain) == (1, 1, False)
    # What failed may go again.
    assert room.send(box.environment).n_sent == 1
    assert [mail["To"] for mail in box.mails] == ["oost@example.nl", "noord@example.nl"]


def test_an_address_that_is_refused_is_tried_once_and_stops_nobody(room: PostRoom, box: MailBox) -> None:
    room.render("Zuid")
    room.settings("".join(f'[teams.{team}]\nsend_to = ["{team}@example.nl"]\n' for team in ("Noord", "Oost", "Zuid")))
    box.no_such = ("Oost@example.nl",)
    sending = room.send(box.environment)
    assert [mail["To"] for mail in box.mails] == ["Noord@example.nl", "Zuid@example.nl"]
    assert room.waited == []
    refused = sending.outcomes[1].problem
    assert refused is not None
    assert (refused.message, refused.figures["answer"]) == ("send.why.refused", "550 5.1.1 no such mailbox")
    assert room.states("oost@example.nl") == ["trying", "failed"]
    assert room.record[3]["reason"] == "send.why.refused"


def test_a_server_that_is_away_is_not_waited_for_by_every_team(room: PostRoom) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        # Bound and not listening: a connection is refused at once.
        environment = {"LUISTERPOST_MAIL": f"mailto://127.0.0.1:{taken.getsockname()[1]}?from=luisterpost@example.nl"}
        sending = room.send(environment)
    assert [each.problem.message for each in sending.outcomes if each.problem] == ["send.why.unreachable"] * 2
    assert room.waited == list(PAUSES)
    assert sending.is_in_vain


def test_a_refused_login_is_not_repeated_for_every_team(room: PostRoom) -> None:
    with mail_service(MailBox(), has_login=True) as box:
        sending = room.send(box.environment_with("verkeerd-woord"))
        assert len(box.logins) == 1
        assert [each.problem.message for each in sending.outcomes if each.problem] == ["send.why.login"] * 2
        assert room.send(box.environment_with(PASSWORD)).n_sent == 2


def test_a_line_that_must_be_secure_and_cannot_is_no_plain_line(room: PostRoom, box: MailBox) -> None:
    sending = room.send({"LUISTERPOST_MAIL": f"mailtos://127.0.0.1:{box.port}?from=luisterpost@example.nl"})
    assert [each.problem.message for each in sending.outcomes if each.problem] == ["send.why.not_secure"] * 2
    assert box.mails == []


def test_without_a_mail_server_nothing_is_half_done(room: PostRoom) -> None:
    with pytest.raises(Problem, match=r"send\.no_mail_server"):
        room.send({})
    assert not room.home.sent.exists()
    rehearsal = room.send({}, is_for_real=False)
    assert [each.message for each in room.told] == ["send.no_mail_server"]
    assert rehearsal.has_trouble


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("smtp.example.nl", "send.bad_mail_server"),
        ("https://user:{}@example.nl", "send.bad_mail_server"),
        ("mailtos://", "send.bad_mail_server"),
        ("mailtos://user:{}@smtp.example.nl:poort", "send.bad_mail_server"),
        ("mailtos://user:{}@smtp.example.nl?mode=telepathy", "send.bad_mail_server"),
        ("mailtos://user:{}%C3%A9@smtp.example.nl", "send.bad_mail_server"),
        ("mailtos://user:{}@smtp.example.nl/iemand@example.nl", "send.mail_server_extras"),
        ("mailtos://user:{}@smtp.example.nl?to=iemand@example.nl", "send.mail_server_extras"),
        ("mailtos://user:{}@smtp.example.nl?cc=iemand@example.nl", "send.mail_server_extras"),
        ("mailtos://user:{}@smtp.example.nl?bcc=iemand@example.nl", "send.mail_server_extras"),
        ("mailtos://user:{}@smtp.example.nl?pgp=encrypt", "send.mail_server_extras"),
    ],
)
def test_an_unusable_mail_server_is_told_without_its_password(
    room: PostRoom, url: str, problem: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Problem) as found:
        room.send({"LUISTERPOST_MAIL": url.format(PASSWORD)})
    assert found.value.message == problem
    assert PASSWORD not in f"{found.value!r} {found.value.__context__!r} {capfd.readouterr()} {caplog.text}"
