"""What is believed of one complex: every candidate path a dot, before and after its own counts."""

from __future__ import annotations

import altair as alt
import numpy as np
import polars as pl

from flows.reference.pictures.drawing import BLACK, GREY, Panel, finished, layered, words
from flows.reference.pictures.town import QUIET, JudgedTown
from models.likelihood import path_likelihood, week_weights

# What is believed less than this is too small a dot to be seen.
_LEAST_WEIGHT = 5e-5
_REPORTING, _CONDITION = (0.12, 3.2), (0.3, 5.6)


def clouds(town: JudgedTown, complex_id: str = QUIET) -> pl.DataFrame:
    """Weight of every path, this week, before and after.

    Returns:
        One row per path: `reporting` and `condition` (ratios to peers), `before` and `after` (each adds up to 1),
        `is_quiet_decline`.
    """
    bank, learned, sums = town.model.bank, town.model.learned_, town.sums
    here = slice(town.place(complex_id), town.place(complex_id) + 1)
    before = town.model.path_weights()
    fit = path_likelihood(
        sums.seen[:, here],
        sums.expected[:, here] * np.exp(learned.level)[:, None, None],
        week_weights(sums, learned.dispersion)[:, here],
        bank.block_means(sums.edges, sums.n_weeks),
        learned.loadings,
        learned.habit_variance,
    )[0]
    after = np.exp(fit - fit.max()) * before
    reporting, condition = np.exp(bank.r[:, 0]), np.exp(bank.d[:, 0])
    policy = town.policy
    return pl.DataFrame(
        {
            "reporting": reporting,
            "condition": condition,
            "before": before,
            "after": after / after.sum(),
            "is_quiet_decline": (reporting < policy.quiet_below) & (condition > policy.decline_above),
        }
    )


def cloud(town: JudgedTown, complex_id: str = QUIET) -> Panel:
    """The picture."""
    found = clouds(town, complex_id)
    corner = found.filter("is_quiet_decline")
    panels = [
        _panel(found, when, f"{title}: {corner[when].sum():.1%} in the corner", town, is_first=when == "before")
        for when, title in (("before", "As any complex of the town"), ("after", "After its own counts"))
    ]
    return finished(
        alt.concat(*panels, spacing=24),
        f"The counts of {complex_id} move what is believed into the corner",
        "Every dot is a story, its size how much it is believed. 1 is as peers. Quiet and declining is the corner "
        "above left.",
    )


def _panel(found: pl.DataFrame, when: str, title: str, town: JudgedTown, *, is_first: bool) -> alt.LayerChart:
    x = alt.X(
        "reporting:Q",
        title="reporting, × peers",
        scale=alt.Scale(type="log", domain=list(_REPORTING), nice=False),
        axis=alt.Axis(values=[0.2, 0.4, 0.6, 1, 2], grid=False),
    )
    y = alt.Y(
        "condition:Q",
        title="condition, × peers (up is worse)" if is_first else None,
        scale=alt.Scale(type="log", domain=list(_CONDITION), nice=False),
        axis=alt.Axis(values=[0.5, 1, 1.4, 2, 4], grid=False),
    )
    size = alt.Size(f"{when}:Q", scale=alt.Scale(domain=[0, 0.05], range=[1, 700], clamp=True), legend=None)
    shown = found.filter(
        pl.col(when) > _LEAST_WEIGHT,
        pl.col("reporting").is_between(*_REPORTING),
        pl.col("condition").is_between(*_CONDITION),
    )
    quiet, worse = town.policy.quiet_below, town.policy.decline_above
    box = pl.DataFrame({"reporting": [_REPORTING[0]], "condition": [worse], "to_r": [quiet], "to_d": [_CONDITION[1]]})
    corner = alt.Chart(box).mark_rect(color="#efefef").encode(x=x, y=y, x2="to_r:Q", y2="to_d:Q")
    edge = alt.Chart(box).mark_rect(fill=None, stroke=GREY, strokeDash=[4, 3]).encode(x=x, y=y, x2="to_r", y2="to_d")
    dots = alt.Chart(shown).mark_circle(color=BLACK, opacity=0.45).encode(x=x, y=y, size=size)
    name = pl.DataFrame({"x": [_REPORTING[0] * 1.06], "y": [worse * 1.03], "said": ["quiet and declining"]})
    label = words(name, "said", baseline="bottom").encode(x=alt.X("x:Q"), y=alt.Y("y:Q"))
    return layered((corner, edge, dots, label), 300, 280, title)
