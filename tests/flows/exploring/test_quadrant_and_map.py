"""The pictures of a week: every complex once, in its place, told apart without colour, names that cover nothing."""

from __future__ import annotations

import math
import random
from typing import Any

import polars as pl
import pytest
import vl_convert
from listed_town import DRAWN, FAR, LISTED, PLACELESS, SAFETY, listed_town

from flows.exploring.this_weeks_flags import area_map as maps
from flows.exploring.this_weeks_flags import quadrant as quadrants
from flows.exploring.this_weeks_flags.area_map import area_map, axes_of, in_kilometres
from flows.exploring.this_weeks_flags.dots import MARKS, SELECTION
from flows.exploring.this_weeks_flags.label_places import Axis, labels_that_fit
from flows.exploring.this_weeks_flags.quadrant import quadrant
from flows.exploring.this_weeks_flags.standings import of_team, standings
from flows.language import LANGUAGES, Language
from flows.results import PublishedWeek

NL = Language("nl")
LETTER, HALF_LINE, HALF_DOT = 6.4, 7.0, 7.0


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> PublishedWeek:
    return listed_town(tmp_path_factory.mktemp("pictures") / "week")


@pytest.fixture(scope="module")
def rows(week: PublishedWeek) -> pl.DataFrame:
    return standings(week)


def written(chart: Any) -> str:
    svg: str = vl_convert.vegalite_to_svg(chart.to_dict(), show_warnings=False)
    return svg


def scales(chart: Any) -> dict[str, dict[str, Any]]:
    vega: dict[str, Any] = vl_convert.vegalite_to_vega(chart.to_dict(), show_warnings=False)
    return {scale["name"]: scale for scale in vega["scales"]}


def test_the_quadrant_has_every_complex_once_what_matters_on_top(week: PublishedWeek, rows: pl.DataFrame) -> None:
    dots = quadrant(rows, rows, week.policy, NL).data
    assert sorted(dots["complex_id"]) == sorted(rows["complex_id"])
    places = [MARKS.index(mark) for mark in dots["mark"]]
    assert places == sorted(places)


def test_the_axes_are_logarithmic_hold_everything_and_run_to_the_quiet_right(
    week: PublishedWeek, rows: pl.DataFrame
) -> None:
    found = scales(quadrant(rows, rows, week.policy, NL))
    for axis, ratio, threshold in (("x", "reporting_ratio", 0.6), ("y", "condition_ratio", 1.4)):
        low, high = found[axis]["domain"]
        assert found[axis]["type"] == "log"
        assert low < min(*rows[ratio], threshold, 1)
        assert high > max(*rows[ratio], threshold, 1)
    assert found["x"]["reverse"] is True
    # The corner that the list looks in is never a sliver.
    assert found["x"]["domain"][0] <= week.policy.quiet_below / 2


def test_two_teams_can_be_compared_because_their_axes_are_the_same(week: PublishedWeek, rows: pl.DataFrame) -> None:
    north, south = (scales(quadrant(of_team(rows, team), rows, week.policy, NL)) for team in ("Noord", "Zuid"))
    assert north["x"]["domain"] == south["x"]["domain"]
    assert north["y"]["domain"] == south["y"]["domain"]


def test_marks_differ_without_colour(week: PublishedWeek, rows: pl.DataFrame) -> None:
    found = scales(quadrant(rows, rows, week.policy, NL))
    look = {
        name: dict(zip(found[name]["domain"], found[name]["range"], strict=True)) for name in ("shape", "fill", "size")
    }
    assert len({(look["shape"][mark], look["fill"][mark] == "#ffffff") for mark in MARKS}) == len(MARKS)
    assert look["size"]["listed"] > 2 * look["size"]["other"]
    assert {found[name]["type"] for name in ("size", "opacity")} == {"ordinal"}


def test_many_dots_are_smaller_and_fainter(week: PublishedWeek, rows: pl.DataFrame) -> None:
    many = pl.concat([rows.with_columns(complex_id=pl.col("complex_id") + f"-{copy}") for copy in range(250)])
    few, crowd = (scales(quadrant(shown, shown, week.policy, NL)) for shown in (rows, many))
    for name in ("size", "opacity"):
        assert crowd[name]["range"][0] < few[name]["range"][0] / 2
    assert crowd["size"]["range"][3] == few["size"]["range"][3]


def test_a_click_selects_a_complex_in_both_pictures(week: PublishedWeek, rows: pl.DataFrame) -> None:
    for chart in (quadrant(rows, rows, week.policy, NL), area_map(rows, rows, NL).chart):
        (selection,) = chart.to_dict()["params"]
        assert selection["name"] == SELECTION
        assert selection["select"]["fields"] == ["complex_id"]
        assert "complex_id" in chart.data.columns


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_quadrant_is_in_the_language_of_the_reader(week: PublishedWeek, rows: pl.DataFrame, code: str) -> None:
    language = Language(code)
    svg = written(quadrant(rows, rows, week.policy, language, LISTED))
    for name in ("both", "heard", "quiet", "neither"):
        assert language.say(f"this_week.corner.{name}").replace("&", "&amp;") in svg
    assert language.say("this_week.quiet_below", value=0.6) in svg
    assert language.say("this_week.quadrant.title", count=2, all=20) in svg
    assert (">0,5<" if code == "nl" else ">0.5<") in svg
    assert (">0.5<" if code == "nl" else ">0,5<") not in svg


def test_the_tooltip_has_words_and_no_figure_of_a_safety_matter(week: PublishedWeek, rows: pl.DataFrame) -> None:
    dots = quadrant(rows, rows, week.policy, NL).data
    told = dots.filter(pl.col("complex_id") == DRAWN).row(0, named=True)
    assert (told["name"], told["homes"], told["chance"]) == (f"Lindehof 2 ({DRAWN})", "40", "0,3 %")
    assert (told["state"], told["standing"]) == ("gewoon", "door het lot gekozen")
    safety = dots.filter(pl.col("complex_id") == SAFETY).row(0, named=True)
    assert (safety["chance"], safety["state"]) == ("–", "–")
    assert "ga niet alleen" in safety["standing"]


def test_the_chosen_one_has_a_ring_and_its_name(week: PublishedWeek, rows: pl.DataFrame) -> None:
    for chosen, shown in (("C12", True), (None, False)):
        for chart in (quadrant(rows, rows, week.policy, NL, chosen), area_map(rows, rows, NL, chosen).chart):
            assert (">Lindehof 11<" in written(chart)) is shown


def test_a_kilometre_is_as_long_to_the_east_as_to_the_north(rows: pl.DataFrame) -> None:
    near = rows.filter(~pl.col("complex_id").is_in([PLACELESS, FAR]))
    placed = in_kilometres(near)
    across, up = axes_of(placed)
    assert (across.high - across.low) / maps.WIDTH == pytest.approx((up.high - up.low) / maps.HEIGHT)
    first, last = placed.sort("complex_id").row(0, named=True), placed.sort("complex_id").row(-1, named=True)
    drawn = math.hypot(first["x"] - last["x"], first["y"] - last["y"])
    assert drawn == pytest.approx(great_circle(first, last), rel=0.005)
    assert all(across.low < x < across.high for x in placed["x"])
    assert all(up.low < y < up.high for y in placed["y"])


def great_circle(one: dict[str, float], other: dict[str, float]) -> float:
    """Distance over a sphere by the haversine formula [kilometres]."""
    (a, b), (c, d) = ((math.radians(each["latitude"]), math.radians(each["longitude"])) for each in (one, other))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(half))


def test_what_the_map_cannot_show_is_counted(rows: pl.DataFrame) -> None:
    found = area_map(rows, rows, NL)
    assert (found.n_placeless, found.n_far) == (1, 1)
    assert sorted(found.chart.data["complex_id"]) == sorted(set(rows["complex_id"]) - {PLACELESS, FAR})
    assert found.outside(NL).startswith("Van 1 complex is niet bekend waar het ligt")
    assert "ver buiten dit beeld" in found.outside(NL)


def test_without_coordinates_there_is_no_map_but_a_sentence(rows: pl.DataFrame) -> None:
    nowhere = rows.with_columns(latitude=pl.lit(None, pl.Float64), longitude=pl.lit(None, pl.Float64))
    found = area_map(nowhere, nowhere, NL)
    assert found.chart is None
    assert found.outside(NL) == NL.say("overview.map_none_chosen")


def test_one_complex_alone_has_both_pictures(week: PublishedWeek, rows: pl.DataFrame) -> None:
    alone = rows.filter(pl.col("complex_id") == LISTED)
    for chart in (quadrant(alone, alone, week.policy, NL, LISTED), area_map(alone, alone, NL, LISTED).chart):
        assert "Hof" in written(chart)


@pytest.mark.parametrize("seed", range(5))
def test_no_name_covers_another_name_or_a_dot_or_leaves_the_picture(seed: int) -> None:
    some = random.Random(seed)
    x = Axis(0.2, 3.0, quadrants.WIDTH, is_log=True, is_reversed=True)
    y = Axis(0.4, 3.0, quadrants.HEIGHT, is_log=True)
    dots = [
        (some.uniform(0.25, 2.8), some.uniform(0.5, 2.8), "Meidoornrode 12-58 bis"[: some.randint(4, 22)])
        for _ in range(30)
    ]
    labels = labels_that_fit(dots, x, y)
    boxes = []
    for at, height, text, align in labels.rows():
        wide = len(text) * LETTER
        left = x.pixel(at) - {"left": 0, "center": wide / 2, "right": wide}[align]
        boxes.append((left, left + wide, y.pixel(height) - HALF_LINE, y.pixel(height) + HALF_LINE))
    marks = [
        (x.pixel(a) - HALF_DOT, x.pixel(a) + HALF_DOT, y.pixel(b) - HALF_DOT, y.pixel(b) + HALF_DOT) for a, b, _ in dots
    ]
    assert 3 < len(boxes) <= 12
    for number, box in enumerate(boxes):
        assert box[0] >= -0.01
        assert box[1] <= x.pixels + 0.01
        for other in [*boxes[:number], *marks]:
            apart = box[1] <= other[0] + 0.01 or other[1] <= box[0] + 0.01
            assert apart or box[3] <= other[2] + 0.01 or other[3] <= box[2] + 0.01


@pytest.mark.parametrize("is_reversed", [False, True])
@pytest.mark.parametrize("is_log", [False, True])
def test_an_axis_finds_its_values_back(*, is_log: bool, is_reversed: bool) -> None:
    axis = Axis(0.2, 3.0, 400, is_log=is_log, is_reversed=is_reversed)
    for value in (0.2, 0.6, 1.0, 3.0):
        assert axis.value(axis.pixel(value)) == pytest.approx(value)
    assert axis.pixel(3.0) == pytest.approx(0 if is_reversed else 400)
