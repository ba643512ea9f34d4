"""`docs/model-explained.md`: its words stand in a template, its figures come from the model on a simulated town.

Figures that the reader is asked to do again are worked out from the rounded figures that stand on the page.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from datetime import timedelta
from math import exp, log
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import polars as pl
from jinja2 import Environment, PackageLoader, StrictUndefined
from scipy.stats import nbinom

from flows.reference.pictures.cloud import cloud, clouds
from flows.reference.pictures.drawing import STREAM_NAMES
from flows.reference.pictures.same_counts import same_counts, two_complexes
from flows.reference.pictures.shrinkage import shrinkage
from flows.reference.pictures.stories import kind_shares, stories
from flows.reference.pictures.town import QUIET, SEED, TWIN, WAVERING, JudgedTown
from flows.reference.pictures.weeks import chances, spells, weeks
from models.episodes import IS_JUDGED
from models.likelihood import week_weights
from models.simulation.town import WEEKS_A_YEAR
from models.streams import STREAMS
from models.weeks import week_name

TEMPLATE = "model_explained.md"
WIDTH = 120
PICTURES = {
    "same-counts": same_counts,
    "stories": stories,
    "cloud": cloud,
    "small": shrinkage,
    "weeks": weeks,
}
"""How each picture `images/model-NAME.svg` is drawn."""

# The story that is held against "nothing is the matter" in the sum that is done by hand.
STORY_REPORTING, STORY_CONDITION = 0.4, 2.0
# Complaints per home and year, and sizes, of the table of small complexes (docs/domain.md).
YEARLY_COMPLAINTS, SIZES = 0.04, (10, 35, 100, 300)
# Nine times in ten between mean ± 1.645 standard deviations.
_NINE_IN_TEN = 1.645


@dataclass(frozen=True)
class Term:
    """One stream in the sum of one complex.

    Attributes:
        stream: As the page calls it.
        seen: Counts over the whole history, weighed by ω, one decimal.
        expected: Expected counts, likewise.
        habit: Variance of lasting habits, two decimals.
        times: What the story multiplies the expected count by, two decimals.
        by_two: What it adds to the log-odds with two stories only, worked out from the figures above, two decimals.
        by_all: What it adds with all stories, as the published table `reasons` has it, two decimals.
    """

    stream: str
    seen: float
    expected: float
    habit: float
    times: float
    by_two: float
    by_all: float

    @property
    def log_times(self) -> float:
        """ln m."""
        return log(self.times)

    @property
    def plain(self) -> float:
        """1 + hE."""
        return 1 + self.habit * self.expected

    @property
    def grown(self) -> float:
        """1 + hEm."""
        return 1 + self.habit * self.expected * self.times

    @property
    def second(self) -> float:
        """What is taken off: (Y + 1/h) ln[(1 + hEm) / (1 + hE)]."""
        return (self.seen + 1 / self.habit) * log(self.grown / self.plain)

    @property
    def ratio(self) -> float:
        """How many times as probable the count is."""
        return exp(self.by_two)


def write_pictures(town: JudgedTown, folder: Path) -> list[Path]:
    """Draws the pictures as `model-NAME.svg`.

    Args:
        town: The town.
        folder: Made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, draw in PICTURES.items():
        file = folder / f"model-{name}.svg"
        chart: alt.TopLevelMixin = draw(town)
        chart.save(file)
        files.append(file)
    return files


def explained_page(town: JudgedTown) -> str:
    """The page, with the figures of the town in it."""
    pages = Environment(loader=PackageLoader("flows"), undefined=StrictUndefined, trim_blocks=True, autoescape=False)
    pages.filters |= {
        "n": lambda value, digits: f"{value:.{digits}f}".replace("-", "−"),
        "pct": lambda share, digits=0: f"{100 * share:.{digits}f}",
        "signed": lambda value: f"{value:+.2f}".replace("-", "−"),
        "thousands": lambda value: f"{value:,}",
    }
    return _wrapped(pages.get_template(TEMPLATE).render(**figures(town))) + "\n"


def figures(town: JudgedTown) -> dict[str, Any]:
    """Everything that the page quotes."""
    start = _round(float(town.reasons["start_log_odds"][0]), 2)
    terms = worked_terms(town, QUIET)
    two, all_ = (_round(start + sum(getattr(term, each) for term in terms), 2) for each in ("by_two", "by_all"))
    corner = clouds(town).filter("is_quiet_decline")
    return {
        "town": town,
        "seed": SEED,
        "quiet": _year(town, QUIET),
        "twin": _year(town, TWIN),
        "wavering": _wavering(town),
        "complaints": _by_chance(_year(town, QUIET)["complaints"], float(town.lesson.learned.habit_variance[0])),
        "products": _products(),
        "story": (STORY_REPORTING, STORY_CONDITION),
        "kinds": kind_shares(town),
        "n_paths": town.model.bank.n_paths,
        "start": start,
        "start_chance": chance(start),
        "terms": terms,
        "two": two,
        "two_chance": chance(two),
        "all": all_,
        "all_chance": chance(all_),
        "before": float(corner["before"].sum()),
        "after": float(corner["after"].sum()),
        "sizes": [(homes, homes * YEARLY_COMPLAINTS, exp(-homes * YEARLY_COMPLAINTS)) for homes in SIZES],
        "ten": ten_complexes(town),
        "policy": town.policy,
    }


def worked_terms(town: JudgedTown, complex_id: str) -> list[Term]:
    """The sum of one complex, stream by stream, once with two stories and once with all of them."""
    learned, place = town.model.learned_, town.place(complex_id)
    weights = week_weights(town.sums, learned.dispersion)[:, place]
    own = town.reasons.filter(pl.col("complex_id") == complex_id)
    by_all = dict(own.select("stream", "log_odds").rows())
    terms = []
    for k, stream in enumerate(STREAMS):
        if stream.name not in by_all:
            continue
        a, b = learned.loadings[k]
        seen = _round(float(town.sums.seen[k, place].sum() * weights[k]), 1)
        due = float(town.sums.expected[k, place].sum() * np.exp(learned.level[k]) * weights[k])
        expected, habit = _round(due, 1), _round(float(learned.habit_variance[k]), 2)
        times = _round(float(STORY_REPORTING**a * STORY_CONDITION**b), 2)
        by_two = weight_of_evidence(seen, expected, habit, times)
        name, added = STREAM_NAMES[stream.name], _round(by_all[stream.name], 2)
        terms.append(Term(name, seen, expected, habit, times, _round(by_two, 2), added))
    return terms


def weight_of_evidence(seen: float, expected: float, habit: float, times: float) -> float:
    """How much more probable a count is if the expected one is `times` as high [log-odds].

    The Gamma-Poisson likelihood of `models.likelihood` for two paths without change.
    """
    grown, before = 1 + habit * expected * times, 1 + habit * expected
    return seen * log(times) - (seen + 1 / habit) * log(grown / before)


def chance(log_odds: float) -> float:
    """The chance of a log-odds [0-1]."""
    return 1 / (1 + exp(-log_odds))


def ten_complexes(town: JudgedTown) -> list[dict[str, Any]]:
    """The ten most probable complexes of the last week, and how wrong the list is down to each.

    Returns:
        `complex_id`, `chance` (two decimals), `wrong` (mean of 1 - chance down to here, from those), `is_in`,
        `is_true` (whether it was planted so).
    """
    truth = dict(town.planted.select("complex_id", "is_quiet_decline").rows())
    rows: list[dict[str, Any]] = []
    wrong = 0.0
    for place, (name, p) in enumerate(
        town.now.filter(IS_JUDGED).head(10).select("complex_id", "p_quiet_decline").rows(), start=1
    ):
        shown = _round(p, 2)
        wrong += 1 - shown
        mean = _round(wrong / place, 2)
        is_in = wrong / place <= town.policy.false_discovery_rate + 1e-9 and p >= town.policy.leave_below
        rows.append({"complex_id": name, "chance": shown, "wrong": mean, "is_in": is_in, "is_true": truth[name]})
    return rows


def _year(town: JudgedTown, complex_id: str) -> dict[str, Any]:
    """One complex of the picture of two: its counts by stream, its score, what was planted."""
    counts = two_complexes(town).filter(pl.col("complex_id") == complex_id)
    score = town.now.row(by_predicate=pl.col("complex_id") == complex_id, named=True)
    planted = town.planted.row(by_predicate=pl.col("complex_id") == complex_id, named=True)
    latents = {}
    for name in ("r", "d"):
        mean, sd = score[f"{name}_mean"], score[f"{name}_sd"]
        latents[name] = [exp(mean + sign * _NINE_IN_TEN * sd) for sign in (-1, 0, 1)]
    rows = counts.select("stream", "seen", "expected").rows()
    by_stream = {stream: (seen, _round(due, 1)) for stream, seen, due in rows}
    return {"id": complex_id, **by_stream, **latents, "score": score, "planted": planted}


def _by_chance(counts: tuple[int, float], habit: float) -> dict[str, float]:
    """How probable so few are, by Poisson and with lasting habits."""
    seen, expected = counts
    shown = _round(habit, 2)
    variance = expected + shown * expected**2
    poisson = sum(exp(-expected) * expected**n / np.prod(range(1, n + 1), initial=1.0) for n in range(seen + 1))
    with_habits = float(nbinom.cdf(seen, 1 / shown, 1 / (1 + shown * expected)))
    return {
        "sd": expected**0.5,
        "habit": shown,
        "variance": variance,
        "wide_sd": variance**0.5,
        "poisson": float(poisson),
        "with_habits": with_habits,
    }


def _products() -> dict[str, Any]:
    """Two causes of the same complaints, and what they do to the other streams (before anything is learned)."""
    loads = {each.name: each.loads_on for each in STREAMS}
    a, b = loads["complaints"]
    product = STORY_REPORTING**a * STORY_CONDITION**b
    calm = product ** (1 / b)
    shown = ("complaints", "normal_repairs", "follow_up_reports", "urgent_repairs", "concerns")
    rows = [
        (
            STREAM_NAMES[each],
            *loads[each],
            STORY_REPORTING ** loads[each][0] * STORY_CONDITION ** loads[each][1],
            calm ** loads[each][1],
        )
        for each in shown
    ]
    return {"calm": calm, "product": product, "rows": rows}


def _wavering(town: JudgedTown) -> dict[str, Any]:
    found = chances(town)
    told = [
        {"begins": week_name(row["begins"]), "ends": week_name(row["ends"]), "n_weeks": row["n_weeks"]}
        for row in spells(found).to_dicts()
    ]
    planted = town.planted.row(by_predicate=pl.col("complex_id") == WAVERING, named=True)
    ago = (town.last_week - planted["since_week"]) / timedelta(weeks=1) if planted["since_week"] else None
    return {
        "id": WAVERING,
        "spells": told,
        "planted": planted,
        "years_ago": ago / WEEKS_A_YEAR if ago else None,
        "lowest": float(found["level"].min()),  # type: ignore[arg-type]
        "highest": float(found["level"].max()),  # type: ignore[arg-type]
    }


def _wrapped(text: str) -> str:
    """Paragraphs and items filled anew to the width of the other pages; tables, headings and pictures as they are."""
    blocks = []
    for block in text.split("\n\n"):
        items = re.split(r"\n(?=- )", block)
        is_plain = not block.lstrip().startswith(("#", "|", "!", ">"))
        blocks.append("\n".join(_filled(each) for each in items) if is_plain else block.strip("\n"))
    return "\n\n".join(each for each in blocks if each)


def _filled(paragraph: str) -> str:
    indent = "  " if paragraph.startswith("- ") else ""
    return textwrap.fill(
        " ".join(paragraph.split()), WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _round(value: float, digits: int) -> float:
    # A nought has no sign.
    return round(value, digits) + 0.0
