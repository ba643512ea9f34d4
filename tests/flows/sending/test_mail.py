"""A mail that arrived is read back as a mail client reads it."""

from __future__ import annotations

import re

from post_room import HTML, PDF, PNG, TEXT, MailBox, PostRoom

from flows.sending.letters import team_letter
from flows.sending.rendered import TeamPost


def test_a_mail_client_finds_text_page_images_and_files(room: PostRoom, box: MailBox) -> None:
    room.send(box.environment)
    (mail,) = box.to("noord@example.nl")
    assert mail.defects == []
    assert mail["Subject"] == "Luisterpost week 46, Noord: één nieuw complex"
    assert mail["From"] == "Luisterpost <luisterpost@example.nl>"
    assert mail["Reply-To"] == "antwoord@example.nl"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime.date().isoformat() == "2026-11-16"
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().replace("\r\n", "\n") == TEXT
    assert page.get_content().strip() == HTML


def test_attachments_stand_outside_what_belongs_to_the_page(room: PostRoom, box: MailBox) -> None:
    room.send(box.environment)
    (mail,) = box.to("noord@example.nl")
    assert mail.get_content_type() == "multipart/mixed"
    body, *files = mail.iter_parts()
    assert body.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in body.iter_parts()] == ["text/plain", "multipart/related"]
    assert [file.get_filename() for file in files] == [
        "Luisterpost 2026-W46 Noord.pdf",
        "Antwoorden 2026-W46 Noord (één).xlsx",
    ]
    assert {file.get_content_disposition() for file in files} == {"attachment"}
    assert files[0].get_content_type() == "application/pdf"
    assert files[0].get_content() == PDF
    assert files[1].get_content() == b"PK\x03\x04 sheet"


def test_every_image_of_the_page_is_in_the_mail(room: PostRoom, box: MailBox) -> None:
    room.send(box.environment)
    (mail,) = box.to("oost@example.nl")
    page = mail.get_body(("html",))
    assert page is not None
    named = re.findall(r"cid:([^\"']+)", page.get_content())
    parts = {part["Content-ID"]: part for part in mail.walk() if part["Content-ID"]}
    assert named == ["chart-1.png", "chart-2.png"]
    assert set(parts) == {f"<{name}>" for name in named}
    for number, name in enumerate(named, start=1):
        part = parts[f"<{name}>"]
        assert (part.get_content_type(), part.get_content_disposition()) == ("image/png", "inline")
        assert part.get_payload(decode=True) == PNG + bytes([number])


def test_each_address_gets_its_own_mail_and_sees_no_other(room: PostRoom, box: MailBox) -> None:
    room.settings('[teams.Noord]\nsend_to = ["noord@example.nl", "wijk@example.nl", "NOORD@example.nl"]\n')
    room.send(box.environment)
    assert [recipients for _, recipients, _ in box.raw] == [["noord@example.nl"], ["wijk@example.nl"]]
    assert [mail["To"] for mail in box.mails] == ["noord@example.nl", "wijk@example.nl"]
    assert all(sender == "luisterpost@example.nl" for sender, _, _ in box.raw)


def test_a_message_id_belongs_to_one_mail(room: PostRoom, box: MailBox) -> None:
    room.settings('[teams.Noord]\nsend_to = ["noord@example.nl", "wijk@example.nl"]\n')
    room.send(box.environment)
    room.send(box.environment, is_forced=True)
    ids = [mail["Message-ID"] for mail in box.mails]
    # Sent on purpose once more, it is another mail: clients drop one that has the same name.
    assert len(set(ids)) == 4
    assert all(re.fullmatch(r"<2026-W46\.[0-9a-f]{16}@example\.nl>", each) for each in ids)


def test_a_line_end_in_a_name_begins_no_header(room: PostRoom, box: MailBox) -> None:
    room.listed[0]["subject"] = "Noord\r\nBcc: iemand@example.nl\n\u202eéén \U0001f6a8 \ud800"
    room.list_teams()
    room.send(box.environment, teams=("Noord",))
    (mail,) = box.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Noord Bcc: iemand@example.nl één \U0001f6a8 ?"
    assert [recipients for _, recipients, _ in box.raw] == [["noord@example.nl"]]


def test_a_mail_without_images_or_files_is_only_its_two_bodies() -> None:
    letter = team_letter(
        TeamPost("Noord", "Niets nieuws", "-", False, text="Niets nieuws.", html="<p>Niets nieuws.</p>")
    )
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
