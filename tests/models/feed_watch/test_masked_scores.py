"""What scores make of a feed that is told to be broken weeks after it broke: as if it had been known from the start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import polars as pl
import pytest
from counted_town import ONE, POLICY, QUIET, SOURCE_COLUMNS, WORSE, changed, panel, since, town, week
from polars.testing import assert_frame_equal
from threadpoolctl import threadpool_limits

from models.episodes import episodes
from models.lesson import Lesson
from models.scores import Scored, score_weeks

N_WEEKS, BROKE, TOLD = 90, 84, 87
REGISTER = town(12, homes=80)
# One complex that is quiet and getting worse, so that there is something to be judged.
SOUND = changed(panel(REGISTER, N_WEEKS), ONE & since(60), **(QUIET | WORSE)).with_columns(
    is_feed_suspect=pl.lit(False)
)
NORTH = (pl.col("area_team") == "Noord") & since(BROKE)
KNOWN = changed(SOUND, NORTH, **dict.fromkeys(SOURCE_COLUMNS["complaints"]), is_feed_suspect=True)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return scored(SOUND.filter(~since(BROKE)), None).lesson


def scored(weekly: pl.DataFrame, lesson: Lesson | None, **known: object) -> Scored:
    return score_weeks(weekly, REGISTER, POLICY, 8, lesson=lesson, **known)  # type: ignore[arg-type]


def test_the_filter_begins_again_where_the_mask_begins(lesson: Lesson) -> None:
    before = scored(SOUND.filter(~since(TOLD)), lesson)
    found = scored(KNOWN, lesson, checkpoint=before.checkpoint)
    scratch = scored(KNOWN, lesson)
    assert found.scores["week"].min() == week(BROKE)
    redone = scratch.scores.filter(since(BROKE))
    assert_frame_equal(found.scores, redone, check_exact=False, rel_tol=0, abs_tol=1e-9)
    for each in ("streams", "history", "reasons", "quarters"):
        assert each in {field.name for field in fields(Scored)}
        assert_frame_equal(getattr(found, each), getattr(scratch, each), check_exact=False, rel_tol=0, abs_tol=1e-9)


def test_nobody_is_under_discussion_in_a_week_of_which_the_feed_is_not_believed(lesson: Lesson) -> None:
    sound, known = (scored(each, lesson).scores for each in (SOUND, KNOWN))
    in_north = (pl.col("area_team") == "Noord") & since(BROKE)
    assert known.filter(in_north)["state"].unique().to_list() == ["feed_suspect"]
    assert known.filter(in_north)["silence_kind"].unique().to_list() == ["not_registered"]
    assert "feed_suspect" not in known.filter(~in_north)["state"]
    assert episodes(sound, POLICY).filter(since(BROKE))["is_in_set"].any(), "there is somebody to discuss"
    in_set = episodes(known, POLICY).join(known.select("complex_id", "week", "area_team"), on=["complex_id", "week"])
    assert not in_set.filter(in_north)["is_in_set"].any()


def test_what_the_broken_feed_brought_is_not_seen(lesson: Lesson) -> None:
    streams = (
        scored(KNOWN, lesson)
        .streams.filter(pl.col("stream") == "complaints", since(BROKE))
        .join(REGISTER.filter(pl.col("area_team") == "Noord"), on="complex_id", how="semi")
    )
    assert streams["is_masked"].all()
    assert streams["seen"].is_null().all()
