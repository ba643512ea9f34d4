"""The chance of one complex over the weeks, with the levels of getting on the list and of leaving it."""

from __future__ import annotations

import altair as alt
import polars as pl

from flows.reference.pictures.drawing import BLACK, GREY, Panel, finished, layered, words
from flows.reference.pictures.town import WAVERING, JudgedTown
from models.entry_level import entry_levels


def chances(town: JudgedTown, complex_id: str = WAVERING) -> pl.DataFrame:
    """The weeks of one complex.

    Returns:
        Sorted by `week`: `p_quiet_decline`, `level` (from which it counts for the list, that week), `is_in_set`,
        `is_running` (under discussion).
    """
    here = pl.col("complex_id") == complex_id
    return (
        town.scores.filter(here)
        .select("week", "p_quiet_decline")
        .join(entry_levels(town.scores, complex_id, town.policy), on="week")
        .join(town.episodes.filter(here).select("week", "is_in_set", "is_running"), on="week")
        .sort("week")
    )


def spells(found: pl.DataFrame) -> pl.DataFrame:
    """When it was under discussion: `begins`, `ends` (Mondays) and `n_weeks` of each spell, in order."""
    return (
        found.with_columns(spell=pl.col("is_running").rle_id())
        .filter("is_running")
        .group_by("spell", maintain_order=True)
        .agg(begins=pl.col("week").first(), ends=pl.col("week").last(), n_weeks=pl.len())
        .drop("spell")
    )


def weeks(town: JudgedTown, complex_id: str = WAVERING) -> Panel:
    """The picture."""
    found = chances(town, complex_id)
    first, leave = found["week"][0], town.policy.leave_below
    x = alt.X("week:T", title=None, axis=alt.Axis(format="%b %Y", tickCount=8, grid=False))
    y = alt.Y(
        "p_quiet_decline:Q", title="chance", scale=alt.Scale(domain=[-0.14, 1]), axis=alt.Axis(values=[0, 0.3, 0.5, 1])
    )
    line = alt.Chart(found).mark_line(color=BLACK, strokeWidth=2).encode(x=x, y=y)
    level = (
        alt.Chart(found)
        .mark_line(color=GREY, strokeWidth=1.5, strokeDash=[5, 3], interpolate="step")
        .encode(x=x, y=alt.Y("level:Q", scale=alt.Scale(domain=[-0.14, 1])))
    )
    rule = alt.Chart(pl.DataFrame({"leave": [leave]})).mark_rule(color=GREY).encode(y="leave:Q")
    bars = spells(found).with_columns(at=pl.lit(-0.08), end=pl.col("ends") + pl.duration(weeks=1))
    spell = alt.Chart(bars).mark_bar(color=BLACK, height=9).encode(x=alt.X("begins:T"), x2="end:T", y="at:Q")
    policy = town.policy
    get_on = f"to get on: above this, {policy.enter_weeks} weeks of {policy.of_weeks}"
    begins = pl.DataFrame({"x": [first] * 2, "y": [found["level"][0] + 0.15, -0.08], "said": [get_on, "on the list"]})
    go = f"to leave: below this, {policy.leave_weeks} weeks in a row"
    ends = pl.DataFrame({"x": [found["week"][-1]], "y": [leave - 0.05], "said": [go]})
    at = alt.X("x:T")
    labels = [words(begins, "said", dx=4).encode(x=at), words(ends, "said", align="right", dx=4).encode(x=at)]
    return finished(
        layered((rule, level, line, spell, *labels), 640, 260),
        f"{complex_id} got on the list, left it, and came back",
        "Chance of quiet and declining, week by week, each with what was known then.",
    )
