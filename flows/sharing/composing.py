"""How the digest of each area team is put together from the shared week, and made to fit.

It has at most `MOST_WORDS` words: where there is more to tell, names get shorter and lines are drawn together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from flows.language import Language
from flows.sharing.asking import asked_about
from flows.sharing.charts import chart_of
from flows.sharing.digest import Digest, Entry, Part
from flows.sharing.earlier import answered_lines, running_lines
from flows.sharing.room import MOST_WORDS, ROOMS, Room
from flows.sharing.shown_names import shown_name
from flows.sharing.tier import SharedWeek
from flows.sharing.unseen import unseen_lines
from flows.sharing.why_now import Count, why_now


def digests(shared: SharedWeek, language: Language) -> list[Digest]:
    """The page of every area team, in the order of their names.

    Args:
        shared: The week.
        language: Of the pages.
    """
    is_new = pl.col("is_listed") & (pl.col("status") == "new") & (pl.col("why") != "random_draw")
    chosen = shared.flags.filter(is_new).select("complex_id").unique()
    told = _Told(
        counts=_by_complex(shared.quarters.join(chosen, on="complex_id", how="semi", maintain_order="left")),
        reasons=_by_complex(shared.reasons.join(chosen, on="complex_id", how="semi", maintain_order="left")),
    )
    return [_fitted(shared, team, told, language) for team in shared.teams.to_dicts()]


@dataclass(frozen=True)
class _Told:
    """What may be told of the new complexes, by complex."""

    counts: dict[str, list[dict[str, Any]]]
    reasons: dict[str, list[dict[str, Any]]]


def _by_complex(rows: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows.to_dicts():
        found.setdefault(row["complex_id"], []).append(row)
    return found


def _fitted(shared: SharedWeek, team: dict[str, Any], told: _Told, language: Language) -> Digest:
    flags = shared.flags.filter(pl.col("area_team") == team["area_team"]).to_dicts()
    answers = shared.answers.filter(pl.col("area_team") == team["area_team"]).to_dicts()
    made = _digest(shared, team, flags, answers, told, ROOMS[0], language)
    for room in ROOMS[1:]:
        if made.n_words <= MOST_WORDS:
            break
        made = _digest(shared, team, flags, answers, told, room, language)
    return made


def _digest(
    shared: SharedWeek,
    team: dict[str, Any],
    flags: list[dict[str, Any]],
    answers: list[dict[str, Any]],
    told: _Told,
    room: Room,
    language: Language,
) -> Digest:
    say = language.say
    name, number = shown_name(team["area_team"], room.name), shared.week.isocalendar().week
    new = [flag for flag in flags if flag["is_listed"] and flag["status"] == "new" and flag["why"] != "random_draw"]
    drawn = [flag for flag in flags if flag["is_listed"] and flag["is_drawn"]]
    entries = tuple(_entry(flag, shared, told, room, language) for flag in new[: room.new])
    is_known = _is_known(drawn, flags, answers)
    asked = asked_about(flags, answers, room, shared.terms.answers_to, language)
    return Digest(
        team=team["area_team"],
        shown_team=name,
        kicker=say("team.kicker", week=number),
        title=say("digest.title", team=name, week=shared.week_name),
        n_new=len(new),
        safety=Part(say("digest.safety_title"), _safety(shared, team["area_team"], room, language)),
        answered=Part(say("team.answered_title"), answered_lines(answers, flags, room, language)),
        new_title=say("team.new_title") if new else say("team.nothing_title"),
        new=entries,
        new_lines=_new_lines(shared, team, new[room.new :], room, language, is_empty=not new),
        drawn_title=say("team.drawn_title_known") if is_known else say("team.drawn_title"),
        drawn=tuple(
            (shown_name(flag["name"], room.name), say("digest.homes", count=flag["homes"]))
            for flag in drawn
            if flag["why"] == "random_draw"
        ),
        drawn_lines=_drawn_lines(drawn, room, language, is_known=is_known),
        running_title=say("team.running_title"),
        running=running_lines(answers, flags, room, language),
        unseen=Part(
            say("digest.unseen_title"),
            unseen_lines(shared, team["area_team"], language, is_brief=room.is_brief),
        ),
        answer_title=say("team.answer_title"),
        answer_how=say("team.answer_how") if shared.terms.answers_to else say("team.answer_how_sheet"),
        asked=asked,
        footer=say("team.footer_brief") if room.is_brief else say("team.footer"),
        attribution=shared.attribution or "",
        short=() if new else _short(shared, team, name, drawn, language, is_known=is_known),
    )


def _entry(flag: dict[str, Any], shared: SharedWeek, told: _Told, room: Room, language: Language) -> Entry:
    counts = [Count.of(row) for row in told.counts.get(flag["complex_id"], [])]
    reasons = {row["stream"]: row for row in told.reasons.get(flag["complex_id"], [])}
    why = why_now(counts, reasons, shared.settled[-1], language)
    ask, step = ("team.ask", "team.step") if room.is_brief else ("flag.question", "flag.first_step")
    return Entry(
        flag_id=flag["flag_id"],
        name=shown_name(flag["name"], room.name),
        homes=language.say("digest.homes", count=flag["homes"]),
        why=why.sentence,
        chart=chart_of([each for each in counts if each.stream == why.stream], shared.settled, language),
        question=language.say(f"{ask}.{flag['silence_kind']}"),
        first_step=language.say(f"{step}.{flag['silence_kind']}"),
    )


def _new_lines(
    shared: SharedWeek,
    team: dict[str, Any],
    left_out: list[dict[str, Any]],
    room: Room,
    language: Language,
    *,
    is_empty: bool,
) -> tuple[str, ...]:
    lines = []
    if not team["n_complexes"]:
        lines.append(language.say("team.no_complexes", smallest=shared.policy.smallest_shown_homes))
    # Where the condition could not be seen, "we saw none" would be said of the town instead of our eyes.
    elif is_empty and not shared.is_blind and not team["n_fell_off"]:
        lines.append(language.say("team.nothing_new"))
    if left_out:
        names = [shown_name(flag["name"], room.name) for flag in left_out]
        lines.append(language.say("team.also_new", names=names))
    if team["n_fell_off"]:
        lines.append(language.say("team.fell_off", count=team["n_fell_off"]))
    return tuple(lines)


def _is_known(drawn: list[dict[str, Any]], flags: list[dict[str, Any]], answers: list[dict[str, Any]]) -> bool:
    """Whether the team knows all that the lot chose: then "no cause" would be untrue, and its own answer ignored."""
    own = {flag["flag_id"] for flag in drawn}
    runs = {flag["complex_id"] for flag in flags if flag["status"] != "closed" and flag["flag_id"] not in own}
    known = runs | {answer["complex_id"] for answer in answers}
    return bool(drawn) and all(flag["why"] != "random_draw" or flag["complex_id"] in known for flag in drawn)


def _drawn_lines(drawn: list[dict[str, Any]], room: Room, language: Language, *, is_known: bool) -> tuple[str, ...]:
    by_lot_only = [flag for flag in drawn if flag["why"] == "random_draw"]
    also = [shown_name(flag["name"], room.name) for flag in drawn if flag["why"] != "random_draw"]
    step = language.say("team.drawn_step_brief") if room.is_brief else language.say("team.drawn_step")
    if is_known:
        step = language.say("team.drawn_step_known")
    return (
        *((step,) if by_lot_only else ()),
        *((language.say("team.drawn_too", names=also),) if also else ()),
    )


def _safety(shared: SharedWeek, team: str, room: Room, language: Language) -> tuple[str, ...]:
    """Only the name and that one consults first. A complex of a few homes is not named at all."""
    names = shared.safety.filter(pl.col("area_team") == team, ~pl.col("is_private_small"))["name"].to_list()
    if not names:
        return ()
    shown = [shown_name(name, room.name) for name in names]
    role = shared.terms.safety_role
    return (language.say("team.safety", name=shown, role=role) if role else language.say("digest.safety", name=shown),)


def _short(
    shared: SharedWeek,
    team: dict[str, Any],
    name: str,
    drawn: list[dict[str, Any]],
    language: Language,
    *,
    is_known: bool,
) -> tuple[str, ...]:
    """The two sentences of a mail without news."""
    if not team["n_complexes"]:
        smallest = shared.policy.smallest_shown_homes
        return language.say("team.short.no_complexes", team=name, smallest=smallest), language.say("team.short.no_list")
    if shared.is_blind:
        first = language.say("team.short.blind")
    elif team["n_fell_off"]:
        first = language.say("team.short.full", count=team["n_fell_off"])
    else:
        first = language.say("team.short.nothing")
    if not drawn:
        return first, language.say("team.short.rest")
    lots = [f"{shown_name(flag['name'])} ({language.say('digest.homes', count=flag['homes'])})" for flag in drawn]
    second = (
        language.say("team.short.drawn_known", names=lots) if is_known else language.say("team.short.drawn", names=lots)
    )
    return first, second
