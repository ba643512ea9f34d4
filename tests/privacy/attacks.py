"""What somebody can try who keeps all that was ever shared: each attack gives what it claims to know.

The attacker has every page, mail, sheet and table of every week, knows this code by heart, and has the settings' seed;
not the published tables, and not the secret.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl
from many_weeks import World

from models.lot import drawn_by_lot
from models.policy import Policy
from models.quarters import ROUNDED_TO, SMALL, Quarter

Cell = tuple[str, str, date]
"""A complex, a stream and the first day of a quarter."""
WEIGHTS = {"against": 0, "none": 1, "light": 2, "heavy": 3}
# More of these speak for quiet where nobody reports, more of those for decline where something is seen.
FALLS_WITH = ("complaints", "normal_repairs", "follow_up_reports")
RISES_WITH = ("urgent_repairs", "vandalism_repairs", "concerns", "bad_condition")


@dataclass(frozen=True)
class Claim:
    """A true count is said to lie between these [counts]."""

    least: int
    most: int

    @property
    def width(self) -> int:
        """How many counts it leaves possible."""
        return self.most - self.least + 1

    def and_also(self, other: Claim) -> Claim:
        return Claim(max(self.least, other.least), min(self.most, other.most))


def told_as(seen: int | None) -> Claim:
    """What a told count stands for, by the rule: 0 to 4, or what is rounded to it."""
    if seen is None:
        return Claim(0, SMALL - 1)
    return Claim(max(SMALL, seen - ROUNDED_TO // 2), seen + ROUNDED_TO // 2)


def from_tables(world: World) -> dict[Cell, Claim]:
    """The tables of every week at once: two weeks that told a quarter otherwise would leave fewer counts possible."""
    claims: dict[Cell, Claim] = {}
    for week in world.weeks:
        for row in world.shared(week, "quarters").to_dicts():
            cell = (row["complex_id"], row["stream"], row["quarter_starts_on"])
            claim = told_as(row["seen"])
            claims[cell] = claims[cell].and_also(claim) if cell in claims else claim
    return claims


def packed(world: World, week: date) -> dict[str, Any]:
    """What the page of the overview has in it, as its own script reads it."""
    page = (world.folder(week) / "overview.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="week">(.*?)</script>', page, re.DOTALL)
    assert found
    known: dict[str, Any] = json.loads(found[1])
    return known


def from_overview(world: World) -> dict[Cell, Claim]:
    """The counts in the page of the overview, unpacked."""
    claims: dict[Cell, Claim] = {}
    for week in world.weeks:
        known = packed(world, week)
        places = iter(known["told"]["places"])
        for complex_id in known["complexes"]["id"]:
            for stream in known["streams"]:
                for quarter in known["quarters"]:
                    place = next(places)
                    if place >= 0:
                        claim = told_as(known["told"]["values"][place][0])
                        cell = (complex_id, stream, date.fromisoformat(quarter["from"]))
                        claims[cell] = claims[cell].and_also(claim) if cell in claims else claim
        assert next(places, None) is None, "nothing is left over that was not understood"
    return claims


def from_drawings(world: World) -> list[float]:
    """How high every bar on every page is, in counts, measured to the pixel's fraction."""
    heights = []
    for week in world.weeks:
        for file in world.folder(week).glob("*/digest.html"):
            for drawing in re.findall(r"<svg.*?</svg>", file.read_text(encoding="utf-8"), re.DOTALL):
                bars = [float(each) for each in re.findall(r'd="M[\d.]+,[\d.]+h1[34]v([\d.]+)h-1[34]Z"', drawing)]
                # Above the last bar stands what it is; every other one is measured by it.
                label = re.search(r'font-weight="bold" fill="#000000">(?:&lt;)?(\d+)<', drawing)
                if not bars or not label:
                    continue
                is_few = "&lt;" in label[0]
                last = _last_bar(drawing)
                scale = last / (SMALL - 1 if is_few else int(label[1]))
                heights += [bar / scale for bar in bars]
    return heights


def _last_bar(drawing: str) -> float:
    """Height of the bar furthest to the right."""
    bars = re.findall(r'd="M([\d.]+),[\d.]+h1[34]v([\d.]+)h-1[34]Z"', drawing)
    return float(max(bars, key=lambda bar: float(bar[0]))[1])


# In which week did somebody report?


@dataclass(frozen=True)
class Heard:
    """Complex-weeks in which somebody is said to have reported: how many, how often that was so, and how often it
    would be so for a complex-week taken blindly."""

    n: int
    n_right: int
    by_guessing: float


Shown = Callable[[date], pl.DataFrame]
"""Of a week: `complex_id`, `key` and `level`, something that goes up and down."""


def from_changes(world: World, shown: Shown, streams: Iterable[str], *, falls: bool) -> Heard:
    """A word or step that moves from one Monday to the next says that something came in between.

    Args:
        world: Whose pages these are.
        shown: What moves.
        streams: What is said to have come in.
        falls: Whether it falls when something comes in.
    """
    seen = world.seen(*streams)
    rows = []
    for one, other in pairwise(world.weeks):
        moved = (
            shown(one)
            .join(shown(other), on=["complex_id", "key"], suffix="_after")
            .with_columns(week=pl.lit(other), step=pl.col("level_after") - pl.col("level"))
        )
        rows.append(moved.select("complex_id", "week", "step"))
    known = pl.concat(rows).join(seen, on=["complex_id", "week"])
    claimed = known.filter(pl.col("step") < 0 if falls else pl.col("step") > 0)
    return Heard(claimed.height, claimed.filter(pl.col("n") > 0).height, float((known["n"] > 0).mean()))  # type: ignore[arg-type]


def weights(world: World, stream: str) -> Shown:
    """The words for a reason, as steps."""
    return lambda week: (
        world.shared(week, "reasons")
        .filter(pl.col("stream") == stream)
        .select("complex_id", key="stream", level=pl.col("weight").replace_strict(WEIGHTS, return_dtype=pl.Int64))
    )


def levels(world: World, name: str) -> Shown:
    """The steps of certainty."""
    return lambda week: (
        world.shared(week, "complexes").select("complex_id", key=pl.lit(name), level=pl.col(name)).drop_nulls()
    )


def ranks(world: World) -> Shown:
    """The order of the list: who falls on it became less probable than the others of the team."""
    return lambda week: (
        world.shared(week, "flags")
        .filter("is_listed", pl.col("why") != "random_draw")
        .select("complex_id", key="flag_id", level=-pl.col("rank").cast(pl.Int64))
    )


# Who was passed over by the lot?


def from_the_seed(world: World, key: str = "") -> tuple[int, int]:
    """Draws the lot again from the shared complexes: out of how many lots, and how often it is the one shown."""
    n, right = 0, 0
    for week in world.weeks:
        shown = world.shared(week, "complexes").select("complex_id", "area_team")
        said = world.shared(week, "flags").filter("is_drawn", "is_listed")["complex_id"].to_list()
        again = drawn_by_lot(shown, week, Policy(), key)["complex_id"].to_list()
        n, right = n + len(said), right + len(set(said) & set(again))
    return n, right


def exact_counts(world: World) -> dict[Cell, int]:
    """What is true, of every cell in whose quarter every week is still published with its counts."""
    streams = world.published(world.weeks[-1]).table("streams").with_columns(pl.col("seen").fill_null(0))
    first = streams["week"].min()
    assert isinstance(first, date)
    found: dict[Cell, int] = defaultdict(int)
    for complex_id, week, stream, seen in streams.select("complex_id", "week", "stream", "seen").iter_rows():
        quarter = Quarter.of(week)
        if quarter.first_monday >= first:
            found[complex_id, stream, quarter.first_day] += seen
    return found
