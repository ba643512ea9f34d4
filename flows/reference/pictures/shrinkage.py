"""Why a small complex cannot be known: its ratio scatters by chance, and the model draws it back to its peers."""

from __future__ import annotations

import altair as alt
import numpy as np
import polars as pl

from flows.reference.pictures.drawing import BLACK, GREY, LIGHT, Panel, finished, layered, words
from flows.reference.pictures.town import JudgedTown
from models.figures import ordinary_band
from models.streams import STREAMS

STREAM = "complaints"
_PLACE = [each.name for each in STREAMS].index(STREAM)
_EXPECTED, _HIGHEST = (1.0, 130.0), 3.2


def ratios(town: JudgedTown) -> pl.DataFrame:
    """Every complex of which complaints are expected.

    Returns:
        `complex_id`, `homes`, `seen`, `expected` [complaints in a year], `raw` (seen / expected),
        `believed` (reporting, as the model has it, ratio to peers), `p_quiet_decline`.
    """
    year = town.year.filter(pl.col("stream") == STREAM)
    scored = town.now.select("complex_id", "homes", "reporting_ratio", "p_quiet_decline")
    return (
        scored.join(year.filter(pl.col("expected") > 0), on="complex_id")
        .with_columns(raw=pl.col("seen") / pl.col("expected"), believed=pl.col("reporting_ratio"))
        .sort("complex_id")
    )


def shrinkage(town: JudgedTown) -> Panel:
    """The picture."""
    found = ratios(town).filter(pl.col("expected").is_between(*_EXPECTED))
    panels = [
        _panel(found, "raw", "Complaints seen ÷ expected", town),
        _panel(found, "believed", "Reporting, as the model has it", town),
    ]
    return finished(
        alt.concat(*panels, spacing=30),
        "Small complexes scatter by chance; the model draws them back to 1",
        "Every dot is a complex, a year of complaints. Black: more likely than not quiet and declining.",
    )


def _panel(found: pl.DataFrame, column: str, title: str, town: JudgedTown) -> alt.LayerChart:
    x = alt.X(
        "expected:Q",
        title="complaints expected in a year",
        scale=alt.Scale(type="log", domain=list(_EXPECTED), nice=False),
        axis=alt.Axis(values=[1, 3, 10, 30, 100], grid=False),
    )
    y = alt.Y(
        f"{column}:Q",
        title=None,
        scale=alt.Scale(domain=[0, _HIGHEST], clamp=True),
        axis=alt.Axis(values=[0, 1, 2, 3]),
    )
    is_likely = found["p_quiet_decline"] >= town.policy.clear_from
    one = alt.Chart(pl.DataFrame({"one": [1.0]})).mark_rule(color=GREY).encode(y="one:Q")
    dots = alt.Chart(found.filter(~is_likely)).mark_circle(color=GREY, size=26, opacity=0.7).encode(x=x, y=y)
    likely = (
        alt.Chart(found.filter(is_likely))
        .mark_point(shape="diamond", color=BLACK, fill=BLACK, size=70, opacity=1)
        .encode(x=x, y=y)
    )
    layers = [one, dots, likely]
    if column == "raw":
        layers = [*_band(town, x), *layers]
    return layered(layers, 300, 240, title)


def _band(town: JudgedTown, x: alt.X) -> list[alt.Chart]:
    expected = np.geomspace(*_EXPECTED, 120)
    low, high = ordinary_band(expected, float(town.lesson.learned.habit_variance[_PLACE]))
    funnel = pl.DataFrame({"expected": expected, "low": low / expected, "high": np.minimum(high / expected, _HIGHEST)})
    area = alt.Chart(funnel).mark_area(color=LIGHT, interpolate="monotone").encode(x=x, y="low:Q", y2="high:Q")
    name = pl.DataFrame({"x": [125.0], "y": [0.45], "said": ["grey: ordinary"]})
    return [area, words(name, "said", align="right")]
