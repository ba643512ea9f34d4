"""What we promised ourselves, held against the figures: kept or not kept, and by which rows not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.benchmark.figures import Figures, Row, Spread
from models.benchmark.thinning import TAKEN_SHARES

BASE = "base (noise .3)"
BEST_OTHER_TIMES, BEST_OTHER_TIMES_UNREPORTED = 2.0, 1.3
SHARE_OF_CEILING = 0.85
SHARE_OF_CEILING_IN_TIME = 0.95
FALSE_DISCOVERIES = (0.10, 0.25)
LEAST_RECALL = 0.25
HIGHEST_CALIBRATION_ERROR = 0.02

WITHOUT_NOISE = {"auc": 0.940, "ap": 0.687, "precision_at_3": 0.770, "recall@0.2": 0.456}
"""What an earlier prototype reached without unit × stream noise, at the richer rates, 6.4 % positive."""

THINNED = {
    "complexes alike": {0.25: 0.111, 0.5: 0.520, 0.75: 0.963},
    "complexes differ": {0.25: 0.061, 0.5: 0.193, 0.75: 0.657},
}
"""What the same prototype found of thinned complexes."""


@dataclass(frozen=True)
class Bar:
    """One promise.

    Attributes:
        promise: What was promised.
        n_rows: In how many rows it could be held against figures.
        losses: The rows in which it was not kept, in words.
    """

    promise: str
    n_rows: int
    losses: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """Kept or not, in words."""
        if self.n_rows == 0:
            return "not measured"
        return f"not kept ({len(self.losses)} of {self.n_rows} rows)" if self.losses else f"kept ({self.n_rows} rows)"


def bars(figures: Figures) -> list[Bar]:
    """All bars, in the order of the page."""
    towns = figures.rows()
    base = [row for row in towns if row[0] == BASE]
    unreported = [row for row in towns if row[0].startswith("urgent under-reported")]
    ordinary = [row for row in towns if row not in unreported]
    without_noise = [row for row in towns if "noise 0" in row[0] and row[1] == "rich"]
    followed = figures.rows_with("found@26")
    return [
        *(
            _ahead(figures, f"AP at least {times:g} × that of {who}, {where}", _each(rows, "ap"), times, published)
            for rows, times, where in (
                (ordinary, BEST_OTHER_TIMES, "in every town but those where urgent repairs are under-reported"),
                (unreported, BEST_OTHER_TIMES_UNREPORTED, "where urgent repairs are under-reported"),
            )
            for who, published in (
                ("the best method of others", True),
                ("the best of all other methods, our own simpler models included", False),
            )
        ),
        _near_ceiling(
            figures,
            f"AP at least {SHARE_OF_CEILING:.0%} of the ceiling's, noise .3",
            _each(base, "ap"),
            SHARE_OF_CEILING,
        ),
        _near_ceiling(
            figures,
            f"AP at least {SHARE_OF_CEILING:.0%} of the ceiling's, every town",
            _each(towns, "ap"),
            SHARE_OF_CEILING,
        ),
        _between(
            figures,
            "Realised false discoveries at a nominal 0.2 between {:g} and {:g}, noise .3",
            _each(base, "fdr@0.2"),
            *FALSE_DISCOVERIES,
        ),
        _between(
            figures, "Recall at a nominal 0.2 of at least {:g}, noise .3", _each(base, "recall@0.2"), LEAST_RECALL, 1.0
        ),
        _between(
            figures,
            "Calibration error of at most {1:g}, every town",
            _each(towns, "calibration"),
            0.0,
            HIGHEST_CALIBRATION_ERROR,
        ),
        *(
            _between(
                figures,
                f"Without noise, richer rates: {metric} of at least {{:g}}",
                _each(without_noise, metric),
                least,
                1.0,
            )
            for metric, least in WITHOUT_NOISE.items()
        ),
        _near_ceiling(
            figures,
            f"Finds {SHARE_OF_CEILING_IN_TIME:.0%} of the new cases that the ceiling finds within 26 weeks",
            _each(followed, "found@26"),
            SHARE_OF_CEILING_IN_TIME,
        ),
        _ahead(figures, "Finds more new cases within 26 weeks than every other method", _each(followed, "found@26")),
        *(
            _between(
                figures,
                f"Thinned by {taken:.0%}, {case}: finds at least {{:g}}",
                _each([row for row in figures.rows_with(f"tpr@{taken:g}") if row[0] == case], f"tpr@{taken:g}"),
                least,
                1.0,
            )
            for case, wanted in THINNED.items()
            for taken, least in wanted.items()
        ),
        _ahead(
            figures,
            "Finds more thinned complexes than every other method, at every share taken",
            [(row, f"tpr@{taken:g}") for taken in TAKEN_SHARES for row in figures.rows_with(f"tpr@{taken:g}")],
        ),
    ]


Rows = list[tuple[Row, str]]


def _each(rows: Iterable[Row], metric: str) -> Rows:
    return [(row, metric) for row in rows]


def _ahead(figures: Figures, promise: str, rows: Rows, times: float = 1.0, is_published: bool = False) -> Bar:
    """Ours at least so many times as good as the best of the others."""
    held, losses = 0, []
    for row, metric in rows:
        ours, best = figures.ours(row, metric), figures.best_other(row, metric, is_published=is_published)
        if ours is None or best is None:
            continue
        held += 1
        if ours.mean < times * best[1].mean:
            losses.append(f"{_where(row, metric)}: {_pair(ours, best[1])} ({best[0]})")
    return Bar(promise, held, tuple(losses))


def _near_ceiling(figures: Figures, promise: str, rows: Rows, share: float) -> Bar:
    held, losses = 0, []
    for row, metric in rows:
        ours, ceiling = figures.ours(row, metric), figures.ceiling(row, metric)
        if ours is None or ceiling is None or ceiling.mean == 0:
            continue
        held += 1
        if ours.mean < share * ceiling.mean:
            losses.append(f"{_where(row, metric)}: {_pair(ours, ceiling)} (ceiling)")
    return Bar(promise, held, tuple(losses))


def _between(figures: Figures, promise: str, rows: Rows, least: float, most: float) -> Bar:
    held, losses = 0, []
    for row, metric in rows:
        ours = figures.ours(row, metric)
        if ours is None:
            continue
        held += 1
        if not least <= ours.mean <= most:
            losses.append(f"{_where(row, metric)}: {ours.mean:.3f}")
    return Bar(promise.format(least, most), held, tuple(losses))


def _where(row: Row, metric: str) -> str:
    taken = f", {float(metric.removeprefix('tpr@')):.0%} taken" if metric.startswith("tpr@") else ""
    return f"{row[0]}, {row[1]}{taken}"


def _pair(ours: Spread, other: Spread) -> str:
    return f"{ours.mean:.3f} against {other.mean:.3f}"
