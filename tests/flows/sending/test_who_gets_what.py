"""Each team gets its own, a channel gets one line, and a safety matter goes to its role alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from post_room import PASSWORD, SETTINGS, WEEK, MailBox, PostRoom, channel_service

from data_contracts.problem import Problem
from flows.language import LANGUAGES, Language
from flows.sending.command import Sending
from flows.sending.sending_terminal import show_sending
from flows.sending.status_line import sent_line

BOTH = '[teams.Noord]\nsend_to = ["noord@example.nl", "$NOORD_KANAAL"]\n'
SECRETS = (PASSWORD, "T0KEN", "hooks")


def messages(sending: Sending) -> list[str]:
    return [each.problem.message if each.problem else "sent" for each in sending.outcomes]


def test_a_channel_hears_the_notice_and_nothing_else(room: PostRoom, box: MailBox) -> None:
    room.settings(BOTH)
    with channel_service() as channel:
        sending = room.send({**box.environment, "NOORD_KANAAL": channel.url}, teams=("Noord",))
    assert (sending.n_sent, sending.has_trouble) == (2, False)
    (heard,) = channel.heard
    said = json.loads(heard)
    assert said["message"] == "De lijst van Noord voor week 46 staat klaar."
    assert said["title"] == ""
    assert said.get("attachments", []) == []
    assert b"Kolken" not in heard
    assert len(box.mails) == 1


def test_a_channel_is_told_once_too_and_known_by_a_hash(room: PostRoom, box: MailBox) -> None:
    room.settings(BOTH)
    with channel_service() as channel:
        environment = {**box.environment, "NOORD_KANAAL": channel.url}
        room.send(environment, teams=("Noord",))
        assert messages(room.send(environment, teams=("Noord",))) == ["send.already"] * 2
        assert len(channel.heard) == 1
        room.send({**environment, "NOORD_KANAAL": channel.url + "2"}, teams=("Noord",))
        assert len(channel.heard) == 2
    labels = sorted({each["address"] for each in room.record})
    assert [label.split()[0] for label in labels] == ["JSON", "JSON", "noord@example.nl"]


@pytest.mark.parametrize(("status", "problem", "n_tries"), [(404, "send.why.service", 1), (503, "send.why.service", 3)])
def test_a_channel_that_refuses_stops_no_mail(
    room: PostRoom, box: MailBox, status: int, problem: str, n_tries: int
) -> None:
    room.settings(BOTH.replace('"noord@example.nl", "$NOORD_KANAAL"', '"$NOORD_KANAAL", "noord@example.nl"'))
    with channel_service(status) as channel:
        sending = room.send({**box.environment, "NOORD_KANAAL": channel.url}, teams=("Noord",))
        assert len(channel.heard) == n_tries
    assert messages(sending) == [problem, "sent"]
    assert sending.outcomes[0].problem.figures["code"] == str(status)


def test_a_channel_that_is_away_is_told(room: PostRoom, box: MailBox) -> None:
    room.settings(BOTH)
    with channel_service() as channel:
        pass
    sending = room.send({**box.environment, "NOORD_KANAAL": channel.url}, teams=("Noord",))
    assert messages(sending) == ["sent", "send.why.no_answer"]


@pytest.mark.parametrize(
    ("url", "problem"),
    [("", "send.variable_empty"), ("nergens", "send.variable_unusable"), ("slack://kort", "send.variable_unusable")],
)
def test_a_channel_without_a_usable_address_is_told(
    room: PostRoom, box: MailBox, url: str, problem: str, capfd: pytest.CaptureFixture[str]
) -> None:
    room.settings(BOTH)
    for is_for_real in (False, True):
        sending = room.send({**box.environment, "NOORD_KANAAL": url}, teams=("Noord",), is_for_real=is_for_real)
        assert messages(sending) == ["sent", problem]
        assert sending.has_trouble
    assert capfd.readouterr() == ("", "")


def test_without_news_a_mail_goes_and_a_channel_stays_silent(room: PostRoom, box: MailBox) -> None:
    room.listed[0]["is_news"] = False
    room.list_teams()
    room.settings(BOTH)
    with channel_service() as channel:
        sending = room.send({**box.environment, "NOORD_KANAAL": channel.url}, teams=("Noord",))
        assert channel.heard == []
    assert messages(sending) == ["sent", "send.no_news"]
    assert not sending.has_trouble


def test_a_team_without_an_address_is_shown_and_stops_nobody(room: PostRoom, box: MailBox) -> None:
    room.settings('[teams.Oost]\nsend_to = ["oost@example.nl"]\n')
    sending = room.send(box.environment)
    assert messages(sending) == ["send.no_address", "sent"]
    assert not sending.has_trouble
    room.settings("")
    assert room.send(box.environment, is_forced=True).is_in_vain


@pytest.mark.parametrize(
    ("first", "last", "problem"),
    [
        ("2026-11-16", "2026-11-16", "send.paused"),
        ("2026-11-01", "2026-11-30", "send.paused"),
        ("2026-11-17", "2026-11-30", "sent"),
        ("2026-11-01", "2026-11-15", "sent"),
    ],
)
def test_a_holiday_is_a_pause(room: PostRoom, box: MailBox, first: str, last: str, problem: str) -> None:
    room.settings(f'[teams.Noord]\nsend_to = ["n@example.nl"]\npaused_from = {first}\npaused_until = {last}\n')
    sending = room.send(box.environment, teams=("Noord",), is_forced=True)
    assert messages(sending) == [problem]
    assert len(box.mails) == (problem == "sent")


@pytest.mark.parametrize(("zone", "problem"), [("Europe/Amsterdam", "send.paused"), ("UTC", "sent")])
def test_the_day_is_the_day_there(room: PostRoom, box: MailBox, zone: str, problem: str) -> None:
    room.began_at = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)
    pause = "paused_from = 2026-11-16\npaused_until = 2026-11-20\n"
    room.settings(f'timezone = "{zone}"\n[teams.Noord]\nsend_to = ["n@example.nl"]\n{pause}')
    assert messages(room.send(box.environment, teams=("Noord",))) == [problem]


def test_a_safety_matter_goes_first_by_mail_as_plain_text(room: PostRoom, box: MailBox) -> None:
    room.safety()
    sending = room.send(box.environment)
    assert sending.outcomes[0].errand.kind == "safety"
    first, *others = box.mails
    assert (first["To"], first["Subject"]) == ("veiligheid@example.nl", "Vertrouwelijk: veiligheid, week 46")
    assert first.get_content_type() == "text/plain"
    assert first.get_content().strip() == "Overleg over het complex aan de Dijk."
    assert first["Reply-To"] is None
    assert not any("Dijk" in str(mail) or "Vertrouwelijk" in str(mail) for mail in others)
    assert "Dijk" not in json.dumps(room.record)


def test_a_safety_matter_is_never_told_to_a_channel(room: PostRoom, box: MailBox) -> None:
    room.settings(SETTINGS + "[teams.West]\n")
    room.safety()
    room.settings(SETTINGS.replace('["noord@example.nl"]', '["noord@example.nl", "$NOORD_KANAAL"]'))
    with channel_service() as channel:
        room.send({**box.environment, "NOORD_KANAAL": channel.url})
    assert len(channel.heard) == 1
    assert b"Dijk" not in channel.heard[0]


def test_a_safety_matter_waits_for_no_choice_of_team_and_goes_once(room: PostRoom, box: MailBox) -> None:
    room.safety()
    room.send(box.environment, teams=("Oost",))
    assert [mail["To"] for mail in box.mails] == ["veiligheid@example.nl", "oost@example.nl"]
    # Forcing a digest is no reason to send this again; another matter in the same week is.
    assert messages(room.send(box.environment, teams=("Oost",), is_forced=True))[0] == "send.already"
    room.safety("Nog een zaak.")
    assert messages(room.send(box.environment))[0] == "sent"
    assert len(box.to("veiligheid@example.nl")) == 2


def test_a_safety_matter_of_unknown_outcome_goes_again(room: PostRoom, box: MailBox) -> None:
    room.safety()
    room.send(box.environment)
    file = room.home.sent / f"{WEEK}.jsonl"
    file.write_text(file.read_text().splitlines()[0] + "\n")
    assert messages(room.send(box.environment))[0] == "sent"
    first, second = box.to("veiligheid@example.nl")
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize("is_for_real", [True, False])
def test_a_safety_matter_without_an_address_is_told_first(room: PostRoom, box: MailBox, is_for_real: bool) -> None:
    room.settings(SETTINGS.replace("safety_to", "# safety_to").replace("[teams.Oost]", "[teams.Osst]"))
    room.safety()
    sending = room.send(box.environment, is_for_real=is_for_real)
    assert [each.message for each in room.told] == ["send.no_safety_to", "settings.unknown_team"]
    assert (sending.is_safety_lost, sending.has_trouble) == (True, True)
    assert sending.n_sent == is_for_real


def test_a_slip_in_a_team_name_is_told_and_stops_nobody(room: PostRoom, box: MailBox) -> None:
    room.settings(SETTINGS.replace("[teams.Oost]", "[teams.Osst]"))
    sending = room.send(box.environment)
    assert [(each.message, each.figures["nearest"]) for each in room.told] == [("settings.unknown_team", "Oost")]
    assert (sending.n_sent, sending.has_trouble) == (1, True)
    with pytest.raises(Problem, match=r"send\.unknown_team"):
        room.send(box.environment, teams=("Osst",))


def test_a_team_with_a_file_missing_is_told_and_stops_nobody(room: PostRoom, box: MailBox) -> None:
    (room.folder / "Noord" / "chart-2.png").unlink()
    sending = room.send(box.environment)
    assert messages(sending) == ["send.not_made", "sent"]
    assert sending.has_trouble
    room.listed[0]["files"]["images"] = ["chart-1.png"]
    room.list_teams()
    # The page names an image that is not on the list.
    assert messages(room.send(box.environment)) == ["send.not_made", "send.already"]


@pytest.mark.parametrize(
    ("folder", "file"), [(".", "safety.json"), ("..", "teams.json"), ("Noord", "../safety.json"), ("/", "etc/passwd")]
)
def test_nothing_outside_the_folder_of_the_team_is_ever_sent(
    room: PostRoom, box: MailBox, folder: str, file: str
) -> None:
    room.safety()
    room.listed[0]["folder"] = folder
    room.listed[0]["files"] = {"html": file, "text": file}
    room.list_teams()
    assert messages(room.send(box.environment))[1] == "send.not_made"
    assert box.to("noord@example.nl") == []


@pytest.mark.parametrize("spoiled", ["", "{", "{}x", '[{"team": "Noord"}]', "[1]", '{"a": 1}', "\ufeff[]"])
def test_a_spoiled_list_is_one_problem(room: PostRoom, box: MailBox, spoiled: str) -> None:
    (room.folder / "teams.json").write_text(spoiled)
    with pytest.raises(Problem, match=r"send\.unreadable_list"):
        room.send(box.environment)
    room.list_teams()
    (room.folder / "safety.json").write_text(spoiled)
    with pytest.raises(Problem, match=r"send\.unreadable_list"):
        room.send(box.environment)
    assert box.mails == []


def test_a_week_that_was_not_rendered_is_one_problem(room: PostRoom, box: MailBox) -> None:
    with pytest.raises(Problem, match=r"results\.no_such_week"):
        room.send(box.environment, week="2026-W30")
    (room.folder / "teams.json").unlink()
    with pytest.raises(Problem, match=r"send\.nothing_rendered"):
        room.send(box.environment)


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_shown_holds_no_secret_and_no_safety_matter(
    room: PostRoom, box: MailBox, code: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    language = Language(code)
    room.safety()
    room.settings(SETTINGS.replace('["noord@example.nl"]', '["$NOORD_KANAAL", "noord@example.nl"]'))
    shown = ""
    with channel_service(404) as channel:
        environment = {**box.environment, "NOORD_KANAAL": channel.url}
        for is_for_real in (False, True, True):
            show_sending(room.send(environment, is_for_real=is_for_real), language)
            shown += capsys.readouterr().out
    for expected in ("veiligheid@example.nl", "noord@example.nl", "JSON", "404", "16"):
        assert expected in shown
    written = (room.home.sent / f"{WEEK}.jsonl").read_text()
    for secret in (*SECRETS, "Vertrouwelijk", "Dijk"):
        assert secret not in shown + written + caplog.text
    line = sent_line(room.home, WEEK, language)
    assert line is not None
    assert "3" in line
    assert sent_line(room.home, "2026-W45", language) is None
