"""Which complex a notebook opens with, and how one is found by name or number."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data_contracts.problem import Problem
from flows.explaining import find_complex
from flows.results import PublishedWeek


@dataclass(frozen=True)
class ComplexChoice:
    """The complexes to choose from.

    Attributes:
        options: Number by the text one searches in; first what is on the list, then what was drawn, then by name.
        opened: The text of the one to begin with.
        trouble: Why that is not the one that was asked for, or None.
    """

    options: dict[str, str]
    opened: str
    trouble: Problem | None


def complex_choice(week: PublishedWeek, asked: str | None) -> ComplexChoice:
    """All complexes of a week, and where to begin: the one asked for, else the first on the list, else the first drawn.

    Args:
        week: The published week.
        asked: Number of a complex as somebody typed it in a link, or None.
    """
    flags = week.table("flags").select(
        "complex_id", order=pl.when(pl.col("why") == "random_draw").then(1).otherwise(0), place=pl.int_range(pl.len())
    )
    complexes = (
        week.table("complexes")
        .join(flags, on="complex_id", how="left")
        .sort(pl.col("order").fill_null(2), pl.col("place").fill_null(0), "name", "complex_id")
    )
    options = {f"{row['name']} ({row['complex_id']})": row["complex_id"] for row in complexes.to_dicts()}
    texts = {complex_id: text for text, complex_id in options.items()}
    opened, trouble = next(iter(options)), None
    if asked:
        try:
            opened = texts[find_complex(complexes, asked, week)["complex_id"]]
        except Problem as problem:
            trouble = problem
    return ComplexChoice(options, opened, trouble)
