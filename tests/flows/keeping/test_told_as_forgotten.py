"""A week that is run again after something was forgotten tells so; one that is run again for nothing tells the same."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import polars as pl
from kept_town import WEEK, KeptTown
from story import LAST_WEEK, quick_checks

from flows.home import Home
from flows.keeping.forgetting import forget_before

THIS_WEEK = LAST_WEEK - WEEK
SUM = ("rows_kept", "rows_quarantined", "rows_already_known", "rows_forgotten")


def sources_of(folder: Path) -> pl.DataFrame:
    """All but the answers, whose file was put away."""
    told = pl.read_parquet(folder / "sources.parquet").filter(pl.col("source") != "outcomes")
    return told.sort("source").select("source", "rows_read", *SUM)


def test_what_was_forgotten_since_the_first_reading_is_told_as_forgotten(
    lasting_town: KeptTown, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(lasting_town.home.folder, home.folder, symlinks=True)
    first = sources_of(lasting_town.home.latest.resolve())
    run = lasting_town.run_of(THIS_WEEK, home)
    with quick_checks():
        again = sources_of(lasting_town.judge_at(run.read_at + timedelta(hours=1), THIS_WEEK, home))
        forget_before(home, LAST_WEEK - 20 * WEEK, run.read_at + timedelta(hours=2), is_for_real=True)
        told = sources_of(lasting_town.judge_at(run.read_at + timedelta(hours=3), THIS_WEEK, home))
    assert again.equals(first)
    forgotten = told.filter(pl.col("rows_forgotten") > 0)
    assert {"complaints", "repairs", "tenancies", "field_signals"} == set(forgotten["source"])
    assert (told["rows_read"] == told.select(pl.sum_horizontal(SUM)).to_series()).all()
