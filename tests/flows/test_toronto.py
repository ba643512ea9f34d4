"""The weekly run on a real city, held against figures that were worked out apart on the same files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from flows.plain_week import plain_week
from flows.results import PublishedWeek
from flows.run import make_run

TORONTO = Path(__file__).parents[3] / "shared" / "data" / "toronto"
# Its events are of 22 weeks; what is asked here needs no year of scores.
SETTINGS = "[policy]\nbackfill_weeks = 24\n"


@pytest.mark.skipif(not TORONTO.is_dir(), reason="needs the Toronto files of ../shared/data/toronto")
def test_toronto_holds_against_the_known_figures(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "luisterpost.toml").write_text(SETTINGS, encoding="utf-8")
    run = make_run(tmp_path / "home", "toronto", TORONTO, None, datetime(2026, 5, 6, tzinfo=UTC), "en")
    folder, accounts = plain_week(run)
    by_name = {account.source: account for account in accounts}
    assert by_name["complaints"].rows_read == by_name["complaints"].rows_kept == 927
    assert by_name["field_signals"].rules["complex_id.known"] > 6000, "unmatched addresses are counted"
    week = PublishedWeek(folder)
    assert week.manifest["attribution"] == "Contains information licensed under the Open Government Licence – Toronto"
    streams = week.table("streams").filter(pl.col("stream") == "complaints", ~pl.col("is_masked"))
    assert streams["seen"].sum() == 927 - 133, "undated events are kept but stand in no week"
    assert streams["week"].n_unique() == 22
    assert week.table("complexes")["area_team"].n_unique() == 25
    assert set(week.table("scores")["missing_sources"].explode().drop_nulls()) >= {"repairs", "tenancies"}
    for page in (tmp_path / "home" / "shared").glob("*/*/digest.html"):
        assert "Open Government Licence" in page.read_text(encoding="utf-8")
