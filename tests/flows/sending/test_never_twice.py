"""The same week never goes twice to the same address, whatever happened in between."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from post_room import WEEK, MailBox, PostRoom

from data_contracts.problem import Problem
from flows.sending.record import Entry, past, read_record, write_entry
from flows.sending.rounds import Outcome


def told(outcomes: tuple[Outcome, ...], team: str | None) -> list[str]:
    return [each.problem.message if each.problem else "sent" for each in outcomes if each.errand.team == team]


def entry(state: str = "sent", moment: str = "2026-11-16T08:00:00+00:00") -> Entry:
    return Entry(moment, WEEK, "mail", "Noord", "noord@example.nl", "d1", state)  # type: ignore[arg-type]


def test_a_rehearsal_sends_nothing_and_writes_nothing_down(room: PostRoom, box: MailBox) -> None:
    sending = room.send(box.environment, is_for_real=False)
    assert box.n_asked == 0
    assert not room.home.sent.exists()
    assert (sending.n_sent, sending.n_due, sending.has_trouble) == (0, 2, False)


def test_a_second_time_nothing_goes(room: PostRoom, box: MailBox) -> None:
    assert room.send(box.environment).n_sent == 2
    second = room.send(box.environment)
    assert len(box.mails) == 2
    assert told(second.outcomes, "Noord") == ["send.already"]
    assert (second.n_sent, second.has_trouble, second.is_in_vain) == (0, False, False)
    moment = second.outcomes[0].problem.figures["moment"]
    # 8:00 in UTC, as it is there.
    assert moment.strftime("%d-%m-%Y %H") == "16-11-2026 09"


def test_forced_it_goes_again(room: PostRoom, box: MailBox) -> None:
    room.send(box.environment)
    room.send(box.environment, is_forced=True, teams=("Noord",))
    assert [mail["To"] for mail in box.mails] == ["noord@example.nl", "oost@example.nl", "noord@example.nl"]
    assert room.states("noord@example.nl") == ["trying", "sent"] * 2


def test_a_digest_that_changed_after_it_was_sent_is_told_and_not_sent(room: PostRoom, box: MailBox) -> None:
    room.send(box.environment)
    (room.folder / "Noord" / "mail.txt").write_text("Anders.")
    assert told(room.send(box.environment).outcomes, None) == []
    assert told(room.send(box.environment).outcomes, "Noord") == ["send.already_changed"]
    assert told(room.send(box.environment).outcomes, "Oost") == ["send.already"]
    assert len(box.mails) == 2


def test_another_week_and_another_address_are_other_mails(room: PostRoom, box: MailBox) -> None:
    room.send(box.environment)
    later = room.home.shared / "2026-W47"
    room.folder.rename(later)
    published = room.home.latest.resolve()
    shutil.copytree(published, published.with_name("2026-W47.1"))
    published.with_name("2026-W47.1").joinpath("run.json").write_text('{"week": "2026-W47", "run_id": "1"}')
    assert room.send(box.environment, week="2026-W47").n_sent == 2
    later.rename(room.folder)
    room.settings('[teams.Noord]\nsend_to = ["noord@example.nl", "nieuw@example.nl"]\n')
    assert room.send(box.environment).n_sent == 1
    assert box.mails[-1]["To"] == "nieuw@example.nl"


def test_a_sending_that_was_killed_is_not_repeated_by_guess(room: PostRoom, box: MailBox) -> None:
    class KilledError(BaseException):
        pass

    def killed(*_: object) -> None:
        raise KilledError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flows.sending.rounds.Round._send", killed)
        with pytest.raises(KilledError):
            room.send(box.environment)
    assert room.states("noord@example.nl") == ["trying"]
    again = room.send(box.environment)
    assert told(again.outcomes, "Noord") == ["send.unknown"]
    assert told(again.outcomes, "Oost") == ["sent"]
    assert again.has_trouble
    assert not again.is_in_vain
    assert [mail["To"] for mail in box.mails] == ["oost@example.nl"]
    assert told(room.send(box.environment, is_forced=True, teams=("Noord",)).outcomes, "Noord") == ["sent"]
    assert told(room.send(box.environment).outcomes, "Noord") == ["send.already"]


def test_the_mail_that_is_sent_again_after_a_lost_answer_has_the_same_name(room: PostRoom, box: MailBox) -> None:
    room.send(box.environment, teams=("Noord",))
    file = room.home.sent / f"{WEEK}.jsonl"
    trying, _, _ = file.read_text().partition("\n")
    file.write_text(trying + "\n")
    room.send(box.environment, is_forced=True, teams=("Noord",))
    first, second = box.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_what_is_tried_is_on_the_disk_before_it_goes(
    room: PostRoom, box: MailBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(
        "flows.sending.rounds.Round._send",
        lambda self, errand: seen.append(room.states(errand.destination.label)),
    )
    room.send(box.environment)
    assert seen == [["trying"], ["trying"]]


def test_the_record_is_for_its_owner_only(room: PostRoom, box: MailBox) -> None:
    room.send(box.environment)
    file = room.home.sent / f"{WEEK}.jsonl"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert room.record[1] == {
        "moment": "2026-11-16T08:04:00+00:00",
        "week": WEEK,
        "kind": "mail",
        "team": "Noord",
        "address": "noord@example.nl",
        "digest": room.record[0]["digest"],
        "state": "sent",
        "reason": None,
    }


def test_two_at_the_same_time_never_both_send(room: PostRoom, box: MailBox) -> None:
    with room.home.alone_sending(), pytest.raises(Problem, match=r"send\.busy"):
        room.send(box.environment)
    # A weekly run beside it is no reason to wait, and nobody waits for a rehearsal.
    with room.home.alone():
        assert room.send(box.environment).n_sent == 2
    with room.home.alone_sending():
        room.send(box.environment, is_for_real=False)


@settings(max_examples=25, deadline=None)
@given(cut=st.integers(min_value=1, max_value=250))
def test_a_line_that_was_cut_off_is_no_event_and_spoils_no_other(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    file = tmp_path_factory.mktemp("sent") / "sent" / f"{WEEK}.jsonl"
    write_entry(file, entry("trying"))
    whole = file.read_bytes()
    write_entry(file, entry("sent"))
    file.write_bytes(file.read_bytes()[:-cut])
    lost = max(0, len(file.read_bytes()) - len(whole))
    kept = [entry("trying")] if len(file.read_bytes()) >= len(whole) else []
    assert list(read_record(file)) == kept, lost
    write_entry(file, entry("failed"))
    assert list(read_record(file)) == [*kept, entry("failed")]


@pytest.mark.parametrize("spoiled", [b"{\n", b"[]\n", b'{"week": 1}\n', b"\xff\n", b"null\n"])
def test_a_spoiled_record_stops_the_sending(room: PostRoom, box: MailBox, spoiled: bytes) -> None:
    room.send(box.environment)
    file = room.home.sent / f"{WEEK}.jsonl"
    before = file.read_bytes()
    file.write_bytes(spoiled + before)
    with pytest.raises(Problem, match=r"send\.unreadable_record"):
        room.send(box.environment)
    naive = json.loads(before.splitlines()[0]) | {"moment": "2026-11-16T08:00:00"}
    file.write_text(json.dumps(naive) + "\n")
    with pytest.raises(Problem, match=r"send\.unreadable_record"):
        room.send(box.environment)
    assert len(box.mails) == 2


def test_a_record_of_a_later_version_may_say_more(tmp_path: Path) -> None:
    file = tmp_path / "w.jsonl"
    write_entry(file, entry())
    file.write_text(json.dumps(json.loads(file.read_text()) | {"colour": "red"}) + "\n")
    assert read_record(file) == (entry(),)


@given(st.lists(st.sampled_from(["trying", "sent", "failed"]), max_size=8))
def test_once_sent_is_never_forgotten(states: list[str]) -> None:
    found = past(tuple(entry(each) for each in states), "mail", "Noord", "noord@example.nl")
    assert (found.sent is not None) == ("sent" in states)
    assert (found.unknown is not None) == (states[-1:] == ["trying"])
    assert found.times_sent == states.count("sent")
    assert past(tuple(entry(each) for each in states), "notice", "Noord", "noord@example.nl").sent is None
