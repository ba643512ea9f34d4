"""Two complexes with the same reports: in one there is little to report, in the other it is not reported."""

from __future__ import annotations

import altair as alt
import numpy as np
import polars as pl

from flows.reference.pictures.drawing import BLACK, GREY, LIGHT, STREAM_NAMES, Panel, finished, layered, words
from flows.reference.pictures.town import QUIET, TWIN, JudgedTown
from models.figures import ordinary_band
from models.streams import STREAMS

SHOWN = ("complaints", "normal_repairs", "follow_up_reports", "urgent_repairs", "vandalism_repairs", "concerns")
_TICKS = (0, 4, 16, 36, 64)
_HIGHEST = 120.0


def two_complexes(town: JudgedTown, pair: tuple[str, str] = (QUIET, TWIN)) -> pl.DataFrame:
    """What was seen of two complexes in the past year.

    Returns:
        One row per complex and stream, in the order of `SHOWN`: `complex_id`, `stream`, `seen`, `expected`, `low` and
        `high` [counts]: between which nine in ten ordinary complexes lie on either side.
    """
    variance = dict(zip((each.name for each in STREAMS), town.lesson.learned.habit_variance, strict=True))
    rows = (
        pl.DataFrame({"complex_id": pair})
        .join(pl.DataFrame({"stream": SHOWN}), how="cross")
        .join(town.year, on=["complex_id", "stream"], how="left", maintain_order="left")
    )
    band = [
        ordinary_band(np.array([due]), float(variance[stream]))
        for stream, due in rows.select("stream", "expected").rows()
    ]
    low, high = (pl.Series([float(each[end][0]) for each in band]) for end in (0, 1))
    return rows.with_columns(low=low, high=high)


def same_counts(town: JudgedTown, pair: tuple[str, str] = (QUIET, TWIN)) -> Panel:
    """The picture."""
    rows = two_complexes(town, pair).with_columns(
        name=pl.col("stream").replace_strict(STREAM_NAMES),
        said=pl.format("{} of {}", "seen", pl.col("expected").round(1)),
    )
    homes = dict(town.complexes.select("complex_id", "homes").rows())
    panels = [
        _panel(rows.filter(pl.col("complex_id") == each), f"{each}, {homes[each]} homes", is_first=place == 0)
        for place, each in enumerate(pair)
    ]
    return finished(
        alt.concat(*panels, spacing=24),
        "Nearly the same complaints and repairs, for two reasons",
        "One year, weeks with sight. Dot: seen; line: expected; grey: ordinary. Figures: seen of expected.",
    )


def _panel(rows: pl.DataFrame, title: str, *, is_first: bool) -> alt.LayerChart:
    y = alt.Y(
        "name:N",
        sort=[STREAM_NAMES[each] for each in SHOWN],
        title=None,
        axis=alt.Axis(labels=is_first, ticks=False, domain=False, labelLimit=200, labelFontSize=12),
    )
    scale = alt.Scale(type="sqrt", domain=[0, _HIGHEST], nice=False)
    x = alt.X("low:Q", title="in a year", scale=scale, axis=alt.Axis(values=list(_TICKS), grid=True))
    chart = alt.Chart(rows)
    band = chart.mark_bar(color=LIGHT, height=20).encode(x=x, x2="high:Q", y=y)
    expected = chart.mark_tick(color=GREY, thickness=2, height=20).encode(x=alt.X("expected:Q", scale=scale), y=y)
    seen = chart.mark_circle(color=BLACK, size=80, opacity=1).encode(x=alt.X("seen:Q", scale=scale), y=y)
    end = rows.with_columns(x=pl.lit(_HIGHEST))
    said = words(end, "said", align="right").encode(x=alt.X("x:Q", scale=scale), y=y)
    return layered((band, expected, seen, said), 300, 210, title)
