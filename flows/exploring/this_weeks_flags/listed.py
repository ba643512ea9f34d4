"""The list of a week as a table: per complex why, how sure, since when, how it stands, and what was not seen.

A lot has no cause and a safety matter no figures, so beside these the figures stay empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

from flows.explain_words import kind_name
from flows.exploring.this_weeks_flags.standings import ON_LIST
from flows.language import Language
from flows.results import PublishedWeek
from models.disclosure import LEAST_DAMAGE
from models.weeks import WEEK, parse_week, week_name


@dataclass(frozen=True)
class ListTable:
    """A table to be read, and how to find a complex in it.

    Attributes:
        table: One row per complex on the list; headings and words in the reader's language, figures as figures.
        formats: Per heading how a figure is written; an empty one stays empty.
        wrapped: Headings of columns whose text may take several lines.
        widths: Per heading of a figure or a number how wide its column is [pixels].
        ids: Number of the complex of each row.
    """

    table: pl.DataFrame
    formats: dict[str, Callable[[Any], str]]
    wrapped: list[str]
    widths: dict[str, int]
    ids: list[str]

    def place(self, complex_id: str | None) -> list[int]:
        """The place of a complex as a list of one; empty where it is not on the list."""
        return [self.ids.index(complex_id)] if complex_id in self.ids else []

    def chosen(self, rows: pl.DataFrame) -> str | None:
        """The number of the complex in the first of some rows of `table`; None without rows."""
        return str(rows[self.table.columns[0]][0]) if rows.height else None


def list_table(rows: pl.DataFrame, week: PublishedWeek, language: Language) -> ListTable:
    """The list: safety matters first, then what is quiet, most probable first, then what the lot chose.

    A column in which nothing stands is left out.

    Args:
        rows: Rows of `standings`; those on the list are shown.
        week: The published week, for the lives of the flags.
        language: Of headings and words.
    """
    say = language.say
    on_list = rows.filter(pl.col("standing").is_in(ON_LIST)).sort(
        pl.col("standing") != "safety",
        pl.col("standing") == "drawn",
        pl.when(pl.col("standing") == "listed").then(-pl.col("p_quiet_decline")),
        "area_team",
        "rank",
        maintain_order=True,
    )
    lives = {life["flag_id"]: life for life in week.table("lives").to_dicts()}
    kinds = silence_kinds(on_list, week)
    said = [_row(row, kinds, lives.get(row["flag_id"], {}), language) for row in on_list.to_dicts()]
    headings = {name: say(f"this_week.column.{name}") for name in _COLUMNS}
    table = pl.DataFrame(said, schema=_COLUMNS)
    # Where there is one team, it is said above.
    shown = [name for name in _COLUMNS if name in _ALWAYS or set(table[name]) - {"", None}]
    table = table.select(name for name in shown if name != "team" or rows["area_team"].n_unique() > 1)
    formats: dict[str, Callable[[Any], str]] = {
        headings["homes"]: _written(language.write),
        headings["chance"]: _written(language.chance),
        headings["heard"]: _written(language.write),
        headings["expected"]: _written(lambda value: language.fixed(value, 1)),
    }
    wrapped = [headings[name] for name in _LONG if name in table.columns]
    widths = {headings[name]: wide for name, wide in _NARROW.items() if name in table.columns}
    longest = max(map(len, [headings["number"], *table["number"]]))
    widths[headings["number"]] = _EDGE + _LETTER * longest
    return ListTable(table.rename(headings, strict=False), formats, wrapped, widths, on_list["complex_id"].to_list())


def silence_kinds(rows: pl.DataFrame, week: PublishedWeek) -> dict[str, str]:
    """The kind of silence by the evidence that decided it, per complex that is silent.

    Two rules lead to `afraid`; without more damage in the past year than elsewhere it was the one of threats.

    Args:
        rows: Rows of `standings`.
        week: The published week.
    """
    kinds = {row["complex_id"]: row["silence_kind"] for row in rows.to_dicts() if row["silence_kind"]}
    afraid = [complex_id for complex_id, kind in kinds.items() if kind == "afraid"]
    if not afraid:
        return kinds
    oldest = parse_week(week.week_name) - week.policy.long_window_weeks * WEEK
    damaged = (
        week.table("streams")
        .filter(
            pl.col("complex_id").is_in(afraid),
            pl.col("stream") == "vandalism_repairs",
            pl.col("week") > oldest,
            ~pl.col("is_masked"),
        )
        .group_by("complex_id")
        .agg(pl.col("seen", "expected").sum())
        .filter(pl.col("seen") >= LEAST_DAMAGE, pl.col("seen") > pl.col("expected"))["complex_id"]
        .to_list()
    )
    return kinds | {complex_id: "threatened" for complex_id in afraid if complex_id not in damaged}


_COLUMNS = {
    "number": pl.String,
    "name": pl.String,
    "team": pl.String,
    "homes": pl.Int64,
    "why": pl.String,
    "status": pl.String,
    "chance": pl.Float64,
    "heard": pl.Int64,
    "expected": pl.Float64,
    "since": pl.String,
    "unseen": pl.String,
}
_ALWAYS = ("number", "name", "homes", "why")
_LONG = ("why", "unseen")
# Just wide enough for the heading; text takes the room that it needs [pixels].
_NARROW = {"homes": 80, "chance": 62, "heard": 74, "expected": 78, "since": 108}
_EDGE, _LETTER = 16, 9


def _row(row: dict[str, Any], kinds: dict[str, str], life: dict[str, Any], language: Language) -> dict[str, Any]:
    said: dict[str, Any] = {
        "number": row["complex_id"],
        "name": row["name"],
        "team": row["area_team"],
        "homes": row["homes"],
        "why": language.say(f"why.{row['why']}"),
        "status": "",
        "since": "",
        "unseen": "",
    }
    if row["standing"] == "safety":
        return said
    said["status"] = status_in_words(row, life, language)
    said["unseen"] = language.write([language.say(f"source.{source}") for source in row["missing_sources"]])
    if row["standing"] == "drawn":
        return said
    also = [language.say("this_week.also_drawn")] if row["inclusion_probability"] is not None else []
    kind = kind_name(kinds.get(row["complex_id"], "unknown"), language)
    return said | {
        "why": " · ".join([said["why"], kind, *also]),
        "chance": row["p_quiet_decline"],
        "heard": row["reports_seen"],
        "expected": row["reports_expected"],
        "since": _since(row, language),
    }


def status_in_words(row: dict[str, Any], life: dict[str, Any], language: Language) -> str:
    """How a flag stands: new, open or stuck, for how long, what was found there, and whether people report again.

    Args:
        row: Row of `standings` with a flag.
        life: Its row of the published table `lives`; empty where it has none.
        language: Of the words.
    """
    said = [language.say(f"status.{row['status']}")]
    if life.get("weeks_open"):
        said.append(language.say("this_week.weeks_open", count=life["weeks_open"]))
    if life.get("verdict"):
        said.append(language.say("this_week.found", verdict=language.say(f"answer_sheet.verdict.{life['verdict']}")))
    if life.get("lead"):
        said.append(language.say("this_week.lead", party=language.say(f"team.party.{life['lead']}")))
    if life.get("is_voice_back"):
        said.append(language.say("this_week.voice_back"))
    return " · ".join(said)


def _since(row: dict[str, Any], language: Language) -> str:
    """Since which week it is quiet; where that is as far back as we can look, it may be longer."""
    if not row["since_week"]:
        return ""
    week = week_name(row["since_week"])
    is_longer = row["state"] == "always_quiet" and row["since_week"] == row["since_earliest"]
    return language.say("this_week.before", week=week) if is_longer else week


def _written(write: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda value: "" if value is None else write(value)
