"""Some of the candidate paths: what may have happened to reporting and condition."""

from __future__ import annotations

import altair as alt
import numpy as np
import polars as pl

from flows.reference.pictures.drawing import BLACK, Panel, finished, layered
from flows.reference.pictures.town import JudgedTown
from models.paths import KINDS

TITLES = {
    "stable": "nothing changes",
    "reporting": "reporting changes",
    "condition": "condition changes",
    "both": "both change",
    "recovery": "it recovers",
}
N_SHOWN = 6
_N_WEEKS = 156


def shown_paths(town: JudgedTown, n_shown: int = N_SHOWN) -> pl.DataFrame:
    """A few paths of each kind, at even steps through their weights.

    Returns:
        `kind`, `path` (place in the bank), `weeks_ago`, `reporting` and `condition` (ratios to peers).
    """
    bank, weights = town.model.bank, town.model.path_weights()
    lags = np.arange(min(_N_WEEKS, bank.n_lags))
    chosen: list[tuple[str, int]] = []
    for kind, name in enumerate(KINDS):
        places = np.flatnonzero(bank.kind == kind)
        # Neighbours in the bank are not alike; in the order of reporting, even steps show the whole range.
        places = places[np.argsort(bank.r[places, 0], kind="stable")]
        running = np.cumsum(weights[places])
        steps = (np.arange(n_shown) + 0.5) / n_shown * running[-1]
        found = places[np.minimum(np.searchsorted(running, steps), len(places) - 1)]
        chosen += [(name, int(place)) for place in found]
    parts = [
        pl.DataFrame(
            {"weeks_ago": lags, "reporting": np.exp(bank.r[place, lags]), "condition": np.exp(bank.d[place, lags])}
        ).with_columns(kind=pl.lit(name), path=pl.lit(place))
        for name, place in chosen
    ]
    return pl.concat(parts)


def kind_shares(town: JudgedTown) -> dict[str, float]:
    """How common each kind of path is in this town; adds up to 1."""
    weights = np.bincount(town.model.bank.kind, town.model.path_weights(), len(KINDS))
    return dict(zip(KINDS, weights.tolist(), strict=True))


def stories(town: JudgedTown) -> Panel:
    """The picture."""
    found, shares = shown_paths(town), kind_shares(town)
    panels = [
        _panel(
            found.filter(pl.col("kind") == kind),
            latent,
            f"{TITLES[kind]} ({shares[kind]:.0%})" if latent == "reporting" else "",
            is_first=place == 0,
        )
        for latent in ("reporting", "condition")
        for place, kind in enumerate(KINDS)
    ]
    return finished(
        alt.concat(*panels, columns=len(KINDS), spacing=14),
        "What may have happened: some of the candidate paths",
        f"{N_SHOWN} paths of each kind, three years; higher condition: worse. In brackets: how common each is here.",
    )


def _panel(rows: pl.DataFrame, latent: str, title: str, *, is_first: bool) -> alt.LayerChart:
    ticks = [-156, -104, -52, 0]
    x = alt.X(
        "weeks:Q",
        title="weeks, 0 is now" if latent == "condition" else None,
        scale=alt.Scale(domain=[-_N_WEEKS, 0], nice=False),
        axis=alt.Axis(values=ticks, labels=latent == "condition", grid=False),
    )
    y = alt.Y(
        f"{latent}:Q",
        title=f"{latent}, × peers" if is_first else None,
        scale=alt.Scale(type="log", domain=[0.25, 4], nice=False, clamp=True),
        axis=alt.Axis(values=[0.25, 0.5, 1, 2, 4], labels=is_first),
    )
    # A line needs its corners only.
    moves = pl.col(latent).diff().abs().over("path") > 1e-9
    is_corner = (moves | moves.shift(-1).over("path")).fill_null(True)
    drawn = rows.filter(is_corner | (pl.col("weeks_ago") == 0)).with_columns(weeks=-pl.col("weeks_ago"))
    one = alt.Chart(pl.DataFrame({"one": [1.0]})).mark_rule(color="#bbbbbb").encode(y="one:Q")
    lines = alt.Chart(drawn).mark_line(color=BLACK, strokeWidth=1.4, opacity=0.75).encode(x=x, y=y, detail="path:N")
    return layered((one, lines), 140, 120, title)
