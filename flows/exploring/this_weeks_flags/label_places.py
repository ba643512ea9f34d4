"""Where names can be written beside dots without covering each other; what does not fit is left to the tooltip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import NamedTuple

import polars as pl

LONGEST_LABEL = 26
MOST_LABELS = 12
# Of a bold 11-pixel sans-serif letter, on the generous side [pixels].
_LETTER = 6.4
_LINE = 14.0
_BESIDE = 14.0
_OVER = 18.0
# Half of a dot that no name may cover [pixels].
_DOT = 7.0


@dataclass(frozen=True)
class Axis:
    """One direction of a picture: between which values, over how many pixels.

    Attributes:
        low: Value at one end.
        high: Value at the other; more than `low`.
        pixels: Length [pixels].
        is_log: Whether equal steps are equal ratios.
        is_reversed: Whether `high` is at pixel 0.
    """

    low: float
    high: float
    pixels: int
    is_log: bool = False
    is_reversed: bool = False

    def pixel(self, value: float) -> float:
        """How far from the beginning a value lies [pixels]."""
        share = (self._even(value) - self._even(self.low)) / (self._even(self.high) - self._even(self.low))
        return self.pixels * (1 - share if self.is_reversed else share)

    def value(self, pixel: float) -> float:
        """The value at some pixels from the beginning."""
        share = pixel / self.pixels
        if self.is_reversed:
            share = 1 - share
        even = self._even(self.low) + share * (self._even(self.high) - self._even(self.low))
        return exp(even) if self.is_log else even

    def _even(self, value: float) -> float:
        return log(value) if self.is_log else value


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    right: float
    low: float
    high: float

    def meets(self, other: Box) -> bool:
        """Whether the two share anything."""
        return self.left < other.right and other.left < self.right and self.low < other.high and other.low < self.high


LABELS = {"x": pl.Float64, "y": pl.Float64, "text": pl.String, "align": pl.String}


def labels_that_fit(
    dots: Sequence[tuple[float, float, str]],
    x: Axis,
    y: Axis,
    taken: Sequence[Box] = (),
    most: int = MOST_LABELS,
    *,
    is_above: bool = False,
) -> pl.DataFrame:
    """Names beside their dots: to the right, to the left, above or below, whichever is free first.

    Args:
        dots: Value on x, value on y, and name; the most important first.
        x: Horizontal axis; pixels count from the left.
        y: Vertical axis; pixels count from below.
        taken: What else may not be covered.
        most: How many names are written at most.
        is_above: Whether above is tried first.

    Returns:
        The columns of `LABELS`: where the text begins, ends or has its middle (`align`: left, right, center).
    """
    places = [(x.pixel(dot[0]), y.pixel(dot[1])) for dot in dots]
    covered = [*taken, *(Box(px - _DOT, px + _DOT, py - _DOT, py + _DOT) for px, py in places)]
    found: list[tuple[float, float, str, str]] = []
    for (px, py), (_, _, name) in zip(places, dots, strict=True):
        text = name if len(name) <= LONGEST_LABEL else name[: LONGEST_LABEL - 1] + "…"
        for align, at, height, box in _around(px, py, len(text) * _LETTER, is_above=is_above):
            is_inside = box.left >= 0 and box.right <= x.pixels and box.low >= 0 and box.high <= y.pixels
            if len(found) < most and is_inside and not any(box.meets(other) for other in covered):
                covered.append(box)
                found.append((x.value(at), y.value(height), text, align))
                break
    return pl.DataFrame(found, schema=LABELS, orient="row")


def _around(px: float, py: float, wide: float, *, is_above: bool) -> list[tuple[str, float, float, Box]]:
    """Ways to write a name: its alignment, where it is written, and the room that it takes."""
    over, under, half = py + _OVER, py - _OVER, _LINE / 2
    beside = [("left", px + _BESIDE, py), ("right", px - _BESIDE, py)]
    above = [("center", px, over), ("left", px - _DOT, over), ("right", px + _DOT, over)]
    below = [("center", px, under), ("left", px - _DOT, under), ("right", px + _DOT, under)]
    left_of = {"left": 0.0, "center": wide / 2, "right": wide}
    return [
        (align, at, height, Box(at - left_of[align], at - left_of[align] + wide, height - half, height + half))
        for align, at, height in ([*above, *beside, *below] if is_above else [*beside, *above, *below])
    ]
