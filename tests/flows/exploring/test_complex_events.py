"""What happened around a complex: its own, of its area, of everybody; words never run into each other."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from quiet_street import FLAGGED, MONDAY, MONDAYS, write_street

from flows.exploring.one_complex.complex_events import KINDS, Event, _reach, complex_events, event_strip, strip_rows
from flows.exploring.time_axis import TimeAxis
from flows.language import Language

NL, EN = Language("nl"), Language("en")
AXIS = TimeAxis(MONDAYS[0], MONDAY, NL)


def test_only_what_concerns_the_complex_is_told_in_order_of_day(tmp_path: Path) -> None:
    events = complex_events(write_street(tmp_path).table("events"), FLAGGED, "Noord", NL)
    assert [each.day for each in events] == sorted(each.day for each in events)
    told = [each.sentence for each in events]
    assert len(told) == 7
    assert "bezoek (de wijkbeheerder)" in told
    assert "actie: een bewonersavond" in told
    assert any("in het hele gebied van Noord" in each for each in told)
    assert any("in alle gebieden" in each for each in told)
    assert not any("camera" in each or "brief" in each for each in told), "of another area, of another complex"
    shorts = {each.short for each in events}
    assert {"", "op de lijst", "een bewonersavond", "klachten en meldingen: minder vastgelegd"} <= shorts


def test_words_that_no_catalogue_knows_are_told_as_they_are(tmp_path: Path) -> None:
    table = write_street(tmp_path).table("events").head(1)
    for kind, what in (("intervention", "tuindag"), ("intake_change", "tuin: meer werk"), ("visit", "buurvrouw")):
        row = table.with_columns(kind=pl.lit(kind), description=pl.lit(what))
        (event,) = complex_events(row, FLAGGED, "Noord", EN)
        assert what in event.sentence
        assert event.short in ("", what)


places = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, AXIS.length - 1), st.integers(0, 30)), max_size=25)


@settings(max_examples=60, deadline=None)
@given(places)
def test_every_event_has_a_line_and_no_words_touch(drawn: list[tuple[str, int, int]]) -> None:
    events = [Event(AXIS.first + timedelta(days=day), kind, "x" * n, "") for kind, day, n in drawn]
    rows = strip_rows(events, AXIS)
    assert sorted(map(id, events)) == sorted(id(each) for row in rows for each in row.events)
    for row in rows:
        reaches = [_reach(each, AXIS) for each in row.events]
        assert all(before[1] <= after[0] for before, after in pairwise(reaches))
    assert [row.kind for row in rows if row.is_first] == [kind for kind in KINDS if any(kind == d[0] for d in drawn)]


def test_without_events_on_the_axis_there_is_no_strip() -> None:
    assert event_strip([Event(MONDAYS[0] - timedelta(days=1), "visit", "", "")], AXIS, NL) is None
