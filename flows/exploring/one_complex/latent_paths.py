"""How reporting and condition went over the published year, how surely we know it, and the chance of both."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from flows.explaining import NINE_IN_TEN
from flows.exploring.one_complex.complex_events import Event, event_rules, event_strip
from flows.exploring.time_axis import (
    BAND,
    BLACK,
    INK,
    QUIET_INK,
    WIDTH,
    TimeAxis,
    apart,
    dressing,
    end_label,
    heading,
    layer,
    panel,
    runs_of,
    told_axis,
    upright,
)
from flows.language import Language
from models.answers import AS_THEY_ARE, Recalibration
from models.entry_level import as_published, entry_levels
from models.policy import Policy
from models.weeks import week_name

PANEL_HEIGHT = 120
Up = Callable[[str], alt.Y]
_RATIOS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
_CHANCES = (0.0, 0.25, 0.5, 0.75, 1.0)
_LABEL_HEIGHT = 14.0


def latent_paths(
    scores: pl.DataFrame, complex_id: str, policy: Policy, taught: Recalibration = AS_THEY_ARE
) -> pl.DataFrame:
    """Both ratios to like complexes, and the chance, week by week.

    Args:
        scores: The published table `scores`, of all complexes: the level of entering depends on the others.
        complex_id: The complex.
        policy: The values in force.
        taught: What the answers made of the published chances when the list was chosen.

    Returns:
        One row per week from the complex's first to its last, sorted: `week`, `reporting_ratio`, `r_low`, `r_high`,
        `condition_ratio`, `d_low`, `d_high` (ratios; low and high are where it lies nine times in ten),
        `p_quiet_decline`, `entry_level`, `leave_level` (in published chances) [0-1]. All but `week` and the two levels
        are empty in a week in which the complex was not in use.
    """
    own = scores.filter(pl.col("complex_id") == complex_id)
    leave_level = pl.lit(as_published(policy.leave_below, taught))
    if own.is_empty():
        return _ratios(own).with_columns(entry_level=pl.lit(None, pl.Float64), leave_level=leave_level)
    weeks = pl.DataFrame({"week": pl.date_range(own["week"].min(), own["week"].max(), "1w", eager=True)})  # type: ignore[arg-type]
    levels = entry_levels(scores, complex_id, policy, taught).rename({"level": "entry_level"})
    told = weeks.join(_ratios(own), on="week", how="left", maintain_order="left")
    return told.join(levels, on="week", how="left", maintain_order="left").with_columns(leave_level=leave_level)


def latent_chart(paths: pl.DataFrame, events: Sequence[Event], axis: TimeAxis, policy: Policy) -> alt.VConcatChart:
    """Three panels on one time axis: reporting, condition, and the chance of quiet and declining.

    Args:
        paths: What `latent_paths` gave; at least one week.
        events: What happened.
        axis: The time axis.
        policy: The values in force.
    """
    language = axis.language
    say = language.say
    rows = [_row(each, axis) for each in paths.to_dicts()]
    quiet = say("one.below_is_quiet", level=language.fixed(policy.quiet_below, 1))
    declining = say("one.above_is_declining", level=language.fixed(policy.decline_above, 1))
    panels = [
        _ratio_panel(rows, "r", say("one.reporting_title"), (policy.quiet_below, quiet), events, axis),
        _ratio_panel(rows, "d", say("one.condition_title"), (policy.decline_above, declining), events, axis),
        _chance_panel(rows, events, axis),
    ]
    strip = event_strip(events, axis, language)
    last = next((each for each in reversed(rows) if each["p"] is not None), None)
    description = " ".join([say("one.paths_title"), *([last["told"]] if last else [])])
    return alt.VConcatChart(vconcat=[*([strip] if strip else []), *panels], spacing=18, **dressing(description))


def path_key(policy: Policy, taught: Recalibration, language: Language) -> list[str]:
    """How the panels are read, and when a complex is put on the list and leaves it."""
    entering = language.say("one.chance_key", enter=policy.enter_weeks, of=policy.of_weeks, leave=policy.leave_weeks)
    told = [language.say("one.paths_key"), entering]
    return [*told, language.say("one.taught", count=taught.n_answered)] if taught.is_used else told


def _ratios(own: pl.DataFrame) -> pl.DataFrame:
    ends = {
        f"{latent}_{end}": (pl.col(f"{latent}_mean") + sign * NINE_IN_TEN * pl.col(f"{latent}_sd")).exp()
        for latent in ("r", "d")
        for end, sign in (("low", -1), ("high", 1))
    }
    return own.sort("week").select("week", "reporting_ratio", "condition_ratio", "p_quiet_decline", **ends)


def _row(week: Mapping[str, Any], axis: TimeAxis) -> dict[str, Any]:
    fixed, chance = axis.language.fixed, axis.language.chance
    row = {
        "x": axis.place(week["week"]) + 3.5,
        "r": week["reporting_ratio"],
        "d": week["condition_ratio"],
        "p": week["p_quiet_decline"],
        "entry": week["entry_level"],
        "leave": week["leave_level"],
        **{name: week[name] for name in ("r_low", "r_high", "d_low", "d_high")},
    }
    if row["p"] is None:
        return row | {"told": axis.language.say("one.hover.not_in_use", week=week_name(week["week"]))}
    told = axis.language.say(
        "one.hover.latents",
        week=week_name(week["week"]),
        chance=chance(row["p"]),
        **{name: fixed(row[name], 2) for name in ("r", "r_low", "r_high", "d", "d_low", "d_high")},
    )
    return row | {"told": told}


def _ratio_panel(
    rows: Sequence[dict[str, Any]],
    latent: str,
    title: str,
    threshold: tuple[float, str],
    events: Sequence[Event],
    axis: TimeAxis,
) -> alt.LayerChart:
    """One ratio: band, line, the line of the peers at 1, and the threshold."""
    known = [each for each in rows if each[latent] is not None]
    ends = [each[f"{latent}_{end}"] for each in known for end in ("low", "high")]
    low, high = min([0.45, *ends]) / 1.1, max([2.2, *ends]) * 1.1
    scale = alt.Scale(type="log", domain=[low, high], nice=False)
    ticks = {each: axis.language.write(each) for each in _RATIOS if low <= each <= high}
    up = upright(scale, told_axis(ticks))
    x = axis.x(is_named=False)
    layers = [
        layer(run).mark_area(color=BAND).encode(x=x, y=up(f"{latent}_low"), y2=f"{latent}_high:Q")
        for run in runs_of(rows, latent)
    ]
    layers += event_rules(events, axis, x)
    levels: tuple[tuple[float, str, list[int]], ...] = (
        (1.0, axis.language.say("one.as_peers"), []),
        (threshold[0], threshold[1], [5, 3]),
    )
    peers_at, threshold_at = (PANEL_HEIGHT * math.log(high / each) / math.log(high / low) for each, _, _ in levels)
    for (level, text, dash), at in zip(levels, apart(peers_at, threshold_at, _LABEL_HEIGHT), strict=True):
        layers += [_level(level, x, up, axis, dash), end_label(text, WIDTH + 6, at, color=QUIET_INK)]
    layers += _line(rows, latent, x, up)
    layers += _pointer(rows, axis.x("from", is_named=False))
    return panel(layers, PANEL_HEIGHT, heading(title))


def _chance_panel(rows: Sequence[dict[str, Any]], events: Sequence[Event], axis: TimeAxis) -> alt.LayerChart:
    """The chance of both, from where on a week counts for the list, and below which a flag ends."""
    say, share = axis.language.say, axis.language.share
    scale = alt.Scale(domain=[0, 1], nice=False)
    ticks = {each: share(each) for each in _CHANCES}
    up = upright(scale, told_axis(ticks))
    x = axis.x(is_named=True)
    entry = [each for each in rows if each["entry"] is not None]
    leaving = rows[-1]["leave"]
    layers = [*event_rules(events, axis, x), _level(leaving, x, up, axis, [2, 3])]
    leaves_at = PANEL_HEIGHT * (1 - leaving)
    if entry:
        steps = layer(entry).mark_line(color=INK, strokeDash=[5, 3], strokeWidth=1, interpolate="step")
        layers.append(steps.encode(x=x, y=up("entry")))
        enters_at = PANEL_HEIGHT * (1 - entry[-1]["entry"])
        leaves_at = max(leaves_at, enters_at + _LABEL_HEIGHT)
        layers.append(
            end_label(say("one.enters", level=share(entry[-1]["entry"])), WIDTH + 6, enters_at, color=QUIET_INK)
        )
    layers.append(end_label(say("one.leaves", level=share(leaving)), WIDTH + 6, leaves_at, color=QUIET_INK))
    layers += _line(rows, "p", x, up)
    layers += _pointer(rows, axis.x("from", is_named=True))
    return panel(layers, PANEL_HEIGHT, heading(say("one.chance_title")))


def _line(rows: Sequence[dict[str, Any]], name: str, x: alt.X, up: Up) -> list[alt.Chart]:
    """The line itself, broken where nothing is known, with a dot at its end: a single week would be no line."""
    runs = runs_of(rows, name)
    ends = [run[-1] for run in runs] or [{"x": 0, name: None}]
    lines = [layer(run).mark_line(color=BLACK, strokeWidth=2.2).encode(x=x, y=up(name)) for run in runs]
    return [*lines, layer(ends).mark_point(filled=True, size=45, color=BLACK, opacity=1).encode(x=x, y=up(name))]


def _level(level: float, x: alt.X, up: Up, axis: TimeAxis, dash: list[int]) -> alt.Chart:
    line = layer([{"x": 0, "to": axis.length, "at": level}])
    drawn: alt.Chart = line.mark_rule(color=INK, strokeWidth=1, strokeDash=dash).encode(x=x, x2="to:Q", y=up("at"))
    return drawn


def _pointer(rows: Sequence[dict[str, Any]], begins: alt.X) -> list[alt.Chart]:
    """An open field over each week that tells its figures wherever the pointer is."""
    fields = [{"from": each["x"] - 3.5, "to": each["x"] + 3.5, "told": each["told"]} for each in rows]
    field = layer(fields).mark_rect(opacity=0)
    return [
        field.encode(
            x=begins,
            x2="to:Q",
            y=alt.value(0),
            y2=alt.value(PANEL_HEIGHT),
            tooltip=[alt.Tooltip("told:N", title=" ")],
        )
    ]
