"""The page of one area team: what to look at this week, in two minutes, and what could not be seen.

Made from a published week alone. Rendering is pure; only `write_digests` touches the disk. Exact counts, probabilities
and small complexes stay behind: see `quarters.py`.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined

from flows.home import OWNER_ONLY_FILE, OWNER_ONLY_FOLDER
from flows.language import Language
from flows.quarters import SMALL, Quarter, coarse, last_closed_quarter, quarter_counts
from flows.results import PublishedWeek, is_blind
from flows.run import Run
from models.streams import STREAMS
from models.weeks import parse_week

REPORT_STREAMS = [stream.name for stream in STREAMS if stream.tells_of == "report"]
CONDITION_STREAMS = [stream.name for stream in STREAMS if stream.tells_of == "condition"]
# Log-odds that a stream must add before its worry is worth a sentence.
WORTH_SAYING = 0.3
# A count that people would call less than what is expected.
CLEARLY_LESS = 0.8


@dataclass(frozen=True)
class Entry:
    """One complex on the page: a hypothesis, a question and one small step; never a verdict."""

    name: str
    homes: int
    is_new: bool
    reasons: tuple[str, ...]
    question: str
    first_step: str


@dataclass(frozen=True)
class Digest:
    """The page of one area team.

    Attributes:
        safety: Names of complexes to go to only after consultation; nothing else is said of them.
        chosen: Complexes that are quiet and should not be.
        drawn: The complex of the lot.
        unseen: What could not be seen, in sentences.
    """

    team: str
    week: str
    safety: tuple[str, ...]
    chosen: tuple[Entry, ...]
    drawn: tuple[Entry, ...]
    unseen: tuple[str, ...]
    attribution: str | None


def write_digests(run: Run, folder: Path) -> tuple[Path, ...]:
    """Writes one page per area team into `HOME/shared/WEEK/TEAM/digest.html`."""
    week = PublishedWeek(folder)
    made = []
    for digest in digests(week, run.language):
        place = run.home.shared / week.week_name / folder_name(digest.team)
        place.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY_FOLDER)
        file = place / "digest.html"
        making = place / ".digest.making"
        making.write_text(render(digest, run.language), encoding="utf-8")
        making.chmod(OWNER_ONLY_FILE)
        made.append(making.replace(file))
    # A page of a team that was renamed or emptied since would be read as this week's.
    for old in set((run.home.shared / week.week_name).iterdir()) - {file.parent for file in made}:
        shutil.rmtree(old, ignore_errors=True)
    return tuple(made)


def digests(week: PublishedWeek, language: Language) -> list[Digest]:
    """The page of every area team, in the order of their names."""
    monday = parse_week(week.week_name)
    quarter = last_closed_quarter(monday)
    counts = quarter_counts(week.table("streams"), REPORT_STREAMS, quarter)
    seen = {row["complex_id"]: row for row in counts.to_dicts()}
    worries = _worries(week.table("reasons"))
    unseen = tuple(unseen_sources(week.table("sources"), language))
    if is_blind(week):
        unseen = (language.say("unseen.condition"), *unseen)
    found = []
    teams = week.table("complexes")["area_team"].unique().sort()
    flags = week.flags.to_dicts()
    for team in teams:
        # A complex of a few homes is never shown alone; its safety matter goes through the safety role only.
        own = [flag for flag in flags if flag["area_team"] == team and not flag["is_private_small"]]
        entries = {
            flag["flag_id"]: _entry(flag, seen.get(flag["complex_id"]), worries, quarter, language) for flag in own
        }
        found.append(
            Digest(
                team=team,
                week=week.week_name,
                safety=tuple(flag["name"] for flag in own if flag["why"] == "safety"),
                chosen=tuple(
                    entries[flag["flag_id"]] for flag in own if flag["why"] in ("quiet_decline", "went_quiet")
                ),
                drawn=tuple(entries[flag["flag_id"]] for flag in own if flag["why"] == "random_draw"),
                unseen=unseen,
                attribution=week.manifest["attribution"],
            )
        )
    return found


def render(digest: Digest, language: Language) -> str:
    """The page as one HTML file; every text from a source is escaped."""
    pages = Environment(
        loader=PackageLoader("flows"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return pages.get_template("digest.html").render(digest=digest, say=language.say, language=language)


def folder_name(team: str) -> str:
    """A folder name for a team, whatever the source called it: no path, no surprise, no two teams in one folder."""
    plain = re.sub(r"[^\w-]+", "-", team, flags=re.UNICODE).strip("-")[:60]
    if plain and plain == team:
        return plain
    return f"{plain or 'team'}-{blake2b(team.encode(), digest_size=4).hexdigest()}"


def _entry(
    flag: dict[str, Any],
    counts: dict[str, Any] | None,
    worries: dict[str, list[str]],
    quarter: Quarter,
    language: Language,
) -> Entry:
    reasons = []
    if flag["why"] != "random_draw":
        reasons.append(_heard(counts, quarter, language))
        reasons += [language.say(f"worry.{stream}") for stream in worries.get(flag["complex_id"], [])]
    return Entry(
        name=flag["name"],
        homes=flag["homes"],
        is_new=flag["status"] == "new",
        reasons=tuple(reasons),
        question=flag["question"],
        first_step=flag["first_step"],
    )


def _heard(counts: dict[str, Any] | None, quarter: Quarter, language: Language) -> str:
    """What was heard in the last closed quarter against what like complexes say; rounded."""
    period = language.say(f"quarter.{quarter.number}", year=str(quarter.year))
    if counts is None:
        return language.say("heard.not_measured", period=period)
    shown = coarse(counts["seen"])
    expected = max(1, round(counts["expected"]))
    if shown is None:
        said = language.say("heard.few", period=period, expected=expected)
    else:
        said = language.say("heard.some", period=period, seen=shown, expected=expected)
    # Decided on what is shown, so that the sentence tells nothing that the figures do not.
    is_less = expected > SMALL if shown is None else shown < CLEARLY_LESS * expected
    return said if is_less else f"{said} {language.say('heard.not_less')}"


def _worries(reasons: pl.DataFrame) -> dict[str, list[str]]:
    """Per complex the worries worth a sentence, strongest first; `earlier` where only older weeks tell of them."""
    strong = reasons.filter(pl.col("stream").is_in(CONDITION_STREAMS), pl.col("log_odds") >= WORTH_SAYING)
    ordered = strong.sort("log_odds", "stream", descending=[True, False])
    found = {}
    for key, group in ordered.group_by("complex_id", maintain_order=True):
        # A weight comes from all weeks; what is said of this period must hold in it.
        now = group.filter(pl.col("seen") > pl.col("expected"))["stream"].to_list()
        found[str(key[0])] = now or ["earlier"]
    return found


def unseen_sources(sources: pl.DataFrame, language: Language) -> list[str]:
    """One sentence per source that was missing, old or stopped; only those that the judgement rests on."""
    told = []
    for row in sources.to_dicts():
        if row["state"] == "fresh" or row["source"] not in {stream.source for stream in STREAMS}:
            continue
        name = language.say(f"source.{row['source']}")
        last = language.write(row["last_row_on"]) if row["last_row_on"] else language.say("unseen.never")
        told.append(language.say(f"unseen.{row['state']}", source=name, last=last))
    return told
