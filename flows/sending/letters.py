"""What a mail is made of. A mail client shows the HTML with its images, or the plain text, and the files below it."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import PurePath

from flows.sending.rendered import SafetyPost, TeamPost, fingerprint

# Written out: what the system's own list knows differs from machine to machine.
TYPES = {
    ".png": ("image", "png"),
    ".gif": ("image", "gif"),
    ".jpg": ("image", "jpeg"),
    ".pdf": ("application", "pdf"),
    ".csv": ("text", "csv"),
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
UNKNOWN_TYPE = ("application", "octet-stream")


def team_letter(post: TeamPost) -> EmailMessage:
    """The mail of one area team, not yet addressed.

    Returns:
        mixed[ alternative[ text, related[ HTML, images ] ], attachments ]: with the attachments inside `related`, as
        some libraries do, several mail clients do not show them.
    """
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = post.subject
    letter.set_content(post.text)
    letter.add_alternative(post.html, subtype="html")
    page = list(letter.iter_parts())[-1]
    for image in post.images:
        maintype, subtype = _type(image.name)
        page.add_related(
            image.content, maintype, subtype, cid=f"<{image.name}>", filename=image.name, disposition="inline"
        )
    for file in post.attachments:
        maintype, subtype = _type(file.name)
        letter.add_attachment(file.content, maintype, subtype, filename=file.name)
    return letter


def safety_letter(post: SafetyPost) -> EmailMessage:
    """The mail of a safety matter: plain text and nothing else, not yet addressed."""
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = post.subject
    letter.set_content(post.text)
    return letter


def address_letter(
    letter: EmailMessage,
    *,
    sender: Address,
    recipient: str,
    reply_to: str | None,
    message_id: str,
    moment: datetime,
) -> EmailMessage:
    """The same mail with its sender, its one recipient and its date."""
    letter["From"] = sender
    letter["To"] = recipient
    if reply_to is not None:
        letter["Reply-To"] = reply_to
    letter["Date"] = format_datetime(moment)
    letter["Message-ID"] = message_id
    # So that no absence message answers it.
    letter["Auto-Submitted"] = "auto-generated"
    return letter


def message_id(domain: str, week: str, *known_by: str) -> str:
    """The same for the same mail, so that a mail client drops one that arrives twice after a lost answer."""
    return f"<{week}.{fingerprint(week, *known_by)}@{domain}>"


def _type(name: str) -> tuple[str, str]:
    return TYPES.get(PurePath(name).suffix.lower(), UNKNOWN_TYPE)
