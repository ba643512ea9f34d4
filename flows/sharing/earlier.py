"""What came of earlier flags: what was done with the answers, and what goes on.

What an answer did is told once: a complex that closed or rests because of an answer that is told of stands with the
answers, and not a second time with what goes on. Nobody is counted, and nothing is a reproach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.language import Language
from flows.sharing.room import Room
from flows.sharing.shown_names import shown_name

RUNNING = ("open", "impasse")
# What ends by itself or with a lot is no news, and what a team closed itself was told when it did.
TOLD_CLOSINGS = ("norm_met", "gone")
_ORDER = ("fine", "overruled", "known", "rests", "worry", "other", "not_looked", "not_looked_lot", "read")


@dataclass(frozen=True)
class RunningLine:
    """One complex that was asked about before.

    Attributes:
        flag_id: Its flag.
        name: Of the complex; empty where the text names several.
        text: How it stands: phase, who leads, who may decide.
        news: Good news, or "".
    """

    flag_id: str
    name: str
    text: str
    news: str = ""


def answered_lines(
    answers: Sequence[dict[str, Any]], flags: Sequence[dict[str, Any]], room: Room, language: Language
) -> tuple[str, ...]:
    """What was done with the answers of the last month, a line per outcome.

    Args:
        answers: Rows of `SharedWeek.answers` of one team, oldest first.
        flags: Rows of `SharedWeek.flags` of that team.
        room: How much may be told.
        language: Of the lines.
    """
    status = {flag["flag_id"]: flag for flag in flags}
    grouped: dict[tuple[str, Any], list[str]] = {}
    for answer in latest(answers).values():
        what, day = _outcome(answer, status.get(answer["flag_id"]))
        # What goes on is told of below as well.
        if what and not (room.is_brief and what in ("worry", "other")):
            grouped.setdefault((what, day), []).append(shown_name(answer["name"], room.name))
    ordered = sorted(grouped.items(), key=lambda item: (_ORDER.index(item[0][0]), str(item[0][1])))
    return tuple(
        language.say(f"team.answered.{what}", names=_listed(names, room, language), **({"day": day} if day else {}))
        for (what, day), names in ordered
    )


def latest(answers: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Per flag the answer that holds: who did not look later has not taken back what was found."""
    found: dict[str, dict[str, Any]] = {}
    for answer in answers:
        before = found.get(answer["flag_id"])
        if before is None or answer["verdict"] != "not_looked" or before["verdict"] == "not_looked":
            found[answer["flag_id"]] = answer
    return found


def running_lines(
    answers: Sequence[dict[str, Any]], flags: Sequence[dict[str, Any]], room: Room, language: Language
) -> tuple[RunningLine, ...]:
    """How it stands with what was asked before, what is on the list first.

    Args:
        answers: Rows of `SharedWeek.answers` of one team.
        flags: Rows of `SharedWeek.flags` of that team.
        room: How much may be told.
        language: Of the lines.
    """
    told_of = {flag_id for flag_id, answer in latest(answers).items() if answer["verdict"] != "not_looked"}
    # What is stuck comes first: of what there is no room for, only the number is told.
    running = sorted((flag for flag in flags if _goes_on(flag, told_of)), key=lambda flag: flag["status"] != "impasse")
    told = [flag for flag in running if _has_news(flag, room)]
    bare = [flag for flag in running if not _has_news(flag, room)]
    lines = [_line(flag, room, language) for flag in told[: room.lines]]
    if len(bare) == 1:
        lines.append(RunningLine(bare[0]["flag_id"], shown_name(bare[0]["name"], room.name), language.say("team.open")))
    elif bare:
        names = _listed([shown_name(flag["name"], room.name) for flag in bare], room, language)
        lines.append(RunningLine("", "", language.say("team.open_too", names=names)))
    if len(told) > room.lines:
        lines.append(RunningLine("", "", language.say("team.more_running", count=len(told) - room.lines)))
    return tuple(lines)


def _goes_on(flag: dict[str, Any], told_of: set[str]) -> bool:
    match flag["status"]:
        case "open" | "impasse":
            return True
        case "snoozed":
            return flag["flag_id"] not in told_of
        case "closed":
            return flag["closed_because"] in TOLD_CLOSINGS
    return False


def _has_news(flag: dict[str, Any], room: Room) -> bool:
    agreed = room.tells_agreements and (flag["phase"] or flag["lead"] or flag["mandate"])
    return bool(agreed) or bool(flag["is_voice_back"]) or flag["status"] != "open"


def _line(flag: dict[str, Any], room: Room, language: Language) -> RunningLine:
    parts, news = [], ""
    match flag["status"]:
        case "impasse":
            parts.append(language.say("team.impasse"))
        case "snoozed":
            until = flag["rests_until"]
            parts.append(language.say("team.rests", day=until) if until else language.say("team.rests_on"))
        case "closed":
            parts.append(language.say(f"team.closed.{flag['closed_because']}"))
            if flag["closed_because"] == "norm_met":
                news = language.say("team.good_news")
    if flag["status"] in RUNNING:
        agreed = _agreed(flag, language) if room.tells_agreements else ""
        parts += [agreed] if agreed else []
        if flag["is_voice_back"]:
            news = language.say("team.voice_back")
    return RunningLine(flag["flag_id"], shown_name(flag["name"], room.name), " ".join(parts), news)


def _agreed(flag: dict[str, Any], language: Language) -> str:
    """Phase, who leads and who may decide, as far as they are agreed on; organisations, never people."""
    said = [language.say("team.phase", phase=flag["phase"])] if flag["phase"] else []
    lead, mandate = (language.say(f"team.party.{flag[name]}") if flag[name] else "" for name in ("lead", "mandate"))
    if lead and mandate:
        said.append(
            language.say("team.leads_and_decides", lead=lead)
            if lead == mandate
            else language.say("team.leads_decides", lead=lead, mandate=mandate)
        )
    elif lead:
        said.append(language.say("team.leads", lead=lead))
    elif mandate:
        said.append(language.say("team.decides", mandate=mandate))
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _outcome(answer: dict[str, Any], flag: dict[str, Any] | None) -> tuple[str, Any]:
    """What an answer did, and until when it holds; "" where the flag tells it elsewhere."""
    verdict = answer["verdict"]
    if verdict == "not_looked":
        is_listed = flag is not None and flag["status"] in RUNNING
        return ("not_looked", None) if is_listed else ("not_looked_lot", None)
    if flag is None:
        return ("fine" if verdict == "fine" else "read", None)
    match flag["status"], flag["closed_because"]:
        case "closed", "fine" | "overruled" as because:
            return because, None
        case "closed", because if because in TOLD_CLOSINGS:
            return "", None
        case "snoozed", _ if flag["rests_until"]:
            return ("known" if verdict == "known_already" else "rests", flag["rests_until"])
    return (verdict if verdict in ("worry", "other") and flag["status"] in RUNNING else "read", None)


def _listed(names: list[str], room: Room, language: Language) -> str:
    """Names in one line, in the order of the answers; what there is no room for is a number."""
    if len(names) <= room.named:
        return language.write(names)
    return language.write([*names[: room.named], language.say("team.and_more", count=len(names) - room.named)])
