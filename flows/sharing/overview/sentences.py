"""What the overview says of events and flags, in whole sentences."""

from __future__ import annotations

from typing import Any

from flows.language import Language


def event_sentence(event: dict[str, Any], language: Language) -> str:
    """What happened, and for whom it held when that is more than one complex.

    Args:
        event: A row of `SharedWeek.events`.
        language: Of the sentence.
    """
    what = _happened(event["kind"], event["description"], language)
    if event["complex_id"] is not None:
        return what
    if event["area_team"] is None:
        return f"{what}, {language.say('overview.reach.all')}"
    return f"{what}, {language.say('overview.reach.team', team=event['area_team'])}"


def flag_sentences(flag: dict[str, Any], language: Language) -> list[str]:
    """How a flag stands: why, since when, who leads and may decide; never how long anybody took.

    Args:
        flag: A row of `SharedWeek.flags`.
        language: Of the sentences.
    """
    say = language.say
    told = [say("overview.flag_why", why=say(f"why.{flag['why']}"))]
    if flag["is_drawn"] and flag["why"] != "random_draw":
        told.append(say("overview.flag_also_drawn"))
    told.append(_status(flag, language))
    if flag["status"] != "new":
        told.append(say("overview.flag_first", day=flag["first_week"]))
    if flag["lead"]:
        told.append(say("overview.flag_lead", party=say(f"overview.party.{flag['lead']}")))
    if flag["mandate"]:
        told.append(say("overview.flag_mandate", party=say(f"overview.party.{flag['mandate']}")))
    if flag["phase"]:
        told.append(say("overview.flag_phase", phase=flag["phase"]))
    if flag["is_voice_back"]:
        told.append(say("overview.flag_voice_back"))
    return told


def _status(flag: dict[str, Any], language: Language) -> str:
    status, since = flag["status"], flag["status_since"]
    if status == "new":
        return language.say("overview.flag_status.new")
    if status == "snoozed":
        if flag["rests_until"] is None:
            return language.say("overview.flag_rests")
        return language.say("overview.flag_status.snoozed", until=flag["rests_until"])
    if status == "closed":
        because = language.say(f"overview.because.{flag['closed_because'] or 'unknown'}")
        return language.say("overview.flag_status.closed", since=since, because=because)
    return language.say(f"overview.flag_status.{status}", since=since)


def _happened(kind: str, description: str, language: Language) -> str:
    if kind == "intervention":
        name = f"overview.action.{description}"
        return language.say(
            "overview.event.intervention", what=language.say(name) if language.has(name) else description
        )
    if kind == "flag":
        return language.say("overview.event.flag", why=language.say(f"why.{description}"))
    contract, _, effect = description.partition(": ")
    source, name = f"source.{contract}", f"overview.event.intake.{effect}"
    if language.has(source) and language.has(name):
        return language.say(name, what=language.say(source))
    return language.say("overview.event.intake", what=description)
