"""The pictures of the page: a title that says what is seen, labels at the marks, readable without colour."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import altair as alt
import polars as pl

from flows.benchmark.figures import Figures, Row
from flows.benchmark.jobs import CURVE_WEEKS
from models.benchmark.delay import HORIZONS
from models.benchmark.metrics import NOMINAL_RATES

BLACK, GREY, WHITE = "#000000", "#767676", "#ffffff"
WIDTH = 300
Align = Literal["left", "center", "right"]
LABEL_PLACES: tuple[tuple[str, Align, int, int], ...] = (
    ("best other", "right", 6, -13),
    ("ceiling", "left", -4, -14),
    ("ours", "center", 0, 13),
)
"""Where a name stands from its mark [pixels]."""

Axis = tuple[str, str, list[float], list[float]]
"""Column, title, domain and ticks."""

Panel = alt.LayerChart | alt.FacetChart

RATES_TITLE = {"domain": "at Dutch rates", "rich": "at richer rates"}


def write_charts(figures: Figures, folder: Path) -> list[Path]:
    """Draws every picture for which there are figures, as SVG.

    Args:
        figures: What was measured.
        folder: Where they go; made if it is not there.

    Returns:
        The files: `benchmark-ap.svg`, `benchmark-fdr.svg`, `benchmark-delay.svg`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    drawn = {"ap": ap_by_case, "fdr": realised_rates, "delay": delay_curves}
    for name, draw in drawn.items():
        chart = draw(figures)
        if chart is not None:
            file = folder / f"benchmark-{name}.svg"
            chart.save(file)
            written.append(file)
    return written


def ap_by_case(figures: Figures) -> alt.HConcatChart | None:
    """Average precision by town: ours, the best of the others, the ceiling."""
    rows = []
    for row in figures.rows():
        best = figures.best_other(row, "ap")
        found = {
            "ours": figures.ours(row, "ap"),
            "best other": best[1] if best else None,
            "ceiling": figures.ceiling(row, "ap"),
        }
        rows += [
            {"case": row[0], "rates": row[1], "who": who, "ap": spread.mean, "low": spread.low, "high": spread.high}
            for who, spread in found.items()
            if spread is not None
        ]
    frame = pl.DataFrame(rows)
    if not {"ours", "best other"} <= set(frame["who"] if rows else []):
        return None
    order = list(dict.fromkeys(case for case, _ in figures.rows()))
    panels = [
        _ap_panel(frame.filter(pl.col("rates") == rates), order, rates, is_first=place == 0)
        for place, rates in enumerate(figures.rates)
    ]
    towns = frame.filter(pl.col("who") != "ceiling").pivot("who", index=["case", "rates"], values="ap")
    ahead = towns.filter(pl.col("ours") > pl.col("best other")).height
    return _titled(
        alt.hconcat(*panels, spacing=16),
        f"Ours ranks better than the best other method in {ahead} of {towns.height} towns",
        "Average precision, mean over the seeds; the line behind ours spans the seeds",
    )


def _ap_panel(frame: pl.DataFrame, order: list[str], rates: str, *, is_first: bool) -> Panel:
    y = alt.Y(
        "case:N",
        sort=order,
        title=None,
        axis=alt.Axis(grid=True, domain=False, ticks=False, labels=is_first, labelLimit=220),
    )
    x = alt.X("ap:Q", title="average precision", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(grid=False))

    def part(who: str) -> alt.Chart:
        return alt.Chart(frame.filter(pl.col("who") == who))

    spans = part("ours").mark_rule(color=BLACK, strokeWidth=1).encode(x=alt.X("low:Q"), x2="high:Q", y=y)
    ours = part("ours").mark_point(shape="circle", filled=True, size=70, color=BLACK, opacity=1).encode(x=x, y=y)
    other = (
        part("best other")
        .mark_point(shape="circle", filled=True, fill=WHITE, stroke=BLACK, size=60, opacity=1)
        .encode(x=x, y=y)
    )
    ceiling = part("ceiling").mark_tick(color=GREY, thickness=3, height=16).encode(x=x, y=y)
    first = frame.filter(pl.col("case") == frame["case"][0])
    # Each on a side of its own, so that no name covers another.
    names = [
        alt.Chart(first.filter(pl.col("who") == who))
        .mark_text(align=align, dx=dx, dy=dy, fontSize=10, color=BLACK)
        .encode(x=x, y=y, text="who:N")
        for who, align, dx, dy in LABEL_PLACES
    ]
    layers = (spans, ceiling, other, ours, *names)
    return alt.layer(*layers).properties(width=WIDTH, height=28 * len(order) + 14, title=RATES_TITLE.get(rates, rates))


def realised_rates(figures: Figures) -> alt.HConcatChart | None:
    """Realised against nominal false discovery rate of ours, in the headline towns."""
    rows = [
        {"case": case, "rates": rates, "nominal": nominal, "realised": spread.mean}
        for case, rates in figures.rows(is_headline=True)
        for nominal in NOMINAL_RATES
        if (spread := figures.ours((case, rates), f"fdr@{nominal:g}")) is not None
    ]
    if not rows:
        return None
    frame = pl.DataFrame(rows)
    over = frame.filter(pl.col("realised") > pl.col("nominal") + 0.05).height
    said = "as wrong as promised, or less, nearly everywhere" if over == 0 else "more often wrong than promised"
    title = f"Ours is {said}" if over == 0 else f"In {over} of {frame.height} points ours is {said}"
    panels = [
        _lines(
            frame.filter(pl.col("rates") == rates),
            ("nominal", "promised share of wrong names", [0, 0.62], list(NOMINAL_RATES)),
            ("realised", "realised share", [0, max(0.7, *frame["realised"])], []),
            "case",
            rates,
            _diagonal(),
        )
        for rates in figures.rates
    ]
    return _titled(
        alt.hconcat(*panels, spacing=16), title, "More than .05 above the dashed line counts as more; mean of the seeds"
    )


def delay_curves(figures: Figures) -> alt.HConcatChart | None:
    """Share of new cases on the list by weeks since they began: ours, the best other, the ceiling."""
    followed = figures.rows_with("found@26")
    rows = []
    for row in followed:
        best = figures.best_other(row, "found@26")
        names = {"ours": figures.roles.ours, "best other": best[0] if best else None, "ceiling": figures.roles.ceiling}
        rows += [
            {"rates": row[1], "who": who, "weeks": weeks, "found": spread.mean}
            for who, name in names.items()
            for weeks in CURVE_WEEKS
            if name is not None and (spread := figures.get(row, name, f"found@{weeks}")) is not None
        ]
    if not rows:
        return None
    frame = pl.DataFrame(rows)
    x: Axis = ("weeks", "weeks since the case began", [0, 66], [0, *HORIZONS])
    y: Axis = ("found", "share of new cases found", [0, 1], [])
    best_of = {row[1]: best[0] for row in followed if (best := figures.best_other(row, "found@26"))}
    named = ", ".join(f"{name} {RATES_TITLE.get(rates, rates)}" for rates, name in best_of.items())
    kinds = [rates for rates in figures.rates if rates in set(frame["rates"])]
    panels = [_lines(frame.filter(pl.col("rates") == rates), x, y, "who", rates, is_step=True) for rates in kinds]
    return _titled(
        alt.hconcat(*panels, spacing=16),
        _delay_title(figures, followed),
        f"Lists of three complexes per area team; best other: {named}",
    )


def _delay_title(figures: Figures, followed: list[Row]) -> str:
    said = []
    for row in followed:
        ours, ceiling = figures.ours(row, "found@26"), figures.ceiling(row, "found@26")
        if ours is not None:
            most = f" (the ceiling {ceiling.mean:.0%})" if ceiling else ""
            said.append(f"{ours.mean:.0%}{most} {RATES_TITLE.get(row[1], row[1])}")
    return "Found within half a year: " + ", ".join(said)


def _lines(
    frame: pl.DataFrame,
    x: Axis,
    y: Axis,
    by: str,
    rates: str,
    behind: alt.Chart | None = None,
    *,
    is_step: bool = False,
) -> Panel:
    """Lines that differ by their dashes, each with its name at the end."""
    across = alt.X(f"{x[0]}:Q", title=x[1], scale=alt.Scale(domain=x[2]), axis=alt.Axis(grid=False, values=x[3]))
    up = alt.Y(f"{y[0]}:Q", title=y[1], scale=alt.Scale(domain=y[2]), axis=alt.Axis(grid=True, tickCount=6))
    names = frame[by].unique(maintain_order=True).to_list()
    dashes = alt.Scale(domain=names, range=[[1, 0], [6, 3], [2, 2]][: len(names)])
    base = alt.Chart(frame)
    # A line of one point would not be seen.
    marks = False if is_step else alt.OverlayMarkDef(color=BLACK, size=30)
    kind: Literal["step-after", "linear"] = "step-after" if is_step else "linear"
    line = base.mark_line(color=BLACK, strokeWidth=2, interpolate=kind, point=marks).encode(
        x=across, y=up, strokeDash=alt.StrokeDash(f"{by}:N", scale=dashes, legend=None)
    )
    ends = _apart(frame.sort(x[0]).group_by(by, maintain_order=True).last(), y[0], 0.055 * (y[2][1] - y[2][0]))
    label = alt.Chart(ends).mark_text(align="left", dx=5, fontSize=10, color=BLACK)
    labels = label.encode(x=across, y=alt.Y("label_at:Q"), text=f"{by}:N")
    layers = (line, labels) if behind is None else (behind, line, labels)
    return alt.layer(*layers).properties(width=WIDTH, height=240, title=RATES_TITLE.get(rates, rates))


def _apart(ends: pl.DataFrame, column: str, least: float) -> pl.DataFrame:
    """Moves labels up until none covers the one below it."""
    ordered = ends.sort(column)
    places: list[float] = []
    for value in ordered[column]:
        places.append(max(value, places[-1] + least) if places else value)
    return ordered.with_columns(label_at=pl.Series(places))


def _diagonal() -> alt.Chart:
    line = pl.DataFrame({"nominal": [0.0, 0.55], "realised": [0.0, 0.55]})
    mark = alt.Chart(line).mark_line(color=GREY, strokeWidth=1, strokeDash=[4, 4])
    drawn: alt.Chart = mark.encode(x="nominal:Q", y="realised:Q")
    return drawn


def _titled(chart: alt.HConcatChart, title: str, subtitle: str) -> alt.HConcatChart:
    shown = alt.TitleParams(title, subtitle=subtitle, anchor="start", fontSize=14, subtitleColor=GREY, offset=10)
    drawn: alt.HConcatChart = (
        chart.properties(title=shown, background=WHITE)
        .configure_view(stroke=None)
        .configure_axis(labelColor=BLACK, titleColor=BLACK, titleFontWeight="normal", gridColor="#e4e4e4")
        .configure_title(fontWeight="bold")
    )
    return drawn
