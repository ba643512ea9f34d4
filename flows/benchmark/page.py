"""The page `benchmark.md`: everything on it is made from the kept figures, so that it can be made again at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from flows.benchmark.bars import Bar, bars
from flows.benchmark.charts import write_charts
from flows.benchmark.figures import Figures, Row, Spread
from flows.benchmark.jobs import DELIVERED, THINNED_WEEKS, TOWN
from flows.benchmark.methods import Roles
from flows.benchmark.run import Facts
from flows.benchmark.toronto import ATTRIBUTION, CASE
from models.benchmark.delay import HORIZONS
from models.benchmark.thinning import TAKEN_SHARES
from models.streams import STREAMS

PAGE = "benchmark.md"
RANKING = {"auc": "AUC", "ap": "AP", "precision_at_3": "precision at 3"}
SURENESS = {"recall@0.2": "recall at 0.2", "fdr@0.2": "wrong at 0.2"}
NOT_MEASURED = "–"


def write_page(results: pl.DataFrame, about: Facts, roles: Roles, folder: Path) -> Path:
    """Writes the page into a folder, and its pictures into `images` beside it.

    Args:
        results: Long rows, as `run.SCHEMA`.
        about: Facts of the run.
        roles: Which method is what.
        folder: Made if it is not there.

    Returns:
        The page.
    """
    figures = Figures(results, roles)
    images = {
        file.stem.removeprefix("benchmark-"): f"images/{file.name}" for file in write_charts(figures, folder / "images")
    }
    file = folder / PAGE
    file.write_text(rendered(figures, about, images) + "\n", encoding="utf-8")
    return file


def rendered(figures: Figures, about: Facts, images: dict[str, str]) -> str:
    """The text of the page.

    Args:
        figures: What was measured.
        about: Facts of the run.
        images: Path of each picture, relative to the page, by its name (`ap`, `fdr`, `delay`).
    """
    held = bars(figures)
    named = figures.results.filter(pl.col("method") == DELIVERED)
    n_complexes, n_positives = (_overall(figures, metric) for metric in ("n_complexes", "n_positives"))
    return _template().render(
        about=about,
        command="luisterpost benchmark --quick"
        if about.is_quick
        else "luisterpost benchmark --toronto ../shared/data/toronto",
        seeds=", ".join(map(str, figures.seeds)),
        n_seeds=len(figures.seeds),
        n_complexes=f"{n_complexes:,.0f}",
        n_positives=f"{n_positives:.0f}",
        share_positive=f" ({n_positives / n_complexes:.1%})" if n_complexes else "",
        bars=markdown_table(["promise", "outcome"], [[bar.promise, bar.verdict] for bar in held]),
        losses=_losses(held),
        headlines=_titled(figures.rows(is_headline=True), lambda row: _headline(figures, row)),
        stress=_stress(figures),
        sureness=_sureness(figures),
        delay=_titled(figures.rows_with("found@26"), lambda row: _delay(figures, row)),
        by_lot=f"{_overall(figures, 'found_by_lot'):.0%}",
        new_cases=f"{_overall(figures, 'new_cases'):.0f}",
        thinning=_titled(figures.rows_with("tpr@0.5"), lambda row: _thinning(figures, row)),
        thinned_weeks=THINNED_WEEKS,
        city=_city(figures),
        attribution=ATTRIBUTION,
        kinds=_titled(sorted(set(named.select("case", "rates").iter_rows())), lambda row: _kinds(figures, row)),
        events=_events(figures),
        images=images,
    )


def markdown_table(head: list[str], rows: Iterable[Iterable[object]]) -> str:
    """A table in Markdown; the first column is text, the others stand to the right. Empty without rows."""
    body = [[NOT_MEASURED if cell is None else str(cell) for cell in row] for row in rows]
    if not body:
        return ""
    ruler = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ruler, *body))


def _titled(rows: list[Row], table: Callable[[Row], str]) -> list[tuple[str, str]]:
    """One table per town, with its name."""
    return [(", ".join(row), table(row)) for row in rows]


def _template() -> Template:
    pages = Environment(loader=PackageLoader("flows"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return pages.get_template(PAGE)


def _overall(figures: Figures, metric: str) -> float:
    values = figures.results.filter(pl.col("metric") == metric)["value"]
    return float(values.mean() or 0)  # type: ignore[arg-type]


def _losses(held: list[Bar]) -> str:
    return "\n".join(
        f"- {bar.promise}:\n" + "\n".join(f"  - {row}" for row in bar.losses) for bar in held if bar.losses
    )


def _headline(figures: Figures, row: Row) -> str:
    shown = RANKING | SURENESS
    body = [
        [
            method,
            *[figures.get(row, method, metric) for metric in shown],
            _fine(figures.get(row, method, "calibration")),
        ]
        for method in figures.methods("ap", [row])
    ]
    return markdown_table(["", *shown.values(), "calibration error"], body)


def _stress(figures: Figures) -> str:
    body = []
    for row in figures.rows():
        ours, ceiling, best = figures.ours(row, "ap"), figures.ceiling(row, "ap"), figures.best_other(row, "ap")
        share = f"{ours.mean / ceiling.mean:.0%}" if ours and ceiling and ceiling.mean else None
        ratio = f"{ours.mean / best[1].mean:.2f}" if ours and best and best[1].mean else None
        named = f"{best[1]} {best[0]}" if best else None
        body.append([f"{row[0]}, {row[1]}", ours, ceiling, share, named, ratio])
    return markdown_table(["town", "ours", "ceiling", "share", "best other", "ratio"], body)


def _sureness(figures: Figures) -> str:
    body = [
        [
            f"{row[0]}, {row[1]}",
            figures.ours(row, "fdr@0.2"),
            figures.ours(row, "recall@0.2"),
            figures.ceiling(row, "recall@0.2"),
            _whole(figures.ours(row, "members@0.2")),
            _fine(figures.ours(row, "calibration")),
        ]
        for row in figures.rows()
    ]
    head = ["town", "realised at 0.2", "recall at 0.2", "the ceiling's recall", "complexes named", "calibration error"]
    return markdown_table(head, body)


def _delay(figures: Figures, row: Row) -> str:
    head = ["", *[f"{weeks} weeks" for weeks in HORIZONS], "26 weeks, two lists in a row", "changes a week"]
    body = []
    for method in figures.methods("found@26", [row]):
        found = [figures.get(row, method, f"found@{weeks}") for weeks in HORIZONS]
        changes = figures.get(row, method, "list_changes")
        twice = figures.get(row, method, "twice@26")
        body.append([method, *found, twice, f"{changes.mean:.1f}" if changes else None])
    return markdown_table(head, body)


def _thinning(figures: Figures, row: Row) -> str:
    body = [
        [method, *[figures.get(row, method, f"tpr@{taken:g}") for taken in TAKEN_SHARES]]
        for method in figures.methods("tpr@0.5", [row])
    ]
    return markdown_table(["taken away", *[f"{taken:.0%}" for taken in TAKEN_SHARES]], body)


def _city(figures: Figures) -> str:
    row = next((each for each in figures.rows_with("tpr@0.5") if each[0] == CASE), None)
    found = {
        metric: figures.get(row, TOWN, metric) if row else None
        for metric in ("events|complaints", "n_complexes", "observed_weeks")
    }
    complaints, buildings, weeks = found.values()
    if complaints is None or buildings is None or weeks is None:
        return ""
    return (
        f"{buildings.mean:,.0f} buildings in {weeks.mean:.0f} weeks in which complaints could be dated, with "
        f"{complaints.mean:.2f} complaints to a building; no other report is published. Where most buildings are never "
        "heard of, taking their reports away can hardly be seen: not by us, and not by anyone."
    )


def _kinds(figures: Figures, row: Row) -> str:
    told = (
        figures.results.filter(pl.col("method") == DELIVERED, pl.col("case") == row[0], pl.col("rates") == row[1])
        .with_columns(parts=pl.col("metric").str.split("|"))
        .select(planted=pl.col("parts").list.get(1), named=pl.col("parts").list.get(2), value="value")
        .group_by("planted", "named")
        .agg(pl.col("value").sum())
    )
    counts = {(planted, named): f"{value:.0f}" for planted, named, value in told.iter_rows()}
    rows, columns = (
        sorted({pair[side] for pair in counts}, key=lambda kind: (kind == "none", kind)) for side in (0, 1)
    )
    body = [[planted, *[counts.get((planted, named), "0") for named in columns]] for planted in rows]
    return markdown_table(["planted", *columns], body)


def _events(figures: Figures) -> str:
    towns: dict[Row, None] = dict.fromkeys(figures.rows() + figures.rows_with("events|complaints"))
    body = []
    for row in towns:
        counted = [figures.get(row, TOWN, f"events|{stream.name}") for stream in STREAMS]
        body.append([f"{row[0]}, {row[1]}", *[f"{each.mean:.2f}" if each else None for each in counted]])
    return markdown_table(["town", *[stream.name.replace("_", " ") for stream in STREAMS]], body)


def _whole(spread: Spread | None) -> str | None:
    return f"{spread.mean:.0f}" if spread else None


def _fine(spread: Spread | None) -> str | None:
    return f"{spread.mean:.3f}" if spread else None
