"""The waterfall adds up to the last digit that is shown, and says what `luisterpost explain` prints."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
import vl_convert
from quiet_street import DRAWN, FLAGGED, SMALL, START, SUSPECT, WEIGHTS, chance, write_street

from flows.explain_terminal import show_explanation
from flows.explaining import explain
from flows.exploring.one_complex.reason_steps import bars, signed, strongest, sum_rows, sum_sentences, waterfall
from flows.language import LANGUAGES, Language
from flows.results import PublishedWeek


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> PublishedWeek:
    return write_street(tmp_path_factory.mktemp("street"))


def figure(shown: str) -> Decimal:
    return Decimal(shown.replace(".", "").replace(",", "."))


@pytest.mark.parametrize("complex_id", [FLAGGED, DRAWN, SMALL, SUSPECT])
def test_what_is_shown_adds_up_to_what_is_shown(street: PublishedWeek, complex_id: str) -> None:
    shown = bars(explain(street, complex_id), Language("nl"))
    first, *steps, last = shown
    assert len(steps) == len(WEIGHTS[complex_id])
    assert figure(first.detail) + sum(figure(each.label) for each in steps) == figure(last.detail)
    assert last.label == Language("nl").chance(chance(complex_id))
    for before, after in zip(shown, steps, strict=False):
        assert after.begin == before.end
        assert after.label.startswith("+" if after.end > after.begin else "-")
    assert [abs(each.end - each.begin) for each in steps] == sorted(
        (abs(each.end - each.begin) for each in steps), reverse=True
    )


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_sum_is_the_one_that_explain_prints(
    street: PublishedWeek, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    language = Language(code)
    found = explain(street, FLAGGED)
    show_explanation(found, language)
    printed = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    for row in sum_rows(found, language):
        assert " ".join(each for each in row.values() if each) in printed
    assert " ".join(sum_rows(found, language)[0]) in printed, "under the same headings"
    told = " ".join(printed)
    assert sum_sentences(found, language)[0] in told
    total = START + sum(WEIGHTS[FLAGGED].values())
    assert language.fixed(total, 3) in told


def test_the_three_strongest_are_told_with_their_figures_for_and_against(street: PublishedWeek) -> None:
    assert strongest(explain(street, FLAGGED), Language("nl")) == [
        "Spoedreparaties: 3 gezien, 6,2 verwacht (52 weken). Dat wijst naar stil en achteruit (+2,250).",
        "Gewone reparaties: 3 gezien, 6,2 verwacht (52 weken). Dat wijst naar stil en achteruit (+1,934).",
        "Klachten: 3 gezien, 6,2 verwacht (52 weken). Dat wijst naar stil en achteruit (+0,412).",
    ]
    away, hardly = strongest(explain(street, DRAWN), Language("en"))
    assert away == "Ordinary repairs: 3 seen, 6.2 expected (52 weeks). That points away from it (-1.445)."
    assert "hardly any difference (+0.051)" in hardly
    four = strongest(explain(street, FLAGGED), Language("nl"), 4)
    assert "in deze periode was er niets te tellen" in four[3], "its weight is of earlier weeks"


def test_a_weight_of_nought_has_no_sign() -> None:
    assert signed(0.0, Language("nl")) == "0,000"


@pytest.mark.parametrize("complex_id", [FLAGGED, SMALL])
def test_it_is_drawn_with_signs_and_known_chances(street: PublishedWeek, complex_id: str) -> None:
    found = explain(street, complex_id)
    svg = vl_convert.vegalite_to_svg(waterfall(found, Language("nl")).to_json(), vl_version="6.4", show_warnings=False)
    for bar in bars(found, Language("nl")):
        for words in (bar.name, bar.detail, bar.label):
            assert f">{words}<" in svg
    ticks = re.findall(r">(\d+(?:,\d)? %)<", svg)
    assert len(set(ticks)) >= 4, "two chances of the sum and ticks to read them by"
    assert all(each in svg for each in ("2 %", "5 %"))
