"""What Prefect's own pages show of a week: its flags, and how good the data was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from flows.results import PublishedWeek
from flows.run import Run
from flows.suspect_feeds import feeds_of


def leave_artifacts(run: Run, folder: Path) -> None:
    """Creates the table artifacts of a published week."""
    from prefect.artifacts import create_table_artifact

    week = PublishedWeek(folder)
    attribution = run.mapping.attribution or ""
    create_table_artifact(flag_rows(week), key="flags", description=f"{week.week_name} {attribution}".strip())
    create_table_artifact(source_rows(week), key="data-quality", description=f"{week.week_name} {attribution}".strip())
    create_table_artifact(
        suspect_rows(week), key="suspect-feeds", description=f"{week.week_name} {attribution}".strip()
    )


def flag_rows(week: PublishedWeek) -> list[dict[str, Any]]:
    """The week's flags; a safety matter is named, never explained."""
    shown = week.flags.with_columns(
        p_quiet_decline=pl.when(pl.col("why") != "safety").then(pl.col("p_quiet_decline").round(2))
    )
    return shown.select(
        "area_team", "rank", "complex_id", "name", "homes", "why", "silence_kind", "p_quiet_decline", "status"
    ).to_dicts()


def source_rows(week: PublishedWeek) -> list[dict[str, Any]]:
    """What became of each source: rows read = kept + quarantined + already known + forgotten."""
    return week.table("sources").with_columns(pl.col("last_row_on").cast(pl.String)).to_dicts()


def suspect_rows(week: PublishedWeek) -> list[dict[str, Any]]:
    """The feeds that are not as they should be: too old, or changed more than chance explains."""
    feeds = feeds_of(week).filter(pl.col("state") != "fresh")
    return feeds.with_columns(pl.col("last_row_on", "from_week", "found_week").cast(pl.String)).to_dicts()
