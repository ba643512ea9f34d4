"""How a complex is drawn, alike in the quadrant and on the map.

A shape that is told apart without colour, its tooltip, and a ring around the chosen one.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from flows.language import Language

MARKS = ("other", "unjudged", "drawn", "listed", "safety")
"""From below to above: what matters most is never covered."""
SELECTION = "chosen"
"""Name of the selection: a click on a dot gives its `complex_id`."""
INK, SOFT = "#1b1f24", "#5b6570"

_SHAPE = {"other": "circle", "unjudged": "circle", "drawn": "square", "listed": "diamond", "safety": "cross"}
_SIGN = {"other": "●", "unjudged": "○", "drawn": "□", "listed": "◆", "safety": "✚"}
_FILL = {"other": "#5f86ad", "unjudged": "#ffffff", "drawn": "#ffffff", "listed": "#b3261e", "safety": "#1b1f24"}
_LINE = {"other": "#ffffff", "unjudged": "#7b8794", "drawn": "#12406e", "listed": "#1b1f24", "safety": "#ffffff"}
# Up to so many complexes: size [square pixels] and opacity of an ordinary dot. Many small pale dots show where they lie
# thick; few large ones can be pointed at.
_BY_NUMBER = ((150, 70, 0.8), (600, 45, 0.65), (2000, 28, 0.45), (10**9, 20, 0.3))
_ON_LIST_SIZE = {"drawn": 75, "listed": 150, "safety": 130}
_TOLD = ("name", "team", "homes", "chance", "state", "standing")


def drawn_dots(rows: pl.DataFrame, language: Language) -> pl.DataFrame:
    """What a chart holds of each complex: `complex_id`, `x`, `y`, `mark`, and the words of its tooltip.

    Args:
        rows: Rows of `standings` with `x` and `y`.
        language: Of the words.
    """
    say = language.say
    states = {state: say(f"explain.name.{state}") for state in rows["state"].unique()}
    standing = {name: say(f"this_week.standing.{name}") for name in rows["standing"].unique()}
    is_safety = pl.col("standing") == "safety"
    chances = pl.Series([language.chance(chance) for chance in rows["p_quiet_decline"]], dtype=pl.String)
    homes = pl.Series([language.write(homes) for homes in rows["homes"]], dtype=pl.String)
    order = pl.Enum(MARKS)
    return (
        rows.with_columns(chance=chances, homes=homes)
        .select(
            "complex_id",
            "x",
            "y",
            "mark",
            name=pl.format("{} ({})", "name", "complex_id"),
            team="area_team",
            homes="homes",
            # A safety matter has no figures.
            chance=pl.when(is_safety).then(pl.lit("–")).otherwise("chance"),
            state=pl.when(is_safety).then(pl.lit("–")).otherwise(pl.col("state").replace_strict(states, default=None)),
            standing=pl.col("standing").replace_strict(standing, default=None, return_dtype=pl.String),
        )
        .sort(pl.col("mark").cast(order), maintain_order=True)
    )


def dot_layer(dots: pl.DataFrame, x: alt.X, y: alt.Y, language: Language) -> Any:
    """The dots, with tooltip and a selection by click; it has no table of its own but that of the whole chart."""
    size, opacity = next((size, faint) for number, size, faint in _BY_NUMBER if dots.height <= number)
    sizes = {"other": size, "unjudged": size} | _ON_LIST_SIZE
    faint = {mark: opacity if mark in ("other", "unjudged") else 1.0 for mark in MARKS}
    chosen = alt.selection_point(name=SELECTION, fields=["complex_id"], on="click", empty=False, toggle=False)
    return (
        alt.Chart()
        .mark_point(strokeWidth=1.2, cursor="pointer")
        .encode(
            x=x,
            y=y,
            shape=_by_mark(alt.Shape, _SHAPE),
            fill=_by_mark(alt.Fill, _FILL),
            stroke=_by_mark(alt.Stroke, _LINE),
            size=_by_mark(alt.Size, sizes),
            opacity=_by_mark(alt.Opacity, faint),
            tooltip=[alt.Tooltip(f"{name}:N", title=language.say(f"this_week.tooltip.{name}")) for name in _TOLD],
        )
        .add_params(chosen)
    )


def ring_layer(dots: pl.DataFrame, chosen: str | None, x: alt.X, y: alt.Y) -> Any:
    """A ring around the chosen complex; nothing where it is not among the dots."""
    return (
        alt.Chart(dots.filter(pl.col("complex_id") == (chosen or "")).select("x", "y"))
        .mark_point(shape="circle", size=480, filled=False, stroke=INK, strokeWidth=2.2, opacity=1, tooltip=None)
        .encode(x=x, y=y)
    )


def label_layers(labels: pl.DataFrame, x: alt.X, y: alt.Y, colour: str = INK, weight: str = "bold") -> list[alt.Chart]:
    """Names beside dots, one layer per way of alignment.

    Args:
        labels: The columns of `label_places.LABELS`.
        x: Horizontal encoding of `x`.
        y: Vertical encoding of `y`.
        colour: Of the letters.
        weight: Of the letters.
    """
    layers: list[alt.Chart] = []
    for align in ("left", "right", "center"):
        here = labels.filter(pl.col("align") == align).select("x", "y", "text")
        if here.is_empty():
            continue
        words = alt.Chart(here).encode(x=x, y=y, text="text:N")
        look: dict[str, Any] = {"align": align, "baseline": "middle", "fontSize": 11, "fontWeight": weight}
        # A white edge keeps a name legible over dots.
        layers.append(words.mark_text(**look, color=colour, stroke="#ffffff", strokeWidth=3, tooltip=None))
        layers.append(words.mark_text(**look, color=colour, tooltip=None))
    return layers


def key_line(dots: pl.DataFrame, language: Language) -> str:
    """Which sign is what, for the signs that are in the picture."""
    here = set(dots["mark"])
    signs = [mark for mark in reversed(MARKS) if mark in here]
    return "  ·  ".join(f"{_SIGN[mark]} {language.say(f'this_week.mark.{mark}')}" for mark in signs)


def finished(layers: list[Any], dots: pl.DataFrame, title: list[str], about: str, size: tuple[int, int]) -> Any:
    """One chart of layers, with its title and what a screen reader says.

    Args:
        layers: From below to above.
        dots: Table of the whole chart; a selection in marimo gives rows of it.
        title: What is seen, and then smaller lines.
        about: What a screen reader says.
        size: Width and height [pixels].
    """
    look: dict[str, Any] = {"anchor": "start", "frame": "group", "fontSize": 14, "offset": 10}
    heading = alt.TitleParams(title[0], subtitle=title[1:], color=INK, subtitleColor=SOFT, **look)
    return alt.layer(*layers, data=dots, title=heading, width=size[0], height=size[1], description=about).properties(
        background="#ffffff",
        # The menu would be in English, and what it saves is in the published tables.
        usermeta={"embedOptions": {"actions": False}},
    )


def number_locale(language: Language) -> Any:
    """How a chart writes figures: 0,5 in Dutch, 0.5 in English."""
    decimal, thousands = (",", ".") if language.code == "nl" else (".", ",")
    number = alt.NumberLocale(decimal=decimal, thousands=thousands, grouping=[3], currency=["", ""])
    return alt.Locale(number=number)


def _by_mark(channel: Any, values: dict[str, Any]) -> Any:
    # Without its type a scale of figures would take only the first and the last of them.
    scale = alt.Scale(type="ordinal", domain=list(MARKS), range=[values[mark] for mark in MARKS])
    return channel("mark:N", legend=None, scale=scale)
