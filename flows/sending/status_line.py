"""What `status` says of the last sending; apart, because it needs no mail and no apprise."""

from __future__ import annotations

from flows.home import Home
from flows.language import Language
from flows.sending.record import read_record, record_file


def sent_line(home: Home, week: str, language: Language) -> str | None:
    """One line on what was sent of a week; None where nothing was."""
    entries = read_record(record_file(home.sent, week))
    if not entries:
        return None
    sent = {(each.kind, each.team, each.address) for each in entries if each.state == "sent"}
    open_ = {(each.kind, each.team, each.address) for each in entries} - sent
    teams = {team for _, team, _ in sent if team is not None}
    line = language.say("send.status", count=len(sent), teams=language.say("send.status_teams", count=len(teams)))
    return f"{line} {language.say('send.status_open', count=len(open_))}" if open_ else line
