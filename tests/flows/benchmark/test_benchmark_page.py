"""The page says what the figures say: means, best other, bars kept and not kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.benchmark.bars import bars
from flows.benchmark.figures import Figures
from flows.benchmark.jobs import CURVE_WEEKS, DELIVERED, TOWN
from flows.benchmark.methods import CEILING, Roles
from flows.benchmark.page import markdown_table, write_page
from flows.benchmark.run import BASE_CASE, Facts, long_rows
from flows.benchmark.toronto import ATTRIBUTION, CASE, RATES

ROLES = Roles(ours="ours", labelled=("taught",))
ABOUT = Facts(cores=2, python="3.11.1", is_quick=False)


def made_up(ap: dict[str, tuple[float, float]], wrong: float = 0.1) -> Figures:
    """Figures of two towns and two seeds; `ap` by method, one for each seed."""
    rows = []
    for case in ("noise 0", BASE_CASE):
        for place, seed in enumerate((1, 2)):
            rows += [(case, "rich", seed, TOWN, name, 60.0) for name in ("n_positives", "n_complexes")]
            rows.append((case, "rich", seed, TOWN, "events|complaints", 12.5))
            for method, values in ap.items():
                figures = {"ap": values[place], "auc": 0.9, "precision_at_3": 0.5, "calibration": 0.01}
                figures |= {f"{name}@{q:g}": wrong for name in ("fdr", "recall") for q in (0.1, 0.2, 0.3, 0.4, 0.5)}
                figures["members@0.2"] = 8.0
                if case == BASE_CASE:
                    figures |= {f"found@{weeks}": values[place] * weeks / 52 for weeks in CURVE_WEEKS}
                    figures |= {"list_changes": 2.0, "new_cases": 20.0}
                rows += [(case, "rich", seed, method, name, value) for name, value in figures.items()]
    rows += [
        (BASE_CASE, "rich", 1, DELIVERED, "kind|good|good", 3.0),
        (BASE_CASE, "rich", 2, DELIVERED, "kind|good|none", 4.0),
    ]
    city = {"events|complaints": 0.25, "n_complexes": 3600.0, "observed_weeks": 22.0}
    rows += [(CASE, RATES, 1, TOWN, name, value) for name, value in city.items()]
    rows += [(CASE, RATES, 1, method, f"tpr@{s:g}", 0.02) for method in ("ours", "near") for s in (0.25, 0.5, 0.75)]
    return Figures(long_rows(rows), ROLES)


GOOD = {"ours": (0.6, 0.7), "near": (0.2, 0.3), "far": (0.1, 0.1), "taught": (0.9, 0.9), CEILING: (0.7, 0.8)}
BAD = GOOD | {"ours": (0.3, 0.1)}


def test_a_figure_is_the_mean_with_the_smallest_and_the_largest() -> None:
    figures = made_up(GOOD)
    assert str(figures.ours(("noise 0", "rich"), "ap")) == "0.65 (0.60–0.70)"
    assert str(figures.get(("noise 0", "rich"), "far", "ap")) == "0.10"
    assert figures.get(("noise 0", "domain"), "far", "ap") is None


def test_what_was_not_a_number_was_not_measured() -> None:
    rows = [("noise 0", "rich", seed, "ours", "fdr@0.2", value) for seed, value in ((1, float("nan")), (2, 0.4))]
    found = Figures(long_rows(rows), ROLES).ours(("noise 0", "rich"), "fdr@0.2")
    assert found is not None
    assert found.mean == 0.4


def test_the_best_other_is_neither_taught_nor_the_ceiling() -> None:
    best = made_up(GOOD).best_other(("noise 0", "rich"), "ap")
    assert best is not None
    assert (best[0], best[1].mean) == ("near", 0.25)
    assert made_up(GOOD).methods("ap") == ["ours", "near", "far", "taught", CEILING]


def test_bars_are_kept_or_not_by_the_figures() -> None:
    ahead = "AP at least 2 × that of the best method of others, in every town"
    near = "AP at least 85% of the ceiling's, every town"
    good, bad = ({bar.promise: bar for bar in bars(made_up(each))} for each in (GOOD, BAD))
    for promise in (ahead, near):
        name = next(each for each in good if each.startswith(promise))
        assert good[name].losses == ()
        assert bad[name].losses
    name = next(each for each in bad if each.startswith(ahead))
    assert "noise 0, rich: 0.200 against 0.250 (near)" in bad[name].losses
    assert bad[name].verdict.startswith("not kept")
    promise = "Realised false discoveries at a nominal 0.2 between 0.1 and 0.25, noise .3"
    wrong = {bar.promise: bar for bar in bars(made_up(GOOD, wrong=0.4))}[promise]
    assert wrong.losses == ("base (noise .3), rich: 0.400",)
    assert wrong.verdict == "not kept (1 of 1 rows)"


def test_a_bar_without_figures_is_not_kept_but_not_measured() -> None:
    nothing = Figures(long_rows([("noise 0", "rich", 1, TOWN, "n_positives", 3.0)]), ROLES)
    assert {bar.verdict for bar in bars(nothing)} == {"not measured"}


def test_the_page_holds_tables_losses_and_pictures(tmp_path: Path) -> None:
    page = write_page(made_up(BAD).results, ABOUT, ROLES, tmp_path)
    text = page.read_text(encoding="utf-8")
    for told in (
        "| ours | 0.90 | 0.20 (0.10–0.30) |",
        "| noise 0, rich | 0.20 (0.10–0.30) | 0.75 (0.70–0.80) | 27% | 0.25 (0.20–0.30) near | 0.80 |",
        "not kept (2 of 2 rows)",
        "noise 0, rich: 0.200 against 0.250 (near)",
        "| good | 3 | 4 |",
        "3,600 buildings in 22 weeks",
        ATTRIBUTION,
        "Seeds 1, 2; 2 cores; Python 3.11.1.",
    ):
        assert told in text
    assert "{{" not in text
    for name in ("ap", "fdr", "delay"):
        assert f"(images/benchmark-{name}.svg)" in text
        assert (tmp_path / "images" / f"benchmark-{name}.svg").read_text(encoding="utf-8").startswith("<svg")


def test_titles_say_what_is_seen(tmp_path: Path) -> None:
    write_page(made_up(BAD).results, ABOUT, ROLES, tmp_path)
    drawn = {file.stem: file.read_text(encoding="utf-8") for file in (tmp_path / "images").iterdir()}
    assert "in 0 of 2 towns" in drawn["benchmark-ap"]
    assert "10% (the ceiling 38%)" in drawn["benchmark-delay"]


def test_a_run_without_time_or_thinning_says_nothing_of_them(tmp_path: Path) -> None:
    rows = made_up(GOOD).results.filter(~made_up(GOOD).results["metric"].str.contains("found|tpr|kind|fdr"))
    text = write_page(rows, Facts(2, "3.11.1", is_quick=True), ROLES, tmp_path).read_text(encoding="utf-8")
    for part in ("How soon?", "Thinned reports", "Which silence?", "benchmark-fdr.svg"):
        assert part not in text
    assert "proves nothing" in text


@pytest.mark.parametrize(("rows", "wanted"), [([], ""), ([["x", None]], "| a | b |\n| --- | ---: |\n| x | – |")])
def test_a_table_without_rows_is_no_table(rows: list[list[object]], wanted: str) -> None:
    assert markdown_table(["a", "b"], rows) == wanted
