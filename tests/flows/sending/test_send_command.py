"""`luisterpost send` as it is typed: what it prints, what it leaves with, and that it tells no secret."""

from __future__ import annotations

import pytest
from post_room import PASSWORD, SETTINGS, MailBox, PostRoom, channel_service, mail_service

from flows import cli
from flows.commands.exit_codes import SOME_NOT_SENT
from flows.sending.mail_server import MAIL_VARIABLE


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.sending.rounds.PAUSES", (0.0, 0.0))
    monkeypatch.delenv(MAIL_VARIABLE, raising=False)


def typed(room: PostRoom, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.run(["send", "--home", str(room.home.folder), *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_rehearsal_first_then_for_real_then_nothing_more(
    room: PostRoom, box: MailBox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(MAIL_VARIABLE, box.environment[MAIL_VARIABLE])
    code, out, err = typed(room, capsys)
    assert (code, err, box.n_asked) == (cli.DONE, "", 0)
    assert "noord@example.nl" in out
    assert "één nieuw complex" in " ".join(out.split())
    assert "proef" in out
    code, out, err = typed(room, capsys, "--for-real")
    assert (code, len(box.mails)) == (cli.DONE, 2)
    assert "Noord, noord@example.nl" in err
    assert "verstuurd" in out
    code, out, _ = typed(room, capsys, "--for-real", "--language", "en", "--week", "2026-W46")
    assert (code, len(box.mails)) == (cli.DONE, 2)
    assert "sent already" in out
    code, _, _ = typed(room, capsys, "--for-real", "--force", "--team", "Oost")
    assert (code, [mail["To"] for mail in box.mails][2:]) == (cli.DONE, ["oost@example.nl"])


def test_what_a_script_hears(
    room: PostRoom, box: MailBox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = typed(room, capsys, "--for-real")
    assert (code, out, len(err.splitlines())) == (cli.NOTHING_DONE, "", 1)
    assert MAIL_VARIABLE in err
    assert typed(room, capsys)[0] == SOME_NOT_SENT
    monkeypatch.setenv(MAIL_VARIABLE, box.environment[MAIL_VARIABLE])
    box.no_such = ("noord@example.nl", "oost@example.nl")
    assert typed(room, capsys, "--for-real")[0] == cli.NOTHING_DONE
    box.no_such = ("noord@example.nl",)
    code, out, _ = typed(room, capsys, "--for-real")
    assert code == SOME_NOT_SENT
    assert "550 5.1.1" in out
    # Who is served stays served; who is not is still trouble.
    assert typed(room, capsys, "--for-real")[0] == SOME_NOT_SENT
    box.no_such = ()
    assert typed(room, capsys, "--for-real")[0] == cli.DONE


def test_a_safety_matter_without_an_address_is_loud(
    room: PostRoom, box: MailBox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(MAIL_VARIABLE, box.environment[MAIL_VARIABLE])
    room.settings(SETTINGS.replace("safety_to", "# safety_to"))
    room.safety()
    code, _, err = typed(room, capsys, "--for-real")
    assert (code, len(box.mails)) == (SOME_NOT_SENT, 2)
    assert err.splitlines()[0].startswith("LET OP")
    assert "safety_to" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["--week", "straks"], "2026-W46"), (["--week", "2026-W01"], "2026-W46"), (["--team", "Nord"], "Noord")],
)
def test_a_mistake_is_one_sentence(
    room: PostRoom, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    code, out, err = typed(room, capsys, *arguments)
    assert (code, out, len(err.splitlines())) == (cli.NOTHING_DONE, "", 1)
    assert told in err


@pytest.mark.parametrize("left", ["of an earlier run", "half written"])
def test_what_is_not_wholly_of_the_last_run_is_not_sent(
    room: PostRoom, capsys: pytest.CaptureFixture[str], left: str
) -> None:
    """A run that was killed while it shared may have left a safety matter out."""
    if left == "half written":
        (room.folder / "run.json").unlink()
    else:
        room.shared_by("0")
    for extra in ((), ("--for-real", "--force")):
        code, out, err = typed(room, capsys, *extra)
        assert (code, out, len(err.splitlines())) == (cli.NOTHING_DONE, "", 1)
        assert "weekly" in err


def test_no_output_of_any_failure_holds_the_password(
    room: PostRoom, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    room.settings(SETTINGS.replace('["noord@example.nl"]', '["noord@example.nl", "$KANAAL"]'))
    shown = ""
    with mail_service(MailBox(no_such=("noord@example.nl",), no_such_answer=PASSWORD), has_login=True) as box:
        for password in (PASSWORD, PASSWORD + "x"):
            with channel_service(500) as channel:
                monkeypatch.setenv("KANAAL", channel.url)
                monkeypatch.setenv(MAIL_VARIABLE, box.environment_with(password)[MAIL_VARIABLE])
                for extra in ((), ("--for-real",), ("--for-real", "--force", "--debug")):
                    cli.run(["send", "--home", str(room.home.folder), *extra])
                    shown += str(capfd.readouterr())
    assert "550" in shown
    assert "535" in shown
    assert PASSWORD not in shown
    assert "T0KEN" not in shown
    assert not any(PASSWORD in file.read_text(errors="replace") for file in room.home.sent.iterdir())
