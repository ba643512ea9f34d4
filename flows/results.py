"""Reads a published week. Digests, tables on screen and artifacts are made from this and from nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from data_contracts.contract import contract
from data_contracts.problem import Problem
from flows.home import Home
from models.policy import Policy
from models.streams import STREAMS
from models.weeks import parse_week, week_name

if TYPE_CHECKING:
    from models.answers import Recalibration


@dataclass(frozen=True)
class PublishedWeek:
    """One published week.

    Args:
        folder: A folder in `HOME/published/weeks`, or the link `latest`.
    """

    folder: Path

    def table(self, name: str) -> pl.DataFrame:
        """A published table, as its contract describes it.

        Raises:
            Problem: `results.damaged`.
        """
        # A folder may have brackets in its name; they are no pattern.
        file = self.folder / f"{name}.parquet"
        try:
            return pl.read_parquet(file, glob=False)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise Problem("results.damaged", file=file) from error

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What `run.json` says: run, week, attribution, language, rows.

        Raises:
            Problem: `results.damaged`.
        """
        file = self.folder / "run.json"
        try:
            found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Problem("results.damaged", file=file) from error
        return found

    @property
    def week_name(self) -> str:
        """ISO name of the week."""
        return str(self.manifest["week"])

    @cached_property
    def policy(self) -> Policy:
        """The values that were in force; today's own where an older week does not say."""
        said = self.manifest.get("policy", {})
        # JSON has no tuples.
        known: dict[str, Any] = {
            each.name: tuple(said[each.name]) if isinstance(said[each.name], list) else said[each.name]
            for each in fields(Policy)
            if each.name in said
        }
        return replace(Policy(), **known)

    @property
    def recalibration(self) -> Recalibration | None:
        """What the run made of the model's chances, as it wrote down; None where it did not."""
        # Statistics that hardly anybody who reads a week needs.
        from models.answers import Recalibration

        said = self.manifest.get("answered_draws", {}).get("recalibration")
        return None if said is None else Recalibration(**said)

    @cached_property
    def flags(self) -> pl.DataFrame:
        """The week's flags with the name and homes of their complex, in the order of the list."""
        named = self.table("complexes").select("complex_id", "name", "homes")
        scored = self.table("scores").filter(pl.col("week") == parse_week(self.week_name))
        seen = scored.select("complex_id", "reports_seen", "reports_expected", "window_weeks", "is_private_small")
        flags = self.table("flags").join(named, on="complex_id", how="left", maintain_order="left")
        return flags.join(seen, on="complex_id", how="left", maintain_order="left")


def check_readable(week: PublishedWeek, names: Iterable[str]) -> None:
    """Holds the tables of a week against the contracts of this version.

    A later minor version only added columns, so it can be read. Another major version, or an older minor one, has other
    columns than we would ask for.

    Args:
        week: The published week.
        names: The published tables that are wanted.

    Raises:
        Problem: `results.other_version`, with the table and both versions.
    """
    made: dict[str, str] = week.manifest.get("contracts", {})
    for name in names:
        ours = contract("published", name).version
        theirs = made.get(name, "-")
        if not _can_read(theirs, ours):
            raise Problem("results.other_version", week=week.week_name, table=name, made=theirs, ours=ours)


def _can_read(theirs: str, ours: str) -> bool:
    try:
        (major, minor), (our_major, our_minor) = ([int(n) for n in each.split(".")[:2]] for each in (theirs, ours))
    except ValueError:
        return False
    return major == our_major and minor >= our_minor


def is_blind(week: PublishedWeek) -> bool:
    """Whether no source could show the condition: then silence cannot be told from calm, and nothing is flagged."""
    condition = [stream.name for stream in STREAMS if stream.tells_of == "condition"]
    streams = week.table("streams").filter(pl.col("stream").is_in(condition))
    return bool(streams["is_masked"].all())


def quiet_complexes(week: PublishedWeek) -> int:
    """How many complexes are called quiet in the week."""
    scores = week.table("scores").filter(pl.col("week") == parse_week(week.week_name))
    return scores.filter(pl.col("state").is_in(["always_quiet", "went_quiet"])).height


def latest_week(home: Home) -> PublishedWeek:
    """The last good published week.

    Raises:
        Problem: `results.none_yet`.
    """
    if not home.latest.exists():
        raise Problem("results.none_yet", home=home.folder)
    return PublishedWeek(home.latest.resolve())


def published_week(home: Home, week: date) -> PublishedWeek:
    """The last published run of a week.

    Raises:
        Problem: `results.none_yet` or `results.no_such_week`, with the latest there is.
    """
    latest = latest_week(home)
    runs = sorted(home.published.glob(f"weeks/{week_name(week)}.*"))
    if not runs:
        raise Problem("results.no_such_week", week=week_name(week), home=home.folder, latest=latest.week_name)
    # With the clock set back, the run that counts is the one that the link names.
    return latest if latest.folder in runs else PublishedWeek(runs[-1])
